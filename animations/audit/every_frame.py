"""audit(scene, source): every frame of a scene, looked at as its readers and its recording do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_rgb
from matplotlib.figure import FigureBase
from matplotlib.text import Text

from animations import style
from animations.audit import colour_blindness, layout, numbers, places
from animations.audit.clock import Clock
from animations.audit.contrast import LEAST, faint
from animations.audit.report import Report
from animations.audit.sources import Source, Sources
from animations.audit.texts import Boxes, drawn, drawn_texts, nameless_digits, texts_of_axes
from animations.painter import Painter
from animations.scene import Scene

CHECKS = (
    "number", "twice", "nameless", "board", "mark", "place", "name", "cut off", "touching", "edge", "contrast",
    "colour blindness", "not returned", "order",
)  # fmt: skip


def audit(
    scene: Scene,
    source: Source = None,
    *,
    steps: Sequence[int] | None = None,
    allowed: Collection[str] = (),
    places: Callable[[int], Mapping[str, Sequence[float]]] | None = None,
    names: Mapping[str, str] | None = None,
    frames: Iterable[int] | None = None,
    checks: Collection[str] = CHECKS,
) -> Report:
    """Look at every frame of a scene, and report what is wrong.

    source    what its numbers are: a Recording; gid → a value, or one for each frame; a function frame → (gid → value);
              a list of these, of which the first that knows a gid counts. Without it no number is compared
    steps     the update that each frame shows, for a Recording; told by the scene's own `steps` if it has them
    allowed   texts whose digits come from nowhere: titles, captions
    places    frame → (gid → (x, y)), in the data of the axes that the number is in
    names     gid → the label that stands before it
    frames    only these
    checks    only these of `animations.audit.CHECKS`

    The scene must not have been drawn before. ValueError for an unknown check, or a source that does not fit.

    >>> from animations import Scene, audit
    >>> from animations.drawing import add_number, pixel_axes
    >>> class Countdown(Scene):
    ...     size, frames = (100, 60), 3
    ...     def draw(self, figure):
    ...         self.number = add_number(pixel_axes(figure, self.size), 60, 30, "{:.1f}", "left", zorder=3)
    ...     def update(self, frame):
    ...         self.number.set_value(2.5 - frame)
    ...         return [self.number]
    >>> print(audit(Countdown(), {"left": [2.5, 1.5, 0.5]}))
    Countdown: 3 frames, 3 texts, 3 numbers, 3 compared with their source: nothing found
    >>> print(audit(Countdown(), {"left": [2.5, 1.5, 0.7]}))
    Countdown: 3 frames, 3 texts, 3 numbers, 3 compared with their source: 1 found
    frame 2, number: left shows 0.5, its source says 0.7
    """
    unknown = set(checks) - set(CHECKS)
    if unknown:
        raise ValueError(f"audit: there is no check {', '.join(sorted(unknown))}; there is {', '.join(CHECKS)}")
    every = range(scene.frames) if frames is None else list(frames)
    sources = None if source is None else Sources(source, scene, steps)
    audited = _Audited(scene, sources, allowed, places, names, set(checks))
    for frame in every:
        audited.look_at(frame)
    if "order" in checks:
        for frame in {every[0], every[len(every) // 2], every[-1]} if len(every) else ():
            audited.look_again(frame)
    return audited.report


class _Textless(Scene):
    """A scene of whose texts nothing can be seen while it is painted: what lies under them."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.size, self.frames = scene, scene.size, scene.frames
        self.alphas: list[tuple[Text, float | None]] = []

    def draw(self, figure: FigureBase) -> None:
        self.figure = figure
        self.scene.draw(figure)

    def trail(self, frame: int) -> Sequence[Artist]:
        return self.scene.trail(frame)

    def update(self, frame: int) -> Sequence[Artist]:
        changed = self.scene.update(frame)
        self.alphas = [(text, text.get_alpha()) for text in drawn_texts(self.figure)]
        for text, _ in self.alphas:  # invisible ones would move the labels of axes
            text.set_alpha(0)
        return changed

    def show_texts(self) -> None:
        for text, alpha in self.alphas:
            text.set_alpha(alpha)


