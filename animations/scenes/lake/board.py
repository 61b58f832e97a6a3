"""A frozen lake from above: ice, holes, the goal; a pawn that walks over it, and arrows for possible moves.

    S F        S start, F frozen, H hole, G goal; tile i · columns + j is in row i from the top, column j from the left
    H G        actions 0 left, 1 down, 2 right, 3 up

T tiles, S frames. Places are pixels of a `Page`: y grows upwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import EllipseCollection, LineCollection
from matplotlib.patches import Polygon

from animations import checks
from animations.data import anything
from animations.kit import style
from animations.kit.boards import Grid, check_room, draw_cells, draw_tints
from animations.kit.page import Page, Place

ACTIONS = ("left", "down", "right", "up")
DIRECTIONS = ((-1, 0), (0, -1), (1, 0), (0, 1))  # of these actions, on the page
ICE, WATER = "#eaf3f9", "#33507a"
HOLE = "#33507b"  # of water in the ice, not of words: at night it stays darker than the ice, see formats/dark.py
ROOMY = 110  # pixels of a tile with room for a word beside the walker
RUN = 0.26  # of a tile: how far a walker runs against the edge of the lake


class Rows(tuple[str, ...]):
    """The rows of a map; `letters` has the letters of all tiles, row by row."""

    @property
    def letters(self) -> str:
        return "".join(self)

    def beside(self, tile: int, action: int) -> int:
        """Return the tile that an action aims at; at the edge of the lake, the same tile.

        >>> Rows(["SF", "HG"]).beside(0, 2), Rows(["SF", "HG"]).beside(0, 3)
        (1, 0)
        """
        (right, up), wide = DIRECTIONS[action], len(self[0])
        row, column = divmod(tile, wide)
        return min(max(row - up, 0), len(self) - 1) * wide + min(max(column + right, 0), wide - 1)

    @property
    def lengths(self) -> dict[str, int]:
        """Return the number of tiles, for the shapes of a scene's other arguments."""
        return {"T": len(self.letters)}


def lake(most: int | None = None) -> Any:
    """Declare the rows of a map: texts of one length with the letters S, F, H, G, at most `most` rows and columns."""

    def check(caller: str, name: str, value: Any) -> Rows:
        rows = Rows(checks.texts(caller, name, value))
        if not rows[0] or {len(row) for row in rows} != {len(rows[0])} or set(rows.letters) - set("SFHG"):
            raise ValueError(f"{caller}: {name} must be texts of one length with the letters S, F, H, G, got {value}")
        if most:
            check_room(caller, name, (len(rows), len(rows[0])), most, "take a smaller lake")
        return rows

    return anything(check)


def draw_lake(page: Page, rows: Rows, corner: Place, side: float, start: bool = True) -> np.ndarray:
    """Draw the ice, the holes, the start and the goal; return the centres of all tiles, (T, 2).

    corner   the upper left corner of the lake
    side     of a tile, in pixels
    start    write the word "start"?
    """
    grid = Grid(corner, len(rows), len(rows[0]), side, side)
    letters, middles = np.array(list(rows.letters)), np.array([grid.centre(i, j) for i, j in grid.cells()])
    draw_tints(page, grid, [ICE] * len(letters))
    draw_cells(page, grid, colors=style.QUIET, zorder=1.5)
    holes = EllipseCollection(0.72 * side, 0.6 * side, 0, units="xy", offsets=middles[letters == "H"],
                              offset_transform=page.axes.transData, facecolors=HOLE, edgecolors=style.QUIET,
                              zorder=1.7)  # fmt: skip
    page.axes.add_collection(holes, autolim=False)
    for x, y in middles[letters == "G"]:
        _draw_flag(page, x - 0.14 * side, y - 0.34 * side, side)
    for middle in middles[letters == "S"] if start else ():
        page.quiet("start", start_place(middle, side), size=style.SMALL)
    return middles


def start_place(middle: np.ndarray, side: float) -> Place:
    """Return the place of the word "start" on a tile; on a small tile, under the walker's feet."""
    return middle[0] - 0.46 * side, middle[1] - (0.24 if side > ROOMY else 0.37) * side


