"""What the filters of a first convolution see in one picture, while they learn.

    picture (H, W, 3)  →  each filter w (KH, KW, 3), slid over it, plus b, then ReLU  →  its map (OH, OW)

A filter is a small colour image itself: a place of the picture answers the more, the more it looks like the filter. So
its map is bright where the filter found what it looks for.

S frames, F filters.
"""

from __future__ import annotations

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.figure import FigureBase

from animations.data import array, clock, pixels
from animations.kit import style
from animations.kit.page import Page, PageScene

LETTERS = "ABCDEFGH"  # names of the filters
PICTURE, FILTER, MAP = 192, 80, 128  # pixels: the sides of the images
LEFT, APART = 282, 156  # of the first column of filters; from column to column


class FeatureMaps(PageScene):
    """A picture, up to eight filters, and below each its map, on one clock.

    picture (H, W, 3) in [0, 1]; filters (S, KH, KW, 3, F); maps (S, OH, OW, F), after ReLU; epochs (S,)

    A filter is drawn as 0.5 + w / (2 · limit), red, green, blue: grey is 0, and `limit` is the largest weight, without
    its sign, of all filters in all frames. A map is black at 0 and white at the largest number that it holds in any
    frame, with brightness as the square root between them, so that small answers can be seen; the largest of the frame
    is written beside the filter.

    gids: `epoch`, `last_epoch`, `limit`, `-limit`, and for filter k `maps[k].max`.
    """

    picture: np.ndarray = pixels("H", "W", 3)
    filters: np.ndarray = array("S", "KH", "KW", 3, "F")
    maps: np.ndarray = array("S", "OH", "OW", "F", low=0, hint="; take them after ReLU")
    epochs: np.ndarray = clock("S")

    size = (900, 600)

    def prepare(self) -> None:
        if self.lengths["F"] > len(LETTERS):
            raise ValueError(f"FeatureMaps: expected 1 to {len(LETTERS)} filters, got {self.lengths['F']}")
        self.limit = float(np.abs(self.filters).max()) or 1.0
        self.colors = 0.5 + self.filters / (2 * self.limit)  # pictures, in [0, 1]
        self.largest = self.maps.max(axis=(1, 2))  # (S, F)

    def draw(self, figure: FigureBase) -> None:
        self.page = page = Page(figure, self.size)
        page.clock((30, 564), "Epoch", "epoch", self.epochs, self.epochs[-1], size=style.LARGE)
        page.words(["adjust, repeat" if epoch else "initialise" for epoch in self.epochs], (30, 530), color=style.QUIET)
        page.text("what each filter looks for, and where it finds it", (LEFT, 564), size=style.LARGE)
        self._draw_picture()
        for k in range(self.lengths["F"]):
            row, column = divmod(k, len(LETTERS) // 2)
            self._draw_filter(k, LEFT + APART * column, 532 - 254 * row)

    def describe(self, frame: int) -> str:
        pairs = zip(LETTERS, self.largest[frame], strict=False)
        return (
            f"Epoch {self.epochs[frame]} of {self.epochs[-1]}: the filters answer the picture with at most "
            f"{', '.join(f'{letter} {value:.2f}' for letter, value in pairs)}."
        )

    def _draw_picture(self) -> None:
        """Draw the picture, and below it what the colours of filters and maps mean."""
        page = self.page
        page.image((30, 310), (PICTURE, PICTURE)).imshow(self.picture, interpolation="nearest")
        page.quiet("the picture", (30, 288))
        of_filters = ("filters, in red, green, blue:", "no colour is", "all of it is", "grey is a weight of 0")
        of_maps = ("maps: black is 0, white the", "largest that each ever holds,", "half as bright a quarter of it")
        rows = [[page.quiet(line, size=style.SMALL)] for line in (*of_filters, "", *of_maps)]
        for row, gid, value in ((rows[1], "-limit", -self.limit), (rows[2], "limit", self.limit)):
            row.append(page.number("{:+.2f}", gid, value, size=style.SMALL, color=style.WEIGHT))
        page.column((30, 246), 22, *rows)

    def _draw_filter(self, k: int, left: int, top: int) -> None:
        """Draw filter k, its name, its largest answer, and below it its map."""
        page, right = self.page, left + FILTER + 10
        colors, of_filter = self.colors[..., k], page.image((left, top - FILTER), (FILTER, FILTER))
        page.bind(of_filter.imshow(colors[0], interpolation="nearest", zorder=3), data=colors)
        answers, of_map = self.maps[..., k], page.image((left, top - FILTER - 12 - MAP), (MAP, MAP))
        brightness = PowerNorm(0.5, vmin=0, vmax=float(answers.max()) or 1.0)
        page.bind(of_map.imshow(answers[0], cmap="gray", norm=brightness, interpolation="nearest", zorder=3),
                  data=answers)  # fmt: skip
        page.text(LETTERS[k], (right, top - 18), weight="bold")
        page.quiet("up to", (right, top - 44), size=style.SMALL)
        page.number("{:.2f}", f"maps[{k}].max", self.largest[:, k], (right, top - 66), ha="left")
