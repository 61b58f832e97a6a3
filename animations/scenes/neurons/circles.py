"""Neurons as circles, and the arrows between them."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Circle

from animations.kit import style
from animations.kit.page import Page, Place


def draw_circle(page: Page, centre: Place, radius: float, words: str, color: str, width: float = 2.5) -> None:
    """Draw a circle with a word in it."""
    page.axes.add_patch(Circle(centre, radius, facecolor=style.PAPER, edgecolor=color, linewidth=width, zorder=1.5))
    page.text(words, centre, color=color, ha="center", size=style.LARGE)


def draw_arrow(page: Page, start: Place, end: Place, values: np.ndarray, color: str) -> None:
    """Draw an arrow between two circles for a number: the larger, the thicker, and dashed while below zero."""
    way = np.subtract(end, start) / np.hypot(*np.subtract(end, start))
    page.signed(page.arrow(start + 38 * way, end - 50 * way, color, head=16), values)
