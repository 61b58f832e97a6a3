"""What the filters of a first convolution see in one picture, while they learn.

    picture (H, W, 3)  →  each filter w (KH, KW, 3), slid over it, plus b, then ReLU  →  its map (OH, OW)

A filter is a small colour image itself: a place of the picture answers the more, the more it looks like the filter. So
its map is bright where the filter found what it looks for.

S frames, F filters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import PowerNorm
from matplotlib.figure import FigureBase
from matplotlib.image import AxesImage

from animations import checks
from animations.engine.text import Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes
from animations.kit.images import image_axes
from animations.scene import Scene

LETTERS = "ABCDEFGH"  # names of the filters
PICTURE, FILTER, MAP = 192, 80, 128  # pixels: the sides of the images
LEFT, APART = 282, 156  # of the first column of filters; from column to column


class FeatureMaps(Scene):
    """A picture, up to eight filters, and below each its map, on one clock.

    picture (H, W, 3) in [0, 1]; filters (S, KH, KW, 3, F); maps (S, OH, OW, F), after ReLU; epochs (S,)

    A filter is drawn as 0.5 + w / (2 · limit), red, green, blue: grey is 0, and `limit` is the largest weight, without
    its sign, of all filters in all frames. A map is black at 0 and white at the largest number that it holds in any
    frame, with brightness as the square root between them, so that small answers can be seen; the largest of the frame
    is written beside the filter.

    gids: `epoch`, `last_epoch`, `limit`, `-limit`, and for filter k `maps[k].max`.
    """

    size = (900, 600)

    def __init__(self, picture: np.ndarray, filters: np.ndarray, maps: np.ndarray, epochs: Any) -> None:
        who, self.epochs = "FeatureMaps", checks.clock("FeatureMaps", "epochs", epochs)
        self.frames = len(self.epochs)
        self.picture = checks.picture(who, "picture", picture, ("H", "W", 3))
        self.filters = checks.array(
            who, "filters, with some for each epoch,", filters, (self.frames, "KH", "KW", 3, "F")
        )
        count = self.filters.shape[-1]
        if count > len(LETTERS):
            raise ValueError(f"FeatureMaps: expected 1 to {len(LETTERS)} filters, got {count}")
        self.maps = checks.array(who, "maps, one for each filter and epoch,", maps, (self.frames, "OH", "OW", count), 0,
                                 hint="; take them after ReLU")  # fmt: skip
        self.limit = float(np.abs(self.filters).max()) or 1.0
        self.largest = self.maps.max(axis=(1, 2))  # (S, F)

    def draw(self, figure: FigureBase) -> None:
        self.page = pixel_axes(figure, self.size)
        self.numbers: list[tuple[Number, np.ndarray]] = []  # with the value of each frame
        self._draw_heading()
        self._draw_picture(figure)
        count = self.filters.shape[-1]
        self.images = [self._draw_filter(figure, k, *divmod(k, len(LETTERS) // 2)) for k in range(count)]

    def update(self, frame: int) -> list[Artist]:
        self.phase.set_text("adjust, repeat" if self.epochs[frame] else "initialise")
        for number, values in self.numbers:
            number.set_value(values[frame])
        for k, (of_filter, of_map) in enumerate(self.images):
            of_filter.set_data(self.filter_colors(frame, k))
            of_map.set_data(self.maps[frame, :, :, k])
        images = [image for pair in self.images for image in pair]
        return [self.phase, *images, *(number for number, _ in self.numbers)]

    def filter_colors(self, frame: int, k: int) -> np.ndarray:
        """Return filter k as a picture (KH, KW, 3) in [0, 1]."""
        return 0.5 + self.filters[frame, ..., k] / (2 * self.limit)

    def describe(self, frame: int) -> str:
        pairs = zip(LETTERS, self.largest[frame], strict=False)
        return (
            f"Epoch {self.epochs[frame]} of {self.epochs[-1]}: the filters answer the picture with at most "
            f"{', '.join(f'{letter} {value:.2f}' for letter, value in pairs)}."
        )

    def _draw_heading(self) -> None:
        add_label(self.page, 30, 564, "Epoch", size=style.LARGE)
        self.numbers.append((add_number(self.page, 166, 564, "{:.0f}", "epoch", size=style.LARGE), self.epochs))
        add_label(self.page, 178, 564, "of", size=style.LARGE, color=style.QUIET)
        last = add_number(self.page, 210, 564, "{:.0f}", "last_epoch", size=style.LARGE, ha="left", color=style.QUIET)
        last.set_value(self.epochs[-1])
        self.phase = add_label(self.page, 30, 530, "", color=style.QUIET)
        add_label(self.page, LEFT, 564, "what each filter looks for, and where it finds it", size=style.LARGE)

    def _draw_picture(self, figure: FigureBase) -> None:
        """Draw the picture, and below it what the colours of filters and maps mean."""
        axes = image_axes(figure, self.size, (30, 310), (PICTURE, PICTURE))
        axes.imshow(self.picture, interpolation="nearest")
        add_label(self.page, 30, 288, "the picture", color=style.QUIET)
        of_filters = ("filters, in red, green, blue:", "no colour is", "all of it is", "grey is a weight of 0")
        of_maps = ("maps: black is 0, white the", "largest that each ever holds,", "half as bright a quarter of it")
        for row, line in enumerate((*of_filters, "", *of_maps)):
            add_label(self.page, 30, 246 - 22 * row, line, size=style.SMALL, color=style.QUIET)
        for row, gid, value in ((1, "-limit", -self.limit), (2, "limit", self.limit)):
            settings: dict[str, Any] = {"size": style.SMALL, "color": style.WEIGHT, "ha": "left"}
            add_number(self.page, 136, 246 - 22 * row, "{:+.2f}", gid, **settings).set_value(value)

    def _draw_filter(self, figure: FigureBase, k: int, row: int, column: int) -> tuple[AxesImage, AxesImage]:
        """Draw filter k, its name, its largest answer, and its map; return the two images."""
        left, top = LEFT + APART * column, 532 - 254 * row
        colors = image_axes(figure, self.size, (left, top - FILTER), (FILTER, FILTER))
        of_filter = colors.imshow(self.filter_colors(0, k), interpolation="nearest", zorder=3)
        grey = image_axes(figure, self.size, (left, top - FILTER - 12 - MAP), (MAP, MAP))
        top_value = float(self.largest[:, k].max()) or 1.0
        of_map = grey.imshow(self.maps[0, :, :, k], cmap="gray", norm=PowerNorm(0.5, vmin=0, vmax=top_value),
                             interpolation="nearest", zorder=3)  # fmt: skip
        add_label(self.page, left + FILTER + 10, top - 18, LETTERS[k], weight="bold")
        add_label(self.page, left + FILTER + 10, top - 44, "up to", size=style.SMALL, color=style.QUIET)
        number = add_number(self.page, left + FILTER + 10, top - 66, "{:.2f}", f"maps[{k}].max", ha="left")
        self.numbers.append((number, self.largest[:, k]))
        return of_filter, of_map
