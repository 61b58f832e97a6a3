"""Convolution on boards of numbers: the filter lies on one place of the image after another.

    start               the filter lies beside the image
    cover               it lies on KH × KW numbers of the image: each meets a number of the filter
    multiply and add    the KH · KW products, and their sum
    write               the sum becomes a number of the output

H W rows and columns of the image, KH KW of the filter, OH OW of the output; P = OH · OW places, S frames.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from animations.data import anything
from animations.kit import style
from animations.kit.boards import DIGIT, Grid, Outline, board, draw_cells
from animations.kit.numbers import letters, plain_form
from animations.kit.windows import LARGEST_IMAGE, LARGEST_WINDOW
from animations.scenes.convolution.window_steps import COVER, SIDE, START, WORK, WindowSteps
from animations.scenes.convolution.window_whys import CONVOLUTION
from tinylearn.layers.loops import convolve
from tinylearn.layers.windows import Windows


class ConvolutionSteps(WindowSteps):
    """One filter slides over an image with one channel; every product is written out.

    image (H, W), at most 8 × 8; kernel (KH, KW), at most 5 × 5; `stride` and `padding` are those of Conv2D. The output
    is that of `tinylearn.layers.loops.convolve` without a bias. Raises ValueError for boards that are larger or have
    numbers of 1000 or more, and if the filter has no place.

    The gids, besides those of WindowSteps: `w[i,j]`, `product[i,j]`, its factors `product[i,j].x` and `product[i,j].w`,
    and `sum`.

    >>> steps = ConvolutionSteps([[1, 1, 1], [0, 0, 0]], [[1, 1]])
    >>> steps.out, steps.frames
    (array([[2., 2.],
           [0., 0.]]), 13)
    """

    image: np.ndarray = board(LARGEST_IMAGE)
    kernel: np.ndarray = board(LARGEST_WINDOW)
    stride: Any = anything(default=1, kw_only=True)
    padding: Any = anything(default=0, kw_only=True)

    what, work = "filter", "multiply and add"
    least = (853, 498)
    window_color = style.WEIGHT
    whys = CONVOLUTION

    def prepare(self) -> None:
        windows = Windows.of("ConvolutionSteps", "kernel", self.kernel.shape, self.stride, self.padding)
        self.inputs = self.cover(windows, "kernel")  # (P, KH, KW)
        self.products = self.inputs * self.kernel  # (P, KH, KW)
        x, w = self.image[None, :, :, None], self.kernel[:, :, None, None]
        factors = int(9.5 * (letters(self.image) + letters(self.kernel))) + 34
        self.wide = max(64, factors, DIGIT * letters(self.products) + 40)
        out, (kh, kw) = convolve(x, w, np.zeros(1), windows)[0, :, :, 0], windows.size
        self.lay_out(out, ("sum of all products =", "sum", plain_form(out)), kw * self.wide, kh * SIDE)

    def home(self, top: float) -> Outline:
        return self._cells(top).outline(0, 0, *self.windows.size)

    def draw_work(self, top: float) -> float:
        """Draw the filter, which slides from here over the image, and then a cell for each product."""
        page, home = self.page, self._cells(top)
        page.words(lambda frame: "image · filter" if frame else "filter", (home.left, home.top + 18), color=style.QUIET)
        draw_cells(page, home)
        for i, j in home.cells():
            self._draw_weight(i, j, home.centre(i, j))
            self._draw_product(i, j, *home.centre(i, j))
        return home.bottom - 24

    def work_in_words(self, place: int) -> str:
        pairs = zip(self.inputs[place].flat, self.kernel.flat, strict=True)
        return f"{' + '.join(f'{x:g} · {w:g}' for x, w in pairs)} ="

    def _cells(self, top: float) -> Grid:
        """Return the cells that first hold the filter, and then its products."""
        return Grid((self.work_left, top), *self.windows.size, self.wide, SIDE)

    def _draw_weight(self, i: int, j: int, home: tuple[float, float]) -> None:
        """Write w[i,j] into its cell, and from the first place on, below the number of the image that it meets."""
        grid, form = self.board, plain_form(self.kernel)
        cells = [grid.centre(row + i, column + j) for row, column in self.corners]
        laid = np.add([cells[place] for place in self.place], (grid.wide / 2 - 5, 9 - SIDE / 2))  # (S, 2)
        half = DIGIT * letters(self.kernel) / 2
        lies = np.where(self.phase[:, None] == START, np.add(home, (half, 0)), laid)
        weight = self.page.number(form, f"w[{i},{j}]", self.kernel[i, j], weight="bold", size=style.SMALL,
                                  color=style.WEIGHT, zorder=3.5)  # fmt: skip
        self.page.glide(weight, position=lies)

    def _draw_product(self, i: int, j: int, centre: float, y: float) -> None:
        """Write x and w next to each other into a cell, and the product below them."""
        page, gid, form = self.page, f"product[{i},{j}]", plain_form(self.products)
        x = centre + 4.75 * (letters(self.image) - letters(self.kernel))  # of the dot: both factors fill the cell
        dot = page.text("·", (x, y + 12), size=style.SMALL, ha="center")
        pixel = page.number(plain_form(self.image), f"{gid}.x", self.inputs[self.place, i, j], (x - 6, y + 12),
                            size=style.SMALL)  # fmt: skip
        weight = page.number(plain_form(self.kernel), f"{gid}.w", self.kernel[i, j], (x + 6, y + 12), ha="left",
                             size=style.SMALL, color=style.WEIGHT)  # fmt: skip
        product = page.number(lambda value: f"= {form(value)}", gid, self.products[self.place, i, j], (centre, y - 11),
                              ha="center")  # fmt: skip
        self.since(COVER, dot, pixel, weight)
        self.since(WORK, product)
