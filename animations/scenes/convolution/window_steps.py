"""A window that goes over an image place by place, while the output fills up: what convolution and pooling share.

    image, with its padding            what is done           output
    ┌ ─ ┬ ─ ┬ ─ ┐                                             ┌───┬───┐
      0   0   0                        with what the          │ 2 │   │
    ├ ─ ╔═══════╗  window              window covers          ├───┼───┤
      0 ║ 1   1 ║                                             │   │   │
    └ ─ ╚═══════╝                                             └───┴───┘

Frame 0 is the start: nothing is covered, nothing written. Then each place takes three frames: cover, work, write.

H W rows and columns of the image, KH KW of the window, OH OW of the output; P = OH · OW places, row by row; S frames.
"""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase

from animations.data import text
from animations.engine.text import Form, text_width
from animations.kit import style
from animations.kit.boards import CELL, DIGIT, Grid, cell_width, draw_board, draw_outlines, mark_cells, write_heading
from animations.kit.numbers import letters
from animations.kit.page import SPACE, Page, PageScene
from animations.kit.windows import covered, in_words
from tinylearn.layers.windows import Windows

HEADING, BELOW, GAP, MARGIN = 134, 46, 56, 32  # pixels: above the boards, below and beside each, around all
START, COVER, WORK, WRITE = range(4)


