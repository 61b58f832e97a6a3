"""How many answers are right, epoch by epoch: the counts, and the shares as lines that grow."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator

from animations.data import clock, text
from animations.kit import style
from animations.kit.page import Page, PageScene, Place
from animations.kit.tallies import LOOKS, ROW, Tally, few_tallies, in_words, write_counts


class TallyCurves(PageScene):
    """The share of right answers as lines that grow epoch by epoch, and the counts above them.

    epochs    (S,) the epoch of each frame
    title     what kind of model answers
    name      stands before the gids of the numbers: "net" gives "net.epoch", "net.right[0]"
    """

    epochs: np.ndarray = clock("S")
    tallies: tuple[Tally, ...] = few_tallies("S")
    title: str = text(kw_only=True)
    name: str = text(kw_only=True)

    size = (560, 600)
    glides = True
    box = (70, 64, 450, 320)  # of the axes, in pixels: left, bottom, width, height

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size, self.name)
        self._draw_counts()
        self._draw_lines()

    def describe(self, frame: int) -> str:
        return f"{self.title}, epoch {self.epochs[frame]}: right are {in_words(self.tallies, frame)}."

    def _draw_counts(self) -> None:
        """Write the heading, the epoch, and a row for each tally."""
        page = self.page
        page.text(self.title, (40, 564), size=style.LARGE, weight="bold")
        page.named((40, 528), "epoch", "{:.0f}", "epoch", self.epochs, weight="bold")
        self._draw_rows((40, 486), 520)

    def _draw_rows(self, place: Place, right: float) -> None:
        """Write a row for each tally, from `place` down to `right`: a piece of its line, its name, its count."""
        left, top = place
        write_counts(self.page, self.tallies, (left + 68, top), right)
        for row, look in enumerate(LOOKS[: len(self.tallies)]):
            self.page.axes.plot([left, left + 26, left + 52], [top - ROW * row] * 3,
                                linewidth=2, markersize=8, markevery=[1], **look)  # fmt: skip

    def _draw_lines(self) -> None:
        """Draw the axes, and a line and its tip for each tally."""
        last = max(self.epochs[-1], 1)
        axes = self.page.plot(self.box, xlabel="epoch", xlim=(-0.02 * last, 1.03 * last),
                              ylabel="share of right answers", ylim=(0, 1.04))  # fmt: skip
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2.5, 5, 10], integer=True))
        for row, (tally, look) in enumerate(zip(self.tallies, LOOKS, strict=False)):
            self.page.grow(axes, self.epochs, tally.right / tally.total, markersize=8, zorder=3 + row / 10, **look)


class TallyStrip(TallyCurves):
    """The same in a low, wide strip, to stand below other scenes: counts and shares on the left, lines on the right.

    Gids as there, and "net.last_epoch", "net.share[0]".
    """

    size = (1200, 270)
    box = (624, 58, 536, 186)

    def _draw_counts(self) -> None:
        page, top = self.page, 144
        page.text(self.title, (30, 230), size=style.LARGE, weight="bold")
        end = page.clock((30, 192), "Epoch", "epoch", self.epochs, self.epochs[-1])
        page.phase((end + 24, 192))
        self._draw_rows((30, top), 526)
        for row, tally in enumerate(self.tallies):
            share = tally.right / tally.total
            page.number("{:.1%}", f"share[{row}]", share, (338, top - ROW * row), weight="bold")
