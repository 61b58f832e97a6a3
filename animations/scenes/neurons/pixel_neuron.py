"""One neuron that looks at two pictures: pixels times weights make a third map, and its pixels add up to the answer.

    red channel x  ·  weights w  =  products x · w,  all of them + b → sum → sigmoid → predicted

All maps of a frame have the same colours and scale, which grows with the weights: blue, above zero, counts for "yes";
red, below zero, for "no". So a bright pixel keeps its weight's colour, and a dark pixel makes it pale.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D

from animations.data import instance, positions, texts
from animations.kit import style
from animations.kit.colours import NEGATIVE, POSITIVE, growing_limits
from animations.kit.correct_counts import CorrectCounts, few_counts, in_words, write_counts
from animations.kit.labels import with_article
from animations.kit.maps import draw_map, draw_scale
from animations.kit.numbers import three_decimals
from animations.kit.page import Page, PageScene
from animations.scenes.neurons.circles import draw_circle
from animations.scenes.neurons.pixel_states import PixelStates
from animations.scenes.neurons.pixel_whys import pixel_why
from animations.why import Why

SMALL, SIDE, WEIGHTS = 96, 224, 288  # of the picture; of its red channel and its products; of the weights
LEFT, RED, MIDDLE, PRODUCTS, ADDED = 30, 150, 438, 790, 1036  # where the columns begin
WIDE = 172  # the column of the sum
ROWS, CENTRE = (474, 210), 342  # the middles of both rows, and of the weights between them


class PixelNeuron(PageScene):
    """Two pictures, one above the other, on their way through the neuron of `states`; its weights are between them.

    targets   the true answer for each picture, 0 or 1
    counts    how many answers are correct, in the frames of `states`
    names     precede the gids of a picture's numbers: "horse" gives "horse.plus", "horse.sum", …
    answers   the names of the classes 0 and 1
    notes     a word about each picture, below what it shows
    """

    states: PixelStates = instance(PixelStates)
    targets: list[int] = positions("P", 2)
    counts: tuple[CorrectCounts, ...] = few_counts("S")
    names: tuple[str, ...] = texts("P", kw_only=True)
    answers: tuple[str, ...] = texts(2, kw_only=True)
    notes: tuple[str, ...] = texts("P", kw_only=True)

    size = (1378, 684)

    def prepare(self) -> None:
        if len(self.names) != len(ROWS) or len(set(self.names)) != len(ROWS):
            raise ValueError(f"PixelNeuron: expected two pictures with different names, got {self.names}")
        self.limits = growing_limits(self.states.w)

    def why(self, gid: str, frame: int) -> Why | None:
        return pixel_why(self, gid, frame)

    def draw(self, figure: FigureBase) -> None:
        self.page = page = Page(figure, self.size)
        end = page.clock((LEFT, 650), "Update", "step", self.states.steps, self.states.last, size=style.LARGE)
        page.phase((end + 22, 650))
        self._draw_weights()
        self._draw_headings()
        for picture, y in enumerate(ROWS):
            self._draw_picture(picture, y)
            self._draw_sum(picture, y)
            self._draw_answer(picture, y)

    def said(self, picture: int, frame: int) -> str:
        """Return the neuron's answer to a picture, and whether it is right; one half counts as the second answer."""
        total, true = self.states.sums[frame, picture], self.targets[picture]
        answer = int(total > 0)
        if total == 0:
            return f"counts as {self.answers[1]}"
        return f"says {self.answers[answer]} {'✓' if answer == true else '✗'}"

    def describe(self, frame: int) -> str:
        states = self.states
        shown = "; ".join(
            f"shown {with_article(self.answers[target])}, it {self.said(picture, frame)}, the probability of "
            f"{self.answers[1]} is {states.predicted[frame, picture]:.3f}"
            for picture, target in enumerate(self.targets)
        )
        return f"Update {states.steps[frame]} of {states.last}: {shown}; correct: {in_words(self.counts, frame)}."

    def _draw_weights(self) -> None:
        """Draw the map of the weights, and below it the meaning of its colours and the number of correct answers."""
        page, right, bottom = self.page, MIDDLE + WEIGHTS, CENTRE - WEIGHTS // 2
        draw_map(page, (MIDDLE, bottom), WEIGHTS, self.states.w.reshape(-1, *self.states.shape), self.limits)
        draw_scale(page, (MIDDLE, bottom - 32), WEIGHTS, self.limits)
        for word, x, ha in zip(self.answers, (MIDDLE, right), ("left", "right"), strict=True):
            page.quiet(f"for {word}", (x, bottom - 72), ha=ha)
        page.quiet("correct answers", (MIDDLE, bottom - 108))
        write_counts(page, self.counts, (MIDDLE, bottom - 136), right)

    def _draw_headings(self) -> None:
        """Write the name of each column above it, and the operations between them."""
        page, top = self.page, ROWS[0] + SIDE // 2 + 18
        page.text("red channel x", (RED + SIDE / 2, top), color=style.INPUT, ha="center")
        count = page.number("{:.0f}", "weights", self.states.w.shape[1], color=style.WEIGHT)
        page.row((MIDDLE + 80, CENTRE + WEIGHTS // 2 + 18), count, page.text("weights w", color=style.WEIGHT))
        page.text("products x · w", (PRODUCTS + SIDE / 2, top), ha="center")
        page.text("all added up", (ADDED, top))
        for y in ROWS:
            page.text("·", ((RED + SIDE + MIDDLE) / 2, y), size=40, ha="center")
            page.text("=", ((MIDDLE + WEIGHTS + PRODUCTS) / 2, y), size=22, ha="center")

    def _draw_picture(self, picture: int, y: int) -> None:
        """Draw a picture, its red channel, and its products with the weights."""
        page, states, half = self.page, self.states, SIDE // 2
        page.text(with_article(self.answers[self.targets[picture]]), (LEFT, y + 96), size=style.LARGE, weight="bold")
        page.quiet(self.notes[picture], (LEFT, y + 70))
        page.image((LEFT, y - SMALL // 2), (SMALL, SMALL)).imshow(states.pictures[picture], interpolation="nearest")
        red = page.image((RED, y - half), (SIDE, SIDE))
        red.imshow(states.red[picture], cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        products = states.products[:, picture].reshape(-1, *states.shape)
        draw_map(page, (PRODUCTS, y - half), SIDE, products, self.limits)

    def _draw_sum(self, picture: int, y: int) -> None:
        """Write the sum of the positive products, that of the negative ones, the bias, and below a line the total."""
        page, states, name, right = self.page, self.states, self.names[picture], ADDED + WIDE
        for height, word, gid, values, color in (
            (84, "positive", "plus", states.plus[:, picture], POSITIVE),
            (57, "negative", "minus", states.minus[:, picture], NEGATIVE),
            (30, "bias", f"{states.layer}.b[0]", states.b, style.BIAS),
        ):
            page.text(word, (ADDED, y + height), color=color)
            page.number(three_decimals, f"{name}.{gid}", values, (right, y + height), color=color)
        page.rule((ADDED, right), y + 15)
        page.text("sum", (ADDED, y), weight="bold")
        page.number(three_decimals, f"{name}.sum", states.sums[:, picture], (right, y), weight="bold")

    def _draw_answer(self, picture: int, y: int) -> None:
        """Draw the sigmoid, and the probability as a bar between the two answers."""
        page, (no, yes), (x, left, half) = self.page, self.answers, (ADDED + WIDE + 56, ADDED + WIDE + 106, 64)
        draw_circle(page, (x, y), 26, "", style.INK, width=2)
        t = np.linspace(-1, 1, 30)
        page.axes.add_line(Line2D(x + 18 * t, y + 30 / (1 + np.exp(-5 * t)) - 15, color=style.INK, zorder=2))
        page.quiet("sigmoid", (x, y + 42), ha="center", size=style.SMALL)
        page.arrow((ADDED + WIDE + 6, y), (x - 28, y), style.INK, head=11)
        page.arrow((x + 27, y), (left - 3, y), style.INK, head=11)
        page.probability((left, y - half), (30, 2 * half), self.states.predicted[:, picture])
        page.text(yes, (left + 15, y + half + 18), ha="center")
        page.text(no, (left + 15, y - half - 18), ha="center")
        values = self.states.predicted[:, picture]
        page.quiet("probability", (x, y - 42), ha="center", size=style.SMALL)
        page.number(three_decimals, f"{self.names[picture]}.predicted", values, (x, y - 64), ha="center", weight="bold")
        page.verdict(lambda frame: self.said(picture, frame), (left + 40, y - half - 52), ha="right")
