"""Several things, compared step by step: a table of their numbers, and above it one column as lines on a log axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import NullLocator

from animations import checks, data
from animations.kit import style
from animations.kit.page import Page, PageScene
from animations.kit.series import Series as Series
from animations.kit.series import checked_series as checked_series
from animations.kit.style import MARKERS, TIP
from animations.why import Why

LEAST = 1e-100  # the lower end of a log axis


def _forms(caller: str, name: str, forms: Any) -> dict[str, Callable[[float], str]]:
    given = checks.mapping(caller, name, forms)
    return {column: checks.number_form(caller, "a form", form) for column, form in given.items()}


class StepChart(PageScene):
    """The table of all columns at the step of the clock; and `shown`, one of the columns, growing step by step.

    clock    (S,) the step that each frame shows
    forms    column → the format of its numbers, by default "{:.4g}". The gid of a number is "name.column".
    """

    series: tuple[Series, ...] = data.anything(lambda caller, name, series: checked_series(caller, series, ()))
    clock: np.ndarray = data.clock("S")
    shown: str = data.text(kw_only=True)
    title: str = data.text(kw_only=True)
    forms: dict[str, Callable[[float], str]] | None = data.anything(_forms, default=None, kw_only=True)

    size = (600, 600)
    glides = True

    def prepare(self) -> None:
        first, *_ = checked_series("StepChart", self.series, (self.shown,))
        for one in self.series:
            values = one.columns[self.shown]
            if not (np.isfinite(values) & (values >= LEAST)).all():
                found = f"{self.shown} of {one.name} must be finite and above 0, for a log axis, got {values.min():g}"
                raise ValueError(f"StepChart: {found}")
            if one.columns.keys() != first.columns.keys():
                raise ValueError(
                    f"StepChart: all series must have the same columns, got {list(one.columns)} for {one.name} "
                    f"and {list(first.columns)} for {first.name}"
                )

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size)
        self.page.text(self.title, (30, 566), size=style.LARGE)
        table, top = 34 + 27 * len(self.series), 537
        box = 78, table + 84, 498, top - table - 84
        self._draw_lines(self.page.plot(box, xlabel="step", ylabel=f"{self.shown}, log scale"))
        self._draw_table(table)

    def describe(self, frame: int) -> str:
        step = self.clock[frame]
        values = [f"{one.name} {one.at(self.shown, step):.4g}" for one in self.series]
        return f"{self.shown} at step {step}: {', '.join(values)}."

    def why(self, gid: str, frame: int) -> Why | None:
        told = (one.why(gid, int(self.clock[frame])) for one in self.series)
        return next((why for why in told if why is not None), None)

    def moments(self) -> tuple[str, Sequence[float]]:
        return "step", self.clock.tolist()

    def _draw_lines(self, axes: Axes) -> None:
        values = np.concatenate([one.columns[self.shown] for one in self.series])
        last = max(self.clock[-1], 1)
        axes.set_yscale("log")
        axes.set(xlim=(-0.02 * last, 1.03 * last), ylim=(values.min() / 2, values.max() * 2))
        axes.yaxis.set_minor_locator(NullLocator())
        for number, (one, color, marker) in enumerate(zip(self.series, style.SERIES, MARKERS, strict=False)):
            look: dict[str, Any] = {"color": color, "marker": marker}
            (line,) = axes.plot([], [], markevery=(2 * number, 10), markersize=5, zorder=3 + number / 10, **look)
            (tip,) = axes.plot([], [], zorder=4 + number / 10, **look, **TIP)
            values = one.columns[self.shown]
            points, last_point = np.stack([np.arange(len(values)), values]), len(values) - 1
            self.page.walk(axes, line, tip, points, np.minimum(self.clock, last_point))

    def _draw_table(self, top: float) -> None:
        """Draw a row for each series: marker, name, one number per column."""
        page, columns, forms = self.page, list(self.series[0].columns), self.forms or {}
        ends = np.linspace(570, 200, len(columns), endpoint=False)[::-1]
        for column, end in zip(columns, ends, strict=True):
            page.quiet(column, (end, top), ha="right", size=style.SMALL)
        for row, (one, color, marker) in enumerate(zip(self.series, style.SERIES, MARKERS, strict=False)):
            y = top - 28 - 27 * row
            page.axes.plot([42], [y], color=color, marker=marker, **TIP)
            page.text(one.name, (60, y), color=color, weight="bold")
            for column, end in zip(columns, ends, strict=True):
                alone = one.columns[column].ndim == 0
                values = one.at(column, 0) if alone else [one.at(column, step) for step in self.clock]
                page.number(forms.get(column, "{:.4g}"), f"{one.name}.{column}", values, (end, y), color=color)
