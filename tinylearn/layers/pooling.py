"""Pooling: each patch of an image becomes one number, its largest or its mean, channel by channel.

    x (N, H, W, C)  →  patches (N, OH, OW, KH·KW, C)  →  out (N, OH, OW, C)

Pooling keeps the fact that a filter matched nearby, and drops exactly where. With patches of 2 × 2, side by side, the
image has a quarter of its pixels left. Pooling learns nothing. `loops.py` does the same in plain loops;
`tinylearn.MaxPool2D` runs `fast_pooling.py`, which is faster.

N batch, H W rows and columns, C channels, KH KW rows and columns of the patch, OH OW patches down and across.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinylearn.layers.convolution import col2im, im2col
from tinylearn.layers.layer import Layer
from tinylearn.layers.windows import Windows


class Pool2D(Layer):
    """The base of max and average pooling: their windows."""

    x_shape = ("N", "H", "W", "C")

    def __init__(self, size: Any = 2, stride: Any = None, padding: Any = 0) -> None:
        name = type(self).__name__
        self.windows = Windows.of(name, "size", size, size if stride is None else stride, padding)
        self.windows.refuse_padding_alone(name)

    def check_shape(self, x_shape: tuple[int, ...]) -> None:
        self.windows.count(*x_shape[1:3])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.windows.arguments(default_stride=self.windows.size)})"


class MaxPool2D(Pool2D):
    """The largest number of each window: x (N, H, W, C) → out (N, OH, OW, C). Ranzato et al. 2007.

    `size`, `stride` and `padding` are an int or a pair (rows, columns). The default stride is the size, so that the
    windows lie side by side. Padding may also be "valid" or "same"; it is filled with -inf, which is never the largest.
    If several numbers are the largest, the first, row by row, gets the gradient. Raises ValueError for an image that is
    too small for one window.

    >>> x = np.array([[1.0, 0, 2], [1, 0, 1], [2, 1, 0]])[None, :, :, None]
    >>> MaxPool2D(2, stride=1).forward(x)[0, :, :, 0]
    array([[1., 2.],
           [2., 1.]])
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        patches = im2col(x, self.windows, -np.inf)  # (N, OH, OW, KH, KW, C)
        n, oh, ow, kh, kw, c = patches.shape
        patches = patches.reshape(n, oh, ow, kh * kw, c)
        self.shape = x.shape
        self.argmax = patches.argmax(axis=3, keepdims=True)  # (N, OH, OW, 1, C): the first of equals
        return np.take_along_axis(patches, self.argmax, axis=3)[:, :, :, 0]

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """out is the largest number of the patch: that one reaches the loss with factor 1, the others with 0.

            dpatches[n, p, q, k, c] = dout[n, p, q, c] if k = argmax[n, p, q, c], else 0

        A pixel that is the largest of several patches gets a gradient from each: col2im adds them up.
        """
        (n, oh, ow, c), (kh, kw) = dout.shape, self.windows.size
        dpatches = np.zeros((n, oh, ow, kh * kw, c), dout.dtype)
        np.put_along_axis(dpatches, self.argmax, dout[:, :, :, None], axis=3)
        return col2im(dpatches.reshape(n, oh, ow, kh, kw, c), self.shape, self.windows)


class AveragePool2D(Pool2D):
    """The mean of each window: x (N, H, W, C) → out (N, OH, OW, C). LeCun et al. 1989 call it subsampling.

    It takes the arguments of `MaxPool2D`. The padding is 0, and it counts: every mean is over KH·KW numbers. (PyTorch
    does the same by default, count_include_pad=True. TensorFlow leaves the padding out.)

    >>> AveragePool2D(2).forward(np.array([[1.0, 2, 7, 5], [3, 2, 5, 7]])[None, :, :, None])[0, :, :, 0]
    array([[2., 6.]])
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.shape = x.shape
        return im2col(x, self.windows).mean(axis=(3, 4))

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """out = Σ patch / (KH·KW): every number of the patch reaches the loss through it, with factor 1 / (KH·KW).

        dpatches[n, p, q, i, j, c] = dout[n, p, q, c] / (KH·KW); col2im adds up where patches overlap.
        """
        (n, oh, ow, c), (kh, kw) = dout.shape, self.windows.size
        dnumber = (dout / (kh * kw))[:, :, :, None, None]  # the same for every number of a patch
        return col2im(np.broadcast_to(dnumber, (n, oh, ow, kh, kw, c)), self.shape, self.windows)
