"""The runners of a race picture: what each shows at any update, and the place of its name.

A lane reads the recording. A row draws it: the curve and its tip, and at the right, joined by a line, name and loss.
S steps, one for each frame.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from animations.kit import style
from animations.kit.labels import short
from animations.kit.numbers import four_digits
from animations.kit.page import Page
from tinylearn.analysis.race import Runner

WIDE = 30  # losses that differ by more than this factor need a log axis
FAR = 1e6  # this many times the first loss means that it is about to diverge; the axis ends there if all do
BELOW = 20  # pixels from a name to the words about its runner
NUMBER = 124  # pixels for a loss, and between it and a name


class Lane:
    """A runner on the clock: its last record at any update.

    steps, epochs, losses (R,); last, the last recorded update; diverged, the update that diverged, or None; ending, how
    it ended: a word, the gid of the update, and the update.
    """

    def __init__(self, name: str, runner: Runner) -> None:
        self.recording = recording = runner.recording
        self.name, self.title = name, short(" ".join(name.split()))
        self.steps, self.epochs = np.array(recording.steps), np.array(recording.epochs)
        self.losses, self.last = np.array(recording.losses, float), int(self.steps[-1])
        self.first_loss = float(self.losses[min(1, len(self.losses) - 1)])  # NaN if there is none
        self.diverged, self.ending = None, ("ended", "last_step", self.last)
        if recording.divergence is not None:
            self.diverged = int(recording.divergence["step"])
            self.ending = "diverged", "diverged", self.diverged

    def upto(self, steps: Any) -> Any:
        """Return how many records there are up to these steps."""
        return np.searchsorted(self.steps, steps, side="right")

    def record(self, step: int) -> int:
        """Return the last recorded update up to this step."""
        return int(self.steps[self.upto(step) - 1])

    def epoch(self, steps: Any) -> Any:
        """Return the epoch at these steps."""
        return self.epochs[self.upto(steps) - 1]

    def loss(self, steps: Any) -> Any:
        """Return the loss at these steps; NaN before the first recorded update."""
        return self.losses[self.upto(steps) - 1]

    def is_calm(self) -> bool:
        """Is it stable: neither diverged, nor so far above its first loss that it is about to?"""
        return self.diverged is None and not self.losses[-1] > FAR * abs(self.first_loss) > 0

    def is_over(self, steps: Any, end: int) -> Any:
        """Has it diverged, or ended before the race does, at update `end`?"""
        if self.diverged is not None:
            return steps >= min(self.diverged, end)
        return (self.last <= steps) & (self.last < end)

    def describe(self, step: int, end: int) -> str:
        """Say the loss at a step, and how it has ended by then."""
        word, _, update = self.ending
        return f"{self.name} {self.loss(step):.4g}" + (
            f" ({word} at update {update})" if self.is_over(step, end) else ""
        )

    def goes_as(self, other: Lane) -> bool:
        """Is it in the same epochs as the other, update by update?"""
        _, own, its = np.intersect1d(self.steps, other.steps, return_indices=True)
        return bool((self.epochs[own] == other.epochs[its]).all())


def room(lanes: Sequence[Lane]) -> tuple[float, float, bool]:
    """Return the limits of the axis of losses, and whether it is logarithmic.

    They include every loss of the stable runners, and the losses of the others below the highest of these.
    """
    losses = np.concatenate([lane.losses[np.isfinite(lane.losses)] for lane in lanes])
    calm = [lane.losses[np.isfinite(lane.losses)] for lane in lanes if lane.is_calm()]
    first = np.nan_to_num([lane.first_loss for lane in lanes], nan=0.0, posinf=0.0)
    highest = np.concatenate(calm).max(initial=-np.inf) if calm else FAR * first.max()
    losses = losses[losses <= highest]
    if not len(losses):
        return 0.0, 1.0, False
    low, high, wild = losses.min(), losses.max(), len(calm) < len(lanes)
    if low >= 0 and high > 0:
        low = losses[losses > 0].min()
        if wild or high > WIDE * low or high > WIDE * losses.min():
            return low / 1.5, min(high, 1e307) * (4 if wild else 1.5), True
    pad = 0.06 * (high - low or abs(high) or 1.0)
    return low - pad, high + pad, False


class Row:
    """The artists of one runner; its name and loss, or the words below them, need `width` pixels."""

    def __init__(self, page: Page, lane: Lane, steps: np.ndarray, color: str, marker: str) -> None:
        self.page, self.lane, self.steps, self.color, self.marker = page, lane, steps, color, marker
        look: dict[str, Any] = {"color": color, "zorder": 4}
        self.name = page.text(lane.title, weight="bold", **look)
        self.loss = page.number(four_digits, f"{lane.name}.loss", lane.loss(steps), weight="bold", **look)
        look["size"], (word, gid, update) = style.SMALL, lane.ending
        self.ending = page.text(f"{word} at update", **look)
        self.ended = page.number("{:.0f}", f"{lane.name}.{gid}", update, ha="left", **look)
        self.ended_at = page.width(self.ending) + 6
        self.width = max(page.width(self.name) + NUMBER, self.ended_at + page.width(self.ended))

    def draw(self, axes: Axes, tips: np.ndarray, y: np.ndarray, ends: tuple[float, float], last: int) -> None:
        """Draw the curve into `axes`, its tips (S, 2) on the page, and the line to the name, at height y (S,).

        ends   where the name begins and the loss ends; the race ends with update `last`
        """
        page, lane, (left, right) = self.page, self.lane, ends
        (self.curve,) = axes.plot([], [], color=self.color, linewidth=1.5, zorder=3)
        (self.tip,) = page.axes.plot([], [], color=self.color, **style.TIP, zorder=4)
        (self.leader,) = page.axes.plot([], [], color=self.color, linewidth=1, linestyle=":", zorder=3)
        over, records = lane.is_over(self.steps, last), lane.upto(self.steps)
        page.glide(self.tip, data=tips[:, :, None])
        page.bind(self.tip, marker=np.where(over & (lane.diverged is not None), "X", self.marker).tolist())
        page.glide(self.leader, data=np.stack([tips, np.stack([np.full(len(y), left - 8), y], axis=1)], axis=2))
        page.glide(self.curve, data=lambda frame: self._way(axes, records[int(frame)], records[math.ceil(frame)]))
        for text, x, below in ((self.name, left, 0), (self.loss, right, 0), (self.ending, left, BELOW),
                               (self.ended, left + self.ended_at, BELOW)):  # fmt: skip
            page.glide(text, position=np.stack([np.full(len(y), x), y - below], axis=1))
        page.show(records > 1, self.curve, self.tip, self.leader, self.loss)
        page.show(over, self.ending, self.ended)

    def _way(self, axes: Axes, records: int, wanted: int) -> np.ndarray:
        """Return the curve (2, …) up to this many records, and up to the tip if it is on its way to more."""
        passed = np.stack([self.lane.steps[1:records], self.lane.losses[1:records]])
        if records in (1, wanted):
            return passed
        tip = self.page.axes.transData.transform(np.asarray(self.tip.get_xydata())[0])
        return np.c_[passed, axes.transData.inverted().transform(tip)]
