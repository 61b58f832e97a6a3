"""The layers, one idea a file. A new layer is one class in a file of its own and one line here."""

from tinylearn.layers.activations import ReLU, Sigmoid, Softmax, Tanh
from tinylearn.layers.dense import Dense
from tinylearn.layers.flatten import Flatten
from tinylearn.layers.layer import Layer

__all__ = ["Dense", "Flatten", "Layer", "ReLU", "Sigmoid", "Softmax", "Tanh"]
