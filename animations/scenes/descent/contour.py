"""Walking down into a valley, seen from above: contour lines, and the path of each walker, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from animations import checks, data
from animations.kit import style
from animations.kit.axes import add_label, add_legend, add_number, arrow_corners
from animations.kit.page import Page, PageScene
from animations.kit.series import Series, checked_series
from animations.kit.whys import noted
from animations.scenes.descent.valley import Valley
from animations.scenes.descent.whys import clock_why
from animations.why import Why

DOWNHILL, CORNER = 60, 15  # pixels: the length of an arrow, the side of the mark of a right angle
FAN = 34, 25  # pixels: how far walkers stand from the start, and from each other


class ContourDescent(PageScene):
    """The paths of `series` on the map, from their columns "x" and "y"; clock (S,): the step that each frame shows.

    gradient     of the function, from places (2, S) to (2, S). With it, an arrow at the first walker shows the steepest
                 way down, at a right angle to the contour line.
    closer       a part of the map, drawn larger as soon as the first walker is there
    closer_at    the place for it: its lower left corner on the large map, away from all paths
    closer_by    how many times larger

    x and y have the same scale. Walkers that start together are shown next to each other at the start.

    x and y have one scale. All walkers that start together are shown side by side at the start.
    """

    valley: Valley = data.instance(Valley)
    series: tuple[Series, ...] = data.anything(lambda caller, _, value: checked_series(caller, value, ("x", "y")))
    clock: np.ndarray = data.clock("S")
    gradient: Any = data.anything(checks.function, default=None, kw_only=True)
    closer: Valley | None = data.instance(Valley, default=None, kw_only=True, apart=True)
    closer_at: np.ndarray = data.array(2, default=(0.0, 0.0), kw_only=True)
    closer_by: float = data.real(low=1, default=5.0, kw_only=True)

    size = (900, 600)
    glides = True

    def prepare(self) -> None:
        self._check_room()
        self.places = np.array([[(one.at("x", step), one.at("y", step)) for step in self.clock] for one in self.series])
        self.slopes = (
            self.gradient
            and checks.array(  # (S, 2), at the first walker
                "ContourDescent", "what gradient returns", self.gradient(self.places[0].T), (2, self.frames)
            ).T
        )
        del self.gradient  # with a lambda, the scene could not go to another process

    def draw(self, figure: FigureBase) -> None:
        self.page = page = Page(figure, self.size)
        page.step((30, 566), self.clock)
        page.text(self.valley.label, (870, 566), ha="right", size=style.LARGE)
        axes = page.plot((67.5, 72, 810, 459), xlabel="x", ylabel="y")
        self.numbers = self.valley.draw(axes)
        axes.apply_aspect()
        self.to_page = axes.transData - page.axes.transData
        self._draw_walkers(axes)
        if self.slopes is not None:
            self._draw_downhill(axes)
        legend = add_legend(axes, loc="upper left", ncols=5, frameon=True, framealpha=1, edgecolor=style.FAINT)
        legend.set_zorder(2.45)  # under paths and walkers, if they come there
        self._draw_start(axes)
        if self.closer is not None:
            self._draw_closer(axes, self.closer)

    def describe(self, frame: int) -> str:
        step = self.clock[frame]
        places = [f"{one.name} at ({one.at('x', step):.3f}, {one.at('y', step):.3f})" for one in self.series]
        return f"Step {step} in the valley {self.valley.label}: {', '.join(places)}."

    def why(self, gid: str, frame: int) -> Why | None:
        if gid == "closer_by":
            return noted("how many times larger the part is drawn", "a setting of this picture", self.closer_by)
        return clock_why(self.clock[frame]) if gid == "step" else None

    def _check_room(self) -> None:
        """Raise ValueError if the enlarged part would cross the edge of the map."""
        parts = zip("xy", self.closer_at, (self.closer.x, self.closer.y) if self.closer else (), strict=False)
        for axis, start, part in parts:
            low, high = getattr(self.valley, axis)[[0, -1]]
            end = start + self.closer_by * (part[-1] - part[0])
            if start < low or end > high:
                raise ValueError(
                    f"ContourDescent: closer must fit on the map, {axis} from {low:g} to {high:g}, got {start:g} to "
                    f"{end:g}: choose another closer_at, or a smaller closer_by"
                )

    def _looks(self) -> list[tuple[Series, dict[str, Any]]]:
        """Return each series with its colour and marker, the same everywhere."""
        looks = zip(self.series, style.SERIES, style.MARKERS, strict=False)
        return [(one, {"color": color, "marker": marker}) for one, color, marker in looks]

    def _draw_walkers(self, axes: Axes) -> list[Line2D]:
        """Draw the paths, and the markers that walk along them; return both."""
        drawn = []
        for number, (one, look) in enumerate(self._looks()):
            points = np.stack([one.columns["x"], one.columns["y"]])
            (path,) = axes.plot([], [], markersize=4, linewidth=1.5, zorder=2.7, **look)
            (tip,) = axes.plot([], [], zorder=3 + number / 10, label=one.name, **look, **style.TIP)
            self.page.walk(axes, path, tip, points, np.minimum(self.clock, points.shape[1] - 1))
            drawn += [path, tip]
        return drawn

    def _draw_downhill(self, axes: Axes) -> None:
        """Draw, at the first walker, the contour line, the steepest way down, and the right angle between them."""
        page, pixels = self.page, self.to_page.transform(self.places[0])
        steep = np.hypot(*self.slopes.T)[:, None]
        down = np.divide(-self.slopes, steep, out=np.zeros_like(steep * [1, 1]), where=steep > 0)
        across = down @ [[0, 1], [-1, 0]]  # to the left
        across *= np.where(across[:, :1] > 0, -1, 1)
        arrows = [arrow_corners(at, at + DOWNHILL * way) if way.any() else np.zeros((7, 2))
                  for at, way in zip(pixels, down, strict=True)]  # fmt: skip
        ways = np.stack([across, across + down, down])
        angles = (pixels + CORNER * ways).transpose(1, 2, 0)  # (S, 2, 3)
        place: dict[str, Any] = {"transform": page.axes.transData}
        (line,) = axes.plot([], [], color=style.QUIET, linewidth=1.5, zorder=2.55)
        (angle,) = axes.plot([], [], color=style.QUIET, linewidth=1.2, zorder=2.9, **place)
        name = f"steepest way down from {self.series[0].name}"
        arrow = axes.add_patch(Polygon(np.zeros((7, 2)), color=style.ERROR, linewidth=0, zorder=2.95, **place))
        axes.plot([], [], color=style.ERROR, linewidth=2, label=name)
        page.bind(line, data=[self._free(self.valley.line_through(*at)) for at in self.places[0]])
        page.bind(angle, data=angles)
        page.bind(arrow, xy=arrows)

    def _free(self, line: np.ndarray) -> np.ndarray:
        """Return a line (2, P) with gaps for the numbers on the map."""
        points, page = self.to_page.transform(line.T), self.page.axes.transData
        for number in self.numbers:
            box = number.get_window_extent().transformed(page.inverted()).padded(6)
            line[:, ((box.min <= points) & (points <= box.max)).all(axis=1)] = np.nan
        return line

    def _draw_start(self, axes: Axes) -> None:
        """Fan the walkers out in the first frame, if all stand in one place."""
        if len(self.series) == 1 or (self.places[:, 0] != self.places[0, 0]).any():
            return
        left, low = self.to_page.transform(self.places[0, 0])
        aside, ha = (1, "left") if left < self.size[0] / 2 else (-1, "right")
        over: dict[str, Any] = {"transform": self.page.axes.transData, "zorder": 6}
        fan: list[Artist] = [*axes.plot([left], [low], "o", color=style.INK, markersize=8, **over)]
        for number, (one, look) in enumerate(self._looks()):
            color: dict[str, Any] = {"color": look["color"]}
            x, y = left + aside * FAN[0], low + FAN[1] * ((len(self.series) - 1) / 2 - number)
            fan += axes.plot([left, x], [low, y], linewidth=1, **color, **over)
            fan += axes.plot([x], [y], **look, **style.TIP | over)
            fan.append(add_label(axes, x + aside * 14, y, one.name, ha=ha, size=style.SMALL, **color, **over))
        self.page.show([True] + [False] * (self.frames - 1), *fan)

    def _draw_closer(self, axes: Axes, part: Valley) -> None:
        """Draw a part of the map larger, and a frame around it on the map."""
        page, (left, bottom) = self.page, self.to_page.transform(self.closer_at)
        corners = np.array([(part.x[0], part.y[0]), (part.x[-1], part.y[-1])])
        width, height = self.closer_by * np.diff(self.to_page.transform(corners), axis=0)[0]
        inside = ((self.places >= corners[0]) & (self.places <= corners[1])).all(axis=2).any(axis=0)
        seen = np.maximum.accumulate(inside).tolist()
        closer = page.plot((left, bottom, width, height), xticks=[], yticks=[])
        closer.spines[:].set(visible=True, color=style.QUIET)
        part.draw(closer, numbers=False)
        frame = axes.add_patch(
            Rectangle(corners[0], *(corners[1] - corners[0]), fill=False, color=style.QUIET, zorder=5)
        )
        over: dict[str, Any] = {
            "size": style.SMALL,
            "color": style.QUIET,
            "transform": page.axes.transData,
            "zorder": 5,
        }
        times = add_number(axes, 0, 0, "{:g}", "closer_by", **over), add_label(axes, 0, 0, "times larger", **over)
        times[0].set_value(self.closer_by)
        page.row((left + width, bottom + height + 14), *times, ha="right")
        page.show(seen, closer, frame, *times, *self._draw_walkers(closer))
