"""Convolution on boards of numbers: the filter is laid on the image, place by place.

    cover               the filter lies on KH × KW numbers of the image: each meets a number of the filter
    multiply and add    the KH · KW products, and their sum
    write               the sum becomes a number of the output

H W rows and columns of the image, KH KW of the filter, OH OW of the output; P = OH · OW places.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist

from animations.engine.text import Form, Number
from animations.kit import style
from animations.kit.axes import add_label, add_number
from animations.kit.boards import (
    CELL,
    DIGIT,
    Grid,
    cell_width,
    checked_board,
    draw_cells,
    draw_tints,
    tints,
    write_numbers,
)
from animations.kit.numbers import letters, plain_form
from animations.scenes.convolution.window_steps import (
    COVER,
    LARGEST_WINDOW,
    WORK,
    WindowSteps,
    check_windows,
    checked_image,
)
from tinylearn.layers.loops import convolve, places
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

    what, work = "filter", "multiply and add"
    window_color = style.WEIGHT

    def __init__(
        self, image: Any, kernel: Any, *, stride: Any = 1, padding: Any = 0, title: str = "", name: str = ""
    ) -> None:
        who = "ConvolutionSteps"
        image, self.kernel = checked_image(who, image), checked_board(who, "kernel", kernel, LARGEST_WINDOW)
        windows = Windows.of(who, "kernel", self.kernel.shape, stride, padding)
        check_windows(who, "kernel", image, windows)
        x, w = image[None, :, :, None], self.kernel[:, :, None, None]
        out, padded = convolve(x, w, np.zeros(1), windows), windows.pad(x)
        self.inputs = np.array([padded[covered][..., 0] for *_, covered in places(out, windows)])  # (P, KH, KW)
        self.products = self.inputs * self.kernel  # (P, KH, KW)
        factors = 9.5 * (letters(image) + letters(self.kernel)) + 34
        self.product_width = max(60, int(factors), DIGIT * letters(self.products) + 40)
        super().__init__(image, windows, out[0, :, :, 0], title=title, name=name)

    def work_size(self) -> tuple[int, int]:
        kh, kw = self.kernel.shape
        sums = DIGIT * letters(self.out) + 204
        return max(kw * max(self.product_width, cell_width(self.kernel)), sums), kh * (CELL + HIGH) + 96

    def draw_work(self, left: float, top: float) -> None:
        """Draw the filter, below it a cell for each product, below these the sum."""
        kh, kw = self.kernel.shape
        filter_grid = Grid((left, top), kh, kw, cell_width(self.kernel), CELL)
        self.heading_of(left, "filter")
        draw_cells(self.page, filter_grid, filter_grid.cells(), colors=style.WEIGHT)
        draw_tints(self.page, filter_grid, tints(self.kernel, style.WEIGHT)).set_zorder(1)
        write_numbers(
            self.page, filter_grid, self.kernel, plain_form(self.kernel), f"{self.prefix}w", color=style.WEIGHT
        )
        self.product_grid = Grid((left, filter_grid.bottom - 46), kh, kw, self.product_width, HIGH)
        add_label(self.page, left, self.product_grid.top + 18, "image · filter", color=style.QUIET)
        draw_cells(self.page, self.product_grid, self.product_grid.cells())
        self.factors = [self._factors(i, j) for i, j in self.product_grid.cells()]
        y = self.product_grid.bottom - 30
        add_label(self.page, left, y, "sum of all products =", color=style.QUIET)
        self.sum = self._number(left + 196, y, plain_form(self.out), "sum", ha="left", weight="bold")

    def update_work(self, place: int, phase: int) -> list[Artist]:
        cells = zip(self.factors, self.inputs[place].flat, self.kernel.flat, self.products[place].flat, strict=True)
        for numbers, *values in cells:
            for number, value, since in zip(numbers, values, (COVER, COVER, WORK), strict=True):
                self.show(number, value, phase >= since)
        self.show(self.sum, self.out.flat[place], phase >= WORK)
        return [self.sum, *(number for numbers in self.factors for number in numbers)]

    def describe(self, frame: int) -> str:
        place, phase = self.place_and_phase(frame)
        if not phase:
            return f"{self.title}: nothing is covered yet, and the output is empty."
        p, q = divmod(place, self.out.shape[1])
        sums = " + ".join(f"{x:g} · {w:g}" for x, w in zip(self.inputs[place].flat, self.kernel.flat, strict=True))
        return (
            f"{self.title}, place {place + 1} of {self.out.size}: {sums} = {self.out[p, q]:g}, "
            f"for row {p + 1}, column {q + 1}."
        )

    def draw_padding(self, x: float, y: float, gid: str) -> None:
        add_number(self.page, x, y, "{:.0f}", gid, ha="center", color=style.QUIET, zorder=3).set_value(0)

    def _factors(self, i: int, j: int) -> tuple[Number, Number, Number]:
        """Make the numbers of a cell: x and w side by side, the product below them."""
        centre, y = self.product_grid.centre(i, j)
        x = centre + 4.75 * (letters(self.image) - letters(self.kernel))  # of the dot: both factors fill the cell
        add_label(self.page, x, y + 12, "·", size=style.SMALL, ha="center")
        gid = f"product[{i},{j}]"
        small: dict[str, Any] = {"size": style.SMALL}
        one = self._number(x - 6, y + 12, plain_form(self.image), f"{gid}.x", **small)
        other = self._number(x + 6, y + 12, plain_form(self.kernel), f"{gid}.w", ha="left", color=style.WEIGHT, **small)
        return one, other, self._number(centre, y - 11, self._equals, gid, ha="center")

    def _equals(self, value: float) -> str:
        return f"= {plain_form(self.products)(value)}"

    def _number(self, x: float, y: float, form: Form, gid: str, **settings: Any) -> Number:
        return add_number(self.page, x, y, form, f"{self.prefix}{gid}", zorder=3, **settings)
