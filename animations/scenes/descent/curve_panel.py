"""A curve with a heading above it and numbers below: the page for one-dimensional searches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.ticker import AutoLocator, MaxNLocator

from animations import checks, data
from animations.kit import style
from animations.kit.formulas import formula_of
from animations.kit.page import Page, PageScene


class Curve(data.Data):
    """A curve to draw: x, y (K,), K points from left to right, with labels.

    f   its function; if the source of f is a formula, it explains the heights
    """

    x: np.ndarray = data.growing("K")
    y: np.ndarray = data.array("K")
    label: str = data.text(default="y")
    f: Any = data.anything(checks.function, default=None)

    def prepare(self) -> None:
        self.formula = formula_of(self.f) if self.f else None
        del self.f  # with a lambda, the scene could not go to another process


class CurvePanel(PageScene):
    """The page of searches along a curve: title and curve. A subclass draws the search itself.

    clock    (S,) the step that each frame shows; a `Heading` over the panels displays it. If a search ends before the
             clock, it holds its last step while the clock goes on.
    title    a word about this search
    name     precedes the gids of this panel's numbers: "slow" gives "slow.x"
    """

    curve: Curve = data.instance(Curve)
    clock: np.ndarray = data.clock("S")
    title: str = data.text(kw_only=True)
    name: str = data.text(kw_only=True)

    size = (600, 600)
    box = (99, 195, 477, 346)  # of the plot, in pixels
    glides = True
    look: ClassVar[dict[str, Any]] = {"color": style.WEIGHT, "markersize": 11, "clip_on": False}  # of the dot

    def until(self, last: int) -> None:
        """Make `last` the last step: `shown` (S,) is the step of the search in each frame, `over` (S,) if it ended."""
        self.last, self.shown, self.over = last, np.minimum(self.clock, last), (self.clock >= last).tolist()

    def moments(self) -> tuple[str, Sequence[float]]:
        return "step", self.clock.tolist()

    def draw_panel(self, figure: FigureBase, setting: tuple[str, float], end: tuple[str, str, str], row: float) -> None:
        """Draw title and curve, on `page` and `axes`.

        setting   the difference from other searches: a name and a number
        end       the texts before and after the number of the last step, once it is reached, and their colour
        row       their height
        """
        self.page = page = Page(figure, self.size, self.name)
        page.text(self.title, (30, 566), size=style.LARGE, weight="bold")
        value = page.number("{:g}", "setting", setting[1], size=style.LARGE)
        page.row((576, 566), page.quiet(setting[0]), value, space=12, ha="right")
        outcome = page.text(end[0]), page.number("{:.0f}", "last_step", self.last), page.text(end[1])
        for part in outcome:
            part.set(color=end[2], weight="bold")
        page.row((30, row), *outcome)
        page.show(self.over, *outcome)
        self.axes = page.plot(self.box, xlabel="x", ylabel=self.curve.label)
        self.axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 5, 10]))
        self.axes.yaxis.set_major_locator(_FromBottom(self.curve.y.min()))
        self.axes.xaxis.set_major_formatter(_short)
        self.axes.yaxis.set_major_formatter(_short)
        self.axes.yaxis.set_label_coords(27, self.box[1] + self.box[3] / 2, transform=page.axes.transData)
        self.axes.plot(self.curve.x, self.curve.y, color=style.QUIET, linewidth=1.5)

    def window(self, low: float, high: float, below: float = 0) -> tuple[float, float, float, float]:
        """Return left, right, bottom and top of the view of the curve from x = low to high.

        below   the fraction of its height that stays free below the curve
        """
        x, y = self.curve.x, self.curve.y
        seen = np.append(y[(low <= x) & (x <= high)], np.interp([low, high], x, y))
        pad = 0.05 * np.ptp(seen) or 1.0
        height = (np.ptp(seen) + 2 * pad) / (1 - below)
        return low, high, seen.max() + pad - height, seen.max() + pad


def _short(mark: float, _: float = 0) -> str:
    """Return a number for an axis; where the camera is far away, its marks must not run into each other.

    >>> [_short(mark) for mark in (0.5, -20000, 400000, 1.5e8, -2e11)]
    ['0.5', '−20000', '4e5', '1.5e8', '−2e11']
    """
    size = f"{mark:g}" if abs(mark) < 1e5 else f"{mark:.3g}".replace("e+0", "e").replace("e+", "e")
    return size.replace("-", "−")


class _FromBottom(AutoLocator):
    """Marks at round numbers, none of them below the curve."""

    def __init__(self, bottom: float) -> None:
        super().__init__()
        self.bottom = bottom

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        return [mark for mark in super().tick_values(vmin, vmax) if mark >= self.bottom]
