"""Convolution and max pooling as textbooks write them in NumPy: im2col, and argmax.

    x (N, H, W, C) → columns (N·OH·OW, KH·KW·C): each window as a row → one matrix product with w (KH·KW·C, F)

They stand in for tinylearn's layers in the benchmark of chapter 7's net; the other layers stay.
"""

from __future__ import annotations

import numpy as np

import tinylearn as tl
from tinylearn.initializers import he_normal


class Im2ColConv2D(tl.Layer):
    """A convolution without padding, stride 1: x (N, H, W, C) → out (N, OH, OW, F)."""

    def __init__(self, channels_in: int, channels_out: int, size: int, *, rng: np.random.Generator) -> None:
        self.params["w"] = he_normal((size, size, channels_in, channels_out), rng)
        self.params["b"] = np.zeros(channels_out)

    def forward(self, x: np.ndarray) -> np.ndarray:
        w = self.params["w"]
        size, _, c, f = w.shape
        n, h, width, _ = self.shape = x.shape
        oh, ow = h - size + 1, width - size + 1
        columns = np.empty((n, oh, ow, size, size, c), x.dtype)
        for i in range(size):
            for j in range(size):
                columns[:, :, :, i, j] = x[:, i : i + oh, j : j + ow]
        self.columns = columns.reshape(n * oh * ow, -1)
        return (self.columns @ w.reshape(-1, f) + self.params["b"]).reshape(n, oh, ow, f)

    def backward(self, dout: np.ndarray) -> np.ndarray | None:
        w = self.params["w"]
        size, _, c, f = w.shape
        n, oh, ow, _ = dout.shape
        rows = dout.reshape(-1, f)
        self.grads["w"] = (self.columns.T @ rows).reshape(w.shape)
        self.grads["b"] = rows.sum(axis=0)
        if not self.needs_dx:
            return None
        dcolumns = (rows @ w.reshape(-1, f).T).reshape(n, oh, ow, size, size, c)
        dx = np.zeros(self.shape, dout.dtype)
        for i in range(size):
            for j in range(size):
                dx[:, i : i + oh, j : j + ow] += dcolumns[:, :, :, i, j]
        return dx


class ArgmaxPool2D(tl.Layer):
    """Max pooling of windows of 2 × 2, side by side: x (N, H, W, C) → out (N, H // 2, W // 2, C)."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        n, h, w, c = self.shape = x.shape
        oh, ow = h // 2, w // 2
        windows = x[:, : 2 * oh, : 2 * ow].reshape(n, oh, 2, ow, 2, c).transpose(0, 1, 3, 5, 2, 4).reshape(-1, 4)
        self.winners = windows.argmax(axis=1)
        return windows.max(axis=1).reshape(n, oh, ow, c)

    def backward(self, dout: np.ndarray) -> np.ndarray:
        n, oh, ow, c = dout.shape
        dwindows = np.zeros((dout.size, 4), dout.dtype)
        dwindows[np.arange(dout.size), self.winners] = dout.ravel()
        dx = np.zeros(self.shape, dout.dtype)
        dwindows = dwindows.reshape(n, oh, ow, c, 2, 2).transpose(0, 1, 4, 2, 5, 3)  # (N, OH, 2, OW, 2, C)
        dx[:, : 2 * oh, : 2 * ow] = dwindows.reshape(n, 2 * oh, 2 * ow, c)
        return dx
