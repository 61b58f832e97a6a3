"""Convolution on boards of numbers: the filter is laid on the image, place by place.

    cover               the filter lies on KH × KW numbers of the image: each meets a number of the filter
    multiply and add    the KH · KW products, and their sum
    write               the sum becomes a number of the output

H W rows and columns of the image, KH KW of the filter, OH OW of the output; P = OH · OW places, S frames.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from animations.data import anything
from animations.kit import style
from animations.kit.boards import CELL, DIGIT, Grid, board, cell_width, draw_board, draw_cells
from animations.kit.numbers import letters, plain_form
from animations.kit.windows import LARGEST_IMAGE, LARGEST_WINDOW
from animations.scenes.convolution.window_steps import COVER, WORK, WindowSteps
from tinylearn.layers.loops import convolve
from tinylearn.layers.windows import Windows

HIGH = 52  # pixels: a cell with two lines


class ConvolutionSteps(WindowSteps):
    """One filter goes over an image of one channel; every product is written out.

    image (H, W), at most 8 × 8; kernel (KH, KW), at most 5 × 5; `stride` and `padding` are those of Conv2D. The output
    is that of `tinylearn.layers.loops.convolve` without a bias. Raises ValueError for boards that are larger, hold
    numbers of 1000 and more, or have no place for the filter.

    gids, beside those of WindowSteps: `w[i,j]`, `product[i,j]`, its factors `product[i,j].x` and `product[i,j].w`, and
    `sum`.

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
    window_color = style.WEIGHT

    def prepare(self) -> None:
        windows = Windows.of("ConvolutionSteps", "kernel", self.kernel.shape, self.stride, self.padding)
        self.inputs = self.cover(windows, "kernel")  # (P, KH, KW)
        self.products = self.inputs * self.kernel  # (P, KH, KW)
        x, w = self.image[None, :, :, None], self.kernel[:, :, None, None]
        factors = int(9.5 * (letters(self.image) + letters(self.kernel))) + 34
        wide = max(60, factors, DIGIT * letters(self.products) + 40)
        out = convolve(x, w, np.zeros(1), windows)[0, :, :, 0]
        self.lay_out(out, ("sum of all products =", "sum", plain_form(out)),
                     ("filter", cell_width(self.kernel), CELL), ("image · filter", wide, HIGH))  # fmt: skip

    def draw_work(self, *grids: Grid) -> None:
        """Draw the filter, and below it a cell for each product."""
        kernel, products = grids
        draw_board(self.page, kernel, "w", self.kernel, style.WEIGHT, color=style.WEIGHT, lines=style.WEIGHT)
        draw_cells(self.page, products)
        for i, j in products.cells():
            self._draw_product(i, j, *products.centre(i, j))

    def work_in_words(self, place: int) -> str:
        pairs = zip(self.inputs[place].flat, self.kernel.flat, strict=True)
        return f"{' + '.join(f'{x:g} · {w:g}' for x, w in pairs)} ="

    def _draw_product(self, i: int, j: int, centre: float, y: float) -> None:
        """Write into a cell x and w side by side, and the product below them."""
        page, gid, form = self.page, f"product[{i},{j}]", plain_form(self.products)
        x = centre + 4.75 * (letters(self.image) - letters(self.kernel))  # of the dot: both factors fill the cell
        page.text("·", (x, y + 12), size=style.SMALL, ha="center")
        pixel = page.number(plain_form(self.image), f"{gid}.x", self.inputs[self.place, i, j], (x - 6, y + 12),
                            size=style.SMALL)  # fmt: skip
        weight = page.number(plain_form(self.kernel), f"{gid}.w", self.kernel[i, j], (x + 6, y + 12), ha="left",
                             size=style.SMALL, color=style.WEIGHT)  # fmt: skip
        product = page.number(lambda value: f"= {form(value)}", gid, self.products[self.place, i, j], (centre, y - 11),
                              ha="center")  # fmt: skip
        self.since(COVER, pixel, weight)
        self.since(WORK, product)
