"""A scene and how to show it: how fast, how long, how often, how large."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import KW_ONLY, InitVar, dataclass, field
from itertools import pairwise
from typing import Any, BinaryIO

from animations import checks
from animations.engine.glyphs import MISSING, refuse_missing_letter
from animations.engine.painter import Painter
from animations.engine.settings import DRAWING
from animations.scene import Scene, checked_scene
from tinylearn.checks import as_int, number
from tinylearn.ctrl_c import ctrl_c_later
from tinylearn.progress import Bar

Taker = Generator[None, Any, None]  # takes pictures one by one, (H, W, 4) uint8, each valid until the next
Writer = Callable[["Clip", Painter, BinaryIO, str], Taker]  # of one format; the text is the file's name

OPTIONS = {  # what kind of number, the least, the most
    "fps": (number, 0.01, 60, "lie in 0.01 … 60, or … 50 for .gif and .apng, because viewers do not show more"),
    "hold_first": (number, 0, 600, "be 0 to 600 seconds"),
    "hold_last": (number, 0, 600, "be 0 to 600 seconds"),
    "motion": (as_int, 1, 60, ""),
    "colors": (as_int, 32, 255, ""),
    "loop": (as_int, 0, 65_535, ""),
    "scale": (number, 0.1, 10, ""),
    "explanations": (as_int, 0, 10**9, ""),
}


@dataclass
class Clip:
    """A scene and how to show it. `animations.render.write` writes it to files; `render` makes it from its options.

    fps          frames a second, at most 50 in .gif and .apng, 60 in .mp4 and .html
    hold_first   how many seconds the first frame stays longer
    hold_last    how many seconds the last frame stays longer
    holds        the same for any frame, frame → seconds; negative frames count from the end
    motion       pictures from one frame to the next, for scenes that glide; the film does not get longer
    colors       in the palette of a .gif: 255, or fewer for a smaller file (48 are enough for lines and text)
    loop         how often a .gif, .apng or .html plays; 0: for ever
    scale        pixels per pixel of the scene's size: 2 for high-density screens
    font         a font family for letters that DejaVu Sans lacks
    frame        the frame of a .png; negative counts from the end, None is the last
    explanations bytes of an .html for explaining its numbers; 0: none

    Raises TypeError and ValueError for values that cannot work.
    """

    scene: Scene
    _: KW_ONLY
    fps: float = 5
    hold_first: float = 0
    hold_last: float = 2
    holds: Mapping[int, float] = field(default_factory=dict)
    motion: int = 1
    colors: int = 255
    loop: int = 0
    scale: float = 1
    font: str = ""
    frame: int | None = None
    explanations: int = 2_000_000
    caller: InitVar[str] = "Clip"  # errors name it

    def __post_init__(self, caller: str) -> None:
        frames = checked_scene(caller, self.scene).frames
        for name, (kind, low, high, said) in OPTIONS.items():
            if getattr(self, name) is not getattr(Clip, name):  # its default
                setattr(self, name, checks.within(caller, name, getattr(self, name), kind, low, high, said))
        if self.motion > 1 and not self.scene.glides:
            raise ValueError(
                f"{caller}: leave out motion for {type(self.scene).__name__}, which draws whole frames only, "
                f"got {self.motion}; if its update can draw moments such as 3.5, set glides = True"
            )
        if self.frame is not None:
            self.frame = checks.within(caller, "frame", self.frame, as_int, -frames, frames - 1)
        self.holds = {} if self.holds == {} else checks.mapping(caller, "holds", self.holds)
        for frame, seconds in self.holds.items():
            checks.within(caller, "each frame of holds", frame, as_int, -frames, frames - 1)
            checks.within(caller, f"holds[{frame}]", seconds, *OPTIONS["hold_last"])
        checks.size(f"{caller}: scale {self.scale:g}", [round(self.scale * side) for side in self.scene.size])
        if self.font != "":
            checks.font(caller, "font", self.font)

    def delays(self, per_second: float = 100) -> list[int]:
        """Return how long each picture stays, in hundredths of a second (the unit of GIF) or other parts of a second.

        The next picture makes up for the rounding of the one before, so that the total is right:

        >>> scene = Scene()
        >>> scene.frames = 4
        >>> Clip(scene, fps=6, hold_last=1).delays()
        [17, 16, 17, 117]
        """
        frames, stays = self.scene.frames, defaultdict[int, float](float)  # number of a picture → seconds
        moving_on = (1 - 1 / self.motion) / self.fps  # the last frame stays for the pictures that would lead on
        for frame, seconds in ((0, self.hold_first), (-1, self.hold_last + moving_on), *self.holds.items()):
            stays[frame % frames * self.motion] += seconds
        ends, held = [0], 0.0
        for place in range((frames - 1) * self.motion + 1):
            held += stays[place]
            ends.append(round(per_second * ((place + 1) / (self.fps * self.motion) + held)))
        return [end - start for start, end in pairwise(ends)]

    def play(
        self, outputs: Sequence[tuple[Writer, BinaryIO, str]], progress: bool = False, painted: bool = True
    ) -> None:
        """Let the writers write to their files; hand every picture to all of them.

        If no writer needs the pictures `painted`, the figure only shows them. The films of the chapters take a quarter
        less time when each picture is painted once, not once for each format.
        """
        with ctrl_c_later() as ctrl_c_may_come, ExitStack() as stack:
            stack.enter_context(DRAWING)
            stack.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("error", MISSING)
            try:
                painter, waiting = Painter(self.scene, self.scale, self.font), []
                for write, file, name in outputs:
                    taker = stack.enter_context(closing(write(self, painter, file, name)))
                    if next(taker, "ended") != "ended":
                        waiting.append(taker)
                places = range(len(self.delays()) if waiting else 0)
                for place in Bar(places, outputs[0][-1], unit=" pictures", leave=False, disable=not progress):
                    whole = place % self.motion == 0
                    moment = place // self.motion if whole else place / self.motion
                    if painted:
                        painter.paint(moment)
                    else:
                        painter.show(moment)
                    for taker in waiting:
                        with suppress(StopIteration):  # its last picture
                            taker.send(painter.pixels)
                    ctrl_c_may_come()
            except UserWarning as warning:
                refuse_missing_letter("render", warning)
                raise
