"""A frozen lake from above: ice, holes, the goal; who walks on it, and arrows for where he may go.

    S F        S start, F frozen, H hole, G goal; tile i · columns + j is in row i from above, column j from the left
    H G        actions 0 left, 1 down, 2 right, 3 up

T tiles, S frames. Places are pixels of a `Page`: y grows upwards.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import EllipseCollection, LineCollection, PolyCollection
from matplotlib.patches import Polygon
from matplotlib.text import Text

from animations import checks
from animations.data import anything
from animations.kit import style
from animations.kit.boards import Grid, check_room, draw_cells, draw_tints
from animations.kit.page import Page, Place

ACTIONS = ("left", "down", "right", "up")
DIRECTIONS = ((-1, 0), (0, -1), (1, 0), (0, 1))  # of these, on the page
ICE, WATER = "#eaf3f9", "#33507a"
THICK = 9  # pixels: the best arrow
LEAST = 1e-3  # a probability that has no length any more


class Rows(tuple[str, ...]):
    """The rows of a map; `letters` are those of all tiles, row by row."""

    @property
    def letters(self) -> str:
        return "".join(self)

    @property
    def lengths(self) -> dict[str, int]:
        """Return the number of tiles, for the shapes of a scene's other arguments."""
        return {"T": len(self.letters)}


def lake(most: int | None = None) -> Any:
    """Declare the rows of a map, equally long texts of the letters S, F, H and G, at most `most` rows and columns."""

    def check(who: str, name: str, value: Any) -> Rows:
        rows = Rows(checks.texts(who, name, value))
        if not rows[0] or {len(row) for row in rows} != {len(rows[0])} or set(rows.letters) - set("SFHG"):
            raise ValueError(f"{who}: {name} must be equally long texts of the letters S, F, H, G, got {value}")
        if most:
            check_room(who, name, (len(rows), len(rows[0])), most, "take a smaller lake")
        return rows

    return anything(check)


def draw_lake(page: Page, rows: Rows, corner: Place, side: float) -> np.ndarray:
    """Draw the ice, the holes, the start and the goal; return the middle of every tile, (T, 2).

    corner   the upper left one of the lake
    side     of a tile, in pixels
    """
    grid = Grid(corner, len(rows), len(rows[0]), side, side)
    letters, middles = np.array(list(rows.letters)), np.array([grid.centre(i, j) for i, j in grid.cells()])
    draw_tints(page, grid, [ICE] * len(letters))
    draw_cells(page, grid, colors=style.QUIET, zorder=1.5)
    holes = EllipseCollection(0.72 * side, 0.6 * side, 0, units="xy", offsets=middles[letters == "H"],
                              offset_transform=page.axes.transData, facecolors=WATER, zorder=1.7)  # fmt: skip
    page.axes.add_collection(holes, autolim=False)
    for x, y in middles[letters == "G"]:
        _draw_flag(page, x - 0.14 * side, y - 0.34 * side, side)
    below = 0.24 if side > 110 else 0.37  # on a small tile the word stands under the walker's feet
    for x, y in middles[letters == "S"]:
        page.quiet("start", (x - 0.46 * side, y - below * side), size=style.SMALL)
    return middles


def _draw_flag(page: Page, x: float, y: float, side: float) -> None:
    """Draw the goal: a flag on its pole, whose foot is at (x, y)."""
    top, cloth, low = (y + share * side for share in (0.68, 0.52, 0.36))
    pole = LineCollection([[(x, y), (x, top)]], colors=style.INK, linewidths=3, zorder=1.7)
    page.axes.add_collection(pole, autolim=False)
    corners = [(x, top), (x + 0.4 * side, cloth), (x, low)]
    page.axes.add_patch(Polygon(corners, facecolor=style.TARGET, edgecolor="none", zorder=1.7))


def add_walker(page: Page, high: float, places: np.ndarray) -> None:
    """Draw a pawn, `high` pixels, that stands at places (S, 2), and between two frames is on its way."""
    turn = np.radians(np.arange(-60, 241, 10))
    head = np.column_stack([0.2 * np.cos(turn), 0.3 + 0.2 * np.sin(turn)])
    outline = high * np.vstack([[[-0.3, -0.5], [0.3, -0.5], [0.14, 0.1]], head, [[-0.14, 0.1]]])
    pawn = Polygon(outline, facecolor=style.INK, edgecolor=style.PAPER, zorder=5)
    page.glide(page.axes.add_patch(pawn), xy=outline + places[:, None])


def stress(page: Page, text: Text, when: np.ndarray) -> None:
    """Write a text in bold and in colour, in the frames of `when` (S,)."""
    page.bind(text, color=np.where(when, style.WEIGHT, style.INK), weight=np.where(when, "bold", "normal"))


def add_arrows(
    page: Page, places: np.ndarray, probabilities: np.ndarray, best: np.ndarray, start: float, longest: float,
    thin: float = THICK,
) -> None:  # fmt: skip
    """Draw four arrows at each of A places (S, A, 2), one for each action, as long as its probability (S, A, 4) says.

    best      (S, A, 4): these are blue, and thick; it and the places may be the same in all frames, or for all actions
    start     how far from their place they begin, in pixels
    longest   how long the arrow for a probability of 1 is
    """
    places, best = (np.broadcast_to(each, (*probabilities.shape[:2], last)) for each, last in ((places, 2), (best, 4)))
    lengths, thick = length(probabilities, longest), np.where(best, THICK, thin)

    def outlines(frame: int) -> list[np.ndarray]:
        return [arrow(places[frame, place], action, start, lengths[frame, place, action], thick[frame, place, action])
                for place, action in np.ndindex(lengths.shape[1:])]  # fmt: skip

    made = PolyCollection([], edgecolors="none", zorder=4)
    page.axes.add_collection(made, autolim=False)
    page.bind(made, verts=outlines, facecolor=np.where(best, style.WEIGHT, style.QUIET).reshape(len(best), -1))


def length(probability: Any, longest: float) -> Any:
    """Return how long the arrow for a probability is: `longest` for 1, a third of it less for each tenth part.

    >>> length(np.array([1, 0.1, 0.01, 0.001, 0]), 30).round()
    array([30., 20., 10.,  0.,  0.])
    """
    return longest * np.maximum(0.0, 1 - np.log(np.maximum(probability, LEAST)) / np.log(LEAST))


def arrow(place: np.ndarray, action: int, start: float, long: float, thick: float) -> np.ndarray:
    """Return the outline (7, 2) of an arrow that begins `start` pixels from `place`, `long` pixels with its head."""
    head = min(2.2 * thick, long)
    along = np.array([0, long - head, long - head, long, long - head, long - head, 0]) + start
    across = thick / 2 * np.array([1, 1, 2.6, 0, -2.6, -1, -1]) * (head / (2.2 * thick))
    (x, y) = DIRECTIONS[action]
    return place + np.column_stack([along * x - across * y, along * y + across * x])
