"""Walking down a curve: the point, the slope under it, the path behind it, and the next step as arithmetic.

    x ← 1.2345 − 0.1 · (−17.531) = 2.9876          x ← x − learning rate · slope

Two arrows below the curve say the same: the slope's points uphill, the step's against it. All numbers of a frame belong
to one step s: x, y and slope are those at x[s], and the arithmetic is that of the step to x[s + 1], as recorded.
Between two frames the dot walks, and everything else waits for it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase
from matplotlib.patches import Polygon

from animations import data
from animations.kit import style
from animations.kit.axes import add_label, arrow_corners
from animations.kit.numbers import decimals_by_size, in_brackets
from animations.scenes.descent.curve_panel import CurvePanel
from animations.scenes.descent.descent import Descent
from animations.scenes.descent.whys import WalkWhys
from animations.why import Why

SHORTEST = 3  # pixels: shorter arrows are not drawn
REACH = 60  # pixels of the tangent on each side
ROWS = {"slope": 0.14, "step": 0.05}  # of the arrows, in fractions of the picture's height
BELOW = 0.2  # the fraction that they need


class CurveDescent(CurvePanel):
    """The walk on its curve. `setting` is the name of the rate, and `push` the name of its factor.

    views    (S, 2) the range of x in each frame, for a moving camera; by default each frame shows the whole curve

    The slope's arrow is shorter than the slope, by the factor written next to it: a slope has the unit of y by x.
    """

    descent: Descent = data.instance(Descent)
    setting: str = data.text(default="learning rate", kw_only=True)
    push: str = data.text(default="slope", kw_only=True)
    views: np.ndarray | None = data.array("S", 2, default=None, kw_only=True)

    def prepare(self) -> None:
        self.until(self.descent.last)
        views = self.curve.x[[0, -1]] * np.ones((self.frames, 2)) if self.views is None else self.views
        if not (views[:, 0] < views[:, 1]).all():
            raise ValueError(f"CurveDescent: views must go from a smaller x to a larger, got {views.tolist()}")
        self.windows = np.array(
            [self.window(low, high, BELOW) for low, high in views]
        )  # (S, 4) left, right, bottom, top
        left, right, bottom, top = self.windows.T
        x, y = self.descent.x[self.shown], self.descent.y[self.shown]
        self.inside = (left <= x) & (x <= right) & (bottom <= y) & (y <= top)  # (S,)
        steepest = np.max(np.abs(self.descent.slope[self.shown]) / (right - left), where=self.inside, initial=0)
        self.divisor = 10.0 ** math.ceil(math.log10(steepest / 0.1)) if steepest else 1.0

    def draw(self, figure: FigureBase) -> None:
        walk = self.descent
        converged, missed = ("✓ converged at step", "", style.TARGET), ("✗ not converged after", "steps", style.ERROR)
        self.draw_panel(figure, (self.setting, walk.rate), converged if walk.converged else missed, 70)
        self._draw_view()
        self._draw_walk()
        self._draw_arrows()
        for left, right, name, color in (
            (30, 166, "x", style.WEIGHT), (216, 352, "y", style.INK), (402, 576, "slope", style.ERROR),
        ):  # fmt: skip
            self.page.text(f"{name} =", (left, 108), color=color)
            self.page.number(decimals_by_size, name, getattr(walk, name)[self.shown], (right, 108), color=color)
        self._write_arithmetic()
        self._write_change()

    def describe(self, frame: int) -> str:
        walk, step = self.descent, self.shown[frame]
        x, y, slope = (decimals_by_size(values[step]) for values in (walk.x, walk.y, walk.slope))
        now = f"{self.title}, {self.setting} {walk.rate:g}, step {step}: x = {x}, y = {y}"
        if self.over[frame]:
            return f"{now}. {'Converged' if walk.converged else 'Not converged'} after {walk.last} steps."
        return f"{now}, slope {slope}; the next x is {decimals_by_size(walk.x[step + 1])}."

    def why(self, gid: str, frame: int) -> Why | None:
        step = int(self.shown[frame])
        return WalkWhys(self.descent, f"{self.name}.", self.setting, self.push, step, self.divisor).why(gid)

    def _draw_view(self) -> None:
        left, right, bottom, top = self.windows[0]
        self.axes.set(xlim=(left, right), ylim=(bottom, top))
        if (self.windows != self.windows[0]).any():
            self.axes.grid(False)  # it would flicker
            self.page.glide(self.axes, xlim=lambda at: self._window(at)[:2], ylim=lambda at: self._window(at)[2:])

    def _draw_walk(self) -> None:
        """Draw the tangent, a line down to the arrows, the path, and the dot that walks along it."""
        page, axes, walk, inside = self.page, self.axes, self.descent, self.inside
        (down,) = axes.plot([], [], color=style.QUIET, linewidth=1, linestyle=":", zorder=2.6)
        page.glide(down, data=self._way_down, visible=lambda at: bool(inside[int(at)]))
        (path,) = axes.plot([], [], color=style.WEIGHT, linewidth=1.5, marker="o", markersize=3.5, zorder=2.7)
        (tangent,) = axes.plot([], [], color=style.ERROR, linewidth=2, zorder=3)
        page.glide(tangent, data=self._tangent, visible=lambda at: bool(inside[int(at)]))
        (self.dot,) = axes.plot(
            [], [], marker="o", markeredgecolor=style.PAPER, linestyle="none", zorder=4, **self.look
        )
        page.walk(axes, path, self.dot, np.stack([walk.x, walk.y]), self.shown)
        page.glide(self.dot, visible=lambda at: bool(inside[int(at)] and inside[math.ceil(at)]))
        self.tangent, self.path = tangent, path

    def _draw_arrows(self) -> None:
        """Draw slope and step as arrows from x; where a step is too short to see, say so."""
        page, walk, (left, bottom, _, height) = self.page, self.descent, self.box
        small: dict[str, Any] = {"size": style.SMALL, "color": style.ERROR}
        slope, step = (bottom + fraction * height for fraction in ROWS.values())
        divisor = page.number("{:g}", "divisor", self.divisor, **small)
        page.row((left - 9, slope), page.text("slope ÷", **small), divisor, space=4, ha="right")
        page.text("step", (left - 9, step), **small | {"ha": "right", "color": style.WEIGHT})
        following = walk.x[np.minimum(self.shown + 1, walk.last)]
        self.arrows = {
            "slope": self._draw_arrow(slope, walk.slope[self.shown] / self.divisor, style.ERROR),
            "step": self._draw_arrow(step, following - walk.x[self.shown], style.WEIGHT),
        }
        short = ~self._long(following - walk.x[self.shown]) & self.inside & ~np.array(self.over)
        right = walk.x[self.shown] > self.windows[:, :2].mean(axis=1)  # of the middle: then words go to the left
        quiet: dict[str, Any] = {"size": style.SMALL, "color": style.QUIET, "transform": page.axes.transData}
        words = add_label(self.axes, 0, 0, "too short to be seen", zorder=3.5, **quiet)
        page.bind(words, visible=short.tolist(), ha=["right" if each else "left" for each in right])
        page.glide(words, position=lambda at: (self._pixel(at) + (-8 if right[int(at)] else 8), step))

    def _draw_arrow(self, y: float, lengths: np.ndarray, color: str) -> Polygon:
        """Draw an arrow at y pixels that begins at x and is `lengths` long, (S,), if it is long enough to see."""
        seen = self.inside & self._long(lengths)
        arrow = Polygon(np.zeros((7, 2)), color=color, linewidth=0, zorder=3.5, transform=self.page.axes.transData)

        def corners(at: float) -> np.ndarray:
            start, tip = (np.array([self._pixel(at, more), y]) for more in (0, lengths[int(at)]))
            return arrow_corners(start, tip) if seen[int(at)] else np.zeros((7, 2))

        self.page.glide(self.axes.add_patch(arrow), xy=corners, visible=lambda at: bool(seen[int(at)]))
        return arrow

    def _long(self, lengths: np.ndarray) -> np.ndarray:
        """Return in which frames such a length along x is visible, (S,)."""
        left, right = self.windows[:, :2].T
        return np.abs(lengths) * self.box[2] / (right - left) >= SHORTEST

    def _window(self, at: float) -> tuple[float, float, float, float]:
        """Return left, right, bottom and top of the view at a moment."""
        now, fraction = self.windows[int(at)], at - int(at)
        if fraction == 0:
            left, right, bottom, top = now.tolist()
            return left, right, bottom, top
        low, high = (1 - fraction) * now[:2] + fraction * self.windows[math.ceil(at), :2]
        return self.window(low, high, BELOW)

    def _pixel(self, at: float, more: float = 0) -> float:
        """Return the place of x + more on the page at a moment, in pixels from its left."""
        left, right, *_ = self._window(at)
        x = self.descent.x[self.shown[int(at)]] + more
        return float(self.box[0] + self.box[2] * (x - left) / (right - left))

    def _tangent(self, at: float) -> np.ndarray:
        """Return x and y of both ends of the tangent, (2, 2)."""
        left, right, bottom, top = self._window(at)
        x, y, slope = (values[self.shown[int(at)]] for values in (self.descent.x, self.descent.y, self.descent.slope))
        half = REACH / math.hypot(self.box[2] / (right - left), slope * self.box[3] / (top - bottom))
        return np.array([[x - half, x + half], [y - slope * half, y + slope * half]])

    def _way_down(self, at: float) -> np.ndarray:
        """Return x and y of a line from the curve down to the arrows, (2, 2)."""
        _, _, bottom, top = self._window(at)
        x, y = (values[self.shown[int(at)]] for values in (self.descent.x, self.descent.y))
        return np.array([[x, x], [y, bottom + ROWS["step"] * (top - bottom)]])

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
        """Write why the walk has ended, in place of the arithmetic."""
        page, walk = self.page, self.descent
        why = (
            page.quiet("In the last step y changed by"),
            page.number("{:.6f}" if walk.change < 1 else decimals_by_size, "change", walk.change),
            page.text("≤" if walk.converged else ">"),
            page.number("{:g}", "enough", walk.enough),
        )
        page.row((30, 36), *why)
        page.show(self.over, *why)
