"""How many answers are right, epoch by epoch: the counts, the shares as lines that grow, the gap of overfitting."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import MaxNLocator

from animations.data import clock, text
from animations.kit import style
from animations.kit.axes import add_label
from animations.kit.numbers import whole
from animations.kit.page import Page, PageScene, Place
from animations.kit.tallies import GAP, LOOKS, ROW, Tally, few_tallies, in_words, write_counts


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

    def _draw_lines(self) -> Axes:
        """Draw the axes, and a line and its tip for each tally; return the axes."""
        last = max(self.epochs[-1], 1)
        axes = self.page.plot(self.box, xlabel="epoch", xlim=(-0.02 * last, 1.03 * last),
                              ylabel="share of right answers", ylim=(0, 1.04))  # fmt: skip
        ticks = MaxNLocator(5, steps=[1, 2.5, 5, 10], integer=True).tick_values(0, last)
        axes.set_xticks([*(tick for tick in ticks if tick < 0.9 * last), last])
        for row, (tally, look) in enumerate(zip(self.tallies, LOOKS, strict=False)):
            self.page.grow(axes, self.epochs, tally.right / tally.total, markersize=8, zorder=3 + row / 10, **look)
        return axes


class OverfittingGap(TallyCurves):
    """The same without a clock; what lies between the first line and the second is shaded, and named "overfitting".

    The first tally counts the training set, the second the test set. The gap is how many points, of 100, the share of
    the first is above that of the second. Gids as there, without "net.epoch", and "net.gap".
    """

    size = (560, 560)
    box = (70, 64, 450, 320)

    def prepare(self) -> None:
        if len(self.tallies) < 2:
            raise ValueError(f"OverfittingGap: expected tallies of training set and test set, got {len(self.tallies)}")
        self.train, self.test = (tally.right / tally.total for tally in self.tallies[:2])
        gap = self.train - self.test
        before = np.flatnonzero(gap[:-1] * gap[1:] < 0)
        self.crossings = before + gap[before] / (gap[before] - gap[before + 1])  # moments

    def _draw_counts(self) -> None:
        page, y = self.page, 490 - ROW * len(self.tallies)
        page.text(self.title, (40, 532), size=style.LARGE, weight="bold")
        self._draw_rows((40, 490), 520)
        page.axes.add_patch(Rectangle((40, y - 8), 52, 17, color=GAP))
        page.text("gap: overfitting", (108, y), color=style.ERROR)
        points = page.quiet("points")
        gap = page.number(whole, "gap", 100 * (self.train - self.test), color=style.ERROR, weight="bold")
        page.row((520, y), gap, points, ha="right")

    def _draw_lines(self) -> Axes:
        axes = super()._draw_lines()
        self.page.glide(axes.add_patch(Polygon(np.zeros((1, 2)), color=GAP, linewidth=0, zorder=2.8)), xy=self._between)
        self._name_gap(axes)
        return axes

    def _between(self, moment: float) -> np.ndarray:
        """Return the corners of what is shaded until a moment: there and back."""
        frames = np.unique([*range(int(moment) + 1), *self.crossings[self.crossings < moment], moment])
        epochs, train, test = (
            np.interp(frames, range(self.frames), each) for each in (self.epochs, self.train, self.test)
        )
        there, back = np.c_[epochs, np.maximum(train, test)], np.c_[epochs, test]
        return np.concatenate([there, back[::-1]])

    def _name_gap(self, axes: Axes) -> None:
        """Write into the gap what it is, as soon as it has passed, where both lines leave room for a word."""
        middle, reach = 3 * (self.frames - 1) // 4, max(self.frames // 8, 1)
        first, last = max(middle - reach, 0), min(middle + reach, self.frames - 1)
        low, high = self.test[first : last + 1].max(), self.train[first : last + 1].min()
        if high - low < 0.07:
            return
        look = {"color": style.ERROR, "weight": "bold", "ha": "center", "zorder": 5}
        word = add_label(axes, self.epochs[middle], (low + high) / 2, "overfitting", **look)
        self.page.show([frame >= last for frame in range(self.frames)], word)
