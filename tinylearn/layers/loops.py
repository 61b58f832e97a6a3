"""Convolution and max pooling in plain loops: slow, but as clear as it gets.

The layers compute the same with a few large NumPy operations; tests check that the results agree. Chapter 6 animates
these loops, place by place: lay the window on a patch, multiply and add, write.

N batch, H W rows and columns of the image, C channels, KH KW of the window, F filters, OH OW of the output.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tinylearn.layers.windows import Windows


def convolve(x: np.ndarray, w: np.ndarray, b: np.ndarray, windows: Windows) -> np.ndarray:
    """Return the convolution of x (N, H, W, C) with w (KH, KW, C, F), plus b (F,): out (N, OH, OW, F).

    >>> image = np.array([[1.0, 1, 1], [0, 0, 0], [0, 0, 0]])[None, :, :, None]
    >>> row = np.array([[0.0, 0, 0], [1, 1, 1], [0, 0, 0]])[:, :, None, None]
    >>> convolve(image, row, np.zeros(1), Windows((3, 3), (1, 1), (1, 1)))[0, :, :, 0]
    array([[2., 3., 2.],
           [0., 0., 0.],
           [0., 0., 0.]])
    """
    padded = windows.pad(x)
    out = np.zeros((len(x), *windows.count(*x.shape[1:3]), w.shape[3]), np.result_type(x, w, b))
    for n, p, q, patch in places(out, windows):
        for f in range(w.shape[3]):
            out[n, p, q, f] = (padded[patch] * w[..., f]).sum() + b[f]
    return out


def convolve_backward(
    x: np.ndarray, w: np.ndarray, dout: np.ndarray, windows: Windows
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return dx, dw and db. At each place out = Σ patch · w + b: patch has factor w, and w has factor patch."""
    padded = windows.pad(x)
    dtype = np.result_type(x, w, dout)
    dpadded, dw, db = np.zeros(padded.shape, dtype), np.zeros(w.shape, dtype), np.zeros(w.shape[3], dtype)
    for n, p, q, patch in places(dout, windows):
        for f in range(w.shape[3]):
            dpadded[patch] += dout[n, p, q, f] * w[..., f]
            dw[..., f] += dout[n, p, q, f] * padded[patch]
            db[f] += dout[n, p, q, f]
    return windows.unpad(dpadded, *x.shape[1:3]), dw, db


def max_pool(x: np.ndarray, windows: Windows) -> np.ndarray:
    """Return the largest number under each window, channel by channel: x (N, H, W, C) → out (N, OH, OW, C)."""
    padded = windows.pad(x, -np.inf)
    out = np.zeros((len(x), *windows.count(*x.shape[1:3]), x.shape[3]), x.dtype)
    for n, p, q, patch in places(out, windows):
        out[n, p, q] = padded[patch].max(axis=(0, 1))
    return out


def max_pool_backward(x: np.ndarray, dout: np.ndarray, windows: Windows) -> np.ndarray:
    """Return dx: each dout is added at the largest number under its window; among equals, at the first, row by row."""
    padded = windows.pad(x, -np.inf)
    dpadded = np.zeros_like(padded)
    for n, p, q, patch in places(dout, windows):
        for c in range(x.shape[3]):
            numbers = padded[patch][..., c]
            i, j = np.unravel_index(numbers.argmax(), numbers.shape)  # argmax is the first maximum
            dpadded[patch][i, j, c] += dout[n, p, q, c]
    return windows.unpad(dpadded, *x.shape[1:3])


def places(out: np.ndarray, windows: Windows) -> Iterator[tuple[int, int, int, tuple[int, slice, slice]]]:
    """Yield image n, row p and column q of every place in `out`, and the index of its patch in the padded images."""
    (kh, kw), (sh, sw) = windows.size, windows.stride
    for n, p, q in np.ndindex(out.shape[:3]):
        yield n, p, q, (n, slice(p * sh, p * sh + kh), slice(q * sw, q * sw + kw))
