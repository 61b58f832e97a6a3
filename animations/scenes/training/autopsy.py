"""The autopsy of a training that diverged, in one picture: loss and norms up to the diverging update, on a log axis.

The curves end where the numbers end; a dashed line marks the diverging update. A table has the first and the last shown
value of the loss and of each parameter's norm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator, NullLocator

from animations.data import instance
from animations.kit import style
from animations.kit.page import Page, PageScene
from animations.scenes.training.whys import autopsy_why
from animations.why import Why
from tinylearn.analysis.autopsy import Autopsy

ROW = 26  # pixels from row to row of the table
LOOKS = [  # of the curves, the loss first
    {"color": color, "marker": marker, "linestyle": dash}
    for color, marker, dash in zip((style.INK, *style.SERIES), style.MARKERS, (":", *"----"), strict=False)
]


class AutopsyPicture(PageScene):
    """The result of `recording.autopsy()` as one frame. If there are many parameters, the four that grew most.

    The gids of its numbers: "diverged_at", "learning_rate"; "loss.first" and "loss.last" for the loss of the first and
    the last update shown, "dense_1.w.first" and "dense_1.w.last" for the norm of that parameter after them; "first",
    "last" for the updates themselves.
    """

    autopsy: Autopsy = instance(Autopsy)

    size = (900, 640)

    def prepare(self) -> None:
        autopsy = self.autopsy
        growth = {name: _growth(norms) for name, norms in autopsy.norms.items()}
        grown = sorted(growth, key=lambda name: (name != autopsy.parameter, -growth[name]))[: len(LOOKS) - 1]
        shown = {name: norms for name, norms in autopsy.norms.items() if name in grown}  # in the order of the model
        self.curves = {"loss": autopsy.losses} | shown
        self.labels = ["loss before the update", *(f"norm of {name} after it" for name in shown)]
        unknown = "" if autopsy.parameter in autopsy.norms else f" ({autopsy.parameter} was not recorded)"
        self.captions = (f"It {autopsy.reason}{unknown}.", *self.labels)  # their digits belong to names

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size)
        self._draw_heading()
        table, top = 44 + ROW * len(self.curves), 0.855 * self.size[1]
        box = 90, table + 70, 774, top - table - 70
        self._draw_curves(self.page.plot(box, xlabel="update", ylabel="loss and norms, log scale"))
        self._draw_table(table)

    def describe(self, frame: int) -> str:
        autopsy, steps = self.autopsy, self.autopsy.steps
        span = f"updates {steps[0]} to {steps[-1]}" if len(steps) > 1 else f"update {steps[0]}"
        return f"Update {autopsy.step} {autopsy.reason}. Loss and norms of {span} before it."

    def moments(self) -> tuple[str, Sequence[float]]:
        return "update", [self.autopsy.step]

    def why(self, gid: str, frame: int) -> Why | None:
        return autopsy_why(gid, self.autopsy, self.curves)

    def _draw_heading(self) -> None:
        page, autopsy = self.page, self.autopsy
        loud: dict[str, Any] = {"size": style.LARGE, "weight": "bold", "color": style.ERROR}
        page.row((30, 604), page.text("Training diverged at update", **loud),
                 page.number("{:.0f}", "diverged_at", autopsy.step, **loud))  # fmt: skip
        page.quiet(self.captions[0], (30, 572))
        if not math.isnan(autopsy.learning_rate):
            rate = page.number("{:g}", "learning_rate", autopsy.learning_rate, size=style.LARGE)
            page.row((870, 604), page.quiet("learning rate"), rate, ha="right")

    def _draw_curves(self, axes: Axes) -> None:
        step, steps = self.autopsy.step, self.autopsy.steps
        margin = 0.03 * (step - steps[0])
        low, high = _powers_of_ten(np.concatenate(list(self.curves.values())))
        axes.set_yscale("log")
        axes.set(xlim=(steps[0] - margin, step + margin), ylim=(10.0**low, 10.0**high))
        axes.set_yticks([10.0**power for power in range(low, high + 1, math.ceil((high - low) / 8))])
        axes.set_autoscale_on(False)  # it would overflow near the largest possible number
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.yaxis.set_minor_locator(NullLocator())
        for values, look in zip(self.curves.values(), LOOKS, strict=False):
            visible = np.isfinite(values) & (values > 0)  # no zeros on a log axis: biases often begin so
            every = max(1, len(steps) // 8)  # a few marks are enough
            axes.plot(
                steps[visible], values[visible], markersize=6, markevery=every, linewidth=2, clip_on=False, **look
            )
        axes.axvline(step, color=style.INK, linestyle="--", linewidth=2)

    def _draw_table(self, top: float) -> None:
        """Draw a row for each curve: line, name, and its value at the first and the last update shown."""
        page = self.page
        columns = [("first", 620, 0), ("last", 860, -1)][len(self.autopsy.steps) < 2 :]  # one update is first and last
        for gid, x, place in columns:
            page.named((x, top), "update", "{:.0f}", gid, self.autopsy.steps[place], ha="right", size=style.SMALL,
                       color=style.QUIET)  # fmt: skip
        for row, (name, label, look) in enumerate(zip(self.curves, self.labels, LOOKS, strict=False)):
            y, color = top - 28 - ROW * row, look["color"]
            page.axes.plot([34, 62, 90], [y] * 3, markevery=[1], markersize=8, linewidth=2, **look)
            page.text(label, (104, y), color=color, weight="bold")
            for gid, x, place in columns:
                value = self.curves[name][place]
                if math.isnan(value):
                    page.quiet("none yet", (x, y), ha="right")
                else:
                    page.number("{:.4g}", f"{name}.{gid}", value, (x, y), color=color)


def _powers_of_ten(values: np.ndarray) -> tuple[int, int]:
    """Return the exponents of two powers of ten around all values that a log axis can show."""
    values = values[np.isfinite(values) & (values > 0)]
    low, high = (values.min(), values.max()) if len(values) else (1.0, 1.0)
    power = max(math.floor(math.log10(low)), -307)
    return power, min(max(math.ceil(math.log10(high)), power + 1), 308)


def _growth(norms: np.ndarray) -> float:
    """Return the factor by which a norm grew; from zero, the norm itself."""
    positive = norms[norms > 0]
    return float(positive[-1] / positive[0]) if len(positive) else 0.0
