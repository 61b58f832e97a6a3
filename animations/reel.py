"""A scene on its way to a file: its frames one by one, how long each is shown, and a progress bar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from animations.painter import Painter
from animations.scene import Scene


@dataclass
class Reel:
    """What `render` was asked for; it hands this to the writer of a format."""

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

    def frames(self) -> Iterator[np.ndarray]:
        """Yield every frame (H, W, 4) uint8; each is valid until the next."""
        numbers = range(self.scene.frames)
        for number in tqdm(numbers, desc=self.title, unit=" frames", leave=False, disable=not self.progress):
            yield self.painter.paint(number)

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
