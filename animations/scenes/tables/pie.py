"""A pie that changes with time: the share of each series in the sum of all, at that moment.

The wedges always follow each other clockwise from the top, in the order of the table. Their labels stand around the
pie; where thin wedges would make them overlap, they are pushed apart along a ring.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import FigureBase
from matplotlib.patches import Wedge

from animations.kit import style
from animations.kit.axes import add_number
from animations.kit.numbers import number_form
from animations.scenes.tables.end_label import LINE_HEIGHT, EndLabel
from animations.scenes.tables.table_scene import TableScene, between, look
from animations.scenes.tables.whys import PieWhys
from animations.why import Why
from tinylearn.datasets import Table

RADIUS = 150  # of the pie, in pixels
RIM = 14  # pixels between the pie and a label in the middle of its wedge
GAP = 8  # pixels between labels
SWEEPS = 300  # how often labels are pushed apart at most; a few times are enough, except for many thin wedges


class Pie(TableScene):
    """A wedge for each series, with its name and its share in percent; below, the sum, which is the whole pie.

    If a value is missing, the series is left out of that row's pie and sum. If there are many series, only the `top`
    largest of the last row are drawn. shares (frames, K), total (frames,). Raises ValueError for a negative value, and
    for a row without any value above zero: neither has shares.
    """

    def prepare(self) -> None:
        super().prepare()
        check_shares(self.table)
        self.unit = ", ".join(filter(None, ["percent of the sum of those shown", self.note]))
        letters = max(len(name) for name in self.names) + len(" 99.9%")
        wanted = 2 * (RADIUS + RIM + 11 * letters + 10)  # room for the labels on both sides
        self.size = (self.width_for(wanted), 600)
        self.amounts = np.nan_to_num(self.values)
        self.total = self.amounts.sum(axis=1)
        self.shares = self.values / self.total[:, None]
        self.total_form = number_form(self.total)

    def draw(self, figure: FigureBase) -> None:
        page = self.draw_captions(figure)
        self.centre = self.size[0] / 2, 295
        self.labels = [EndLabel(self, k, shares, "{:.1%}", "share") for k, shares in enumerate(self.shares.T)]
        self.wedges: list[Wedge] = []
        for k, label in enumerate(self.labels):
            wedge = Wedge(self.centre, RADIUS, 0, 0, facecolor=label.color, hatch=look(k)[1], edgecolor=style.PAPER,
                          linewidth=1.5, zorder=3)  # fmt: skip
            page.axes.add_patch(wedge)
            self.wedges.append(wedge)
        self.leaders = LineCollection([], colors=[label.color for label in self.labels], linewidths=1, zorder=3.5)
        page.axes.add_collection(self.leaders, autolim=False)

        words = page.quiet("the whole pie, their sum:", (24, 62))
        self.sum = add_number(page.axes, 0, 0, self.total_form, "", ha="left")
        page.row((24, 62), words, self.sum)
        page.bind(self.sum, gid=[f"total[{time}]" for time in self.times], text=self.texts(self.total, self.total_form))
        page.quiet(self.table.unit, (24, 40), size=style.SMALL)

    def update(self, frame: float) -> list[Artist]:
        amounts = between(self.amounts, frame)
        ends = 2 * np.pi * np.cumsum(amounts / amounts.sum())
        starts = np.concatenate([[0], ends[:-1]])
        for wedge, start, end in zip(self.wedges, starts, ends, strict=True):
            wedge.set_theta1(90 - np.degrees(end))  # matplotlib counts from the right, counter-clockwise
            wedge.set_theta2(90 - np.degrees(start))
        self._place_labels((starts + ends) / 2, np.flatnonzero(~np.isnan(self.values[int(frame)])))
        names = [label.name for label in self.labels]
        return [*self.wedges, self.leaders, *names, *super().update(frame)]

    def describe(self, frame: float) -> str:
        row = int(frame)
        shares = zip(self.table.names, self.texts(self.shares[row], "{:.1%}"), strict=True)
        return (
            f"{self.title}, {self.table.clock} {self.times[row]}: "
            + ", ".join(f"{name} {share}" for name, share in shares if share)
            + f"; the sum is {self.total_form.format(self.total[row])} {self.table.unit}.".replace(" .", ".")
        )

    def why(self, gid: str, frame: int) -> Why | None:
        return PieWhys(self.table, frame).why(gid)

    def _place_labels(self, middles: np.ndarray, shown: np.ndarray) -> None:
        """Put the visible labels around the pie, each with a line to the middle of its wedge's rim."""
        (x, y), lines = self.centre, np.full((len(self.labels), 2, 2), np.nan)
        for label in self.labels:
            label.move(np.nan, np.nan)
        angles = push_around(middles[shown], [self.labels[k].width for k in shown])
        for k, middle, angle in zip(shown, middles[shown], angles, strict=True):
            label = self.labels[k]
            across, up = ring_place(angle, label.width)
            label.move(x + across - label.width / 2, y + up)
            rim = (RADIUS + 3) * math.sin(middle), (RADIUS + 3) * math.cos(middle)
            side, level = label.width / 2 + 3, LINE_HEIGHT / 2
            end = np.clip(rim[0], across - side, across + side), np.clip(rim[1], up - level, up + level)
            lines[k] = [(x + rim[0], y + rim[1]), (x + end[0], y + end[1])]
        self.leaders.set_segments(list(lines))


