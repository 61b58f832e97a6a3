"""Flatten: every image of the batch becomes one row, so that a dense layer can read it.

    x (N, H, W, C)  →  out (N, H·W·C)

The order is that of memory: row by row, pixel by pixel, channel by channel.
"""

from __future__ import annotations

import math

import numpy as np

from tinylearn.layers.layer import Layer


class Flatten(Layer):
    """Put all axes after the batch axis into one row.

    >>> Flatten().forward(np.zeros((5, 32, 32, 3))).shape
    (5, 3072)
    """

    x_shape = ("N", "…")

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.shape = x.shape
        return x.reshape(len(x), math.prod(x.shape[1:]))

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Nothing is computed, only renamed: out[n, (h·W + w)·C + c] is x[n, h, w, c]. So dx is dout, reshaped."""
        return dout.reshape(self.shape)
