"""A faster convolution, which `tinylearn.Conv2D` runs. The formula and its derivation are in `convolution.py`.

im2col copies whole patches: KH·KW·C numbers for each place. Here, each row of the filter has a product of its own:

    strips (N, H·OW, KW·C)    at each place of each row of the image: the KW pixels under a row of the filter
    w[i]   (KW·C, F)          row i of the filter, in the same order
    out    (N, OH·OW, F)      Σ_i  strips[:, from row i of the image on] @ w[i]

The strips need a KH-th of the memory, and time goes with memory. The bias is one more weight, whose input is always 1:
the strips have a last column of ones. And dx needs no col2im. It is itself a convolution: of dout, with zeros around
it, by the filter turned by 180°. The reason: the pixels under row i of the filter at one place are under row i - 1 at
the place below.

With few channels a row of the filter is short, and with a stride the patches hardly overlap. In both cases the one
large product of im2col is faster.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tinylearn.layers import convolution
from tinylearn.layers.windows import Pair, padded, strided

FEW = 16  # channels; with fewer, copy whole patches
FAST = 1_000_000  # multiplications; in a product of fewer, OpenBLAS takes up to a third less time for each


class Conv2D(convolution.Conv2D):
    __doc__ = convolution.Conv2D.__doc__

    def forward(self, x: np.ndarray) -> np.ndarray:
        (kh, kw), f, (oh, ow) = self.windows.size, self.channels_out, self.windows.count(*x.shape[1:3])
        self.shape, self.pads = x.shape, self.windows.pads(*x.shape[1:3])
        self.row_by_row = self._worth_rows()
        patches = patches_of(padded(x, self.pads), (1 if self.row_by_row else kh, kw), self.windows.stride)
        self.patches = with_ones(patches)  # (N, H·OW, KW·C + 1), or whole (N, OH·OW, KH·KW·C + 1)
        w = np.zeros((kh if self.row_by_row else 1, self.patches.shape[2], f), x.dtype)
        w[:, :-1], w[0, -1] = self.params["w"].reshape(len(w), -1, f), self.params["b"]
        return correlated(self.patches, w, oh, ow)

    def backward(self, dout: np.ndarray) -> np.ndarray | None:
        """Find dw and db as in `convolution.py`, row by row of the filter: dw[i] = strips[:, from row i on]ᵀ @ dout."""
        n, oh, ow, f = dout.shape
        places = dout.reshape(n, oh * ow, f)
        strips = rows_of_patches(self.patches, self.windows.size[0] if self.row_by_row else 1, oh, ow)
        dw = [product(strip.swapaxes(1, 2), places).sum(axis=0) for strip in strips]  # (KW·C + 1, F) each
        self.grads["w"] = np.reshape([each[:-1] for each in dw], self.params["w"].shape)
        self.grads["b"] = dw[0][-1]
        if not self.needs_dx:
            return None
        return self._dx_of_rows(dout) if self.row_by_row else self._dx_of_patches(dout)

    def _dx_of_rows(self, dout: np.ndarray) -> np.ndarray:
        """Return dx (N, H, W, C): the convolution of dout with the filter turned by 180°."""
        (_, h, width, c), (kh, kw) = self.shape, self.windows.size
        down, across = (
            (size - 1 - before, size - 1 - after) for size, (before, after) in zip((kh, kw), self.pads, strict=True)
        )
        turned = self.params["w"][::-1, ::-1].swapaxes(2, 3).reshape(kh, -1, c)  # (KH, KW·F, C)
        strips = patches_of(padded(dout, (down, across)), (1, kw), (1, 1))
        return correlated(strips.reshape(len(dout), (h + kh - 1) * width, kw * dout.shape[3]), turned, h, width)

    def _dx_of_patches(self, dout: np.ndarray) -> np.ndarray:
        """Return dx (N, H, W, C) by col2im, channel by channel, so that the pixels of a row lie side by side."""
        (n, oh, ow, f), (kh, kw), (sh, sw) = dout.shape, self.windows.size, self.windows.stride
        _, h, width, c = self.shape
        dpatches = product(self.params["w"].reshape(-1, f), dout.reshape(n, oh * ow, f).swapaxes(1, 2))
        dpatches = dpatches.reshape(n, kh, kw, c, oh, ow)
        dx = np.zeros((n, c, *self.windows.padded_shape(h, width)), dout.dtype)
        for i in range(kh):
            for j in range(kw):
                dx[:, :, strided(i, sh, oh), strided(j, sw, ow)] += dpatches[:, i, j]
        return np.ascontiguousarray(self.windows.unpad(dx.transpose(0, 2, 3, 1), h, width))

    def _worth_rows(self) -> bool:
        """Is a product for each row of the filter faster?"""
        fits = all(pad < size for size, pads in zip(self.windows.size, self.pads, strict=True) for pad in pads)
        return self.windows.stride == (1, 1) and self.channels_in >= FEW and fits


def patches_of(x: np.ndarray, size: Pair, stride: Pair) -> np.ndarray:
    """Return the patches of the images x (N, H, W, C) as a view (N, OH, OW, KH, KW·C), without a copy."""
    (n, h, w, c), (kh, kw), (sh, sw) = x.shape, size, stride
    pixels = x.reshape(n, h, w * c)
    image, row, number = pixels.strides
    shape = n, (h - kh) // sh + 1, (w - kw) // sw + 1, kh, kw * c
    return as_strided(pixels, shape, (image, sh * row, sw * c * number, row, number), writeable=False)


def with_ones(patches: np.ndarray) -> np.ndarray:
    """Return patches (N, OH, OW, KH, KW·C) as rows, each with a 1 at its end: (N, OH·OW, KH·KW·C + 1)."""
    n, oh, ow, kh, run = patches.shape
    rows = np.empty((n, oh, ow, kh * run + 1), patches.dtype)
    rows[..., -1] = 1
    as_strided(rows, patches.shape, (*rows.strides[:3], run * rows.itemsize, rows.itemsize))[...] = patches
    return rows.reshape(n, oh * ow, kh * run + 1)


def rows_of_patches(patches: np.ndarray, kh: int, oh: int, ow: int) -> Iterator[np.ndarray]:
    """Yield for each row of the filter the strips under it, (N, OH·OW, …): for row i, those i rows further down."""
    return (patches[:, i * ow : (i + oh) * ow] for i in range(kh))


def correlated(patches: np.ndarray, w: np.ndarray, oh: int, ow: int) -> np.ndarray:
    """Return out (N, OH, OW, F): the sum over the rows of the filter w (KH, KW·C, F)."""
    first, *others = rows_of_patches(patches, len(w), oh, ow)
    out = product(first, w[0])
    for strip, row in zip(others, w[1:], strict=True):
        out += product(strip, row)
    return out.reshape(len(out), oh, ow, w.shape[2])


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a @ b (N, I, K). Halve the longer side, I or K, if that makes both halves fast.

    >>> product(np.ones((2, 3, 5)), np.ones((5, 4))).shape
    (2, 3, 4)
    """
    rows, columns = a.shape[-2], b.shape[-1]
    if not FAST <= rows * a.shape[-1] * columns < 2 * FAST:
        return a @ b
    out = np.empty((*max(a.shape[:-2], b.shape[:-2], key=len), rows, columns), a.dtype)
    middle, end = max(rows, columns) // 2, max(rows, columns)
    for half in (slice(middle), slice(middle, end)):
        if rows < columns:
            np.matmul(a, b[..., half], out=out[..., half])
        else:
            np.matmul(a[..., half, :], b, out=out[..., half, :])
    return out
