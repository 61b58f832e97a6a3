"""Max pooling on boards of numbers: of all numbers under the window, the largest is kept.

    cover       the window lies on KH × KW numbers of the image
    compare     the largest of them is marked; of equal ones the first, row by row, as MaxPool2D has it
    write       it becomes a number of the output

H W rows and columns of the image, KH KW of the window, OH OW of the output; P = OH · OW places.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist

from animations.kit import style
from animations.kit.axes import add_label, add_number
from animations.kit.boards import CELL, Grid, cell_width, draw_cells, thick_lines, write_numbers
from animations.kit.numbers import letters, plain_form
from animations.scenes.convolution.window_steps import COVER, WORK, WindowSteps, check_windows, checked_image
from tinylearn import MaxPool2D
from tinylearn.layers.loops import max_pool, places


class MaxPoolingSteps(WindowSteps):
    """A window goes over an image of one channel, and the largest number under it is written down.

    image (H, W), at most 8 × 8; `size` (at most 5 × 5), `stride` and `padding` are those of MaxPool2D: what is padded
    never wins, so its cells stay empty. The output is that of `tinylearn.layers.loops.max_pool`. Raises ValueError for
    boards that are larger, hold numbers of 1000 and more, or have no place for the window.

    gids, beside those of WindowSteps: `window[i,j]`, what is under the window, and `largest`.

    >>> MaxPoolingSteps([[1, 0, 2], [1, 0, 1], [2, 1, 0]], stride=1).out
    array([[1., 2.],
           [2., 1.]])
    """

    what, work = "max pooling", "compare"
    least = (600, 400)
    window_color = style.QUIET

    def __init__(
        self, image: Any, size: Any = 2, *, stride: Any = None, padding: Any = 0, title: str = "", name: str = ""
    ) -> None:
        image, windows = checked_image("MaxPoolingSteps", image), MaxPool2D(size, stride, padding).windows
        check_windows("MaxPoolingSteps", "size", image, windows)
        x = image[None, :, :, None]
        out, padded = max_pool(x, windows), windows.pad(x, -np.inf)
        self.inputs = np.array([padded[covered][..., 0] for *_, covered in places(out, windows)])  # (P, KH, KW)
        self.winners = [
            divmod(int(inputs.argmax()), windows.size[1]) for inputs in self.inputs
        ]  # argmax is the first maximum
        super().__init__(image, windows, out[0, :, :, 0], title=title, name=name)

    def work_size(self) -> tuple[int, int]:
        kh, kw = self.windows.size
        return max(kw * self.cell, 160, 110 + 11 * letters(self.out)), kh * CELL + 60

    def draw_work(self, left: float, top: float) -> None:
        """Draw a cell for each number under the window, and below them the largest."""
        kh, kw = self.windows.size
        self.grid = Grid((left, top), kh, kw, cell_width(self.image), CELL)
        self.heading_of(left, "under the window")
        draw_cells(self.page, self.grid, self.grid.cells())
        form = plain_form(self.image)
        self.numbers = write_numbers(self.page, self.grid, np.zeros((kh, kw)), form, f"{self.prefix}window")
        y = self.grid.bottom - 30
        add_label(self.page, left, y, "largest =", color=style.QUIET)
        self.largest = add_number(self.page, left + 88, y, form, f"{self.prefix}largest", ha="left", weight="bold")
        self.marks = thick_lines(self.page, zorder=5)

    def update_work(self, place: int, phase: int) -> list[Artist]:
        inputs, (i, j) = self.inputs[place], self.winners[place]
        for cell, number in self.numbers.items():
            padding = np.isinf(inputs[cell])
            self.show(number, 0 if padding else inputs[cell], phase >= COVER and not padding)
        self.show(self.largest, inputs[i, j], phase >= WORK)
        row, column = self.covered(place)
        marks = [self.grid.outline(i, j, inset=3), self.board.outline(row + i, column + j, inset=5)]
        self.marks.set_segments(marks if phase >= WORK else [])
        return [*self.numbers.values(), self.largest, self.marks]

    def describe(self, frame: int) -> str:
        place, phase = self.place_and_phase(frame)
        if not phase:
            return f"{self.title}: nothing is covered yet, and the output is empty."
        p, q = divmod(place, self.out.shape[1])
        inputs = ", ".join(f"{value:g}" for value in self.inputs[place].flat if np.isfinite(value))
        return (
            f"{self.title}, place {place + 1} of {self.out.size}: the largest of {inputs} is {self.out[p, q]:g}, "
            f"for row {p + 1}, column {q + 1}."
        )
