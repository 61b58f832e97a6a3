"""A frozen lake from above: ice, holes, the goal; who walks on it, and arrows for where he may go.

    S F        S start, F frozen, H hole, G goal; tile i · columns + j is in row i from above, column j from the left
    H G        actions 0 left, 1 down, 2 right, 3 up

Everything is on a page in pixels, as that of `drawing.pixel_axes`: y grows upwards.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection, LineCollection, PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Polygon

from animations import checks
from animations.kit import style
from animations.kit.axes import add_label
from animations.kit.boards import Grid, draw_cells, draw_tints
from animations.kit.page import Page

ACTIONS = ("left", "down", "right", "up")
DIRECTIONS = ((-1, 0), (0, -1), (1, 0), (0, 1))  # of these, on the page
ICE, WATER = "#eaf3f9", "#33507a"
LEAST = 1e-3  # a probability that has no length any more


def checked_map(who: str, rows: Sequence[str]) -> tuple[str, ...]:
    """Return the rows of a map; ValueError unless they are equally long and made of S, F, H and G."""
    given, rows = rows, checks.texts(who, "rows", rows)
    if not rows or not rows[0] or {len(row) for row in rows} != {len(rows[0])} or set("".join(rows)) - set("SFHG"):
        raise ValueError(f"{who}: rows must be equally long texts of the letters S, F, H, G, got {given}")
    return rows


def centres(grid: Grid) -> np.ndarray:
    """Return the middle of every tile, (tiles, 2).

    >>> centres(Grid((0, 100), 2, 2, 50, 50)).tolist()
    [[25.0, 75.0], [75.0, 75.0], [25.0, 25.0], [75.0, 25.0]]
    """
    return np.array([grid.centre(i, j) for i, j in grid.cells()])


def draw_lake(page: Page, grid: Grid, rows: Sequence[str]) -> None:
    """Draw the ice, the holes, the start and the goal."""
    axes, letters, middles = page.axes, np.array(list("".join(rows))), centres(grid)
    draw_tints(page, grid, [to_rgb(ICE)] * len(letters))
    draw_cells(page, grid, colors=style.QUIET, zorder=1.5)
    holes = EllipseCollection(0.72 * grid.wide, 0.6 * grid.high, 0, units="xy", offsets=middles[letters == "H"],
                              offset_transform=axes.transData, facecolors=WATER, zorder=1.7)  # fmt: skip
    axes.add_collection(holes, autolim=False)
    for middle in middles[letters == "G"]:
        _draw_flag(axes, middle, grid.high)
    below = 0.24 if grid.wide > 110 else 0.37  # on a small tile the word stands under the walker's feet
    for x, y in middles[letters == "S"]:
        add_label(axes, x - 0.46 * grid.wide, y - below * grid.high, "start", size=style.SMALL, color=style.QUIET)


def _draw_flag(axes: Axes, middle: np.ndarray, size: float) -> None:
    """Draw the goal: a flag on its pole."""
    x, y = middle[0] - 0.14 * size, middle[1] - 0.34 * size
    axes.add_collection(
        LineCollection([[(x, y), (x, y + 0.68 * size)]], colors=style.INK, linewidths=3, zorder=1.7), autolim=False
    )
    cloth = [(x, y + 0.68 * size), (x + 0.4 * size, y + 0.52 * size), (x, y + 0.36 * size)]
    axes.add_patch(Polygon(cloth, facecolor=style.TARGET, edgecolor="none", zorder=1.7))


class Walker:
    """A pawn, `high` pixels, that stands on one place after the other."""

    def __init__(self, axes: Axes, high: float) -> None:
        turn = np.radians(np.arange(-60, 241, 10))
        head = np.column_stack([0.2 * np.cos(turn), 0.3 + 0.2 * np.sin(turn)])
        body = np.array([[-0.3, -0.5], [0.3, -0.5]])
        self.outline = high * np.vstack([body[::-1] * [-1, 1], [[0.14, 0.1]], head, [[-0.14, 0.1]]])
        self.patch = Polygon(self.outline, facecolor=style.INK, edgecolor=style.PAPER, zorder=5)
        axes.add_patch(self.patch)

    def stand(self, place: np.ndarray) -> None:
        """Go to `place`, (x, y)."""
        self.patch.set_xy(self.outline + place)


def length(probability: float, longest: float) -> float:
    """Return how long the arrow for a probability is: `longest` for 1, a third of it less for each tenth part.

    >>> [round(length(probability, 30)) for probability in (1, 0.1, 0.01, 0.001, 0)]
    [30, 20, 10, 0, 0]
    """
    return longest * max(0.0, 1 - math.log(max(probability, LEAST)) / math.log(LEAST))


def arrow(place: np.ndarray, action: int, start: float, long: float, thick: float) -> np.ndarray:
    """Return the outline (7, 2) of an arrow that begins `start` pixels from `place`, `long` pixels with its head."""
    head = min(2.2 * thick, long)
    along = np.array([0, long - head, long - head, long, long - head, long - head, 0]) + start
    across = thick / 2 * np.array([1, 1, 2.6, 0, -2.6, -1, -1]) * (head / (2.2 * thick))
    (x, y) = DIRECTIONS[action]
    return place + np.column_stack([along * x - across * y, along * y + across * x])


def add_arrows(axes: Axes, count: int) -> PolyCollection:
    """Make `count` arrows; `set_verts` and `set_facecolor` say where they are and what colours they have."""
    made = PolyCollection([np.zeros((7, 2))] * count, edgecolors="none", zorder=4)
    axes.add_collection(made, autolim=False)
    return made
