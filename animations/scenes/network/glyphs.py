"""The glyphs of a network: nodes for a vector, planes for an image, lines for weights, arrows without weights."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyBboxPatch

from animations.kit import style
from animations.kit.colours import NEGATIVE, POSITIVE
from animations.kit.page import Page
from animations.scenes.network.column import PLANES_APART, Column

THIN, THICK, RIM = 0.4, 4.0, 4.0  # points: a line or rim of 0; the largest weight's line, the largest bias's rim
SIGNS = ((POSITIVE, (0, ())), (NEGATIVE, (0, (2.5, 1.2))))  # colour and dashes of lines, above and below zero


def draw_image(page: Page, column: Column) -> None:
    """Draw an output that is not a vector: planes behind each other, or one card with rounded corners."""
    kind = "square,pad=0" if len(column.shape or ()) in (2, 3) else "round,pad=0,rounding_size=12"
    for plane in reversed(range(column.planes)):  # the front one last
        offset = PLANES_APART * (plane - (column.planes - 1) / 2)
        corner = column.x - column.plane[0] / 2 + offset, column.middle - column.plane[1] / 2 + offset
        page.axes.add_patch(FancyBboxPatch(corner, *column.plane, kind, facecolor=style.PAPER, edgecolor=style.QUIET,
                                           linewidth=1.5))  # fmt: skip


def draw_nodes(page: Page, column: Column) -> None:
    """Draw a node for each unit in the picture, and dots for those left out.

    The rim shows the bias: the larger, the thicker; blue above zero, red below.
    """
    for place in column.places(dots=True):
        page.quiet("⋮", place, ha="center", size=style.LARGE)
    x, y = np.transpose(column.places())
    size = (2 * column.radius * 72 / style.DPI) ** 2
    nodes = page.axes.scatter(x, y, size, style.PAPER, edgecolor=style.QUIET, linewidth=1, zorder=2)
    if column.is_dense and "b" in column.recorded:
        nodes.set_zorder(4)  # lines change too, and end here
        fractions = np.nan_to_num(column.recorded["b"].fractions(column.shown))
        colors = np.array([style.QUIET, POSITIVE, NEGATIVE])[np.sign(fractions).astype(int)]  # at 0, above, below
        page.bind(nodes, edgecolor=colors.tolist(), linewidth=thickness(fractions, RIM))


def draw_weights(page: Page, before: Column, column: Column) -> None:
    """Draw the weights of a dense layer, the largest on top: the larger, the thicker, and dashed below zero."""
    starts = np.repeat(before.places(), len(column.shown), axis=0)
    ends = np.tile(column.places(), (len(before.shown), 1))
    way = (ends - starts) / np.linalg.norm(ends - starts, axis=1, keepdims=True)
    lines = np.stack([starts + before.radius * way, ends - column.radius * way], axis=1)  # (L, 2, 2)
    if "w" not in column.recorded:
        page.axes.add_collection(LineCollection(list(lines), colors=style.FAINT, linewidths=1), autolim=False)
        return
    fractions = column.recorded["w"].fractions(before.shown, column.shown).reshape(-1, len(lines))  # (S, L)
    order = np.argsort(np.abs(fractions), axis=1)
    above = np.take_along_axis(fractions, order, axis=1) >= 0
    for (color, dashes), chosen in zip(SIGNS, (above, ~above), strict=True):
        drawn = LineCollection([], colors=color, linestyles=[dashes], zorder=3, capstyle="butt")
        page.axes.add_collection(drawn, autolim=False)
        theirs = [each[mask] for each, mask in zip(order, chosen, strict=True)]  # in each frame
        widths = [thickness(each[mine], THICK) for each, mine in zip(fractions, theirs, strict=True)]
        page.bind(drawn, segments=[lines[mine] for mine in theirs], linewidth=widths)


def draw_arrow(page: Page, before: Column, column: Column) -> None:
    """Draw an arrow from a column to the next."""
    start, tip = before.x + before.reach + 8, column.x - column.reach - 8
    page.arrow((start, column.middle), (tip, column.middle), style.QUIET, head=10).set_linewidth(1.5)


def thickness(fractions: np.ndarray, thick: float) -> np.ndarray:
    """Return widths in points, from THIN to `thick` in eight steps, so that small changes redraw nothing."""
    return THIN + (thick - THIN) * np.ceil(8 * np.minimum(np.abs(fractions), 1)) / 8
