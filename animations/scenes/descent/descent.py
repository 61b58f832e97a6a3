"""Walking down a curve: the point, the tangent under it, the path behind it, and the next step as arithmetic.

    x ← 1.2345 − 0.1 · (−17.531) = 2.9876          x ← x − learning rate · slope

All numbers of a frame belong to one step s: x, y and slope are those at x[s], and the arithmetic is that of the step to
x[s + 1], as recorded.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase
from matplotlib.patches import Polygon

from animations import checks, data
from animations.kit import style
from animations.kit.axes import add_arrow, painted_pixels
from animations.kit.numbers import decimals_by_size, in_brackets
from animations.scenes.descent.curve_panel import CurvePanel
from tinylearn import Recording

SHORTEST = 3  # pixels: what is shorter is not drawn by itself
REACH = 60  # pixels, of the tangent to each side


def _function(who: str, name: str, value: Any) -> Any:
    if not callable(value):
        raise TypeError(f"{who}: {name} must be a function of an array, got {value!r}")
    return value


class Descent(data.Data):
    """A recorded walk along y = f(x): x ← x − rate · push. All arrays are (S,), S steps, the start first.

    x         as recorded
    y, slope  the curve's height there, and its derivative
    push      what the rate is multiplied with: the slope, or what `push` makes of it, such as its sign
    change    by how much y changed in the last step; the walk has converged if that is no more than `enough`
    """

    recording: Recording = data.instance(Recording)
    f: Any = data.anything(_function)
    slope: Any = data.anything(_function)
    rate: float = data.real()
    enough: float = data.real(kw_only=True)
    push: Any = data.anything(_function, default=None, kw_only=True)
    parameter: str = data.text(default="x", kw_only=True)

    def prepare(self) -> None:
        recording, x = self.recording, self.recording[self.parameter]
        if x[:1].size != 1:
            raise ValueError(f"Descent: {self.parameter} must be one number, got an array of shape {x.shape[1:]}")
        if len(x) < 2 or not np.array_equal(recording.steps, np.arange(len(x))):
            raise ValueError(f"Descent: expected a record of every step, 0, 1, …, got {recording}")
        self.x = checks.array("Descent", f"{self.parameter} of the recording", x.reshape(-1), ("S",))
        self.y, self.slope = self._values("f", self.x), self._values("slope", self.x)
        self.push = self._values("push", self.slope) if self.push else self.slope
        del self.f  # with a lambda no scene could go to another process
        self.last = len(x) - 1
        self.change = abs(float(self.y[-1] - self.y[-2]))
        self.converged = self.change <= self.enough

    def _values(self, name: str, x: np.ndarray) -> np.ndarray:
        return checks.array("Descent", f"what {name} returns", getattr(self, name)(x), x.shape)


class CurveDescent(CurvePanel):
    """The walk on its curve. `setting` says what the rate is called, and `push` what it is multiplied with.

    An arrow is one step. Where the clock skips steps, or they are too short to be seen, the path is a plain line.
    """

    descent: Descent = data.instance(Descent)
    setting: str = data.text(default="learning rate", kw_only=True)
    push: str = data.text(default="slope", kw_only=True)

    def prepare(self) -> None:
        self.until(self.descent.last)

    def draw(self, figure: FigureBase) -> None:
        walk = self.descent
        converged, missed = ("✓ converged at step", "", style.TARGET), ("✗ not converged after", "steps", style.ERROR)
        self.draw_panel(figure, (self.setting, walk.rate), self._phase, converged if walk.converged else missed)
        (left, right), (low, high) = self.axes.get_xlim(), self.axes.get_ylim()
        x, y = walk.x[self.shown], walk.y[self.shown]
        inside = (left <= walk.x) & (walk.x <= right) & (low <= walk.y) & (walk.y <= high)  # at every step
        self.inside = inside[self.shown].tolist()
        (self.tangent,) = self.axes.plot([], [], color=style.ERROR, linewidth=2, zorder=3)
        self.page.bind(self.tangent, data=self._tangents(x, y, walk.slope[self.shown]), visible=self.inside)
        self.dot = self.page.dot(self.axes, np.column_stack([x, y]), **self.look)
        self.page.glide(self.dot, visible=lambda at: self.inside[math.floor(at)] and self.inside[math.ceil(at)])
        self.path = self._draw_path(inside)
        for left, right, name, color in (
            (30, 166, "x", style.WEIGHT), (216, 352, "y", style.INK), (402, 576, "slope", style.ERROR),
        ):  # fmt: skip
            self.page.text(f"{name} =", (left, 108), color=color)
            self.page.number(decimals_by_size, name, getattr(walk, name)[self.shown], (right, 108), color=color)
        self._write_arithmetic()
        self._write_change()

    def trail(self, frame: int) -> list[Artist]:
        return [self.path[frame]] if frame in self.path else []

    def describe(self, frame: int) -> str:
        walk, step = self.descent, self.shown[frame]
        x, y, slope = (decimals_by_size(values[step]) for values in (walk.x, walk.y, walk.slope))
        now = f"{self.title}, {self.setting} {walk.rate:g}, step {step}: x = {x}, y = {y}"
        if self.over[frame]:
            return f"{now}. {'Converged' if walk.converged else 'Not converged'} after {walk.last} steps."
        return f"{now}, slope {slope}; the next x is {decimals_by_size(walk.x[step + 1])}."

    def _phase(self, frame: int) -> str:
        phase = "adjust, repeat" if self.clock[frame] else "initialise"
        return phase if self.inside[frame] else f"{phase}: x has left the picture"

    def _tangents(self, x: np.ndarray, y: np.ndarray, slope: np.ndarray) -> np.ndarray:
        """Return the x and the y of both ends of each tangent, (S, 2, 2)."""
        to_pixels = self.axes.transData.transform
        x_unit, y_unit = to_pixels((1, 1)) - to_pixels((0, 0))
        half = painted_pixels(self.axes) * REACH / np.hypot(x_unit, slope * y_unit)
        return np.stack([[x - half, x + half], [y - slope * half, y + slope * half]]).transpose(2, 0, 1)

    def _draw_path(self, inside: np.ndarray) -> dict[int, Polygon]:
        """Return frame → the piece of path that appears with it: from where the last one ended, if it can be seen."""
        walk, path, end, shortest = self.descent, {}, 0, painted_pixels(self.axes) * SHORTEST
        for frame, step in enumerate(self.shown):
            start, tip = self.axes.transData.transform(np.column_stack([walk.x[[end, step]], walk.y[[end, step]]]))
            if inside[end] and math.dist(start, tip) >= shortest:
                path[frame] = add_arrow(self.axes, start, tip, style.WEIGHT, pointed=step == end + 1)
                end = step
        return path

    def _write_arithmetic(self) -> None:
        """Write the next step, x ← x − rate · push = next x, with a word over each number."""
        page, walk, now = self.page, self.descent, self.shown
        following = walk.x[np.minimum(now + 1, walk.last)]
        signs = (30, "left", "x ←"), (186, "center", "−"), (290, "center", "·"), (450, "center", "=")
        parts: list[Artist] = [page.text(sign, (x, 36), ha=ha) for x, ha, sign in signs]
        parts[0].set(color=style.WEIGHT)
        for x, ha, word, gid, form, values, color in (
            (166, "right", "x", "x", decimals_by_size, walk.x[now], style.WEIGHT),
            (238, "center", self.setting, "rate", "{:g}", walk.rate, style.INK),
            (424, "right", self.push, "push", in_brackets, walk.push[now], style.ERROR),
            (576, "right", "next x", "next_x", decimals_by_size, following, style.WEIGHT),
        ):
            parts.append(page.quiet(word, (x, 66), ha=ha, size=style.SMALL))
            parts.append(page.number(form, f"update.{gid}", values, (x, 36), ha=ha, color=color))
        parts[-1].set(weight="bold")
        page.show(lambda frame: not self.over[frame], *parts)

    def _write_change(self) -> None:
        """Write why the walk has ended, in the place of the arithmetic."""
        page, walk = self.page, self.descent
        why = (
            page.quiet("In the last step y changed by"),
            page.number("{:.6f}" if walk.change < 1 else decimals_by_size, "change", walk.change),
            page.text("≤" if walk.converged else ">"),
            page.number("{:g}", "enough", walk.enough),
        )
        page.row((30, 36), *why)
        page.show(self.over, *why)
