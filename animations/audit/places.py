"""Each number stands at its place: on boards, at the marks of axes, after its name, where the caller says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.axis import Axis
from matplotlib.text import Text
from matplotlib.transforms import Bbox

CELL = re.compile(r"(.*)\[(-?\d+),(-?\d+)\](.*)", re.DOTALL)
PLAIN = re.compile(r"-?[\d.]+(e[+-]?\d+)?")
NEAR = 1.0  # pixels that a number may lie off


def off_the_board(numbers: Sequence[Text]) -> Iterator[tuple[str, str]]:
    """Yield (name, message) of matrices that are not drawn as such.

    Numbers `name[i,j]` of several rows and columns: row i is one line, below row i - 1; column j right of column j - 1.
    """
    boards: dict[str, dict[tuple[int, int], np.ndarray]] = {}
    for text in numbers:
        match = CELL.fullmatch(str(text.get_gid()))
        if match:
            place = text.get_transform().transform(text.get_unitless_position())
            boards.setdefault(f"{match[1]}[i,j]{match[4]}", {})[int(match[2]), int(match[3])] = place
    for name, cells in boards.items():
        for direction, axis, sign in (("row", 0, -1), ("column", 1, 1)):
            lines: dict[int, list[float]] = {}
            for cell, place in cells.items():
                lines.setdefault(cell[axis], []).append(place[1 - axis])
            if len({cell[0] for cell in cells}) < 2 or len({cell[1] for cell in cells}) < 2:
                continue
            if any(max(line) - min(line) > NEAR for line in lines.values()):
                yield name, f"a {direction} of {name} is no straight line"
            elif (sign * np.diff([line[0] for _, line in sorted(lines.items())]) <= 0).any():
                yield name, f"the {direction}s of {name} stand in another order than in the array"


def wrong_marks(axis: Axis) -> Iterator[tuple[str, str]]:
    """Yield (text, message) of marks that do not stand at the number that they say, and of factors for all of them."""
    factor = axis.get_offset_text().get_text()
    if factor:
        yield factor, f"at the end of an axis stands {factor!r}: its marks do not say what they are"
    for place, label in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True):
        text = label.get_text().replace("−", "-").replace(",", "")
        if PLAIN.fullmatch(text) and abs(float(text) - place) > 1e-9 * max(abs(place), 1):
            yield text, f"the mark {text} of an axis stands at {place:g}"


def misplaced(numbers: Sequence[Text], places: Mapping[str, Sequence[float]]) -> Iterator[tuple[str, str]]:
    """Yield (gid, message) of numbers that do not stand at `places`: gid → (x, y), in the data of their axes."""
    for text in numbers:
        gid = str(text.get_gid())
        if gid in places and text.axes is not None:
            is_at = text.get_transform().transform(text.get_unitless_position())
            if np.abs(is_at - text.axes.transData.transform(places[gid])).max() > NEAR:
                x, y = text.axes.transData.inverted().transform(is_at)
                yield gid, f"{gid} stands at ({x:.4g}, {y:.4g}), not at ({places[gid][0]:.4g}, {places[gid][1]:.4g})"
    for gid in places.keys() - {text.get_gid() for text in numbers}:
        yield gid, f"{gid} is not drawn, though it has a place"


def names_before(texts: Sequence[Text], boxes: Sequence[Bbox]) -> dict[str, str]:
    """Return gid → the nearest label before that number, on its line; for numbers that have one."""
    both = list(zip(texts, boxes, strict=True))
    labels = [(box, text.get_text()) for text, box in both if not text.get_gid()]
    names = {}
    for text, box in both:
        middle = (box.y0 + box.y1) / 2
        before = [(its.x1, word) for its, word in labels if its.x1 < box.x0 and its.y0 < middle < its.y1]
        if text.get_gid() and before:
            names[str(text.get_gid())] = max(before)[1]
    return names


def misnamed(texts: Sequence[Text], boxes: Sequence[Bbox], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (gid, message) of numbers that stand after another label than `names` says: gid → label."""
    before = names_before(texts, boxes)
    for gid, name in names.items():
        if before.get(gid) != name:
            yield gid, f"{gid} stands after {before.get(gid)!r}, not after {name!r}"
