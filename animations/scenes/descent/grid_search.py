"""Grid search: look at every point of a grid, and remember the best one so far."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase

from animations import data
from animations.kit import style
from animations.scenes.descent.curve_panel import CurvePanel
from animations.scenes.descent.whys import GridWhys
from animations.why import Why

RING: dict[str, Any] = {"markersize": 17, "markerfacecolor": "none", "markeredgewidth": 2.5, "zorder": 3,
                        "color": style.TARGET, "markeredgecolor": style.TARGET}  # fmt: skip


class GridSearch(CurvePanel):
    """The points x, y (N,) of a grid, from left to right: step s looks at point s, starting with point 0."""

    x: np.ndarray = data.column("N")
    y: np.ndarray = data.column("N")

    def prepare(self) -> None:
        self.until(len(self.x) - 1)
        lowest = np.minimum.accumulate(self.y)
        lower = np.append(True, self.y[1:] < lowest[:-1])  # than all points before
        self.best = np.maximum.accumulate(np.where(lower, np.arange(len(self.y)), 0))  # (N,) the best point so far

    def draw(self, figure: FigureBase) -> None:
        self.draw_panel(figure, ("points", len(self.x)), ("✓ all points seen at step", "", style.TARGET), 30)
        left, right, bottom, top = self.window(*self.curve.x[[0, -1]])
        self.axes.set(xlim=(left, right), ylim=(bottom, top))
        page, axes, points = self.page, self.axes, np.column_stack([self.x, self.y])
        self.dot = page.dot(axes, lambda moment: points[self._seen(moment)], **self.look)
        self.ring = page.dot(axes, lambda moment: points[self.best[self._seen(moment)]], **self.look | RING)
        self.seen: list[Artist] = []  # the artists that each frame adds
        for start, step in zip([0, *self.shown[:-1] + 1], self.shown, strict=True):
            self.seen += axes.plot(*points[start : step + 1].T, "o", color=style.WEIGHT, markersize=3, zorder=2.7)
        now, best = self.shown, self.best[self.shown]
        for row, words, which, color in ((108, "now", now, style.WEIGHT), (70, "best so far", best, style.TARGET)):
            page.text(words, (30, row), color=color)
            for left, right, name, values in ((186, 330, "x", self.x), (394, 576, "y", self.y)):
                page.text(f"{name} =", (left, row), color=color)
                gid = f"{words.split()[0]}.{name}"
                page.number("{:.6f}", gid, values[which], (right, row), color=color)

    def trail(self, frame: int) -> list[Artist]:
        return [self.seen[frame]]

    def describe(self, frame: int) -> str:
        step = self.shown[frame]
        best = self.best[step]
        return (
            f"{self.title}: {step + 1} of {len(self.x)} points looked at; "
            f"the best so far is x = {self.x[best]:.6f}, y = {self.y[best]:.6f}."
        )

    def why(self, gid: str, frame: int) -> Why | None:
        step, formula = int(self.shown[frame]), self.curve.formula
        return GridWhys(self.x, self.y, self.best, formula, f"{self.name}.", step).why(gid)

    def _seen(self, moment: float) -> int:
        """Return the point at a moment; even between two frames, the search goes from point to point."""
        return int(np.interp(moment, range(self.frames), self.shown))
