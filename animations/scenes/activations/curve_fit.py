"""A network that learns a curve: the target, what the network says instead, and below them its falling loss.

A network of dense layers and ReLUs can only draw straight pieces. They meet where a neuron switches on or off: dots.

Everything in a frame belongs to one step: the model is restored as it was after that step, and its curve, its bends
and its loss are computed from it, before anything is drawn.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from animations import checks
from animations.engine.text import Form, Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, log_loss, pixel_axes, plot_axes
from animations.kit.numbers import no_negative_zero
from animations.scene import Scene
from tinylearn import Dense, Recording, ReLU, Sequential
from tinylearn.checks import numbers

LEAST = 1e-100  # on the axis of losses


class CurveStates:
    """What a network with one input and one output says at some steps of its recording.

    x, target (N,), x growing; steps (S,); predicted (S, N), loss (S,), the mean squared error. For each step `bends`
    has the points (B, 2) of the curve at which a ReLU has just switched, at the first x behind the switch. `line`
    (S, 2): w and b of the straight line that a network of nothing but dense layers is; None for others. N examples,
    S steps, B bends.
    """

    def __init__(
        self, recording: Recording, model: Sequential, x: np.ndarray, target: np.ndarray, steps: Sequence[int]
    ) -> None:
        checks.instance("CurveStates", "recording", recording, Recording)
        checks.instance("CurveStates", "model", model, Sequential)
        self.x = checks.column("CurveStates", "x", x)
        self.target = checks.column("CurveStates", "target", target, self.x.shape)
        checks.growing("CurveStates", "x, in whose order the rows must be sorted to be drawn as a curve,", self.x)
        self.steps = checks.clock("CurveStates", "steps", steps)
        for step in self.steps:
            recording.index(step)
        self.last = int(recording.steps[-1])
        model = copy.deepcopy(model)  # the caller's keeps its parameters
        predicted, self.bends, lines = [], [], []
        for step in self.steps:
            recording.restore(model, step)
            said = model.forward(self.x[:, None])
            if said.shape != (self.x.size, 1):
                raise ValueError(f"CurveStates: the model must return one number for each x, got {said.shape[1:]}")
            predicted.append(said[:, 0])
            self.bends.append(bends(model, self.x, predicted[-1]))
            lines.append(straight_line(model))
        self.predicted = checks.array("CurveStates", "what the model says", predicted, (len(self.steps), self.x.size))
        self.loss = ((self.predicted - self.target) ** 2).mean(axis=1)
        self.line = None if lines[0] is None else np.array(lines)


def bends(model: Sequential, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the points (B, 2) of the curve x, y (N,) before which a ReLU switches in the model's last `forward`."""
    switched = np.zeros(x.size - 1, bool)
    for layer in model.layers:
        if isinstance(layer, ReLU):
            switched |= (np.diff(layer.positive, axis=0) != 0).any(axis=1)
    return np.column_stack([x[1:][switched], y[1:][switched]])


def straight_line(model: Sequential) -> tuple[float, float] | None:
    """Return w and b of the one line that dense layers in a row are; None if another layer is among them.

    (x · w₁ + b₁) · w₂ + b₂ = x · (w₁ · w₂) + (b₁ · w₂ + b₂): again a weight and a bias, however many layers follow.

    >>> from tinylearn.initializers import ones
    >>> straight_line(Sequential([Dense(1, 3, rng=np.random.default_rng(0), weights=ones),
    ...                           Dense(3, 1, rng=np.random.default_rng(0), weights=ones, biases=ones)]))
    (3.0, 1.0)
    """
    w, b = np.ones((1, 1)), np.zeros(1)
    for layer in model.layers:
        if not isinstance(layer, Dense):
            return None
        w, b = w @ layer.params["w"], b @ layer.params["w"] + layer.params["b"]
    return w.item(), b.item()


