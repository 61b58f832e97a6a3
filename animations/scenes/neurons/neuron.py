"""One neuron with one input, drawn while it learns: a diagram with its numbers, and the line it represents.

    x → (w) → Σ → predicted = w · x + b        ten pairs (x, target), the squared error of each, their mean: the loss
    1 → (b) ↗

Everything in a frame belongs to one step: w and b are the recorded parameters after that step, and predictions, errors
and loss are computed from them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import FigureBase

from animations import checks
from animations.data import Data, clock, column, instance, real, text, texts
from animations.kit import style
from animations.kit.answers import check_answers, check_losses
from animations.kit.axes import add_legend, log_loss
from animations.kit.chain import Chain
from animations.kit.numbers import few_digits, form_of_all
from animations.kit.page import Page, PageScene
from animations.scenes.neurons.circles import draw_arrow, draw_circle
from animations.scenes.neurons.neuron_whys import neuron_why
from animations.why import Why
from tinylearn import Recording

EDGE = 752  # where the table ends, in pixels
LARGEST = 1e15  # the largest size of w, b and an input
LEAST = 1e-30  # the lower end of the axis of losses, which has no place for 0
MOST = 20  # pairs that the table has room for
ONLY = "this picture is of one Dense(1, 1); CurveStates draws any model of one input and one output"


class NeuronStates(Data):
    """The numbers of a neuron with one input, at some steps of its recording.

    x, target (N,); steps (S,); w, b, loss (S,); predicted, squared_error (S, N). N examples, S steps.

    Raises ValueError if the recorded model gives other answers than w · x + b, or learns with another loss.
    """

    recording: Recording = instance(Recording)
    x: np.ndarray = column("N")
    target: np.ndarray = column("N")
    steps: np.ndarray = clock("S")
    layer: str = text(default="dense_1")

    def prepare(self) -> None:
        caller, recording = "NeuronStates", self.recording
        records, self.last = [recording.index(step) for step in self.steps], int(recording.steps[-1])
        w, b = f"{self.layer}.w", f"{self.layer}.b"
        told = f"{w}, of one input and one neuron, at each step,"
        self.w = checks.array(caller, told, recording[w][records], (self.frames, 1, 1), -LARGEST, LARGEST)[:, 0, 0]
        self.b = checks.array(caller, b, recording[b][records], (self.frames, 1), -LARGEST, LARGEST)[:, 0]
        self.predicted = self.w[:, None] * self.x + self.b[:, None]
        self.squared_error = (self.predicted - self.target) ** 2
        self.loss = self.squared_error.mean(axis=1)
        check_answers(caller, recording, self.steps, self.x[:, None], self.predicted, "w · x + b", ONLY)
        check_losses(caller, recording, self.steps, self.predicted, self.target, self.loss)
        self.chain = Chain(recording)


class NeuronDiagram(PageScene):
    """The neuron: inputs, arrows with w and b, the sum, and a table of predictions, targets and squared errors.

    The larger a number, relative to its largest size so far, the thicker its arrow; negative ones are dashed. `ask` is
    an input that the neuron does not learn from, to show its answer.
    """

    states: NeuronStates = instance(NeuronStates)
    units: tuple[str, ...] = texts(2, default=("x", "y"), kw_only=True)
    ask: float | None = real(low=-LARGEST, high=LARGEST, default=None, kw_only=True)

    size = (780, 600)

    def prepare(self) -> None:
        if self.states.x.size > MOST:
            raise ValueError(f"NeuronDiagram: the table has room for {MOST} pairs, got {self.states.x.size}")

    def why(self, gid: str, frame: int) -> Why | None:
        return neuron_why(self, gid, frame)

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size)
        self.page.clock((30, 558), "Update", "step", self.states.steps, self.states.last, size=style.LARGE)
        self.page.phase((30, 524))
        self._draw_neuron()
        self._draw_table()
        if self.ask is not None:
            self._draw_answer(self.ask)

    def describe(self, frame: int) -> str:
        states = self.states
        return (
            f"Update {states.steps[frame]} of {states.last}: the neuron multiplies its input by w = "
            f"{states.w[frame]:.4f} and adds b = {states.b[frame]:.4f}; the loss is {states.loss[frame]:.4f}."
        )

    def _draw_neuron(self) -> None:
        """Draw the two inputs on the left, the sum in the middle, and the arrows with w and b."""
        page, states = self.page, self.states
        bias, sensor, total = (75, 400), (75, 200), (285, 300)
        draw_circle(page, bias, 34, "1", style.BIAS)
        draw_circle(page, sensor, 34, self.units[0], style.INPUT)
        draw_circle(page, total, 46, "Σ", style.INK)
        page.text("bias neuron", (75, 452), color=style.BIAS, ha="center")
        page.text("input", (75, 148), color=style.INPUT, ha="center")
        page.quiet("w · x + b", (285, 232), ha="center")
        for start, name, gid, values, place, color in (
            (bias, "b =", "b[0]", states.b, (172, 402), style.BIAS),
            (sensor, "w =", "w[0,0]", states.w, (168, 198), style.WEIGHT),
        ):
            draw_arrow(page, start, total, values, color)
            page.named(place, name, form_of_all(values, 3), f"{states.layer}.{gid}", values, color=color)
        page.arrow((331, 300), (366, 300), style.INK)

    def _draw_table(self) -> None:
        """Draw one row per pair: x, prediction, target, squared error; and below them the loss."""
        page, states, (x_unit, y_unit) = self.page, self.states, self.units
        columns = (
            (426, x_unit, "x", "{:.4g}", states.x, style.INPUT),
            (540, "prediction", "predicted", form_of_all(states.predicted, 1), states.predicted, style.WEIGHT),
            (636, f"target {y_unit}", "target", "{:.4g}", states.target, style.TARGET),
            (EDGE, "squared error", "squared_error", few_digits, states.squared_error, style.ERROR),
        )
        page.rule((386, EDGE), 508)
        for right, head, gid, form, values, color in columns:
            page.quiet(head, (right, 524), ha="right", size=style.SMALL)
            for row in range(states.x.size):
                place = right, 484 - row * 360 / states.x.size
                page.number(form, f"{gid}[{row}]", values.T[row], place, color=color)
        page.rule((386, EDGE), 140)
        page.text("loss, their mean", (636, 112), color=style.ERROR, ha="right")
        page.number(few_digits, "loss_now", states.loss, (EDGE, 112), color=style.ERROR, weight="bold")

    def _draw_answer(self, ask: float) -> None:
        """Write the neuron's answer to an input that it has never seen."""
        page, (x_unit, y_unit) = self.page, self.units
        answers = self.states.w * ask + self.states.b
        answer = page.number(form_of_all(answers, 1), f"answer({ask:g})", answers, color=style.WEIGHT)
        question = page.quiet(f"never shown: {ask:g} {x_unit} →")
        page.row((EDGE, 64), question, answer, page.text(y_unit, color=style.WEIGHT), ha="right")


