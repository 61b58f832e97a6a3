"""Convolution, faster: what `tinylearn.Conv2D` runs. The formula and its derivation are in `convolution.py`.

im2col copies each patch whole, KH·KW·C numbers for each place. Here, a row of the filter is one matrix product:

    strips (N, H, OW, KW·C)     for each row of the image, the KW pixels side by side that a row of the filter meets
    w[i]   (KW·C, F)            row i of the filter, in the same order
    out    = Σ_i  strips[the rows that row i of the filter meets] @ w[i]

The strips need a KH-th of the memory, and time goes with memory. Only where a row of the filter is short, at the first
layer's few channels, the single large product of im2col is faster, and is done there.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tinylearn.layers import convolution
from tinylearn.layers.windows import strided

FEW = 16  # channels; with fewer, whole patches are copied
FAST = 1_000_000  # multiplications; in a product of fewer, OpenBLAS takes a fifth less time for each


class Conv2D(convolution.Conv2D):
    __doc__ = convolution.Conv2D.__doc__

    def forward(self, x: np.ndarray) -> np.ndarray:
        oh, ow = self.windows.count(*x.shape[1:3])
        padded = self.windows.pad(x)
        self.shape, self.padded_shape = x.shape, padded.shape
        self.patches = self._patches(padded, oh, ow)  # (KH, N, OH, OW, KW·C), or (1, N, OH, OW, KH·KW·C)
        rows, f = len(self.patches), self.channels_out
        products = self.patches @ self.params["w"].reshape(rows, 1, 1, -1, f)  # (KH, N, OH, OW, F)
        out = products.sum(axis=0) if rows > 1 else products[0]
        places = out.reshape(len(x), oh * ow * f)  # a view; side by side, they are added to in half the time
        places += np.tile(self.params["b"], oh * ow)
        return out

    def backward(self, dout: np.ndarray) -> np.ndarray | None:
        """dw and db as in `convolution.py`. For dx, no dpatches: they would be as large as the patches.

        Lay out for each row h of the image which rows of dout it reaches, (N, H, OW, KH·F), once; column j of the
        filter then adds one matrix product, to every SW-th column of dx from j on.
        """
        self.grads["w"], self.grads["b"] = self._dw(dout), self._db(dout)
        if not self.needs_dx:
            return None
        (n, oh, ow, f), (kh, kw), (sh, sw) = dout.shape, self.windows.size, self.windows.stride
        _, h, width, c = self.padded_shape
        douts = np.zeros((n, h, ow, kh, f), dout.dtype)
        for i in range(kh):
            douts[:, strided(i, sh, oh), :, i] = dout
        columns = self.params["w"].transpose(1, 0, 3, 2).reshape(kw, 1, 1, kh * f, c)
        products = douts.reshape(n, h, ow, kh * f) @ columns  # (KW, N, H, OW, C)
        dx = np.zeros((n, h, width, c), dout.dtype)  # of the padded image
        for j in range(kw):
            dx[:, :, strided(j, sw, ow)] += products[j]
        return self.windows.unpad(dx, *self.shape[1:3])

    def _dw(self, dout: np.ndarray) -> np.ndarray:
        """Return dw[i] = patches[i]ᵀ @ dout, image by image, and the filters in as many parts as make it fast."""
        (rows, n, oh, ow, terms), f = self.patches.shape, self.channels_out
        parts = _parts(f, oh * ow * terms * f)
        patches = self.patches.reshape(rows, 1, n, oh * ow, terms).swapaxes(3, 4)  # a view; with SH > 1 a copy
        douts = dout.reshape(n, oh * ow, parts, f // parts).transpose(2, 0, 1, 3)
        dw = (patches @ douts).sum(axis=2)  # (KH, parts, KW·C, F / parts)
        return dw.swapaxes(1, 2).reshape(self.params["w"].shape)

    def _db(self, dout: np.ndarray) -> np.ndarray:
        """Return the sum of dout over all places, in a quarter of the time of `sum`."""
        rows = dout.reshape(-1, self.channels_out)
        return np.ones(len(rows), dout.dtype).dot(rows)

    def _patches(self, padded: np.ndarray, oh: int, ow: int) -> np.ndarray:
        """Return what the rows of the filter meet at each place, (KH, N, OH, OW, KW·C); with few channels, all rows
        at once, (1, N, OH, OW, KH·KW·C)."""
        (n, h, width, c), (kh, kw), (sh, sw) = padded.shape, self.windows.size, self.windows.stride
        pixels = padded.reshape(n, h, width * c)  # the channels of neighbours lie side by side
        image, row, number = pixels.strides
        place = sw * c * number  # from a patch to the next one
        if c < FEW:
            strides = image, sh * row, place, row, number
            patches = np.ascontiguousarray(as_strided(pixels, (n, oh, ow, kh, kw * c), strides))
            return patches.reshape(1, n, oh, ow, kh * kw * c)
        strips = np.ascontiguousarray(as_strided(pixels, (n, h, ow, kw * c), (image, row, place, number)))
        image, row, place, number = strips.strides
        return as_strided(strips, (kh, n, oh, ow, kw * c), (row, image, sh * row, place, number))  # the same memory


def _parts(filters: int, multiplications: int) -> int:
    """Return into how many equal parts to cut the filters, so that the product of an image with each is a fast one.

    1 if the product is fast anyway, or no part would be.
    """
    fast = (parts for parts in (1, 2, 4) if filters % parts == 0 and multiplications / parts < FAST)
    return next(fast, 1)
