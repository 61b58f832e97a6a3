"""The parts shared by all charts of a table: the choice of series, the captions, the clock, the colours.

A frame is a row of the table. Between two rows, things glide along a straight line from one to the next, as in a line
chart. Digits and the clock do not: from frame 17 to 18, a chart shows the numbers of row 17, and the gid of a number
says so: value[1987, Japan]. A value that is missing in the table is missing on the chart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from animations import checks
from animations.data import anything, text
from animations.engine.text import Form, Number, text_width
from animations.kit import style
from animations.kit.axes import add_number
from animations.kit.labels import different
from animations.kit.numbers import number_form
from animations.kit.page import Page, PageScene
from animations.scenes.tables.whys import TableWhys
from animations.why import Why
from tinylearn.datasets import Table

PATTERNS = (("", "-"), ("///", "--"), ("...", ":"))  # hatching of bars and dashes of lines that share a colour
MOST_SERIES = len(style.SERIES) * len(PATTERNS)  # the most series that look different
HEAD, FOOT = 100, 84  # pixels above and below the plot, for captions


def check_table(caller: str, name: str, value: Any) -> Table:
    """Return a table whose texts can all be drawn."""
    table = checks.instance(caller, name, value, Table, example='read_table("data.csv")')
    checks.texts(caller, "the table's names", table.names)
    for part in ("clock", "title", "unit", "source"):
        checks.text(caller, f"the table's {part}", getattr(table, part))
    return table


def check_top(caller: str, name: str, value: Any) -> int:
    """Return how many series to draw: at most as many as look different."""
    return checks.position(caller, name, value, MOST_SERIES + 1, low=1)


class TableScene(PageScene):
    """The base class of charts of a table.

    If a table has many series, the `top` largest of its last row are drawn. Title and source are the table's by
    default; `with_clock` writes the time at the top.

    values   (frames, K) of the series that are drawn, NaN where one is missing
    """

    table: Table = anything(check_table)
    top: int = anything(check_top, default=10, kw_only=True)
    with_clock: bool = anything(lambda caller, name, value: bool(value), default=True, kw_only=True)
    title: str = text(default="", kw_only=True)
    source: str | None = text(default=None, kw_only=True)

    glides = True
    many = "the {top} largest of {all} in {last}"  # a caption for tables with more series

    def prepare(self) -> None:
        table, self.table = self.table, self.choose(self.table)
        self.frames, self.values = self.table.values.shape[0], self.table.values
        told = self.many.format(top=self.top, all=len(table.names), last=table.written(table.times[-1]))
        self.note = told if len(table.names) > self.top else ""
        self.unit = ", ".join(filter(None, [table.unit, self.note]))
        self.title = self.title or table.title
        self.source = table.source if self.source is None else self.source
        self.times = [table.written(time) for time in table.times]  # as the clock shows them
        self.names = different(self.table.names)
        self.form = number_form(self.values)
        self.letters = max(map(len, self.texts(self.values.ravel(), self.form)))  # of the longest value
        self.left = max(84, 40 + 10 * self.letters)  # the place of a vertical axis, in pixels

    def choose(self, table: Table) -> Table:
        """Return the part of a table to draw."""
        return table.largest(self.top)

    def width_for(self, wanted: float) -> int:
        """Return the picture's width: as wanted, or more if the captions need it; even, because films need that."""
        clock = 28 * len(max(self.times, key=len)) + 20 if self.with_clock else 0
        head, foot = clock + max(15 * len(self.title), 11 * len(self.unit)), 10 * len(f"Source: {self.source}")
        return 2 * math.ceil(max(wanted, 48 + head, 48 + foot) / 2)

    def draw_captions(self, figure: FigureBase) -> Page:
        """Write title, unit, source, and the clock, on a page over all axes; return the page."""
        self.page = Page(figure, self.size)
        self.page.axes.set_zorder(2)
        height, left = self.size[1], 24.0
        if self.with_clock:
            times = self.times if self.table.dates else [time.replace("-", "−") for time in self.times]
            self.page.words(times.__getitem__, (left, height - 50), gid=self.table.clock, size=1.8 * style.LARGE)
            left += 20 + max(text_width(time, 1.8 * style.LARGE) for time in times)
        self.page.text(self.title, (left, height - 38), size=style.LARGE)
        self.page.quiet(self.unit, (left, height - 68))
        self.page.quiet(f"Source: {self.source}" if self.source else "", (24, 18), size=style.SMALL)
        return self.page

    def add_value(
        self, series: int, values: np.ndarray, form: Form, kind: str = "value", axes: Axes | None = None, x: float = 0,
        **settings: Any,
    ) -> Number:  # fmt: skip
        """Make a number that shows, in each frame, this row's value of `values` (frames,)."""
        number = add_number(axes or self.page.axes, x, 0, form, "", **{"ha": "left", "zorder": 4} | settings)
        gids = [f"{kind}[{time}, {self.table.names[series]}]" for time in self.times]
        self.page.bind(number, gid=gids, text=self.texts(values, form))
        return number

    def texts(self, values: np.ndarray, form: Form) -> list[str]:
        """Return the texts of values, "" for a missing one."""
        write = checks.number_form(type(self).__name__, "form", form)
        return ["" if np.isnan(value) else write(value) for value in values]

    def is_shown(self, row: int, series: int) -> bool:
        """Return whether a series has a value in a row."""
        return not np.isnan(self.values[row, series])

    def describe(self, frame: float) -> str:
        row = int(frame)
        figures = ", ".join(
            f"{name} {self.form.format(self.values[row, k])}"
            for k, name in enumerate(self.table.names)
            if self.is_shown(row, k)
        )
        return f"{self.title}, {self.table.clock} {self.times[row]}: {figures} {self.unit}".strip() + "."

    def why(self, gid: str, frame: int) -> Why | None:
        return TableWhys(self.table, frame).why(gid)

    def moments(self) -> tuple[str, Sequence[float]]:
        return super().moments() if self.table.dates else (self.table.clock, self.table.times.tolist())


def between(rows: np.ndarray, frame: float) -> np.ndarray:
    """Return the values on the straight line from one row to the next; NaN where one of them is missing.

    >>> between(np.array([[1.0, 2], [3, np.nan]]), 0.5), between(np.array([[1.0, 2], [3, np.nan]]), 0)
    (array([ 2., nan]), array([1., 2.]))
    """
    here, there = rows[math.floor(frame)], rows[math.ceil(frame)]
    return here + (frame % 1) * (there - here) if frame % 1 else here


def held(rows: np.ndarray, frame: float) -> np.ndarray:
    """Return the same, but where one of the two is missing, the other.

    >>> held(np.array([[1.0, 2], [3, np.nan]]), 0.5)
    array([2., 2.])
    """
    here, there = rows[math.floor(frame)], rows[math.ceil(frame)]
    return np.where(np.isnan(there), here, np.where(np.isnan(here), there, between(rows, frame)))


def look(series: int) -> tuple[str, str, str]:
    """Return colour, hatching and dashes of a series; the first five have "" and "-"."""
    return style.SERIES[series % len(style.SERIES)], *PATTERNS[series // len(style.SERIES)]
