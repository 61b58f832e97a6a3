"""Walking down into a valley, seen from above: contour lines, and the path of each walker, step by step."""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D

from animations import checks, data
from animations.kit import style
from animations.kit.axes import add_legend
from animations.kit.page import Page, PageScene
from animations.kit.series import Series, checked_series


class Valley(data.Data):
    """A function over the plane, to be drawn as contour lines.

    x (W,), y (H,)    where it was computed, from left to right and from below
    f (H, W)          its values; `levels` of it become lines
    label             what to write above the map; the lowest place is marked with a cross at `bottom`
    numbers_at        the x where lines carry their number, above the bottom: choose it away from the paths
    """

    x: np.ndarray = data.growing("W")
    y: np.ndarray = data.growing("H")
    f: np.ndarray = data.array("H", "W")
    levels: np.ndarray = data.anything(lambda who, name, value: checks.growing(who, name, value, least=1))
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


class ContourDescent(PageScene):
    """The paths of `series` on the map, from their columns "x" and "y"; clock (S,): the step that each frame shows.

    x and y have one scale, so that a step straight downhill leaves its contour line at a right angle, as it should.
    """

    valley: Valley = data.instance(Valley)
    series: tuple[Series, ...] = data.anything(lambda who, _, value: checked_series(who, value, ("x", "y")))
    clock: np.ndarray = data.clock("S")

    size = (900, 600)
    glides = True

    def draw(self, figure: FigureBase) -> None:
        self.page = page = Page(figure, self.size)
        page.step((30, 566), self.clock)
        page.text(self.valley.label, (870, 566), ha="right", size=style.LARGE)
        axes = page.plot((67.5, 72, 810, 459), xlabel="x", ylabel="y")
        self._draw_map(axes)
        self._draw_walkers(axes)

    def trail(self, frame: int) -> list[Artist]:
        return self.paths[frame]

    def describe(self, frame: int) -> str:
        step = self.clock[frame]
        places = [f"{one.name} at ({one.at('x', step):.3f}, {one.at('y', step):.3f})" for one in self.series]
        return f"Step {step} in the valley {self.valley.label}: {', '.join(places)}."

    def _draw_map(self, axes: Axes) -> None:
        valley = self.valley
        axes.grid(False)
        axes.set(xlim=valley.x[[0, -1]], ylim=valley.y[[0, -1]], aspect="equal")
        lines = axes.contour(valley.x, valley.y, valley.f, levels=valley.levels, colors=style.FAINT, linewidths=1.2)
        numbers = axes.clabel(lines, fmt="%g", fontsize=style.SMALL, colors=style.QUIET, manual=self._number_places())
        for number in numbers:
            number.set_fontfamily(style.FONT)
        axes.plot(*valley.bottom, "+", color=style.INK, markersize=14, markeredgewidth=2)

    def _number_places(self) -> list[tuple[float, float]]:
        """Return where lines cross x = numbers_at above the bottom."""
        valley = self.valley
        above = valley.y >= valley.bottom[1]
        heights = valley.f[above, np.abs(valley.x - valley.numbers_at).argmin()]
        crossing = [level for level in valley.levels if heights[0] < level < heights[-1]]
        return [(valley.numbers_at, np.interp(level, heights, valley.y[above])) for level in crossing]

    def _draw_walkers(self, axes: Axes) -> None:
        """Make the markers that walk, and the pieces of path that each frame adds."""
        looks = list(zip(self.series, style.SERIES, style.MARKERS, strict=False))
        self.paths: list[list[Artist]] = [[] for _ in self.clock]
        for frame in range(1, self.frames):
            for one, color, marker in looks:
                x, y = (one.columns[name][self.clock[frame - 1] : self.clock[frame] + 1] for name in ("x", "y"))
                piece = Line2D(x, y, color=color, marker=marker, markersize=4, linewidth=1.5, zorder=2.7)
                self.paths[frame].append(axes.add_artist(piece))
        for number, (one, color, marker) in enumerate(looks):
            places = np.array([(one.at("x", step), one.at("y", step)) for step in self.clock])
            look = {"color": color, "marker": marker, "zorder": 3 + number / 10}
            self.page.dot(axes, places, **style.TIP | look, label=one.name)
        legend = add_legend(axes, loc="lower right", frameon=True, framealpha=1, edgecolor=style.FAINT)
        legend.set_zorder(2.6)  # under paths and walkers, should they come there
