"""One clock for all scenes below it."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase

from animations.data import clock, text, whole
from animations.kit import style
from animations.kit.page import Page, PageScene

LEAST = 600


class ClockStrip(PageScene):
    """A low strip with a title on the left and a clock on the right, such as "Epoch 60 of 125", to stand above others.

    clock   (S,) what it shows in each frame
    width   of the strip, 600 pixels at least
    title   a text; it may be empty
    word    stands before the number, which has the gid "clock"; that of the last has "last_clock"
    """

    clock: np.ndarray = clock("S")
    width: int = whole(default=1200)
    title: str = text(default="", kw_only=True)
    word: str = text(default="Epoch", kw_only=True)

    def prepare(self) -> None:
        if self.width < LEAST:
            raise ValueError(f"ClockStrip: width must be {LEAST} pixels at least, for its clock, got {self.width}")
        self.size = (self.width, 56)

    def draw(self, figure: FigureBase) -> None:
        self.page = page = Page(figure, self.size)
        page.text(self.title, (40, 22), size=style.LARGE, weight="bold")
        end = page.clock((self.width / 2 + 40, 22), self.word, "clock", self.clock, self.clock[-1], size=style.LARGE)
        page.phase((end + 22, 22))

    def describe(self, frame: int) -> str:
        return f"{self.title}: {self.word} {self.clock[frame]} of {self.clock[-1]}.".removeprefix(": ")
