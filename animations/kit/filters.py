"""A filter as a small picture, its channels below each other: weights above zero are blue, below zero red.

    red    ┌─────┐
           └─────┘
    green  ┌─────┐
           └─────┘
    blue   ┌─────┐
           └─────┘

KH KW rows and columns of the filter, C channels, S frames.
"""

from __future__ import annotations

import numpy as np
from matplotlib.image import AxesImage

from animations.kit.colours import SIGNED
from animations.kit.page import Page

WIDE, HIGH = 40, 136  # pixels: of three channels of 5 × 5 each, with their gaps


def channel_tiles(w: np.ndarray) -> np.ndarray:
    """Return weights (…, KH, KW, C) as one picture (…, C · KH + C - 1, KW), with a row of NaN between two channels.

    >>> channel_tiles(np.array([[[1.0, 3], [2, 4]]]))
    array([[ 1.,  2.],
           [nan, nan],
           [ 3.,  4.]])
    """
    *_, kh, _, channels = w.shape
    tiles = np.moveaxis(w, -1, -3)  # (…, C, KH, KW)
    below = [(0, 0)] * (tiles.ndim - 2) + [(0, 1), (0, 0)]
    padded = np.pad(tiles, below, constant_values=np.nan)  # (…, C, KH + 1, KW)
    return padded.reshape(*w.shape[:-3], channels * (kh + 1), -1)[..., :-1, :]


def draw_filter(page: Page, corner: tuple[int, int], w: np.ndarray, limit: float) -> AxesImage:
    """Draw weights (KH, KW, C), or those of each frame (S, KH, KW, C), with the lower left corner at `corner`, in
    pixels.

    limit   a weight of this size has the full colour, whatever its sign
    """
    axes, tiles = page.image(corner, (WIDE, HIGH)), channel_tiles(w)
    axes.spines[:].set_visible(False)
    still = tiles.ndim == 2
    made = axes.imshow(tiles if still else tiles[0], cmap=SIGNED, vmin=-limit, vmax=limit, interpolation="nearest",
                       aspect="auto", zorder=3)  # fmt: skip
    return made if still else page.bind(made, data=tiles)
