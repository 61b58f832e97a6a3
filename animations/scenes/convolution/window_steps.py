"""A window that goes over an image place by place, while the output fills up: what convolution and pooling share.

    image, with its padding            what is done           output
    ┌ ─ ┬ ─ ┬ ─ ┐                                             ┌───┬───┐
      0   0   0                        with what the          │ 2 │   │
    ├ ─ ╔═══════╗  window              window covers          ├───┼───┤
      0 ║ 1   1 ║                                             │   │   │
    └ ─ ╚═══════╝                                             └───┴───┘

Frame 0 is the start: nothing is covered, nothing written. Then each place takes three frames: cover, work, write.

H W rows and columns of the image, KH KW of the window, OH OW of the output; P = OH · OW places, row by row.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb
from matplotlib.figure import FigureBase

from animations import checks
from animations.engine.text import Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes
from animations.kit.boards import (
    CELL,
    Grid,
    cell_width,
    checked_board,
    draw_cells,
    draw_tints,
    thick_lines,
    tints,
    write_numbers,
)
from animations.kit.numbers import plain_form
from animations.scene import Scene
from tinylearn.layers.windows import Windows

LARGEST_IMAGE, LARGEST_WINDOW, LARGEST_BOARD = 8, 5, 12  # rows and columns; the board is the image with its padding
HEADING, GAP, MARGIN = 134, 56, 32  # pixels: above the boards, between them, around all
START, COVER, WORK, WRITE = range(4)


class WindowSteps(Scene):
    """The boards of the image and of the output, the window, and the clock; a subclass draws the work between them.

    image (H, W), out (OH, OW); `name` stands before the gids, as in "name.out[0,0]", if it is not empty.

    gids: `x[r,c]` for the cells of the image, `padding[r,c]` for those around it, in the same coordinates (so that
    r or c is negative, or beyond the image), `out[p,q]`, `place` and `places`, counted from 1.
    """

    what = ""  # that slides over the image
    work = ""  # what the frames between "cover" and "write" do
    least = (700, 550)  # pixels: the size of small boards, so that they fit beside each other
    window_color = style.INK

    def __init__(self, image: np.ndarray, windows: Windows, out: np.ndarray, *, title: str, name: str) -> None:
        self.image, self.windows, self.out = image, windows, out
        who = type(self).__name__
        self.prefix = f"{name}." if checks.text(who, "name", name) else ""
        self.down, self.across = windows.pads(*image.shape)
        self.frames = 1 + 3 * out.size
        self.cell = cell_width(image)
        self.title = (
            checks.text(who, "title", title)
            or f"{windows.size[0]} × {windows.size[1]} {self.what}, {in_words(windows)}"
        )
        self.work_left = MARGIN + (image.shape[1] + sum(self.across)) * self.cell + GAP
        work_width, work_height = self.work_size()
        self.out_left, self.out_cell = self.work_left + work_width + GAP, cell_width(out)
        boards = (image.shape[0] + sum(self.down)) * CELL + 40, out.shape[0] * CELL, work_height
        right = self.out_left + max(out.shape[1] * self.out_cell, 2 * CELL)
        self.size = (
            max(self.least[0], right + MARGIN, 14 * len(self.title) + 2 * MARGIN),
            max(self.least[1], HEADING + max(boards) + MARGIN),
        )

    def work_size(self) -> tuple[int, int]:
        """Return how many pixels wide and high the work is."""
        raise NotImplementedError

    def draw_work(self, left: float, top: float) -> None:
        """Draw what is done with the covered cells, with its upper left corner at (left, top)."""
        raise NotImplementedError

    def update_work(self, place: int, phase: int) -> Sequence[Artist]:
        """Show the work at one place; nothing of it at START."""
        raise NotImplementedError

    def place_and_phase(self, frame: int) -> tuple[int, int]:
        """Return which place, counted from 0, and which of START, COVER, WORK, WRITE a frame shows."""
        return (0, START) if frame == 0 else ((frame - 1) // 3, (frame - 1) % 3 + 1)

    def covered(self, place: int) -> tuple[int, int]:
        """Return the row and column of the padded image that the window's upper left cell covers at a place."""
        p, q = divmod(place, self.out.shape[1])
        return p * self.windows.stride[0], q * self.windows.stride[1]

    def draw(self, figure: FigureBase) -> None:
        self.page = pixel_axes(figure, self.size)
        top = self.size[1] - HEADING
        self._draw_heading(top + 66)
        self._draw_image(top)
        self.draw_work(self.work_left, top)
        self._draw_output(top)

    def update(self, frame: int) -> list[Artist]:
        place, phase = self.place_and_phase(frame)
        self.phase.set_text(("start", "cover", self.work, "write")[phase])
        self.place.set_value(place + 1)
        self.place.set_visible(phase != START)
        i, j = self.covered(place)
        self.window.set_segments([] if phase == START else [self.board.outline(i, j, *self.windows.size)])
        written = place + (phase == WRITE)  # so many cells
        for k, number in enumerate(self.out_numbers.values()):
            number.set_visible(k < written)
        self.out_tints.set_facecolor(self.out_colors[:written] + [to_rgb(style.PAPER)] * (self.out.size - written))
        cell = divmod(place, self.out.shape[1])
        self.target.set_segments([self.out_grid.outline(*cell)] if phase == WRITE else [])
        own = [self.phase, self.place, self.window, self.out_tints, *self.out_numbers.values(), self.target]
        return [*own, *self.update_work(place, phase)]

    def _draw_heading(self, y: float) -> None:
        """Write the title, and below it the clock."""
        add_label(self.page, MARGIN, y + 34, self.title, size=style.LARGE)
        add_label(self.page, MARGIN, y, "place", color=style.QUIET)
        self.place = add_number(self.page, MARGIN + 90, y, "{:.0f}", f"{self.prefix}place", weight="bold")
        add_label(self.page, MARGIN + 98, y, "of", color=style.QUIET)
        places = add_number(self.page, MARGIN + 122, y, "{:.0f}", f"{self.prefix}places", color=style.QUIET, ha="left")
        places.set_value(self.out.size)
        self.phase = add_label(self.page, MARGIN + 172, y, "", weight="bold")

    def _draw_image(self, top: float) -> None:
        """Draw the image, framed, and around it the padding, with dashed cells."""
        (h, w), above, left = self.image.shape, self.down[0], self.across[0]
        self.board = Grid((MARGIN, top), h + sum(self.down), w + sum(self.across), self.cell, CELL)
        inside = Grid((MARGIN + left * self.cell, top - above * CELL), h, w, self.cell, CELL)
        around = [(i, j) for i, j in self.board.cells() if not (0 <= i - above < h and 0 <= j - left < w)]
        self.heading_of(MARGIN, "image")
        if around:
            add_label(self.page, MARGIN, self.board.bottom - 22, "dashed: padding", color=style.QUIET, size=style.SMALL)
        draw_cells(self.page, self.board, around, linestyles=(0, (3, 3)))
        draw_tints(self.page, inside, tints(self.image, style.INPUT)).set_zorder(1)
        draw_cells(self.page, inside, inside.cells())
        thick_lines(self.page, [inside.outline(0, 0, h, w)], linewidths=1.5, zorder=2.2)
        write_numbers(self.page, inside, self.image, plain_form(self.image), f"{self.prefix}x")
        for i, j in around:
            self.draw_padding(*self.board.centre(i, j), f"{self.prefix}padding[{i - above},{j - left}]")
        self.window = thick_lines(self.page, colors=self.window_color)

    def draw_padding(self, x: float, y: float, gid: str) -> None:
        """Write what stands in a cell of the padding, if anything does."""

    def _draw_output(self, top: float) -> None:
        """Draw the cells of the output, and make the numbers that will appear in them."""
        rows, columns = self.out.shape
        self.out_grid = Grid((self.out_left, top), rows, columns, self.out_cell, CELL)
        self.heading_of(self.out_left, "output")
        draw_cells(self.page, self.out_grid, self.out_grid.cells())
        self.out_colors = tints(self.out, style.INPUT)
        self.out_tints = draw_tints(self.page, self.out_grid, self.out_colors)
        self.out_numbers = write_numbers(self.page, self.out_grid, self.out, plain_form(self.out), f"{self.prefix}out")
        self.target = thick_lines(self.page)

    def heading_of(self, left: float, text: str) -> None:
        """Write what a board is, above its left corner."""
        add_label(self.page, left, self.size[1] - HEADING + 18, text, color=style.QUIET)

    def show(self, number: Number, value: float, visible: bool) -> None:
        """Write a value, or leave its place empty."""
        number.set_value(value)
        number.set_visible(visible)


