"""Charts of a table that grow with time: lines, and bars in fixed places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from animations import checks
from animations.engine.text import Form, Number, text_width
from animations.kit import style
from animations.kit.axes import add_label, add_number, plot_axes
from animations.scenes.tables.table_scene import FOOT, HEAD, TableScene, longest, look, mark_values, short
from tinylearn.checks import positive_integer
from tinylearn.datasets import Table

LINE_HEIGHT = 20  # pixels from one label to the next
GAP = 7  # pixels from a name to its value
LEAST = 120  # pixels that the lines need


class GrowingLines(TableScene):
    """A line for each series, growing with time on fixed axes, its name and its value where it ends.

    `with_values=False` leaves the values out, where a chart beside it shows them; `width` is the picture's, in pixels.
    """

    def __init__(self, table: Table, *, width: int = 1000, with_values: bool = True, **settings: Any) -> None:
        super().__init__(table, **settings)
        width, self.with_values = positive_integer("GrowingLines", "width", width), with_values
        least = self.left + self._room() + LEAST
        if not least <= width <= checks.MOST_PIXELS:
            raise ValueError(
                f"GrowingLines: width must be {least} to {checks.MOST_PIXELS} pixels, for lines and names, got {width}"
            )
        self.size = self.width_for(width), 600

    def _room(self) -> int:
        """Return how many pixels the names and values need where the lines end."""
        numbers = max(text_width(self.form.format(value), style.MEDIUM) for value in self.values.flat)
        names = max(text_width(name, style.MEDIUM) for name in self.names)
        return 48 + names + (GAP + numbers if self.with_values else 0)

    def draw(self, figure: FigureBase) -> None:
        width, height = self.size
        layer = self.draw_captions(figure)
        self.labels = [EndLabel(layer, name, look(k)[0]) for k, name in enumerate(self.names)]
        if self.with_values:
            for label in self.labels:
                label.add_number(self.form, self.values)
        room = max(label.width for label in self.labels)
        left, bottom, right, top = self.left, FOOT, width - room - 48, height - HEAD
        box = (left / width, bottom / height, (right - left) / width, (top - bottom) / height)
        times, limits = self.table.times, value_limits(self.table.values)
        axes = plot_axes(figure, box, xlim=times[[0, -1]], ylim=limits, xlabel=self.table.clock)
        mark_values(axes.yaxis, self.form)
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=bool((times % 1 == 0).all())))
        axes.xaxis.set_major_formatter("{x:.10g}")
        axes.tick_params(axis="x", pad=7)
        self.lines = []
        for k in range(len(self.names)):
            color, pattern = look(k)
            (line,) = axes.plot([], [], color=color, linestyle="--" if pattern else "-", linewidth=2.5, zorder=3,
                                marker="o", markevery=[-1], clip_on=False, solid_capstyle="round")  # fmt: skip
            self.lines.append(line)
        self.leaders = LineCollection([], colors=[label.color for label in self.labels], linewidths=1, zorder=3)
        layer.add_collection(self.leaders, autolim=False)
        self.low, self.high = bottom + LINE_HEIGHT / 2, top + LINE_HEIGHT
        self.x = left + (right - left) * (self.times - times[0]) / np.ptp(times)  # where the lines end, in pixels
        self.y = bottom + (top - bottom) * (self.values - limits[0]) / (limits[1] - limits[0])

    def update(self, frame: int) -> list[Artist]:
        row = int(self.rows[frame])
        times = [*self.table.times[: row + 1], self.times[frame]]
        for k, line in enumerate(self.lines):
            line.set_data(times, [*self.table.values[: row + 1, k], self.values[frame, k]])
        x, ends = self.x[frame], self.y[frame]
        heights = push_apart(ends, LINE_HEIGHT, self.low, self.high)
        self.leaders.set_segments([[(x + 5, end), (x + 21, high)] for end, high in zip(ends, heights, strict=True)])
        for k, (label, high) in enumerate(zip(self.labels, heights, strict=True)):
            label.move(x + 26, high)
            if self.with_values:
                label.show(self.values[frame, k], self.name_of("value", frame, k))
        texts = [artist for label in self.labels for artist in label.artists()]
        return [*self.lines, self.leaders, *texts, *self.update_clock(frame)]


class Bars(TableScene):
    """A bar for each series, in the table's order, as high as its value: beside GrowingLines, as high as its line."""

    def __init__(self, table: Table, **settings: Any) -> None:
        super().__init__(table, **settings)
        self.names = [short(name, 12) for name in table.names]
        widest = 10 * max(self.letters, *(len(name) for name in self.names))
        self.size = (self.width_for(self.left + 24 + max(78, widest) * len(self.names)), 600)

    def draw(self, figure: FigureBase) -> None:
        width, height = self.size
        self.draw_captions(figure)
        box = (self.left / width, FOOT / height, 1 - (self.left + 24) / width, 1 - (FOOT + HEAD) / height)
        count = len(self.names)
        axes = plot_axes(figure, box, xlim=(-0.5, count - 0.5), ylim=value_limits(self.table.values))
        mark_values(axes.yaxis, self.form)
        axes.grid(visible=False, axis="x")
        axes.set_xticks(range(count), self.names, parse_math=False)
        axes.tick_params(axis="x", length=0)
        self.bars: list[Rectangle] = []
        self.numbers: list[Number] = []
        for k in range(count):
            color, pattern = look(k)
            axes.get_xticklabels()[k].set_color(color)
            bar = Rectangle((k - 0.35, 0), 0.7, 0, facecolor=color, hatch=pattern, edgecolor=style.PAPER, linewidth=0,
                            zorder=3)  # fmt: skip
            axes.add_patch(bar)
            self.bars.append(bar)
            number = add_number(axes, k, 0, self.form, self.name_of("value", 0, k), ha="center", va="bottom",
                                size=style.SMALL, zorder=4)  # fmt: skip
            self.numbers.append(number)

    def update(self, frame: int) -> list[Artist]:
        for k, (bar, number) in enumerate(zip(self.bars, self.numbers, strict=True)):
            value = self.values[frame, k]
            bar.set_height(value)
            number.set_y(max(value, 0))
            number.set_gid(self.name_of("value", frame, k))
            number.set_value(value)
        return [*self.bars, *self.numbers, *self.update_clock(frame)]


