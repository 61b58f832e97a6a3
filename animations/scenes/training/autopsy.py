"""The autopsy of a training that diverged, in one picture: loss and norms up to the update that broke, on a log axis.

update 39 met a loss of inf …
  │            ╱ ┊          the curves end where the numbers do; the broken update is the dashed line
  │        __╱   ┊
  └───────────── ×
a table: of the loss and of each parameter, the first value shown and the last
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator, NullLocator

from animations import checks
from animations.engine.text import PastedText
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes, plot_axes
from animations.scene import Scene
from animations.scenes.training.step_chart import MARKERS
from tinylearn.analysis.autopsy import Autopsy

ROW = 26  # pixels from row to row of the table


class AutopsyPicture(Scene):
    """What `recording.autopsy()` found: one frame. Of many parameters, the four that grew most.

    The gids of its numbers: "step", "learning_rate"; "loss.first" and "loss.last" for the loss of the first and the
    last update shown, "dense_1.w.first" and "dense_1.w.last" for the norm of that parameter after them; "first", "last"
    for the updates themselves.
    """

    size = (900, 640)

    def __init__(self, autopsy: Autopsy) -> None:
        self.autopsy = checks.instance("AutopsyPicture", "autopsy", autopsy, Autopsy)
        growth = {name: _growth(norms) for name, norms in autopsy.norms.items()}
        grown = sorted(growth, key=lambda name: (name != autopsy.parameter, -growth[name]))[: len(MARKERS) - 1]
        shown = [name for name in autopsy.norms if name in grown]  # in the order of the model
        self.curves = {"loss": autopsy.losses} | {name: autopsy.norms[name] for name in shown}
        self.labels = {"loss": "loss"} | {name: f"norm of {name}" for name in shown}
        self.captions = (_in_words(autopsy), *self.labels.values())  # digits in them are those of names

    def draw(self, figure: FigureBase) -> None:
        page = pixel_axes(figure, self.size)
        self._draw_heading(page)
        top = 44 + ROW * len(self.curves)
        bottom = (top + 70) / self.size[1]
        axes = plot_axes(
            figure, (0.1, bottom, 0.86, 0.855 - bottom), xlabel="update", ylabel="loss and norms, log scale"
        )
        self._draw_curves(axes)
        self._draw_table(page, top)

    def update(self, frame: int) -> Sequence[Artist]:
        return ()

    def describe(self, frame: int) -> str:
        autopsy = self.autopsy
        return f"Update {autopsy.step} {autopsy.reason}. Loss and norms of {_span(autopsy.steps)} before it."

    def _draw_heading(self, page: Axes) -> None:
        autopsy = self.autopsy
        settings: dict[str, Any] = {"size": style.LARGE, "weight": "bold", "color": style.ERROR, "ha": "left"}
        words = add_label(page, 30, 604, "Training diverged at update", **settings)
        add_number(page, _edges(page, words)[1] + 8, 604, "{:.0f}", "step", **settings).set_value(autopsy.step)
        add_label(page, 30, 572, self.captions[0], color=style.QUIET)
        if not math.isnan(autopsy.learning_rate):
            rate = add_number(page, 870, 604, "{:g}", "learning_rate", size=style.LARGE)
            rate.set_value(autopsy.learning_rate)
            add_label(page, _edges(page, rate)[0] - 10, 604, "learning rate", ha="right", color=style.QUIET)

    def _draw_curves(self, axes: Axes) -> None:
        autopsy = self.autopsy
        span = autopsy.step - autopsy.steps[0]
        axes.set_xlim(autopsy.steps[0] - 0.03 * span, autopsy.step + 0.03 * span)
        axes.set_yscale("log")
        low, high = _powers_of_ten(np.concatenate(list(self.curves.values())))
        axes.set_ylim(10.0**low, 10.0**high)
        axes.set_yticks([10.0**power for power in range(low, high + 1, math.ceil((high - low) / 8))])
        axes.set_autoscale_on(False)  # which would overflow near the largest number there is
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.yaxis.set_minor_locator(NullLocator())
        for number, values in enumerate(self.curves.values()):
            visible = np.isfinite(values) & (values > 0)  # zero, as of biases at the start, has no place on a log axis
            axes.plot(
                autopsy.steps[visible], values[visible], **_look(number), markersize=6, linewidth=2, clip_on=False
            )
        axes.axvline(autopsy.step, color=style.INK, linestyle="--", linewidth=2)

    def _draw_table(self, page: Axes, top: float) -> None:
        """Draw a row for each curve: line, name, and its value at the first and the last update shown."""
        columns = [("first", 620, 0), ("last", 860, -1)][len(self.autopsy.steps) < 2 :]  # one update is first and last
        for gid, x, place in columns:
            settings: dict[str, Any] = {"size": style.SMALL, "color": style.QUIET}
            number = add_number(page, x, top, "{:.0f}", gid, **settings)
            number.set_value(self.autopsy.steps[place])
            add_label(page, _edges(page, number)[0] - 6, top, "update", ha="right", **settings)
        for number_of_row, (name, values) in enumerate(self.curves.items()):
            y, look = top - 28 - ROW * number_of_row, _look(number_of_row)
            page.plot([34, 62, 90], [y] * 3, **look, markevery=[1], markersize=8, linewidth=2)
            add_label(page, 104, y, self.labels[name], color=look["color"], weight="bold")
            for gid, x, place in columns:
                if math.isnan(values[place]):
                    add_label(page, x, y, "none yet", ha="right", color=style.QUIET)
                else:
                    add_number(page, x, y, "{:.4g}", f"{name}.{gid}", color=look["color"]).set_value(values[place])


def _edges(page: Axes, text: PastedText) -> tuple[float, float]:
    """Return where a text begins and ends, in pixels of the page."""
    box = text.get_window_extent().transformed(page.transData.inverted())
    return box.x0, box.x1


def _powers_of_ten(values: np.ndarray) -> tuple[int, int]:
    """Return the exponents of two powers of ten between which all values lie that a log axis can show."""
    values = values[np.isfinite(values) & (values > 0)]
    low, high = (values.min(), values.max()) if len(values) else (1.0, 1.0)
    power = max(math.floor(math.log10(low)), -307)
    return power, min(max(math.ceil(math.log10(high)), power + 1), 308)


def _look(number: int) -> dict[str, Any]:
    """Return colour, marker and dash of a curve: the loss is the first."""
    if number == 0:
        return {"color": style.INK, "marker": MARKERS[0], "linestyle": ":"}
    return {"color": style.SERIES[number - 1], "marker": MARKERS[number], "linestyle": "-"}


def _growth(norms: np.ndarray) -> float:
    """Return by what factor a norm grew; from zero, the norm itself."""
    positive = norms[norms > 0]
    return float(positive[-1] / positive[0]) if len(positive) else 0.0


def _in_words(autopsy: Autopsy) -> str:
    """Return what broke, as a sentence."""
    recorded = "" if autopsy.parameter in autopsy.norms else f" ({autopsy.parameter} was not recorded)"
    return f"It {autopsy.reason}{recorded}."


def _span(steps: np.ndarray) -> str:
    return f"updates {steps[0]} to {steps[-1]}" if len(steps) > 1 else f"update {steps[0]}"
