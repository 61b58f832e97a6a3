"""Softmax: scores as bars, and beside them the probabilities that they become.

x[k]  →  eˣ  →  eˣ / (sum of all eˣ)  =  p[k]
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from animations import checks
from animations.engine.text import Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes, plot_axes
from animations.kit.numbers import few_digits
from animations.scene import Scene
from tinylearn.checks import numbers, shortened

BOTTOM, HEIGHT = 0.25, 0.58  # of both axes, in shares of the figure
LEFT_BOX, RIGHT_BOX = (0.075, BOTTOM, 0.38, HEIGHT), (0.6, BOTTOM, 0.38, HEIGHT)


class SoftmaxBars(Scene):
    """Bars of the inputs on the left, of the probabilities on the right, and in a row below them every eˣ.

    inputs, probabilities (S, K): S frames, K numbers; probabilities as the Softmax layer returned them.
    moving: which of the K inputs moves.
    """

    size = (1200, 600)

    def __init__(self, inputs: np.ndarray, probabilities: np.ndarray, *, moving: int) -> None:
        who = "SoftmaxBars"
        self.inputs, self.probabilities = numbers(who, "inputs", inputs), numbers(who, "probabilities", probabilities)
        if self.inputs.ndim != 2 or self.inputs.shape != self.probabilities.shape:
            raise ValueError(
                "SoftmaxBars: inputs and probabilities must have one shape (frames, K), "
                f"got {self.inputs.shape} and {self.probabilities.shape}"
            )
        self.frames, self.count = self.inputs.shape
        if not self.frames:
            raise ValueError("SoftmaxBars: expected at least one frame, got none")
        if not 1 <= self.count <= len(style.SERIES):
            raise ValueError(f"SoftmaxBars: expected 1 to {len(style.SERIES)} inputs, got {self.count}")
        self.moving = checks.position(who, "moving", moving, self.count)
        if not (np.abs(self.inputs) < 700).all():
            wrong = self.inputs[~(np.abs(self.inputs) < 700)][0]
            raise ValueError(
                f"SoftmaxBars: inputs must be numbers between -700 and 700, where eˣ is finite, got {wrong:.10g}"
            )
        self.inputs = checks.array(who, "inputs", inputs, self.inputs.shape)
        self.probabilities = checks.array(who, "probabilities", probabilities, self.inputs.shape, 0, 1.001)
        self.exponentials = np.exp(self.inputs)
        if not np.allclose(self.probabilities, self.exponentials / self.exponentials.sum(axis=1, keepdims=True)):
            raise ValueError(
                "SoftmaxBars: probabilities must be those of the inputs, eˣ / (sum of all eˣ) in each row, got "
                f"{shortened(self.probabilities.tolist())}"
            )

    def draw(self, figure: FigureBase) -> None:
        page = pixel_axes(figure, self.size)
        self.numbers: list[tuple[Number, np.ndarray]] = []  # with the value of each frame
        add_label(page, 90, 556, "inputs x", size=style.LARGE)
        add_label(page, 720, 556, "probabilities p", size=style.LARGE)
        add_label(page, 610, 320, "softmax →", color=style.QUIET, ha="center")
        top = max(float(self.inputs.max()), 1.0)
        floor = 1.12 * min(float(self.inputs.min()), 0.0)
        left = plot_axes(figure, LEFT_BOX, xlim=(-0.6, self.count - 0.4), ylim=(floor, 1.12 * top))
        right = plot_axes(figure, RIGHT_BOX, xlim=(-0.6, self.count - 0.4), ylim=(0, 1.12))
        self.gaps = [0.012 * axes.get_ylim()[1] for axes in (left, right)]  # a few pixels above each bar
        names = [f"input {k + 1}" + (" ↕" if k == self.moving else "") for k in range(self.count)]
        self.left_bars = self._draw_bars(left, names, "x", "{:.1f}", self.inputs)
        self.right_bars = self._draw_bars(right, [f"output {k + 1}" for k in range(self.count)], "p", "{:.5f}",
                                          self.probabilities)  # fmt: skip
        self._draw_sums(page)

    def update(self, frame: int) -> list[Artist]:
        for number, values in self.numbers:
            number.set_value(values[frame])
        both_sides = ((self.left_bars, self.inputs, self.gaps[0]), (self.right_bars, self.probabilities, self.gaps[1]))
        for bars, values, gap in both_sides:
            for (bar, number), value in zip(bars, values[frame], strict=True):
                bar.set_height(value)
                number.set_y(max(value, 0) + gap)
        both = [*self.left_bars, *self.right_bars]
        return [*(bar for bar, _ in both), *(number for number, _ in self.numbers)]

    def describe(self, frame: int) -> str:
        pairs = zip(self.inputs[frame], self.probabilities[frame], strict=True)
        return f"Softmax: {', '.join(f'{x:.1f} becomes {p:.5f}' for x, p in pairs)}."

    def _draw_bars(
        self, axes: Axes, names: Sequence[str], letter: str, form: str, values: np.ndarray
    ) -> list[tuple[Rectangle, Number]]:
        """Draw a bar for each of K names, with its number on top; return the pairs."""
        axes.set_xticks(range(self.count), names)
        axes.grid(visible=False)  # every bar has its number; a line through it would only disturb
        colors = style.SERIES[: self.count]
        bars = axes.bar(range(self.count), values[0], width=0.6, color=colors, zorder=3)
        if letter == "x":
            bars[self.moving].set(edgecolor=style.INK, linewidth=2.5)
        pairs = []
        for k, bar in enumerate(bars):
            number = add_number(axes, k, 0, form, f"{letter}[{k}]", ha="center", va="bottom", color=colors[k], zorder=4)
            self.numbers.append((number, values[:, k]))
            pairs.append((bar, number))
        return pairs

    def _draw_sums(self, page: Axes) -> None:
        """Write eˣ under every input, their sum, and the sum of the probabilities."""
        width, sums = self.size[0], self.exponentials.sum(axis=1)
        add_label(page, 80, 70, "eˣ", color=style.QUIET, ha="right")
        for k in range(self.count):
            x = width * (LEFT_BOX[0] + LEFT_BOX[2] * (k + 0.6) / (self.count + 0.2))
            number = add_number(page, x, 70, few_digits, f"exp[{k}]", ha="center", color=style.SERIES[k])
            self.numbers.append((number, self.exponentials[:, k]))
        add_label(page, 580, 70, "sum", color=style.QUIET)
        self.numbers.append((add_number(page, 700, 70, few_digits, "exp_sum"), sums))
        add_label(page, 900, 70, "p = eˣ / sum", color=style.QUIET, ha="right")
        add_label(page, 1060, 70, "sum of p", color=style.QUIET, ha="right")
        self.numbers.append((add_number(page, 1150, 70, "{:.5f}", "p_sum"), self.probabilities.sum(axis=1)))