def check_shares(table: Table) -> None:
    """Raise ValueError if a value is negative, or a row has none above zero."""
    if (table.values < 0).any():
        row, series = np.argwhere(table.values < 0)[0]
        raise ValueError(
            f"Pie: a share cannot be negative, but {table.names[series]} is {table.values[row, series]:.10g} "
            f"at {table.clock} {table.written(table.times[row])}; draw lines or bars instead"
        )
    empty = np.nansum(table.values, axis=1) == 0
    if empty.any():
        raise ValueError(
            f"Pie: every row needs a value above 0, otherwise it has no shares; got none at {table.clock} "
            f"{table.written(table.times[empty][0])}; leave that row out"
        )


def ring_place(angle: float, width: float) -> tuple[float, float]:
    """Return the centre of a label `width` pixels wide, right and up from the pie's, at `angle` clockwise from the top.

    It comes as near to the pie as possible: its box touches the tangent of the circle of radius RADIUS + RIM there.
    """
    across, up = math.sin(angle), math.cos(angle)
    distance = RADIUS + RIM + width / 2 * abs(across) + LINE_HEIGHT / 2 * abs(up)
    return distance * across, distance * up


def push_around(middles: Sequence[float] | np.ndarray, widths: Sequence[float]) -> list[float]:
    """Return angles near `middles` (increasing, in radians) where no label overlaps another.

    Two labels that overlap are pushed apart along the ring, sideways or up and down, whichever is less. That may push
    them onto the next ones, so it is repeated until all are free.
    """
    angles = [float(middle) for middle in middles]
    for _ in range(SWEEPS):
        pushed = False
        for one, other in itertools.combinations(range(len(angles)), 2):
            push = missing_angle(angles[other] - angles[one], angles[one], widths[one], widths[other])
            if push:
                angles[one], angles[other], pushed = angles[one] - push / 2, angles[other] + push / 2, True
        if not pushed:
            break
    return angles


def missing_angle(apart: float, angle: float, width: float, its_width: float) -> float:
    """Return how far to move two labels apart, at `angle` and `apart` further on; 0 if they do not touch.

    Negative if the last and the first touch at the top: there they move apart by coming closer the other way round.
    """
    (x, y), (its_x, its_y) = ring_place(angle, width), ring_place(angle + apart, its_width)
    sideways = (width + its_width) / 2 + GAP - abs(x - its_x)
    upwards = LINE_HEIGHT + 2 - abs(y - its_y)
    if sideways <= 0 or upwards <= 0:
        return 0.0
    over_the_top = apart > math.pi
    between = angle + apart / 2 + (math.pi if over_the_top else 0.0)  # around the top, the ring runs along (cos, -sin)
    along, down = abs(math.cos(between)), abs(math.sin(between))
    missing = min(sideways / max(along, 0.01), upwards / max(down, 0.01)) / math.hypot(x, y) + 1e-3
    return -missing if over_the_top else missing
