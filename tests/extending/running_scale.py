"""A measured scale: each feature is divided by the largest value that it had in training."""

import numpy as np

from tinylearn import Layer


class RunningScale(Layer):
    """out = x / largest |x| so far, feature by feature: x (N, D) → out (N, D). It has a state, and nothing to learn."""

    x_shape = ("N", "n_in")

    def __init__(self, n_in):
        self.n_in = n_in
        self.state["largest"] = np.ones(n_in)

    def forward(self, x):
        if self.training:
            self.state["largest"] = np.maximum(self.state["largest"], np.abs(x).max(axis=0))
        self.scale = 1 / self.state["largest"]
        return x * self.scale

    def backward(self, dout):
        """By convention the largest number, too, counts as given from outside."""
        return dout * self.scale

    def __repr__(self):
        return f"RunningScale({self.n_in})"
