"""A scene on its way to a file: its frames one by one, how long each is shown, and a progress bar."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from animations.engine.painter import Painter
from animations.scene import Scene

Writer = Generator[None, np.ndarray, None]  # takes frame after frame, (H, W, 4) uint8, each valid until the next


@dataclass
class Reel:
    """What `render` was asked for; it hands this to the writers of formats."""

    scene: Scene
    title: str
    fps: float = 5
    hold_first: float = 0
    hold_last: float = 2
    colors: int = 255
    frame: int | None = None
    progress: bool = False

    def __post_init__(self) -> None:
        self.painter = Painter(self.scene)

    def write(self, writers: Sequence[Writer]) -> None:
        """Let the writers begin, and hand every frame to all that wait for it.

        Painted once, not once for each format, the films of the chapters take a quarter less time.
        """
        waiting = [writer for writer in writers if next(writer, "ended") != "ended"]
        numbers = range(self.scene.frames if waiting else 0)
        for number in tqdm(numbers, desc=self.title, unit=" frames", leave=False, disable=not self.progress):
            frame = self.painter.paint(number)
            for writer in waiting:
                with suppress(StopIteration):  # its last one
                    writer.send(frame)

    def hundredths(self) -> list[int]:
        """Return how long each frame is shown, in hundredths of a second."""
        return frame_delays(self.scene.frames, self.fps, self.hold_last, self.hold_first)


def frame_delays(frames: int, fps: float, hold_last: float, hold_first: float = 0) -> list[int]:
    """Return how long each frame stays, in hundredths of a second, the unit of GIF.

    What is lost to rounding in one frame is made up for in the next, so that the total is right:

    >>> frame_delays(4, fps=6, hold_last=1)
    [17, 16, 17, 117]
    """
    ends = [round(100 * ((number + 1) / fps + hold_first)) for number in range(frames)]
    ends[-1] += round(100 * hold_last)
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]
