"""A network of any layers while it learns: the output shape of each layer, and how its parameters change.

    input     dense_1     relu_1     dense_2
      o ─────── o    ──►    o ─────── o          lines: the weights of dense layers; rims of nodes: their biases
      o ─────── o           o ────╱
             w  3.71                w  1.80      of every parameter of every layer: its norm, its numbers as a
             ▒▒▒▒▒▒▒                ▒▒▒▒▒▒▒      picture, and the scale of that picture

The recording has what a layer learns, not what it computes, so only that is shown. Your own layers look like ours.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D

from animations.data import anything, clock, instance
from animations.kit.chain import Chain
from animations.kit.colours import SIGNED
from animations.kit.numbers import three_digits
from animations.kit.page import Page, PageScene
from animations.scenes.network.blocks import SMALL
from animations.scenes.network.column import Column, columns_of
from animations.scenes.network.diagram_whys import diagram_why
from animations.scenes.network.glyphs import SIGNS, draw_arrow, draw_image, draw_nodes, draw_weights
from animations.scenes.network.heading import draw_heading
from animations.scenes.network.layout import LEFT, arrange
from animations.scenes.network.states import check_belongs, records_of
from animations.why import Why
from tinylearn import Recording, Sequential

TITLES = 12, 36, 58  # pixels from the top of a row down to the middle of name, shape and count


class NetworkDiagram(PageScene):
    """The layers of `model` from left to right, with their recorded parameters.

    steps         the update that each frame shows; by default 61, dense at first, or all if there are fewer
    input_shape   the shape of one example, as for `model.summary`: needed if the first layer does not tell it

    A weight of a dense layer is a line, a bias the rim of a node: thicker the larger it is, relative to the largest of
    its parameter in the whole recording (written below its picture after ±). Blue is above zero; red, and as a line
    dashed, is below. If there are more than 9 units, the first 4 and the last 4 are drawn. A parameter of at most 24
    numbers (8 rows, 6 columns) is written out. For a large one, the picture shows 64 rows and 128 columns, evenly
    spaced. Grey means not recorded. There is room for four rows of about ten layers.

    The gids of the numbers: "step", "last_step", "epoch", "last_epoch"; "loss", of the batch, before the update;
    "dense_1.w[0,1]", "dense_1.w.norm", "dense_1.w.largest". The digits in the texts `captions` belong to names and
    shapes.
    """

    recording: Recording = instance(Recording)
    model: Sequential = instance(Sequential)
    steps: np.ndarray = clock("S", default=None)
    input_shape: tuple[int, ...] | None = anything(lambda caller, name, shape: shape, default=None, kw_only=True)

    def prepare(self) -> None:
        recording = self.recording
        check_belongs(recording, self.model)
        records = records_of(recording, self.steps)
        self.steps, self.last = recording.steps[records], int(recording.steps[-1])
        self.epochs, self.last_epoch = recording.epochs[records], int(recording.epochs[-1])
        self.losses, self.frames = recording.losses[records], len(records)
        columns = columns_of(recording, self.model, records, self.input_shape)
        self.rows, self.size = arrange(columns)
        self.parameters = [each for column in columns for each in column.recorded.values()]
        self.states = {each.name: each for each in self.parameters}
        self.chain = Chain(recording)
        self.written = {block.parameter.name for column in columns for block in column.blocks if block.written}
        self.captions = set().union(*(column.captions for column in columns))

    def why(self, gid: str, frame: int) -> Why | None:
        return diagram_why(self, gid, frame)

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size)
        draw_heading(self.page, self)
        for row in self.rows:
            for below, word in zip(TITLES, ("layer", "output shape", "parameters"), strict=True):
                self.page.quiet(word, (LEFT, row[0].top - below), **SMALL)
            for column in row:
                self._draw_column(column)
            for before, column in pairwise(row):
                is_dense = column.is_dense and before.units and column.units
                (draw_weights if is_dense else draw_arrow)(self.page, before, column)
        self._draw_legend()

    def describe(self, frame: int) -> str:
        norms = [f"{each.name} {three_digits(each.norms[frame])}" for each in self.parameters]
        return (
            f"Update {self.steps[frame]} of {self.last}, epoch {self.epochs[frame]} of {self.last_epoch}: the norms of "
            f"the parameters are {', '.join(norms) or 'not recorded'}."
        )

    def _draw_column(self, column: Column) -> None:
        """Draw titles and glyph, and a block for each parameter."""
        page, x = self.page, column.x
        page.text(column.title, (x, column.top - TITLES[0]), weight="bold", ha="center", **SMALL)
        for below, word in zip(TITLES[1:], (column.shape_text, column.count), strict=True):
            page.quiet(word, (x, column.top - below), ha="center", **SMALL)
        top = column.blocks_top
        for block in column.blocks:
            block.draw(page, (x - column.block_width / 2, top), column.block_width)
            top -= block.height
        page.quiet(column.more, (x, top - 10), ha="center", **SMALL)
        (draw_nodes if column.units else draw_image)(page, column)

    def _draw_legend(self) -> None:
        """Write what colours and widths mean."""
        page, x, y = self.page, float(LEFT), 24
        for word, (color, dashes) in zip(("above zero", "below zero"), SIGNS, strict=True):
            page.axes.add_line(Line2D([x, x + 40], [y, y], color=color, linestyle=dashes, linewidth=3.5))
            x = page.row((x + 50, y), page.quiet(word, **SMALL)) + 24
        bar = x, x + 121, y - 6, y + 6
        page.axes.imshow(np.linspace(-1, 1, 121)[None], cmap=SIGNED, extent=bar, aspect="auto")
        page.quiet("the darker and thicker, the larger", (bar[1] + 10, y), **SMALL)
