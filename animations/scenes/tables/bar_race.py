"""A bar race: horizontal bars, the longest on top, that change places while the years go by.

Two bars that change places must pass each other, and their names too. The bars slide over each other; of two names that
come near, the one that stands later in the table steps aside until they have parted, and the same holds for the values
at the ends of the bars. So no text ever lies on a bar or on another text, and nothing jumps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from animations.kit import style
from animations.kit.axes import add_label, add_number, plot_axes
from animations.scenes.tables.table_scene import FOOT, HEAD, TableScene, longest, look, mark_values
from tinylearn.datasets import Table

THICK = 0.54  # of a bar, in lanes; a lane is the height of the plot divided by the number of bars
RIM = 2  # pixels of paper above and below a bar, which part it from a bar that it passes
NEAR = 10  # pixels between a bar and its texts, and between two texts
SHORTEST = 200  # pixels that the axis should have at least, whatever the texts need
LETTER = 11  # pixels that a letter takes, about; the picture's width is known before its letters are drawn


class BarRace(TableScene):
    """A bar for each series, the largest value on top, its name before it and its value at its end."""

    def __init__(self, table: Table, **settings: Any) -> None:
        super().__init__(table, **settings)
        self.lanes = lanes(self.values, self.per_row)  # (frames, K)
        self.limits = low, high = bar_limits(self.values)
        self.ends = (np.maximum(self.values, 0) - low) / (high - low)  # of the bars, in shares of the axis (frames, K)
        names = reach(0 * self.ends, self.lanes, LETTER * np.array([len(name) for name in self.names]))
        numbers = reach(SHORTEST * self.ends, self.lanes, np.full(len(self.names), LETTER * self.letters))
        self.size = (self.width_for(max(1000, 24 + names + numbers + 24)), 600)

    def draw(self, figure: FigureBase) -> None:
        width, height = self.size
        layer, count = self.draw_captions(figure), len(self.names)
        self.y = FOOT + (height - FOOT - HEAD) * (1 - (self.lanes + 0.5) / count)
        left = self._make_names(layer)
        self.numbers = [add_number(layer, 0, 0, self.form, "", ha="left", zorder=4) for _ in self.names]
        widths = np.array([longest(number, self.values) for number in self.numbers])
        long = longest_axis_that_fits(self.ends, self.lanes, widths, width - 24 - left)
        self.number_x = left + label_places(long * self.ends, self.lanes, widths)

        box = (left / width, FOOT / height, long / width, 1 - (FOOT + HEAD) / height)
        axes = plot_axes(figure, box, xlim=self.limits, ylim=(count - 0.5, -0.5), yticks=[])
        mark_values(axes.xaxis, self.form)
        axes.spines["left"].set_visible(False)
        self._make_bars(axes)

    def update(self, frame: int) -> list[Artist]:
        for k, (name, number) in enumerate(zip(self.labels, self.numbers, strict=True)):
            value, y = self.values[frame, k], self.y[frame, k]
            for shape in (self.rims[k], self.bars[k]):
                shape.set_width(value)
                shape.set_y(self.lanes[frame, k] - shape.get_height() / 2)
            name.set_position((self.name_x[frame, k], y))
            number.set_position((self.number_x[frame, k], y))
            number.set_gid(self.name_of("value", frame, k))
            number.set_value(value)
        return [*self.rims, *self.bars, *self.labels, *self.numbers, *self.update_clock(frame)]

    def _make_names(self, layer: Axes) -> float:
        """Make the names, which end where the bars begin; return where that is, in pixels."""
        self.labels = [
            add_label(layer, 0, 0, name, color=look(k)[0], ha="right", zorder=4) for k, name in enumerate(self.names)
        ]
        widths = np.array([label.get_window_extent().width for label in self.labels])
        left = 24 + reach(0 * self.ends, self.lanes, widths)
        self.name_x = left - label_places(0 * self.ends, self.lanes, widths)
        return left

    def _make_bars(self, axes: Axes) -> None:
        """Make the bars, each on a rim of paper as long as itself: an outline would paint over the end of a bar."""
        self.bars: list[Rectangle] = []
        self.rims: list[Rectangle] = []
        rim = RIM * len(self.names) / (self.size[1] - FOOT - HEAD)  # in lanes
        for k in range(len(self.names)):
            color, pattern = look(k)
            for shapes, thick, face in ((self.rims, THICK + 2 * rim, style.PAPER), (self.bars, THICK, color)):
                shape = Rectangle((0, 0), 0, thick, facecolor=face, edgecolor=style.PAPER, linewidth=0, zorder=3,
                                  clip_on=False)  # fmt: skip
                axes.add_patch(shape)
                shapes.append(shape)
            self.bars[k].set_hatch(pattern)


def bar_limits(values: np.ndarray) -> tuple[float, float]:
    """Return the ends of the axis: 0 and the largest value, or less than 0 for a smaller value."""
    low, high = min(0.0, values.min()), max(0.0, values.max())
    return low, high if high > low else low + 1.0


def lanes(values: np.ndarray, per_row: int) -> np.ndarray:
    """Return the lane of each bar in each frame, 0 on top: (frames, K), in between while it changes places.

    The rank of a bar jumps when it passes another. A weighted mean over the frames before and after, with most weight
    on the frame itself, makes of the jump a slide that starts and ends gently. Beyond the first and the last frame the
    ranks go on mirrored and upside down, by as much above the rank at the end as they are below it within: so the mean
    there is the rank itself, and no film begins or ends in the middle of a slide.

    >>> lanes(np.array([[1, 0], [1, 0], [0, 1], [0, 1]]), 2).round(2)[:, 0]
    array([0.  , 0.33, 0.67, 1.  ])
    """
    ranks = np.argsort(np.argsort(-values, axis=1, kind="stable"), axis=1)
    weights = np.hanning(2 * per_row + 3)[1:-1]
    padded = np.pad(ranks, ((per_row, per_row), (0, 0)), mode="reflect", reflect_type="odd")
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(weights), axis=0)  # (frames, K, window)
    return windows @ (weights / weights.sum())


def longest_axis_that_fits(ends: np.ndarray, levels: np.ndarray, widths: np.ndarray, room: float) -> float:
    """Return how long an axis can be, in pixels, for the labels at the ends of its bars to end within `room`.

    ends: where the bars end, in shares of the axis (frames, K); levels and widths: see `label_places`. An axis shorter
    by as much as sticks out in the worst frame takes no label further in than it has to come; what then still sticks
    out is taken off again, until nothing does.
    """
    long = room
    while long > 1 and (over := reach(long * ends, levels, widths) - room) > 0:
        long = max(1.0, long - max(1.0, over))
    return long


def reach(ends: np.ndarray, levels: np.ndarray, widths: np.ndarray) -> float:
    """Return where the label that reaches furthest ends, in pixels; for what is given see `label_places`."""
    return float((label_places(ends, levels, widths) + widths).max())


def label_places(ends: np.ndarray, levels: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Return where each label begins: after its own bar, and after the bars and labels near it: (frames, K).

    ends: where the bars end, in pixels; levels: their lanes, both (frames, K); widths: of the labels (K,). How much of
    a step aside is taken depends on how near two lanes are: none a whole lane apart, all of it once the label could
    touch the other bar.
    """
    places = np.empty_like(ends)
    for k in range(len(widths)):
        nearness = gently((1 - np.abs(levels - levels[:, [k]])) / (1 - (THICK / 2 + 0.16)))  # (frames, K)
        past_bars = ends[:, [k]] + nearness * np.maximum(ends - ends[:, [k]], 0)
        places[:, k] = past_bars.max(axis=1) + NEAR
        start = places[:, k].copy()
        for other in range(k):
            past_label = places[:, other] + widths[other] + NEAR - start
            places[:, k] = np.maximum(places[:, k], start + nearness[:, other] * np.maximum(past_label, 0))
    return places


def gently(share: np.ndarray) -> np.ndarray:
    """Return 0 … 1 for 0 … 1, slow at both ends; what lies beyond becomes 0 or 1."""
    share = np.clip(share, 0, 1)
    return share * share * (3 - 2 * share)
