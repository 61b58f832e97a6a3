"""A race: the losses of networks with the same start, on one clock, each with its name next to it.

update 12 of 60   epoch 2 of 10   adjust, repeat
  │╲_    × · · · · · SGD      1.93      names in the order of the losses, the lowest at the bottom
  │  ╲____● · · · ·  diverged at update 9
  │    ╲___■ · · · · Adam     0.22
  └───────────────
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from animations import checks
from animations.data import anything, clock, text
from animations.kit import style
from animations.kit.labels import push_apart
from animations.kit.page import Box, Page, PageScene
from animations.kit.steps import log_spaced_steps
from animations.scenes.training.race_lane import Lane, Row, room
from animations.scenes.training.shared import ALL, APART, what_differs
from animations.scenes.training.whys import race_why
from animations.why import Why
from tinylearn.analysis.race import Runner
from tinylearn.checks import shortened

LOOKS = tuple(zip((*style.SERIES, style.INK), (*style.MARKERS, "P"), strict=True))  # colour and marker of each runner
FEW = 100  # updates: up to this many, each is a frame and the axis is linear
LEFT, BOTTOM, TOP, EDGE = 110, 70, 500, 24  # pixels: the place of the axes, and the margin at the right
GAP = 44  # pixels from name to name


def _runners(caller: str, name: str, runners: Any) -> dict[str, Runner]:
    if not isinstance(runners, Mapping) or not all(isinstance(runner, Runner) for runner in runners.values()):
        raise TypeError(f"{caller}: expected name → Runner, as race(…) returns, got {shortened(runners)}")
    if not 1 <= len(runners) <= len(LOOKS):
        raise ValueError(f"{caller}: expected 1 to {len(LOOKS)} runners, got {len(runners)}")
    return {checks.text(caller, "each name", each): runner for each, runner in runners.items()}


class Race(PageScene):
    """The result of `race(…)`, name → Runner, 1 to 6 of them: the loss of each batch, before its update.

    steps    (S,) the update that each frame shows; by default all, or about 100 with growing distances
    title    how they differ; by default it says what is the same: start, batches

    The clock runs to the last recorded update. A runner that diverged or ended stays there, and the picture says so.
    The axis of losses is logarithmic if they differ much, or if a runner diverged or is about to: its curve then leaves
    the picture at the top. The gids of the numbers: "step", "last_step"; "epoch", "last_epoch" if all runners make the
    same number of updates per epoch, more than one; "name.loss", "name.diverged", and "name.last_step" for a runner
    that ends before others.
    """

    runners: dict[str, Runner] = anything(_runners)
    steps: np.ndarray = clock("S", default=None, kw_only=True)
    title: str = text(default="", kw_only=True)

    size = (1200, 620)
    glides = True

    def prepare(self) -> None:
        self.apart = what_differs(self.runners.values())
        self.title = self.title or APART.get(self.apart, ALL)
        self.lanes = [Lane(name, runner) for name, runner in self.runners.items()]
        self.longest = max(self.lanes, key=lambda lane: lane.last)
        self.last = self.longest.last
        self.steps = np.array(_clock(self.lanes)) if self.steps is None else self.steps
        self.frames = len(self.steps)
        self.low, self.high, self.is_log = room(self.lanes)
        self.captions = tuple(lane.title for lane in self.lanes)  # their digits belong to names

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size)
        self.page.axes.set_zorder(2)  # the lines to the names lie over the axes
        self._draw_heading()
        right = self.size[0] - EDGE
        self.page.quiet("loss", (right, TOP + 24), ha="right", size=style.SMALL)
        self.rows = [Row(self.page, lane, self.steps, *look) for lane, look in zip(self.lanes, LOOKS, strict=False)]
        left = right - max(row.width for row in self.rows)
        self.axes = self._draw_axes((LEFT, BOTTOM, left - 40 - LEFT, TOP - BOTTOM))
        tips = np.stack([self._tips(lane) for lane in self.lanes], axis=1)  # (S, lanes, 2)
        places = [
            push_apart(each[::-1], GAP, BOTTOM + 8, TOP - 8)[::-1] for each in tips[..., 1]
        ]  # the first is highest
        for row, tip, y in zip(self.rows, tips.swapaxes(0, 1), np.transpose(places), strict=True):
            row.draw(self.axes, tip, y, (left, right), self.last)

    def describe(self, frame: int) -> str:
        step = self.steps[frame]
        if not step:
            return f"{self.title}: before the first update, {', '.join(lane.name for lane in self.lanes)} are equal."
        losses = ", ".join(lane.describe(step, self.last) for lane in self.lanes)
        return f"{self.title}, update {step} of {self.last}: losses of {losses}."

    def why(self, gid: str, frame: int) -> Why | None:
        return race_why(gid, self.lanes, self.longest, int(self.steps[frame]))

    def moments(self) -> tuple[str, Sequence[float]]:
        return "update", self.steps.tolist()

    def _tips(self, lane: Lane) -> np.ndarray:
        """Return the ends of a curve, (S, 2), in pixels of the page; before the first update, where it will begin."""
        losses = np.where(lane.upto(self.steps) > 1, lane.loss(self.steps), lane.first_loss)
        x, y = (
            np.clip(self.steps, 1, max(lane.last, 1)),
            np.clip(np.nan_to_num(losses, nan=np.inf), self.low, self.high),
        )
        pixels = self.axes.transData.transform(np.stack([x, y], axis=1))
        return self.page.axes.transData.inverted().transform(pixels)

    def _draw_heading(self) -> None:
        """Write the title and the clock, which counts for all runners."""
        page, longest = self.page, self.longest
        page.text(self.title, (40, 586), size=style.LARGE)
        x = page.clock((40, 546), "update", "step", self.steps, self.last)
        if all(lane.goes_as(longest) for lane in self.lanes) and (longest.epochs != longest.steps).any():
            x = page.clock((x + 24, 546), "epoch", "epoch", longest.epoch(self.steps), longest.epoch(self.last))
        phases = ["adjust, repeat" if step else "initialise: all start from the same weights" for step in self.steps]
        page.words(phases, (x + 24, 546), color=style.QUIET)

    def _draw_axes(self, box: Box) -> Axes:
        few, log = self.last <= FEW, ("", ", log scale")
        whose = "each by its own function" if self.apart == "loss" else "before the update"
        axes = self.page.plot(box, xlabel=f"update{log[not few]}",
                              ylabel=f"loss of the batch, {whose}{log[self.is_log]}")  # fmt: skip
        axes.set(xscale="linear" if few else "log", yscale="log" if self.is_log else "linear")
        axes.set(xlim=(0, max(self.last, 1)) if few else (1, self.last), ylim=(self.low, self.high), autoscale_on=False)
        if few:
            axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 5, 10]))
        if self.is_log:
            digits = (1, 2, 5) if self.high < 200 * self.low else (1,)  # for less than a few powers of ten
            axes.yaxis.set_major_locator(LogLocator(subs=digits, numticks=9))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set(minor_locator=NullLocator(), major_formatter="{x:g}")
        return axes


def _clock(lanes: Sequence[Lane]) -> list[int]:
    """Return the update of each frame: all recorded ones, or about 100 of them, and those where runners diverged.

    Between two records there is nothing to show; so each frame shows the last record before it.
    """
    last = max(lane.last for lane in lanes)
    wanted = range(last + 1) if last <= FEW else log_spaced_steps(last, FEW + 1)
    recorded = np.unique(np.concatenate([lane.steps for lane in lanes]))
    shown = set(recorded[np.searchsorted(recorded, wanted, side="right") - 1].tolist())
    ends = {step for lane in lanes if lane.diverged is not None for step in (lane.last, min(lane.diverged, last))}
    return sorted(shown | ends)