class LineFit(PageScene):
    """The line that the neuron represents, moving through the points, over the falling loss."""

    states: NeuronStates = instance(NeuronStates)
    units: tuple[str, ...] = texts(2, default=("x", "y"), kw_only=True)

    size = (420, 600)
    glides = True

    def why(self, gid: str, frame: int) -> Why | None:
        return neuron_why(self, gid, frame)

    def moments(self) -> tuple[str, Sequence[float]]:
        return "update", self.states.steps.tolist()

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size)
        self._draw_points()
        self._draw_loss()

    def trail(self, frame: int) -> list[Artist]:
        return [self.ghosts[frame]] if frame in self.ghosts else []

    def describe(self, frame: int) -> str:
        states = self.states
        worst = np.abs(states.predicted[frame] - states.target).max()
        return f"The line through {states.x.size} points misses them by at most {worst:.2f} {self.units[1]}."

    def _draw_points(self) -> None:
        """Draw the points, the line, their distances from it, and its earlier positions."""
        page, states, (x_unit, y_unit) = self.page, self.states, self.units
        x, seen = states.x, np.append(states.predicted, states.target)
        pad_x, pad_y = 0.08 * np.ptp(x) or 1.0, 0.08 * np.ptp(seen) or 1.0
        ends = np.array([x.min() - pad_x, x.max() + pad_x])
        lines = states.w[:, None] * ends + states.b[:, None]  # (S, 2)
        y = np.stack(np.broadcast_arrays(states.target, states.predicted), axis=-1)  # (S, N, 2)
        segments = np.stack(np.broadcast_arrays(x[:, None], y), axis=-1)  # (S, N, 2, 2): from each point to the line
        axes = page.plot((79.8, 282, 319.2, 282), xlim=ends, ylim=(seen.min() - pad_y, seen.max() + pad_y),
                         xlabel=f"input, {x_unit}", xcolor=style.INPUT, ylabel=f"output, {y_unit}")  # fmt: skip
        errors = LineCollection([], colors=style.ERROR, linewidths=1.5, zorder=2.7, label="error")
        page.glide(axes.add_collection(errors, autolim=False), segments=segments)
        (line,) = axes.plot(ends, ends, color=style.WEIGHT, linewidth=2, zorder=3, label="w · x + b")
        page.glide(line, ydata=lines)
        (points,) = axes.plot(x, states.target, "o", color=style.TARGET, markersize=6, zorder=4, label="targets")
        page.bind(points)  # they lie on changing artists
        add_legend(axes, loc="upper left")
        self.ghosts = {
            frame: axes.plot(ends, lines[frame], color=style.FAINT, linewidth=1.5, zorder=2.6)[0]
            for frame in self._landmarks()
        }

    def _landmarks(self) -> list[int]:
        """Return frames between which the line has moved by a tenth of the picture somewhere."""
        predicted, frames = self.states.predicted, [0]
        for frame in range(self.frames):
            if np.abs(predicted[frame] - predicted[frames[-1]]).max() > np.ptp(predicted) / 10:
                frames.append(frame)
        return frames

    def _draw_loss(self) -> None:
        """Draw the loss, which falls along its curve."""
        states, seen = self.states, np.maximum(self.states.loss, LEAST)
        axes = self.page.plot((79.8, 60, 319.2, 150), xlabel="update, log scale", ylabel="loss, log scale",
                              ycolor=style.ERROR)  # fmt: skip
        log_loss(axes, states.last)
        axes.set_ylim(seen.min() / 3, seen.max() * 3)
        self.page.grow(axes, states.steps, states.loss, color=style.ERROR)
