"""Many small pictures at once, as photographers look through a film: rows of pictures, a name before each row.

    plane  ▢ ▢ ▢ ▢
    car    ▢ ▢ ▢ ▢

All are one image artist: the sheet is put together as an array, with GAP pixels of paper between the pictures, and
enlarged as a whole, so that a pixel is a square.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb
from matplotlib.figure import FigureBase
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from animations import checks
from animations.kit import style
from animations.kit.axes import add_label, pixel_axes
from animations.scene import Scene
from tinylearn.checks import positive_integer, real_array

GAP = 2  # pixels of paper between two pictures, before they are enlarged
PAPER = [round(255 * part) for part in to_rgb(style.PAPER)]
MARGIN, HEAD = 24, 44  # pixels around everything, and for the title


class ContactSheet(Scene):
    """Rows of pictures, which may change from frame to frame.

    images   (S, R, M, H, W, C): S frames, R rows of M pictures; grey (C = 1) or red, green, blue (C = 3), in [0, 1]
    names    R names, one before each row; "" for none
    title    written above; "" for none
    zoom     how many pixels high and wide a pixel of a picture becomes

    A sheet that stands still has one frame, `images[None]`. What was before and what comes of it stand side by side as
    `SideBySide(ContactSheet(before[None], names), ContactSheet(after, [""] * len(names)))`.

    >>> sheet = ContactSheet(np.zeros((1, 2, 8, 32, 32, 3)), ["cat", "dog"], title="Cats and dogs")
    >>> sheet.describe(0)
    'Cats and dogs: 8 pictures in each row: cat, dog.'
    """

    def __init__(self, images: np.ndarray, names: Sequence[str], *, title: str = "", zoom: int = 3) -> None:
        self.images, self.title = _as_bytes(images), checks.text("ContactSheet", "title", title)
        self.zoom = zoom = positive_integer("ContactSheet", "zoom", zoom)
        self.frames, rows, columns, h, w, _ = self.images.shape
        self.names = checks.texts("ContactSheet", "names", names, (rows,))
        self.left = MARGIN + max((_width(name, style.MEDIUM) + MARGIN // 2 for name in names if name), default=0)
        self.extent = zoom * (columns * (w + GAP) - GAP), zoom * (rows * (h + GAP) - GAP)  # width, height
        width = max(self.left + self.extent[0], MARGIN + _width(title, style.LARGE)) + MARGIN
        height = self.extent[1] + 2 * MARGIN + (HEAD if title else 0)
        even = 2 * math.ceil(width / 2), 2 * math.ceil(height / 2)  # since films need that
        self.size = checks.size("ContactSheet", even)

    def draw(self, figure: FigureBase) -> None:
        page = pixel_axes(figure, self.size)
        (width, height), step = self.extent, self.zoom * (self.images.shape[3] + GAP)
        top = MARGIN + height
        place = (self.left, self.left + width, MARGIN, top)
        self.image = page.imshow(self._sheet(0), extent=place, aspect="auto", interpolation="nearest", zorder=3)
        for row, name in enumerate(self.names):
            middle = top - row * step - (step - self.zoom * GAP) / 2
            add_label(page, self.left - MARGIN // 2, middle, name, ha="right")
        add_label(page, MARGIN, top + HEAD / 2 + MARGIN / 4, self.title, size=style.LARGE)

    def update(self, frame: int) -> list[Artist]:
        self.image.set_data(self._sheet(frame))
        return [self.image]

    def describe(self, frame: int) -> str:
        title = f"{self.title}: " if self.title else ""
        names = f": {', '.join(filter(None, self.names))}" if any(self.names) else ""
        which = f" Sheet {frame} of {self.frames - 1}." if self.frames > 1 else ""
        return f"{title}{self.images.shape[2]} pictures in each row{names}.{which}"

    def _sheet(self, frame: int) -> np.ndarray:
        """Return all pictures of a frame as one, (R (H + GAP) - GAP, M (W + GAP) - GAP, 3)."""
        _, rows, columns, h, w, _ = self.images.shape
        sheet = np.empty((rows, h + GAP, columns, w + GAP, 3), np.uint8)
        sheet[...] = PAPER
        sheet[:, :h, :, :w] = self.images[frame].swapaxes(1, 2)  # (R, M, H, W, C) → (R, H, M, W, C)
        return sheet.reshape(rows * (h + GAP), columns * (w + GAP), 3)[:-GAP, :-GAP]


def _as_bytes(images: Any) -> np.ndarray:
    """Return the images as bytes, 0 … 255, as the screen shows them; ValueError or TypeError if they are none."""
    images = real_array("ContactSheet", "images", images)
    if images.ndim != 6 or 0 in images.shape or images.shape[-1] not in (1, 3):
        raise ValueError(
            "ContactSheet: images must have shape (frames, rows, columns, H, W, C), with C = 1 or 3, "
            f"got {images.shape}; a sheet that stands still is images[None]"
        )
    if images.dtype.kind != "f":
        raise TypeError(f"ContactSheet: images must hold floats in [0, 1], got {images.dtype}; for bytes: images / 255")
    if not ((images >= 0) & (images <= 1)).all():
        raise ValueError(f"ContactSheet: images must lie in [0, 1], got {images.min():g} to {images.max():g}")
    images = images if images.dtype == np.float32 else images.astype(np.float64)
    return (images * 255).round().astype(np.uint8)


def _width(text: str, points: float) -> int:
    """Return how wide a text is in pixels, rounded up."""
    if not text:
        return 0
    font = FontProperties(family=style.FONT)
    plain = text.replace("$", r"\$")  # no formula
    return math.ceil(TextPath((0, 0), plain, size=points * style.DPI / 72, prop=font).get_extents().x1)
