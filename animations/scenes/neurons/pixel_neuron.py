"""One neuron that looks at a picture: its pixels, a few of its many weights, the sum, the sigmoid, the answer.

picture → red channel → x[0] ──w[0]──╲
                        x[1] ──w[1]───→ Σ + b → sigmoid → predicted, the probability of "yes"
                         ⋮           ╱
                        x[D-1] ─────
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from animations.data import instance, position, text, texts
from animations.kit import style
from animations.kit.images import frame_pixels, spread_pixels
from animations.kit.labels import with_article
from animations.kit.numbers import three_decimals
from animations.kit.page import Page, PageScene
from animations.scenes.neurons.pixel_states import PixelStates

LETTERS = "abcde"  # names of the pixels that are shown
ROWS = range(370, 159, -42)  # heights of the shown inputs and of the dots for the others, in pixels
BIAS = 110  # the height of the bias
TOTAL, SQUEEZE = (330, 244), (418, 244)  # where sum and sigmoid stand
SIDE, LOW = 192, 452  # of both pictures, and their lower edge
LEAST = 3  # rows and columns of a picture, for five pixels apart


class PixelNeuron(PageScene):
    """One of the pictures of `states`, number `which`, on its way through the neuron.

    answers   the names of the classes that probabilities of 0 and 1 mean
    target    which of them is true, 0 or 1
    note      a word on the picture, beside its name
    name      stands before the gids of the numbers: "horse" gives "horse.x[528]", "horse.dense_1.w[528,0]", "horse.sum"

    A line is as thick as its weight is large, compared with the largest that the lines ever stand for, and dashed while
    that is negative.
    """

    states: PixelStates = instance(PixelStates)
    which: int = position("P")
    answers: tuple[str, ...] = texts(2, kw_only=True)
    target: int = position(2, kw_only=True)
    note: str = text(kw_only=True)
    name: str = text(kw_only=True)

    size = (540, 700)

    def prepare(self) -> None:
        shape, states = self.states.shape, self.states
        if min(shape) < LEAST:
            raise ValueError(f"PixelNeuron: pictures must have {LEAST} rows and columns at least, got {shape}")
        self.pixels = spread_pixels(*shape)
        self.largest = np.abs(np.c_[states.w[:, self.pixels], states.b]).max()  # that a line stands for

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size, self.name)
        self._draw_pictures()
        self._draw_inputs()
        self._draw_neuron()
        self._draw_answer()

    def said(self, frame: int) -> str:
        """Return the neuron's answer, and whether that is right; a probability of a half is no answer."""
        total = self.states.sums[frame, self.which]
        answer = int(total > 0)
        return f"says {self.answers[answer]} {'✓' if answer == self.target else '✗'}" if total else "cannot tell"

    def describe(self, frame: int) -> str:
        states, shown = self.states, with_article(self.answers[self.target])
        return (
            f"Epoch {states.epochs[frame]} of {states.last}, shown {shown}: the neuron {self.said(frame)}, "
            f"the probability of {self.answers[1]} is {states.predicted[frame, self.which]:.3f}."
        )

    def _draw_pictures(self) -> None:
        """Draw the picture and its red channel, with the names of the pixels that are shown below."""
        page, states, left, right = self.page, self.states, 30, 258
        title = page.text(with_article(self.answers[self.target]), size=style.LARGE, weight="bold")
        page.row((left, 672), title, page.quiet(self.note), space=12)
        page.image((left, LOW), (SIDE, SIDE)).imshow(states.pictures[self.which], interpolation="nearest")
        red = page.image((right, LOW), (SIDE, SIDE))
        red.imshow(states.red[self.which], cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        frame_pixels(red, self.pixels, self.states.shape, LETTERS)
        page.quiet("→", ((left + SIDE + right) / 2, LOW + SIDE / 2), ha="center", size=style.LARGE)
        page.quiet("picture", (left + SIDE / 2, LOW - 18), ha="center")
        page.text("its red channel", (right + SIDE / 2, LOW - 18), color=style.INPUT, ha="center")
        for y, words in ((626, "bright:"), (606, "much"), (498, "dark:"), (478, "little")):
            page.quiet(words, (right + SIDE + 10, y), size=style.SMALL)

    def _draw_inputs(self) -> None:
        """Draw a few pixels with their weights, dots for the others, and the bias."""
        page, states, x, (*rows, rest) = self.page, self.states, self.states.x[self.which], ROWS
        page.text("x", (124, 398), color=style.INPUT, ha="right")
        page.text("w", (216, 398), color=style.WEIGHT, ha="right")
        for letter, pixel, y in zip(LETTERS, self.pixels, rows, strict=True):
            page.text(letter, (30, y))
            page.circle((64, y), 13, "", style.INPUT, face=str(x[pixel]), width=2)
            page.number("{:.2f}", f"x[{pixel}]", x[pixel], (124, y), color=style.INPUT)
            page.quiet("·", (140, y), ha="center")
            self._draw_weight(y, f"{states.layer}.w[{pixel},0]", states.w[:, pixel], style.WEIGHT)
        page.quiet("⋮", (64, rest), ha="center", size=style.LARGE)
        page.number("{:.0f}", "others", x.size - len(rows), (124, rest), color=style.QUIET)
        page.quiet("more", (134, rest))
        page.circle((64, BIAS), 13, "1", style.BIAS, width=2, size=style.MEDIUM)
        page.text("bias", (124, BIAS), color=style.BIAS, ha="right")
        self._draw_weight(BIAS, f"{states.layer}.b[0]", states.b, style.BIAS)

    def _draw_weight(self, y: float, gid: str, values: np.ndarray, color: str) -> None:
        """Write a weight (S,) at a height, and draw the line from there to the sum that stands for it."""
        self.page.number(three_decimals, gid, values, (216, y), color=color)
        line = self.page.line((226, y), TOTAL, color, gaps=(0, 34), zorder=3)
        self.page.signed(line, values, least=1, most=6, largest=self.largest)

    def _draw_neuron(self) -> None:
        """Draw the sum and the sigmoid, each with its number below."""
        page, states = self.page, self.states
        for place, sign, word, gid, values in (
            (TOTAL, "Σ", "sum", "sum", states.sums),
            (SQUEEZE, "", "probability", "predicted", states.predicted),
        ):
            x, y = place
            page.circle(place, 30, sign, style.INK, width=2)
            page.quiet(word, (x, y - 48), ha="center", size=style.SMALL)
            page.number(three_decimals, gid, values[:, self.which], (x, y - 72), ha="center", weight="bold")
        page.quiet("sigmoid", (x, y + 46), ha="center", size=style.SMALL)
        t = np.linspace(-1, 1, 30)
        curve = x + 21 * t, y + 36 / (1 + np.exp(-5 * t)) - 18
        page.axes.add_line(Line2D(*curve, color=style.INK, linewidth=2, zorder=2))
        page.arrow((TOTAL[0] + 32, y), (x - 33, y), style.INK, head=12)
        page.arrow((x + 32, y), (478, y), style.INK, head=12)

    def _draw_answer(self) -> None:
        """Draw the probability as a bar between the two answers, and make room for the verdict."""
        page, (no, yes), (left, low, high) = self.page, self.answers, (482, 119, 369)
        middle, height = (low + high) / 2, high - low
        page.axes.add_patch(Rectangle((left, low), 30, height, fill=False, edgecolor=style.INK, linewidth=1, zorder=3))
        bar = page.axes.add_patch(Rectangle((left, low), 30, 0, color=style.FAINT, zorder=3))
        page.bind(bar, height=self.states.predicted[:, self.which] * height)
        half = (left - 8, middle), (left + 38, middle)
        page.bind(page.line(*half, style.INK, linestyle="--", linewidth=1, zorder=4))  # it lies on the bar
        page.text(yes, (left + 15, high + 18), ha="center")
        page.text(no, (left + 15, low - 18), ha="center")
        page.verdict(self.said, (left + 30, 58), ha="right")
