"""A grid of small pictures: rows of pictures, with a name before each row.

    plane  ▢ ▢ ▢ ▢
    car    ▢ ▢ ▢ ▢

All are one image artist. Its array holds every picture, with GAP empty pixels between them. Matplotlib enlarges the
array as a whole, so each pixel becomes a square.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from animations import checks
from animations.data import array, integer, pixels, text, texts
from animations.engine.text import text_width
from animations.kit import style
from animations.kit.page import Page, PageScene

GAP = 2  # pixels of paper between two pictures, before they are enlarged
MARGIN, HEAD = 24, 44  # pixels around everything, and for the title


class ImageGrid(PageScene):
    """Rows of pictures, which may change from frame to frame.

    images   (S, R, M, H, W, C): S frames, R rows of M pictures; grey (C = 1) or red, green, blue (C = 3), in [0, 1]
    names    R names, one before each row; "" for none
    known    (S, R, M): 1 where there is a picture, 0 where a dashed outline waits for one; None: they are all there
    title    written above; "" for none
    zoom     how many pixels high and wide a pixel of a picture becomes

    A grid that does not change has one frame, `images[None]`. To compare before and after, put two side by side:
    `SideBySide(ImageGrid(before[None], names), ImageGrid(after, [""] * len(names)))`.

    >>> grid = ImageGrid(np.zeros((1, 2, 8, 32, 32, 3)), ["cat", "dog"], title="Cats and dogs")
    >>> grid.describe(0)
    'Cats and dogs: 8 pictures in each row: cat, dog.'
    """

    images: np.ndarray = pixels("S", "R", "M", "H", "W", "C")
    names: tuple[str, ...] = texts("R")
    known: np.ndarray | None = array("S", "R", "M", default=None, kw_only=True)
    title: str = text(default="", kw_only=True)
    zoom: int = integer(default=3, kw_only=True)

    def prepare(self) -> None:
        zoom, (rows, columns, h, w, channels) = self.zoom, self.images.shape[1:]
        if channels not in (1, 3):
            raise ValueError(f"ImageGrid: the last axis of images must be 1 or 3 long, got {self.images.shape}")
        self.images = (self.images * 255).round().astype(np.uint8)  # as the screen shows them
        names = [text_width(name, style.MEDIUM) + MARGIN // 2 for name in self.names if name]
        self.left = MARGIN + max(names, default=0)
        self.extent = zoom * (columns * (w + GAP) - GAP), zoom * (rows * (h + GAP) - GAP)  # width, height
        width = max(self.left + self.extent[0], MARGIN + text_width(self.title, style.LARGE)) + MARGIN
        height = self.extent[1] + 2 * MARGIN + (HEAD if self.title else 0)
        even = 2 * math.ceil(width / 2), 2 * math.ceil(height / 2)  # films need even sides
        self.size = checks.size("ImageGrid", even)

    def draw(self, figure: FigureBase) -> None:
        page = self.page = Page(figure, self.size)
        (width, height), step = self.extent, self.zoom * (self.images.shape[3] + GAP)
        top = MARGIN + height
        place = (self.left, self.left + width, MARGIN, top)
        if self.known is not None:
            self._draw_outlines(top)
        image = page.axes.imshow(self._grid(0), extent=place, aspect="auto", interpolation="nearest", zorder=3)
        page.bind(image, data=self._grid)
        for row, name in enumerate(self.names):
            middle = top - row * step - (step - self.zoom * GAP) / 2
            page.text(name, (self.left - MARGIN // 2, middle), ha="right")
        page.text(self.title, (MARGIN, top + HEAD / 2 + MARGIN / 4), size=style.LARGE)

    def describe(self, frame: int) -> str:
        title = f"{self.title}: " if self.title else ""
        names = f": {', '.join(filter(None, self.names))}" if any(self.names) else ""
        which = f" Grid {frame + 1} of {self.frames}." if self.frames > 1 else ""
        return f"{title}{self.images.shape[2]} pictures in each row{names}.{which}"

    def moments(self) -> tuple[str, Sequence[float]]:
        return "grid", range(self.frames)

    def _draw_outlines(self, top: float) -> None:
        """Draw where pictures are missing; those that are there cover it."""
        _, rows, columns, h, w, _ = self.images.shape
        for row, column in np.ndindex(rows, columns):
            left, low = self.left + self.zoom * column * (w + GAP), top - self.zoom * (row * (h + GAP) + h)
            self.page.axes.add_patch(Rectangle((left + 1, low + 1), self.zoom * w - 2, self.zoom * h - 2, fill=False,
                                               edgecolor=style.QUIET, linestyle="--", zorder=2))  # fmt: skip

    def _grid(self, frame: int) -> np.ndarray:
        """Return all pictures of a frame as one, (R (H + GAP) - GAP, M (W + GAP) - GAP, 4), with nothing between."""
        _, rows, columns, h, w, _ = self.images.shape
        grid = np.zeros((rows, h + GAP, columns, w + GAP, 4), np.uint8)
        grid[:, :h, :, :w, :3] = self.images[frame].swapaxes(1, 2)  # (R, M, H, W, C) → (R, H, M, W, C)
        grid[:, :h, :, :w, 3] = 255 if self.known is None else 255 * self.known[frame, :, None, :, None]
        return grid.reshape(rows * (h + GAP), columns * (w + GAP), 4)[:-GAP, :-GAP]
