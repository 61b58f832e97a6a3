"""Convolution: one small filter looks at every place of an image, and writes down how well it fits there.

    x (N, H, W, C)  →  at each place: Σ window · w + b  →  out (N, OH, OW, F)

N batch, H W rows and columns, C channels, KH KW rows and columns of the filter, SH SW of the stride, F filters; w
(KH, KW, C, F), b (F,). `windows.py` says where the filter is laid; `loops.py` does the same in plain loops.

The sum has KH·KW·C terms at every place of every image. One matrix product per row of the filter does it:

    strips (N, H, OW, KW·C)     for each row of the image, the KW pixels side by side that a row of the filter covers
    w[i]   (KW·C, F)            row i of the filter, in the same order
    out    = Σ_i  strips[the rows that row i of the filter covers] @ w[i]

(The usual way, im2col, copies the whole window of each place: KH times as much memory, and no faster.)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tinylearn.checks import generator, positive_integer
from tinylearn.initializers import Initializer, he_normal, initial, zeros
from tinylearn.layers.layer import Layer
from tinylearn.layers.windows import Windows, stepped


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
        generator("Conv2D", rng)
        shape = (*self.windows.size, self.channels_in, self.channels_out)
        self.params["w"] = initial("Conv2D", "w", weights, shape, rng)  # (KH, KW, C, F)
        self.params["b"] = initial("Conv2D", "b", biases, (self.channels_out,), rng)  # (F,)
        self.x_shape: tuple[int, ...]
        self.strips: np.ndarray  # (N, H, OW, KW·C), of the padded image

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._check(x)
        w, f = self.params["w"], self.channels_out
        oh, ow = self._count(x)
        self.x_shape, self.strips = x.shape, self._strips(self.windows.pad(x), ow)
        out = self._covered(0, oh) @ w[0].reshape(-1, f)  # (N, OH·OW, F)
        for i in range(1, len(w)):
            out += self._covered(i, oh) @ w[i].reshape(-1, f)
        out += self.params["b"]
        self.out_shape = (len(x), oh, ow, f)
        return out.reshape(self.out_shape)

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Derive the gradients from  out[n, p, q, f] = Σ_ijc x[n, p·SH + i, q·SW + j, c] w[i, j, c, f] + b[f].

        w[i, j, c, f] reaches the loss through every place (p, q) of every image, b[f] too, with factor 1:
            dw[i, j, c, f] = Σ_npq x[n, p·SH + i, q·SW + j, c] dout[n, p, q, f]         dw[i] = stripsᵀ @ dout
            db[f] = Σ_npq dout[n, p, q, f]
        x[n, h, v, c] reaches it through all windows that cover it, under each by another entry of the filter:
            dx[n, h, v, c] = Σ_ijf dout[n, p, q, f] w[i, j, c, f]    over all p·SH + i = h and q·SW + j = v
        For that, lay out for each row h of the image which rows of dout it meets, (N, H, OW, KH·F), once; column j of
        the filter then adds one matrix product, to every SW-th column of dx from j on.
        """
        self.fill_grads(dout)
        (n, oh, ow, f), (kh, kw), (sh, sw) = dout.shape, self.windows.size, self.windows.stride
        c, h = self.channels_in, self.strips.shape[1]
        met = np.zeros((n, h, ow, kh, f), dout.dtype)
        for i in range(kh):
            met[:, stepped(i, sh, oh), :, i] = dout
        width = self.x_shape[2] + sum(self.windows.pads(*self.x_shape[1:3])[1])
        dx = np.zeros((n, h, width, c), dout.dtype)  # of the padded image
        for j in range(kw):
            w_j = self.params["w"][:, j].transpose(0, 2, 1).reshape(kh * f, c)
            dx[:, :, stepped(j, sw, ow)] += met.reshape(-1, kh * f).dot(w_j).reshape(n, h, ow, c)
        return self.windows.unpad(dx, *self.x_shape[1:3])

    def fill_grads(self, dout: np.ndarray) -> None:
        """Fill dw and db, as derived in `backward`."""
        self.check_dout(dout)
        n, oh, ow, f = dout.shape
        dout = dout.reshape(n, oh * ow, f)
        ones = np.ones(n * oh * ow, dout.dtype)
        dw = np.empty_like(self.params["w"])
        for i, dw_i in enumerate(dw):
            dw_i[...] = (self._covered(i, oh).transpose(0, 2, 1) @ dout).sum(axis=0).reshape(dw_i.shape)
        self.grads["w"] = dw
        self.grads["b"] = ones.dot(dout.reshape(-1, f))  # a quarter of the time of a sum

    def _strips(self, padded: np.ndarray, ow: int) -> np.ndarray:
        """Return (N, H, OW, KW·C): for each row, and each place across, the pixels that a row of the filter covers."""
        (n, h, width, c), kw, sw = padded.shape, self.windows.size[1], self.windows.stride[1]
        rows = padded.reshape(n, h, width * c)  # the channels of neighbours lie side by side
        strips = sliding_window_view(rows, kw * c, axis=2)[:, :, stepped(0, sw * c, ow)]
        return np.ascontiguousarray(strips)

    def _covered(self, i: int, oh: int) -> np.ndarray:
        """Return (N, OH·OW, KW·C): the strips that row i of the filter covers, place by place."""
        n, _, ow, width = self.strips.shape
        return self.strips[:, stepped(i, self.windows.stride[0], oh)].reshape(n, oh * ow, width)

    def _count(self, x: np.ndarray) -> tuple[int, int]:
        try:
            return self.windows.count(*x.shape[1:3])
        except ValueError as error:
            raise ValueError(f"{self}: {error}") from None

    def _check(self, x: np.ndarray) -> None:
        if x.ndim != 4 or x.shape[3] != self.channels_in:
            hint = "; give a grey image its channel with x[..., None]" if x.ndim == 3 else ""
            raise ValueError(f"{self} expects images of shape (N, H, W, {self.channels_in}), got {x.shape}{hint}")

    def __repr__(self) -> str:
        return f"Conv2D({self.channels_in}, {self.channels_out}, {self.windows.arguments()})"
