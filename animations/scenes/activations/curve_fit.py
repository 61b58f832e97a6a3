"""A network that learns a curve: the target, the network's own curve, and below them the falling loss.

A network of dense layers and ReLUs draws only straight pieces. They meet where a neuron switches on or off: the dots.

All numbers of a frame belong to one step. Before anything is drawn, the model is restored as it was after that step,
and its curve, its bends and its loss are computed.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from animations import checks
from animations.data import Data, anything, array, clock, column, instance, real, text
from animations.kit import style
from animations.kit.answers import check_answers, check_losses
from animations.kit.axes import add_legend, log_loss
from animations.kit.numbers import no_negative_zero
from animations.kit.page import Page, PageScene
from animations.scenes.activations.curve_whys import LossWhys, Pass, epoch_why
from animations.scenes.activations.line_whys import BestLineWhys, LayersWhys
from animations.why import Line, Why
from tinylearn import Dense, Recording, ReLU, Sequential

LEAST = 1e-100  # the lower end of the axis of losses
CURVE, DOT = (83.2, 323, 531.2, 285), 12  # pixels: the place of the curve; the least distance of dots


class CurveStates(Data):
    """The curve of a network with one input and one output, at some steps of its recording.

    x, target (N,), x growing; steps (S,); predicted (S, N); loss (S,), the mean squared error. `bends` has, for each
    step, the points (B, 2) of the curve where a ReLU has just switched: at the first x after the switch. `line` (S, 2):
    w and b of the straight line, if the network has dense layers only; otherwise None. N examples, S steps, B bends.

    Raises ValueError if the recorded model gives other answers than `model`, or learned with another loss.
    """

    recording: Recording = instance(Recording)
    model: Sequential = instance(Sequential)
    x: np.ndarray = column("N")
    target: np.ndarray = column("N")
    steps: np.ndarray = clock("S")

    def prepare(self) -> None:
        checks.growing("CurveStates", "x, in the order of the rows,", self.x)
        self.last = int(self.recording.steps[-1])
        model = copy.deepcopy(self.model)  # the caller's model keeps its parameters
        predicted, self.bends, lines = [], [], []
        for step in self.steps:
            self.recording.restore(model, step)
            said = model.forward(self.x[:, None])
            predicted.append(checks.array("CurveStates", "what the model says", said, (self.x.size, 1))[:, 0])
            self.bends.append(bends(model, self.x, predicted[-1]))
            lines.append(straight_line(model))
        self.predicted = np.array(predicted)
        self.loss = ((self.predicted - self.target) ** 2).mean(axis=1)
        checked = "CurveStates", self.recording, self.steps
        check_answers(
            *checked, self.x[:, None], self.predicted, "what the given model answers", "pass the model recorded"
        )
        check_losses(*checked, self.predicted, self.target, self.loss)
        self.line = None if lines[0] is None else np.array(lines)
        self._passes: tuple[int, list[Pass]] = -1, []  # of the last requested frame

    def passes(self, frame: int) -> list[Pass]:
        """Return input and output of each layer, with the parameters of a frame; none for one that is not (N, …)."""
        if self._passes[0] != frame:
            model, passes, out = copy.deepcopy(self.model), list[Pass](), self.x[:, None]
            self.recording.restore(model, self.steps[frame])
            for name, layer in zip(model.layer_names, model.layers, strict=True):
                passes.append(Pass(name, layer, out, out := layer.forward(out)))
            self._passes = frame, passes
        return self._passes[1]

    def why(self, prefix: str, gid: str, frame: int) -> Why | None:
        """Explain the loss, or a number it is made from; for a straight line also w and b."""
        loss = LossWhys(prefix, int(self.steps[frame]), self.x, self.target, self.predicted[frame],
                        float(self.loss[frame]), self.passes(frame))  # fmt: skip
        return (self.line is not None and LayersWhys(loss).why(gid)) or loss.why(gid)


def bends(model: Sequential, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the points (B, 2) of the curve x, y (N,) before which a ReLU switches in the model's last `forward`."""
    switched = np.zeros(x.size - 1, bool)
    for layer in model.layers:
        if isinstance(layer, ReLU):
            switched |= (np.diff(layer.positive, axis=0) != 0).any(axis=1)
    return np.column_stack([x[1:][switched], y[1:][switched]])


def apart(points: np.ndarray, least: float) -> np.ndarray:
    """Return the points (B, 2), sorted by x, without those less than `least` after the point returned before them.

    >>> apart(np.array([[0.0, 5], [0.1, 6], [0.3, 7]]), 0.2)
    array([[0. , 5. ],
           [0.3, 7. ]])
    """
    kept: list[np.ndarray] = []
    for point in points:
        if not kept or point[0] - kept[-1][0] >= least:
            kept.append(point)
    return np.reshape(kept, (-1, 2))


def straight_line(model: Sequential) -> tuple[float, float] | None:
    """Return w and b of the line that dense layers in a row make; None if there is another layer among them.

    (x · w₁ + b₁) · w₂ + b₂ = x · (w₁ · w₂) + (b₁ · w₂ + b₂): again one weight and one bias, for any number of layers.
    """
    w, b = np.ones((1, 1)), np.zeros(1)
    for layer in model.layers:
        if not isinstance(layer, Dense):
            return None
        w, b = w @ layer.params["w"], b @ layer.params["w"] + layer.params["b"]
    return w.item(), b.item()


