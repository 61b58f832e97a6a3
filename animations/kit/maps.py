"""Numbers as a coloured map: blue above zero, red below; and the scale of its colours."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Rectangle

from animations.kit import style
from animations.kit.colours import SIGNED
from animations.kit.numbers import signed_digits
from animations.kit.page import Page


def draw_map(page: Page, corner: tuple[int, int], side: int, values: np.ndarray, limits: np.ndarray) -> None:
    """Draw numbers (S, H, W) as a square map, whose colours end at the frame's limit (S,), above and below zero."""
    (left, bottom), axes = corner, page.image(corner, (side, side))
    axes.spines[:].set_visible(False)  # the image would cover half of them
    frame = Rectangle((left - 1, bottom - 1), side + 2, side + 2, facecolor=style.QUIET, linewidth=0)
    page.axes.add_patch(frame)
    image = axes.imshow(values[0], cmap=SIGNED, interpolation="nearest")
    page.bind(image, data=values, clim=np.c_[-limits, limits])


def draw_scale(page: Page, corner: tuple[int, int], width: int, limits: np.ndarray) -> None:
    """Draw the colour scale of such maps, and below it the limits (S,): "scale[-1]" and "scale[1]"."""
    left, bottom = corner
    page.image(corner, (width, 14)).imshow(np.linspace(-1, 1, width)[None], cmap=SIGNED, aspect="auto")
    page.number(signed_digits, "scale[-1]", -limits, (left, bottom - 18), ha="left", size=style.SMALL)
    page.number(signed_digits, "scale[1]", limits, (left + width, bottom - 18), size=style.SMALL)
