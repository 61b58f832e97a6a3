"""Charts of a table that grow with time: lines, and bars in fixed places."""

from __future__ import annotations

from functools import partial

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from animations import checks
from animations.data import anything, integer
from animations.engine.text import Number
from animations.kit import style
from animations.kit.axes import mark_times, mark_values
from animations.kit.labels import different, push_apart, widest
from animations.scenes.tables.end_label import GAP, LINE_HEIGHT, EndLabel
from animations.scenes.tables.table_scene import FOOT, HEAD, TableScene, between, held, look

LEAST = 120  # pixels that the lines need


class GrowingLines(TableScene):
    """A line for each series that grows with time on fixed axes, with its name and value at its end.

    If there are many series, the `top` largest of the last row have colours and names; the others are faint. Where
    values are missing, a line has a gap; when a series has ended, its name stands without a value. Use
    `with_values=False` if a chart next to it shows the values. `width` is the picture's, in pixels.
    """

    width: int = integer(default=1000, kw_only=True)
    with_values: bool = anything(lambda caller, name, value: bool(value), default=True, kw_only=True)

    many = "named: the {top} largest of {all} in {last}"

    def prepare(self) -> None:
        table = self.table
        super().prepare()
        chosen = set(self.table.names)
        self.others = table.values[:, [name not in chosen for name in table.names]]
        self.all_values = table.values
        least = self.left + self._room() + LEAST
        if not least <= self.width <= checks.MOST_PIXELS:
            raise ValueError(
                f"GrowingLines: width must be {least} to {checks.MOST_PIXELS} pixels, for lines and names, "
                f"got {self.width}"
            )
        self.size = self.width_for(self.width), 600

    def _room(self) -> int:
        """Return how many pixels the names and values need at the ends of the lines."""
        numbers = GAP + widest(self.texts(self.values.ravel(), self.form), style.MEDIUM) if self.with_values else 0
        return 48 + widest(self.names, style.MEDIUM) + numbers

    def draw(self, figure: FigureBase) -> None:
        width, height = self.size
        page = self.draw_captions(figure)
        shown = self.values.T if self.with_values else [None] * len(self.names)
        self.labels = [EndLabel(self, k, values, self.form) for k, values in enumerate(shown)]
        left, bottom, right, top = self.left, FOOT, width - self._room(), height - HEAD
        times, limits = self.table.times, value_limits(self.all_values)
        axes = page.plot((left, bottom, right - left, top - bottom), xlim=times[[0, -1]], ylim=limits,
                         xlabel=self.table.clock)  # fmt: skip
        mark_values(axes.yaxis, self.form)
        mark_times(axes.xaxis, times, bool(self.table.dates))
        self.faint = LineCollection([], colors=style.FAINT, linewidths=1, zorder=2.8)
        axes.add_collection(self.faint, autolim=False)
        self.lines = []
        for k, label in enumerate(self.labels):
            (line,) = axes.plot([], [], color=label.color, linestyle=look(k)[2], linewidth=2.5, zorder=3, marker="o",
                                clip_on=False, solid_capstyle="round")  # fmt: skip
            self.lines.append(line)
        self.leaders = LineCollection([], colors=[label.color for label in self.labels], linewidths=1, zorder=3)
        page.axes.add_collection(self.leaders, autolim=False)
        self.low, self.high = bottom + LINE_HEIGHT / 2, top + LINE_HEIGHT
        self.x = left + (right - left) * (times - times[0]) / np.ptp(times)  # the ends of the lines, in pixels
        self.y = bottom + (top - bottom) * (self.values - limits[0]) / (limits[1] - limits[0])
        self.last_y = carried(self.y)
        self.alone = alone(self.values)

    def update(self, frame: float) -> list[Artist]:
        row, x = int(frame), float(between(self.x, frame))
        times = np.append(self.table.times[: row + 1], between(self.table.times, frame))
        for k, line in enumerate(self.lines):
            line.set_data(times, np.append(self.values[: row + 1, k], between(self.values[:, k], frame)))
            line.set_markevery([*np.flatnonzero(self.alone[: row + 1, k]), row + 1])
        grown = np.vstack([self.others[: row + 1], between(self.others, frame)])
        self.faint.set_segments([np.column_stack([times, series]) for series in grown.T])

        tips, ends = between(self.y, frame), between(self.last_y, frame)
        (begun,) = np.nonzero(~np.isnan(self.last_y[row]))
        places = np.full(len(self.labels), np.nan)
        places[begun] = push_apart(ends[begun], LINE_HEIGHT, self.low, self.high)
        self.leaders.set_segments([[(x + 5, tip), (x + 21, y)] for tip, y in zip(tips, places, strict=True)])
        for label, y in zip(self.labels, places, strict=True):
            label.move(x + 26, y)
        names = [label.name for label in self.labels]
        return [self.faint, *self.lines, self.leaders, *names, *super().update(frame)]


