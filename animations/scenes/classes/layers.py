"""A network as a row of blocks: the outputs of its layers, from the picture to the last numbers.

    ▇▇▇▇▇▇▇          ▇▇▇             ▌              ▖
    ▇▇▇▇▇▇▇    →     ▇▇▇      →      ▌       →
    ▇▇▇▇▇▇▇                          ▌
    15 × 15 × 64     6 × 6 × 32     128             10
    conv2d_1         conv2d_2       flatten_1       dense_2
    relu_1           relu_2         dense_1

A block begins with each layer that has parameters, and where pictures become rows of numbers.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from matplotlib.patches import FancyBboxPatch, Rectangle

from animations.kit import style
from animations.kit.labels import fit
from animations.kit.page import Box, Page, Place
from tinylearn import Sequential

LINE, TITLE = 18, 56  # pixels: from a line of text to the next, and above the blocks
MARGIN = 8  # to the left and right of the blocks
HIGHEST, LEAST = 128, 8  # pixels: the longest side of a block, and the shortest
PLANES, APART = 4, 5  # planes of an image, and the pixels between them
SMALL: dict[str, Any] = {"size": style.SMALL, "ha": "center"}


class LayerBlocks:
    """The blocks of `model` for pictures of `input_shape` (H, W, C): the names of its layers, and their output shapes.

    captions     texts whose digits belong to names and shapes
    parameters   the number of the network's parameters, with the gid "parameters"

    >>> import numpy as np
    >>> from tinylearn import Conv2D, Dense, Flatten, ReLU
    >>> rng = np.random.default_rng(0)
    >>> model = Sequential([Conv2D(1, 2, 3, rng=rng), ReLU(), Flatten(), Dense(18, 4, rng=rng)])
    >>> LayerBlocks(model, (5, 5, 1)).blocks
    [(['conv2d_1', 'relu_1'], (3, 3, 2)), (['flatten_1', 'dense_1'], (4,))]
    """

    def __init__(self, model: Sequential, input_shape: tuple[int, ...]) -> None:
        self.largest = max(input_shape[:2])
        self.blocks: list[tuple[list[str], tuple[int, ...]]] = []
        shape, learns = input_shape, True  # of the block before; does it have parameters?
        for layer, name, gives in zip(model.layers, model.layer_names, model.output_shapes(input_shape), strict=True):
            has, before = bool(layer.named_parameters()), len(shape)
            names, shape = [name], gives or shape
            if self.blocks and len(shape) == before and not (has and learns):
                names, learns = [*self.blocks.pop()[0], name], learns or has
            else:
                learns = has
            self.blocks.append((names, shape))
        self.parameters = model.parameters.size
        self.height = TITLE + HIGHEST + LINE * (max(len(names) for names, _ in self.blocks) + 3)
        self.captions = {_in_words(shape) for _, shape in self.blocks}.union(*(names for names, _ in self.blocks))

    def draw(self, page: Page, box: Box) -> None:
        """Draw a frame, in it the blocks from left to right, and below each its output shape and the names of its
        layers.

        box   left, bottom, width and height of the frame; it must be at least `height` high
        """
        left, bottom, width, height = box
        page.axes.add_patch(FancyBboxPatch((left, bottom), width, height, "round,pad=0,rounding_size=14",
                                           facecolor=style.PAPER, edgecolor=style.QUIET, linewidth=1.2))  # fmt: skip
        title = page.text("one network", weight="bold"), page.number("{:,.0f}", "parameters", self.parameters)
        page.row((left + 16, bottom + height - 24), *title, page.quiet("parameters"))
        room, middle = (width - 2 * MARGIN) / len(self.blocks), bottom + height - TITLE - HIGHEST / 2
        places = [(left + MARGIN + room * (number + 0.5), middle) for number in range(len(self.blocks))]
        reaches = [self._draw_block(page, place, shape) for place, (_, shape) in zip(places, self.blocks, strict=True)]
        for (start, gap), (end, next_gap) in pairwise(zip(places, reaches, strict=True)):
            page.arrow((start[0] + gap + 8, middle), (end[0] - next_gap - 8, middle), style.QUIET, head=9)
        for (x, _), (names, shape) in zip(places, self.blocks, strict=True):
            y = middle - HIGHEST / 2 - LINE
            fit(page.text(_in_words(shape), (x, y), **SMALL), room - 6)
            for number, name in enumerate(names, 1):
                fit(page.quiet(name, (x, y - LINE * number), **SMALL), room - 6)

    def _draw_block(self, page: Page, middle: Place, shape: tuple[int, ...]) -> float:
        """Draw an image as planes, in proportion to the picture, and a vector as a column; return its reach."""
        planes, sides = 1, (16.0, min(16 * math.log2(shape[0] + 1), HIGHEST))
        if len(shape) == 3:
            planes = min(shape[2], PLANES)
            sides = tuple(max(HIGHEST * side / self.largest, LEAST) for side in (shape[1], shape[0]))  # type: ignore
        for plane in reversed(range(planes)):  # the front one last
            shift = APART * (plane - (planes - 1) / 2)
            corner = middle[0] - sides[0] / 2 + shift, middle[1] - sides[1] / 2 + shift
            page.axes.add_patch(Rectangle(corner, *sides, facecolor=style.PAPER, edgecolor=style.INK, linewidth=1.2))
        return sides[0] / 2 + APART * (planes - 1) / 2


def _in_words(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
