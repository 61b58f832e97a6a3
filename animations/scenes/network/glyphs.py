"""The glyphs of a network: nodes for a vector, planes for an image, arrows between them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle

from animations.kit import style
from animations.kit.axes import add_label
from animations.scenes.network.column import NODES, PLANES_APART, Column
from animations.scenes.neurons.weight_picture import COLORS

NEGATIVE, POSITIVE = (to_hex(colormaps[COLORS](end)) for end in (0.1, 0.9))  # as in the pictures of parameters
THIN, THICK, RIM = 0.4, 4.0, 4.0  # points: a line or rim of 0; the line of the largest weight, the rim of such a bias
SOLID, DASHES = (0, ()), (0, (2.5, 1.2))  # the lines of numbers above and below zero


def draw_image(page: Axes, column: Column) -> None:
    """Draw an output that is no vector: planes behind each other, or one card with rounded corners."""
    (width, height), planes = column.plane, column.planes
    shift = PLANES_APART * (planes - 1) / 2
    if column.shape is None or len(column.shape) not in (2, 3):
        corner = column.x - width / 2, column.middle - height / 2
        page.add_patch(FancyBboxPatch(corner, width, height, boxstyle="round,pad=0,rounding_size=12",
                                      facecolor=style.PAPER, edgecolor=style.QUIET, linewidth=1.5))  # fmt: skip
        return
    for plane in reversed(range(planes)):  # the foremost last
        offset = PLANES_APART * plane - shift
        corner = column.x - width / 2 + offset, column.middle - height / 2 + offset
        page.add_patch(Rectangle(corner, width, height, facecolor=style.PAPER, edgecolor=style.QUIET, linewidth=1.5))


def draw_nodes(page: Axes, column: Column) -> PathCollection:
    """Draw a node for each unit that is shown, and dots where some are left out; return the nodes."""
    x, y = np.transpose(column.nodes())
    nodes = page.scatter(x, y, s=(2 * column.radius * 72 / style.DPI) ** 2, facecolor=style.PAPER,
                         edgecolor=style.QUIET, linewidth=1, zorder=2)  # fmt: skip
    if len(column.shown) < column.slots:
        add_label(page, *column.place(NODES // 2), "⋮", ha="center", color=style.QUIET, size=style.LARGE)
    return nodes


def draw_arrow(page: Axes, before: Column, column: Column) -> None:
    """Draw an arrow from a column to the next."""
    tail, tip = before.x + before.reach + 8, column.x - column.reach - 8
    y = column.middle
    page.add_line(Line2D([tail, tip - 8], [y, y], color=style.QUIET, linewidth=1.5, solid_capstyle="butt"))
    page.add_patch(Polygon([(tip, y), (tip - 10, y + 5), (tip - 10, y - 5)], color=style.QUIET))


def ways(before: Column, column: Column) -> np.ndarray:
    """Return the lines (d · m, 2, 2) from each of d nodes of a column to each of m of the next, in the order of w."""
    starts = np.repeat(before.nodes(), len(column.shown), axis=0)
    ends = np.tile(column.nodes(), (len(before.shown), 1))
    way = (ends - starts) / np.linalg.norm(ends - starts, axis=1, keepdims=True)
    return np.stack([starts + before.radius * way, ends - column.radius * way], axis=1)


class SignedLines:
    """Lines as thick as their numbers are large; negative ones are red and dashed, the others blue."""

    def __init__(self, page: Axes) -> None:
        self.page = page
        self.segments, self.shares = np.zeros((0, 2, 2)), np.zeros((0, 0))
        settings: dict[str, Any] = {"zorder": 3, "capstyle": "butt"}
        self.positive = LineCollection([], colors=POSITIVE, **settings)
        self.negative = LineCollection([], colors=NEGATIVE, linestyles=[DASHES], **settings)
        for lines in (self.positive, self.negative):
            page.add_collection(lines, autolim=False)

    def add(self, segments: np.ndarray, shares: np.ndarray) -> None:
        """Add lines (L, 2, 2); shares (S, …): the numbers of each frame, divided by the largest, in the same order."""
        shares = shares.reshape(len(shares), -1)  # (S, L)
        self.segments = np.concatenate([self.segments, segments])
        self.shares = np.concatenate([self.shares.reshape(len(shares), -1), shares], axis=1)

    def add_unknown(self, segments: np.ndarray) -> None:
        """Draw lines of which no numbers were recorded."""
        self.page.add_collection(LineCollection(list(segments), colors=style.FAINT, linewidths=1), autolim=False)

    def show(self, frame: int) -> list[Artist]:
        """Show the numbers of a frame, the largest on top; return the lines."""
        if not self.shares.size:
            return []
        shares = self.shares[frame]
        order = np.argsort(np.abs(shares))
        for lines, chosen in ((self.positive, shares[order] >= 0), (self.negative, shares[order] < 0)):
            lines.set_segments(list(self.segments[order[chosen]]))
            lines.set_linewidth(thickness(shares[order[chosen]], THICK))
        return [self.positive, self.negative]


class Rims:
    """Rims of nodes, as thick as their numbers are large: blue above zero, red below."""

    def __init__(self) -> None:
        self.nodes: list[tuple[PathCollection, np.ndarray]] = []

    def add(self, nodes: PathCollection, shares: np.ndarray) -> None:
        """shares (S, nodes): the numbers of each frame, divided by the largest."""
        nodes.set_zorder(4)  # lines change, too, and end here
        self.nodes.append((nodes, shares))

    def show(self, frame: int) -> list[Artist]:
        """Show the numbers of a frame; return the nodes."""
        colors = (NEGATIVE, style.QUIET, POSITIVE)  # below, at and above zero
        for nodes, shares in self.nodes:
            known = np.nan_to_num(shares[frame])
            nodes.set_edgecolor([colors[int(sign) + 1] for sign in np.sign(known)])
            nodes.set_linewidth(thickness(known, RIM))
        return [nodes for nodes, _ in self.nodes]


def thickness(shares: np.ndarray, thick: float) -> list[float]:
    """Return widths in points, from THIN to `thick` in eight steps: a line that changes less is not drawn anew."""
    widths: list[float] = (THIN + (thick - THIN) * np.ceil(8 * np.minimum(np.abs(shares), 1)) / 8).tolist()
    return widths
