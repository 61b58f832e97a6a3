"""One update of a small network, beat by beat: values flow forward, dout flows back, and each weight takes its step.

input         dense_1      relu_1         dense_2      loss
  o ─── 1.00 ───► o ── on ──► o ─── 0.50 ───► o ────────► o
 2.00            2.50        2.50            0.75        1.00
             dout −1.00 ◄─ −1.00 ◄─────── dout −2.00 ◄───
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D

from animations.data import instance, integer
from animations.kit import style
from animations.kit.chain import Chain
from animations.kit.numbers import plain_form
from animations.kit.page import Page, PageScene, Place
from animations.scenes.network.beats import Beats
from animations.scenes.network.passes import MOST_WEIGHTS, UpdatePasses
from animations.scenes.network.streams import ABOVE, BELOW, LOUD, Part, draw_formula, draw_node, draw_stream, pull
from animations.scenes.network.update_whys import backpropagation_why
from animations.why import Why
from tinylearn import Dense, Recording, ReLU

RADIUS, APART, UNDER_NODE = 34, 150, 51  # pixels: of a node; to the next one below it; from a node to the text below it
EDGE, DENSE, ALONE, LOSS = 84, 410, 170, 170  # pixels at both sides; to a dense layer, to an activation, to the loss
HEADING, FOOT, NARROWEST = 140, 10, 960
GLYPH, UNDER, BACK = 10, 24, 8  # from a value to the ends of its line; down to its arithmetic; to the stream of dout
Written = dict[Sequence[int], list[Part]]  # frames → the arithmetic in them


class Backpropagation(PageScene):
    """Update `step` of a recording: forward, loss, backward, gradients, the step, and forward once more.

    A small network of dense layers and activations learns with plain SGD from one row at a time. `UpdatePasses` gets
    all numbers from the layers' own forward and backward, and raises an error if the update does not fit.

    A weight is a line: blue above zero, red and dashed below. The gids of the numbers: "step", "learning_rate";
    "input[0]", "target[0]", "loss_now", and of the arithmetic of the loss "loss.out", "loss.target", "loss.before";
    "dense_1[0].out", "dense_1[0].dout", "relu_1[0].slope"; "dense_1.w[0,1]", "dense_1.b[1]", and of the arithmetic of
    a parameter "dense_1.w[0,1].x", ".weight", ".product", ".dout", ".gradient", ".before" and ".rate".
    """

    recording: Recording = instance(Recording)
    step: int = integer(default=1)

    glides = True

    def prepare(self) -> None:
        self.passes = passes = UpdatePasses(self.recording, self.step)
        self.beats, self.chain = Beats(passes), Chain(self.recording)
        self.frames = self.beats.frames
        self.captions = {beat.words for beat in self.beats.said} | {*passes.names, "1 ×", "2 × ("}
        numbers = *passes.outputs[0], *passes.douts, *passes.before.values(), *passes.gradients.values()
        self.form = plain_form(np.concatenate([np.ravel(each) for each in numbers]))
        counts = [len(passes.x), *map(len, passes.outputs[0])]
        ways = [DENSE if isinstance(layer, Dense) else ALONE for layer in passes.layers]
        columns = EDGE + np.cumsum([0, *ways, LOSS])
        self.size = max(int(columns[-1]) + EDGE, NARROWEST), HEADING + APART * MOST_WEIGHTS + FOOT
        middle = (self.size[1] - HEADING + FOOT) / 2
        self.places = [[(float(x), middle + APART * ((count - 1) / 2 - unit)) for unit in range(count)]
                       for x, count in zip(columns, [*counts, 1], strict=True)]  # fmt: skip

    def moments(self) -> tuple[str, Sequence[float]]:
        return "beat", range(self.frames)

    def why(self, gid: str, frame: int) -> Why | None:
        return backpropagation_why(self, gid, frame)

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size)
        self._draw_heading()
        for number, layer in enumerate(self.passes.layers):
            if isinstance(layer, Dense):
                self._draw_weights(number)
                self._draw_biases(number)
            else:
                self._draw_slopes(number)
            self._draw_layer(number)
        self._draw_ends()

    def describe(self, frame: int) -> str:
        beat = self.beats.said[frame]
        brings = f" ({', '.join(map(self.form, beat.brings))})" if len(beat.brings) else ""
        return f"Update {self.step}, {beat.phase}: {beat.words}{brings}."

    def _draw_heading(self) -> None:
        page, (right, top), said = self.page, self.size, self.beats.said
        page.text("One update: values flow forward, dout flows back", (30, top - 34), size=style.LARGE)
        rate = self.passes.learning_rate
        end = page.named((right - 30, top - 34), "learning rate", "{:g}", "learning_rate", rate, ha="right")
        page.named((end - 24, top - 34), "update", "{:.0f}", "step", self.step, ha="right")
        page.words([beat.phase for beat in said], (30, top - 72), weight="bold")
        for words in {beat.words: None for beat in said}:
            page.show([beat.words == words for beat in said], page.quiet(words, (176, top - 72)))
        for name, ((x, _), *_) in zip(("input", *self.passes.names, "loss"), self.places, strict=True):
            page.quiet(name, (x, top - 116), ha="center", size=style.SMALL)

    def _draw_weights(self, number: int) -> None:
        """Draw a line for each weight, with a gap for the weight, and below it what it does now."""
        page, passes, beats, name = self.page, self.passes, self.beats, self.passes.names[number]
        w, new = passes.before[f"{name}.w"], passes.after[f"{name}.w"]
        inputs, douts = passes.outputs[0][number - 1] if number else passes.x, passes.douts[number]
        largest = max(np.abs(each).max() for key, each in (passes.before | passes.after).items() if key[-1] == "w")
        for i, j in np.ndindex(w.shape):
            start, end, values = self.places[number][i], self.places[number + 1][j], beats.by_frame(w[i, j], new[i, j])
            x, y = np.add(start, end) / 2
            tag = page.number(self.form, f"{name}.w[{i},{j}]", values, (x, y), ha="center", color=style.WEIGHT,
                              weight="bold", zorder=5)  # fmt: skip
            weight, dout = ("weight", w[i, j], style.WEIGHT), pull("dout", douts[j])
            given = "x", inputs[i], style.INPUT
            also: Written = {(number + 1,): [given, "×", weight, "=", ("product", inputs[i] * w[i, j], style.INK)]}
            if number:
                also[beats.told_at(number - 1),] = [dout, "×", weight, "=", pull("product", douts[j] * w[i, j])]
            side = int(np.sign(end[1] - start[1]))  # where the line rises, there is room below its right part
            gap, ha = page.width(tag) / 2 + GLYPH, ("center", "left", "right")[side]
            self._write((x - (gap - GLYPH) * side, y - UNDER), number, "w", (i, j), [given, "×", dout], also, ha)
            stream = draw_stream(page, start, end, beats.forward(number), gap, markersize=9)
            page.signed(stream, values, most=5.5, largest=largest)
            page.bind(stream, color=np.where(values < 0, BELOW, ABOVE).tolist())
            if number:
                self._draw_back(number - 1, end, start, gap)

    def _draw_biases(self, number: int) -> None:
        """Write each bias above its node, and above that what it does now."""
        name = self.passes.names[number]
        old, new = self.passes.before[f"{name}.b"], self.passes.after[f"{name}.b"]
        for j, (x, y) in enumerate(self.places[number + 1]):
            left, values = x - RADIUS, self.beats.by_frame(old[j], new[j])
            self.page.named((left, y + RADIUS + 15), "b", self.form, f"{name}.b[{j}]", values, color=style.BIAS,
                            weight="bold")  # fmt: skip
            dout = pull("dout", self.passes.douts[number][j])
            self._write((left, y + RADIUS + 34), number, "b", (j,), ["1 ×", dout], {}, "left")

    def _write(
        self, place: Place, number: int, key: str, where: tuple[int, ...], made_of: list[Part], also: Written, ha: str
    ) -> None:
        """Write how the gradient of a parameter is made, and its step, in their frames; and the `also` parts."""
        name, beats, passes = f"{self.passes.names[number]}.{key}", self.beats, self.passes
        gradient = pull("gradient", passes.gradients[name][where])
        before = "before", passes.before[name][where], style.WEIGHT if key == "w" else style.BIAS
        step: list[Part] = [before, "−", ("rate", passes.learning_rate, style.INK), "×", gradient]
        step = ["=", *step] if key == "w" else [*step, "="]  # the new value stands above it, or below
        while_known = range(beats.learns[number], beats.turn)
        for frames, parts in {**also, while_known: [*made_of, "=", gradient], (beats.turn,): step}.items():
            when, gid = np.isin(np.arange(beats.frames), frames), f"{name}[{','.join(map(str, where))}]"
            draw_formula(self.page, place, when, self.form, gid, *parts, ha=ha)

    def _draw_slopes(self, number: int) -> None:
        """Draw the path of each number through an activation; if a ReLU is off, a bar stops the number."""
        page, beats, passes, name = self.page, self.beats, self.passes, self.passes.names[number]
        known, slopes = beats.when(beats.forward(number)), passes.slopes[name]
        for k, (start, end) in enumerate(zip(self.places[number], self.places[number + 1], strict=True)):
            (x, y), off = np.add(start, end) / 2, [bool(each[number][k]) for each in passes.off]
            draw_stream(page, start, end, beats.forward(number, off), color=style.INK)
            if isinstance(passes.layers[number], ReLU):
                is_off = beats.by_frame(*off)
                bar = page.axes.add_line(Line2D([x, x], [y - 20, y + 8], color=style.INK, linewidth=4, zorder=3))
                word = page.words(np.where(is_off, "off", "on").tolist(), (x, y + 24), ha="center", size=style.SMALL)
                page.show(known, word)
                page.show(known & is_off, bar)
            if number:
                self._draw_back(number - 1, end, start, off=off[0])
                told, slope = beats.when(beats.backward(number - 1)), pull("slope", slopes[k])
                draw_formula(page, (x, y - 34), told, plain_form(slopes), f"{name}[{k}]", "×", slope)

    def _draw_back(self, number: int, start: Place, end: Place, gap: float = 0, off: bool = False) -> None:
        """Draw the path of dout to a node of layer `number`, below that of the values."""
        run, (start, end) = self.beats.backward(number, off), ((x, y - BACK) for x, y in (start, end))
        draw_stream(self.page, start, end, run, gap, way=False, color=style.ERROR, zorder=2.4)

    def _draw_layer(self, number: int) -> None:
        """Draw the nodes of a layer with its outputs, and dout below them."""
        beats, passes, name = self.beats, self.passes, self.passes.names[number]
        known, told = beats.when(beats.forward(number)), beats.when(beats.backward(number))
        for k, (x, y) in enumerate(self.places[number + 1]):
            values, off = (beats.by_frame(*(each[number][k] for each in both)) for both in (passes.outputs, passes.off))
            self._draw_node((x, y), f"{name}[{k}].out", values, known, off=off)
            dout = pull("dout", passes.douts[number][k])
            draw_formula(self.page, (x, y - UNDER_NODE), told, self.form, f"{name}[{k}]", "dout", dout, **LOUD)

    def _draw_node(self, place: Place, gid: str, values: Any, known: Any = True, **look: Any) -> None:
        values, known = (np.broadcast_to(each, self.frames) for each in (values, known))
        draw_node(self.page, place, RADIUS, self.form, gid, values, known, **look)

    def _draw_ends(self) -> None:
        """Draw inputs, target and loss."""
        page, beats, passes, last, frames = self.page, self.beats, self.passes, self.beats.last, range(self.frames)
        for i, place in enumerate(self.places[0]):
            self._draw_node(place, f"input[{i}]", passes.x[i], color=style.INPUT)
        (out,), ((x, y),) = self.places[-2:]
        target, below, right = (x, y + APART), (x, y - UNDER_NODE), (self.size[0] - 20, y - UNDER_NODE - 22)
        page.text("target", (x, y + APART + UNDER_NODE - 4), ha="center", size=style.SMALL, color=style.TARGET)
        self._draw_node(target, "target[0]", passes.target[0], color=style.TARGET)
        known = beats.when(beats.forward(last))
        self._draw_node((x, y), "loss_now", beats.by_frame(*passes.losses), known, color=style.ERROR)
        for start, color in ((out, style.INK), (target, style.TARGET)):
            draw_stream(page, start, (x, y), beats.forward(last), color=color)
        self._draw_back(last - 1, (x, y), out)
        ends = ("out", passes.outputs[0][-1][0], style.INK), "−", ("target", passes.target[0], style.TARGET)
        for frame, parts in ((last + 1, ("(", *ends, ")²")), (last + 2, ("2 × (", *ends, ")"))):
            draw_formula(page, right, np.equal(frames, frame), self.form, "loss", *parts, ha="right")
        before = pull("before", passes.losses[0])
        draw_formula(page, below, np.greater_equal(frames, beats.turn), self.form, "loss", "before", before, **LOUD)
