"""The network of three layers that chapters 5 and 6 train on red pixels, and the names of their sets of pictures."""

from __future__ import annotations

import numpy as np

from tinylearn import Dense, ReLU, Sequential, Sigmoid

EPOCHS = 125
SEEN, UNSEEN = "training set", "test set"


def red_pixels(pictures: np.ndarray) -> np.ndarray:
    """Return the red channels (N, 1024) of pictures (N, 32, 32, 3), row after row."""
    return pictures[..., 0].reshape(len(pictures), -1)


def deeper_network(rng: np.random.Generator) -> Sequential:
    """Return the network of three layers, 1024-64-32-1 with ReLU."""
    hidden = [Dense(1024, 64, rng=rng), ReLU(), Dense(64, 32, rng=rng), ReLU()]
    return Sequential([*hidden, Dense(32, 1, rng=rng), Sigmoid()])
