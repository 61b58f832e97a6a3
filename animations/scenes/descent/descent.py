"""Walking down a curve: the point, the tangent under it, the path behind it, and the next step as arithmetic.

    x ← 1.2345 − 0.1 · (−17.531) = 2.9876          x ← x − learning rate · slope

All numbers of a frame belong to one step s: x, y and slope are those at x[s], and the arithmetic is that of the step to
x[s + 1], as recorded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from animations import checks
from animations.kit import style
from animations.kit.numbers import decimals_by_size, in_brackets
from animations.scenes.descent.curve_panel import SPACE, Curve, CurvePanel
from tinylearn import Recording

Function = Callable[[np.ndarray], np.ndarray]
SHORTEST = 3  # pixels: what is shorter is not drawn by itself
HEAD = 11  # pixels, of an arrow that is long enough


class Descent:
    """A recorded walk along y = f(x): x ← x − rate · push. All arrays are (S,), S steps, the start first.

    x         as recorded
    y, slope  the curve's height there, and its derivative
    push      what the rate is multiplied with: the slope, or what `push` makes of it, such as its sign
    change    by how much y changed in the last step; the walk has converged if that is no more than `enough`
    """

    def __init__(
        self, recording: Recording, f: Function, slope: Function, rate: float, *, enough: float,
        push: Function | None = None, parameter: str = "x",
    ) -> None:  # fmt: skip
        checks.instance("Descent", "recording", recording, Recording)
        x = recording[checks.text("Descent", "parameter", parameter)]
        if x[:1].size != 1:
            raise ValueError(f"Descent: {parameter} must be one number, got an array of shape {x.shape[1:]}")
        if len(x) < 2 or not np.array_equal(recording.steps, np.arange(len(x))):
            raise ValueError(f"Descent: expected a record of every step, 0, 1, …, got {recording}")
        self.x = checks.array("Descent", f"{parameter} of the recording", x.reshape(-1), ("S",))
        self.y, self.slope = _applied("f", f, self.x), _applied("slope", slope, self.x)
        self.push = self.slope if push is None else _applied("push", push, self.slope)
        self.rate, self.enough = checks.real("Descent", "rate", rate), checks.real("Descent", "enough", enough)
        self.last = len(x) - 1
        self.change = abs(float(self.y[-1] - self.y[-2]))
        self.converged = self.change <= enough


def _applied(name: str, function: Function, x: np.ndarray) -> np.ndarray:
    if not callable(function):
        raise TypeError(f"Descent: {name} must be a function of an array, got {function!r}")
    return checks.array("Descent", f"what {name} returns", function(x), x.shape)


class CurveDescent(CurvePanel):
    """The walk on its curve. `setting` says what the rate is called, and `push` what it is multiplied with.

    An arrow is one step. Where the clock skips steps, or they are too short to be seen, the path is a plain line.
    """

    def __init__(
        self, descent: Descent, curve: Curve, clock: Sequence[int], *, title: str, name: str,
        setting: str = "learning rate", push: str = "slope",
    ) -> None:  # fmt: skip
        self.descent = checks.instance("CurveDescent", "descent", descent, Descent)
        self.push = checks.text("CurveDescent", "push", push)
        super().__init__(curve, clock, descent.last, title=title, setting=(setting, descent.rate), name=name)

    def ending(self) -> tuple[str, str, str]:
        if self.descent.converged:
            return "✓ converged at step", "", style.TARGET
        return "✗ not converged after", "steps", style.ERROR

    def draw_search(self) -> None:
        (self.tangent,) = self.axes.plot([], [], color=style.ERROR, linewidth=2, zorder=3)
        (self.dot,) = self.axes.plot([], [], "o", color=style.WEIGHT, markersize=11, zorder=4, clip_on=False)
        self.dot.set_markeredgecolor(style.PAPER)
        self.path = self._draw_path()
        self._draw_place()
        self._draw_arithmetic()
        self._draw_change()

    def update_search(self, frame: int) -> list[Artist]:
        walk, step, over = self.descent, self.shown[frame], self.is_over(frame)
        x, y = walk.x[step], walk.y[step]
        inside = _inside(self.axes, x, y)
        if not over and not inside:
            self.phase.set_text("adjust, repeat: x has left the picture")
        self.dot.set_data([x], [y])
        self.tangent.set_data(*_tangent(self.axes, x, y, walk.slope[step]))
        self.dot.set_visible(inside)
        self.tangent.set_visible(inside)
        for artist in self.arithmetic:
            artist.set_visible(not over)
        for artist in self.change:
            artist.set_visible(over)
        return [self.tangent, self.dot, *self.arithmetic, *self.change]

    def trail(self, frame: int) -> list[Artist]:
        return [self.path[frame]] if frame in self.path else []

    def describe(self, frame: int) -> str:
        walk, step = self.descent, self.shown[frame]
        place = f"step {step}: x = {decimals_by_size(walk.x[step])}, y = {decimals_by_size(walk.y[step])}"
        place = f"{self.title}, {self.setting[0]} {walk.rate:g}, {place}"
        if self.is_over(frame):
            return f"{place}. {'Converged' if walk.converged else 'Not converged'} after {walk.last} steps."
        slope, following = decimals_by_size(walk.slope[step]), decimals_by_size(walk.x[step + 1])
        return f"{place}, slope {slope}; the next x is {following}."

    def _draw_path(self) -> dict[int, Polygon]:
        """Return frame → the piece of path that appears with it: from where the last one ended, if it can be seen."""
        walk, path, end = self.descent, {}, 0
        for frame, step in enumerate(self.shown):
            places = np.column_stack([walk.x[[end, step]], walk.y[[end, step]]])
            start, tip = self.axes.transData.transform(places)
            if _inside(self.axes, *places[0]) and math.dist(start, tip) >= SHORTEST:
                path[frame] = self._arrow(start, tip, head=HEAD if step == end + 1 else 0)
                end = step
        return path

    def _arrow(self, start: np.ndarray, tip: np.ndarray, head: float) -> Polygon:
        """Return an arrow between two places, in pixels as all lengths here are; without a head, a thicker line."""
        length = math.dist(start, tip)
        along = (tip - start) / length
        across = np.array([-along[1], along[0]])
        if head:
            head = min(head, 0.6 * length)
            neck, wing, shaft = tip - head * along, 0.42 * head * across, 0.8 * across
            corners = [start + shaft, neck + shaft, neck + wing, tip, neck - wing, neck - shaft, start - shaft]
        else:
            half = 1.6 * across
            corners = [start + half, tip + half, tip - half, start - half]
        places = self.axes.transData.inverted().transform(corners)
        arrow = Polygon(places, color=style.WEIGHT, linewidth=0, zorder=2.7)
        self.axes.add_patch(arrow)
        return arrow

    def _draw_place(self) -> None:
        """Write x, y and slope of the step."""
        walk, colors = self.descent, {"x": style.WEIGHT, "y": style.INK, "slope": style.ERROR}
        for (name, color), left, right in zip(colors.items(), (30, 216, 402), (166, 352, 576), strict=True):
            self.label(left, 108, f"{name} =", color=color)
            self.number(right, 108, decimals_by_size, name, getattr(walk, name)[self.shown], color=color)

    def _draw_arithmetic(self) -> None:
        """Write the next step, x ← x − rate · push = next x, with a word over each number."""
        walk, form = self.descent, decimals_by_size
        following = np.minimum(self.shown + 1, walk.last)
        names = (
            (166, "x", "right"),
            (238, self.setting[0], "center"),
            (424, self.push, "right"),
            (576, "next x", "right"),
        )
        words = [self.label(x, 66, name, ha=ha, size=style.SMALL, color=style.QUIET) for x, name, ha in names]
        signs = [self.label(x, 36, sign, ha="center") for x, sign in ((186, "−"), (290, "·"), (450, "="))]
        self.arithmetic: list[Artist] = [
            *words,
            *signs,
            self.label(30, 36, "x ←", color=style.WEIGHT),
            self.number(166, 36, form, "update.x", walk.x[self.shown], color=style.WEIGHT),
            self.number(238, 36, "{:g}", "update.rate", walk.rate, ha="center"),
            self.number(424, 36, in_brackets, "update.push", walk.push[self.shown], color=style.ERROR),
            self.number(576, 36, form, "update.next_x", walk.x[following], color=style.WEIGHT, weight="bold"),
        ]

    def _draw_change(self) -> None:
        """Write why the walk has ended, in the place of the arithmetic."""
        walk = self.descent
        form = "{:.6f}" if walk.change < 1 else decimals_by_size
        said = self.label(30, 36, "In the last step y changed by", color=style.QUIET)
        change = self.number(self.edges(said)[1] + SPACE, 36, form, "change", walk.change, ha="left")
        sign = self.label(self.edges(change)[1] + SPACE, 36, "≤" if walk.converged else ">")
        enough = self.number(self.edges(sign)[1] + SPACE, 36, "{:g}", "enough", walk.enough, ha="left")
        self.change: list[Artist] = [said, change, sign, enough]


def _inside(axes: Axes, x: float, y: float) -> bool:
    """Does (x, y) lie in the window of the axes?"""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    return bool(left <= x <= right and low <= y <= high)


def _tangent(axes: Axes, x: float, y: float, slope: float, reach: float = 60) -> tuple[list[float], list[float]]:
    """Return the x and the y of the ends of a tangent, each `reach` pixels from (x, y)."""
    x_unit, y_unit = axes.transData.transform((1, 1)) - axes.transData.transform((0, 0))
    half = reach / math.hypot(x_unit, slope * y_unit)
    return [x - half, x + half], [y - slope * half, y + slope * half]
