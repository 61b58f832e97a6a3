"""Walking down into a valley, seen from above: contour lines, and the path of each walker, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D

from animations import checks
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes, plot_axes
from animations.kit.series import Series, checked_series
from animations.scene import Scene
from animations.scenes.training.step_chart import MARKERS, TIP


class Valley(NamedTuple):
    """A function over the plane, to be drawn as contour lines.

    x (W,), y (H,)    where it was computed, from left to right and from below
    f (H, W)          its values; `levels` of it become lines
    label             what to write above the map; the lowest place is marked with a cross at `bottom`
    numbers_at        the x where lines carry their number, above the bottom: choose it away from the paths
    """

    x: np.ndarray
    y: np.ndarray
    f: np.ndarray
    levels: Sequence[float] | np.ndarray
    label: str
    bottom: tuple[float, float]
    numbers_at: float


class ContourDescent(Scene):
    """The paths of `series` on the map, from their columns "x" and "y"; clock (F,): the step that each frame shows.

    x and y have one scale, so that a step straight downhill leaves its contour line at a right angle, as it should.
    """

    size = (900, 600)

    def __init__(self, valley: Valley, series: Sequence[Series], clock: Sequence[int]) -> None:
        self.valley = checked_valley("ContourDescent", valley)
        self.series = checked_series("ContourDescent", series, ("x", "y"))
        self.clock = checks.clock("ContourDescent", "clock", clock)
        self.frames = len(self.clock)

    def draw(self, figure: FigureBase) -> None:
        page = pixel_axes(figure, self.size)
        add_label(page, 30, 566, "Step", size=style.LARGE)
        self.step = add_number(page, 158, 566, "{:.0f}", "step", size=style.LARGE)
        self.phase = add_label(page, 180, 566, "", color=style.QUIET)
        add_label(page, 870, 566, self.valley.label, ha="right", size=style.LARGE)
        axes = plot_axes(figure, (0.075, 0.12, 0.9, 0.765), xlabel="x", ylabel="y")
        self._draw_map(axes)
        self._draw_walkers(axes)

    def update(self, frame: int) -> list[Artist]:
        step = self.clock[frame]
        self.step.set_value(step)
        self.phase.set_text("initialise" if step == 0 else "adjust, repeat")
        for walker, one in zip(self.walkers, self.series, strict=True):
            walker.set_data([one.at("x", step)], [one.at("y", step)])
        return [self.step, self.phase, *self.walkers]

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
        looks = list(zip(self.series, style.SERIES, MARKERS, strict=False))
        self.paths: list[list[Artist]] = [[] for _ in self.clock]
        for frame in range(1, self.frames):
            steps = slice(self.clock[frame - 1], self.clock[frame] + 1)
            for one, color, marker in looks:
                x, y = one.columns["x"][steps], one.columns["y"][steps]
                line = Line2D(x, y, color=color, marker=marker, markersize=4, linewidth=1.5, zorder=2.7)
                self.paths[frame].append(axes.add_artist(line))
        self.walkers: list[Line2D] = []
        for number, (one, color, marker) in enumerate(looks):
            (walker,) = axes.plot([], [], color=color, marker=marker, **TIP, zorder=3 + number / 10, label=one.name)
            self.walkers.append(walker)
        font = {"family": style.FONT, "size": style.SMALL}
        legend = axes.legend(loc="lower right", framealpha=1, edgecolor=style.FAINT, labelcolor=style.INK, prop=font)
        legend.set_zorder(2.6)  # under paths and walkers, should they come there
        for name in legend.get_texts():
            name.set_parse_math(False)


def checked_valley(who: str, valley: Valley) -> Valley:
    """Return a valley that can be drawn; TypeError or ValueError if it is none."""
    checks.instance(who, "valley", valley, Valley)
    x, y = (checks.growing(who, f"the valley's {name}", getattr(valley, name)) for name in ("x", "y"))
    f_name = f"the valley's f, of len(y) = {len(y)} rows and len(x) = {len(x)} columns,"
    f = checks.array(who, f_name, valley.f, (len(y), len(x)))
    levels = checks.growing(who, "the valley's levels", valley.levels, least=1)
    if not ((levels > f.min()) & (levels < f.max())).any():
        raise ValueError(
            f"{who}: one of the valley's levels must lie between the least and the largest f, {f.min():g} and "
            f"{f.max():g}, got {levels}"
        )
    bottom = checks.array(who, "the valley's bottom, x and y,", valley.bottom, (2,))
    if bottom[1] > y[-1]:
        raise ValueError(f"{who}: the valley's bottom must lie on the map, y up to {y[-1]:g}, got {bottom[1]:g}")
    at = checks.real(who, "the valley's numbers_at", valley.numbers_at, float(x[0]), float(x[-1]))
    return Valley(x, y, f, levels, checks.text(who, "the valley's label", valley.label), (bottom[0], bottom[1]), at)
