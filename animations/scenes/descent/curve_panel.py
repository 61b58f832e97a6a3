"""A curve with a heading above it and numbers below: the page on which one-dimensional searches are drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator

from animations import data
from animations.kit import style
from animations.kit.page import Page, PageScene


class Curve(data.Data):
    """A curve to be drawn: x, y (K,), K points from left to right, and what to write beside it."""

    x: np.ndarray = data.growing("K")
    y: np.ndarray = data.array("K")
    label: str = data.text(default="y")


class CurvePanel(PageScene):
    """What searches along a curve share: heading, clock, curve. What happens on it is for a subclass to draw.

    clock    (S,) the step that each frame shows. Panels side by side have one clock; a search that ends before
             the clock does holds its last step, while the clock goes on.
    title    a word on this search
    name     stands before the gids of this panel's numbers: "slow" gives "slow.step", "slow.x"
    """

    curve: Curve = data.instance(Curve)
    clock: np.ndarray = data.clock("S")
    title: str = data.text(kw_only=True)
    name: str = data.text(kw_only=True)

    size = (600, 600)
    glides = True
    look: ClassVar = {"color": style.WEIGHT, "markersize": 11, "clip_on": False}  # of the dot

    def until(self, last: int) -> None:
        """Let step `last` be the last: `shown` (S,) is the step of the search in each frame, `over` (S,) if it was."""
        self.last, self.shown, self.over = last, np.minimum(self.clock, last), (self.clock >= last).tolist()

    def draw_panel(
        self, figure: FigureBase, setting: tuple[str, float], phase: Callable[[int], str], end: tuple[str, str, str]
    ) -> None:
        """Draw heading and curve, on `page` and `axes`.

        setting   what tells this search from others: a name and a number
        phase     what the search does in a frame, as long as it lasts
        end       what to write before and after the number of the last step, when that is reached, and its colour
        """
        self.page = page = Page(figure, self.size, self.name)
        page.text(self.title, (30, 566), size=style.LARGE, weight="bold")
        value = page.number("{:g}", "setting", setting[1], size=style.LARGE)
        page.row((576, 566), page.quiet(setting[0]), value, space=12, ha="right")
        behind = page.step((30, 526), self.clock, lambda frame: "" if self.over[frame] else phase(frame))
        outcome = page.text(end[0]), page.number("{:.0f}", "last_step", self.last), page.text(end[1])
        for part in outcome:
            part.set(color=end[2], weight="bold")
        page.row(behind, *outcome)
        page.show(self.over, *outcome)
        x, y, pad = self.curve.x, self.curve.y, 0.05 * np.ptp(self.curve.y) or 1.0
        self.axes = page.plot((81, 189, 495, 312), xlabel="x", ylabel=self.curve.label)
        self.axes.set(xlim=x[[0, -1]], ylim=(y.min() - pad, y.max() + pad))
        self.axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 5, 10]))
        self.axes.plot(x, y, color=style.QUIET, linewidth=1.5)
