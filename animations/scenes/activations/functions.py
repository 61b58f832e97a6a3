"""A function of one number, and below it its slope: a point moves along both.

    f(x)     ╱      the point, and the tangent through it
        ____╱
    f′(x) ____      how steep that tangent is, as a height
        ____

Values and slopes are what a layer computes: `forward`, and `backward` with a `dout` of ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator

from animations import checks
from animations.engine.text import Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes, plot_axes
from animations.scene import Scene
from tinylearn.layers import Layer

FINE = 1201  # points of the curves between the first and the last x
REACH = 1.0  # the tangent goes so far to each side of its point


class FunctionStates:
    """What a layer makes of some numbers, one by one.

    x, y, slope (S,): inputs, outputs and derivatives, a frame each; fine_x, fine_y, fine_slope (FINE,): the curves.

    >>> from tinylearn import ReLU
    >>> FunctionStates(ReLU(), np.array([-1.0, 0.0, 2.0])).slope
    array([0., 0., 1.])
    """

    def __init__(self, layer: Layer, x: np.ndarray) -> None:
        checks.instance("FunctionStates", "layer", layer, Layer)
        self.x = checks.growing("FunctionStates", "x", x).astype(float)
        self.y, self.slope = value_and_slope(layer, self.x)
        self.fine_x = np.linspace(self.x[0], self.x[-1], FINE)
        self.fine_y, self.fine_slope = value_and_slope(layer, self.fine_x)


def value_and_slope(layer: Layer, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return f(x) and f′(x), each (S,), of a layer that treats every number by itself.

    `backward` multiplies its `dout` by the slope; a `dout` of ones leaves the slope.
    """
    y = layer.forward(x[:, None])
    if y.shape != (x.size, 1):
        raise ValueError(f"value_and_slope: {layer} must return one number for each x, got {y.shape} for {x.size}")
    slope = layer.backward(np.ones_like(y))
    value, slope = (
        checks.array(f"value_and_slope of {layer}", name, made, (x.size, 1))[:, 0]
        for name, made in (("value", y), ("slope", slope))
    )
    return value, slope


