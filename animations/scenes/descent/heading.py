"""A heading over scenes with the same rule and clock: Stacked(Heading(…), SideBySide(…))."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase

from animations import checks, data
from animations.kit import style
from animations.kit.page import Page, PageScene
from animations.scenes.descent.whys import clock_why
from animations.why import Why


class Heading(PageScene):
    """The rule, and the step of each frame, so that no panel needs its own clock.

    rule     what happens in a step, on one line
    clock    (S,) the step of each frame
    width    of the picture, in pixels
    said     the words for step 0, and for later steps
    """

    rule: str = data.text()
    clock: np.ndarray = data.clock("S")
    width: int = data.integer(default=1200)
    said: tuple[str, ...] = data.texts(2, default=("initialise", "adjust, repeat"), kw_only=True)

    def prepare(self) -> None:
        self.size = checks.size("Heading", (self.width, 60))

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size)
        self.page.step((30, 30), self.clock, lambda frame: self.said[int(self.clock[frame] > 0)])
        self.page.text(self.rule, (330, 30), size=style.LARGE)  # visible even if the right end is not

    def describe(self, frame: int) -> str:
        return f"Step {self.clock[frame]}: {self.rule}."

    def why(self, gid: str, frame: int) -> Why | None:
        return clock_why(self.clock[frame]) if gid == "step" else None
