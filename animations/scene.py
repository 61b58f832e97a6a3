"""A scene: a picture that depends only on its data and the number of the frame.

    draw(figure)      is called once: makes all artists, those that never change and those that do
    update(frame)     sets their data; returns the artists that it changed
    trail(frame)      returns artists from `draw` that appear with this frame and never change again

What moves is said here; how fast, which frames and which file are said in `animations.render`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import FigureBase

from animations import checks
from animations.data import Data
from animations.guard import guard
from animations.why import Why
from tinylearn.checks import as_int, number, shortened


class Scene(Data):
    """The base class of all scenes: a size in pixels, a number of frames, `draw` and `update`.

    Any frame can be drawn alone, in any order. Make every artist in `draw`. Let `update` set data only, never z-orders.
    A frame is drawn in three layers: first all that never changes, then the trails, then all that changes. So give
    trails a z-order above 2.5, that of the axes' spines, and changing artists a z-order above the trails'. A scene
    object belongs to one figure.

    If a scene has `glides = True`, its `update` must also draw moments between frames. For `update(3.4)`, things stand
    four tenths of the way from frame 3 to frame 4; numbers, clocks and names are those of frame 3.

    Scenes are drawn with matplotlib's own settings, whatever the user has set. `style` changes them: `{"axes.grid":
    True}`, or "dark_background". Several threads may render, each its own scenes; but a matplotlib setting that one
    thread makes while another draws is lost. The shortest scene:

    >>> class Square(Scene):
    ...     size = (200, 200)
    ...     frames = 5
    ...     def draw(self, figure):
    ...         axes = figure.add_subplot(xlim=(0, 4), ylim=(0, 16))
    ...         (self.dot,) = axes.plot([], [], "o", zorder=3)
    ...     def update(self, frame):
    ...         self.dot.set_data([frame], [frame**2])
    ...         return [self.dot]
    >>> from animations import render
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     render(Square(), pathlib.Path(folder) / "square.gif", progress=False).name
    'square.gif'
    """

    size = (1200, 600)
    frames = 1
    glides = False  # can it be drawn between frames, as in `update(3.4)`?
    cuts: Sequence[float] = ()  # pixels from the left; on a narrow page the parts between them stand below each other
    style: str | Mapping[str, Any] = "default"  # a name of a matplotlib style, or settings

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        guard(cls)

    def draw(self, figure: FigureBase) -> None:
        """Make every artist, on an empty figure of `size`."""
        raise NotImplementedError(f"{type(self).__name__} has no draw method: a scene needs draw and update")

    def update(self, frame: int) -> Sequence[Artist]:
        """Set the artists' data for `frame`, 0 … frames - 1; return the artists that it changed."""
        raise NotImplementedError(f"{type(self).__name__} has no update method: a scene needs draw and update")

    def trail(self, frame: int) -> Sequence[Artist]:
        """Return the artists that appear with `frame` and never change again, such as a point's path."""
        return ()

    def describe(self, frame: int) -> str:
        """Say in words what `frame` shows, for readers who cannot see it."""
        return f"{type(self).__name__}, frame {frame} of {self.frames - 1}"

    def why(self, gid: str, frame: int) -> Why | None:
        """Explain where a number comes from. `gid` names a number of the picture, or one that another explanation
        names.

        Return None if this scene cannot explain it.
        """
        return None

    def moments(self) -> tuple[str, Sequence[float]]:
        """Return what the frames count, and each frame's count: ("update", [0, 1, 2, 4, 8]). Draw the scene first."""
        return "frame", range(self.frames)


guard(Scene)


def checked_scene(caller: str, scene: Scene) -> Scene:
    """Return the scene if it has a size and frames; otherwise raise TypeError or ValueError."""
    if not isinstance(scene, Scene):
        raise TypeError(f"{caller}: scene must be a Scene, got {shortened(scene)}")
    name = type(scene).__name__
    checks.size(f"{caller}: {name}", scene.size)
    if as_int(caller, f"{name}.frames", scene.frames) < 1:
        raise ValueError(f"{caller}: {name}.frames must be at least 1, got {scene.frames}")
    if isinstance(scene.cuts, str) or not isinstance(scene.cuts, Sequence):
        got = shortened(scene.cuts)
        raise TypeError(f"{caller}: {name}.cuts must be a list of pixels from the left, such as (400,), got {got}")
    edges = [0, *(number(caller, f"each of {name}.cuts", cut) for cut in scene.cuts), scene.size[0]]
    if any(left >= right for left, right in pairwise(edges)):
        raise ValueError(
            f"{caller}: {name}.cuts must grow, between 0 and the width, {scene.size[0]}; got {shortened(scene.cuts)}"
        )
    return scene
