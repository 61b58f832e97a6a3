"""Numbers of a recorded network as digits: each with its name, and its whole history as a small curve.

dense_1.w                                       all of a small parameter; of a large one those that changed most,
[0,3]   0.512 ~~~~\\__    [0,7]  -0.120 ~~/~~~   and others, evenly spaced
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import FigureBase

from animations.data import anything, clock, instance
from animations.kit import style
from animations.kit.chain import Chain
from animations.kit.labels import short, widest
from animations.kit.numbers import form_for
from animations.kit.page import Page, PageScene
from animations.why import Why
from tinylearn import Recording
from tinylearn.checks import shortened

MOST = 48  # numbers, in addition to those asked for by name
HEADINGS = 24  # parameters
LEFT, TOP, HEADING, ROW, GAP, FOOT = 24, 48, 30, 24, 26, 44  # pixels
SPACE = 10  # between an index, its number and its history
CURVE, HIGH = 56, 16  # of a history
NAME = re.compile(r"([^\[\]]+?)\s*(?:\[\s*(\d+(?:\s*,\s*\d+)*)\s*\])?")  # "dense_1.w[0, 3]", "dense_1.w"
SMALL: dict[str, Any] = {"size": style.SMALL}


class ShownNumbers:
    """The numbers of one parameter to show: their indices, as texts, and their values (S, K)."""

    def __init__(self, name: str, shape: tuple[int, ...], places: np.ndarray, values: np.ndarray) -> None:
        self.name, self.values, self.title = name, values, short(name, 40)
        indices = [np.unravel_index(place, shape) if shape else () for place in places]
        self.indices = [f"[{','.join(str(int(i)) for i in index)}]" if len(index) else "" for index in indices]
        finite = values[np.isfinite(values)]
        self.form = form_for(float(np.abs(finite).max(initial=0)))
        self.label = widest(self.indices)
        self.digits = widest(self.form.format(value) for value in values.flat)

    def curves(self) -> np.ndarray:
        """Return the histories (K, S) in pixels around their middles, all on one scale, so that you see which moved."""
        values = np.where(np.isfinite(self.values), self.values, np.nan).T.astype(float)
        with np.errstate(over="ignore"):
            middle = (np.fmax.reduce(values, axis=1) / 2 + np.fmin.reduce(values, axis=1) / 2)[:, None]
            largest = np.fmax.reduce(np.abs(values - middle), axis=None)
        return (values - middle) * (HIGH / 2 / largest if 0 < largest < np.inf else 0)


class ParameterNumbers(PageScene):
    """Numbers of a recording's parameters: all of a small one; of others, those that changed most and some more.

    steps     (S,) the update that each frame shows
    numbers   those that must be there, by name: "dense_1.w[0,3]", or "dense_1.b" for all of its numbers
    apart     parameters whose numbers are shown elsewhere; they are left out unless you name them
    width     of the picture, in pixels; the height follows

    The gids of the numbers are their names.
    """

    recording: Recording = instance(Recording)
    steps: np.ndarray = clock("S")
    numbers: tuple[str, ...] = anything(lambda caller, name, given: tuple(given), default=(), kw_only=True)
    apart: Collection[str] = anything(default=(), kw_only=True)
    width: int = anything(default=1200, kw_only=True)

    def prepare(self) -> None:
        recording = self.recording
        self.chain = Chain(recording)
        records = [recording.index(step) for step in self.steps]
        asked = named(recording, self.numbers)
        sizes = {name: math.prod(shape) for name, shape in recording.shapes.items() if name not in self.apart}
        shares = fair_shares([*sizes.values()][:HEADINGS], MOST)
        wanted = dict(zip(sizes, shares, strict=False))
        self.parts = list[ShownNumbers]()
        for name, shape in recording.shapes.items():
            count, own = wanted.get(name, 0), asked.get(name, [])
            if count or own:
                states = [recording[name][record].ravel() for record in records]
                places = np.union1d(own, choose(changes(states), count)).astype(int)
                self.parts.append(ShownNumbers(name, shape, places, np.array([state[places] for state in states])))
        self.label = max((part.label for part in self.parts), default=0)
        self.digits = max((part.digits for part in self.parts), default=0)
        self.step = self.label + SPACE + self.digits + SPACE + CURVE + GAP
        self.columns = max(1, (self.width - 2 * LEFT + GAP) // self.step)
        self.is_whole = all(sum(len(part.indices) for part in self.parts if part.name == name) == size
                            for name, size in sizes.items())  # fmt: skip
        self.captions = {text for part in self.parts for text in (part.title, *part.indices)}
        self.size = self.width, self._height()

    def why(self, gid: str, frame: int) -> Why | None:
        return self.chain.why(gid, int(self.steps[frame]))

    def draw(self, figure: FigureBase) -> None:
        self.page = page = Page(figure, self.size)
        title = "All other numbers" if self.is_whole else "Numbers that changed most, and some others"
        y = self.size[1] - 28.0
        words = page.text(title, weight="bold"), page.quiet("each with its whole history", **SMALL)
        page.row((LEFT, y), *words, space=14)
        y -= TOP - 28 + HEADING / 2
        for part in self.parts:
            page.text(part.title, (LEFT, y), weight="bold", **SMALL)
            self._draw_part(part, y - HEADING / 2 - ROW / 2)
            y -= HEADING + ROW * self._rows(part)
        if not self.is_whole:
            page.quiet("To see others, name them: explore(…, numbers=[…])", (LEFT, 22), **SMALL)

    def describe(self, frame: int) -> str:
        count = sum(len(part.indices) for part in self.parts)
        return f"{count} numbers of the parameters after update {self.steps[frame]}, each with its history."

    def _draw_part(self, part: ShownNumbers, top: float) -> None:
        """Draw the numbers of a parameter in rows, from the top."""
        page, columns, histories = self.page, self.columns, part.curves()
        x = np.linspace(0, CURVE, histories.shape[1])
        lines = list[np.ndarray]()
        for number, index in enumerate(part.indices):
            left, y = LEFT + (number % columns) * self.step, top - ROW * (number // columns)
            page.quiet(index, (left, y), **SMALL)
            end = left + self.label + SPACE + self.digits
            page.number(part.form, part.name + index, part.values[:, number], (end, y), **SMALL)
            lines.append(np.stack([end + SPACE + x, y + histories[number]], axis=1))
        page.axes.add_collection(LineCollection(lines, colors=style.WEIGHT, linewidths=1), autolim=False)

    def _rows(self, part: ShownNumbers) -> int:
        return math.ceil(len(part.indices) / self.columns)

    def _height(self) -> int:
        rows = sum(map(self._rows, self.parts))
        height = TOP + HEADING * len(self.parts) + ROW * rows + (FOOT if not self.is_whole else FOOT // 2)
        return height + height % 2


def fair_shares(sizes: Sequence[int], most: int) -> list[int]:
    """Divide `most` fairly: if one needs less than its share, the others get the rest.

    >>> fair_shares([1000, 10, 50], 60), fair_shares([4, 2], 60)
    ([25, 10, 25], [4, 2])
    """
    shares, left = [0] * len(sizes), most
    for rank, place in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        shares[place] = min(sizes[place], left // (len(sizes) - rank))
        left -= shares[place]
    return shares


def changes(states: Sequence[np.ndarray]) -> np.ndarray:
    """Return the range of each of K numbers, from least to largest, for their values (K,) in some states."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.nan_to_num(functools.reduce(np.fmax, states) - functools.reduce(np.fmin, states), nan=0.0)


