"""A function over the plane as a map: its contour lines, their numbers, its lowest place."""

from __future__ import annotations

from typing import Any

import numpy as np
from contourpy import contour_generator
from matplotlib.axes import Axes
from matplotlib.text import Text

from animations import checks, data
from animations.kit import style


class Valley(data.Data):
    """A function over the plane, drawn as contour lines.

    x (W,), y (H,)    the places where it was computed, from left to right and from the bottom up
    f (H, W)          its values; `levels` are those of the lines
    label             the text above the map; a cross at `bottom` marks the lowest place
    numbers_at        the x where lines carry their numbers, above the bottom: choose it away from the paths
    """

    x: np.ndarray = data.growing("W")
    y: np.ndarray = data.growing("H")
    f: np.ndarray = data.array("H", "W")
    levels: np.ndarray = data.anything(lambda caller, name, value: checks.growing(caller, name, value, least=1))
    label: str = data.text()
    bottom: np.ndarray = data.array(2)
    numbers_at: float = data.real()

    def prepare(self) -> None:
        low, high = self.f.min(), self.f.max()
        if not ((self.levels > low) & (self.levels < high)).any():
            raise ValueError(
                f"Valley: one of levels must lie between the least and the largest f, {low:g} and {high:g}, "
                f"got {self.levels}"
            )
        if self.bottom[1] > self.y[-1]:
            raise ValueError(f"Valley: bottom must lie on the map, y up to {self.y[-1]:g}, got {self.bottom[1]:g}")
        checks.real("Valley", "numbers_at", self.numbers_at, self.x[0], self.x[-1])

    def draw(self, axes: Axes, numbers: bool = True) -> list[Text]:
        """Draw the map, and return the numbers on it.

        x and y have the same scale, so that right angles stay right angles.
        """
        axes.grid(False)
        axes.set(xlim=self.x[[0, -1]], ylim=self.y[[0, -1]], aspect="equal")
        lines = axes.contour(self.x, self.y, self.f, levels=self.levels, colors=style.FAINT, linewidths=1.2)
        axes.plot(*self.bottom, "+", color=style.INK, markersize=14, markeredgewidth=2)
        look: dict[str, Any] = {"fontsize": style.SMALL, "colors": style.QUIET, "manual": self._number_places()}
        written = list(axes.clabel(lines, fmt="%g", **look)) if numbers else []
        for number in written:
            number.set(fontfamily=style.FONT, zorder=2.4)  # under everything that changes
        return written

    def line_through(self, x: float, y: float) -> np.ndarray:
        """Return the contour line through a place, (2, P), with nan between its pieces."""
        height = np.interp(y, self.y, [np.interp(x, self.x, row) for row in self.f])
        pieces = contour_generator(self.x, self.y, self.f).lines(height)
        gap = np.full((1, 2), np.nan)
        return np.concatenate([gap, *(part for piece in pieces for part in (piece, gap))]).T

    def _number_places(self) -> list[tuple[float, float]]:
        """Return the places where lines cross x = numbers_at above the bottom."""
        above = self.y >= self.bottom[1]
        heights = self.f[above, np.abs(self.x - self.numbers_at).argmin()]
        crossing = [level for level in self.levels if heights[0] < level < heights[-1]]
        return [(self.numbers_at, np.interp(level, heights, self.y[above])) for level in crossing]
