"""The painted frame is what matplotlib draws from nothing: nothing is forgotten, covered, or left from another frame.

Three frames are drawn again, each by a copy of the scene on a figure of its own. Where a pixel differs, each artist is
drawn alone, as it was, is, and should be: that tells which one it is.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure, FigureBase

from animations.engine.painter import Painter, paint_whole
from animations.scene import Scene, Together


class Redraw:
    """What a painter painted, and the scene as it was before it was drawn."""

    def __init__(self, scene: Scene) -> None:
        try:
            self.undrawn = copy.deepcopy(scene)
        except Exception:  # of any class may come from things that cannot be copied
            self.undrawn = scene  # so it is drawn a second time, last
        self.painted: dict[int, np.ndarray] = {}  # frame → (H, W, 3)

    def differing(self, painter: Painter) -> Iterator[tuple[int, str, str]]:
        """Yield (frame, artist, message) where painted is not what a full redraw shows."""
        for frame, painted in self.painted.items():
            scene = copy.deepcopy(self.undrawn) if self.undrawn is not painter.scene else self.undrawn
            wrong = (paint_whole(scene, frame)[..., :3] != painted).any(axis=2)
            if wrong.any():
                figures = [artist.get_figure(root=True) for artist in scene.update(frame)]
                found = list(_causes(painter, frame, wrong, figures[0] if figures else None))
                rows, columns = np.nonzero(wrong)
                place = f"x {columns.min()} … {columns.max()}, y {rows.min()} … {rows.max()} from the top"
                yield from ((frame, what, message) for what, message in found or [
                    ("frame", f"painted is not what a full redraw shows, at {place}: return all that changes there")
                ])  # fmt: skip


def _causes(painter: Painter, frame: int, wrong: np.ndarray, anew: Figure | None) -> Iterator[tuple[str, str]]:
    """Yield (artist, message) of those that are the cause of the pixels `wrong` (H, W); `anew`: the right figure."""
    scene = painter.scene
    scene.update(0)
    before = _looks(painter.figure)
    scene.update(frame)
    looks, right = _looks(painter.figure), _looks(anew) if anew else {}
    changing, parts = {id(artist) for artist in painter.changing}, list(looks)
    remembered = set()
    if len(looks) == len(right):
        remembered = {part for part, other in zip(parts, right.values(), strict=True) if _differ(looks[part], other)}
    for part in parts:
        word = name_of(part, scene)
        returned = id(part) in changing or id(part.axes) in changing
        if part in remembered:
            yield word, f"{word} depends on the frames before: let update set all of it, whatever it was"
        elif not returned and _differ(looks[part], before[part]):
            yield word, f"{word} changed, but update did not return it: painted is the old one"
    touching = [part for part in parts if looks[part][wrong].any()]
    for number, part in enumerate(touching):
        if id(part) in changing and part not in remembered:
            for over in (each for each in touching[number + 1 :] if id(each) not in changing):
                word, lower = name_of(over, scene), name_of(part, scene)
                if not _differ(looks[over], before[over]):
                    yield (
                        word,
                        f"{word} lies over {lower}, which changes: return both, or give {lower} the higher z-order",
                    )


def _looks(figure: Figure) -> dict[Artist, np.ndarray]:
    """Return what each artist of a figure paints when it is alone, (H, W, 4), in the order of drawing."""
    width, height = figure.canvas.get_width_height()
    renderer, looks = RendererAgg(width, height, figure.dpi), {}
    for part in _parts(figure):
        renderer.clear()
        part.draw(renderer)
        looks[part] = np.array(renderer.buffer_rgba())
    return looks


def _parts(artist: Artist) -> Iterator[Artist]:
    """Yield what matplotlib draws by itself: all but what belongs to 3-D axes, a legend, an axis."""
    for child in sorted(artist.get_children(), key=lambda child: child.get_zorder()):
        if not isinstance(child, Axes | FigureBase) or getattr(child, "name", "") == "3d":
            yield child
        elif child.get_visible():
            yield from _parts(child)


def _differ(one: np.ndarray, other: np.ndarray) -> bool:
    return not np.array_equal(one, other)


def name_of(artist: Artist, scene: Scene) -> str:
    """Return how the scene calls an artist, `self.lines[2]`, or what it is."""
    for part in scene.scenes if isinstance(scene, Together) else (scene,):
        for name, value in vars(part).items():
            if value is artist:
                return f"self.{name}"
            items: Any = value.items() if isinstance(value, dict) else ()
            if isinstance(value, list | tuple):
                items = enumerate(value)
            for key, item in items:
                if item is artist:
                    return f"self.{name}[{key!r}]"
    word = getattr(artist, "get_text", artist.get_label)()
    return f"{type(artist).__name__} {word!r}" if isinstance(word, str) and word.strip("_") else type(artist).__name__
