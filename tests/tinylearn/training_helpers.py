"""For the tests of fit: a neuron, a small model, data for it, and a short call of fit."""

import numpy as np

from tinylearn import SGD, BinaryCrossEntropy, Dense, ReLU, Sequential, Sigmoid, fit
from tinylearn.initializers import ones


def neuron():
    """The neuron of chapter 3: w = b = 1."""
    return Sequential([Dense(1, 1, rng=np.random.default_rng(0), weights=ones, biases=ones)])


def small_model(seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return Sequential([Dense(3, 5, rng=rng), ReLU(), Dense(5, 1, rng=rng), Sigmoid()], dtype)


def small_data(n=20):
    rng = np.random.default_rng(7)
    x = rng.normal(size=(n, 3))
    return x, (x.sum(axis=1, keepdims=True) > 0).astype(float)


def train(model, x, y, **settings):
    """Call fit with settings that every test would have to repeat."""
    given = {"loss": BinaryCrossEntropy(), "optimizer": SGD(0.1), "epochs": 1} | settings
    return fit(model, x, y, **given)