class Bars(TableScene):
    """A bar for each series, in the table's order, as high as its value; next to GrowingLines, as high as its line.

    If there are many series, only the `top` largest of the last row are drawn.
    """

    def prepare(self) -> None:
        super().prepare()
        self.names = different(self.table.names, 12)
        wide = 10 * max(self.letters, *(len(name) for name in self.names))
        self.size = (self.width_for(self.left + 24 + max(78, wide) * len(self.names)), 600)

    def draw(self, figure: FigureBase) -> None:
        width, height = self.size
        page, count = self.draw_captions(figure), len(self.names)
        box = (self.left, FOOT, width - self.left - 24, height - FOOT - HEAD)
        axes = page.plot(box, xlim=(-0.5, count - 0.5), ylim=value_limits(self.values))
        mark_values(axes.yaxis, self.form)
        axes.grid(visible=False, axis="x")
        axes.set_xticks(range(count), self.names, parse_math=False)
        axes.tick_params(axis="x", length=0)
        self.bars: list[Rectangle] = []
        self.numbers: list[Number] = []
        for k, values in enumerate(self.values.T):
            color, pattern, _ = look(k)
            axes.get_xticklabels()[k].set_color(color)
            bar = Rectangle((k - 0.35, 0), 0.7, 0, facecolor=color, hatch=pattern, edgecolor=style.PAPER, linewidth=0,
                            zorder=3)  # fmt: skip
            axes.add_patch(bar)
            number = self.add_value(k, values, self.form, axes=axes, x=k, ha="center", va="bottom", size=style.SMALL)
            page.bind(bar, visible=~np.isnan(values))
            page.glide(bar, height=partial(held, values))
            page.glide(number, y=partial(top_of, values))
            self.bars.append(bar)
            self.numbers.append(number)


def value_limits(values: np.ndarray) -> tuple[float, float]:
    """Return the ends of an axis for values: it includes 0, and a little space beyond them."""
    low, high = min(0.0, np.nanmin(values)), max(0.0, np.nanmax(values))
    room = 0.06 * (high - low) or 1.0
    return low - (room if low < 0 else 0), high + room


def top_of(values: np.ndarray, frame: float) -> float:
    """Return the upper end of the bar of a value."""
    return max(float(held(values, frame)), 0.0)


def carried(rows: np.ndarray) -> np.ndarray:
    """Return rows where the last known value replaces each missing value after it.

    >>> carried(np.array([[np.nan, 1], [2, np.nan], [np.nan, 3]]))
    array([[nan,  1.],
           [ 2.,  1.],
           [ 2.,  3.]])
    """
    last = np.maximum.accumulate(np.where(np.isnan(rows), 0, np.arange(len(rows))[:, None]), axis=0)
    return np.take_along_axis(rows, last, axis=0)


def alone(values: np.ndarray) -> np.ndarray:
    """Return where a value stands between two missing ones, or at an end: a line does not show it."""
    there = np.pad(~np.isnan(values), ((1, 1), (0, 0)))
    return there[1:-1] & ~there[:-2] & ~there[2:]
