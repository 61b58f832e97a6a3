"""Several scenes in one picture: side by side, stacked, or one after which another is the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import FigureBase, SubFigure

from animations import checks
from animations.scene import Scene, checked_scene
from animations.why import Why


class Group(Scene):
    """Several scenes in one figure, on one clock; a shorter one holds its last picture. Subclasses arrange them."""

    also = " And: "  # between their descriptions

    def __init__(self, *scenes: Scene) -> None:
        caller = type(self).__name__
        if not scenes:
            raise ValueError(f"{caller}: expected at least one scene, got none")
        if len(scenes) == 1 and isinstance(scenes[0], list | tuple):
            raise TypeError(f"{caller}: expected scenes, got a list of {len(scenes[0])}; write {caller}(*scenes)")
        self.scenes = tuple(checked_scene(caller, scene) for scene in scenes)
        places = self._places()
        for number, scene in enumerate(places):
            if any(scene is other for other in places[:number]):
                raise ValueError(
                    f"{caller}: each place needs a scene object of its own, got twice {scene!r}; make a second one"
                )
        self.widths, self.heights = zip(*(scene.size for scene in scenes), strict=True)
        self.frames = max(scene.frames for scene in scenes)
        self.glides = any(scene.glides for scene in scenes)
        self.style = scenes[0].style or "default"
        for scene in scenes:
            if (scene.style or "default") != self.style:
                raise ValueError(f"{caller}: scenes in a figure share a style, got {self.style!r} and {scene.style!r}")

    def draw(self, figure: FigureBase) -> None:
        self.panels = self._panels(figure)
        for scene, panel in zip(self.scenes, self.panels, strict=True):
            panel.set_facecolor(figure.get_facecolor())
            scene.draw(panel)

    def update(self, frame: float) -> list[Artist]:
        changed: list[Artist] = []
        for scene in self.scenes:
            moment = min(frame if scene.glides else int(frame), scene.frames - 1)
            changed += scene.update(moment)  # type: ignore[arg-type]
        return changed

    def trail(self, frame: int) -> list[Artist]:
        running = [scene for scene in self.scenes if frame < scene.frames]
        return [artist for scene in running for artist in scene.trail(frame)]

    def describe(self, frame: int) -> str:
        return self.also.join(scene.describe(min(frame, scene.frames - 1)) for scene in self.scenes)

    def why(self, gid: str, frame: int) -> Why | None:
        told = (scene.why(gid, min(frame, scene.frames - 1)) for scene in self.scenes)
        return next((why for why in told if why is not None), None)

    def moments(self) -> tuple[str, Sequence[float]]:
        longest = [scene.moments() for scene in self.scenes if scene.frames == self.frames]
        return next((said for said in longest if said[0] != "frame"), super().moments())

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the panels, which `draw` makes again: a scene may go to another process after it was drawn."""
        return {name: value for name, value in vars(self).items() if name not in ("panels", "cover")}

    def _places(self) -> list[Scene]:
        """Return the scenes in it, also those in nested groups."""
        return [each for scene in self.scenes
                for each in (scene, *(scene._places() if isinstance(scene, Group) else ()))]  # fmt: skip

    def _panels(self, figure: FigureBase) -> list[SubFigure]:
        """Divide the figure into one panel for each scene."""
        raise NotImplementedError(f"{type(self).__name__} has no _panels method")


class SideBySide(Group):
    """Scenes next to each other in one figure, from left to right, on one clock; a shorter one holds its last picture.

    >>> left, right = Scene(), Scene()
    >>> SideBySide(left, right).size
    (2400, 600)
    """

    also = " Beside it: "

    def __init__(self, *scenes: Scene) -> None:
        super().__init__(*scenes)
        self.size = checks.size("SideBySide", (sum(self.widths), max(self.heights)))

    def _panels(self, figure: FigureBase) -> list[SubFigure]:
        return list(figure.subfigures(1, len(self.scenes), width_ratios=self.widths, wspace=0, squeeze=False).flat)


class Stacked(Group):
    """Scenes above each other in one figure, from top to bottom, on one clock; a shorter one holds its last picture.

    >>> left, right, wide = Scene(), Scene(), Scene()
    >>> wide.size = (2400, 300)
    >>> Stacked(SideBySide(left, right), wide).size
    (2400, 900)
    """

    also = " Below it: "

    def __init__(self, *scenes: Scene) -> None:
        super().__init__(*scenes)
        self.size = checks.size("Stacked", (max(self.widths), sum(self.heights)))

    def _panels(self, figure: FigureBase) -> list[SubFigure]:
        return list(figure.subfigures(len(self.scenes), 1, height_ratios=self.heights, hspace=0, squeeze=False).flat)


class EndingWith(Group):
    """A scene, and after its last frame a picture on its own: the answer.

    >>> film, answer = Scene(), Scene()
    >>> film.frames = 20
    >>> EndingWith(film, answer).frames
    21
    """

    def __init__(self, scene: Scene, answer: Scene) -> None:
        super().__init__(scene, answer)
        if answer.frames != 1:
            raise ValueError(f"EndingWith: answer must be one picture, got {answer.frames} frames")
        if answer.size[0] > scene.size[0] or answer.size[1] > scene.size[1]:
            raise ValueError(f"EndingWith: answer must be no larger than scene, {scene.size}, got {answer.size}")
        self.size, self.frames = scene.size, scene.frames + 1

    def draw(self, figure: FigureBase) -> None:
        super().draw(figure)
        self.scenes[1].update(0)

    def update(self, frame: float) -> list[Artist]:
        scene = self.scenes[0]
        self.cover.set_visible(frame >= self.frames - 1)
        moment = min(frame if scene.glides else int(frame), scene.frames - 1)
        return [*scene.update(moment), self.cover]  # type: ignore[arg-type]

    def trail(self, frame: int) -> list[Artist]:
        return list(self.scenes[0].trail(frame)) if frame < self.frames - 1 else []

    def describe(self, frame: int) -> str:
        ended = frame >= self.frames - 1
        return self.scenes[1].describe(0) if ended else self.scenes[0].describe(frame)

    def why(self, gid: str, frame: int) -> Why | None:
        film, answer = self.scenes
        told = answer.why(gid, 0) if frame >= self.frames - 1 else None
        return told or film.why(gid, min(frame, film.frames - 1))  # of the film that the answer covers

    def moments(self) -> tuple[str, Sequence[float]]:
        (unit, values), (_, ends) = (scene.moments() for scene in self.scenes)
        later = not isinstance(values[-1], str) and ends[0] > values[-1]
        return unit, [*values, ends[0] if later else values[-1]]  # the answer may be that of a later moment

    def _panels(self, figure: FigureBase) -> list[SubFigure]:
        film, self.cover = (figure.add_subfigure(figure.add_gridspec(1, 1)[0]) for _ in self.scenes)
        self.cover.set_facecolor(figure.get_facecolor())
        rooms = [[(whole - part) / 2, part, (whole - part) / 2] for whole, part in (self.widths, self.heights)]
        middle = self.cover.add_gridspec(3, 3, wspace=0, hspace=0, width_ratios=rooms[0], height_ratios=rooms[1])
        return [film, self.cover.add_subfigure(middle[1, 1])]
