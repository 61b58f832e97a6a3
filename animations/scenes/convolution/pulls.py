"""The places of pictures that pull on a filter: at each, dout times the patch under the filter.

N pictures, H W rows and columns, and as many places; KH KW rows and columns of the filter, C channels.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tinylearn.layers.windows import Windows

Place = tuple[int, int]


def patches_of(x: np.ndarray, size: Place) -> np.ndarray:
    """Return the patch under a filter of that size at every pixel of x (N, H, W, C): (N, H, W, KH, KW, C)."""
    padded = Windows(size, (1, 1), "same").pad(x)
    return np.moveaxis(sliding_window_view(padded, size, axis=(1, 2)), 3, -1)


def strongest_apart(force: np.ndarray, size: Place, most: int) -> list[Place]:
    """Return up to `most` places with the largest forces (H, W), whose patches are in the picture and do not overlap.

    >>> strongest_apart(np.array([[9, 9, 9, 9, 9], [9, 5, 7, 6, 9], [9, 9, 9, 9, 9]]), (3, 1), 2)
    [(1, 0), (1, 4)]
    """
    found: list[Place] = []
    for flat in np.argsort(-force, axis=None, kind="stable"):
        place = divmod(int(flat), force.shape[1])
        room = zip(place, size, force.shape, strict=True)
        inside = all((length - 1) // 2 <= at < side - length // 2 for at, length, side in room)
        apart = all(abs(place[0] - row) >= size[0] or abs(place[1] - column) >= size[1] for row, column in found)
        if force[place] > 0 and inside and apart and len(found) < most:
            found.append(place)
    return found
