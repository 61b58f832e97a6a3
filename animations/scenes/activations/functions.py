"""A function of one number, and below it its slope. A point moves along both.

f(x)     ╱      the point, and the tangent through it
    ____╱
f′(x) ____      how steep that tangent is, as a height
    ____
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator

from animations import checks
from animations.data import Data, growing, instance, text
from animations.kit import style
from animations.kit.page import Box, Page, PageScene
from animations.scenes.activations.whys import function_why
from animations.why import Why
from tinylearn.layers import Layer

FINE = 1201  # points of the curves between the first and the last x
REACH = 1.0  # the tangent reaches this far to each side of its point


class FunctionStates(Data):
    """The outputs of a layer for some numbers, one by one.

    x, y, slope (S,): input, output and derivative of each frame; fine_x, fine_y, fine_slope (FINE,): the curves.

    >>> from tinylearn import ReLU
    >>> FunctionStates(ReLU(), np.array([-1.0, 0.0, 2.0])).slope
    array([0., 0., 1.])
    """

    layer: Layer = instance(Layer)
    x: np.ndarray = growing("S")

    def prepare(self) -> None:
        self.x = self.x.astype(float)
        self.y, self.slope = value_and_slope(self.layer, self.x)
        self.fine_x = np.linspace(self.x[0], self.x[-1], FINE)
        self.fine_y, self.fine_slope = value_and_slope(self.layer, self.fine_x)

    @property
    def heights(self) -> np.ndarray:
        """Return all heights of the curve and of its tangents."""
        rise = REACH * self.slope
        return np.concatenate([self.fine_y, self.y - rise, self.y + rise])

    def at(self, frame: float) -> np.ndarray:
        """Return x, y and slope of a frame, (3,); between two frames, those of a place on the curves."""
        if frame == int(frame):
            return np.array([values[int(frame)] for values in (self.x, self.y, self.slope)])
        x = np.interp(frame, range(len(self.x)), self.x)
        return np.array([x, np.interp(x, self.fine_x, self.fine_y), np.interp(x, self.fine_x, self.fine_slope)])


def value_and_slope(layer: Layer, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return f(x) and f′(x), each (S,), of a layer that treats each number on its own.

    `backward` multiplies its `dout` by the slope; a `dout` of ones leaves the slope.
    """
    caller, shape = f"value_and_slope of {layer}", (x.size, 1)
    y = checks.array(caller, "value", layer.forward(x[:, None]), shape)
    slope = checks.array(caller, "slope", layer.backward(np.ones_like(y)), shape)
    return y[:, 0], slope[:, 0]


