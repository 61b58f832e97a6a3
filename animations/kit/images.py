"""A small picture in a scene: each pixel is a visible square; some have frames."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from animations.kit import style


def image_axes(figure: FigureBase, size: tuple[int, int], corner: tuple[int, int], extent: tuple[int, int]) -> Axes:
    """Return axes without ticks for an image: `corner` (left, bottom) and `extent` (width, height), in pixels.

    `size` (width, height) is the figure's. An image stays sharp if `extent` is a whole multiple of its shape.
    """
    width, height = size
    axes = figure.add_axes((corner[0] / width, corner[1] / height, extent[0] / width, extent[1] / height))
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_color(style.QUIET)
    return axes


def frame_pixels(axes: Axes, pixels: Sequence[int], shape: tuple[int, ...]) -> list[Artist]:
    """Draw frames around some pixels, counted row by row, of the (H, W) image in `axes`; return them."""
    frames: list[Artist] = []
    for pixel in pixels:
        row, column = divmod(pixel, shape[1])
        for color, width in ((style.PAPER, 3.5), (style.INK, 1.5)):  # visible on dark and on bright pixels
            square = Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=color, linewidth=width, zorder=4)
            frames.append(axes.add_patch(square))
    return frames
