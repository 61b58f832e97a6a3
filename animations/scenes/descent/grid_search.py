"""Grid search: look at every point of a grid, and remember the best one so far."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase

from animations import data
from animations.kit import style
from animations.scenes.descent.curve_panel import CurvePanel

RING: dict[str, Any] = {"markersize": 17, "markerfacecolor": "none", "markeredgewidth": 2.5, "zorder": 3,
                        "color": style.TARGET, "markeredgecolor": style.TARGET}  # fmt: skip


class GridSearch(CurvePanel):
    """The points x, y (N,) of a grid, looked at from left to right: step s looks at point s, and 0 is the first."""

    x: np.ndarray = data.column("N")
    y: np.ndarray = data.column("N")

    def prepare(self) -> None:
        self.until(len(self.x) - 1)
        lowest = np.minimum.accumulate(self.y)
        lower = np.append(True, self.y[1:] < lowest[:-1])  # than all points before
        self.best = np.maximum.accumulate(np.where(lower, np.arange(len(self.y)), 0))  # (N,) the best point so far

    def draw(self, figure: FigureBase) -> None:
        self.draw_panel(
            figure, ("points", len(self.x)), lambda frame: "next point" if self.clock[frame] else "first point",
            ("✓ all points seen at step", "", style.TARGET),
        )  # fmt: skip
        self.seen = []
        for before, step in zip([-1, *self.shown], self.shown, strict=False):  # what each frame adds
            x, y = self.x[before + 1 : step + 1], self.y[before + 1 : step + 1]
            self.seen += self.axes.plot(x, y, "o", color=style.WEIGHT, markersize=3, zorder=2.7)
        now, best = self.shown, self.best[self.shown]
        self.dot = self.page.dot(self.axes, self.x[now], self.y[now], **self.look)
        self.ring = self.page.dot(self.axes, self.x[best], self.y[best], **self.look | RING)
        for row, words, points, color in ((108, "now", now, style.WEIGHT), (58, "best so far", best, style.TARGET)):
            self.page.text(words, (30, row), color=color)
            for left, name, values in ((186, "x", self.x), (394, "y", self.y)):
                gid = f"{words.split()[0]}.{name}"
                self.page.named((left, row), f"{name} =", "{:.6f}", gid, values[points], color=color)

    def trail(self, frame: int) -> list[Artist]:
        return [self.seen[frame]]

    def describe(self, frame: int) -> str:
        step = self.shown[frame]
        best = self.best[step]
        return (
            f"{self.title}: {step + 1} of {len(self.x)} points looked at; "
            f"the best so far is x = {self.x[best]:.6f}, y = {self.y[best]:.6f}."
        )
