"""The page that a scene writes on: it places things relative to each other, and binds them to values for each frame.

    page = Page(figure, self.size, "neuron")
    page.clock((30, 558), "Update", "step", self.steps, last)      Update   19 of 8000
    page.phase((30, 524))                                          adjust, repeat
    page.row((30, 400), page.text("w ="), page.number("{:.3f}", "dense_1.w[0,0]", self.w))
    page.bind(bar, height=self.heights)                            bar.set_height(heights[frame])
    …
    return page.update(frame)

All places are pixels; (0, 0) is the lower left corner. A value is the same for all frames, or there is one for each
frame, or it is a function of the frame: see `following`, which binds it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text

from animations.engine.text import Form, Number, PastedText
from animations.kit import axes as kit
from animations.kit import style
from animations.kit.following import Following, Shown, between, has_frames
from animations.kit.images import image_axes
from animations.kit.labels import width_of
from animations.scene import Scene

Place = tuple[float, float]
Box = tuple[float, float, float, float]  # left, bottom, width, height
SPACE = 8  # pixels between two words
MARKS = {"✓": style.TARGET, "✗": style.ERROR}


class Page(Following):
    """A sheet of `size` pixels over the whole figure. `name` comes before the gids of all its numbers, with a dot.

    axes   in pixels, for lines, patches, collections
    """

    def __init__(self, figure: FigureBase, size: tuple[int, int], name: str = "") -> None:
        super().__init__()
        self.figure, self.size, self.prefix = figure, size, f"{name}." if name else ""
        self.axes = kit.pixel_axes(figure, size)
        self._longest: dict[Text, str] = {}  # number → its longest text
        self.moments: tuple[str, Sequence[float]] = ("frame", ())  # the unit of the clock, and its values

    # --- what is on it ----------------------------------------------------------------------------------------------

    def text(self, words: str, place: Place = (0, 0), **settings: Any) -> PastedText:
        """Write a text that never changes; `settings` are those of a matplotlib `Text`."""
        return kit.add_label(self.axes, *place, words, **settings)

    def quiet(self, words: str, place: Place = (0, 0), **settings: Any) -> PastedText:
        """Write an explaining text, in a quiet colour."""
        return self.text(words, place, **{"color": style.QUIET} | settings)

    def words(self, words: Shown, place: Place = (0, 0), **settings: Any) -> PastedText:
        """Write a text that changes: one for each frame."""
        made = self.text("", place, **settings)
        self.bind(made, text=words)
        return made

    def number(self, form: Form, gid: str, values: Shown, place: Place = (0, 0), **settings: Any) -> Number:
        """Write a number that comes from `gid`: one value, or one for each frame. It ends at its place by default."""
        made = kit.add_number(self.axes, *place, form, f"{self.prefix}{gid}", **settings)
        if not callable(values) and not has_frames(values):
            made.set_value(values)
            return made
        at = self._reader(str(made.get_gid()), values)
        self._bound.append((made, lambda frame: made.set_value(at(int(frame)))))
        if not callable(values):
            written = [""]
            for value in values:
                made.set_value(value)
                written.append(made.get_text())
            made.set_text("")
            self._longest[made] = max(written, key=len)
        return made

    def named(
        self, place: Place, name: str, form: Form, gid: str, values: Shown, *, weight: str = "normal", ha: str = "left",
        **settings: Any,
    ) -> float:  # fmt: skip
        """Write a number after its name, "w = 0.250", as a row; return its other end. `weight` is the number's."""
        written = self.text(name, **settings), self.number(form, gid, values, weight=weight, **settings)
        return self.row(place, *written, ha=ha)

    def step(self, place: Place, steps: np.ndarray, said: Callable[[int], str] | None = None) -> Place:
        """Write "Step n" and what happens then, by default "adjust, repeat"; return the place of these words."""
        self._count_in("step", steps)
        end = self.named(place, "Step", "{:.0f}", "step", steps, size=style.LARGE)
        said = said or (lambda frame: "adjust, repeat" if steps[frame] else "initialise")
        return self.words(said, (end + 22, place[1]), color=style.QUIET).get_position()

    def clock(
        self, place: Place, word: str, gid: str, values: Shown, last: float, last_gid: str = "", **settings: Any
    ) -> float:
        """Write "word n of last"; return where it ends. The gid of the last is last_gid, or "last_" and the first."""
        quiet = {"color": style.QUIET} | settings
        self._count_in(word.lower(), values)
        return self.row(
            place,
            self.text(word, **settings),
            self.number("{:.0f}", gid, values, **settings),
            self.text("of", **quiet),
            self.number("{:.0f}", last_gid or f"last_{gid}", last, **quiet),
        )

    def _count_in(self, unit: str, values: Shown) -> None:
        """Use the first clock that counts the frames as their unit."""
        if self.moments[0] == "frame" and not callable(values) and has_frames(values):
            self.moments = unit, values

    def phase(self, place: Place, **settings: Any) -> PastedText:
        """Write what training does: "initialise" in the first frame, then "adjust, repeat"."""
        return self.words(lambda frame: "adjust, repeat" if frame >= 1 else "initialise", place,
                          **{"color": style.QUIET} | settings)  # fmt: skip

    def verdict(self, said: Shown, place: Place, **settings: Any) -> PastedText:
        """Write an answer: in the colour of the truth if it ends with ✓, of an error if with ✗, else in a quiet one."""
        made = self.words(said, place, size=style.LARGE, weight="bold", **settings)
        at = self._reader("verdict", said)
        return self.bind(made, color=lambda frame: MARKS.get(at(frame)[-1:], style.QUIET))

    def probability(self, corner: Place, extent: Place, values: np.ndarray) -> None:
        """Draw an upright bar from 0 to 1, as full as the probability (S,), with a line across at one half."""
        (left, low), (width, height) = corner, extent
        bar = Rectangle(corner, width, 0, facecolor=style.FAINT, zorder=3)
        box = Rectangle(corner, width, height, fill=False, edgecolor=style.INK, linewidth=1, zorder=4)
        half = (left - 8, low + height / 2), (left + width + 8, low + height / 2)
        self.bind(self.axes.add_patch(bar), height=values * height)
        self.bind(self.axes.add_patch(box))  # it lies on the bar, and so does the line
        self.bind(self.line(*half, style.INK, linestyle="--", linewidth=1, zorder=4))

    def rule(self, ends: Place, y: float) -> Line2D:
        """Draw a faint horizontal line."""
        return self.axes.add_line(Line2D(ends, [y, y], color=style.FAINT, linewidth=1))

    def line(self, start: Place, end: Place, color: str, gaps: Place = (0, 0), **settings: Any) -> Line2D:
        """Draw a line from one place to another; it leaves `gaps` pixels free at its ends."""
        way = np.subtract(end, start) / np.hypot(*np.subtract(end, start))
        own: dict[str, Any] = {"color": color, "linewidth": 2, "solid_capstyle": "butt", "dash_capstyle": "butt"}
        return self.axes.add_line(Line2D(*np.c_[start + gaps[0] * way, end - gaps[1] * way], **own | settings))

    def arrow(self, start: Place, tip: Place, color: str, *, head: float = 14) -> Line2D:
        """Draw an arrow with a head as long as it is wide; return its shaft."""
        way = np.subtract(tip, start) / np.hypot(*np.subtract(tip, start))
        neck, across = tip - head * way, head / 2 * np.array([-way[1], way[0]])
        self.axes.add_patch(Polygon([tip, neck + across, neck - across], color=color))
        return self.line(start, tip, color, (0, head))

    def signed(
        self, line: Line2D, values: np.ndarray, least: float = 1.5, most: float = 7.5, largest: float = 0
    ) -> None:
        """Make a line as thick as its number is large, relative to the largest of all, and dashed while below zero."""
        largest = largest or np.abs(values).max() or 1
        steps = np.round(2 * (most - least) * np.abs(values) / largest)  # otherwise each frame would redraw it
        styles = ["-" if value >= 0 else (0, (1.5, 1)) for value in values]
        self.bind(line, linewidth=least + 0.5 * steps, linestyle=styles)

    def plot(self, box: Box, **settings: Any) -> Axes:
        """Return axes for curves in a box of pixels; see `plot_axes`."""
        (width, height), (left, bottom, wide, high) = self.size, box
        return kit.plot_axes(self.figure, (left / width, bottom / height, wide / width, high / height), **settings)

    def dot(self, axes: Axes, places: Shown, **look: Any) -> Line2D:
        """Draw a dot on some axes that glides through `places`, (S, 2), or is at places(moment)."""
        own: dict[str, Any] = {"marker": "o", "markeredgecolor": style.PAPER, "linestyle": "none", "zorder": 4}
        (made,) = axes.plot([], [], **own | look)
        at = self._glider("dot", places)
        return self.glide(made, data=lambda frame: np.reshape(at(frame), (2, 1)))

    def grow(
        self, axes: Axes, x: np.ndarray, y: np.ndarray, *, marker: str = "o", markersize: float = 6, zorder: float = 3,
        **settings: Any,
    ) -> None:  # fmt: skip
        """Draw a line through points (S,) that grows by one with each frame, and a dot at its end.

        Set the axes' scales first: between two points, the dot stays on the straight line that you see.
        """
        (line,) = axes.plot([], [], linewidth=2, zorder=zorder, **settings)
        (tip,) = axes.plot([], [], marker=marker, markersize=markersize, zorder=zorder + 1, **settings)
        self.walk(axes, line, tip, np.stack([x, y]), np.arange(len(x)))

    def walk(self, axes: Axes, line: Line2D, tip: Line2D, points: np.ndarray, reached: np.ndarray) -> None:
        """Draw a line through points (2, P) and a dot at its end: in frame s, at points[:, reached[s]]."""
        scale = axes.transScale
        end = between(scale.transform(points.T))

        def way(frame: float) -> np.ndarray:
            now, then = reached[int(frame)], reached[math.ceil(frame)]
            place = now + (frame - int(frame)) * (then - now)
            passed = points[:, : int(place) + 1]
            return passed if place == int(place) else np.c_[passed, scale.inverted().transform(end(place))]

        self._lengths.append(("a line that grows", len(reached)))
        self.glide(line, data=way)
        self.glide(tip, data=lambda frame: way(frame)[:, -1:])

    def image(self, corner: tuple[int, int], extent: tuple[int, int]) -> Axes:
        """Return axes for a picture; see `image_axes`."""
        return image_axes(self.figure, self.size, corner, extent)

    # --- where it stands --------------------------------------------------------------------------------------------

    def row(self, place: Place, *texts: Text, space: float = SPACE, ha: str = "left") -> float:
        """Put texts next to each other, from `place` to the right, or up to it (ha="right"); return the other end.

        A number that changes gets the room of its longest value, and ends at the end of that.
        """
        widths = [self.width(text) for text in texts]
        x = place[0] if ha == "left" else place[0] - sum(widths) - space * (len(texts) - 1)
        start = x
        for text, width in zip(texts, widths, strict=True):
            changes = text in self._longest
            text.set(position=(x + width if changes else x, place[1]), ha="right" if changes else "left")
            x += width + space
        return x - space if ha == "left" else start

    def width(self, text: Text) -> float:
        """Return the width of a text in pixels; of one that changes, the largest width it will have."""
        shown = text.get_text()
        text.set_text(self._longest.get(text, shown))
        width = width_of(text)
        text.set_text(shown)
        return width


class PageScene(Scene):
    """A scene that binds all its changes to its page. `draw` makes the page: self.page = Page(figure, self.size)."""

    page: Page
    checked: Page | None = None  # a page whose lists have been checked against the scene's frames

    def update(self, frame: float) -> list[Artist]:
        caller, page = type(self).__name__, getattr(self, "page", None)
        if page is None:
            raise ValueError(f"{caller}: draw must make a page: self.page = Page(figure, self.size)")
        if page is not self.checked:
            page.check_frames(caller, self.frames)
            self.checked = page
        return self.page.update(frame)

    def moments(self) -> tuple[str, Sequence[float]]:
        unit, values = self.page.moments if hasattr(self, "page") else ("frame", ())
        return (unit, values) if len(values) == self.frames else super().moments()

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the page, which `draw` makes again: a scene may go to another process after it was drawn."""
        return {name: value for name, value in vars(self).items() if name not in ("page", "checked")}
