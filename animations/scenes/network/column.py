"""A column in the picture of a network: a layer, its output, and its parameters below.

    dense_1       its name, output shape, and how many parameters it has, as in `model.summary()`
    (N, 3)
       9
       o          the glyph: nodes for a vector, planes for an image
       o
    w  norm       a block for each parameter

All in pixels, y from the bottom.
"""

from __future__ import annotations

from collections.abc import Sequence

from animations.kit.labels import short, widest
from animations.scenes.network.blocks import Block
from animations.scenes.network.states import ParameterStates
from tinylearn import Dense, Recording, Sequential

Shape = tuple[int, ...]
Point = tuple[float, float]

NODES, NODE_ROOM, ALL_NODES = 9, 50, 282  # the most nodes; from one to the next, and for all of them, at most
PLANES, PLANES_APART = 5, 7  # of an image, at most; from each to the next, to the right and up
CARD, LARGEST_PLANE = 56, 120  # the sides of a card (neither vector nor image), and of an image, at most
BLOCKS = 4  # parameters that are drawn; for the others, only their number


class Column:
    """A layer, or the input: its texts, its blocks, and its place.

    shape       of one example, None if unknown
    is_dense    is it a Dense layer? Its weights are lines from the column before
    slots       the units that are drawn as nodes: all, or the first and the last ones with a None between
    reach       how far the glyph reaches from the middle to each side
    x, top      its middle and its upper edge; `middle` is the height of its glyph, and its blocks lie below
                `blocks_top`
    """

    x = top = middle = blocks_top = 0.0

    def __init__(
        self, name: str, shape: Shape | None, count: str, parameters: Sequence[ParameterStates] = (),
        is_dense: bool = False,
    ) -> None:  # fmt: skip
        self.name, self.shape, self.count, self.is_dense = name, shape, count, is_dense
        self.recorded = {each.key: each for each in parameters if each.recorded}
        self.title, self.shape_text = short(name), _in_words(shape)
        self.more = f"and {len(parameters) - BLOCKS} more" if len(parameters) > BLOCKS else ""
        self.blocks = [Block(parameter) for parameter in parameters[:BLOCKS]]
        self.captions = {self.title, self.shape_text, count, self.more, *(block.title for block in self.blocks)}
        self.units = shape[0] if shape is not None and len(shape) == 1 else 0
        self.slots: list[int | None] = [*range(min(self.units, NODES))]
        if self.units > NODES:
            self.slots[NODES // 2 :] = [None, *range(self.units - NODES // 2, self.units)]
        self.shown = [unit for unit in self.slots if unit is not None]
        self._measure()

    def _measure(self) -> None:
        """Compute the sizes of the glyph, of all blocks, and of the column."""
        self.node_room = min(NODE_ROOM, ALL_NODES / max(len(self.slots), 1))
        self.planes, self.plane = _planes(self.shape)
        self.radius, behind = 0.32 * self.node_room, PLANES_APART * (self.planes - 1)
        self.reach = self.radius + 4 if self.units else (self.plane[0] + behind) / 2
        self.glyph_height = len(self.slots) * self.node_room if self.units else self.plane[1] + behind
        self.block_width = max((block.width for block in self.blocks), default=0)
        words = widest([self.title], weight="bold"), widest([self.shape_text, self.count, self.more])
        self.width = max(*words, self.block_width, 2 * self.reach)
        self.height_of_blocks = sum(block.height for block in self.blocks) + (20 if self.more else 0)

    def places(self, dots: bool = False) -> list[Point]:
        """Return the centres of the nodes in `shown`, from the top; or of the dots for those left out."""
        upper = self.middle + self.node_room * (len(self.slots) - 1) / 2
        heights = [upper - self.node_room * slot for slot, unit in enumerate(self.slots) if (unit is None) == dots]
        return [(self.x, y) for y in heights]


def columns_of(
    recording: Recording, model: Sequential, records: Sequence[int], input_shape: Shape | None
) -> list[Column]:
    """Return a column for the input and for each layer, with the facts of `model.summary()`."""
    shapes = model.output_shapes(input_shape)
    if input_shape is None and shapes[0] is not None:
        input_shape = (model.layers[0].n_in,)  # type: ignore[attr-defined]  # that told output_shapes
    columns = [Column("input", input_shape and tuple(input_shape), "")]
    for layer, name, shape in zip(model.layers, model.layer_names, shapes, strict=True):
        arrays = {f"{name}.{key}": value for key, value in layer.named_parameters().items() if value.size}
        parameters = [ParameterStates(recording, each, value.shape, records) for each, value in arrays.items()]
        count = sum(value.size for value in arrays.values())
        columns.append(Column(name, shape, f"{count:,}", parameters, isinstance(layer, Dense)))
    return columns


def _planes(shape: Shape | None) -> tuple[int, tuple[float, float]]:
    """Return how many planes show an image (H, W, C), and the width and height of each.

    Larger images are drawn larger, but not in proportion, so that both 224 × 224 and 7 × 7 are visible.
    """
    if shape is None or len(shape) not in (2, 3):
        return 1, (CARD, CARD)
    height, width, channels = (*shape, 1)[:3]
    largest = max(height, width)
    scale = min(24 + 11 * largest**0.5, LARGEST_PLANE) / largest
    return min(channels, PLANES), (max(width * scale, 6), max(height * scale, 6))


def _in_words(shape: Shape | None) -> str:
    """Return an output shape as `model.summary()` writes it; N is the batch."""
    return "?" if shape is None else f"({', '.join(['N', *map(str, shape)])}{'' if shape else ','})"
