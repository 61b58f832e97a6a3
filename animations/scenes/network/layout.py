"""Where the columns of a network stand: from left to right, in as few rows as there can be.

A row that is not the first begins with the last column of the row above once more: from there its lines come. Columns
are as wide as what stands in them, so that nothing overlaps whatever the layers are. All in pixels, y from below.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from animations.scenes.network.column import TITLES, Column, Shape
from animations.scenes.network.states import NetworkStates
from tinylearn import Dense, Sequential

WIDEST, NARROWEST = 1640, 780  # the picture, unless two columns alone are wider; the heading needs the least
MOST_ROWS = 4
LEFT, GUTTER, BETWEEN = 24, 150, (24, 150)  # the margin; where the columns begin; between two of them, least and most
HEADING, FOOT = 104, 48  # above the first row and below the last
AROUND, ROW_GAP = 20, 22  # above and below the glyphs; below a row


class Layout(NamedTuple):
    """The rows of columns, and the size of the picture that has room for them."""

    rows: list[list[Column]]
    size: tuple[int, int]


def arrange(model: Sequential, states: NetworkStates, input_shape: Shape | None) -> Layout:
    """Return the columns of the input and all layers, each at its place; ValueError if there is no room for so many."""
    rows = _in_rows(_columns(model, states, input_shape))
    width = max(NARROWEST, *(GUTTER + _width(row) + LEFT for row in rows))
    height = HEADING + sum(_height(row) for row in rows) + FOOT
    size = 2 * round(width / 2 + 0.5), 2 * round(height / 2 + 0.5)  # films need even ones
    top = size[1] - HEADING
    for row in rows:
        _place(row, top, size[0])
        top -= round(_height(row))
    return Layout(rows, size)


def _columns(model: Sequential, states: NetworkStates, input_shape: Shape | None) -> list[Column]:
    """Return a column for the input and for each layer, with what `model.summary()` says of it."""
    shapes = model.output_shapes(input_shape)
    if input_shape is None and shapes[0] is not None:
        input_shape = (model.layers[0].n_in,)  # type: ignore[attr-defined]  # that told output_shapes
    columns = [Column("input", input_shape and tuple(input_shape), "")]
    for layer, name, shape in zip(model.layers, model.layer_names, shapes, strict=True):
        count = sum(value.size for value in layer.named_parameters().values())
        columns.append(Column(name, shape, f"{count:,}", states.parameters[name], isinstance(layer, Dense)))
    return columns


def _in_rows(columns: Sequence[Column]) -> list[list[Column]]:
    """Divide the columns into as few rows as there can be, of widths as equal as they can be."""
    rows = _filled(columns, WIDEST)
    if len(rows) > MOST_ROWS:
        raise ValueError(
            f"NetworkDiagram: {len(columns) - 1} layers need {len(rows)} rows, and there is room for {MOST_ROWS}; "
            "draw a Sequential of a part of them"
        )
    for limit in range(WIDEST, NARROWEST, -20):
        narrower = _filled(columns, limit)
        if len(narrower) > len(rows):
            break
        rows = narrower
    return rows


def _filled(columns: Sequence[Column], limit: int) -> list[list[Column]]:
    """Fill one row after another, each up to a width of `limit`."""
    rows = [[columns[0]]]
    for before, column in pairwise(columns):
        if len(rows[-1]) > 1 and GUTTER + _width([*rows[-1], column]) + LEFT > limit:
            rows.append([Column(before.name, before.shape, "from above")])
        rows[-1].append(column)
    return rows


def _width(row: Sequence[Column]) -> float:
    return sum(column.width for column in row) + BETWEEN[0] * (len(row) - 1)


def _glyphs(row: Sequence[Column]) -> float:
    return max(column.glyph_height for column in row) + 2 * AROUND


def _height(row: Sequence[Column]) -> float:
    return TITLES + _glyphs(row) + max(column.height_of_blocks for column in row) + ROW_GAP


def _place(row: Sequence[Column], top: float, width: int) -> None:
    """Give each column of a row its place; what room is left lies between them."""
    left_over = width - LEFT - GUTTER - sum(column.width for column in row)
    between = min(left_over / (len(row) - 1), BETWEEN[1])
    left: float = GUTTER
    for column in row:
        column.x, column.top = left + column.width / 2, top
        column.blocks_top = top - TITLES - _glyphs(row)
        column.middle = column.blocks_top + _glyphs(row) / 2
        left += column.width + between
