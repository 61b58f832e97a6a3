"""Convolution: one small filter looks at every place of an image, and writes down how well it fits there.

    x (N, H, W, C)  →  at each place: Σ window · w + b  →  out (N, OH, OW, F)

N batch, H W rows and columns, C channels, KH KW rows and columns of the filter, SH SW of the stride, F filters; w
(KH, KW, C, F), b (F,). `windows.py` says where the filter is laid; `loops.py` does the same in plain loops.

The sum has KH·KW·C terms at every place of every image: matrix products do it, one per row of the filter.

    strips (N, H, OW, KW·C)     for each row of the image, the KW pixels side by side that a row of the filter covers
    w[i]   (KW·C, F)            row i of the filter, in the same order
    out    = Σ_i  strips[the rows that row i of the filter covers] @ w[i]

(The usual way, im2col, copies the whole window of each place, KH times as much memory, for a single product with all of
w. That pays off only where a row of the filter is short, at the first layer's few channels, and is done there.)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tinylearn.checks import positive_integer
from tinylearn.initializers import Initializer, he_normal, init_parameter, zeros
from tinylearn.layers.layer import Layer
from tinylearn.layers.windows import Windows, stepped

FEW = 16  # channels; with fewer, whole windows are copied
FAST = 1_000_000  # multiplications; in a product of fewer, OpenBLAS takes a fifth less time for each


class Conv2D(Layer):
    """F filters slide over the image; each place gets `Σ window · w + b`. LeCun et al. 1989.

    x (N, H, W, channels_in) → out (N, OH, OW, channels_out). `kernel_size`, `stride` and `padding` are an int or a pair
    (rows, columns); padding is also "valid" (none) or "same" (as many places as pixels, divided by the stride, rounded
    up). The window is not turned round: strictly, this is cross-correlation. Raises ValueError for an image with other
    channels, or too small for one window.

    >>> layer = Conv2D(3, 8, 5, stride=2, padding=1, rng=np.random.default_rng(0))
    >>> layer.forward(np.ones((4, 32, 32, 3))).shape
    (4, 15, 15, 8)
    """

    x_shape = ("N", "H", "W", "channels_in")

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        *,
        rng: np.random.Generator,
        weights: Initializer = he_normal,
        biases: Initializer = zeros,
    ) -> None:
        self.channels_in = positive_integer("Conv2D", "channels_in", channels_in)
        self.channels_out = positive_integer("Conv2D", "channels_out", channels_out)
        self.windows = Windows.of("Conv2D", "kernel_size", kernel_size, stride, padding)
        shape = (*self.windows.size, self.channels_in, self.channels_out)
        self.params["w"] = init_parameter("Conv2D", "w", weights, shape, rng)  # (KH, KW, C, F)
        self.params["b"] = init_parameter("Conv2D", "b", biases, (self.channels_out,), rng)  # (F,)

    def check_shape(self, x_shape: tuple[int, ...]) -> None:
        self.windows.count(*x_shape[1:3])

    def forward(self, x: np.ndarray) -> np.ndarray:
        oh, ow = self.windows.count(*x.shape[1:3])
        padded = self.windows.pad(x)
        self.shape, self.padded_shape = x.shape, padded.shape
        self.covered = self._covered(padded, oh, ow)  # (KH, N, OH, OW, KW·C), or (1, N, OH, OW, KH·KW·C)
        rows, f = len(self.covered), self.channels_out
        products = self.covered @ self.params["w"].reshape(rows, 1, 1, -1, f)  # (KH, N, OH, OW, F)
        out = products.sum(axis=0) if rows > 1 else products[0]
        places = out.reshape(len(x), oh * ow * f)  # a view; side by side, they are added to in half the time
        places += np.tile(self.params["b"], oh * ow)
        return out

    def backward(self, dout: np.ndarray) -> np.ndarray | None:
        """Derive the gradients from  out[n, p, q, f] = Σ_ijc x[n, p·SH + i, q·SW + j, c] w[i, j, c, f] + b[f].

        Here x is the image with its padding; what falls on the padding is cut off at the end.
        w[i, j, c, f] reaches the loss through every place (p, q) of every image, b[f] too, with factor 1:
            dw[i, j, c, f] = Σ_npq x[n, p·SH + i, q·SW + j, c] dout[n, p, q, f]       dw[i] = covered[i]ᵀ @ dout
            db[f] = Σ_npq dout[n, p, q, f]
        x[n, h, v, c] reaches it through all windows that cover it, under each by another entry of the filter:
            dx[n, h, v, c] = Σ_ijf dout[n, p, q, f] w[i, j, c, f]    over all p·SH + i = h and q·SW + j = v
        For that, lay out for each row h of the image which rows of dout it meets, (N, H, OW, KH·F), once; column j of
        the filter then adds one matrix product, to every SW-th column of dx from j on.
        """
        self._fill_grads(dout)
        if not self.needs_dx:
            return None
        (n, oh, ow, f), (kh, kw), (sh, sw) = dout.shape, self.windows.size, self.windows.stride
        _, h, width, c = self.padded_shape
        met = np.zeros((n, h, ow, kh, f), dout.dtype)
        for i in range(kh):
            met[:, stepped(i, sh, oh), :, i] = dout
        columns = self.params["w"].transpose(1, 0, 3, 2).reshape(kw, 1, 1, kh * f, c)
        products = met.reshape(n, h, ow, kh * f) @ columns  # (KW, N, H, OW, C)
        dx = np.zeros((n, h, width, c), dout.dtype)  # of the padded image
        for j in range(kw):
            dx[:, :, stepped(j, sw, ow)] += products[j]
        return self.windows.unpad(dx, *self.shape[1:3])

    def _fill_grads(self, dout: np.ndarray) -> None:
        """Fill dw and db, as derived in `backward`."""
        (rows, n, oh, ow, terms), f = self.covered.shape, self.channels_out
        parts = _parts(f, oh * ow * terms * f)
        covered = self.covered.reshape(rows, 1, n, oh * ow, terms).swapaxes(3, 4)  # a view; with SH > 1 a copy
        douts = dout.reshape(n, oh * ow, parts, f // parts).transpose(2, 0, 1, 3)
        dw = (covered @ douts).sum(axis=2)  # (KH, parts, KW·C, F / parts)
        self.grads["w"] = dw.swapaxes(1, 2).reshape(self.params["w"].shape)
        self.grads["b"] = np.ones(n * oh * ow, dout.dtype).dot(dout.reshape(-1, f))  # a quarter of the time of a sum

    def _covered(self, padded: np.ndarray, oh: int, ow: int) -> np.ndarray:
        """Return what the rows of the filter cover at each place, (KH, N, OH, OW, KW·C); with few channels, all rows
        at once, (1, N, OH, OW, KH·KW·C)."""
        (n, h, width, c), (kh, kw), (sh, sw) = padded.shape, self.windows.size, self.windows.stride
        pixels = padded.reshape(n, h, width * c)  # the channels of neighbours lie side by side
        image, row, number = pixels.strides
        place = sw * c * number  # from a window to the next one
        if c < FEW:
            strides = image, sh * row, place, row, number
            windows = np.ascontiguousarray(as_strided(pixels, (n, oh, ow, kh, kw * c), strides))
            return windows.reshape(1, n, oh, ow, kh * kw * c)
        strips = np.ascontiguousarray(as_strided(pixels, (n, h, ow, kw * c), (image, row, place, number)))
        image, row, place, number = strips.strides
        return as_strided(strips, (kh, n, oh, ow, kw * c), (row, image, sh * row, place, number))  # the same memory

    def __repr__(self) -> str:
        return f"Conv2D({self.channels_in}, {self.channels_out}, {self.windows.arguments()})"


def _parts(filters: int, multiplications: int) -> int:
    """Return into how many equal parts to cut the filters, so that the product of an image with each is a fast one.

    1 if the product is fast anyway, or no part would be.
    """
    fast = (parts for parts in (1, 2, 4) if filters % parts == 0 and multiplications / parts < FAST)
    return next(fast, 1)
