"""Convolution: a small filter visits every place of an image, and writes down how well it fits there.

    x (N, H, W, C)  →  at each place: Σ patch · w + b  →  out (N, OH, OW, F)

N batch, H W rows and columns, C channels, KH KW rows and columns of the filter (the **kernel**), F filters, OH OW
places down and across; w (KH, KW, C, F), b (F,). `windows.py` says where the filter lies: **stride** and **padding**.
`loops.py` does the same in plain loops; chapter 6 animates them.

The part of the image under the filter is a **patch**. **im2col** lays out all patches as the rows of one matrix. A
convolution is then a dense layer that sees one patch after another:

    patches (N·OH·OW, KH·KW·C)  @  w (KH·KW·C, F)  +  b  =  out (N·OH·OW, F)

Patches overlap, so the matrix holds a pixel up to KH·KW times: that is the price of a single large product. **col2im**
goes back from the patches to the pixels. `tinylearn.Conv2D` runs `fast_convolution.py`, which pays less.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tinylearn.checks import positive_integer
from tinylearn.initializers import Initializer, he_normal, init_parameter, zeros
from tinylearn.layers.layer import Layer
from tinylearn.layers.windows import Windows, strided


class Conv2D(Layer):
    """F filters slide over the image; each place gets `Σ patch · w + b`. LeCun et al. 1989.

    x (N, H, W, channels_in) → out (N, OH, OW, channels_out). `kernel_size`, `stride` and `padding` are an int or a pair
    (rows, columns). Padding may also be "valid" (none) or "same" (there are then as many places as pixels, divided by
    the stride and rounded up). The filter is not flipped: strictly speaking, this is **cross-correlation**. Raises
    ValueError if an image has another number of channels, or is too small for one patch.

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
        patches = im2col(x, self.windows)  # (N, OH, OW, KH, KW, C)
        w = self.params["w"].reshape(-1, self.channels_out)  # (KH·KW·C, F)
        self.shape, self.rows = x.shape, patches.reshape(-1, len(w))  # (N·OH·OW, KH·KW·C)
        out = self.rows @ w + self.params["b"]  # (N·OH·OW, F)
        return out.reshape(*patches.shape[:3], self.channels_out)

    def backward(self, dout: np.ndarray) -> np.ndarray | None:
        """Derive the gradients from  out[r, f] = Σ_k rows[r, k] w[k, f] + b[f], by the chain rule.

        r counts the places of all images, k the entries of a patch. This is the formula of a dense layer, so the
        gradients are the same, too. w[k, f] reaches the loss through place r with factor rows[r, k], b[f] with 1:
            dw[k, f] = Σ_r rows[r, k] dout[r, f]         dw = rowsᵀ @ dout
            db[f] = Σ_r dout[r, f]
        An entry of a patch reaches the loss through every filter f:
            drows[r, k] = Σ_f dout[r, f] w[k, f]         drows = dout @ wᵀ
        A pixel belongs to several patches and reaches the loss through each, so its gradient is their sum: col2im.
        """
        dout_rows = dout.reshape(-1, self.channels_out)  # (N·OH·OW, F)
        self.grads["w"] = (self.rows.T @ dout_rows).reshape(self.params["w"].shape)  # (KH, KW, C, F)
        self.grads["b"] = dout_rows.sum(axis=0)  # (F,)
        if not self.needs_dx:
            return None
        drows = dout_rows @ self.params["w"].reshape(-1, self.channels_out).T  # (N·OH·OW, KH·KW·C)
        dpatches = drows.reshape(*dout.shape[:3], *self.windows.size, self.channels_in)  # (N, OH, OW, KH, KW, C)
        return col2im(dpatches, self.shape, self.windows)  # (N, H, W, C)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channels_in}, {self.channels_out}, {self.windows.arguments()})"


def im2col(x: np.ndarray, windows: Windows, fill: float = 0.0) -> np.ndarray:
    """Return the patches of the images x (N, H, W, C), padded with `fill`: (N, OH, OW, KH, KW, C).

    This is a view, not a copy; `reshape` makes a copy.

    >>> image = np.arange(9).reshape(1, 3, 3, 1)
    >>> im2col(image, Windows((2, 2), (1, 1), (0, 0))).reshape(4, 4)
    array([[0, 1, 3, 4],
           [1, 2, 4, 5],
           [3, 4, 6, 7],
           [4, 5, 7, 8]])
    """
    sh, sw = windows.stride
    patches = sliding_window_view(windows.pad(x, fill), windows.size, axis=(1, 2))[:, ::sh, ::sw]
    return patches.transpose(0, 1, 2, 4, 5, 3)


def col2im(dpatches: np.ndarray, x_shape: tuple[int, ...], windows: Windows) -> np.ndarray:
    """Return dx (N, H, W, C): for each pixel, the sum of its gradients in all patches (N, OH, OW, KH, KW, C).

    >>> col2im(np.ones((1, 2, 2, 2, 2, 1)), (1, 3, 3, 1), Windows((2, 2), (1, 1), (0, 0))).reshape(3, 3)
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    n, oh, ow, kh, kw, c = dpatches.shape
    (sh, sw), (height, width) = windows.stride, x_shape[1:3]
    dx = np.zeros((n, *windows.padded_shape(height, width), c), dpatches.dtype)
    for i in range(kh):
        for j in range(kw):  # add entry (i, j) of all patches in one go: no two of these are the same pixel
            dx[:, strided(i, sh, oh), strided(j, sw, ow)] += dpatches[:, :, :, i, j]
    return windows.unpad(dx, height, width)
