"""A small picture in a scene: every pixel a visible square."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from animations.kit import style


def image_axes(figure: FigureBase, size: tuple[int, int], corner: tuple[int, int], extent: tuple[int, int]) -> Axes:
    """Return axes without ticks for an image: `corner` (left, bottom) and `extent` (width, height), in pixels.

    `size` (width, height) is that of the figure. An image stays sharp if `extent` is a whole multiple of its shape.
    """
    width, height = size
    axes = figure.add_axes((corner[0] / width, corner[1] / height, extent[0] / width, extent[1] / height))
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_color(style.QUIET)
    return axes