def check_windows(who: str, name: str, image: np.ndarray, windows: Windows) -> None:
    """Raise ValueError if no window fits the image, or if they are too large to be drawn; `name`: their size's."""
    try:
        windows.count(*image.shape)
    except ValueError as error:
        raise ValueError(f"{who}: {error}") from None
    (kh, kw), (down, across) = windows.size, windows.pads(*image.shape)
    rows, columns = image.shape[0] + sum(down), image.shape[1] + sum(across)
    if max(kh, kw) > LARGEST_WINDOW:
        raise ValueError(
            f"{who}: {name} may have at most {LARGEST_WINDOW} rows and columns to be drawn, got {kh} × {kw}"
        )
    if max(rows, columns) > LARGEST_BOARD:
        raise ValueError(
            f"{who}: image and padding may have at most {LARGEST_BOARD} rows and columns to be drawn, "
            f"got {rows} × {columns}; take a smaller image or less padding"
        )


def checked_image(who: str, image: object) -> np.ndarray:
    """Return an image (H, W) that is small enough to be drawn; ValueError if it is none."""
    return checked_board(who, "image", image, LARGEST_IMAGE)


def in_words(windows: Windows) -> str:
    """Return what is said of windows in a title.

    >>> in_words(Windows((3, 3), (2, 2), (0, 0))), in_words(Windows((3, 3), (1, 2), "same"))
    ('stride 2, no padding', 'stride 1 down, 2 across, padding same')
    """
    padding = "no padding" if windows.padding == (0, 0) else f"padding {_pair_in_words(windows.padding)}"
    return f"stride {_pair_in_words(windows.stride)}, {padding}"


def _pair_in_words(pair: tuple[int, int] | str) -> str:
    if isinstance(pair, str):
        return pair
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]} down, {pair[1]} across"
