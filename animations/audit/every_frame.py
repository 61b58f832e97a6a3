"""audit(scene, source): looks at every frame of a scene, as its readers and its recording do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from animations.audit import arguments, colour_blindness, layout, numbers, places, things
from animations.audit.clock import Clock
from animations.audit.contrast import faint_texts
from animations.audit.covered import Background, TextMask
from animations.audit.places import Labels
from animations.audit.redraw import Redraw
from animations.audit.report import Report
from animations.audit.sources import Source, Sources
from animations.audit.texts import Boxes, drawn, nameless_digits, texts_among, texts_of_axes, texts_of_marks
from animations.audit.whys import wrong_whys
from animations.engine.painter import Painter
from animations.groups import Group
from animations.kit import style
from animations.scene import Scene

CHECKS = (
    "number", "twice", "nameless", "board", "mark", "place", "name", "cut off", "covered", "touching", "edge",
    "contrast", "colour blindness", "not returned", "order", "redraw", "no record", "same name", "same colour",
    "not in legend", "why",
)  # fmt: skip
OF_NUMBERS = {"number", "twice", "board", "place"}  # which are not marks of axes
NOT_PAINTED = {*OF_NUMBERS, "nameless", "order", "no record", "why"}  # checks that need no painted frame


def audit(
    scene: Scene,
    source: Source = None,
    *,
    steps: Sequence[int] | None = None,
    allowed: Collection[str] = (),
    places: Callable[[int], Mapping[str, Sequence[float]]] | None = None,
    names: Mapping[str, Labels] | None = None,
    frames: Iterable[int] | None = None,
    checks: Collection[str] = CHECKS,
) -> Report:
    """Look at every frame of a scene, and report every fault.

    source    the right numbers: a Recording; the result of race(…); gid → a value, or one for each frame; a function
              frame → (gid → value); or a list of these, where the first that knows a gid counts. Without a source,
              numbers are not compared
    steps     for a Recording: the update that each frame shows; by default the scene's own `steps`
    allowed   texts whose digits need no source, such as titles; the scene's own `captions` are allowed, too
    places    frame → (gid → (x, y)), in the data coordinates of the axes that hold the number
    names     gid → the label nearest to it on one of its sides, "loss" in `loss 0.25`, or above a column; or several
    frames    look only at these
    checks    do only these of `animations.audit.CHECKS`

    Explanations, those of `scene.why`, are checked in three frames: the first, the middle and the last.

    The scene must not have been drawn yet. ValueError for an unknown check, or a source that does not fit.

    >>> from animations import Scene, audit
    >>> from animations.kit.axes import add_number, pixel_axes
    >>> class Countdown(Scene):
    ...     size, frames = (100, 60), 3
    ...     def draw(self, figure):
    ...         self.number = add_number(pixel_axes(figure, self.size), 60, 30, "{:.1f}", "left", zorder=3)
    ...     def update(self, frame):
    ...         self.number.set_value(2.5 - frame)
    ...         return [self.number]
    >>> print(audit(Countdown(), {"left": [2.5, 1.5, 0.5]}))
    Countdown: 3 frames, 3 texts, 3 numbers, 3 compared with their source, 0 with their place: nothing found
    >>> print(audit(Countdown(), {"left": [2.5, 1.5, 0.7]}))
    Countdown: 3 frames, 3 texts, 3 numbers, 3 compared with their source, 0 with their place: 1 found
    frame 2, number: left shows 0.5, its source says 0.7
    """
    arguments.check_scene(scene)
    arguments.check_places(places)
    arguments.check_names(names)
    arguments.check_steps(steps)
    checked, every = arguments.texts_of("checks", checks), arguments.frames_of(scene, frames)
    if unknown := checked - set(CHECKS):
        raise ValueError(f"audit: unknown check {', '.join(sorted(unknown))}; the checks are {', '.join(CHECKS)}")
    sources = None if source is None else Sources(source, scene, steps)
    allowed = {*arguments.texts_of("allowed", allowed), *_captions(scene), *(sources.names if sources else ())}
    again = {every[0], every[len(every) // 2], every[-1]} if len(every) else set()
    audited = _Audited(scene, sources, allowed, places, names, checked, again)
    for frame in every:
        audited.look_at(frame)
    if len(every):
        audited.look_back(every[-1])
        audited.look_again()
    return audited.report


def _captions(scene: Scene) -> set[str]:
    """Return the texts whose digits belong to names, according to the scene."""
    parts = scene.scenes if isinstance(scene, Group) else ()
    return {*getattr(scene, "captions", ()), *(text for part in parts for text in _captions(part))}


class _Audited:
    """One scene, and what is known about it so far."""

    def __init__(
        self,
        scene: Scene,
        sources: Sources | None,
        allowed: set[str],
        places: Callable[[int], Mapping[str, Sequence[float]]] | None,
        names: Mapping[str, Labels] | None,
        checks: set[str],
        again: set[int],
    ) -> None:
        self.scene, self.sources, self.allowed, self.checks = scene, sources, allowed, checks
        self.places, self.names, self.again = places, names or {}, again
        self.redraw = Redraw(scene) if "redraw" in checks else None
        self.painter = Painter(scene)
        self.ground, self.ink = Background(self.painter), TextMask(self.painter.figure)
        if self.redraw:
            self.painter.paint(0)  # as in a film, all other frames are painted over this one's background
        self.report, self.clock, self.boxes = Report(type(scene).__name__), Clock(), Boxes()
        self.paper = np.round(255 * np.array(to_rgb(style.PAPER))).astype(np.uint8)
        self.seen: set[str] = set()  # gids, and those whose place some frame tells
        self.placed: set[str] = set()

    def look_at(self, frame: int) -> None:
        """Check one frame."""
        if self.checks <= NOT_PAINTED:
            self.scene.update(frame)
        else:
            shown = self.painter.paint(frame).copy()[..., :3]
            if self.redraw and frame in self.again:
                self.redraw.painted[frame] = shown
        artists = self._drawn(frame)
        texts = texts_among(artists)
        with_gid = [text for text in texts if text.get_gid()]
        self.seen |= {str(text.get_gid()) for text in with_gid}
        self.report.frames += 1
        self.report.texts += len(texts)
        self.report.numbers += len(with_gid)
        self._check_numbers(frame, texts, with_gid, artists)
        if not self.checks <= NOT_PAINTED:
            self._check_layout(frame, texts, shown)
            self._check_axes(frame, artists)
        if self.checks & {"not returned", "order"}:
            self.clock.see(frame, texts)
            self._add(frame, "not returned", self.clock.not_returned(self.painter.changing))
        if "why" in self.checks and frame in self.again:
            self._add(frame, "why", wrong_whys(self.scene, frame, with_gid))
        if "no record" in self.checks:
            names, marks = self.sources.names if self.sources else (), texts_of_marks(artists)
            self._add(frame, "no record", self.clock.no_record([t for t in texts if id(t) not in marks], names))

    def look_again(self) -> None:
        """Check that three frames look the same when they are drawn again: after others, and from scratch."""
        for frame in sorted(self.again) if "order" in self.checks else ():
            self.scene.update(frame)
            if self.clock.another_time(frame, texts_among(self._drawn(frame))):
                self._add(frame, "order", [("frame", f"frame {frame} shows other texts if it is drawn after others")])
        for frame, what, message in self.redraw.differing(self.painter) if self.redraw else ():
            self._add(frame, "redraw", [(what, message)])

    def look_back(self, frame: int) -> None:
        """After the last frame, name numbers with a name or a place that were in no frame."""
        self.report.unplaced = self.seen - self.placed
        never = self.names.keys() - self.seen
        self._add(frame, "name", ((gid, f"{gid} should stand by a name, but is in no frame") for gid in never))

    def _drawn(self, frame: int) -> list[Artist]:
        return list(drawn(self.painter.figure, self._later(frame), marks=not self.checks <= OF_NUMBERS))

    def _later(self, frame: int) -> set[int]:
        """Return the ids of the trails that appear after a frame."""
        return {id(artist) for trail in self.painter.trails[frame + 1 :] for artist in trail}

    def _check_numbers(self, frame: int, texts: list[Text], with_gid: list[Text], artists: list[Artist]) -> None:
        self._add(frame, "twice", numbers.twice(with_gid))
        if self.sources is not None:
            self._add(frame, "number", numbers.wrong_numbers(with_gid, self.sources, frame))
            self.report.compared += len(with_gid)
        else:
            self._add(frame, "number", numbers.unreadable(with_gid))
        if "nameless" in self.checks:
            found = set(nameless_digits(texts, texts_of_axes(artists)))
            self.report.captions |= found & self.allowed
            nameless = ((word, f"{word!r} does not say where its digits come from") for word in found - self.allowed)
            self._add(frame, "nameless", nameless)
        said = self.places(frame) if self.places is not None else {}
        self._add(frame, "board", places.off_the_board([text for text in with_gid if text.get_gid() not in said]))
        self._add(frame, "place", places.misplaced(with_gid, said))
        placed = places.placed(with_gid, said, self.names)
        self.report.placed += len(placed)
        self.placed |= {str(text.get_gid()) for text in placed}

    def _check_layout(self, frame: int, texts: list[Text], shown: np.ndarray) -> None:
        boxes = [self.boxes.of(text) for text in texts]
        self._add(frame, "cut off", layout.cut_off(texts, boxes, self.scene.size))
        self._add(frame, "touching", layout.touching(texts, boxes))
        self._add(frame, "name", places.misnamed(texts, boxes, self.names))
        if self.checks & {"edge", "contrast", "covered"}:
            ground = self.ground.paint(frame, texts)
            self._add(frame, "edge", layout.on_the_edge(ground, self.paper))
            self._add(frame, "contrast", faint_texts(texts, boxes, ground))
            self._add(frame, "covered", self.ink.covered(texts, boxes, shown, ground))

    def _check_axes(self, frame: int, artists: list[Artist]) -> None:
        self._add(frame, "same name", things.of_one_name(artists))
        self._add(frame, "same colour", things.of_one_colour(artists))
        self._add(frame, "not in legend", things.not_in_the_legend(artists))
        later = self._later(frame)
        for artist in artists:
            if isinstance(artist, Axis) and "mark" in self.checks:
                self._add(frame, "mark", places.wrong_marks(artist))
            if isinstance(artist, Axes) and "colour blindness" in self.checks:
                shown = [each for child in colour_blindness.judged(artist) for each in drawn(child, later)]
                self._add(frame, "colour blindness", colour_blindness.confused_in(artist, shown))

    def _add(self, frame: int, kind: str, found: Iterable[tuple[str, str]]) -> None:
        if kind in self.checks:
            for what, message in dict(found).items():
                self.report.add(frame, kind, what, message)
