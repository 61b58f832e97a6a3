"""A parameter below its layer: its name and its norm, its numbers as a picture, and the scale of that picture.

    w     norm 3.71
    ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒      blue above zero, red below, white at zero
    scale ±1.25

Few numbers are written into their picture, each where it stands in the array.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from animations.audit.contrast import luminance
from animations.engine.text import Number
from animations.kit import style
from animations.kit.axes import add_label, add_number
from animations.scenes.network.column import Block, norm_text, scale_text
from animations.scenes.neurons.weight_picture import COLORS

NAME, PICTURE, SCALE = 12, 26, 14  # pixels: from the top to the middle of the name, and to the picture; to the scale
EQUAL = 0.179  # on this luminance black and white letters can be read equally well, at 4.6 : 1
INKS = np.where(luminance(colormaps[COLORS](np.arange(256))[:, :3]) > EQUAL, "black", "white")


class DrawnBlock:
    """The artists of a block, between `left` and `right` and below `top` of a page, in pixels; `show` shows a frame."""

    def __init__(self, page: Axes, block: Block, left: float, right: float, top: float) -> None:
        self.page, self.block, self.parameter = page, block, block.parameter
        self.left, self.right, self.top = round(left), round(right), round(top)
        self.bottom = self.top - PICTURE - block.extent[1]  # of the picture
        self.limit = self.parameter.largest or 1.0
        self.written: list[Number] = []
        self._write(NAME, block.title, weight="bold", color=style.BIAS if self.parameter.key == "b" else style.WEIGHT)
        self._draw_frame()
        if self.parameter.recorded:
            self._draw_numbers()
        else:
            self._write(PICTURE + block.extent[1] + SCALE, "not recorded", color=style.QUIET)

    def show(self, frame: int) -> list[Artist]:
        """Show the numbers of a frame; return the artists that changed."""
        if not self.parameter.recorded:
            return []
        values = self.parameter.pictures[frame]
        self.norm.set_value(self.parameter.norms[frame])
        self.picture.set_data(values)
        for text, value in zip(self.written, values.flat, strict=False):
            text.set_value(value)
            text.set_color(self._ink(value))
        return [self.norm, self.picture, *self.written]

    def _ink(self, value: float) -> str:
        """Return black or white, whichever can be read better on the colour of `value`."""
        share = np.clip(np.nan_to_num(value / self.limit), -1, 1)
        return str(INKS[min(int(128 + 128 * share), 255)])

    def _write(self, below: float, text: str, **settings: Any) -> None:
        add_label(self.page, self.left, self.top - below, text, size=style.SMALL, **settings)

    def _draw_frame(self) -> None:
        width, height = self.block.extent
        face = style.PAPER if self.parameter.recorded else style.FAINT
        self.page.add_patch(Rectangle((self.left - 1, self.bottom - 1), width + 2, height + 2, facecolor=face,
                                      edgecolor=style.QUIET, linewidth=0.8))  # fmt: skip

    def _draw_numbers(self) -> None:
        """Draw the norm, the picture with its numbers, if they are few, and the scale."""
        page, parameter, name = self.page, self.parameter, self.parameter.name
        width, height = self.block.extent
        small: dict[str, Any] = {"size": style.SMALL, "zorder": 5}
        self.norm = add_number(page, self.right, self.top - NAME, norm_text, f"{name}.norm", **small)
        form = scale_text(self.block.form)
        scale = add_number(page, self.left, self.bottom - SCALE, form, f"{name}.largest", ha="left", **small)
        scale.set(color=style.QUIET)
        scale.set_value(parameter.largest)
        extent = self.left, self.left + width, self.bottom, self.bottom + height
        colors: dict[str, Any] = {"cmap": COLORS, "vmin": -self.limit, "vmax": self.limit}
        self.picture = page.imshow(parameter.pictures[0], extent=extent, aspect="auto", interpolation="nearest",
                                   zorder=3, **colors)  # fmt: skip
        if self.block.written:
            wide, high = self.block.cell
            for row, column in np.ndindex(parameter.places.shape):
                x, y = self.left + (column + 0.5) * wide, self.bottom + height - (row + 0.5) * high
                gid = name + parameter.index(row, column)
                self.written.append(add_number(page, x, y, self.block.form, gid, ha="center", **small))
