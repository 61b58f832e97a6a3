"""A small model, for the tests of Sequential."""

import numpy as np

from tinylearn import Dense, ReLU, Sequential


def small_model(seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return Sequential([Dense(3, 4, rng=rng), ReLU(), Dense(4, 2, rng=rng)], dtype)
