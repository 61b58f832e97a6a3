"""What all charts of a table share: the values at every picture, captions, the clock, colours.

One picture a row of the table, or `per_row` pictures from each row to the next. Between two rows a chart shows the
straight line between their values, as a line chart does anyway; a number drawn there says so by its gid:

    value[1987, Japan]     stands in the table
    value[1987.4, Japan]   lies between 1987 and 1988
"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator

from animations import checks
from animations.engine.text import Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes
from animations.kit.labels import short
from animations.scene import Scene
from tinylearn.checks import positive_integer
from tinylearn.datasets import Table

MOST_SERIES = 2 * len(style.SERIES)  # from the sixth on, colours come again with dashes or hatching
MOST_PER_ROW = 1000  # pictures from one row to the next
HEAD, FOOT = 100, 84  # pixels above and below the plot, for captions
WITH_EXPONENT = "{:.4g}"  # how very large and very small numbers are written


class TableScene(Scene):
    """What the charts of a table share: values at every picture, captions, the clock, colours.

    times (frames,); values (frames, K): those of the table, and between rows on the straight line from one to the next.
    Title, unit and source are the table's unless told. `with_clock` writes the time at the top.
    """

    def __init__(
        self, table: Table, *, per_row: int = 1, with_clock: bool = True, title: str = "", source: str | None = None
    ) -> None:
        who = type(self).__name__
        checks.instance(who, "table", table, Table, example='read_table("data.csv")')
        checks.texts(who, "the table's names", table.names)
        for part in ("clock", "title", "unit", "source"):
            checks.text(who, f"the table's {part}", getattr(table, part))
        if len(table.names) > MOST_SERIES:
            raise ValueError(
                f"{who}: can tell at most {MOST_SERIES} series apart, got {len(table.names)}; "
                "keep the columns that matter"
            )
        per_row = positive_integer(who, "per_row, the pictures per row,", per_row)
        if per_row > MOST_PER_ROW:
            raise ValueError(f"{who}: per_row, the pictures per row, must be at most {MOST_PER_ROW}, got {per_row}")
        self.table, self.per_row, self.with_clock = table, per_row, with_clock
        self.title = checks.text(who, "title", title) or table.title
        self.source = table.source if source is None else checks.text(who, "source", source)
        rows = np.arange(len(table.times))
        self.rows = np.arange((len(rows) - 1) * per_row + 1) / per_row  # 3.5: half way from row 3 to row 4
        self.frames = len(self.rows)
        self.times = np.interp(self.rows, rows, table.times)
        self.values = np.column_stack([np.interp(self.rows, rows, series) for series in table.values.T])
        self.names = [short(name) for name in table.names]
        self.form, self.unit = number_form(table.values), table.unit
        self.letters = max(len(self.form.format(value)) for value in self.values.flat)  # of the longest value
        self.left = max(84, 40 + 10 * self.letters)  # where a vertical axis stands, in pixels

    def width_for(self, wanted: float) -> int:
        """Return the picture's width: as wanted, or more if the captions need more; even, since films need that."""
        clock = 28 * len(f"{self.table.times[-1]:.10g}") + 20 if self.with_clock else 0
        head, foot = clock + max(15 * len(self.title), 11 * len(self.unit)), 10 * len(f"Source: {self.source}")
        return 2 * math.ceil(max(wanted, 48 + head, 48 + foot) / 2)

    def draw_captions(self, figure: FigureBase) -> Axes:
        """Write title, unit, source, and make the clock; return axes in pixels that lie over all others."""
        height, left = self.size[1], 24.0
        layer = pixel_axes(figure, self.size)
        layer.set_zorder(2)
        self.clock = None
        if self.with_clock:
            self.clock = add_number(
                layer, left, height - 50, "{:.10g}", self.table.clock, ha="left", size=1.8 * style.LARGE
            )
            left += 20 + longest(self.clock, self.table.times)
        add_label(layer, left, height - 38, self.title, size=style.LARGE)
        add_label(layer, left, height - 68, self.unit, color=style.QUIET)
        source = f"Source: {self.source}" if self.source else ""
        add_label(layer, 24, 18, source, color=style.QUIET, size=style.SMALL)
        return layer

    def update_clock(self, frame: int) -> list[Artist]:
        """Show the time of the last row that was reached."""
        if self.clock is None:
            return []
        self.clock.set_value(self.table.times[int(self.rows[frame])])
        return [self.clock]

    def name_of(self, kind: str, frame: int, series: int | None = None) -> str:
        """Return the gid of a number: kind[time, series], with the table's own name of the series."""
        time = f"{self.times[frame]:.10g}"
        return f"{kind}[{time}]" if series is None else f"{kind}[{time}, {self.table.names[series]}]"

    def describe(self, frame: int) -> str:
        figures = ", ".join(
            f"{name} {self.form.format(value)}"
            for name, value in zip(self.table.names, self.values[frame], strict=True)
        )
        return f"{self.title}, {self.table.clock} {self.times[frame]:.10g}: {figures} {self.table.unit}".strip() + "."


def look(series: int) -> tuple[str, str]:
    """Return the colour of a series and its hatching, "" for the first five; from then on the colours come again."""
    return style.SERIES[series % len(style.SERIES)], "///" if series >= len(style.SERIES) else ""


def number_form(values: np.ndarray) -> str:
    """Return how to write values so that the largest has four digits: the same number of decimals for all.

    There are no more decimals than the values have themselves; what a chart shows between two rows is rounded to as
    many. Where the largest is less than a thousandth, or a million millions and more, all are written with exponents.

    >>> number_form(np.array([0.0926, 20.953])), number_form(np.array([12_345.6])), number_form(np.array([3, 5]))
    ('{:,.2f}', '{:,.0f}', '{:,.0f}')
    >>> number_form(np.array([4e-7])).format(4e-7)
    '4e-07'
    """
    largest = np.abs(values).max()
    if largest == 0:
        return "{:,.0f}"
    before = int(np.floor(np.log10(largest))) + 1  # digits before the point
    if not -2 <= before <= 12:
        return WITH_EXPONENT
    most = max(0, 4 - before)
    return f"{{:,.{min(most, decimals(values, most))}f}}"


def decimals(values: np.ndarray, most: int) -> int:
    """Return how many decimals the values have, `most` if they have more: 2 for 0.25 and 3.5."""
    have = [count for count in range(most) if np.allclose(np.round(values, count), values, rtol=1e-12, atol=0)]
    return have[0] if have else most


def longest(number: Number, values: np.ndarray) -> float:
    """Return how wide `number` can become, in pixels, when it shows one of `values`."""
    number.set_text(max((number.form(value) for value in values.flat), key=len))
    return float(number.get_window_extent().width)


def mark_values(axis: Axis, form: str) -> None:
    """Mark an axis with round values: with commas, or with exponents where `form` writes the numbers with them."""
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axis.set_major_formatter("{x:.4g}" if form == WITH_EXPONENT else "{x:,.13g}")
