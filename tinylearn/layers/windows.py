"""Windows that slide over an image, for convolution and pooling: where they lie, and how many fit.

    kernel 3, stride 2, padding 1, on a row of 5:

    0 x x x x x 0
    └───┘             window 0
        └───┘         window 1, two places further
            └───┘     window 2

    count = (H + before + after - KH) // SH + 1          the last window may leave out a few cells

H W rows and columns of the image, KH KW of the window, SH SW of the stride, OH OW windows down and across.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

import numpy as np

Pair = tuple[int, int]
Pads = tuple[Pair, Pair]  # (above, below), (left, right)


@dataclass(frozen=True)
class Windows:
    """Windows of `size` (KH, KW), `stride` (SH, SW) apart, over an image with `padding`.

    padding   the rows and columns to add on both sides, (PH, PW); or "same", which adds enough for ceil(H / SH)
              windows down and ceil(W / SW) across; an odd cell goes below or on the right (TensorFlow's rule)

    >>> windows = Windows((3, 3), (2, 2), "same")
    >>> windows.pads(32, 32), windows.count(32, 32)
    (((0, 1), (0, 1)), (16, 16))
    """

    size: Pair
    stride: Pair
    padding: Pair | str

    @classmethod
    def of(cls, caller: str, name: str, size: Any, stride: Any, padding: Any) -> Windows:
        """Return the windows for a layer's arguments: each is an int or a pair; padding may be "valid" or "same".

        In error messages `caller` is the layer, and `name` is the argument `size`.
        """
        if isinstance(padding, str):
            if padding not in ("valid", "same"):
                raise ValueError(f'{caller}: padding must be a number, a pair, "valid" or "same", got {padding!r}')
            checked: Pair | str = "same" if padding == "same" else (0, 0)
        else:
            checked = _pair(caller, "padding", padding, least=0)
        return cls(_pair(caller, name, size, least=1), _pair(caller, "stride", stride, least=1), checked)

    def pads(self, height: int, width: int) -> Pads:
        """Return ((above, below), (left, right)): how many rows and columns to add around an image."""
        if isinstance(self.padding, str):
            down = _same(height, self.size[0], self.stride[0])
            return down, _same(width, self.size[1], self.stride[1])
        return (self.padding[0], self.padding[0]), (self.padding[1], self.padding[1])

    def count(self, height: int, width: int) -> Pair:
        """Return (OH, OW): how many windows fit down and across. Raise ValueError if none fits."""
        rows, columns = self.padded_shape(height, width)
        room = rows - self.size[0], columns - self.size[1]
        if height < 1 or width < 1 or min(room) < 0:
            raise ValueError(
                f"a window of {self.size[0]} × {self.size[1]} does not fit an image of {height} × {width} with padding "
                f"{self.padding!r}; take a smaller window, more padding, or larger images"
            )
        return room[0] // self.stride[0] + 1, room[1] // self.stride[1] + 1

    def padded_shape(self, height: int, width: int) -> Pair:
        """Return the rows and columns of an image together with its padding."""
        down, across = self.pads(height, width)
        return height + sum(down), width + sum(across)

    def pad(self, x: np.ndarray, value: float = 0.0) -> np.ndarray:
        """Return x (N, H, W, C) with padding of `value` around it; x itself if there is no padding."""
        return padded(x, self.pads(*x.shape[1:3]), value)

    def unpad(self, x: np.ndarray, height: int, width: int) -> np.ndarray:
        """Return the image of `height` × `width` from a padded x (N, …, …, C)."""
        (above, _), (left, _) = self.pads(height, width)
        return x[:, above : above + height, left : left + width]

    def refuse_padding_alone(self, caller: str) -> None:
        """Raise ValueError if a window could lie on the padding alone, without any number of the image."""
        if not isinstance(self.padding, str) and (self.padding[0] >= self.size[0] or self.padding[1] >= self.size[1]):
            raise ValueError(
                f"{caller}: padding must be smaller than the window, got {self.padding} for {self.size[0]} × "
                f"{self.size[1]}: a window on the padding alone holds no number of the image"
            )

    def arguments(self, default_stride: Pair = (1, 1)) -> str:
        """Return these windows as the arguments of a layer's call.

        >>> Windows((3, 3), (2, 2), (1, 0)).arguments()
        '3, stride=2, padding=(1, 0)'
        """
        stride = "" if self.stride == default_stride else f", stride={_short(self.stride)}"
        padding = "" if self.padding == (0, 0) else f", padding={_short(self.padding)}"
        return f"{_short(self.size)}{stride}{padding}"


def padded(x: np.ndarray, pads: Pads, value: float = 0.0) -> np.ndarray:
    """Return x (N, H, W, C) with `pads` rows and columns of `value` around each image; x itself if all are 0."""
    (above, below), (left, right) = pads
    if not any(map(any, pads)):
        return x
    n, h, w, c = x.shape
    out = np.full((n, above + h + below, left + w + right, c), value, x.dtype)
    out[:, above : above + h, left : left + w] = x
    return out


def strided(start: int, stride: int, count: int) -> slice:
    """Return the slice that picks `count` entries, `stride` apart, from `start` on.

    strided(i, SH, OH) picks the rows of the image that lie under row i of the windows, one for each window.

    >>> list(range(10))[strided(1, 3, 3)]
    [1, 4, 7]
    """
    return slice(start, start + (count - 1) * stride + 1, stride)


def _short(value: Pair | str) -> str:
    """Return a pair as you would write it: one number if both are equal."""
    return repr(value) if isinstance(value, str) or value[0] != value[1] else repr(value[0])


def _same(length: int, size: int, stride: int) -> Pair:
    """Return how many cells to add before and after `length` cells, so that ceil(length / stride) windows fit."""
    count = -(-length // stride)
    total = max((count - 1) * stride + size - length, 0)
    return total // 2, total - total // 2


def _pair(caller: str, name: str, value: Any, least: int) -> Pair:
    """Return an int twice, or a pair of ints as it is; raise an error for anything else, or below `least`."""
    values = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(values) != 2:
        raise ValueError(f"{caller}: {name} must be a number or a pair (rows, columns), got {value!r}")
    try:
        rows, columns = map(operator.index, values)
    except TypeError:
        numbers = "a whole number" if values == (value, value) else "whole numbers"
        raise TypeError(f"{caller}: {name} must be {numbers}, got {value!r}") from None
    if min(rows, columns) < least:
        bound = "must not be negative" if least == 0 else f"must be at least {least}"
        raise ValueError(f"{caller}: {name} {bound}, got {value!r}")
    return rows, columns
