"""Several things compared step by step: a table of their numbers, and above it one of them as lines on a log axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import NullLocator

from animations import checks
from animations.engine.text import Form, Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes, plot_axes
from animations.kit.series import Series as Series
from animations.kit.series import checked_series as checked_series
from animations.scene import Scene

TIP: dict[str, Any] = {"markersize": 10, "markeredgecolor": style.PAPER, "linestyle": "none"}
LEAST = 1e-100  # on a log axis
MARKERS = ("o", "s", "^", "D", "v")  # beside the colours of style.SERIES: colour is never the only sign


class StepChart(Scene):
    """The table of all columns at the step of the clock, and `shown`, one of them, growing step by step.

    clock    (F,) the step that each frame shows
    forms    column → how its numbers are written, if not as "{:.4g}". The gid of a number is "name.column".
    """

    size = (600, 600)

    def __init__(
        self, series: Sequence[Series], clock: Sequence[int], *, shown: str, title: str,
        forms: Mapping[str, Form] | None = None,
    ) -> None:  # fmt: skip
        self.series = checked_series("StepChart", series, (checks.text("StepChart", "shown", shown),))
        for one in self.series:
            values = one.columns[shown]
            if not (np.isfinite(values) & (values >= LEAST)).all():
                raise ValueError(
                    f"StepChart: {shown} of {one.name} must be finite and above 0, for a log axis, got {values.min():g}"
                )
            if one.columns.keys() != self.series[0].columns.keys():
                raise ValueError(
                    f"StepChart: all series must have the same columns, got {list(one.columns)} for {one.name} "
                    f"and {list(self.series[0].columns)} for {self.series[0].name}"
                )
        self.clock, self.shown = checks.clock("StepChart", "clock", clock), shown
        self.title = checks.text("StepChart", "title", title)
        self.forms = checks.mapping("StepChart", "forms", {} if forms is None else forms)
        for form in self.forms.values():
            checks.number_form("StepChart", "a form", form)
        self.frames = len(self.clock)

    def draw(self, figure: FigureBase) -> None:
        page = pixel_axes(figure, self.size)
        add_label(page, 30, 566, self.title, size=style.LARGE)
        top_of_table = 34 + 27 * len(self.series)
        bottom = (top_of_table + 84) / self.size[1]
        axes = plot_axes(figure, (0.13, bottom, 0.83, 0.895 - bottom), xlabel="step", ylabel=f"{self.shown}, log scale")
        self._draw_lines(axes)
        self._draw_table(page, top_of_table)

    def update(self, frame: int) -> list[Artist]:
        step = self.clock[frame]
        for number, one, column in self.numbers:
            number.set_value(one.at(column, step))
        for (line, tip), one in zip(self.lines, self.series, strict=True):
            values = one.columns[self.shown][: step + 1]
            line.set_data(np.arange(len(values)), values)
            tip.set_data([len(values) - 1], values[-1:])
        return [*(artist for pair in self.lines for artist in pair), *(number for number, _, _ in self.numbers)]

    def describe(self, frame: int) -> str:
        step = self.clock[frame]
        values = [f"{one.name} {one.at(self.shown, step):.4g}" for one in self.series]
        return f"{self.shown} at step {step}: {', '.join(values)}."

    def _draw_lines(self, axes: Axes) -> None:
        values = np.concatenate([one.columns[self.shown] for one in self.series])
        last = max(self.clock[-1], 1)
        axes.set_yscale("log")
        axes.set(xlim=(-0.02 * last, 1.03 * last), ylim=(values.min() / 2, values.max() * 2))
        axes.yaxis.set_minor_locator(NullLocator())
        self.lines = []
        for number, (color, marker) in enumerate(zip(style.SERIES, MARKERS[: len(self.series)], strict=False)):
            (line,) = axes.plot(
                [], [], color=color, marker=marker, markevery=(2 * number, 10), markersize=5, zorder=3 + number / 10
            )
            (tip,) = axes.plot([], [], color=color, marker=marker, **TIP, zorder=4 + number / 10)
            self.lines.append((line, tip))

    def _draw_table(self, page: Axes, top: float) -> None:
        """Draw a row for each series: marker, name, one number a column."""
        columns = list(self.series[0].columns)
        ends = np.linspace(570, 200, len(columns), endpoint=False)[::-1]
        for column, end in zip(columns, ends, strict=True):
            add_label(page, end, top, column, ha="right", size=style.SMALL, color=style.QUIET)
        self.numbers: list[tuple[Number, Series, str]] = []  # those that change
        for row, (one, color, marker) in enumerate(zip(self.series, style.SERIES, MARKERS, strict=False)):
            y = top - 28 - 27 * row
            page.plot([42], [y], color=color, marker=marker, **TIP)
            add_label(page, 60, y, one.name, color=color, weight="bold")
            for column, end in zip(columns, ends, strict=True):
                form = self.forms.get(column, "{:.4g}")
                number = add_number(page, end, y, form, f"{one.name}.{column}", color=color)
                if one.columns[column].ndim == 0:
                    number.set_value(one.at(column, 0))
                else:
                    self.numbers.append((number, one, column))
