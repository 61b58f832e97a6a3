"""A parameter below its layer: its name and norm, its numbers as a picture, and the scale of that picture.

    w     norm 3.71
    ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒      blue above zero, red below, white at zero
    scale ±1.25

If there are only a few numbers, they are written into the picture, each in its place in the array.
"""

from __future__ import annotations

from typing import Any

from matplotlib.patches import Rectangle

from animations.kit import style
from animations.kit.boards import Grid
from animations.kit.colours import SIGNED, inks
from animations.kit.labels import short, widest
from animations.kit.numbers import form_for, three_digits
from animations.kit.page import Page, Place
from animations.scenes.network.states import ParameterStates

NAME, PICTURE, SCALE = 12, 26, 14  # pixels: from the top to the middle of the name, and to the picture; to the scale
STRIP, CELL = (128, 64), 24  # the largest picture of a parameter, and of a number in it
WRITTEN, WRITTEN_SHAPE = 24, (8, 6)  # at most this many numbers, rows and columns are written out
SMALL: dict[str, Any] = {"size": style.SMALL}


class Block:
    """The space of a parameter, `width` × `height` pixels or wider, and what is drawn there.

    written   are its numbers written into the picture, in the format `form`?
    cell      width and height of a number in the picture
    """

    def __init__(self, parameter: ParameterStates) -> None:
        self.parameter, self.title, self.form = parameter, short(parameter.key, 14), form_for(parameter.largest)
        self.scale = f"scale ±{self.form}"
        rows, columns = parameter.places.shape
        few = rows * columns <= WRITTEN and rows <= WRITTEN_SHAPE[0] and columns <= WRITTEN_SHAPE[1]
        self.written = few and parameter.recorded
        self.cell = min(CELL, STRIP[0] // columns), min(CELL, STRIP[1] // rows)
        if self.written:
            self.cell = 14 + widest(self.form.format(value) for value in parameter.pictures.flat), CELL
        title = widest([self.title], weight="bold") + 16 + widest(map(_norm, parameter.norms))
        scale = widest([self.scale.format(parameter.largest), "not recorded"])
        self.width, self.height = max(self.cell[0] * columns, title, scale), 56 + self.cell[1] * rows

    def draw(self, page: Page, corner: Place, width: float) -> None:
        """Draw the block, `width` pixels wide, below and to the right of `corner`."""
        parameter, name, (left, top) = self.parameter, self.parameter.name, (round(corner[0]), round(corner[1]))
        rows, columns = parameter.places.shape
        grid = Grid((left, top - PICTURE), rows, columns, *self.cell)
        color = style.BIAS if parameter.key == "b" else style.WEIGHT
        page.text(self.title, (left, top - NAME), weight="bold", color=color, **SMALL)
        face = style.PAPER if parameter.recorded else style.FAINT
        page.axes.add_patch(Rectangle((left - 1, grid.bottom - 1), grid.right - left + 2, grid.top - grid.bottom + 2,
                                      facecolor=face, edgecolor=style.QUIET, linewidth=0.8))  # fmt: skip
        below: dict[str, Any] = {"place": (left, grid.bottom - SCALE), "color": style.QUIET} | SMALL
        if parameter.recorded:
            page.number(_norm, f"{name}.norm", parameter.norms, (round(corner[0] + width), top - NAME), **SMALL)
            page.number(self.scale, f"{name}.largest", parameter.largest, ha="left", **below)
            self._draw_picture(page, grid)
        else:
            page.text("not recorded", **below)

    def _draw_picture(self, page: Page, grid: Grid) -> None:
        """Draw the numbers as a picture, and if they are few, write them into it."""
        parameter, limit = self.parameter, self.parameter.largest or 1.0
        extent = grid.left, grid.right, grid.bottom, grid.top
        picture = page.axes.imshow(parameter.pictures[0], SIGNED, vmin=-limit, vmax=limit, extent=extent,
                                   aspect="auto", interpolation="nearest", zorder=3)  # fmt: skip
        page.bind(picture, data=parameter.pictures)
        for i, j in grid.cells() if self.written else ():
            values, gid = parameter.pictures[:, i, j], parameter.name + parameter.index(i, j)
            number = page.number(self.form, gid, values, grid.centre(i, j), ha="center", zorder=5, **SMALL)
            page.bind(number, color=inks(values / limit).tolist())


def _norm(value: float) -> str:
    return f"norm {three_digits(value)}"
