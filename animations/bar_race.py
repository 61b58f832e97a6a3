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

from animations import style
from animations.drawing import add_label, add_number, plot_axes
from animations.table_scene import FOOT, HEAD, TableScene, longest, look, plain_ticks
from tinylearn.datasets import Table

THICK = 0.54  # of a bar, in lanes; a lane is the height of the plot divided by the number of bars
NEAR = 10  # pixels between a bar and its texts, and between two texts
SHORTEST = 200  # pixels that the axis has at least, whatever the texts need


class BarRace(TableScene):
    """A bar for each series, the largest value on top, its name before it and its value at its end."""

    def __init__(self, table: Table, **settings: Any) -> None:
        super().__init__(table, **settings)
        self.size = (self.width_for(1000), 600)

    def draw(self, figure: FigureBase) -> None:
        width, height = self.size
        layer, count = self.draw_captions(figure), len(self.names)
        self.lanes = lanes(self.values, self.per_row)  # (frames, K)
        self.y = FOOT + (height - FOOT - HEAD) * (1 - (self.lanes + 0.5) / count)
        left = self._make_names(layer)
        long = self._make_numbers(layer, left, width - 24)

        box = (left / width, FOOT / height, long / width, 1 - (FOOT + HEAD) / height)
        axes = plot_axes(figure, box, xlim=self._range(), ylim=(count - 0.5, -0.5), yticks=[])
        plain_ticks(axes.xaxis)
        axes.spines["left"].set_visible(False)
        self.bars: list[Rectangle] = []
        for k in range(count):
            color, pattern = look(k)
            bar = Rectangle((0, 0), 0, THICK, facecolor=color, hatch=pattern, edgecolor=style.PAPER, linewidth=1.5,
                            zorder=3, clip_on=False)  # fmt: skip
            axes.add_patch(bar)
            self.bars.append(bar)

    def update(self, frame: int) -> list[Artist]:
        for k, (bar, name, number) in enumerate(zip(self.bars, self.labels, self.numbers, strict=True)):
            value, y = self.values[frame, k], self.y[frame, k]
            bar.set_width(value)
            bar.set_y(self.lanes[frame, k] - THICK / 2)
            name.set_position((self.name_x[frame, k], y))
            number.set_position((self.number_x[frame, k], y))
            number.set_gid(self.name_of("value", frame, k))
            number.set_value(value)
        return [*self.bars, *self.labels, *self.numbers, *self.update_clock(frame)]

    def _make_names(self, layer: Axes) -> float:
        """Make the names, which end where the bars begin; return where that is, in pixels."""
        self.labels = [
            add_label(layer, 0, 0, name, color=look(k)[0], ha="right", zorder=4) for k, name in enumerate(self.names)
        ]
        widths = np.array([label.get_window_extent().width for label in self.labels])
        before = label_places(np.zeros_like(self.values), self.lanes, widths)
        left = 24 + (before + widths).max()
        self.name_x = left - before
        return float(left)

    def _make_numbers(self, layer: Axes, left: float, right: float) -> float:
        """Make the values at the ends of the bars; return how long the axis can be for all of them to end at `right`.

        It is as long as the picture allows, less what sticks out in the worst frame, again and again until all fit.
        """
        self.numbers = [add_number(layer, 0, 0, self.form, "", ha="left", zorder=4) for _ in self.names]
        widths = np.array([longest(number, self.table.values) for number in self.numbers])
        low, high = self._range()
        long, over = right - left, 0.0
        while long > SHORTEST:
            ends = left + long * (np.maximum(self.values, 0) - low) / (high - low)
            self.number_x = label_places(ends, self.lanes, widths)
            over = (self.number_x + widths).max() - right
            if over <= 0:
                break
            long -= max(1.0, over)
        return long

    def _range(self) -> tuple[float, float]:
        """Return the ends of the axis: 0 and the largest value, or less than 0 for a smaller value."""
        low, high = min(0.0, self.values.min()), max(0.0, self.values.max())
        return low, high if high > low else low + 1.0


def lanes(values: np.ndarray, per_row: int) -> np.ndarray:
    """Return the lane of each bar in each frame, 0 on top: (frames, K), in between while it changes places.

    The rank of a bar jumps when it passes another. A weighted mean over the frames before and after, with most weight
    on the frame itself, makes of the jump a slide that starts and ends gently.
    """
    ranks = np.argsort(np.argsort(-values, axis=1, kind="stable"), axis=1)
    reach = per_row
    weights = np.hanning(2 * reach + 3)[1:-1]
    padded = np.pad(ranks, ((reach, reach), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)  # (frames, K, window)
    return windows @ (weights / weights.sum())


def label_places(ends: np.ndarray, lanes: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Return where each label begins: after its own bar, and after the bars and labels near it: (frames, K).

    ends: where the bars end, in pixels (frames, K); widths: of the labels (K,). How much of a step aside is taken
    depends on how near two lanes are: none a whole lane apart, all of it once the label could touch the other bar.
    """
    places = np.empty_like(ends)
    for k in range(len(widths)):
        nearness = gently((1 - np.abs(lanes - lanes[:, [k]])) / (1 - (THICK / 2 + 0.16)))  # (frames, K)
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
