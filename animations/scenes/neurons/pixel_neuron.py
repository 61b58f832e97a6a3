"""One neuron that looks at a picture: its pixels, a few of its many weights, the sum, the sigmoid, the answer.

picture → red channel → x[0] ──w[0]──╲
                        x[1] ──w[1]───→ Σ + b → sigmoid → predicted, the probability of "yes"
                         ⋮           ╱
                        x[D-1] ─────
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon, Rectangle

from animations import checks
from animations.engine.text import Form, Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes
from animations.kit.images import frame_pixels, image_axes
from animations.kit.numbers import three_decimals
from animations.scene import Scene
from animations.scenes.neurons.pixel_states import PixelStates, spread_pixels

LETTERS = "abcde"  # names of the pixels that are shown
ROWS = (370, 328, 286, 244, 202)  # heights of the shown inputs, in pixels
REST, BIAS = 160, 110  # of the dots for the others, and of the bias
TOTAL, SQUEEZE = (330, 244), (418, 244)  # where sum and sigmoid stand
SIDE = 192  # of a picture
LEAST = 3  # rows and columns of a picture, for five pixels apart
LOW, HIGH = 119, 369  # ends of the bar: probabilities 0 and 1


class PixelNeuron(Scene):
    """One of the pictures of `states`, number `which`, on its way through the neuron.

    answers   the names of the classes that probabilities of 0 and 1 mean
    target    which of them is true, 0 or 1
    note      a word on the picture, beside its name
    name      stands before the gids of the numbers: "horse" gives "horse.x[528]", "horse.dense_1.w[528,0]", "horse.sum"

    A line is as thick as its weight is large, compared with the largest that the lines ever stand for, and dashed while
    that is negative.
    """

    size = (540, 700)

    def __init__(
        self, states: PixelStates, which: int, *, answers: tuple[str, str], target: int, note: str, name: str
    ) -> None:
        who, self.states = "PixelNeuron", checks.instance("PixelNeuron", "states", states, PixelStates)
        if min(states.red.shape[1:]) < LEAST:
            raise ValueError(
                f"PixelNeuron: pictures must have {LEAST} rows and columns at least, got {states.red.shape[1:]}"
            )
        self.which = checks.position(who, "which", which, len(states.pictures))
        self.answers, self.target = (
            checks.texts(who, "answers", answers, (2,)),
            checks.position(who, "target", target, 2),
        )
        self.note, self.name = checks.text(who, "note", note), checks.text(who, "name", name)
        self.frames = len(states.epochs)
        self.pixels = spread_pixels(*states.red.shape[1:])

    def draw(self, figure: FigureBase) -> None:
        self.page = pixel_axes(figure, self.size)
        self.numbers: list[tuple[Number, np.ndarray]] = []  # with the value of each frame
        self.lines: list[tuple[Line2D, np.ndarray]] = []  # the same for what a line stands for
        self._draw_pictures(figure)
        self._draw_inputs()
        self._draw_neuron()
        self._draw_answer()

    def update(self, frame: int) -> list[Artist]:
        for number, values in self.numbers:
            number.set_value(values[frame])
        largest = max(np.abs(values).max() for _, values in self.lines) or 1
        for line, values in self.lines:
            line.set_linewidth(1 + 0.5 * round(10 * abs(values[frame]) / largest))  # in steps: smaller files
            line.set_linestyle("-" if values[frame] >= 0 else (0, (1.5, 1)))
        self.bar.set_height(self.states.predicted[frame, self.which] * (HIGH - LOW))
        said = self.said(frame)
        self.verdict.set_text(said)
        self.verdict.set_color({"✓": style.TARGET, "✗": style.ERROR}.get(said[-1], style.QUIET))
        changing = [*(line for line, _ in self.lines), self.bar, self.half, self.verdict]
        return [*changing, *(number for number, _ in self.numbers)]

    def said(self, frame: int) -> str:
        """Return the neuron's answer, and whether that is right."""
        total = self.states.sums[frame, self.which]
        if total == 0:  # a probability of a half
            return "cannot tell"
        answer = int(total > 0)
        return f"says {self.answers[answer]} {'✓' if answer == self.target else '✗'}"

    def describe(self, frame: int) -> str:
        states, (_, yes) = self.states, self.answers
        return (
            f"Epoch {states.epochs[frame]} of {states.last}, shown a {self.answers[self.target]}: the neuron "
            f"{self.said(frame)}, the probability of {yes} is {states.predicted[frame, self.which]:.3f}."
        )

    def _draw_pictures(self, figure: FigureBase) -> None:
        """Draw the picture and its red channel, with the names of the pixels that are shown below."""
        shape = self.states.red.shape[1:]
        title = add_label(self.page, 30, 672, f"a {self.answers[self.target]}", size=style.LARGE, weight="bold")
        add_label(self.page, title.get_window_extent().x1 - title.get_window_extent().x0 + 42, 672, self.note,
                  color=style.QUIET)  # fmt: skip
        picture = image_axes(figure, self.size, (30, 452), (SIDE, SIDE))
        picture.imshow(self.states.pictures[self.which], interpolation="nearest")
        red = image_axes(figure, self.size, (258, 452), (SIDE, SIDE))
        red.imshow(self.states.red[self.which], cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        frame_pixels(red, self.pixels, shape)
        for letter, pixel in zip(LETTERS, self.pixels, strict=True):
            row, column = divmod(pixel, shape[1])
            add_label(red, column + 1.4, row, letter, size=style.SMALL,
                      bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 1})  # fmt: skip
        add_label(self.page, 240, 548, "→", ha="center", color=style.QUIET, size=style.LARGE)
        add_label(self.page, 126, 434, "picture", ha="center", color=style.QUIET)
        add_label(self.page, 354, 434, "its red channel", ha="center", color=style.INPUT)
        for y, words in ((626, "bright:"), (606, "much"), (498, "dark:"), (478, "little")):
            add_label(self.page, 460, y, words, color=style.QUIET, size=style.SMALL)

    def _draw_inputs(self) -> None:
        """Draw a few pixels with their weights, dots for the others, and the bias."""
        states, x = self.states, self.states.x[self.which]
        add_label(self.page, 124, 398, "x", color=style.INPUT, ha="right")
        add_label(self.page, 216, 398, "w", color=style.WEIGHT, ha="right")
        for letter, pixel, y in zip(LETTERS, self.pixels, ROWS, strict=True):
            add_label(self.page, 30, y, letter)
            self._circle((64, y), 13, "", style.INPUT, face=str(x[pixel]))
            self._number(124, y, "{:.2f}", f"x[{pixel}]", x[pixel], color=style.INPUT)
            add_label(self.page, 140, y, "·", ha="center", color=style.QUIET)
            self._number(216, y, three_decimals, f"{states.layer}.w[{pixel},0]", states.w[:, pixel], color=style.WEIGHT)
            self._line(y, states.w[:, pixel], style.WEIGHT)
        add_label(self.page, 64, REST, "⋮", ha="center", color=style.QUIET, size=style.LARGE)
        self._number(124, REST, "{:.0f}", "others", x.size - len(self.pixels), color=style.QUIET)
        add_label(self.page, 134, REST, "more", color=style.QUIET)
        self._circle((64, BIAS), 13, "1", style.BIAS)
        add_label(self.page, 124, BIAS, "bias", color=style.BIAS, ha="right")
        self._number(216, BIAS, three_decimals, f"{states.layer}.b[0]", states.b, color=style.BIAS)
        self._line(BIAS, states.b, style.BIAS)

    def _draw_neuron(self) -> None:
        """Draw the sum and the sigmoid, each with its number below."""
        states = self.states
        self._circle(TOTAL, 30, "Σ", style.INK, size=style.LARGE)
        self._circle(SQUEEZE, 30, "", style.INK)
        curve = np.linspace(-1, 1, 30)
        heights = 36 / (1 + np.exp(-5 * curve)) - 18
        self.page.add_line(
            Line2D(SQUEEZE[0] + 21 * curve, SQUEEZE[1] + heights, color=style.INK, linewidth=2, zorder=2)
        )
        self._arrow(TOTAL[0] + 32, SQUEEZE[0] - 33)
        self._arrow(SQUEEZE[0] + 32, 478)
        add_label(self.page, SQUEEZE[0], SQUEEZE[1] + 46, "sigmoid", ha="center", color=style.QUIET, size=style.SMALL)
        both = (TOTAL, "sum", "sum", states.sums), (SQUEEZE, "probability", "predicted", states.predicted)
        for (x, y), word, gid, values in both:
            add_label(self.page, x, y - 48, word, ha="center", color=style.QUIET, size=style.SMALL)
            self._number(x, y - 72, three_decimals, gid, values[:, self.which], ha="center", weight="bold")

    def _draw_answer(self) -> None:
        """Draw the probability as a bar between the two answers, and make room for the verdict."""
        no, yes = self.answers
        self.page.add_patch(
            Rectangle((482, LOW), 30, HIGH - LOW, fill=False, edgecolor=style.INK, linewidth=1, zorder=3)
        )
        self.bar = Rectangle((482, LOW), 30, 0, color=style.FAINT, zorder=3)
        self.page.add_patch(self.bar)
        self.half = Line2D([474, 520], [(LOW + HIGH) / 2] * 2, color=style.INK, linestyle="--", linewidth=1, zorder=4)
        self.page.add_line(self.half)
        add_label(self.page, 497, HIGH + 18, yes, ha="center")
        add_label(self.page, 497, LOW - 18, no, ha="center")
        self.verdict = add_label(self.page, 512, 58, "", ha="right", size=style.LARGE, weight="bold")

    def _number(self, x: float, y: float, form: Form, gid: str, values: Any, **settings: Any) -> None:
        """Make a number that shows `values[frame]`, or that one value if it is one."""
        made = add_number(self.page, x, y, form, f"{self.name}.{gid}", **settings)
        if np.ndim(values):
            self.numbers.append((made, values))
        else:
            made.set_value(values)

    def _circle(
        self,
        centre: tuple[float, float],
        radius: float,
        text: str,
        color: str,
        face: str = style.PAPER,
        **settings: Any,
    ) -> None:
        self.page.add_patch(Circle(centre, radius, facecolor=face, edgecolor=color, linewidth=2, zorder=1.5))
        if text:
            add_label(self.page, *centre, text, color=color, ha="center", **settings)

    def _line(self, y: float, values: np.ndarray, color: str) -> None:
        """Draw the line from an input to the sum; it stands for one of `values` in every frame."""
        start, end = np.array([226.0, y]), np.array(TOTAL, float)
        way = (end - start) / np.hypot(*(end - start))
        line = Line2D(*np.transpose([start, end - 34 * way]), color=color, solid_capstyle="butt", dash_capstyle="butt")
        line.set_zorder(3)
        self.page.add_line(line)
        self.lines.append((line, values))

    def _arrow(self, start: float, end: float) -> None:
        y = TOTAL[1]
        self.page.add_line(Line2D([start, end - 8], [y, y], color=style.INK, linewidth=2))
        self.page.add_patch(Polygon([(end, y), (end - 12, y + 6), (end - 12, y - 6)], color=style.INK))