class WindowSteps(PageScene):
    """The boards of the image and of the output, the window, and the clock; a subclass draws the work between them.

    image (H, W), out (OH, OW); `name` stands before the gids, as in "name.out[0,0]", if it is not empty.

    gids: `x[r,c]` for the cells of the image, `padding[r,c]` for those around it, in the same coordinates (so that
    r or c is negative, or beyond the image), `out[p,q]`, `place` and `places`, counted from 1.
    """

    title: str = text(default="", kw_only=True)
    name: str = text(default="", kw_only=True)

    image: np.ndarray
    what = ""  # that slides over the image
    work = ""  # what the frames between "cover" and "write" do
    around = 0.0  # what the padding holds; -inf is not written
    least = (700, 550)  # pixels: the size of small boards, so that they fit beside each other
    window_color = style.INK

    def cover(self, windows: Windows, name: str) -> np.ndarray:
        """Return what the windows cover at each place, (P, KH, KW); `name`: the argument that has their size."""
        self.windows = windows
        self.corners, inputs = covered(type(self).__name__, name, windows, self.image, self.around)
        return inputs

    def lay_out(self, out: np.ndarray, result: tuple[str, str, Form], *boards: tuple[str, int, int]) -> None:
        """Compute what each frame shows, and where the boards stand.

        out      (OH, OW), what is written
        result   of the work: the words before the number, its gid, and how it is written
        boards   of the work, each (KH, KW): what it is called, and how wide and high its cells are, in pixels
        """
        self.out, self.result, self.boards = out, result, boards
        self.title = self.title or in_words(self.windows, self.what)
        self.frames = 1 + 3 * out.size
        place, phase = np.divmod(np.arange(self.frames) - 1, 3)
        self.place = np.maximum(place, 0)  # (S,), from 0
        self.phase = np.where(place < 0, START, phase + COVER)  # (S,)
        (kh, kw), (rows, columns) = self.windows.size, self.windows.padded_shape(*self.image.shape)
        said = text_width(result[0], style.MEDIUM) + SPACE + DIGIT * letters(out)
        self.work_left = MARGIN + columns * cell_width(self.image) + GAP
        widths = [max(kw * wide, text_width(name, style.MEDIUM)) for name, wide, _ in boards]
        self.out_left = self.work_left + max(said, *widths) + GAP
        right = self.out_left + max(out.shape[1] * cell_width(out), 2 * CELL)
        title = MARGIN + text_width(self.title, style.LARGE)
        high = max(rows * CELL + 40, out.shape[0] * CELL, sum(kh * high + BELOW for *_, high in boards))
        self.size = max(self.least[0], right + MARGIN, title + MARGIN), max(self.least[1], HEADING + high + MARGIN)

    def draw_work(self, *grids: Grid) -> None:
        """Draw on the boards of the work what is done with the covered cells."""
        raise NotImplementedError

    def work_in_words(self, place: int) -> str:
        """Say what is done at a place, up to the number that is written."""
        raise NotImplementedError

    def draw(self, figure: FigureBase) -> None:
        self.page, top = Page(figure, self.size, self.name), self.size[1] - HEADING
        self._draw_heading(top + 66)
        self._draw_image(top)
        self._draw_work(top)
        self._draw_output(top)

    def describe(self, frame: int) -> str:
        place = int(self.place[frame])
        if not frame:
            return f"{self.title}: nothing is covered yet, and the output is empty."
        p, q = divmod(place, self.out.shape[1])
        return (
            f"{self.title}, place {place + 1} of {self.out.size}: {self.work_in_words(place)} {self.out[p, q]:g}, "
            f"for row {p + 1}, column {q + 1}."
        )

    def since(self, phase: int, *artists: Artist) -> None:
        """Show artists from a phase on, at each place anew."""
        for artist in artists:
            self.page.bind(artist, visible=self.phase >= phase)

    def _draw_heading(self, y: float) -> None:
        """Write the title, and below it the clock."""
        page, phases = self.page, ("start", "cover", self.work, "write")
        page.text(self.title, (MARGIN, y + 34), size=style.LARGE)
        place = page.number("{:.0f}", "place", self.place + 1, weight="bold")
        self.since(COVER, place)
        last = page.number("{:.0f}", "places", self.out.size, color=style.QUIET)
        end = page.row((MARGIN, y), page.quiet("place"), place, page.quiet("of"), last)
        page.words([phases[phase] for phase in self.phase], (end + 3 * SPACE, y), weight="bold")

    def _draw_image(self, top: float) -> None:
        """Draw the image, framed, and around it the padding, with dashed cells."""
        page, (h, w), ((above, _), (left, _)) = self.page, self.image.shape, self.windows.pads(*self.image.shape)
        rows, columns = self.windows.padded_shape(h, w)
        grid = self.board = Grid((MARGIN, top), rows, columns, cell_width(self.image), CELL)
        write_heading(page, grid, "image")
        draw_board(page, grid.part(above, left, h, w), "x", self.image, style.INPUT)
        draw_outlines(page, [grid.outline(above, left, h, w)], colors=style.INK, linewidths=1.5, joinstyle="miter",
                      zorder=2.2)  # fmt: skip
        outside = [(i, j) for i, j in grid.cells() if not (0 <= i - above < h and 0 <= j - left < w)]
        draw_outlines(page, [grid.outline(*cell) for cell in outside], linestyles=(0, (3, 3)))
        if outside:
            page.quiet("dashed: padding", (MARGIN, grid.bottom - 22), size=style.SMALL)
        for i, j in outside if np.isfinite(self.around) else ():
            page.number("{:.0f}", f"padding[{i - above},{j - left}]", self.around, grid.centre(i, j), ha="center",
                        color=style.QUIET, zorder=3)  # fmt: skip
        self.window = mark_cells(
            page, lambda frame: [grid.outline(*self.corners[self.place[frame]], *self.windows.size)] if frame else [],
            colors=self.window_color,
        )  # fmt: skip

    def _draw_work(self, top: float) -> None:
        """Draw the boards of the work below each other, and its result below them."""
        page, (kh, kw), grids, (words, gid, form) = self.page, self.windows.size, [], self.result
        for name, wide, high in self.boards:
            grids.append(Grid((self.work_left, top), kh, kw, wide, high))
            write_heading(page, grids[-1], name)
            top = grids[-1].bottom - BELOW
        self.draw_work(*grids)
        number = page.number(form, gid, self.out.flat[self.place], weight="bold")
        self.since(WORK, number)
        page.row((self.work_left, grids[-1].bottom - 30), page.quiet(words), number)

    def _draw_output(self, top: float) -> None:
        """Draw the cells of the output, and in them the numbers that are written one by one."""
        page, (rows, columns) = self.page, self.out.shape
        grid = Grid((self.out_left, top), rows, columns, cell_width(self.out), CELL)
        write_heading(page, grid, "output")
        written = self.place + (self.phase == WRITE)  # (S,) so many cells
        seen = np.arange(self.out.size).reshape(self.out.shape) < written[:, None, None]
        draw_board(page, grid, "out", self.out, style.INPUT, seen)
        cells = [[grid.outline(*cell)] for cell in grid.cells()]
        self.target = mark_cells(page, lambda frame: cells[self.place[frame]] if self.phase[frame] == WRITE else [])
