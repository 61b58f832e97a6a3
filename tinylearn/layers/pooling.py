"""Max pooling: of each window, only the largest number is kept.

    x (N, H, W, C)  →  max over each window, channel by channel  →  out (N, OH, OW, C)

Whether a filter fitted somewhere near stays, where exactly does not. With windows of 2 × 2, side by side, the image has
a quarter of its pixels left. `loops.py` does the same in plain loops.

The largest of a window is found in two steps: in each row of the window, then among the rows. Each step keeps a
champion and lets the next number challenge it:

    champion, won = max(champion, next), next > champion            won only if larger: of equals, the first one stays
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinylearn.layers.layer import Layer
from tinylearn.layers.windows import Windows, stepped


class MaxPool2D(Layer):
    """The largest number of each window: x (N, H, W, C) → out (N, OH, OW, C). Ranzato et al. 2007.

    `size`, `stride` (default: size, so that the windows lie side by side) and `padding` are an int or a pair
    (rows, columns); padding is also "valid" or "same". The padding is -inf, which loses against every finite number.
    Of equal numbers, the first, row by row, gets the gradient. Raises ValueError for an image too small for one window.

    >>> x = np.array([[1.0, 0, 2], [1, 0, 1], [2, 1, 0]])[None, :, :, None]
    >>> MaxPool2D(2, stride=1).forward(x)[0, :, :, 0]
    array([[1., 2.],
           [2., 1.]])
    """

    x_shape = ("N", "H", "W", "C")

    def __init__(self, size: Any = 2, stride: Any = None, padding: Any = 0) -> None:
        self.windows = Windows.of("MaxPool2D", "size", size, size if stride is None else stride, padding)
        pads, (kh, kw) = self.windows.padding, self.windows.size
        if not isinstance(pads, str) and (pads[0] >= kh or pads[1] >= kw):
            raise ValueError(
                f"MaxPool2D: padding must be smaller than the window, got {pads} for {kh} × {kw}: "
                "a window with padding alone has no largest number"
            )

    def check_shape(self, x_shape: tuple[int, ...]) -> None:
        self.windows.count(*x_shape[1:3])

    def forward(self, x: np.ndarray) -> np.ndarray:
        oh, ow = self.windows.count(*x.shape[1:3])
        (kh, kw), (sh, sw) = self.windows.size, self.windows.stride
        padded = self.windows.pad(x, -np.inf)
        self.shape, self.padded_shape = x.shape, padded.shape
        across, self.won_across = _largest([padded[:, :, stepped(j, sw, ow)] for j in range(kw)])  # (N, H, OW, C)
        out, self.won_down = _largest([across[:, stepped(i, sh, oh)] for i in range(kh)])  # (N, OH, OW, C)
        return out

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """out is one of the numbers under the window: slope 1 for that one, 0 for all others.

        So dout goes back to the winner, the way it came: first to the row that won, then to the number in it.
        A number that wins under several windows collects from each.
        """
        (oh, ow), (kh, kw), (sh, sw) = dout.shape[1:3], self.windows.size, self.windows.stride
        n, h, width, c = self.padded_shape
        dacross = np.zeros((n, h, ow, c), dout.dtype)
        _give_back(dout, self.won_down, [dacross[:, stepped(i, sh, oh)] for i in range(kh)], overlap=sh < kh)
        dx = np.zeros((n, h, width, c), dout.dtype)
        _give_back(dacross, self.won_across, [dx[:, :, stepped(j, sw, ow)] for j in range(kw)], overlap=sw < kw)
        return self.windows.unpad(dx, *self.shape[1:3])

    def __repr__(self) -> str:
        return f"MaxPool2D({self.windows.arguments(default_stride=self.windows.size)})"


def _largest(contenders: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the largest, entry by entry, and for each contender after the first a mask: did it beat all before?"""
    champion, won = contenders[0], []
    for contender in contenders[1:]:
        won.append(contender > champion)
        champion = np.maximum(champion, contender)
    return champion, won


def _give_back(dout: np.ndarray, won: list[np.ndarray], places: list[np.ndarray], overlap: bool) -> None:
    """Give dout to the contenders' places: the last one that won gets all of it, the others nothing.

    Where windows do not overlap nothing is there yet, and all is written right into its place, in half the time.
    """
    contenders = list(zip(won, places[1:], strict=True))[::-1]  # the first one has no mask: it gets what is left
    if overlap:
        for mask, place in contenders:
            share = dout * mask
            place += share
            dout = dout - share
        places[0] += dout
    elif contenders:
        for mask, place in contenders:
            np.multiply(dout, mask, out=place)
            dout = np.subtract(dout, place, out=places[0])
    else:
        places[0][...] = dout