class EndLabel:
    """The name of a series and, after it, a number: written where its line or its bar ends. `width` in pixels."""

    def __init__(self, layer: Axes, name: str, color: str) -> None:
        self.layer, self.color = layer, color
        self.name = add_label(layer, 0, 0, name, color=color, zorder=4)
        self.width = self.name.get_window_extent().width
        self.number: Number | None = None

    def add_number(self, form: Form, values: np.ndarray) -> None:
        """Make a number written as `form`, with room for the longest of `values`."""
        self.step = self.width + GAP  # from the left of the name to the left of the number
        self.number = add_number(self.layer, 0, 0, form, "", ha="left", zorder=4)
        self.width = self.step + longest(self.number, values)

    def move(self, x: float, y: float) -> None:
        """Begin at x, in the middle of the line at y."""
        self.name.set_position((x, y))
        if self.number is not None:
            self.number.set_position((x + self.step, y))

    def show(self, value: float, gid: str) -> None:
        """Write `value` after the name; `gid` says what it is."""
        assert self.number is not None, "add_number makes it"
        self.number.set_gid(gid)
        self.number.set_value(value)

    def artists(self) -> list[Artist]:
        return [self.name] if self.number is None else [self.name, self.number]


def value_limits(values: np.ndarray) -> tuple[float, float]:
    """Return the ends of an axis for values: 0 is always on it, and a little room beyond them."""
    low, high = min(0.0, values.min()), max(0.0, values.max())
    room = 0.06 * (high - low) or 1.0
    return low - (room if low < 0 else 0), high + room


def push_apart(wanted: Sequence[float] | np.ndarray, gap: float, low: float, high: float) -> np.ndarray:
    """Return places near those wanted, in the same order, `gap` apart at least and from `low` to `high` if they fit.

    Subtract gap, 2 gap, … from the sorted places: now they only must not decrease, and the nearest such places are
    found by giving neighbours that do decrease their mean, again and again (pool adjacent violators).

    >>> push_apart([50, 12, 10, 11], 4, 0, 100)
    array([50., 15.,  7., 11.])
    """
    order = np.argsort(wanted, kind="stable")
    steps = gap * np.arange(len(order))
    pools: list[tuple[float, int]] = []  # (mean, how many)
    for place in np.asarray(wanted, float)[order] - steps:
        mean, count = float(place), 1
        while pools and pools[-1][0] > mean:
            other, size = pools.pop()
            mean, count = (mean * count + other * size) / (count + size), count + size
        pools.append((mean, count))
    placed = np.repeat([mean for mean, _ in pools], [count for _, count in pools])
    result = np.empty(len(order))
    result[order] = np.clip(placed, low, max(low, high - steps[-1])) + steps
    return result
