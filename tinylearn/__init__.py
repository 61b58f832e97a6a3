"""tinylearn: a small NumPy framework in which every gradient is derived by hand and every update can be recorded."""

from tinylearn.gradient_check import GradientError, GradientReport, check_gradients
from tinylearn.layers import Dense, Flatten, Layer, ReLU, Sigmoid, Softmax, Tanh
from tinylearn.losses import BinaryCrossEntropy, CategoricalCrossEntropy, MeanSquaredError
from tinylearn.metrics import accuracy, confusion_matrix
from tinylearn.model import Sequential
from tinylearn.optimizers import SGD, Adam, RMSprop
from tinylearn.recording import Recorder, Recording
from tinylearn.training import DivergenceError, ProgressBar, Update, fit

__all__ = [
    "SGD",
    "Adam",
    "BinaryCrossEntropy",
    "CategoricalCrossEntropy",
    "Dense",
    "DivergenceError",
    "Flatten",
    "GradientError",
    "GradientReport",
    "Layer",
    "MeanSquaredError",
    "ProgressBar",
    "RMSprop",
    "ReLU",
    "Recorder",
    "Recording",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Update",
    "accuracy",
    "check_gradients",
    "confusion_matrix",
    "fit",
]
