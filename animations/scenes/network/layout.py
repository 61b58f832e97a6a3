"""Where the columns of a network stand: from left to right, in as few rows as there can be.

A row that is not the first begins with the last column of the row above once more: from there its lines come. Columns
are as wide as what stands in them, so that nothing overlaps whatever the layers are. All in pixels, y from below.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from animations.scenes.network.column import Column

WIDEST, NARROWEST = 1640, 780  # the picture, unless two columns alone are wider; the heading needs the least
MOST_ROWS = 4
LEFT, GUTTER, BETWEEN = 24, 150, (24, 150)  # the margin; where the columns begin; between two of them, least and most
HEADING, FOOT = 104, 48  # above the first row and below the last
TITLES, AROUND, ROW_GAP = 76, 20, 22  # the height of name, shape and count; above and below the glyphs; below a row

Rows = list[list[Column]]


def arrange(columns: Sequence[Column]) -> tuple[Rows, tuple[int, int]]:
    """Give the columns their places; return the rows of them, and the size of their picture.

    ValueError if there is no room for all of them.
    """
    rows = _in_rows(columns)
    glyphs = [max(column.glyph_height for column in row) + 2 * AROUND for row in rows]
    below = [max(column.height_of_blocks for column in row) + ROW_GAP for row in rows]
    width = max(NARROWEST, *map(_width, rows))
    height = HEADING + TITLES * len(rows) + sum(glyphs) + sum(below) + FOOT
    size = 2 * round(width / 2 + 0.5), 2 * round(height / 2 + 0.5)  # films need even ones
    top = size[1] - HEADING
    for row, high, rest in zip(rows, glyphs, below, strict=True):
        between = min(BETWEEN[0] + (size[0] - _width(row)) / (len(row) - 1), BETWEEN[1])  # what room is left
        left: float = GUTTER
        for column in row:
            column.x, column.top = left + column.width / 2, top
            column.middle, column.blocks_top = top - TITLES - high / 2, top - TITLES - high
            left += column.width + between
        top -= round(TITLES + high + rest)
    return rows, size


def _in_rows(columns: Sequence[Column]) -> Rows:
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


def _filled(columns: Sequence[Column], limit: int) -> Rows:
    """Fill one row after another, each up to a width of `limit`."""
    rows = [[columns[0]]]
    for before, column in pairwise(columns):
        if len(rows[-1]) > 1 and _width([*rows[-1], column]) > limit:
            rows.append([Column(before.name, before.shape, "from above")])
        rows[-1].append(column)
    return rows


def _width(row: Sequence[Column]) -> float:
    """Return the width of a picture of this row, with as little between its columns as there may be."""
    return GUTTER + sum(column.width for column in row) + BETWEEN[0] * (len(row) - 1) + LEFT
