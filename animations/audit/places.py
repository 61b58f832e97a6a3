"""Each number stands in its place: on boards, in rows, at the marks of axes, by its name, or where the caller says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise, product

import numpy as np
from matplotlib.axis import Axis
from matplotlib.text import Text
from matplotlib.transforms import Bbox

CELL = re.compile(r"(.*)\[(-?\d+)(?:,(-?\d+))?\](.*)", re.DOTALL)
PLAIN = re.compile(r"-?[\d.]+(e[+-]?\d+)?")
NEAR = 1.0  # pixels that a number may be off

Labels = str | tuple[str, ...]  # the nearest on any side of a number, on its line or in its column
SIDES = ("after", "before", "below", "above")
Cells = dict[tuple[int, ...], np.ndarray]  # index → (x, y) in pixels


def place_of(text: Text) -> np.ndarray:
    """Return the place of a text, (x, y) in pixels."""
    return text.get_transform().transform(text.get_unitless_position())


def _arrays(numbers: Sequence[Text]) -> dict[str, dict[tuple[int, ...], Text]]:
    """Return the vectors and matrices with several numbers on the picture: `x[i]`, `w[i,j]` → index → number."""
    found: dict[str, dict[tuple[int, ...], Text]] = {}
    for text in numbers:
        match = CELL.fullmatch(str(text.get_gid()))
        if match:
            before, i, j, after = match.groups()
            name, index = (f"{before}[i]{after}", (int(i),)) if j is None else (
                f"{before}[i,j]{after}", (int(i), int(j)))  # fmt: skip
            found.setdefault(name, {})[index] = text
    return {name: cells for name, cells in found.items() if len(cells) > 1}


def placed(numbers: Sequence[Text], places: Collection[str], names: Collection[str]) -> list[Text]:
    """Return the numbers whose place is known: in an array, at a place, by a name."""
    boards = {id(text) for texts in _arrays(numbers).values() for text in texts.values()}
    return [text for text in numbers if id(text) in boards or text.get_gid() in places or text.get_gid() in names]


def off_the_board(numbers: Sequence[Text]) -> Iterator[tuple[str, str]]:
    """Yield (name, message) for each array whose numbers are not arranged as in the array.

    In a matrix, row i is one line, below row i - 1, and column j is right of column j - 1. Or every row has the same
    shape, but not a line, such as the four actions around a tile; then these shapes follow each other as words on a
    page. The numbers of a vector follow each other to the right, down or up, as words do, or around a circle. For any
    other arrangement, pass `places`: then these count.
    """
    for name, texts in _arrays(numbers).items():
        cells = {index: place_of(text) for index, text in texts.items()}
        if any(len(set(each)) == 1 for each in zip(*cells, strict=True)) or len(next(iter(cells))) == 1:
            if not _in_a_row([place for _, place in sorted(cells.items())]):
                yield name, f"the numbers of {name} are not in the order of the array"
        elif not _same_figures(cells):
            yield from _no_grid(name, cells)


def _no_grid(name: str, cells: Cells) -> Iterator[tuple[str, str]]:
    """Yield (name, message) if rows or columns are not lines, or are in another order."""
    for direction, axis, sign in (("row", 0, -1), ("column", 1, 1)):
        lines: dict[int, list[float]] = {}
        for cell, place in cells.items():
            lines.setdefault(cell[axis], []).append(place[1 - axis])
        if any(max(line) - min(line) > NEAR for line in lines.values()):
            yield name, f"a {direction} of {name} is not a straight line"
        elif (sign * np.diff([line[0] for _, line in sorted(lines.items())]) <= 0).any():
            yield name, f"the {direction}s of {name} are not in the order of the array"


def _same_figures(cells: Cells) -> bool:
    """Do the numbers of each row have the same arrangement around the first, and not on a line?"""
    rows, columns = (sorted(set(each)) for each in zip(*cells, strict=True))
    if set(product(rows, columns)) != cells.keys():
        return False
    places = np.array([[cells[i, j] for j in columns] for i in rows])  # (rows, columns, 2)
    figures = places - places[:, :1]
    same = np.abs(figures - figures[0]).max() <= NEAR
    return bool(same and np.ptp(figures[0], axis=0).min() > NEAR and _as_words(places[:, 0]))


def _as_words(places: Sequence[np.ndarray] | np.ndarray) -> bool:
    """Is each place right of the one before, on its line, or below that line?"""
    return all(
        after[1] < before[1] - NEAR or (abs(after[1] - before[1]) <= NEAR and after[0] > before[0])
        for before, after in pairwise(places)
    )


def _in_a_row(places: Sequence[np.ndarray]) -> bool:
    """Do the places follow each other to the right, down or up, as words do, or around their centre?"""
    right, up = np.diff(places, axis=0).T
    return bool((right > 0).all() or (up < 0).all() or (up > 0).all() or _as_words(places) or _around(places))


def _around(places: Sequence[np.ndarray]) -> bool:
    """Do four or more places lie around their centre, one after the other, less than one turn?"""
    x, y = (np.array(places) - np.mean(places, axis=0)).T
    turns = np.diff(np.unwrap(np.arctan2(y, x)))
    return bool(len(places) > 3 and ((turns > 0).all() or (turns < 0).all()) and abs(turns.sum()) < 2 * np.pi)


def wrong_marks(axis: Axis) -> Iterator[tuple[str, str]]:
    """Yield (text, message) for each mark that is not at the number it shows, and for factors over all marks."""
    factor = axis.get_offset_text().get_text()
    if factor:
        yield factor, f"an axis has the factor {factor!r} at its end: its marks do not show their own numbers"
    for place, label in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True):
        text = label.get_text().replace("−", "-").replace(",", "")
        if PLAIN.fullmatch(text) and abs(float(text) - place) > 1e-9 * max(abs(place), 1):
            yield text, f"the mark {text} of an axis stands at {place:g}"


def misplaced(numbers: Sequence[Text], places: Mapping[str, Sequence[float]]) -> Iterator[tuple[str, str]]:
    """Yield (gid, message) for each number that is not at its place in `places`: gid → (x, y), in data coordinates."""
    for text in numbers:
        gid = str(text.get_gid())
        if gid in places and text.axes is not None:
            is_at = place_of(text)
            if np.abs(is_at - text.axes.transData.transform(places[gid])).max() > NEAR:
                x, y = text.axes.transData.inverted().transform(is_at)
                yield gid, f"{gid} stands at ({x:.4g}, {y:.4g}), not at ({places[gid][0]:.4g}, {places[gid][1]:.4g})"
    for gid in places.keys() - {text.get_gid() for text in numbers}:
        yield gid, f"{gid} has a place but is not drawn"


def names_before(texts: Sequence[Text], boxes: Sequence[Bbox]) -> dict[str, str]:
    """Return gid → the nearest label before that number, on its line; only for numbers that have one."""
    return {gid: sides[0] for gid, sides in names_by(texts, boxes).items() if sides[0] is not None}


def names_by(
    texts: Sequence[Text], boxes: Sequence[Bbox], gids: Collection[str] | None = None
) -> dict[str, list[str | None]]:
    """Return gid → the nearest labels of that number: before and after it on its line, above and below in its column.

    `gids`: only of these.
    """
    labels = [text.get_text() for text in texts if not text.get_gid()]
    x0, y0, x1, y1 = np.array([box.extents for text, box in zip(texts, boxes, strict=True) if not text.get_gid()]
                              ).reshape(-1, 4).T  # fmt: skip
    names = {}
    for text, box in zip(texts, boxes, strict=True):
        if not text.get_gid() or (gids is not None and text.get_gid() not in gids):
            continue
        x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        on_its_line, in_its_column = (y0 < y) & (y < y1), (x0 < box.x1) & (box.x0 < x1)
        to_the_side, up = abs(x0 + x1 - 2 * x) / 1000, abs(y0 + y1 - 2 * y) / 2
        sides = [
            (on_its_line & (x1 < box.x0), up - x1), (on_its_line & (x0 > box.x1), up + x0),
            (in_its_column & (y0 > y), to_the_side + y0), (in_its_column & (y1 < y), to_the_side - y1),
        ]  # fmt: skip
        names[str(text.get_gid())] = [
            labels[np.where(there, far, np.inf).argmin()] if there.any() else None for there, far in sides
        ]
    return names


def misnamed(texts: Sequence[Text], boxes: Sequence[Bbox], names: Mapping[str, Labels]) -> Iterator[tuple[str, str]]:
    """Yield (gid, message) for each number that stands by another label than `names` says: gid → label, or labels."""
    for gid, around in names_by(texts, boxes, names).items():
        labels = names[gid]
        for label in (labels,) if isinstance(labels, str) else labels:
            if label not in around:
                there = " ".join(
                    f"{side} {word!r}" for side, word in zip(SIDES, around, strict=True) if word is not None
                )
                yield gid, f"{gid} stands {there or 'alone'}, not by {label!r}"
