"""One neuron with one input, drawn while it learns: the diagram with its numbers, and the line that it stands for.

    x → (w) → Σ → predicted = w · x + b        ten pairs (x, target), the squared error of each, their mean: the loss
    1 → (b) ↗

Everything in a frame belongs to one step: w and b are the recorded parameters after that step, and predictions, errors
and loss are computed from these.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon

from animations import checks
from animations.engine.text import Form, Number, few_digits
from animations.kit import style
from animations.kit.axes import add_label, add_number, log_loss, pixel_axes, plot_axes
from animations.scene import Scene
from tinylearn import Recording

LARGEST = 1e15  # w, b and an input, without their signs
LEAST = 1e-30  # the axis of losses ends here, at the latest: 0 has no place on it
MOST = 20  # pairs, for which there is room in the table


class NeuronStates:
    """What a neuron with one input computes at some steps of its recording.

    x, target (N,); steps (S,); w, b, loss (S,); predicted, squared_error (S, N). N examples, S steps.
    """

    def __init__(
        self, recording: Recording, x: np.ndarray, target: np.ndarray, steps: Sequence[int], layer: str = "dense_1"
    ) -> None:
        checks.instance("NeuronStates", "recording", recording, Recording)
        self.x, self.target = checks.two_columns("NeuronStates", "x", x, "target", target)
        self.steps, self.last = checks.clock("NeuronStates", "steps", steps), int(recording.steps[-1])
        layer = checks.text("NeuronStates", "layer", layer)
        self.names = f"{layer}.w[0,0]", f"{layer}.b[0]"
        weights, biases = recording[f"{layer}.w"], recording[f"{layer}.b"]
        if weights.shape[1:] != (1, 1):
            raise ValueError(
                f"NeuronStates: {layer}.w must be (1, 1), one input and one neuron, got {weights.shape[1:]} in the "
                "recording"
            )
        records = [recording.index(step) for step in self.steps]
        count = (len(records),)
        self.w = checks.array("NeuronStates", f"{layer}.w", weights[records, 0, 0], count, -LARGEST, LARGEST)
        self.b = checks.array("NeuronStates", f"{layer}.b", biases[records, 0], count, -LARGEST, LARGEST)
        self.predicted = self.w[:, None] * self.x + self.b[:, None]
        self.squared_error = (self.predicted - self.target) ** 2
        self.loss = self.squared_error.mean(axis=1)


def _checked(who: str, states: Any, units: Any) -> tuple[NeuronStates, tuple[str, ...]]:
    return checks.instance(who, "states", states, NeuronStates), checks.texts(who, "units", units, 2)


class NeuronDiagram(Scene):
    """The neuron: inputs, arrows with w and b, the sum, and a table of predictions, targets and squared errors.

    An arrow is as thick as its number is large, compared with the largest that it has been, and dashed while negative.
    `ask` is an input that the neuron does not learn from, to show its answer.
    """

    size = (780, 600)

    def __init__(self, states: NeuronStates, *, units: tuple[str, str] = ("x", "y"), ask: float | None = None) -> None:
        self.states, self.units = _checked("NeuronDiagram", states, units)
        if states.x.size > MOST:
            raise ValueError(f"NeuronDiagram: there is room for at most {MOST} pairs, got {states.x.size}")
        self.ask = None if ask is None else checks.real("NeuronDiagram", "ask", ask, -LARGEST, LARGEST)
        self.frames = len(states.steps)

    def draw(self, figure: FigureBase) -> None:
        self.axes = pixel_axes(figure, self.size)
        self.numbers: list[tuple[Number, np.ndarray]] = []  # with the value of each frame
        self._draw_heading()
        self._draw_neuron()
        self._draw_table()

    def update(self, frame: int) -> list[Artist]:
        self.phase.set_text("initialise" if frame == 0 else "adjust, repeat")
        for number, values in self.numbers:
            number.set_value(values[frame])
        for arrow, values in self.arrows:
            share = abs(values[frame]) / np.abs(values).max(initial=1e-300)
            arrow.set_linewidth(1.5 + 0.5 * round(12 * share))  # in steps, or each frame would redraw it
            arrow.set_linestyle("-" if values[frame] >= 0 else (0, (1.5, 1)))
        return [self.phase, *(arrow for arrow, _ in self.arrows), *(number for number, _ in self.numbers)]

    def describe(self, frame: int) -> str:
        states = self.states
        return (
            f"Update {states.steps[frame]} of {states.last}: the neuron multiplies its input by w = "
            f"{states.w[frame]:.4f} and adds b = {states.b[frame]:.4f}; the loss is {states.loss[frame]:.4f}."
        )

    def _draw_heading(self) -> None:
        add_label(self.axes, 30, 558, "Update", size=style.LARGE)
        self._number(186, 558, "{:.0f}", "step", self.states.steps, size=style.LARGE)
        add_label(self.axes, 198, 558, "of", size=style.LARGE, color=style.QUIET)
        last = self.states.last
        self._fixed(230, 558, "last_step", last, style.QUIET, form="{:.0f}", ha="left", size=style.LARGE)
        self.phase = add_label(self.axes, 30, 524, "", color=style.QUIET)

    def _draw_neuron(self) -> None:
        """Draw the two inputs on the left, the sum in the middle, and the arrows with w and b."""
        bias, sensor, total = (75, 400), (75, 200), (285, 300)
        self._circle(bias, 34, "1", style.BIAS)
        self._circle(sensor, 34, self.units[0], style.INPUT)
        self._circle(total, 46, "Σ", style.INK)
        add_label(self.axes, bias[0], 452, "bias neuron", color=style.BIAS, ha="center")
        add_label(self.axes, sensor[0], 148, "input", color=style.INPUT, ha="center")
        add_label(self.axes, total[0], 232, "w · x + b", color=style.QUIET, ha="center")
        w_name, b_name = self.states.names
        self.arrows = [
            (self._arrow(bias, total, style.BIAS), self.states.b),
            (self._arrow(sensor, total, style.WEIGHT), self.states.w),
        ]
        add_label(self.axes, 172, 402, "b =", color=style.BIAS)
        self._number(206, 402, "{:.3f}", b_name, self.states.b, color=style.BIAS, ha="left")
        add_label(self.axes, 168, 198, "w =", color=style.WEIGHT)
        self._number(206, 198, "{:.3f}", w_name, self.states.w, color=style.WEIGHT, ha="left")
        head = Polygon([(366, 300), (352, 307), (352, 293)], color=style.INK)
        self.axes.add_line(Line2D([331, 354], [300, 300], color=style.INK, linewidth=2))
        self.axes.add_patch(head)

    def _draw_table(self) -> None:
        """Draw one row a pair: x, prediction, target, squared error; and the loss below."""
        states, (x_unit, y_unit) = self.states, self.units
        columns = {"x": 426, "predicted": 540, "target": 636, "error": 752}
        heads = (
            (f"{x_unit}", "x"),
            ("prediction", "predicted"),
            (f"target {y_unit}", "target"),
            ("squared error", "error"),
        )
        for head, column in heads:
            add_label(self.axes, columns[column], 524, head, color=style.QUIET, ha="right", size=style.SMALL)
        self._rule(508)
        for row in range(states.x.size):
            y = 484 - row * 360 / states.x.size
            self._fixed(columns["x"], y, f"x[{row}]", states.x[row], style.INPUT)
            self._number(
                columns["predicted"], y, "{:.1f}", f"predicted[{row}]", states.predicted[:, row], color=style.WEIGHT
            )
            self._fixed(columns["target"], y, f"target[{row}]", states.target[row], style.TARGET)
            self._number(columns["error"], y, few_digits, f"squared_error[{row}]", states.squared_error[:, row],
                         color=style.ERROR)  # fmt: skip
        self._rule(140)
        add_label(self.axes, 636, 112, "loss, their mean", color=style.ERROR, ha="right")
        self._number(columns["error"], 112, few_digits, "loss", states.loss, color=style.ERROR, weight="bold")

        if self.ask is not None:
            answer, name = states.w * self.ask + states.b, f"answer({self.ask:g})"
            add_label(self.axes, 620, 64, f"never shown: {self.ask:g} {x_unit} →", color=style.QUIET, ha="right")
            add_label(self.axes, columns["error"], 64, y_unit, color=style.WEIGHT, ha="right")
            self._number(columns["error"] - 26, 64, "{:.1f}", name, answer, color=style.WEIGHT)

    def _number(self, x: float, y: float, form: Form, gid: str, values: np.ndarray, **settings: Any) -> None:
        """Make a number that shows `values[frame]`."""
        self.numbers.append((add_number(self.axes, x, y, form, gid, **settings), values))

    def _fixed(
        self, x: float, y: float, gid: str, value: float, color: str, form: Form = "{:.4g}", **settings: Any
    ) -> None:
        """Draw a number that never changes."""
        add_number(self.axes, x, y, form, gid, color=color, **settings).set_value(value)

    def _circle(self, centre: tuple[float, float], radius: float, text: str, color: str) -> None:
        self.axes.add_patch(Circle(centre, radius, facecolor=style.PAPER, edgecolor=color, linewidth=2.5))
        add_label(self.axes, *centre, text, color=color, ha="center", size=style.LARGE)

    def _arrow(self, start: tuple[float, float], end: tuple[float, float], color: str) -> Line2D:
        """Draw an arrow between two circles of radius 34 and 46; return its shaft, which changes."""
        way = np.subtract(end, start) / np.hypot(*np.subtract(end, start))
        across = np.array([-way[1], way[0]])
        tip, neck, tail = end - 50 * way, end - 66 * way, start + 38 * way
        self.axes.add_patch(Polygon([tip, neck + 8 * across, neck - 8 * across], color=color))
        shaft = Line2D(*np.transpose([tail, neck]), color=color, solid_capstyle="butt", dash_capstyle="butt")
        self.axes.add_line(shaft)
        return shaft

    def _rule(self, y: float) -> None:
        self.axes.add_line(Line2D([386, 752], [y, y], color=style.FAINT, linewidth=1))


class LineFit(Scene):
    """The line that the neuron stands for, moving through the points, over the falling loss."""

    size = (420, 600)

    def __init__(self, states: NeuronStates, *, units: tuple[str, str] = ("x", "y")) -> None:
        self.states, self.units = _checked("LineFit", states, units)
        self.frames = len(states.steps)

    def draw(self, figure: FigureBase) -> None:
        states = self.states
        x_unit, y_unit = self.units
        points = plot_axes(figure, (0.19, 0.47, 0.76, 0.47), xlabel=f"input, {x_unit}", xcolor=style.INPUT,
                           ylabel=f"output, {y_unit}")  # fmt: skip
        loss = plot_axes(figure, (0.19, 0.1, 0.76, 0.25), xlabel="update, log scale", ylabel="loss, log scale",
                         ycolor=style.ERROR)  # fmt: skip
        self._draw_points(points)
        self._draw_loss(loss)
        self.ghosts = {}
        for frame in self._landmarks():  # where the line has been
            (self.ghosts[frame],) = points.plot(
                self.ends, states.w[frame] * self.ends + states.b[frame], color=style.FAINT, linewidth=1.5, zorder=2.6
            )

    def update(self, frame: int) -> list[Artist]:
        states = self.states
        self.line.set_ydata(states.w[frame] * self.ends + states.b[frame])
        self.errors.set_segments(
            [[(x, y), (x, p)] for x, y, p in zip(states.x, states.target, states.predicted[frame], strict=True)]
        )
        self.fall.set_data(states.steps[: frame + 1], states.loss[: frame + 1])
        self.dot.set_data(states.steps[[frame]], states.loss[[frame]])
        return [self.line, self.errors, self.targets, self.fall, self.dot]

    def trail(self, frame: int) -> list[Artist]:
        return [self.ghosts[frame]] if frame in self.ghosts else []

    def describe(self, frame: int) -> str:
        states = self.states
        worst = np.abs(states.predicted[frame] - states.target).max()
        return f"The line through {states.x.size} points misses them by at most {worst:.2f} {self.units[1]}."

    def _landmarks(self) -> list[int]:
        """Return frames from one to the next of which the line has moved by a tenth of the picture somewhere."""
        predicted, frames = self.states.predicted, [0]
        for frame in range(self.frames):
            if np.abs(predicted[frame] - predicted[frames[-1]]).max() > np.ptp(predicted) / 10:
                frames.append(frame)
        return frames

    def _draw_points(self, axes: Axes) -> None:
        x, y = self.states.x, self.states.target
        seen = np.append(self.states.predicted, y)
        pad_x, pad_y = 0.08 * np.ptp(x) or 1.0, 0.08 * np.ptp(seen) or 1.0
        self.ends = np.array([x.min() - pad_x, x.max() + pad_x])
        axes.set(xlim=self.ends, ylim=(seen.min() - pad_y, seen.max() + pad_y))
        self.errors = LineCollection([], colors=style.ERROR, linewidths=1.5, zorder=2.7, label="error")
        axes.add_collection(self.errors, autolim=False)
        (self.line,) = axes.plot(self.ends, self.ends, color=style.WEIGHT, linewidth=2, zorder=3, label="w · x + b")
        (self.targets,) = axes.plot(x, y, "o", color=style.TARGET, markersize=6, zorder=4, label="targets")
        axes.legend(
            loc="upper left", frameon=False, labelcolor=style.INK, prop={"family": style.FONT, "size": style.SMALL}
        )

    def _draw_loss(self, axes: Axes) -> None:
        states = self.states
        log_loss(axes, states.last)
        seen = np.maximum(states.loss, LEAST)
        axes.set_ylim(seen.min() / 3, seen.max() * 3)
        (self.fall,) = axes.plot([], [], color=style.ERROR, linewidth=2, zorder=3)
        (self.dot,) = axes.plot([], [], "o", color=style.ERROR, markersize=6, zorder=4)