class _Audited:
    """One scene, and what is known of it so far."""

    def __init__(
        self,
        scene: Scene,
        sources: Sources | None,
        allowed: Collection[str],
        places: Callable[[int], Mapping[str, Sequence[float]]] | None,
        names: Mapping[str, str] | None,
        checks: set[str],
    ) -> None:
        self.sources, self.allowed, self.places, self.names, self.checks = sources, allowed, places, names, checks
        self.textless = _Textless(scene)
        self.painter = Painter(self.textless)
        self.report, self.clock, self.boxes = Report(type(scene).__name__), Clock(), Boxes()
        self.paper = np.round(255 * np.array(to_rgb(style.PAPER))).astype(np.uint8)

    def look_at(self, frame: int) -> None:
        """Check one frame."""
        pixels = self.painter.paint(frame)[..., :3]
        self.textless.show_texts()
        texts = self._texts(frame)
        with_gid = [text for text in texts if text.get_gid()]
        self.report.frames += 1
        self.report.texts += len(texts)
        self.report.numbers += len(with_gid)
        self._check_numbers(frame, texts, with_gid)
        self._check_layout(frame, texts, pixels)
        self._check_axes(frame)
        self._add(frame, "not returned", self.clock.not_returned(texts, self.painter.changing))
        self.clock.another_time(frame, texts)

    def look_again(self, frame: int) -> None:
        """Check that a frame is the same when it is drawn again, after others."""
        self.textless.scene.update(frame)
        if self.clock.another_time(frame, self._texts(frame)):
            self._add(frame, "order", [("frame", f"frame {frame} shows other texts when it is drawn after others")])

    def _texts(self, frame: int) -> list[Text]:
        later = {id(artist) for trail in self.painter.trails[frame + 1 :] for artist in trail}
        return drawn_texts(self.painter.figure, later)

    def _check_numbers(self, frame: int, texts: list[Text], with_gid: list[Text]) -> None:
        self._add(frame, "twice", numbers.twice(with_gid))
        if self.sources is not None:
            self._add(frame, "number", numbers.wrong_numbers(with_gid, self.sources, frame))
            self.report.compared += len(with_gid)
        else:
            unread = [str(text.get_gid()) for text in with_gid if numbers.read_number(text.get_text()) is None]
            self._add(frame, "number", ((gid, f"what {gid} shows is not one number") for gid in unread))
        if "nameless" in self.checks:
            found = nameless_digits(texts, texts_of_axes(self.painter.figure), self.allowed)
            self._add(
                frame, "nameless", ((word, f"{word!r} does not say where its digits come from") for word in found)
            )
        self._add(frame, "board", places.off_the_board(with_gid))
        if self.places is not None:
            self._add(frame, "place", places.misplaced(with_gid, self.places(frame)))

    def _check_layout(self, frame: int, texts: list[Text], pixels: np.ndarray) -> None:
        boxes = [self.boxes.of(text) for text in texts]
        self._add(frame, "cut off", layout.cut_off(texts, boxes, self.textless.size))
        self._add(frame, "touching", layout.touching(texts, boxes))
        if "edge" in self.checks and layout.painted_on_edge(pixels, self.paper):
            self._add(frame, "edge", [("edge", "something is painted on the edge of the picture")])
        if "contrast" in self.checks:
            for text, box in zip(texts, boxes, strict=True):
                low, word = faint(text, box, pixels), text.get_text()
                if low is not None:
                    self.report.add(
                        frame, "contrast", word, f"{word!r} has a contrast of {low:.2f} : 1 (least: {LEAST})"
                    )
        if self.names is not None:
            self._add(frame, "name", places.misnamed(texts, boxes, self.names))

    def _check_axes(self, frame: int) -> None:
        later = {id(artist) for trail in self.painter.trails[frame + 1 :] for artist in trail}
        for artist in drawn(self.painter.figure, later):
            if isinstance(artist, Axis) and "mark" in self.checks:
                self._add(frame, "mark", places.wrong_marks(artist))
            if isinstance(artist, Axes) and "colour blindness" in self.checks:
                shown = [each for child in colour_blindness.judged(artist) for each in drawn(child, later)]
                self._add(frame, "colour blindness", colour_blindness.confused_in(artist, shown))

    def _add(self, frame: int, kind: str, found: Iterable[tuple[str, str]]) -> None:
        if kind in self.checks:
            for what, message in found:
                self.report.add(frame, kind, what, message)
