"""The places of a network's columns: from left to right, in as few rows as possible.

Each further row repeats the last column of the row above, because its lines begin there. Columns are as wide as their
contents, so that nothing overlaps, whatever the layers. All in pixels, y from the bottom.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from animations.scenes.network.column import Column

WIDEST, NARROWEST = 1640, 780  # the widest picture, unless two columns need more; the narrowest, for the heading
MOST_ROWS = 4
LEFT, GUTTER, BETWEEN = 24, 150, (24, 150)  # the margin; where the columns begin; between two of them, least and most
HEADING, FOOT = 104, 48  # above the first row and below the last
TITLES, AROUND, ROW_GAP = 76, 20, 22  # the height of name, shape and count; above and below the glyphs; below a row

Rows = list[list[Column]]


def arrange(columns: Sequence[Column]) -> tuple[Rows, tuple[int, int]]:
    """Give the columns their places; return their rows, and the size of the picture.

    ValueError if there is no room for all of them.
    """
    rows = _in_rows(columns)
    glyphs = [max(column.glyph_height for column in row) + 2 * AROUND for row in rows]
    below = [max(column.height_of_blocks for column in row) + ROW_GAP for row in rows]
    width = max(NARROWEST, *map(_width, rows))
    height = HEADING + TITLES * len(rows) + sum(glyphs) + sum(below) + FOOT
    size = 2 * round(width / 2 + 0.5), 2 * round(height / 2 + 0.5)  # films need even sides
    top = size[1] - HEADING
    for row, high, rest in zip(rows, glyphs, below, strict=True):
        between = min(BETWEEN[0] + (size[0] - _width(row)) / (len(row) - 1), BETWEEN[1])  # the room that is left
        left: float = GUTTER
        for column in row:
            column.x, column.top = left + column.width / 2, top
            column.middle, column.blocks_top = top - TITLES - high / 2, top - TITLES - high
            left += column.width + between
        top -= round(TITLES + high + rest)
    return rows, size


def _in_rows(columns: Sequence[Column]) -> Rows:
    """Divide the columns into as few rows as possible, with widths as equal as possible."""
    rows = _filled(columns, WIDEST)
    if len(rows) > MOST_ROWS:
        raise ValueError(
            f"NetworkDiagram: {len(columns) - 1} layers need {len(rows)} rows, and there is room for {MOST_ROWS}; "
            "draw a Sequential with some of them"
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
    """Return the width of a picture with this row, with the least space between its columns."""
    return GUTTER + sum(column.width for column in row) + BETWEEN[0] * (len(row) - 1) + LEFT