class FunctionAndSlope(Scene):
    """The curve with its moving point and tangent; below, the slope, which is drawn as far as the point has come.

    title   the name of the function, and `formula`: what it is
    name    stands before the gids of the numbers: "relu" gives "relu.x", "relu.y", "relu.slope"
    note    a remark below the heading of the slope
    """

    size = (640, 700)

    def __init__(self, states: FunctionStates, *, title: str, formula: str, name: str, note: str = "") -> None:
        who, self.states = "FunctionAndSlope", checks.instance("FunctionAndSlope", "states", states, FunctionStates)
        self.title, self.formula = checks.text(who, "title", title), checks.text(who, "formula", formula)
        self.name, self.note = checks.text(who, "name", name), checks.text(who, "note", note)
        self.frames = states.x.size

    def draw(self, figure: FigureBase) -> None:
        self.page = pixel_axes(figure, self.size)
        add_label(self.page, 40, 664, self.title, size=style.LARGE)
        add_label(self.page, 600, 664, self.formula, color=style.QUIET, ha="right")
        self._draw_numbers()
        low, high = self.states.x[[0, -1]]
        wide: dict[str, Any] = {"xlim": (low - 1.2 * REACH, high + 1.2 * REACH)}
        above = plot_axes(figure, (0.11, 0.455, 0.85, 0.405), **wide, ylim=self._limits())
        below = plot_axes(figure, (0.11, 0.085, 0.85, 0.24), xlabel="x", xcolor=style.INPUT, **wide,
                          ylim=_room(self.states.fine_slope))  # fmt: skip
        for axes in (above, below):
            axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        self._draw_curve(above)
        self._draw_slope(below)

    def update(self, frame: int) -> list[Artist]:
        x, y, slope = (float(values[frame]) for values in (self.states.x, self.states.y, self.states.slope))
        for number, value in zip(self.numbers, (x, y, slope), strict=True):
            number.set_value(value)
        self.tangent.set_data([x - REACH, x + REACH], [y - REACH * slope, y + REACH * slope])
        self.point.set_data([x], [y])
        self.drop.set_data([x, x], [y, self.floor])
        behind = self.states.fine_x <= x + 1e-9
        self.traced.set_data(self.broken_x[: behind.sum()], self.broken_slope[: behind.sum()])
        self.stem.set_data([x, x], [0, slope])
        self.tip.set_data([x], [slope])
        return [self.drop, self.tangent, self.point, self.stem, self.traced, self.tip, *self.numbers]

    def describe(self, frame: int) -> str:
        states = self.states
        return (
            f"{self.title} at x = {states.x[frame]:.1f}: its value is {states.y[frame]:.3f}, "
            f"and its slope there {states.slope[frame]:.3f}."
        )

    def _draw_numbers(self) -> None:
        """Write x and f(x) above the curve, and the slope above its own."""
        self.numbers: list[Number] = []
        places = (
            ("x", "x =", 40, 624, style.INPUT, "{:.1f}"),
            ("y", "f(x) =", 170, 624, style.WEIGHT, "{:.3f}"),
            ("slope", "slope f′(x) =", 40, 262, style.BIAS, "{:.3f}"),
        )
        for gid, text, x, y, color, form in places:
            add_label(self.page, x, y, text, color=color)
            end = x + 9 * len(text) + 62
            self.numbers.append(add_number(self.page, end, y, form, f"{self.name}.{gid}", color=color, weight="bold"))
        if self.note:
            add_label(self.page, 600, 262, self.note, color=style.QUIET, ha="right", size=style.SMALL)

    def _limits(self) -> tuple[float, float]:
        """Return limits with room for the curve and for all its tangents."""
        rise = REACH * self.states.slope
        return _room(np.concatenate([self.states.fine_y, self.states.y - rise, self.states.y + rise]))

    def _draw_curve(self, axes: Axes) -> None:
        states = self.states
        self.floor = axes.get_ylim()[0]
        (self.curve,) = axes.plot(states.fine_x, states.fine_y, color=style.WEIGHT, linewidth=2, zorder=2.6)
        (self.drop,) = axes.plot([], [], color=style.INPUT, linewidth=1, linestyle=":", zorder=3)
        (self.tangent,) = axes.plot([], [], color=style.BIAS, linewidth=3, zorder=3.5)
        (self.point,) = axes.plot([], [], "o", color=style.WEIGHT, markersize=9, markeredgecolor=style.PAPER, zorder=4)

    def _draw_slope(self, axes: Axes) -> None:
        """Draw all of the slope faintly, and make the stem and the part behind the point."""
        self.broken_x, self.broken_slope = break_at_jumps(self.states.fine_x, self.states.fine_slope)
        (self.faint,) = axes.plot(self.broken_x, self.broken_slope, color=style.FAINT, linewidth=2, zorder=2.6)
        (self.stem,) = axes.plot([], [], color=style.BIAS, linewidth=3, zorder=3)
        (self.traced,) = axes.plot([], [], color=style.BIAS, linewidth=2, zorder=3.5)
        (self.tip,) = axes.plot([], [], "D", color=style.BIAS, markersize=8, markeredgecolor=style.PAPER, zorder=4)


def break_at_jumps(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y with NaN where y jumps, so that no line is drawn there; a jump is a fifth of all that y spans.

    >>> break_at_jumps(np.arange(4.0), np.array([0.0, 0.0, 1.0, 1.0]))[1]
    array([ 0.,  0., nan,  1.])
    """
    y, rises = y.copy(), np.abs(np.diff(y))
    y[1:][rises > max(np.ptp(y) / 5, 1e-12)] = np.nan
    return x.copy(), y


def _room(values: np.ndarray) -> tuple[float, float]:
    """Return limits with a tenth of room on both sides."""
    pad = 0.1 * (np.ptp(values) or 1.0)
    return float(values.min() - pad), float(values.max() + pad)
