"""Max pooling on boards of numbers: it keeps the largest number under the window.

    cover       the window lies on KH × KW numbers of the image
    compare     the largest of them gets a mark; in a tie the first, row by row, as in MaxPool2D
    write       it becomes a number of the output

H W rows and columns of the image, KH KW of the window, OH OW of the output; P = OH · OW places, S frames.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from animations.data import anything
from animations.kit import style
from animations.kit.boards import board, mark_cells
from animations.kit.numbers import plain_form
from animations.kit.windows import LARGEST_IMAGE
from animations.scenes.convolution.window_steps import SIDE, WORK, WindowSteps
from animations.scenes.convolution.window_whys import POOLING
from tinylearn import MaxPool2D
from tinylearn.layers.loops import max_pool


class MaxPoolingSteps(WindowSteps):
    """A window slides over an image with one channel and writes down the largest number under it.

    image (H, W), at most 8 × 8; `size` (at most 5 × 5), `stride` and `padding` are those of MaxPool2D. Padding never
    wins, so its cells stay empty. The output is that of `tinylearn.layers.loops.max_pool`. Raises ValueError for boards
    that are larger or have numbers of 1000 or more, and if the window has no place.

    The gids, besides those of WindowSteps: `largest`.

    >>> MaxPoolingSteps([[1, 0, 2], [1, 0, 1], [2, 1, 0]], stride=1).out
    array([[1., 2.],
           [2., 1.]])
    """

    image: np.ndarray = board(LARGEST_IMAGE)
    size: Any = anything(default=2)  # of the window; `lay_out` makes it the picture's
    stride: Any = anything(default=None, kw_only=True)
    padding: Any = anything(default=0, kw_only=True)

    what, work = "max pooling", "compare"
    least = (581, 378)
    around = -np.inf
    window_color = style.QUIET
    whys = POOLING

    def prepare(self) -> None:
        self.inputs = self.cover(MaxPool2D(self.size, self.stride, self.padding).windows, "size")  # (P, KH, KW)
        kw = self.windows.size[1]
        self.winners = [divmod(int(each.argmax()), kw) for each in self.inputs]  # argmax is the first maximum
        out = max_pool(self.image[None, :, :, None], self.windows)[0, :, :, 0]
        self.lay_out(out, ("largest =", "largest", plain_form(self.image)), 0, SIDE)

    def draw_work(self, top: float) -> float:
        """Mark the largest number under the window; write it in the middle of the output."""
        self.marks = mark_cells(self.page, self._marks, zorder=5)
        return top - self.out.shape[0] * SIDE / 2

    def work_in_words(self, place: int) -> str:
        inputs = self.inputs[place]
        return f"the largest of {', '.join(f'{value:g}' for value in inputs[np.isfinite(inputs)])} is"

    def _marks(self, frame: int) -> list[Any]:
        """Return the outline of the largest number."""
        (i, j), (row, column) = self.winners[self.place[frame]], self.corners[self.place[frame]]
        return [self.board.outline(row + i, column + j, inset=5)] if self.phase[frame] >= WORK else []
