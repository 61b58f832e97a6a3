"""Paints frames: draws once what never changes, and the rest on top of a copy of it (matplotlib calls this blitting).

For each frame, the painter restores the background and draws the changing artists in matplotlib's own order. So the
result equals a full redraw, pixel for pixel. Trails are painted into the background, once.

Some things matplotlib draws only as a whole, and so does the painter: 3-D axes, which sort their artists by depth; a
legend; axes with a changing axis. Inset axes over a changing artist are drawn again with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, FigureBase
from matplotlib.text import Text

from animations.engine.settings import DPI, settings_of, using
from animations.scene import Scene


def redraw(scene: Scene, frame: float, scale: float = 1, font: str = "") -> np.ndarray:
    """Return one frame (H, W, 4) uint8, all of it drawn anew: the simple twin that Painter must equal."""
    painter = Painter(scene, scale, font)
    with using(painter.settings):
        scene.update(frame)  # type: ignore[arg-type]  # between frames only if the scene glides
        for number, trail in enumerate(painter.trails):
            for artist in trail:
                artist.set_animated(False)
                artist.set_visible(artist.get_visible() and number <= frame)
        painter.draw_background()
    return painter.pixels


class Painter:
    """Paints the frames of one scene, each (H, W, 4) uint8 and valid until the next is painted.

    scale   pixels per pixel of the scene's size
    font    a family for letters that DejaVu Sans lacks
    """

    def __init__(self, scene: Scene, scale: float = 1, font: str = "") -> None:
        self.scene, self.settings = scene, settings_of(scene)
        if font:
            self.settings["font.family"] = [*self.settings["font.family"], font]
        with using(self.settings):
            dpi = scale * DPI
            inches = (round(scale * side) / dpi for side in scene.size)  # matplotlib would make 28 pixels of 29
            width, height = (side if side * dpi % 1 < 0.5 else math.nextafter(side, 1e9) for side in inches)
            self.figure = Figure(figsize=(width, height), dpi=dpi)  # without pyplot's global state
            self.renderer: Any = FigureCanvasAgg(self.figure).get_renderer()
            scene.draw(self.figure)
        for text in self.figure.findobj(Text) if font else ():
            if font not in text.get_fontfamily():  # it has a family of its own
                text.set_fontfamily([*text.get_fontfamily(), font])
        self.pixels = np.asarray(self.renderer.buffer_rgba())
        self.trails = [self.artists("trail", scene.trail(frame)) for frame in range(scene.frames)]
        for artist in (artist for trail in self.trails for artist in trail):
            artist.set_animated(True)  # so matplotlib leaves these artists to us
        self.returned: set[Artist] = set()  # all artists that `update` has returned so far
        self.changing: list[Artist] = []  # the artists to draw for them in each frame
        self.background: Any = None
        self.with_trails: Any = None  # the background with all trails of the frames before `painted`
        self.painted = 0

    def show(self, frame: float) -> None:
        """Let the figure show `frame`, or for a scene that glides a moment between two frames, such as 3.4.

        Raises TypeError or ValueError if `update` returned no artists, or artists of another figure.
        """
        with using(self.settings):
            changed = self.artists("update", self.scene.update(frame))  # type: ignore[arg-type]
        if not self.returned.issuperset(changed):
            self.returned.update(changed)
            self.background = None

    def paint(self, frame: float) -> np.ndarray:
        """Return the pixels of `frame`; afterwards the figure shows it."""
        self.show(frame)
        with using(self.settings):
            if self.background is None:
                self.draw_background()
            if frame < self.painted - 1:
                self.with_trails, self.painted = self.background, 0
            trails = [artist for trail in self.trails[self.painted : int(frame) + 1] for artist in trail]
            self.painted = int(frame) + 1
            self.renderer.restore_region(self.with_trails)
            for artist in trails:
                if all(map(Artist.get_visible, self.holders[artist])):
                    artist.draw(self.renderer)
            if trails:
                self.with_trails = self.renderer.copy_from_bbox(self.figure.bbox)
            for artist in self.changing:
                if all(map(Artist.get_visible, self.holders[artist])):
                    artist.draw(self.renderer)
        return self.pixels

    def artists(self, method: str, returned: Any) -> list[Artist]:
        """Return what a method returned as a list; TypeError or ValueError if that is no list of artists."""
        name = f"{type(self.scene).__name__}.{method}"
        if not isinstance(returned, Sequence):
            raise TypeError(f"{name} must return artists, as a list, got {returned!r}")
        for artist in returned:
            if isinstance(artist, list | tuple):
                raise TypeError(f"{name} must return a list of artists, got a list in it, {artist!r}; write [*bars]")
            if not isinstance(artist, Artist):
                raise TypeError(f"{name} must return a list of artists, got {artist!r} in it")
            if artist.get_figure(root=True) is not self.figure:
                raise ValueError(f"{name} returned {artist}, which is not in this figure; make a scene for each figure")
        return list(returned)

    def find_changing(self) -> None:
        """Sort what changes by the order of drawing: what `update` has returned so far, and everything on top of it."""
        order = list(_in_drawing_order(self.figure))
        self.holders = {artist: holders for artist, _, holders in order}  # if one is hidden, so is everything inside it
        drawn = {whole for artist, whole, _ in order if artist in self.returned}
        drawn |= {inset for artist in drawn if artist.axes for inset in artist.axes.child_axes
                  if inset.get_zorder() >= artist.get_zorder()}  # fmt: skip
        self.changing = [artist for artist, *_ in order if artist in drawn]
        for artist in self.changing:
            artist.set_animated(True)

    def draw_background(self) -> None:
        """Draw all that never changes, on paper, which shows where the figure is transparent."""
        self.find_changing()
        self.renderer.clear()
        self.pixels[:] = 255
        self.figure.draw(self.renderer)
        self.background = self.with_trails = self.renderer.copy_from_bbox(self.figure.bbox)
        self.painted = 0


def _in_drawing_order(
    artist: Artist, part_of: Artist | None = None, holders: tuple[Artist, ...] = ()
) -> Iterator[tuple[Artist, Artist, tuple[Artist, ...]]]:
    """Yield each artist of a figure in matplotlib's order, with the whole that it is drawn with, and all its parents.

    The children of each parent follow it, by z-order. `part_of` is the whole that the children of `artist` belong to;
    often each child is its own.
    """
    for child in sorted(artist.get_children(), key=lambda child: child.get_zorder()):
        whole = part_of or (artist if isinstance(child, Axis) else child)  # other things of its axes lie over an axis
        yield child, whole, holders
        parts = isinstance(child, Axes | FigureBase) and getattr(child, "name", "") != "3d"  # can be drawn one by one
        yield from _in_drawing_order(child, None if parts and whole is child else whole, (*holders, child))
