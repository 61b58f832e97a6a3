"""A painted frame equals what matplotlib draws from scratch: nothing is forgotten, covered, or left from before.

Three frames are drawn again, each by a copy of the scene on its own figure. If a pixel differs, each artist is drawn
alone, as it was, as it is, and as it should be: that shows which artist is the cause.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure, FigureBase

from animations.engine.painter import Painter, redraw
from animations.groups import Group
from animations.scene import Scene

Look = tuple[int, bool]  # a hash of the pixels that an artist paints alone; is one of them wrong in the picture?


class Redraw:
    """What a painter painted, and the scene as it was before it was drawn."""

    def __init__(self, scene: Scene) -> None:
        self.undrawn = scene  # if it cannot be copied, it is drawn a second time, at the end
        if not vars(scene).keys() & {"draw", "update", "trail"}:  # functions set on the object know only this scene
            with contextlib.suppress(Exception):  # things that cannot be copied may raise anything
                self.undrawn = _copied(scene)
        self.painted: dict[int, np.ndarray] = {}  # frame → (H, W, 3)

    def differing(self, painter: Painter) -> Iterator[tuple[int, str, str]]:
        """Yield (frame, artist, message) where the painted frame differs from a full redraw."""
        again = self.undrawn is painter.scene
        for frame, painted in self.painted.items():
            scene = self.undrawn if again else _copied(self.undrawn)
            wrong = (redraw(scene, frame)[..., :3] != painted).any(axis=2)
            if wrong.any():
                found = [] if again else _causes(painter, frame, wrong, scene)
                yield from ((frame, *each) for each in found or [("frame", _anything(wrong))])


def _copied(scene: Scene) -> Scene:
    """Return a copy of a scene that shares its arrays, because recordings may be large."""
    shared: dict[int, Any] = {}
    ahead, seen = [scene], set()
    while ahead:
        thing: Any = ahead.pop()
        if id(thing) in seen or isinstance(thing, type):
            continue
        seen.add(id(thing))
        if isinstance(thing, np.ndarray) and thing.dtype != object:
            shared[id(thing)] = thing
        elif isinstance(thing, dict):
            ahead += thing.values()
        else:
            ahead += thing if isinstance(thing, list | tuple) else getattr(thing, "__dict__", {}).values()
    return copy.deepcopy(scene, shared)


def _anything(wrong: np.ndarray) -> str:
    rows, columns = np.nonzero(wrong)
    place = f"x {columns.min()} … {columns.max()}, y {rows.min()} … {rows.max()} from the top"
    return f"the painted frame differs from a full redraw at {place}: return everything that changes there"


def _causes(painter: Painter, frame: int, wrong: np.ndarray, anew: Scene) -> list[tuple[str, str]]:
    """Return (artist, message) for each cause of the wrong pixels (H, W); `anew` shows the frame right."""
    scene, figures = painter.scene, [artist.get_figure(root=True) for artist in anew.update(frame)]
    scene.update(0)
    before = _looks(painter.figure, wrong)
    scene.update(frame)
    now = _looks(painter.figure, wrong)
    right = _looks(figures[0], wrong) if figures and figures[0] else now
    found, changing = [], {id(artist) for artist in painter.changing}
    should = dict(zip(now, right.values(), strict=True)) if len(now) == len(right) else now
    for part in now:
        word = name_of(part, scene)
        if now[part] != should[part]:
            found.append((word, f"{word} depends on the frames before: let update set all of it in every frame"))
        elif now[part] != before[part] and changing.isdisjoint({id(part), id(part.axes)}):
            found.append((word, f"{word} changed, but update did not return it: the old one stays"))
    return found or list(_over([part for part in now if now[part][1]], changing, scene))


def _over(parts: list[Artist], changing: set[int], scene: Scene) -> Iterator[tuple[str, str]]:
    """Yield (artist, message) for `parts` that lie over changing ones; they come in drawing order."""
    for number, part in enumerate(parts):
        below = [each for each in parts[:number] if id(each) in changing]
        if below and id(part) not in changing:
            word, lower = name_of(part, scene), name_of(below[-1], scene)
            yield word, f"{word} lies over {lower}, which changes: return both, or give {lower} a higher z-order"


def _looks(figure: Figure, wrong: np.ndarray) -> dict[Artist, Look]:
    """Return the look of each artist of a figure, in drawing order."""
    width, height = figure.canvas.get_width_height()
    renderer, looks = RendererAgg(width, height, figure.dpi), {}
    for part in _parts(figure):
        renderer.clear()
        part.draw(renderer)
        pixels = np.asarray(renderer.buffer_rgba())
        looks[part] = hash(pixels.tobytes()), bool(pixels[wrong, 3].any())
    return looks


def _parts(artist: Artist) -> Iterator[Artist]:
    """Yield each artist that matplotlib draws on its own: not the parts of 3-D axes, a legend, an axis."""
    paper = getattr(artist, "patch", None)  # of a figure or axes, under all of it
    for child in sorted(artist.get_children(), key=lambda child: (child is not paper, child.get_zorder())):
        if not isinstance(child, Axes | FigureBase) or getattr(child, "name", "") == "3d":
            yield child
        elif child.get_visible():
            yield from _parts(child)


def name_of(artist: Artist, scene: Scene) -> str:
    """Return the scene's name for an artist, such as `self.lines[2]`, or else its type."""
    for part in scene.scenes if isinstance(scene, Group) else (scene,):
        owner = "self" if part is scene else type(part).__name__
        for name, value in vars(part).items():
            if value is artist:
                return f"{owner}.{name}"
            items: Any = value.items() if isinstance(value, dict) else ()
            if isinstance(value, list | tuple):
                items = enumerate(value)
            for key, item in items:
                if item is artist:
                    return f"{owner}.{name}[{key!r}]"
    word = getattr(artist, "get_text", artist.get_label)()
    return f"{type(artist).__name__} {word!r}" if isinstance(word, str) and word.strip("_") else type(artist).__name__