class CurveFit(Scene):
    """The network's curve moving towards the target; below, the loss so far, beside that of the best straight line.

    title       what kind of network this is
    name        stands before the gids of the numbers: "relu" gives "relu.epoch", "relu.loss"
    best_line   the loss that no straight line falls below, as a dashed line
    heights     limits of y, and `losses`: lowest and highest loss to make room for; the same in panels to compare
    """

    size = (640, 760)

    def __init__(
        self, states: CurveStates, *, title: str, name: str, best_line: float,
        heights: tuple[float, float], losses: tuple[float, float],
    ) -> None:  # fmt: skip
        self.states = checks.instance("CurveFit", "states", states, CurveStates)
        self.title, self.name = checks.text("CurveFit", "title", title), checks.text("CurveFit", "name", name)
        self.best_line = checks.real("CurveFit", "best_line", best_line, 0)
        self.heights = checks.limits("CurveFit", "heights", heights)
        both = numbers("CurveFit", "losses", losses)
        if both.shape != (2,) or not LEAST <= both[0] <= both[1] <= 1 / LEAST:
            raise ValueError(f"CurveFit: losses must be two growing numbers above 0, for a log scale, got {losses}")
        self.losses = float(both[0]), float(both[1])
        self.frames = len(states.steps)

    def draw(self, figure: FigureBase) -> None:
        self.page = pixel_axes(figure, self.size)
        self.numbers: list[tuple[Number, np.ndarray]] = []  # with the value of each frame
        self._draw_heading()
        x = self.states.x
        self._draw_curve(plot_axes(figure, (0.13, 0.425, 0.83, 0.375), xlabel="x", xcolor=style.INPUT, ylabel="y",
                                   xlim=(x[0] - 0.2, x[-1] + 0.2), ylim=self.heights))  # fmt: skip
        self._draw_loss(plot_axes(figure, (0.13, 0.085, 0.83, 0.23), xlabel="epoch, log scale",
                                  ylabel="loss, log scale", ycolor=style.ERROR))  # fmt: skip

    def update(self, frame: int) -> list[Artist]:
        states = self.states
        self.phase.set_text("initialise" if frame == 0 else "adjust, repeat")
        for number, values in self.numbers:
            number.set_value(values[frame])
        self.curve.set_ydata(states.predicted[frame])
        self.dots.set_data(*states.bends[frame].T)
        self.fall.set_data(states.steps[: frame + 1], states.loss[: frame + 1])
        self.tip.set_data(states.steps[[frame]], states.loss[[frame]])
        changing = [self.wanted, self.curve, self.dots, self.fall, self.tip, self.phase]
        return [*changing, *(number for number, _ in self.numbers)]

    def describe(self, frame: int) -> str:
        states = self.states
        if states.line is None:
            shape = f"the network's curve can bend at {len(states.bends[frame])} places"
        else:
            w, b = (no_negative_zero(value) for value in states.line[frame])
            shape = f"the network is a straight line with w = {w} and b = {b}"
        clock = f"epoch {states.steps[frame]} of {states.last}"
        return f"{self.title}, {clock}: {shape}; the loss is {states.loss[frame]:.4f}."

    def _draw_heading(self) -> None:
        """Write the title, the clock, the loss, and what the curve consists of."""
        states = self.states
        add_label(self.page, 40, 726, self.title, size=style.LARGE)
        add_label(self.page, 40, 688, "epoch")
        self._number(152, 688, "{:.0f}", "epoch", states.steps, weight="bold")
        self.phase = add_label(self.page, 172, 688, "", color=style.QUIET)
        add_label(self.page, 500, 688, "loss", color=style.ERROR, ha="right")
        self._number(600, 688, "{:.4f}", "loss", states.loss, color=style.ERROR, weight="bold")
        if states.line is None:
            add_label(self.page, 40, 652, "● a neuron switches: the curve can bend", color=style.WEIGHT)
            add_label(self.page, 560, 652, "places", color=style.WEIGHT, ha="right")
            counts = np.array([len(points) for points in states.bends])
            self._number(600, 652, "{:.0f}", "bends", counts, color=style.WEIGHT)
        else:
            add_label(self.page, 40, 652, "all layers together are one line:", color=style.WEIGHT)
            add_label(self.page, 372, 652, "w =", color=style.WEIGHT, ha="right")
            self._number(460, 652, no_negative_zero, "w", states.line[:, 0], color=style.WEIGHT)
            add_label(self.page, 512, 652, "b =", color=style.BIAS, ha="right")
            self._number(600, 652, no_negative_zero, "b", states.line[:, 1], color=style.BIAS)

    def _number(self, x: float, y: float, form: Form, gid: str, values: np.ndarray, **settings: str) -> None:
        """Make a number that shows `values[frame]`."""
        self.numbers.append((add_number(self.page, x, y, form, f"{self.name}.{gid}", **settings), values))

    def _draw_curve(self, axes: Axes) -> None:
        states = self.states
        (self.wanted,) = axes.plot(states.x, states.target, color=style.TARGET, linestyle="--", linewidth=2, zorder=3,
                                   label="target, sin(x)")  # fmt: skip
        (self.curve,) = axes.plot(states.x, states.predicted[0], color=style.WEIGHT, linewidth=2.5, zorder=4,
                                  label="network")  # fmt: skip
        (self.dots,) = axes.plot([], [], "o", color=style.WEIGHT, markersize=7, markeredgecolor=style.PAPER, zorder=5)
        axes.legend(loc="lower right", ncols=2, frameon=False, labelcolor=style.INK, bbox_to_anchor=(1.0, 1.0),
                    prop={"family": style.FONT, "size": style.SMALL}, borderaxespad=0)  # fmt: skip

    def _draw_loss(self, axes: Axes) -> None:
        states = self.states
        log_loss(axes, states.last)
        axes.yaxis.set_major_formatter("{x:g}")  # 0.01: easier than a power of 10
        axes.set_ylim(self.losses[0] / 2, self.losses[1] * 2)
        self.best = axes.axhline(self.best_line, color=style.QUIET, linestyle="--", linewidth=1.5, zorder=2.6)
        add_label(self.page, 470, 254, "- - -  best straight line", color=style.QUIET, size=style.SMALL, ha="right")
        gid = f"{self.name}.best_line"
        add_number(self.page, 550, 254, "{:.5f}", gid, color=style.QUIET, size=style.SMALL).set_value(self.best_line)
        (self.fall,) = axes.plot([], [], color=style.ERROR, linewidth=2, zorder=3)
        (self.tip,) = axes.plot([], [], "o", color=style.ERROR, markersize=7, zorder=4)
