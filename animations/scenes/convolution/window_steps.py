"""A window that slides over an image, place by place, while the output fills up: shared by convolution and pooling.

    image, with its padding            what is done           output
    ┌ ─ ┬ ─ ┬ ─ ┐                                             ┌───┬───┐
      0   0   0                        with what the          │ 2 │   │
    ├ ─ ╔═══════╗  window              window covers          ├───┼───┤
      0 ║ 1   1 ║                                             │   │   │
    └ ─ ╚═══════╝                                             └───┴───┘

Frame 0 is the start: nothing is covered or written. Then each place takes three frames: cover, work, write. Between
two places, the window slides.

H W rows and columns of the image, KH KW of the window, OH OW of the output; P = OH · OW places, row by row; S frames.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase

from animations.data import anything, text
from animations.engine.text import Form, text_width
from animations.kit import style
from animations.kit.boards import DIGIT, Grid, Outline, cell_width, draw_board, draw_outlines, mark_cells, write_heading
from animations.kit.numbers import letters
from animations.kit.page import SPACE, Page, PageScene
from animations.kit.whys import Table, explained
from animations.kit.windows import in_words, patches_under
from animations.scenes.convolution.window_whys import WINDOWS
from animations.why import Why
from tinylearn.layers.windows import Windows

SIDE = 56  # pixels: the smallest side of a cell
GAP, MARGIN, LINE = 48, 26, 34  # pixels: between boards, around everything, from line to line
ABOVE = MARGIN + 3 * LINE  # pixels: the title, the clock, the names of the boards
START, COVER, WORK, WRITE = range(4)


class WindowSteps(PageScene):
    """The boards of image and output, the window, and the clock; a subclass draws the work between them.

    image (H, W), out (OH, OW); `name` precedes the gids, as in "name.out[0,0]", if it is not empty. Next to a scene
    with as many places, use with_clock=False: then only the other one shows the clock.

    The gids: `x[r,c]` for the cells of the image; `padding[r,c]` for those around it, in the same coordinates (so r or
    c is negative, or beyond the image); `out[p,q]`; `place` and `places`, counted from 1.
    """

    title: str = text(default="", kw_only=True)
    name: str = text(default="", kw_only=True)
    with_clock: bool = anything(lambda caller, name, value: bool(value), default=True, kw_only=True)

    glides = True
    image: np.ndarray
    what = ""  # the thing that slides over the image
    work = ""  # the work in the frames between "cover" and "write"
    around = 0.0  # the number in the padding; -inf is not written
    least = (0, 0)  # pixels: the size of small boards, so that they fit next to each other
    window_color = style.INK
    whys: Table = WINDOWS

    def cover(self, windows: Windows, name: str) -> np.ndarray:
        """Return the numbers under the window at each place, (P, KH, KW); `name` is the argument with its size."""
        self.windows = windows
        self.corners, inputs = patches_under(type(self).__name__, name, windows, self.image, self.around)
        return inputs

    def lay_out(self, out: np.ndarray, result: tuple[str, str, Form], wide: int, high: int) -> None:
        """Compute what each frame shows, and where the boards stand.

        out          (OH, OW), the numbers to write
        result       of the work: the words before the number, its gid, and its format
        wide, high   how many pixels the work takes above its result
        """
        self.out, self.result = out, result
        self.title = self.title or in_words(self.windows, self.what)
        self.frames = 1 + 3 * out.size
        place, phase = np.divmod(np.arange(self.frames) - 1, 3)
        self.place = np.maximum(place, 0)  # (S,), from 0
        self.phase = np.where(place < 0, START, phase + COVER)  # (S,)
        rows, columns = self.windows.padded_shape(*self.image.shape)
        said = text_width(result[0], style.MEDIUM) + SPACE + DIGIT * letters(out)
        self.work_left = MARGIN + columns * cell_width(self.image, SIDE) + GAP
        self.out_left = self.work_left + max(said, wide) + GAP
        right = self.out_left + out.shape[1] * cell_width(out, SIDE)
        title = MARGIN + text_width(self.title, style.LARGE)
        dashed = LINE * (self.image.shape != (rows, columns))
        below = max(rows * SIDE + dashed, out.shape[0] * SIDE, high + LINE)
        self.size = max(self.least[0], right + MARGIN, title + MARGIN), max(self.least[1], ABOVE + below + MARGIN)

    def home(self, top: float) -> Outline | None:
        """Return the window's outline before it covers anything, if it is visible then."""
        return None

    def draw_work(self, top: float) -> float:
        """Draw the work on the covered cells, from the height `top` downwards; return the height of the result."""
        raise NotImplementedError

    def work_in_words(self, place: int) -> str:
        """Say in words what happens at a place, up to the number that is written."""
        raise NotImplementedError

    def draw(self, figure: FigureBase) -> None:
        self.page, top = Page(figure, self.size, self.name), self.size[1] - ABOVE
        self.page.text(self.title, (MARGIN, self.size[1] - MARGIN - 8), size=style.LARGE)
        if self.with_clock:
            self._draw_clock(self.size[1] - MARGIN - 8 - LINE)
        self._draw_image(top)
        self._draw_output(top)
        self._write_result(self.draw_work(top))

    def describe(self, frame: int) -> str:
        place = int(self.place[frame])
        if not frame:
            return f"{self.title}: nothing is covered yet, and the output is empty."
        p, q = divmod(place, self.out.shape[1])
        return (
            f"{self.title}, place {place + 1} of {self.out.size}: {self.work_in_words(place)} {self.out[p, q]:g}, "
            f"for row {p + 1}, column {q + 1}."
        )

    def why(self, gid: str, frame: int) -> Why | None:
        own = gid.startswith(self.gid(""))
        return explained(gid.removeprefix(self.gid("")), self.whys, self, frame) if own else None

    def moments(self) -> tuple[str, Sequence[float]]:
        return "place", np.where(self.phase == START, 0, self.place + 1).tolist()

    def gid(self, own: str) -> str:
        """Return a gid as drawn: after the name of the scene, if it has one."""
        return f"{self.name}.{own}" if self.name else own

    def since(self, phase: int, *artists: Artist) -> None:
        """Show artists from a phase on, at each place again."""
        self.page.show(self.phase >= phase, *artists)

    def _draw_clock(self, y: float) -> None:
        """Write which place it is, and what happens there."""
        page, phases = self.page, ("start", "cover", self.work, "write")
        place = page.number("{:.0f}", "place", self.place + 1, weight="bold")
        last = page.number("{:.0f}", "places", self.out.size, color=style.QUIET)
        counted = page.quiet("place"), place, page.quiet("of"), last
        end = page.row((MARGIN, y), *counted)
        self.since(COVER, *counted)
        at = np.where(self.phase[:, None] == START, (MARGIN, y), (end + 3 * SPACE, y))
        page.bind(page.words([phases[phase] for phase in self.phase], weight="bold"), position=at)

    def _draw_image(self, top: float) -> None:
        """Draw the image in a frame, the padding around it in dashed cells, and the window."""
        page, (h, w), ((above, _), (left, _)) = self.page, self.image.shape, self.windows.pads(*self.image.shape)
        rows, columns = self.windows.padded_shape(h, w)
        grid = self.board = Grid((MARGIN, top), rows, columns, cell_width(self.image, SIDE), SIDE)
        write_heading(page, grid, "image")
        draw_board(page, grid.part(above, left, h, w), "x", self.image, style.INPUT)
        draw_outlines(page, [grid.outline(above, left, h, w)], colors=style.INK, linewidths=1.5, joinstyle="miter",
                      zorder=2.2)  # fmt: skip
        outside = [(i, j) for i, j in grid.cells() if not (0 <= i - above < h and 0 <= j - left < w)]
        draw_outlines(page, [grid.outline(*cell) for cell in outside], linestyles=(0, (3, 3)))
        if outside:
            page.quiet("dashed: padding", (MARGIN, grid.bottom - 20), size=style.SMALL)
        for i, j in outside if np.isfinite(self.around) else ():
            page.number("{:.0f}", f"padding[{i - above},{j - left}]", self.around, grid.centre(i, j), ha="center",
                        color=style.QUIET, zorder=3)  # fmt: skip
        outlines = np.array([grid.outline(i, j, *self.windows.size) for i, j in self.corners])[self.place]  # (S, 5, 2)
        home = self.home(top)
        outlines[0] = home or outlines[0]
        self.window = draw_outlines(page, (), colors=self.window_color, linewidths=3.0, joinstyle="miter", zorder=4)
        page.glide(self.window, segments=outlines[:, None])
        self.since(START if home else COVER, self.window)

    def _write_result(self, y: float) -> None:
        """Write the result of the work."""
        words, gid, form = self.result
        said = self.page.quiet(words), self.page.number(form, gid, self.out.flat[self.place], weight="bold")
        self.page.row((self.work_left, y), *said)
        self.since(WORK, *said)

    def _draw_output(self, top: float) -> None:
        """Draw the cells of the output, and in them the numbers, which appear one by one."""
        page, (rows, columns) = self.page, self.out.shape
        grid = Grid((self.out_left, top), rows, columns, cell_width(self.out, SIDE), SIDE)
        write_heading(page, grid, "output")
        written = self.place + (self.phase == WRITE)  # (S,) cells
        seen = np.arange(self.out.size).reshape(self.out.shape) < written[:, None, None]
        draw_board(page, grid, "out", self.out, style.INPUT, seen)
        cells = [[grid.outline(*cell)] for cell in grid.cells()]
        self.target = mark_cells(page, lambda frame: cells[self.place[frame]] if self.phase[frame] == WRITE else [])
