"""Finds what changes from frame to frame: colours packed into single numbers, and the pixels that differ.

A frame stores only these, so files of animations stay small. Packed: (H, W) uint32, red + 256 green + 65536 blue.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Difference(NamedTuple):
    """The D pixels in which two frames differ, within the smallest rectangle around them."""

    left: int
    top: int
    width: int
    height: int
    rows: np.ndarray  # (D,)
    columns: np.ndarray  # (D,)
    colours: np.ndarray  # (D,), the new ones, packed


def difference(before: np.ndarray, now: np.ndarray) -> Difference | None:
    """Compare two packed frames; return None if they are equal.

    >>> old, new = np.zeros((4, 6), np.uint32), np.zeros((4, 6), np.uint32)
    >>> new[2, 1:3] = 255
    >>> difference(old, new)[:4]
    (1, 2, 2, 1)
    """
    pixels = np.flatnonzero(before != now)
    if pixels.size == 0:
        return None
    rows, columns = np.divmod(pixels, now.shape[1])
    left, top = int(columns.min()), int(rows[0])
    width, height = int(columns.max()) + 1 - left, int(rows[-1]) + 1 - top
    return Difference(left, top, width, height, rows, columns, now[rows, columns])


def pack(pixels: np.ndarray) -> np.ndarray:
    """Return colours (…, 3) or (…, 4) uint8 as single numbers (…)."""
    if pixels.shape[-1] == 4:
        return np.ascontiguousarray(pixels).view("<u4")[..., 0] & np.uint32(0xFFFFFF)
    red, green, blue = (pixels[..., channel].astype(np.uint32) for channel in range(3))
    return red | green << 8 | blue << 16


def unpack(packed: np.ndarray) -> np.ndarray:
    """Return colours (…) as red, green, blue (…, 3) uint8."""
    return np.stack([packed & 255, packed >> 8 & 255, packed >> 16 & 255], axis=-1).astype(np.uint8)
