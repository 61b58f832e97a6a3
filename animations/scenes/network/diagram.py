"""A network of any layers while it learns: what each layer gives, and how its parameters move.

    input     dense_1     relu_1     dense_2
      o ─────── o    ──►    o ─────── o          lines: the weights of dense layers; rims of nodes: their biases
      o ─────── o           o ────╱
             w  3.71                w  1.80      of every parameter of every layer: its norm, its numbers as a
             ▒▒▒▒▒▒▒                ▒▒▒▒▒▒▒      picture, and the scale of that picture

What a layer computes is not recorded, and not shown; what it learns is. So a layer of your own is drawn as ours
are: its name, its output shape and its parameters are all that is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D

from animations.engine.text import Form, Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes
from animations.kit.numbers import three_digits
from animations.scene import Scene
from animations.scenes.network.blocks import DrawnBlock
from animations.scenes.network.column import Column, widest
from animations.scenes.network.glyphs import (
    DASHES,
    NEGATIVE,
    POSITIVE,
    SOLID,
    Rims,
    SignedLines,
    draw_arrow,
    draw_image,
    draw_nodes,
    ways,
)
from animations.scenes.network.layout import LEFT, arrange
from animations.scenes.network.states import NetworkStates
from animations.scenes.neurons.weight_picture import COLORS
from tinylearn import Recording, Sequential


class NetworkDiagram(Scene):
    """The layers of `model` from left to right, with their parameters as they were recorded.

    steps         the update that each frame shows; without them 61, dense at first, or all if there are fewer
    input_shape   the shape of one example, as for `model.summary`: needed unless the first layer tells it

    A weight of a dense layer is a line, a bias the rim of a node: the thicker the larger, compared with the largest of
    that parameter in the whole recording, which is written below its picture after ±. Blue is above zero, red, and as a
    line dashed, below. Of more than 9 units the first 4 and the last 4 are drawn. A parameter of at most 24 numbers (8
    rows, 6 columns) is written out; of a large one the picture shows 64 rows and 128 columns, evenly spaced. What was
    not recorded is grey. Four rows of about ten layers have room.

    The gids of its numbers: "step", "last_step", "epoch", "last_epoch"; "loss", of the batch, before the update;
    "dense_1.w[0,1]", "dense_1.w.norm", "dense_1.w.largest". `captions` are the texts whose digits belong to names and
    shapes.

    >>> from tinylearn import SGD, Dense, MeanSquaredError, Recorder, fit
    >>> model = Sequential([Dense(2, 1, rng=np.random.default_rng(0))])
    >>> recorder = Recorder(model)
    >>> losses = fit(model, [[0, 1], [1, 0]], [[0], [1]], loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=5,
    ...              callbacks=[recorder])
    >>> scene = NetworkDiagram(recorder.recording, model)
    >>> scene.frames, scene.steps.tolist()
    (6, [0, 1, 2, 3, 4, 5])
    """

    def __init__(
        self,
        recording: Recording,
        model: Sequential,
        steps: Sequence[int] | None = None,
        *,
        input_shape: tuple[int, ...] | None = None,
    ) -> None:
        self.states = NetworkStates(recording, model, steps)
        self.steps, self.frames = self.states.steps, len(self.states.steps)
        self.rows, self.size = arrange(model, self.states, input_shape)
        self.captions = {text for row in self.rows for column in row for text in column.captions()}

    def draw(self, figure: FigureBase) -> None:
        self.page = pixel_axes(figure, self.size)
        self.numbers: list[tuple[Number, np.ndarray]] = []  # with the value of each frame
        self.blocks: list[DrawnBlock] = []
        self.lines, self.rims = SignedLines(self.page), Rims()
        self._draw_heading()
        for row in self.rows:
            self._draw_gutter(row)
            for column in row:
                self._draw_column(column)
            for before, column in pairwise(row):
                self._draw_between(before, column)
        self._draw_legend()

    def update(self, frame: int) -> list[Artist]:
        self.phase.set_text("adjust, repeat" if self.steps[frame] else "initialise")
        for text, values in self.numbers:
            text.set_value(values[frame])
        has_loss = not np.isnan(self.states.losses[frame])  # before the first update there is none
        self.loss.set_visible(has_loss)
        self.no_loss.set_visible(not has_loss)
        changed = [artist for block in self.blocks for artist in block.show(frame)]
        numbers = [text for text, _ in self.numbers]
        return [self.phase, self.no_loss, *numbers, *self.lines.show(frame), *self.rims.show(frame), *changed]

    def describe(self, frame: int) -> str:
        states = self.states
        norms = [
            f"{parameter.name} {three_digits(parameter.norms[frame])}"
            for parameters in states.parameters.values()
            for parameter in parameters
            if parameter.recorded
        ]
        return (
            f"Update {states.steps[frame]} of {states.last}, epoch {states.epochs[frame]} of {states.last_epoch}: the "
            f"norms of the parameters are {', '.join(norms) or 'not recorded'}."
        )

    def _draw_heading(self) -> None:
        """Write update, epoch, and the loss of the batch."""
        states, top = self.states, self.size[1]
        large: dict[str, Any] = {"size": style.LARGE}
        x = self._clock(LEFT, top - 36, "Update", "step", states.steps, states.last, **large)
        self.phase = add_label(self.page, x + 24, top - 36, "", color=style.QUIET)
        x = self._clock(LEFT, top - 68, "Epoch", "epoch", states.epochs, states.last_epoch)
        label = "loss of the batch, before the update"
        add_label(self.page, x + 24, top - 68, label, color=style.QUIET)
        x += 24 + widest([label], size=style.MEDIUM) + 10
        self.loss = self._number(x, top - 68, three_digits, "loss", states.losses, ha="left", color=style.ERROR)
        self.no_loss = add_label(self.page, x, top - 68, "none yet", color=style.QUIET)

    def _clock(self, x: float, y: float, word: str, gid: str, values: np.ndarray, last: int, **settings: Any) -> float:
        """Write `word`, a number and the last one that there will be; return where that ends."""
        own = {"size": style.MEDIUM} | settings
        add_label(self.page, x, y, word, **own)
        digits = widest([f"{last}"], **own)
        x += widest([word], **own) + 12 + digits
        self._number(x, y, "{:.0f}", gid, values, **own)
        add_label(self.page, x + 10, y, "of", color=style.QUIET, **own)
        x += 20 + widest(["of"], **own)
        add_number(self.page, x, y, "{:.0f}", f"last_{gid}", ha="left", color=style.QUIET, **own).set_value(last)
        return x + digits

    def _number(self, x: float, y: float, form: Form, gid: str, values: np.ndarray, **settings: Any) -> Number:
        """Make a number that shows `values[frame]`."""
        self.numbers.append((add_number(self.page, x, y, form, gid, **settings), values))
        return self.numbers[-1][0]

    def _draw_gutter(self, row: Sequence[Column]) -> None:
        """Write before a row what its lines are."""
        for below, word in ((12, "layer"), (36, "output shape"), (58, "parameters")):
            self._quiet(LEFT, row[0].top - below, word)

    def _draw_column(self, column: Column) -> None:
        """Draw titles and glyph, and a block for each parameter."""
        settings: dict[str, Any] = {"ha": "center"}
        add_label(self.page, column.x, column.top - 12, column.title, weight="bold", size=style.SMALL, **settings)
        self._quiet(column.x, column.top - 36, column.shape_text, **settings)
        self._quiet(column.x, column.top - 58, column.count, **settings)
        biases = None
        left, top = column.x - column.block_width / 2, column.blocks_top
        for block in column.blocks:
            self.blocks.append(DrawnBlock(self.page, block, left, left + column.block_width, top))
            top -= block.height
            if column.is_dense and block.parameter.key == "b" and block.parameter.recorded:
                biases = block.parameter
        self._quiet(column.x, top - 10, column.more, **settings)
        if column.units is None:
            draw_image(self.page, column)
        else:
            nodes = draw_nodes(self.page, column)
            if biases is not None:
                self.rims.add(nodes, biases.shares(np.ix_(column.shown)))

    def _draw_between(self, before: Column, column: Column) -> None:
        """Draw the weights of a dense layer as lines, and before every other layer an arrow."""
        if not (column.is_dense and before.units and column.units):
            draw_arrow(self.page, before, column)
            return
        weights = next(block.parameter for block in column.blocks if block.parameter.key == "w")
        if weights.recorded:
            self.lines.add(ways(before, column), weights.shares(np.ix_(before.shown, column.shown)))
        else:
            self.lines.add_unknown(ways(before, column))

    def _draw_legend(self) -> None:
        """Say what colours and widths mean."""
        x, y = float(LEFT), 24
        for word, color, dashes in (("above zero", POSITIVE, SOLID), ("below zero", NEGATIVE, DASHES)):
            self.page.add_line(Line2D([x, x + 40], [y, y], color=color, linestyle=dashes, linewidth=3.5))
            self._quiet(x + 50, y, word)
            x += 50 + widest([word]) + 24
        self.page.imshow(np.linspace(-1, 1, 121)[None], cmap=COLORS, extent=(x, x + 121, y - 6, y + 6), aspect="auto")
        self._quiet(x + 131, y, "the darker and thicker, the larger")

    def _quiet(self, x: float, y: float, text: str, **settings: Any) -> None:
        add_label(self.page, x, y, text, size=style.SMALL, color=style.QUIET, **settings)