class FunctionAndSlope(PageScene):
    """The curve with its moving point and tangent; below it the slope, drawn as far as the point has come.

    title    the name of the function, and `formula`, its formula
    name     precedes the gids of the numbers: "relu" gives "relu.x", "relu.y", "relu.slope"
    note     a remark below the heading of the slope
    beside   the states of another function, to compare: both panels get the same axes, so what looks steeper is steeper
    """

    states: FunctionStates = instance(FunctionStates)
    title: str = text(kw_only=True)
    formula: str = text(kw_only=True)
    name: str = text(kw_only=True)
    note: str = text(default="", kw_only=True)
    beside: FunctionStates | None = instance(FunctionStates, default=None, kw_only=True)

    size = (640, 700)
    glides = True

    def draw(self, figure: FigureBase) -> None:
        states = self.states
        self.page = page = Page(figure, self.size, self.name)
        page.text(self.title, (40, 664), size=style.LARGE)
        page.quiet(self.formula, (600, 664), ha="right")
        end = page.named((40, 624), "x =", "{:.1f}", "x", states.x, color=style.INPUT, weight="bold")
        page.named((end + 40, 624), "f(x) =", "{:.3f}", "y", states.y, color=style.WEIGHT, weight="bold")
        page.named((40, 262), "slope f′(x) =", "{:.3f}", "slope", states.slope, color=style.ERROR, weight="bold")
        page.quiet(self.note, (600, 262), ha="right", size=style.SMALL)
        both = [each for each in (states, self.beside) if each is not None]
        above = self._plot((70.4, 318.5, 544, 283.5), np.concatenate([each.heights for each in both]))
        slopes = np.concatenate([[0], *(each.fine_slope for each in both)])
        below = self._plot((70.4, 59.5, 544, 168), slopes, xlabel="x", xcolor=style.INPUT)
        self._draw_curve(above)
        self._draw_slope(below)

    def describe(self, frame: int) -> str:
        x, y, slope = self.states.at(frame)
        return f"{self.title} at x = {x:.1f}: its value is {y:.3f}, and its slope there {slope:.3f}."

    def why(self, gid: str, frame: int) -> Why | None:
        return function_why(f"{self.name}.", self.states.layer, gid, *self.states.at(frame).tolist())

    def moments(self) -> tuple[str, Sequence[float]]:
        return "x", [float(f"{x:.10g}") for x in self.states.x]  # 0.1, not 0.09999999999999964

    def _plot(self, box: Box, seen: np.ndarray, **settings: str) -> Axes:
        """Return axes with a tenth of room above and below the `seen` numbers, and at the sides for the tangent."""
        (left, right), pad = self.states.x[[0, -1]], 0.1 * (np.ptp(seen) or 1.0)
        axes = self.page.plot(box, xlim=(left - 1.2 * REACH, right + 1.2 * REACH),
                              ylim=(seen.min() - pad, seen.max() + pad), **settings)  # fmt: skip
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        return axes

    def _draw_curve(self, axes: Axes) -> None:
        floor = axes.get_ylim()[0]
        axes.plot(self.states.fine_x, self.states.fine_y, color=style.WEIGHT, linewidth=2, zorder=2.6)
        self._move(axes, lambda x, y, slope: ([x, x], [y, floor]), color=style.INPUT, linewidth=1, linestyle=":")
        self._move(axes, lambda x, y, slope: ([x - REACH, x + REACH], [y - REACH * slope, y + REACH * slope]),
                   color=style.ERROR, linewidth=3, zorder=3.5)  # fmt: skip
        self.page.dot(axes, lambda moment: self.states.at(moment)[:2], color=style.WEIGHT, markersize=9)

    def _draw_slope(self, axes: Axes) -> None:
        """Draw the whole slope faintly, the stem, and the part behind the point."""
        fine = np.array([self.states.fine_x, break_at_jumps(self.states.fine_slope)])
        axes.plot(*fine, color=style.FAINT, linewidth=2, zorder=2.6)
        self._move(axes, lambda x, y, slope: ([x, x], [0, slope]), color=style.ERROR, linewidth=3)
        self._move(axes, lambda x, y, slope: fine[:, fine[0] <= x + 1e-9], color=style.ERROR, linewidth=2, zorder=3.5)
        self.page.dot(axes, lambda moment: self.states.at(moment)[[0, 2]], marker="D", color=style.ERROR, markersize=8)

    def _move(self, axes: Axes, places: Callable, zorder: float = 3, **look: Any) -> None:
        """Draw a line through places(x, y, slope) of each moment."""
        (made,) = axes.plot([], [], zorder=zorder, **look)
        self.page.glide(made, data=lambda frame: places(*self.states.at(frame)))


def break_at_jumps(y: np.ndarray) -> np.ndarray:
    """Return y with NaN where it jumps, so that no line is drawn there. A jump is a fifth of the whole range of y.

    >>> break_at_jumps(np.array([0.0, 0.0, 1.0, 1.0]))
    array([ 0.,  0., nan,  1.])
    """
    y, rises = y.copy(), np.abs(np.diff(y))
    y[1:][rises > max(np.ptp(y) / 5, 1e-12)] = np.nan
    return y
