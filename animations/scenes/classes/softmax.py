"""Softmax: scores as bars, and beside them the probabilities that they become.

x[k]  →  eˣ  →  eˣ / (sum of all eˣ)  =  p[k]
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase

from animations.data import array, position
from animations.kit import style
from animations.kit.axes import add_number
from animations.kit.numbers import few_digits
from animations.kit.page import Page, PageScene, Place
from tinylearn.checks import shortened

LEFT, RIGHT, WIDE = 90, 720, 456  # where inputs and probabilities start, and how wide they are, in pixels
ROW = 70  # the height of the row below them


class SoftmaxBars(PageScene):
    """Bars of the inputs on the left, of the probabilities on the right, and in a row below them every eˣ.

    inputs          (S, K): S frames, K numbers up to 700 and down to -700, where eˣ is finite
    probabilities   (S, K), as the Softmax layer returned them
    moving          which of the K inputs moves
    """

    inputs: np.ndarray = array("S", "K", low=-700, high=700)
    probabilities: np.ndarray = array("S", "K", low=0, high=1.001)
    moving: int = position("K", kw_only=True)

    size = (1200, 600)
    glides = True

    def prepare(self) -> None:
        self.count = self.lengths["K"]
        if self.count > len(style.SERIES):
            raise ValueError(f"SoftmaxBars: expected 1 to {len(style.SERIES)} inputs, got {self.count}")
        self.exponentials = np.exp(self.inputs)
        if not np.allclose(self.probabilities, self.exponentials / self.exponentials.sum(axis=1, keepdims=True)):
            raise ValueError(
                "SoftmaxBars: probabilities must be those of the inputs, eˣ / (sum of all eˣ) in each row, got "
                f"{shortened(self.probabilities.tolist())}"
            )

    def draw(self, figure: FigureBase) -> None:
        page = self.page = Page(figure, self.size)
        page.text("inputs x", (LEFT, 556), size=style.LARGE)
        page.text("probabilities p", (RIGHT, 556), size=style.LARGE)
        page.quiet("softmax →", (610, 320), ha="center")
        names = [f"input {k + 1}{' ↕' if k == self.moving else ''}" for k in range(self.count)]
        heights = 1.12 * min(self.inputs.min(), 0), 1.12 * max(self.inputs.max(), 1)
        bars = self._draw_bars(LEFT, heights, names, "x", "{:.1f}", self.inputs)
        bars[self.moving].set(edgecolor=style.INK, linewidth=2.5)
        names = [f"output {k + 1}" for k in range(self.count)]
        self._draw_bars(RIGHT, (0, 1.12), names, "p", "{:.5f}", self.probabilities)
        self._draw_sums()

    def describe(self, frame: int) -> str:
        pairs = zip(self.inputs[frame], self.probabilities[frame], strict=True)
        return f"Softmax: {', '.join(f'{x:.1f} becomes {p:.5f}' for x, p in pairs)}."

    def _draw_bars(
        self, left: float, heights: Place, names: Sequence[str], letter: str, form: str, values: np.ndarray
    ) -> Sequence[Artist]:
        """Draw a bar for each of K names, with its number on top; return the bars."""
        axes = self.page.plot((left, 150, WIDE, 348), xlim=(-0.6, self.count - 0.4), ylim=heights)
        axes.set_xticks(range(self.count), names)
        axes.grid(visible=False)  # every bar has its number; a line through it would only disturb
        bars = axes.bar(range(self.count), values[0], width=0.6, color=style.SERIES[: self.count], zorder=3)
        tops = np.maximum(values, 0) + 0.012 * heights[1]  # a few pixels above each bar
        for k, bar in enumerate(bars):
            number = add_number(axes, k, 0, form, f"{letter}[{k}]", ha="center", va="bottom", color=style.SERIES[k],
                                zorder=4)  # fmt: skip
            self.page.bind(number, value=values[:, k])
            self.page.glide(number, y=tops[:, k])
            self.page.glide(bar, height=values[:, k])
        return list(bars)

    def _draw_sums(self) -> None:
        """Write eˣ under every input, their sum, and the sum of the probabilities."""
        page = self.page
        page.quiet("eˣ", (80, ROW), ha="right")
        for k, values in enumerate(self.exponentials.T):
            x = LEFT + WIDE * (k + 0.6) / (self.count + 0.2)
            page.number(few_digits, f"exp[{k}]", values, (x, ROW), ha="center", color=style.SERIES[k])
        page.quiet("sum", (580, ROW))
        page.number(few_digits, "exp_sum", self.exponentials.sum(axis=1), (700, ROW))
        page.quiet("p = eˣ / sum", (900, ROW), ha="right")
        total = page.number("{:.5f}", "p_sum", self.probabilities.sum(axis=1))
        page.row((1150, ROW), page.quiet("sum of p"), total, space=12, ha="right")
