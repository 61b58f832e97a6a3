"""Softmax: scores as bars, next to them the powers of e that do all the work, and the resulting probabilities.

x[k]  →  eˣ  →  eˣ / (sum of all eˣ)  =  p[k]
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator

from animations.data import array, position
from animations.engine.text import Form
from animations.kit import style
from animations.kit.axes import add_number
from animations.kit.numbers import few_digits
from animations.kit.page import Page, PageScene, Place
from animations.kit.whys import explained
from animations.scenes.classes.softmax_whys import SOFTMAX
from animations.why import Why
from tinylearn.checks import shortened

PANELS, WIDE = (64, 498, 930), 326  # the inputs, powers and probabilities begin, and their width, in pixels
BOTTOM, HIGH, TITLE, SUM = 130, 350, 548, 62  # the bars stand, their greatest height; the heights of the texts


class SoftmaxBars(PageScene):
    """Bars of the inputs on the left, of each eˣ in the middle, of the probabilities on the right, and their sums.

    The axes never change: a bar twice as high is twice as much.

    inputs          (S, K): S frames, K numbers from -700 to 700, where eˣ is finite
    probabilities   (S, K), as the Softmax layer returned them
    moving          the number of the input that moves
    """

    inputs: np.ndarray = array("S", "K", low=-700, high=700)
    probabilities: np.ndarray = array("S", "K", low=0, high=1.001)
    moving: int = position("K", kw_only=True)

    size = (1280, 600)

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
        names = [f"input {k + 1}{' ↕' if k == self.moving else ''}" for k in range(self.count)]
        low, high = 1.12 * min(self.inputs.min(), 0), max(self.inputs.max(), 1)
        heights = low, max(1.12 * high, high + 0.09 * (high - low))  # with room for a number on the highest bar
        bars = self._draw_bars(PANELS[0], "inputs x", heights, names, "x", "{:.1f}", self.inputs)
        bars[self.moving].set(edgecolor=style.INK, linewidth=2.5)
        names, highest = [f"eˣ {k + 1}" for k in range(self.count)], 1.12 * self.exponentials.max()
        form = few_digits if 0.01 < highest < 1e6 else "{:.1e}"
        self._draw_bars(PANELS[1], "powers eˣ", (0, highest), names, "exp", form, self.exponentials)
        names = [f"output {k + 1}" for k in range(self.count)]
        self._draw_bars(PANELS[2], "probabilities p = eˣ / sum", (0, 1.12), names, "p", "{:.5f}", self.probabilities)
        page.named((PANELS[1], SUM), "sum of eˣ", form, "exp_sum", self.exponentials.sum(axis=1))
        page.named((PANELS[2], SUM), "sum of p", "{:.5f}", "p_sum", self.probabilities.sum(axis=1))

    def describe(self, frame: int) -> str:
        pairs = zip(self.inputs[frame], self.probabilities[frame], strict=True)
        return f"Softmax: {', '.join(f'{x:.1f} becomes {p:.5f}' for x, p in pairs)}."

    def why(self, gid: str, frame: int) -> Why | None:
        return explained(gid, SOFTMAX, self, frame)

    def moments(self) -> tuple[str, Sequence[float]]:
        return "move", range(self.frames)

    def _draw_bars(
        self, left: float, title: str, heights: Place, names: Sequence[str], letter: str, form: Form,
        values: np.ndarray,
    ) -> Sequence[Artist]:  # fmt: skip
        """Draw a bar for each of K names, with its number on top; return the bars."""
        self.page.text(title, (left, TITLE), size=style.LARGE)
        axes = self.page.plot((left, BOTTOM, WIDE, HIGH), xlim=(-0.6, self.count - 0.4), ylim=heights)
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_xticks(range(self.count), names)
        axes.grid(visible=False)  # every bar has its number; lines through it would distract
        bars = axes.bar(range(self.count), values[0], width=0.6, color=style.SERIES[: self.count], zorder=3)
        tops = np.maximum(values, 0) + 0.012 * heights[1]  # a few pixels above each bar
        for k, bar in enumerate(bars):
            number = add_number(axes, k, 0, form, f"{letter}[{k}]", ha="center", va="bottom", color=style.SERIES[k],
                                size=style.MEDIUM if self.count < 5 else style.SMALL, zorder=4)  # fmt: skip
            self.page.bind(number, value=values[:, k], y=tops[:, k])
            self.page.bind(bar, height=values[:, k])
        return list(bars)
