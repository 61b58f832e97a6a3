"""A curve with a heading above it and numbers below: the page on which one-dimensional searches are drawn.

the search          its setting
Step 12   adjust, repeat         ✓ converged at step 30
⎝     ⎠
 ⎝___⎠   the curve
numbers
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator

from animations import checks
from animations.engine.text import Form, Number, PastedText
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes, plot_axes
from animations.scene import Scene

SPACE = 7  # pixels between words


class Curve(NamedTuple):
    """A curve to be drawn: x, y (K,), K points from left to right, and what to write beside it."""

    x: np.ndarray
    y: np.ndarray
    label: str = "y"


def checked_curve(who: str, curve: Curve) -> Curve:
    """Return a curve that can be drawn; TypeError or ValueError if it is none."""
    checks.instance(who, "curve", curve, Curve)
    x = checks.growing(who, "the curve's x", curve.x)
    return Curve(x, checks.array(who, "the curve's y", curve.y, x.shape), checks.text(who, "its label", curve.label))


class CurvePanel(Scene):
    """What searches along a curve share: heading, clock, curve. What happens on it is for a subclass to draw.

    clock    (F,) the step that each frame shows. Panels side by side have one clock; a search that ends before
             the clock does holds its last step, while the clock goes on.
    last     the last step of this search
    phases   what to call step 0, and those that follow
    title    a word on this search, and `setting`: what tells it from others, as a name and a number
    name     stands before the gids of this panel's numbers: "slow" gives "slow.step", "slow.x"
    """

    size = (600, 600)
    phases = ("initialise", "adjust, repeat")

    def __init__(
        self, curve: Curve, clock: Sequence[int], last: int, *, title: str, setting: tuple[str, float], name: str
    ) -> None:
        who, (setting_name, value) = type(self).__name__, setting
        self.curve, self.clock, self.last = checked_curve(who, curve), checks.clock(who, "clock", clock), last
        self.title, self.name = checks.text(who, "title", title), checks.text(who, "name", name)
        self.setting = checks.text(who, "setting", setting_name), value
        self.shown = np.minimum(self.clock, last)  # (F,) the step of this search in each frame
        self.frames = len(self.clock)

    def draw(self, figure: FigureBase) -> None:
        self.page = pixel_axes(figure, self.size)
        self.numbers: list[tuple[Number, np.ndarray]] = []  # with the value of each frame
        self._draw_heading()
        self.axes = plot_axes(figure, (0.135, 0.315, 0.825, 0.52), xlabel="x", ylabel=self.curve.label)
        self.axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 5, 10]))
        low, high = self.curve.y.min(), self.curve.y.max()
        pad = 0.05 * (high - low) or 1.0
        self.axes.set(xlim=self.curve.x[[0, -1]], ylim=(low - pad, high + pad))
        self.axes.plot(self.curve.x, self.curve.y, color=style.QUIET, linewidth=1.5)
        self.draw_search()

    def update(self, frame: int) -> list[Artist]:
        for number, values in self.numbers:
            number.set_value(values[frame])
        over = self.is_over(frame)
        self.phase.set_text("" if over else self.phases[min(self.clock[frame], 1)])
        for artist in self.outcome:
            artist.set_visible(over)
        changed = self.update_search(frame)
        return [*(number for number, _ in self.numbers), self.phase, *self.outcome, *changed]

    def is_over(self, frame: int) -> bool:
        """Has this search made its last step?"""
        return bool(self.clock[frame] >= self.last)

    def draw_search(self) -> None:
        """Make the artists of the search, on `self.axes` and `self.page`."""
        raise NotImplementedError

    def update_search(self, frame: int) -> list[Artist]:
        """Set them; return those that changed."""
        raise NotImplementedError

    def ending(self) -> tuple[str, str, str]:
        """Return what to write before and after the number of the last step, when that is reached, and its colour."""
        raise NotImplementedError

    def number(self, x: float, y: float, form: Form, gid: str, values: Any, **settings: Any) -> Number:
        """Make a number that shows `values[frame]`, or that one value if it is one; (x, y) in pixels of the page."""
        made = add_number(self.page, x, y, form, f"{self.name}.{gid}", **settings)
        if np.ndim(values) == 0:
            made.set_value(values)
        else:
            self.numbers.append((made, values))
        return made

    def label(self, x: float, y: float, text: str, **settings: Any) -> PastedText:
        """Write a text at (x, y) in pixels of the page."""
        return add_label(self.page, x, y, text, **settings)

    def edges(self, text: PastedText) -> tuple[float, float]:
        """Return where a text begins and ends, in pixels of the page: there something else can follow."""
        box = text.get_window_extent().transformed(self.page.transData.inverted())
        return box.x0, box.x1

    def _draw_heading(self) -> None:
        self.label(30, 566, self.title, size=style.LARGE, weight="bold")
        name, value = self.setting
        setting = self.number(576, 566, "{:g}", "setting", value, size=style.LARGE)
        self.label(self.edges(setting)[0] - 12, 566, name, ha="right", color=style.QUIET)
        self.label(30, 526, "Step", size=style.LARGE)
        self.number(158, 526, "{:.0f}", "step", self.clock, size=style.LARGE)
        self.phase = self.label(180, 526, "", color=style.QUIET)
        before, after, color = self.ending()
        settings: dict[str, Any] = {"color": color, "weight": "bold", "ha": "left"}
        said = self.label(180, 526, before, **settings)
        number = self.number(self.edges(said)[1] + SPACE, 526, "{:.0f}", "last_step", self.last, **settings)
        self.outcome = [said, number, self.label(self.edges(number)[1] + SPACE, 526, after, **settings)]
