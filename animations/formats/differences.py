"""What changes from frame to frame: single numbers for colours, and the pixels that are not as before.

Files of animations stay small because a frame stores only these. Packed: (H, W) uint32, red + 256 green + 65536 blue.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Difference(NamedTuple):
    """The pixels in which two frames differ, D of them."""

    rows: np.ndarray  # (D,)
    columns: np.ndarray  # (D,)
    colours: np.ndarray  # (D,), the new ones, packed

    def box(self) -> tuple[int, int, int, int]:
        """Return left, top, width, height of the smallest rectangle around them."""
        top, bottom = int(self.rows.min()), int(self.rows.max())
        left, right = int(self.columns.min()), int(self.columns.max())
        return left, top, right + 1 - left, bottom + 1 - top


def difference(before: np.ndarray, now: np.ndarray) -> Difference:
    """Compare two packed frames.

    >>> old, new = np.zeros((4, 6), np.uint32), np.zeros((4, 6), np.uint32)
    >>> new[2, 1:3] = 255
    >>> difference(old, new).box()
    (1, 2, 2, 1)
    """
    rows, columns = np.divmod(np.flatnonzero(before != now), now.shape[1])
    return Difference(rows, columns, now[rows, columns])


def pack(pixels: np.ndarray) -> np.ndarray:
    """Return colours (…, 3) or (…, 4) uint8 as single numbers (…)."""
    if pixels.shape[-1] == 4:
        return np.ascontiguousarray(pixels).view("<u4")[..., 0] & np.uint32(0xFFFFFF)
    red, green, blue = (pixels[..., channel].astype(np.uint32) for channel in range(3))
    return red | green << 8 | blue << 16


def unpack(packed: np.ndarray) -> np.ndarray:
    """Return colours (…) as red, green, blue (…, 3) uint8."""
    return np.stack([packed & 255, packed >> 8 & 255, packed >> 16 & 255], axis=-1).astype(np.uint8)