def choose(change: np.ndarray, count: int) -> np.ndarray:
    """Return the places of `count` of K numbers: two thirds changed most, the others are evenly spaced.

    >>> choose(np.array([1, 0, 5, 0, 0, 3]), 3)
    array([0, 2, 5])
    """
    if count >= len(change):
        return np.arange(len(change))
    most = np.argsort(-change, kind="stable")[: count - count // 3]
    rest = np.setdiff1d(np.arange(len(change)), most)
    return np.sort([*most, *rest[np.linspace(0, len(rest) - 1, count // 3).round().astype(int)]]).astype(int)


def named(recording: Recording, numbers: Iterable[str]) -> dict[str, list[int]]:
    """Return parameter → places of the named numbers; ValueError if one does not exist."""
    found = dict[str, list[int]]()
    for each in numbers:
        match = NAME.fullmatch(each) if isinstance(each, str) else None
        if match is None or match[1] not in recording:
            raise ValueError(f"explore: numbers must name recorded numbers, such as {recording.names[0]!r}, got "
                             f"{shortened(each)}")  # fmt: skip
        name, shape = match[1], recording.shapes[match[1]]
        places = range(math.prod(shape))
        if match[2]:
            index = tuple(map(int, match[2].split(",")))
            if len(index) != len(shape) or not all(i < n for i, n in zip(index, shape, strict=True)):
                raise ValueError(f"explore: there is no {each}: {name} has shape {shape}")
            places = range(int(np.ravel_multi_index(index, shape)), int(np.ravel_multi_index(index, shape)) + 1)
        found[name] = [*found.get(name, []), *places]
    return found
