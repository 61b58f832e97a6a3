"""Boards: grids of cells with a number in each.

    corner ┌─────┬─────┬─────┐
           │ 0,0 │ 0,1 │ 0,2 │        cell (i, j): row i from above, column j from the left, as in the array
           ├─────┼─────┼─────┤
           │ 1,0 │ 1,1 │ 1,2 │
           └─────┴─────┴─────┘

The page is in pixels, as that of `drawing.pixel_axes`: y grows upwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb

from animations.engine.text import Form, Number
from animations.kit import style
from animations.kit.axes import add_number
from animations.kit.numbers import letters
from tinylearn.checks import numbers

Outline = list[tuple[float, float]]
Color = tuple[float, float, float]

MOST = 1000  # numbers below that have room on a board
CELL = 44  # pixels: a cell is at least as large
DIGIT = 11  # pixels: the width of a digit in style.MEDIUM, rounded up


class Grid:
    """The places of `rows` × `columns` cells, each `wide` × `high` pixels; `corner` is the upper left one."""

    def __init__(self, corner: tuple[float, float], rows: int, columns: int, wide: float, high: float) -> None:
        self.left, self.top = corner
        self.rows, self.columns, self.wide, self.high = rows, columns, wide, high
        self.right, self.bottom = self.left + columns * wide, self.top - rows * high

    def centre(self, i: int, j: int) -> tuple[float, float]:
        """Return the middle of a cell.

        >>> Grid((100, 500), 2, 3, 40, 20).centre(1, 0)
        (120.0, 470.0)
        """
        return self.left + (j + 0.5) * self.wide, self.top - (i + 0.5) * self.high

    def outline(self, i: int, j: int, rows: int = 1, columns: int = 1, inset: float = 0) -> Outline:
        """Return the corners of `rows` × `columns` cells from (i, j) on, the first corner twice: a closed line."""
        left, right = self.left + j * self.wide + inset, self.left + (j + columns) * self.wide - inset
        top, bottom = self.top - i * self.high - inset, self.top - (i + rows) * self.high + inset
        return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]

    def cells(self) -> list[tuple[int, int]]:
        """Return all (i, j), row by row."""
        return list(np.ndindex(self.rows, self.columns))


def draw_cells(axes: Axes, grid: Grid, cells: Sequence[tuple[int, int]], **settings: Any) -> None:
    """Draw the outlines of some cells, as one collection of lines."""
    own: dict[str, Any] = {"colors": style.FAINT, "linewidths": 1.0, "zorder": 2}
    axes.add_collection(LineCollection([grid.outline(i, j) for i, j in cells], **own | settings), autolim=False)


def thick_lines(axes: Axes, outlines: Sequence[Outline] = (), **settings: Any) -> LineCollection:
    """Draw thick lines around cells; `set_segments` moves them."""
    own: dict[str, Any] = {"colors": style.INK, "linewidths": 3.0, "joinstyle": "miter", "zorder": 4}
    made = LineCollection(list(outlines), **own | settings)
    axes.add_collection(made, autolim=False)
    return made


def draw_tints(axes: Axes, grid: Grid, colors: Sequence[Color]) -> PolyCollection:
    """Fill all cells, row by row, up to a pixel from their outlines; `set_facecolor` changes the colours."""
    filled = PolyCollection(
        [grid.outline(i, j, inset=1)[:4] for i, j in grid.cells()], facecolors=colors, edgecolors="none", zorder=2.6
    )
    axes.add_collection(filled, autolim=False)
    return filled


def tints(values: np.ndarray, color: str) -> list[Color]:
    """Return for each of `values` a tint of `color`: the further from 0 the stronger, and 0 is paper.

    All are so pale that a number of that colour can be read on them.
    """
    size = np.abs(values).ravel()
    strength = 0.14 * size / max(size.max(initial=0), 1e-300)
    paper = np.array(to_rgb(style.PAPER))
    return [tuple(each) for each in paper + strength[:, None] * (np.array(to_rgb(color)) - paper)]


def write_numbers(
    axes: Axes, grid: Grid, values: np.ndarray, form: Form, name: str, **settings: Any
) -> dict[tuple[int, int], Number]:
    """Write values (rows, columns) into the cells; the gids are `name[i,j]`. Return the numbers by cell."""
    own: dict[str, Any] = {"ha": "center", "zorder": 3} | settings
    made = {}
    for i, j in grid.cells():
        made[i, j] = add_number(axes, *grid.centre(i, j), form, f"{name}[{i},{j}]", **own)
        made[i, j].set_value(values[i, j])
    return made


# --- how numbers are written ----------------------------------------------------------------------------------------


def cell_width(values: np.ndarray) -> int:
    """Return how many pixels wide a cell must be for each of `values`."""
    return max(CELL, DIGIT * letters(values) + 18)


def checked_board(who: str, name: str, values: Any, most: int) -> np.ndarray:
    """Return `values` as a float64 array (rows, columns).

    ValueError if it is none, has no cell, more than `most` rows or columns, or a number too large to be written.
    """
    board = numbers(who, name, values, np.float64)
    if board.ndim != 2 or not board.size:
        raise ValueError(f"{who}: {name} must be rows of numbers, (rows, columns), got shape {board.shape}")
    if max(board.shape) > most:
        raise ValueError(
            f"{who}: {name} may have at most {most} rows and columns to be drawn, got {board.shape[0]} × "
            f"{board.shape[1]}; take a piece of it"
        )
    if not (np.abs(board) < MOST).all():
        wrong = board[~(np.abs(board) < MOST)][0]
        raise ValueError(
            f"{who}: {name} must hold numbers between -{MOST} and {MOST} to be drawn, got {wrong:.10g}; scale it"
        )
    return board
