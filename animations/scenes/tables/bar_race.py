"""A bar race: horizontal bars, the longest on top, that change places over the years.

If there are many series, only the largest of each row are shown: a bar comes in from below and leaves downwards. The
axis grows with the leader. Two bars that change places slide over each other with their names and values, each on its
own paper, so that a value stays with its bar.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox, TransformedBbox

from animations.kit import style
from animations.kit.axes import mark_values
from animations.kit.labels import widest
from animations.scenes.tables.table_scene import FOOT, HEAD, MOST_SERIES, TableScene, between, held, look
from tinylearn.datasets import Table

THICK = 0.54  # of a bar, in lanes; a lane is the height of the plot divided by the number of bars
RIM = 2  # pixels of paper above and below a bar, which separate it from a bar that it passes
NEAR = 10  # pixels between a bar and its texts
SHORTEST = 200  # pixels, the least length of the axis
HALO = 4, 11  # pixels of paper beside a text, and from its middle up and down


class Runner(NamedTuple):
    """The artists of a series, in drawing order: the paper lies under the bar and both texts."""

    rim: Rectangle
    bar: Rectangle
    name_paper: Rectangle
    name: Text
    number_paper: Rectangle
    number: Text


class BarRace(TableScene):
    """A bar for each of the `top` largest of a row, the largest on top, with its name before it and its value at its
    end.

    A series is in the race while it has values. lanes (frames, K): 0 on top, `count` for a bar that is not shown.
    """

    many = "the {top} largest of {all}"

    def choose(self, table: Table) -> Table:
        shown = (lanes(table.values, self.top) < self.top).any(axis=0)
        return table.columns(np.flatnonzero(shown).tolist())

    def prepare(self) -> None:
        super().prepare()
        self.count = min(self.top, int((~np.isnan(self.values)).sum(axis=1).max()))
        self.lanes = lanes(self.values, self.count)
        self.looks = looks(self.lanes < self.count)
        self.limits = growing_limits(np.where(self.lanes < self.count, self.values, np.nan))
        numbers = self.texts(self.values.ravel(), self.form)
        self.widths = {each: widest([each], style.MEDIUM) for each in {*self.names, *numbers}}
        self.room = 24 + widest(self.names, style.MEDIUM) + NEAR, NEAR + widest(numbers, style.MEDIUM) + 24
        self.size = (self.width_for(max(1000, SHORTEST + sum(self.room))), 600)

    def is_shown(self, row: int, series: int) -> bool:
        return bool(self.lanes[row, series] < self.count)

    def draw(self, figure: FigureBase) -> None:
        (width, height), (left, right) = self.size, self.room
        page = self.draw_captions(figure)
        self.box = left, FOOT, width - left - right, height - FOOT - HEAD
        self.axes = page.plot(self.box, xlim=self.limits[0], yticks=[])
        self.axes.grid(visible=False)  # the bars have their values
        self.axes.spines["left"].set_visible(False)
        self.axes.yaxis.set_visible(False)
        self.axes.xaxis.set_label_coords(0, 0)  # there is no label, so matplotlib need not find its place in each frame
        mark_values(self.axes.xaxis, self.form)
        self.runners = [self._make_runner(k) for k in range(len(self.names))]

    def update(self, frame: float) -> list[Artist]:
        (left, bottom, long, high), row, changed = self.box, int(frame), super().update(frame)
        places, ends, (low, most) = between(self.lanes, frame), held(self.values, frame), between(self.limits, frame)
        self.axes.set_xlim(low, most)
        middles = bottom + high * (1 - (places + 0.5) / self.count)
        x, zero = left + long * (ends - low) / (most - low), left - long * low / (most - low)
        for k, runner in enumerate(self.runners):
            for artist in runner:
                artist.set_visible(places[k] < self.count)
            if places[k] < self.count:
                color, pattern, _ = look(self.looks[row, k])
                y, end = middles[k], max(x[k], zero) + NEAR
                runner.bar.set(facecolor=color, hatch=pattern)
                for bar in runner[:2]:
                    bar.set(x=zero, width=x[k] - zero, y=y - bar.get_height() / 2)
                runner.name.set(y=y, color=color)
                runner.name_paper.set_y(y - HALO[1])
                runner.number.set_position((end, y))
                wide = self.widths[runner.number.get_text()]
                runner.number_paper.set(xy=(end - HALO[0], y - HALO[1]), width=wide + 2 * HALO[0])
        return [self.axes.xaxis, *changed, *(artist for runner in self.runners for artist in runner)]

    def _make_runner(self, k: int) -> Runner:
        page, (left, bottom, _, high) = self.page, self.box
        wide, thick = self.widths[self.names[k]] + 2 * HALO[0], THICK * high / self.count
        end = left - NEAR + HALO[0]
        under, bar, *papers = (
            Rectangle((end - wide, 0), wide, tall, facecolor=style.PAPER, edgecolor=style.PAPER, linewidth=0, zorder=z)
            for z, tall in ((3, thick + 2 * RIM), (3, thick), (4, 2 * HALO[1]), (4, 2 * HALO[1]))
        )
        for paper in (under, bar, papers[0]):
            page.axes.add_patch(paper)
        name = page.text(self.names[k], (left - NEAR, 0), ha="right", zorder=4)
        page.axes.add_patch(papers[1])
        runner = Runner(under, bar, papers[0], name, papers[1], self.add_value(k, self.values[:, k], self.form))
        plot = TransformedBbox(Bbox.from_bounds(0, bottom, self.size[0], high), page.axes.transData)
        for artist in runner:
            artist.set(clip_box=plot, clip_on=True)  # a bar comes in from behind the axis
        return runner


def lanes(values: np.ndarray, count: int) -> np.ndarray:
    """Return the lane of each bar in each row, 0 for the largest: (T, K); `count` for those that are not shown.

    >>> lanes(np.array([[5, 7, 6], [np.nan, 1, 2]]), 2)
    array([[2., 0., 1.],
           [2., 1., 0.]])
    """
    ranks = np.argsort(np.argsort(-values, axis=1, kind="stable"), axis=1)
    return np.where(np.isnan(values), count, np.minimum(ranks, count)).astype(float)


def growing_limits(values: np.ndarray) -> np.ndarray:
    """Return the ends of the axis in each row (T, 2): 0 and the largest value so far; below 0 if a value is smaller.

    >>> growing_limits(np.array([[1.0, 2], [4, 3], [2, -1]])).tolist()
    [[0.0, 2.0], [0.0, 4.0], [-1.0, 4.0]]
    """
    low = np.minimum.accumulate(np.fmin.reduce(values, axis=1, initial=0.0))
    high = np.maximum.accumulate(np.fmax.reduce(values, axis=1, initial=0.0))
    wide = high - low
    first = wide[wide > 0][0] if wide.any() else 1.0
    return np.column_stack([low, np.where(wide > 0, high, first)])


def looks(shown: np.ndarray) -> np.ndarray:
    """Return the look of each series in each row (T, K): no two that are `shown` (T, K) in a row look alike.

    A series keeps its look while it is shown; when it comes back, it gets the same look if that is free.

    >>> looks(np.array([[True, False], [False, True]]))
    array([[0, 1],
           [0, 1]])
    """
    seen = shown | np.vstack([shown[1:], shown[-1:]])  # while one leaves, the other comes
    found = np.tile(np.arange(shown.shape[1]) % MOST_SERIES, (len(shown), 1))
    for row, now in enumerate(seen):
        if row:
            found[row] = found[row - 1]
        stays = now & seen[row - 1] if row else np.zeros_like(now)
        taken = set(found[row, stays].tolist())
        for k in np.flatnonzero(now & ~stays):
            free = [each for each in (found[row, k], *range(MOST_SERIES)) if each not in taken]
            found[row, k] = (free or [found[row, k]])[0]
            taken.add(int(found[row, k]))
    return found
