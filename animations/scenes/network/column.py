"""A column in the picture of a network: a layer, what it gives, and its parameters below.

    dense_1       its name, output shape, and how many parameters it has, as in `model.summary()`
    (N, 3)
       9
       o          the glyph: nodes for a vector, planes for an image
       o
       o
    w  norm       a block for each parameter: name and norm, its numbers as a picture, the scale of the picture
    ▒▒▒▒▒▒
    ± scale

All in pixels, y from below.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from animations.engine.text import text_width
from animations.kit import style
from animations.kit.labels import short
from animations.kit.numbers import form_for, three_digits
from animations.scenes.network.states import ParameterStates

Shape = tuple[int, ...]
Point = tuple[float, float]

TITLES = 76  # the height of name, shape and count
NODES, NODE_ROOM, ALL_NODES = 9, 50, 282  # places for nodes; from one to the next, and for all of them, at most
PLANES, PLANES_APART = 5, 7  # of an image, at most; from each to the next, to the right and up
CARD, LARGEST_PLANE = 56, 120  # the sides of what is neither vector nor image, and of an image, at most
BLOCKS = 4  # parameters that are drawn; of more, it is said how many
STRIP, CELL = (128, 64), 24  # the picture of a parameter, and a number in it: not larger
WRITTEN = 24, 8, 6  # a parameter is written out if it has so many numbers, rows and columns, at most


class Block:
    """The room that a parameter takes.

    written   are its numbers written into the picture, in the form `form`?
    cell      width and height of a number in the picture
    """

    def __init__(self, parameter: ParameterStates) -> None:
        self.parameter, self.title, self.form = parameter, short(parameter.key, 14), form_for(parameter.largest)
        rows, columns = parameter.places.shape
        few = all(has <= most for has, most in zip((rows * columns, rows, columns), WRITTEN, strict=True))
        self.written = few and parameter.recorded
        self.cell = min(CELL, STRIP[0] // max(columns, 1)), min(CELL, STRIP[1] // max(rows, 1))
        if self.written:
            self.cell = 14 + widest(self.form.format(value) for value in parameter.pictures.flat), CELL
        self.extent = self.cell[0] * columns, self.cell[1] * rows
        norm = widest(map(norm_text, parameter.norms))
        scale = widest([scale_text(self.form.format(parameter.largest)), "not recorded"])
        self.width = max(self.extent[0], widest([self.title], weight="bold") + 16 + norm, scale)
        self.height = 56 + self.extent[1]


class Column:
    """A layer, or the input: what is written of it, its blocks, and where it stands.

    shape       of one example, None if it is not known
    is_dense    is it a Dense layer, whose weights are lines from the column before?
    x, top      its middle and its upper edge; `middle` is the height of its glyph, `blocks_top` that below which its
                blocks lie
    """

    x = top = middle = blocks_top = 0.0

    def __init__(
        self,
        name: str,
        shape: Shape | None,
        count: str,
        parameters: Sequence[ParameterStates] = (),
        is_dense: bool = False,
    ) -> None:
        self.name, self.shape, self.count, self.is_dense = name, shape, count, is_dense
        self.title, self.shape_text = short(name, 20), _in_words(shape)
        self.blocks = [Block(parameter) for parameter in parameters[:BLOCKS]]
        self.more = f"and {len(parameters) - BLOCKS} more" if len(parameters) > BLOCKS else ""
        self.units = shape[0] if shape is not None and len(shape) == 1 else None
        self.slots = min(self.units or 0, NODES)
        self.node_room = min(NODE_ROOM, ALL_NODES / max(self.slots, 1))
        self.radius = 0.32 * self.node_room
        self.planes, self.plane = _planes(shape)
        words = widest([self.title], weight="bold"), widest([self.shape_text]), widest([count]), widest([self.more])
        self.block_width = max((block.width for block in self.blocks), default=0)
        self.width = max(*words, self.block_width, 2 * self.reach)
        self.height_of_blocks = sum(block.height for block in self.blocks) + (20 if self.more else 0)

    def captions(self) -> set[str]:
        """Return the texts of the column whose digits belong to names, shapes and counts."""
        return {self.title, self.shape_text, self.count, self.more, *(block.title for block in self.blocks)}

    @property
    def shown(self) -> list[int]:
        """The units that are drawn as nodes: all, or as many of the first as of the last."""
        if self.units is None or self.units <= NODES:
            return list(range(self.units or 0))
        return [*range(NODES // 2), *range(self.units - NODES // 2, self.units)]

    def place(self, slot: int) -> Point:
        """Return the middle of a place for a node, from above."""
        return self.x, self.middle + self.node_room * ((self.slots - 1) / 2 - slot)

    def nodes(self) -> list[Point]:
        """Return the middles of the nodes of `shown`."""
        dots = NODES // 2 if len(self.shown) < self.slots else None
        return [self.place(slot) for slot in range(self.slots) if slot != dots]

    @property
    def reach(self) -> float:
        """How far the glyph reaches from the middle to each side."""
        return self.radius + 4 if self.units else (self.plane[0] + PLANES_APART * (self.planes - 1)) / 2

    @property
    def glyph_height(self) -> float:
        return self.slots * self.node_room if self.units else self.plane[1] + PLANES_APART * (self.planes - 1)


def _planes(shape: Shape | None) -> tuple[int, tuple[float, float]]:
    """Return how many planes an image (H, W, C) is drawn as, and the width and height of each.

    A larger image is drawn larger, but not in proportion: of 224 × 224 and 7 × 7 both must be seen.
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


def widest(texts: Iterable[str], size: float = style.SMALL, weight: str = "normal") -> int:
    """Return how many pixels the widest of some texts takes; a minus as wide as a Number draws it."""
    return max((text_width(text.replace("-", "−"), size, weight) for text in texts), default=0)


def norm_text(value: float) -> str:
    return f"norm {three_digits(value)}"


def scale_text(number: str) -> str:
    return f"scale ±{number}"
