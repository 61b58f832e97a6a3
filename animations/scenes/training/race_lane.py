"""The runners of a race picture: what each shows at any update, and where its name stands.

A lane reads the recording; a row draws it: the curve and its tip, and at the right a name and a loss, joined by a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from animations.engine.text import PastedText
from animations.kit import style
from animations.kit.axes import add_label, add_number
from animations.kit.labels import short
from animations.kit.numbers import four_digits
from animations.scenes.training.step_chart import TIP
from tinylearn.analysis.race import Runner

WIDE = 30  # losses that differ by more than this factor need a log axis
FAR = 1e6  # a loss that is so many times the first is about to diverge; where all do, they are shown up to there
BELOW = 20  # pixels from a name to what became of its runner
NUMBER = 124  # pixels that a loss may take, and what is left between it and a name


class Lane:
    """A runner on the clock: what its recording says at any update, which is its last record until then.

    steps, epochs, losses (R,); last, the last update recorded; diverged, the update that broke, or None; ending, what
    became of it: a word, the gid of the update, and that.
    """

    def __init__(self, name: str, runner: Runner) -> None:
        recording = runner.recording
        self.name, self.steps, self.epochs = name, np.array(recording.steps), np.array(recording.epochs)
        self.losses = np.array(recording.losses, float)
        self.last = int(self.steps[-1])
        self.diverged = None if recording.divergence is None else int(recording.divergence["step"])
        self.ending = (
            ("ended", "last_step", self.last) if self.diverged is None else ("diverged", "diverged", self.diverged)
        )

    def upto(self, step: int) -> int:
        """Return how many records there are until then."""
        return int(np.searchsorted(self.steps, step, side="right"))

    def epoch(self, step: int) -> int:
        """Return the epoch at that time."""
        return int(self.epochs[self.upto(step) - 1])

    def loss(self, step: int) -> float:
        """Return the loss at that time; NaN before the first update that is recorded."""
        return float(self.losses[self.upto(step) - 1])

    def first_loss(self) -> float:
        """Return the first loss that is recorded; NaN if there is none."""
        return float(self.losses[min(1, len(self.losses) - 1)])

    def is_calm(self) -> bool:
        """Has it neither diverged nor grown so far from its first loss that it is about to?"""
        return self.diverged is None and not self.losses[-1] > FAR * abs(self.first_loss()) > 0

    def is_over(self, step: int, end: int) -> bool:
        """Has it diverged, or ended before the race does, at update `end`?"""
        if self.diverged is not None:
            return step >= min(self.diverged, end)
        return self.last <= step and self.last < end

    def goes_as(self, other: Lane) -> bool:
        """Is it in the same epochs as the other, update by update?"""
        _, own, its = np.intersect1d(self.steps, other.steps, return_indices=True)
        return bool((self.epochs[own] == other.epochs[its]).all())


def short_name(name: str) -> str:
    """Return a name on one line that fits beside the curves."""
    return short(" ".join(name.split()))


def room(lanes: Sequence[Lane]) -> tuple[float, float, bool]:
    """Return the limits of the axis of losses, and whether it is logarithmic.

    They hold every loss of the calm runners; of the others, what lies below the highest of these.
    """
    losses = np.concatenate([lane.losses[np.isfinite(lane.losses)] for lane in lanes])
    calm = [lane.losses[np.isfinite(lane.losses)] for lane in lanes if lane.is_calm()]
    first = np.nan_to_num([lane.first_loss() for lane in lanes], nan=0.0, posinf=0.0)
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
    """What is drawn of one runner. right: where its loss ends, in pixels of the page."""

    def __init__(self, page: Axes, lane: Lane, right: float, color: str, marker: str) -> None:
        self.page, self.lane, self.right, self.color, self.marker = page, lane, right, color, marker
        settings: dict[str, Any] = {"color": color, "zorder": 4}
        self.name = add_label(page, 0, 0, short_name(lane.name), weight="bold", **settings)
        self.loss = add_number(page, right, 0, four_digits, f"{lane.name}.loss", weight="bold", **settings)
        settings["size"], (word, gid, update) = style.SMALL, lane.ending
        self.ending = add_label(page, 0, 0, f"{word} at update", **settings)
        self.ended = add_number(page, 0, 0, "{:.0f}", f"{lane.name}.{gid}", ha="left", **settings)
        self.ended.set_value(update)

    def width(self) -> float:
        """Return how many pixels the name and the loss need, or what stands below."""
        ending = _width(self.ending) + 6 + _width(self.ended)
        return max(_width(self.name) + NUMBER, ending)

    def draw_curve(self, axes: Axes, left: float) -> None:
        """Make the curve, its tip, and the line from there to the name, which begins at `left`."""
        self.left = left
        (self.curve,) = axes.plot([], [], color=self.color, linewidth=1.5, zorder=3)
        (self.tip,) = self.page.plot([], [], color=self.color, **TIP, zorder=4)
        (self.leader,) = self.page.plot([], [], color=self.color, linewidth=1, linestyle=":", zorder=3)
        self.artists: list[Artist] = [self.curve, self.leader, self.tip, self.name, self.loss, self.ending, self.ended]

    def show(self, step: int, end: int, tip: tuple[float, float], y: float) -> None:
        """Show update `step` of a race that ends with `end`: the curve's tip is there, the name at height y."""
        lane, over = self.lane, self.lane.is_over(step, end)
        records = lane.upto(step)
        began = records > 1
        self.curve.set_data(lane.steps[1:records], lane.losses[1:records])
        self.tip.set_data([tip[0]], [tip[1]])
        self.tip.set_marker("X" if over and lane.diverged is not None else self.marker)
        self.leader.set_data([tip[0], self.left - 8], [tip[1], y])
        for artist in (self.curve, self.tip, self.leader, self.loss):
            artist.set_visible(began)
        self.name.set_position((self.left, y))
        self.loss.set_position((self.right, y))
        self.loss.set_value(lane.loss(step))
        self.ending.set_position((self.left, y - BELOW))
        self.ended.set_position((self.left + _width(self.ending) + 6, y - BELOW))
        for text in (self.ending, self.ended):
            text.set_visible(over)


def _width(text: PastedText) -> float:
    """Return how many pixels wide a text is."""
    return float(text.get_window_extent().width) if text.get_text() else 0.0
