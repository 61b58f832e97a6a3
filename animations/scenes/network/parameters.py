"""The parameters of a recording, layer by layer, if its model is not available: norms, and numbers as pictures.

    dense_1              dense_2
    w  norm 3.71         w  norm 1.80
    ▒▒▒▒▒▒▒▒▒▒           ▒▒▒▒▒▒▒▒▒▒

A recording knows nothing of layers without parameters, so there are no such layers and no arrows.
"""

from __future__ import annotations

from itertools import groupby

import numpy as np
from matplotlib.figure import FigureBase

from animations.data import clock, instance
from animations.kit.chain import Chain
from animations.kit.colours import SIGNED
from animations.kit.labels import short, widest
from animations.kit.numbers import three_digits
from animations.kit.page import Page, PageScene
from animations.scenes.network.blocks import SMALL, Block
from animations.scenes.network.diagram_whys import diagram_why
from animations.scenes.network.heading import draw_heading
from animations.scenes.network.layout import HEADING, LEFT, NARROWEST
from animations.scenes.network.states import ParameterStates, records_of
from animations.why import Why
from tinylearn import Recording

WIDEST, MOST = 1200, 60  # pixels of the picture; the most parameters
TITLE, GAP, ROW_GAP, FOOT = 22, 30, 20, 66  # a layer's name; between layers, and rows of them; below the last row


class LayerBlocks:
    """A layer: its name, and the blocks of its parameters below each other, at `left` and `top`."""

    left = top = 0.0

    def __init__(self, name: str, parameters: list[ParameterStates]) -> None:
        self.title = short(name)
        for each in parameters:
            each.key = each.name.rpartition(".")[2]  # the title has the names of the layers that hold this one
        self.blocks = [Block(each) for each in parameters]
        self.width = max(widest([self.title], weight="bold"), *(block.width for block in self.blocks))
        self.height = TITLE + sum(block.height for block in self.blocks)

    def draw(self, page: Page) -> None:
        page.text(self.title, (self.left, self.top - TITLE / 2), weight="bold", **SMALL)
        top = self.top - TITLE
        for block in self.blocks:
            block.draw(page, (self.left, top), self.width)
            top -= block.height


class RecordedParameters(PageScene):
    """The parameters of a recording of any model, at most 60 of them, each as in a `NetworkDiagram`.

    steps   the update that each frame shows; by default 61, dense at first, or all if there are fewer

    The gids of its numbers: "step", "last_step", "epoch", "last_epoch", "loss"; "dense_1.w[0,1]", "dense_1.w.norm",
    "dense_1.w.largest".
    """

    recording: Recording = instance(Recording)
    steps: np.ndarray = clock("S", default=None)

    def prepare(self) -> None:
        recording = self.recording
        records = records_of(recording, self.steps)
        self.steps, self.last = recording.steps[records], int(recording.steps[-1])
        self.epochs, self.last_epoch = recording.epochs[records], int(recording.epochs[-1])
        self.losses, self.frames = recording.losses[records], len(records)
        self.parameters = [ParameterStates(recording, name, recording.shapes[name], records)
                           for name in recording.names[:MOST] if np.prod(recording.shapes[name])]  # fmt: skip
        by_layer = groupby(self.parameters, key=lambda each: each.name.rpartition(".")[0])
        self.layers = [LayerBlocks(name, list(parameters)) for name, parameters in by_layer]
        self.states = {each.name: each for each in self.parameters}
        self.chain = Chain(recording)
        self.written = {block.parameter.name for layer in self.layers for block in layer.blocks if block.written}
        self.size = self._arrange()
        self.captions = {layer.title for layer in self.layers} | {
            each.title for layer in self.layers for each in layer.blocks
        }

    def why(self, gid: str, frame: int) -> Why | None:
        return diagram_why(self, gid, frame)

    def draw(self, figure: FigureBase) -> None:
        self.page = page = Page(figure, self.size)
        draw_heading(page, self)
        for layer in self.layers:
            layer.draw(page)
        page.row((LEFT, 46), *(page.quiet(text, **SMALL) for text in self._remarks()))
        left = page.row((LEFT, 20), page.quiet("below zero", **SMALL)) + 10
        page.axes.imshow(np.linspace(-1, 1, 121)[None], cmap=SIGNED, extent=(left, left + 121, 14, 26), aspect="auto")
        page.row((left + 131, 20), page.quiet("above zero", **SMALL))

    def describe(self, frame: int) -> str:
        norms = ", ".join(f"{each.name} {three_digits(each.norms[frame])}" for each in self.parameters)
        return f"Update {self.steps[frame]} of {self.last}: the norms of the parameters are {norms}."

    def _remarks(self) -> list[str]:
        """Return remarks about what is not shown, and what is unknown."""
        told = "model=…, x=…, y=…, loss=…, optimizer=…"
        in_memory = self.recording.source == "memory"
        way = f"recording.with_training({told})" if in_memory else f"Recording.load(path, {told})"
        return [*["There are other parameters."] * (len(self.recording.names) > MOST),
                *[f"To ask why they change, say what trained: {way}"] * (not self.recording.origins)]  # fmt: skip

    def _arrange(self) -> tuple[int, int]:
        """Give the layers their places, in rows from the top; return the size of the picture."""
        rows, left = [[self.layers[0]]], float(LEFT + self.layers[0].width + GAP)
        for layer in self.layers[1:]:
            if left + layer.width > WIDEST - LEFT:
                rows, left = [*rows, []], float(LEFT)
            rows[-1].append(layer)
            left += layer.width + GAP
        wide = [2 * LEFT + sum(layer.width for layer in row) + GAP * (len(row) - 1) for row in rows]
        heights = [max(layer.height for layer in row) + ROW_GAP for row in rows]
        width, height = max(NARROWEST, *wide), HEADING + sum(heights) + FOOT
        top = float(height - HEADING)
        for row, high in zip(rows, heights, strict=True):
            left = float(LEFT)
            for layer in row:
                layer.left, layer.top = left, top
                left += layer.width + GAP
            top -= high
        return 2 * round(width / 2 + 0.5), 2 * round(height / 2 + 0.5)  # films need even sides