def _draw_flag(page: Page, x: float, y: float, side: float) -> None:
    """Draw the goal: a flag on a pole with its foot at (x, y)."""
    top, cloth, low = (y + fraction * side for fraction in (0.68, 0.52, 0.36))
    pole = LineCollection([[(x, y), (x, top)]], colors=style.INK, linewidths=3, zorder=1.7)
    page.axes.add_collection(pole, autolim=False)
    corners = [(x, top), (x + 0.4 * side, cloth), (x, low)]
    page.axes.add_patch(Polygon(corners, facecolor=style.TARGET, edgecolor="none", zorder=1.7))


def add_walker(
    page: Page, middles: np.ndarray, side: float, tiles: np.ndarray, episodes: np.ndarray, actions: np.ndarray
) -> list[Artist]:
    """Draw a pawn that walks, and its path in this episode as a dotted line; return both.

    middles    (T, 2) the centres of the tiles, which are `side` pixels wide
    tiles      (S,) its tile in each frame; it walks to the next frame's tile if that frame shows the same episode
    episodes   (S,) the episode of each frame
    actions    (S,) its action then, -1 for none; if the action leads nowhere, it runs against the edge and back
    """
    turn, high = np.radians(np.arange(-60, 241, 10)), 0.5 * side
    head = np.column_stack([0.2 * np.cos(turn), 0.3 + 0.2 * np.sin(turn)])
    outline = high * np.vstack([[[-0.3, -0.5], [0.3, -0.5], [0.14, 0.1]], head, [[-0.14, 0.1]]])
    first = np.searchsorted(episodes, episodes)  # (S,) the frame where its episode begins

    def here(frame: float) -> np.ndarray:
        now, fraction = int(frame), frame % 1
        if not fraction or episodes[now + 1] != episodes[now]:
            return middles[tiles[now]]
        aside = RUN * side * np.sin(np.pi * fraction) * np.array(DIRECTIONS[actions[now]])
        runs = actions[now] >= 0 and tiles[now] == tiles[now + 1]
        return (1 - fraction) * middles[tiles[now]] + fraction * middles[tiles[now + 1]] + (aside if runs else 0)

    def way(frame: float) -> list[np.ndarray]:
        now = int(frame)
        passed, step = tiles[first[now] : now + 1], frozenset(tiles[now : now + 2].tolist())
        known = steps_along(passed)
        new = len(step) == 2 and episodes[now] == episodes[now + 1] and step not in known
        begun = [np.array([middles[tiles[now]], here(frame)])] if new and frame > now else []
        return [middles[pair] for pair in known.values()] + begun

    dotted = add_way(page)
    pawn = page.axes.add_patch(Polygon(outline, facecolor=style.INK, edgecolor=style.PAPER, zorder=5))
    return [page.glide(dotted, segments=way), page.glide(pawn, xy=lambda frame: outline + here(frame))]


def add_way(page: Page) -> LineCollection:
    """Draw dotted lines for the path of a walker."""
    made = LineCollection([], colors=style.WEIGHT, linewidths=4, linestyles=":", zorder=3)
    page.axes.add_collection(made, autolim=False)
    return made


def steps_along(tiles: Sequence[int] | np.ndarray) -> dict[frozenset[int], list[int]]:
    """Return the steps from tile to tile, each once, because dots on top of dots would make a line.

    >>> list(steps_along([0, 1, 0, 0, 4]).values())
    [[0, 1], [0, 4]]
    """
    steps: dict[frozenset[int], list[int]] = {}
    for step in pairwise(map(int, tiles)):
        if step[0] != step[1]:
            steps.setdefault(frozenset(step), list(step))
    return steps


def arrow(place: np.ndarray, action: int, start: float, long: float, thick: float) -> np.ndarray:
    """Return the outline (7, 2) of an arrow that begins `start` pixels from `place` and is `long` pixels long."""
    head = min(2.2 * thick, long)
    along = np.array([0, long - head, long - head, long, long - head, long - head, 0]) + start
    across = thick / 2 * np.array([1, 1, 2.6, 0, -2.6, -1, -1]) * (head / (2.2 * thick))
    (x, y) = DIRECTIONS[action]
    return place + np.column_stack([along * x - across * y, along * y + across * x])