class CurveFit(PageScene):
    """The network's curve, moving towards the target; below it the loss so far, next to that of the best straight line.

    title       the kind of network
    name        precedes the gids of the numbers: "relu" gives "relu.epoch", "relu.loss_now"
    best_line   the lowest loss of any straight line, drawn as a dashed line
    heights     limits of y, and `losses`, the lowest and highest loss to make room for; the same in panels to compare
    clock       write the clock? One panel on a common clock is enough

    A dot marks each switch of a ReLU, or several that are too close to tell apart; "bends" is the number of dots.
    """

    states: CurveStates = instance(CurveStates)
    title: str = text(kw_only=True)
    name: str = text(kw_only=True)
    best_line: float = real(low=0, kw_only=True)
    heights: tuple[float, float] = anything(checks.limits, kw_only=True)
    losses: np.ndarray = array(2, low=LEAST, high=1 / LEAST, kw_only=True)
    clock: bool = instance(bool, default=True, kw_only=True)

    size = (640, 760)
    glides = True

    def prepare(self) -> None:
        if self.losses[0] > self.losses[1]:
            raise ValueError(f"CurveFit: losses must be two numbers, the lowest and the highest, got {self.losses}")
        x, wide = self.states.x, CURVE[2]
        self.limits = x[0] - 0.2, x[-1] + 0.2
        self.dots = [apart(points, DOT * (self.limits[1] - self.limits[0]) / wide) for points in self.states.bends]

    def draw(self, figure: FigureBase) -> None:
        self.page = page = Page(figure, self.size, self.name)
        self._write_heading()
        self._draw_curve(page.plot(CURVE, xlabel="x", xcolor=style.INPUT, ylabel="y", xlim=self.limits,
                                   ylim=self.heights))  # fmt: skip
        self._draw_loss(page.plot((83.2, 64.6, 531.2, 174.8), xlabel="epoch, log scale", ylabel="loss, log scale",
                                  ycolor=style.ERROR))  # fmt: skip

    def describe(self, frame: int) -> str:
        states = self.states
        if states.line is None:
            shape = f"the network's curve can bend at {len(self.dots[frame])} places"
        else:
            w, b = (no_negative_zero(value) for value in states.line[frame])
            shape = f"the network is a straight line with w = {w} and b = {b}"
        clock = f"epoch {states.steps[frame]} of {states.last}"
        return f"{self.title}, {clock}: {shape}; the loss is {states.loss[frame]:.4f}."

    def why(self, gid: str, frame: int) -> Why | None:
        prefix, states = f"{self.name}.", self.states
        if gid == f"{prefix}epoch":
            return epoch_why("the epoch of this frame", int(states.steps[frame]))
        if gid == f"{prefix}bends":
            return self._why_bends(frame)
        return BestLineWhys(prefix, states.x, states.target, self.best_line).why(gid) or states.why(prefix, gid, frame)

    def _why_bends(self, frame: int) -> Why:
        all_bends, dots = len(self.states.bends[frame]), len(self.dots[frame])
        words = "where a ReLU switches from one x to the next, without those too close to tell apart"
        line = Line(words, all_bends, "-", all_bends - dots, "=", dots)
        return Why("the dots: places where the curve can bend", dots, [line])

    def moments(self) -> tuple[str, Sequence[float]]:
        return "epoch", self.states.steps.tolist()

    def _write_heading(self) -> None:
        """Write the title, the clock, the loss, and what the curve is made of."""
        page, states, blue = self.page, self.states, style.WEIGHT
        page.text(self.title, (40, 726), size=style.LARGE)
        if self.clock:
            end = page.named((40, 688), "epoch", "{:.0f}", "epoch", states.steps, weight="bold")
            page.phase((end + 20, 688))
        page.named((600, 688), "loss", "{:.4f}", "loss_now", states.loss, weight="bold", ha="right", color=style.ERROR)
        if states.line is None:
            page.text("● a neuron switches: the curve can bend", (40, 652), color=blue)
            page.named((600, 652), "dots", "{:.0f}", "bends", list(map(len, self.dots)), ha="right", color=blue)
        else:
            w, b = states.line.T
            page.text("all layers together are one line:", (40, 652), color=blue)
            end = page.named((600, 652), "b =", no_negative_zero, "b", b, ha="right", color=style.BIAS)
            page.named((end - 20, 652), "w =", no_negative_zero, "w", w, ha="right", color=blue)

    def _draw_curve(self, axes: Axes) -> None:
        states, blue = self.states, style.WEIGHT
        axes.plot(states.x, states.target, "--", color=style.TARGET, linewidth=2, zorder=3, label="target, sin(x)")
        (curve,) = axes.plot(states.x, states.predicted[0], color=blue, linewidth=2.5, zorder=4, label="network")
        (dots,) = axes.plot([], [], "o", color=blue, markersize=7, markeredgecolor=style.PAPER, zorder=5)

        def on_the_curve(moment: float) -> tuple[np.ndarray, np.ndarray]:
            x = self.dots[int(moment)][:, 0]
            return x, np.interp(x, states.x, np.asarray(curve.get_ydata()))

        self.page.glide(curve, ydata=states.predicted)
        self.page.glide(dots, data=on_the_curve)
        add_legend(axes, loc="lower right", ncols=2, bbox_to_anchor=(1.0, 1.0), borderaxespad=0)

    def _draw_loss(self, axes: Axes) -> None:
        log_loss(axes, self.states.last)
        axes.yaxis.set_major_formatter("{x:g}")  # 0.01 is easier to read than a power of 10
        axes.set_ylim(self.losses[0] / 2, self.losses[1] * 2)
        axes.axhline(self.best_line, color=style.QUIET, linestyle="--", linewidth=1.5, zorder=2.6)
        self.page.named((550, 254), "- - -  best straight line", "{:.4f}", "best_line", self.best_line, ha="right",
                        color=style.QUIET, size=style.SMALL)  # fmt: skip
        self.page.grow(axes, self.states.steps, self.states.loss, color=style.ERROR, markersize=7)
