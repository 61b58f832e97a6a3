"""Dropout: while a network learns, each number is set to 0 with a given probability.

    x (N, …)  →  x · mask  →  out (N, …)          while `training`; otherwise out = x

No neuron can rely on any other, so each has to be useful alone. This is **regularisation**: it keeps a network from
**overfitting**, that is, from learning its examples by heart. The remaining numbers are multiplied by 1 / (1 - rate).
That keeps the mean of every sum, so that predictions need no correction.
"""

from __future__ import annotations

import numpy as np

from tinylearn.checks import generator, number_between
from tinylearn.layers.layer import Layer


class Dropout(Layer):
    """Set each number to 0 with probability `rate`, while training. Srivastava et al. 2014.

    The layer keeps `rng` and draws the mask from it. Several layers may draw from the same one.

    >>> layer = Dropout(0.5, rng=np.random.default_rng(1))
    >>> layer.forward(np.ones((1, 4)))
    array([[1., 1., 1., 1.]])
    >>> layer.training = True
    >>> layer.forward(np.ones((1, 4)))
    array([[0., 2., 2., 2.]])
    """

    def __init__(self, rate: float, *, rng: np.random.Generator) -> None:
        self.rate = number_between("Dropout", "rate", rate, 0, 1)
        self.rng = generator("Dropout", rng)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.mask: np.ndarray | float = 1.0  # 0 or 1 / (1 - rate) for each number while training
        if self.training:
            kept = self.rng.random(x.shape, np.float32) >= self.rate
            self.mask = kept * x.dtype.type(1 / (1 - self.rate))
        return x * self.mask

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """out = x · mask, entry by entry. The mask does not depend on x, so dx = dout · mask."""
        return dout * self.mask

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.rate:g})"
