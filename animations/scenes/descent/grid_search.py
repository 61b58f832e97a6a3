"""Grid search: look at every point of a grid, and remember the best one so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist

from animations import checks
from animations.kit import style
from animations.scenes.descent.curve_panel import Curve, CurvePanel


class GridSearch(CurvePanel):
    """The points x, y (S,) of a grid, looked at from left to right: step s looks at point s, and 0 is the first."""

    phases = ("first point", "next point")

    def __init__(
        self, x: np.ndarray, y: np.ndarray, curve: Curve, clock: Sequence[int], *, title: str, name: str
    ) -> None:
        self.x = checks.column("GridSearch", "x", x)
        self.y = checks.column("GridSearch", "y", y, self.x.shape)
        x, y = self.x, self.y
        lowest = np.minimum.accumulate(y)
        lower = np.append(True, y[1:] < lowest[:-1])  # than all points before
        self.best = np.maximum.accumulate(np.where(lower, np.arange(len(y)), 0))  # (S,) the best point so far
        super().__init__(curve, clock, len(x) - 1, title=title, setting=("points", len(x)), name=name)

    def ending(self) -> tuple[str, str, str]:
        return "✓ all points seen at step", "", style.TARGET

    def draw_search(self) -> None:
        (self.dot,) = self.axes.plot([], [], "o", color=style.WEIGHT, markersize=11, zorder=4, clip_on=False)
        self.dot.set_markeredgecolor(style.PAPER)
        (self.ring,) = self.axes.plot([], [], "o", color=style.TARGET, markersize=17, zorder=3, clip_on=False)
        self.ring.set(markerfacecolor="none", markeredgewidth=2.5)
        self.seen = []
        for before, step in zip([-1, *self.shown], self.shown, strict=False):  # what each frame adds
            points = slice(before + 1, step + 1)
            (line,) = self.axes.plot(self.x[points], self.y[points], "o", color=style.WEIGHT, markersize=3, zorder=2.7)
            self.seen.append(line)
        self._write_point(108, "now", self.shown, style.WEIGHT)
        self._write_point(58, "best so far", self.best[self.shown], style.TARGET)

    def update_search(self, frame: int) -> list[Artist]:
        now = self.shown[[frame]]
        best = self.best[now]
        self.dot.set_data(self.x[now], self.y[now])
        self.ring.set_data(self.x[best], self.y[best])
        return [self.ring, self.dot]

    def trail(self, frame: int) -> list[Artist]:
        return [self.seen[frame]]

    def describe(self, frame: int) -> str:
        step = self.shown[frame]
        best = self.best[step]
        return (
            f"{self.title}: {step + 1} of {len(self.x)} points looked at; "
            f"the best so far is x = {self.x[best]:.6f}, y = {self.y[best]:.6f}."
        )

    def _write_point(self, row: float, text: str, points: np.ndarray, color: str) -> None:
        """Write x and y of the point that has this number in each frame."""
        name = text.split()[0]
        self.label(30, row, text, color=color)
        self.label(186, row, "x =", color=color)
        self.number(330, row, "{:.6f}", f"{name}.x", self.x[points], color=color)
        self.label(394, row, "y =", color=color)
        self.number(576, row, "{:.6f}", f"{name}.y", self.y[points], color=color)
