"""A small picture in a scene: every pixel a visible square, some of them framed."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from animations.kit import style
from animations.kit.axes import add_label


def image_axes(figure: FigureBase, size: tuple[int, int], corner: tuple[int, int], extent: tuple[int, int]) -> Axes:
    """Return axes without ticks for an image: `corner` (left, bottom) and `extent` (width, height), in pixels.

    `size` (width, height) is that of the figure. An image stays sharp if `extent` is a whole multiple of its shape.
    """
    width, height = size
    axes = figure.add_axes((corner[0] / width, corner[1] / height, extent[0] / width, extent[1] / height))
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_color(style.QUIET)
    return axes


def spread_pixels(height: int, width: int) -> list[int]:
    """Return the numbers of five pixels of a picture: one in the middle, the others towards its corners.

    >>> [divmod(pixel, 32) for pixel in spread_pixels(32, 32)]
    [(6, 6), (6, 25), (16, 16), (25, 6), (25, 25)]
    """
    places = [(0.2, 0.2), (0.2, 0.8), (0.5, 0.5), (0.8, 0.2), (0.8, 0.8)]
    return [int(down * height) * width + int(right * width) for down, right in places]


def frame_pixels(axes: Axes, pixels: Sequence[int], shape: tuple[int, ...], letters: str = "") -> list[Artist]:
    """Draw frames around some pixels, counted row after row, of the (H, W) image in `axes`; return them.

    letters   names of the pixels, written beside them
    """
    frames: list[Artist] = []
    for pixel in pixels:
        row, column = divmod(pixel, shape[1])
        for color, width in ((style.PAPER, 3.5), (style.INK, 1.5)):  # to be seen on dark and on bright
            square = Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=color, linewidth=width, zorder=4)
            frames.append(axes.add_patch(square))
    paper = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 1}
    for letter, pixel in zip(letters, pixels, strict=False):
        row, column = divmod(pixel, shape[1])
        add_label(axes, column + 1.4, row, letter, size=style.SMALL, bbox=paper)
    return frames
