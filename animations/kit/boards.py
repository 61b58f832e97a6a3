"""Boards: grids of cells with a number in each.

    corner ┌─────┬─────┬─────┐
           │ 0,0 │ 0,1 │ 0,2 │        cell (i, j): row i from above, column j from the left, as in the array
           ├─────┼─────┼─────┤
           │ 1,0 │ 1,1 │ 1,2 │
           └─────┴─────┴─────┘

Places are pixels of a `Page`: y grows upwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb

from animations.data import anything
from animations.engine.text import Form
from animations.kit import style
from animations.kit.following import Shown
from animations.kit.numbers import letters, plain_form
from animations.kit.page import Page
from tinylearn.checks import numbers

Outline = list[tuple[float, float]]
Color = tuple[float, float, float]

MOST = 1000  # larger numbers have no room on a board
CELL = 44  # pixels: the smallest cell
DIGIT = 11  # pixels: the width of a digit in style.MEDIUM, rounded up


class Grid:
    """The places of `rows` × `columns` cells, each `wide` × `high` pixels; `corner` is the upper left one."""

    def __init__(self, corner: tuple[float, float], rows: int, columns: int, wide: float, high: float) -> None:
        self.left, self.top = corner
        self.rows, self.columns, self.wide, self.high = rows, columns, wide, high
        self.right, self.bottom = self.left + columns * wide, self.top - rows * high

    def centre(self, i: int, j: int) -> tuple[float, float]:
        """Return the centre of a cell.

        >>> Grid((100, 500), 2, 3, 40, 20).centre(1, 0)
        (120.0, 470.0)
        """
        return self.left + (j + 0.5) * self.wide, self.top - (i + 0.5) * self.high

    def outline(self, i: int, j: int, rows: int = 1, columns: int = 1, inset: float = 0) -> Outline:
        """Return the corners of `rows` × `columns` cells from (i, j) on, ending with the first: a closed line."""
        left, right = self.left + j * self.wide + inset, self.left + (j + columns) * self.wide - inset
        top, bottom = self.top - i * self.high - inset, self.top - (i + rows) * self.high + inset
        return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]

    def part(self, i: int, j: int, rows: int, columns: int) -> Grid:
        """Return the grid of `rows` × `columns` of these cells, from (i, j) on.

        >>> Grid((100, 500), 2, 3, 40, 20).part(1, 1, 1, 2).centre(0, 0)
        (160.0, 470.0)
        """
        return Grid(self.outline(i, j)[0], rows, columns, self.wide, self.high)

    def cells(self) -> list[tuple[int, int]]:
        """Return all (i, j), row by row."""
        return list(np.ndindex(self.rows, self.columns))


def draw_board(
    page: Page, grid: Grid, name: str, values: np.ndarray, tint: str, seen: np.ndarray | None = None,
    color: str = style.INK, lines: str = style.FAINT,
) -> None:  # fmt: skip
    """Draw cells with the values (rows, columns) in them, on tints of a colour; the gids are `name[i,j]`.

    seen   (S, rows, columns), the cells that each frame fills, if not all; the others stay empty
    """
    draw_cells(page, grid, colors=lines)
    write_numbers(page, grid, plain_form(values), name, values, seen, color=color)
    colors = tints(values, tint)
    filled = draw_tints(page, grid, colors, zorder=1 if seen is None else 2.6)
    if seen is not None:
        page.bind(filled, facecolor=np.where(seen.reshape(len(seen), -1, 1), colors, to_rgb(style.PAPER)))


def draw_outlines(page: Page, outlines: Sequence[Outline], **settings: Any) -> LineCollection:
    """Draw closed lines as one collection."""
    own: dict[str, Any] = {"colors": style.FAINT, "linewidths": 1.0, "zorder": 2} | settings
    made = LineCollection(list(outlines), **own)
    page.axes.add_collection(made, autolim=False)
    return made


def draw_cells(page: Page, grid: Grid, **settings: Any) -> None:
    """Draw the outlines of all cells."""
    draw_outlines(page, [grid.outline(i, j) for i, j in grid.cells()], **settings)


def mark_cells(page: Page, outlines: Shown, **settings: Any) -> LineCollection:
    """Draw thick lines around cells: give a list of outlines for each frame, or a function of the frame."""
    own: dict[str, Any] = {"colors": style.INK, "linewidths": 3.0, "joinstyle": "miter", "zorder": 4} | settings
    made = draw_outlines(page, (), **own)
    page.bind(made, segments=outlines)
    return made


def draw_tints(page: Page, grid: Grid, colors: Sequence[Any], zorder: float = 1) -> PolyCollection:
    """Fill all cells, row by row, up to one pixel inside their outlines."""
    inner = [grid.outline(i, j, inset=1)[:4] for i, j in grid.cells()]
    filled = PolyCollection(inner, facecolors=colors, edgecolors="none", zorder=zorder)
    page.axes.add_collection(filled, autolim=False)
    return filled


def tints(values: np.ndarray, color: str) -> list[Color]:
    """Return a tint of `color` for each of `values`: stronger the further it is from 0, and paper at 0.

    All are so pale that a number in that colour is readable on them.
    """
    size = np.abs(values).ravel()
    strength = 0.14 * size / max(size.max(initial=0), 1e-300)
    paper = np.array(to_rgb(style.PAPER))
    return [tuple(each) for each in paper + strength[:, None] * (np.array(to_rgb(color)) - paper)]


def write_numbers(
    page: Page, grid: Grid, form: Form, name: str, values: np.ndarray, seen: np.ndarray | None = None, **settings: Any
) -> None:
    """Write values (rows, columns), or those of each frame (S, rows, columns), into the cells; see `draw_board`."""
    own: dict[str, Any] = {"ha": "center", "zorder": 3} | settings
    for i, j in grid.cells():
        number = page.number(form, f"{name}[{i},{j}]", values[..., i, j], grid.centre(i, j), **own)
        if seen is not None:
            page.bind(number, visible=seen[:, i, j])


def write_heading(page: Page, grid: Grid, words: str) -> None:
    """Write the name of a board above its left corner."""
    page.quiet(words, (grid.left, grid.top + 18))


# --- what has room on a board --------------------------------------------------------------------------------------


def cell_width(values: np.ndarray, least: int = CELL) -> int:
    """Return how wide a cell must be for each of `values`, in pixels: `least` or more."""
    return max(least, DIGIT * letters(values) + 18)


def board(most: int, **how: Any) -> Any:
    """Declare the numbers (rows, columns) of a scene, at most `most` of each; see `checked_board`."""
    return anything(lambda caller, name, value: checked_board(caller, name, value, most), **how)


def checked_board(caller: str, name: str, values: Any, most: int) -> np.ndarray:
    """Return `values` as a float64 array (rows, columns).

    ValueError for another shape, no cell, more than `most` rows or columns, or a number that is too large to write.
    """
    board = numbers(caller, name, values, np.float64)
    if board.ndim != 2 or not board.size:
        raise ValueError(f"{caller}: {name} must be rows of numbers, (rows, columns), got shape {board.shape}")
    check_room(caller, name, board.shape, most, "take a part of it")
    if not (np.abs(board) < MOST).all():
        wrong = board[~(np.abs(board) < MOST)][0]
        raise ValueError(
            f"{caller}: {name} must hold numbers between -{MOST} and {MOST} to be drawn, got {wrong:.10g}; scale it"
        )
    return board


def check_room(caller: str, name: str, shape: tuple[int, ...], most: int, advice: str) -> None:
    """Raise ValueError if there are more than `most` rows or columns."""
    if max(shape) > most:
        got = " × ".join(map(str, shape))
        raise ValueError(f"{caller}: {name} may have at most {most} rows and columns to be drawn, got {got}; {advice}")
