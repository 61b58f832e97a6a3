"""What the filters of a network see in one picture while they learn, and what that contributes to its answer.

    picture (H, W, 3)  →  each filter w (KH, KW, 3), slid over it, plus b, then ReLU  →  its map (OH, OW)
    all maps           →  pooling, one neuron: what each map contributes, plus b      →  sum  →  sigmoid  →  answer

A filter has weights for red, green and blue. Its map is bright wherever it found its pattern.

S frames, F filters.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from animations.data import array, clock, instance, pixels, position, texts
from animations.kit import style
from animations.kit.colours import NEGATIVE, POSITIVE
from animations.kit.filters import HIGH, WIDE, draw_filter
from animations.kit.labels import with_article
from animations.kit.page import Page, PageScene
from animations.kit.whys import explained
from animations.scenes.convolution.map_whys import LETTERS, Origins
from animations.why import Why
from tinylearn import Recording

PICTURE, MAP, BAR = 192, 128, 76  # pixels: the sides of the images, and the longest bar of a contribution
LEFT, APART, DOWN = 304, 214, 232  # of the first filter; from column to column; from row to row


class FeatureMaps(PageScene):
    """A picture, up to eight filters, the map of each, its contribution, and the resulting answer, on one clock.

    picture        (H, W, 3) in [0, 1]
    filters        (S, KH, KW, 3, F)
    maps           (S, OH, OW, F), after ReLU
    contributions  (S, F), what each map adds to the sum of the last neuron; biases (S,), its own bias
    steps          (S,) the update of each frame
    answers        two names: the sigmoid of the sum is the probability of the second
    target         the number of the true one

    To explain these numbers, pass these too; they must give the same ones:

    x              (H, W, 3), the picture as the network sees it, and filter_biases (S, F): they explain the maps,
                   which must then have as many places as the picture has pixels
    weights        (S, PH, PW, F) of the last neuron: they explain the contributions, with PH · PW windows of max
                   pooling next to each other
    recording      of the parameters, update by update: it explains the filters, biases and weights

    All filters share one scale of colours. A map is black at 0, and white at the largest number that it has in any
    frame.

    gids: `step`, `last_step`, `sum`, `b`, `predicted`, and for filter k `contributions[k]`.
    """

    picture: np.ndarray = pixels("H", "W", 3)
    filters: np.ndarray = array("S", "KH", "KW", 3, "F")
    maps: np.ndarray = array("S", "OH", "OW", "F", low=0, hint="; take them after ReLU")
    contributions: np.ndarray = array("S", "F")
    biases: np.ndarray = array("S")
    steps: np.ndarray = clock("S")
    answers: tuple[str, ...] = texts(2)
    target: int = position(2)
    x: np.ndarray | None = array("H", "W", 3, default=None, kw_only=True)
    filter_biases: np.ndarray | None = array("S", "F", default=None, kw_only=True)
    weights: np.ndarray | None = array("S", "PH", "PW", "F", default=None, kw_only=True)
    recording: Recording | None = instance(Recording, default=None, kw_only=True)

    size = (1154, 584)

    def prepare(self) -> None:
        if self.lengths["F"] > len(LETTERS):
            raise ValueError(f"FeatureMaps: expected 1 to {len(LETTERS)} filters, got {self.lengths['F']}")
        self.limit = float(np.abs(self.filters).max()) or 1.0
        self.sums = self.contributions.sum(axis=1) + self.biases  # (S,)
        self.predicted = 0.5 + np.tanh(self.sums / 2) / 2  # (S,), the sigmoid, at any size
        self.origins = Origins(self)

    def why(self, gid: str, frame: int) -> Why | None:
        recorded, told = self.origins.recorded, explained(gid, self.origins.table, self, frame)
        return told if told or recorded is None else recorded.chain.why(gid, int(self.steps[frame]))

    def draw(self, figure: FigureBase) -> None:
        self.page = page = Page(figure, self.size)
        page.clock((30, 548), "Update", "step", self.steps, self.steps[-1], "last_step", size=style.LARGE)
        page.words(["adjust, repeat" if step else "initialise" for step in self.steps], (30, 516), color=style.QUIET)
        page.text("where each filter fits, and what that says", (LEFT, 548), size=style.LARGE)
        page.quiet("filters, for red, green, blue: a weight above zero is blue, one below zero red; "
                   "maps: white where it fits best", (LEFT, 516), size=style.SMALL)  # fmt: skip
        self._draw_picture()
        for k in range(self.lengths["F"]):
            row, column = divmod(k, len(LETTERS) // 2)
            self._draw_filter(k, LEFT + APART * column, 484 - DOWN * row)

    def said(self, frame: int) -> str:
        """Return the answer, and whether it is right; a sum of zero counts as the second answer."""
        answer = int(self.sums[frame] > 0)
        return (
            f"says {self.answers[answer]} {'✓' if answer == self.target else '✗'}"
            if self.sums[frame]
            else f"counts as {self.answers[1]}"
        )

    def describe(self, frame: int) -> str:
        pairs = zip(LETTERS, self.contributions[frame], strict=False)
        return (
            f"Update {self.steps[frame]} of {self.steps[-1]}, shown {with_article(self.answers[self.target])}: the "
            f"network {self.said(frame)}. The maps contribute "
            f"{', '.join(f'{letter} {value:+.2f}' for letter, value in pairs)}; the probability of {self.answers[1]} "
            f"is {self.predicted[frame]:.3f}."
        )

    def _draw_picture(self) -> None:
        """Draw the picture, and below it the answer: the sum, and its sigmoid as a bar between the two names."""
        page, (left, low), (no, yes) = self.page, (30, 92), self.answers
        page.image((left, 292), (PICTURE, PICTURE)).imshow(self.picture, interpolation="nearest")
        page.quiet(with_article(self.answers[self.target]), (left, 272))
        for y, words, gid, values in ((228, "bias b", "b", self.biases), (202, "all maps + b", "sum", self.sums)):
            page.quiet(words, (left, y))
            page.number("{:+.2f}", gid, values, (left + PICTURE, y))
        page.named((left, 160), f"probability of {yes}", "{:.3f}", "predicted", self.predicted, weight="bold")
        around = Rectangle((left, low), PICTURE, 24, fill=False, edgecolor=style.INK, linewidth=1, zorder=3.5)
        page.bind(page.axes.add_patch(around))
        bar = page.axes.add_patch(Rectangle((left, low), 0, 24, color=style.FAINT, zorder=3))
        page.bind(bar, width=PICTURE * self.predicted)
        half = (left + PICTURE / 2, low - 6), (left + PICTURE / 2, low + 30)
        page.bind(page.line(*half, style.INK, linestyle="--", linewidth=1, zorder=4))  # it lies on the bar
        page.quiet(no, (left, low - 18))
        page.quiet(yes, (left + PICTURE, low - 18), ha="right")
        page.verdict(self.said, (left, 36))

    def _draw_filter(self, k: int, left: int, top: int) -> None:
        """Draw filter k, next to it its map, and below them the contribution of the map."""
        page, right = self.page, left + WIDE + 10
        page.text(LETTERS[k], (left - 9, top - 20), weight="bold", ha="right")
        draw_filter(page, (left, top - HIGH), self.filters[..., k], self.limit)
        answers, of_map = self.maps[..., k], page.image((right, top - (HIGH + MAP) // 2), (MAP, MAP))
        shown = of_map.imshow(answers[0], cmap="gray", vmin=0, vmax=float(answers.max()) or 1, interpolation="nearest",
                              zorder=3)  # fmt: skip
        page.bind(shown, data=answers)
        self._draw_contribution(k, (right + MAP / 2, top - HIGH - 22))

    def _draw_contribution(self, k: int, zero: tuple[float, float]) -> None:
        """Draw a bar from zero, to the right or to the left, and below it its number and the answer that it favours."""
        page, values, (x, y) = self.page, self.contributions[:, k], zero
        width = BAR * values / (np.abs(self.contributions).max() or 1)
        bar = page.axes.add_patch(Rectangle((x, y - 7), 0, 14, linewidth=1.5, zorder=3))
        above = values >= 0
        page.bind(bar, width=width, edgecolor=np.where(above, POSITIVE, NEGATIVE), linestyle=np.where(above, "-", "--"),
                  facecolor=np.where(above, POSITIVE, style.PAPER))  # fmt: skip
        page.bind(page.line((x, y - 12), (x, y + 12), style.INK, linewidth=1, zorder=4))  # it lies on the bar
        page.number("{:+.2f}", f"contributions[{k}]", values, (x - 4, y - 27))
        page.words([f"for {self.answers[int(value > 0)]}" if value else "" for value in values], (x + 4, y - 27),
                   color=style.QUIET)  # fmt: skip
