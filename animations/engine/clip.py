"""A scene, and how it is to be shown: how fast, how long, how often, how large."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import KW_ONLY, InitVar, dataclass, field
from itertools import pairwise
from typing import BinaryIO

import numpy as np
from tqdm import tqdm

from animations import checks
from animations.engine.glyphs import every_letter
from animations.engine.painter import Painter
from animations.scene import Scene, checked_scene

Taker = Generator[None, np.ndarray, None]  # takes picture after picture, (H, W, 4) uint8, each valid until the next
Writer = Callable[["Clip", Painter, BinaryIO, str], Taker]  # of a format; the text is the file's name


@dataclass
class Clip:
    """A scene and how to show it. `animations.render.write` puts it into files; `render` makes one of its options.

    fps          frames a second, at most 50 in .gif and .apng, 60 in .mp4 and .html
    hold_first   seconds that the first frame stays longer
    hold_last    seconds that the last frame stays longer
    holds        the same of any frames, frame → seconds; negative frames count from the end
    motion       pictures from each frame to the next, for scenes that glide; the film lasts as long
    colors       in the palette of a .gif: 255, or less for a smaller file (48 are enough for lines and text)
    loop         how often a .gif, .apng or .html plays; 0: for ever
    scale        pixels per pixel of the scene's size: 2 for screens of high density
    font         a font family for letters that DejaVu Sans lacks
    frame        the one in a .png; negative counts from the end, None is the last

    Raises TypeError and ValueError for what cannot be shown.
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
    caller: InitVar[str] = "Clip"  # who is named in errors

    def __post_init__(self, caller: str) -> None:
        frames = checked_scene(caller, self.scene).frames
        self.fps = checks.real(caller, "fps", self.fps, 0.01, 60, "lie in 0.01 … 60, since viewers do not show more")
        for name in ("hold_first", "hold_last"):
            setattr(self, name, checks.real(caller, name, getattr(self, name), 0, 600, "be 0 to 600 seconds"))
        self.holds = {
            checks.position(caller, "each frame of holds", frame, frames, low=-frames): checks.real(
                caller, f"holds[{frame}]", seconds, 0, 600, "be 0 to 600 seconds"
            )
            for frame, seconds in checks.mapping(caller, "holds", self.holds).items()
        }
        self.motion = checks.position(caller, "motion", self.motion, 61, low=1)
        if self.motion > 1 and not self.scene.glides:
            raise ValueError(
                f"{caller}: motion must be left out for {type(self.scene).__name__}, which is drawn at whole frames, "
                f"got {self.motion}; if its update(3.5) draws what lies between, let it say so: glides = True"
            )
        self.colors = checks.position(caller, "colors", self.colors, 256, low=32)
        self.loop = checks.position(caller, "loop", self.loop, 65_536)
        self.scale = checks.real(caller, "scale", self.scale, 0.1, 10)
        checks.size(f"{caller}: scale {self.scale:g}", [round(self.scale * side) for side in self.scene.size])
        self.font = checks.font(caller, "font", self.font)
        if self.frame is not None:
            self.frame = checks.position(caller, "frame", self.frame, frames, low=-frames)

    def pictures(self) -> list[float]:
        """Return what is painted: all frames, and with motion of 2 also 0.5, 1.5, …"""
        count = (self.scene.frames - 1) * self.motion + 1
        return [number / self.motion if number % self.motion else number // self.motion for number in range(count)]

    def delays(self, per_second: float = 100) -> list[int]:
        """Return how long each picture stays, in parts of a second: hundredths, the unit of GIF, or others.

        What is lost to rounding in one picture is made up for in the next, so that the total is right:

        >>> scene = Scene()
        >>> scene.frames = 4
        >>> Clip(scene, fps=6, hold_last=1).delays()
        [17, 16, 17, 117]
        """
        last, stays = self.scene.frames - 1, defaultdict[float, float](float, {0: self.hold_first})
        stays[last] += self.hold_last + (1 - 1 / self.motion) / self.fps  # no pictures follow that lead to a next
        for frame, seconds in self.holds.items():
            stays[frame % (last + 1)] += seconds
        ends, held = [0], 0.0
        for number, picture in enumerate(self.pictures()):
            held += stays[picture]
            ends.append(round(per_second * ((number + 1) / (self.fps * self.motion) + held)))
        return [end - start for start, end in pairwise(ends)]

    def play(self, outputs: Sequence[tuple[Writer, BinaryIO, str]], progress: bool = False) -> None:
        """Let writers of formats write to their files; hand every picture to all that wait for it.

        Painted once, not once for each format, the films of the chapters take a quarter less time.
        """
        with every_letter("render"), ExitStack() as stack:
            painter, waiting, title = Painter(self.scene, self.scale, self.font), [], outputs[0][-1]
            for write, file, name in outputs:
                taker = stack.enter_context(closing(write(self, painter, file, name)))
                if next(taker, "ended") != "ended":
                    waiting.append(taker)
            pictures = self.pictures() if waiting else ()
            for picture in tqdm(pictures, desc=title, unit=" pictures", leave=False, disable=not progress):
                pixels = painter.paint(picture)
                for taker in waiting:
                    with suppress(StopIteration):  # its last one
                        taker.send(pixels)
