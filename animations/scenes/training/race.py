"""A race: the losses of networks that started equal, on one clock, each with its name beside it.

update 12 of 60   epoch 2 of 10   adjust, repeat
  │╲_    × · · · · · SGD      1.93      names in the order of the losses, the lowest at the bottom
  │  ╲____● · · · ·  diverged at update 9
  │    ╲___■ · · · · Adam     0.22
  └───────────────
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from animations import checks
from animations.engine.text import Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes, plot_axes
from animations.kit.steps import spaced_steps
from animations.scene import Scene
from animations.scenes.tables.charts import push_apart
from animations.scenes.training.race_lane import Lane, Row, room, short_name
from animations.scenes.training.step_chart import MARKERS
from tinylearn.analysis.race import Runner
from tinylearn.checks import shortened

LOOKS = tuple(zip((*style.SERIES, style.INK), (*MARKERS, "P"), strict=True))  # colour and marker of each runner
FEW = 100  # updates: up to here each is a frame, and the axis of updates is not logarithmic
LEFT, BOTTOM, TOP, EDGE = 110, 70, 500, 24  # pixels: where the axes lie, and the margin at the right
GAP = 44  # pixels from name to name


class Race(Scene):
    """What `race(…)` returned, name → Runner, 1 to 6 of them: the loss of each batch, before its update.

    steps    (F,) the update that each frame shows; by default each, or about 100 that are ever farther apart
    title    what differs

    The clock runs to the last update that is recorded. A runner that diverged, or ended, stays where it did and says
    so. The axis of losses is logarithmic if they differ much, or if one diverged or is about to: its curve then leaves
    the picture at the top. The gids of the numbers: "step", "last_step"; "epoch", "last_epoch" if all runners make as
    many updates an epoch; "name.loss", "name.diverged", and "name.last_step" for one that ends before others.
    """

    size = (1200, 620)

    def __init__(
        self, runners: Mapping[str, Runner], *, steps: Sequence[int] | None = None,
        title: str = "The same start, the same batches",
    ) -> None:  # fmt: skip
        if not isinstance(runners, Mapping):
            raise TypeError(f"Race: expected name → Runner, as race(…) returns, got {shortened(runners)}")
        if not 1 <= len(runners) <= len(LOOKS):
            raise ValueError(f"Race: expected 1 to {len(LOOKS)} runners, got {len(runners)}")
        for name, runner in runners.items():
            checks.text("Race", "each name", name)
            if not isinstance(runner, Runner):
                raise TypeError(f"Race: expected name → Runner, as race(…) returns, got {name!r}: {shortened(runner)}")
        self.lanes = [Lane(name, runner) for name, runner in runners.items()]
        self.title = checks.text("Race", "title", title)
        self.captions = tuple(short_name(name) for name in runners)  # digits in them are those of names
        self.longest = max(self.lanes, key=lambda lane: lane.last)
        self.last = self.longest.last
        self.steps = checks.clock("Race", "steps", clock(self.lanes) if steps is None else steps)
        self.frames = len(self.steps)
        self.low, self.high, self.is_log = room(self.lanes)

    def draw(self, figure: FigureBase) -> None:
        self.page = pixel_axes(figure, self.size)
        self.page.set_zorder(2)  # the lines to the names lie over the axes
        self._draw_heading(self.page)
        right = self.size[0] - EDGE
        add_label(self.page, right, TOP + 24, "loss", ha="right", color=style.QUIET, size=style.SMALL)
        self.rows = [Row(self.page, lane, right, *look) for lane, look in zip(self.lanes, LOOKS, strict=False)]
        left = right - max(row.width() for row in self.rows)
        self.axes = self._draw_axes(figure, left - 40)
        for row in self.rows:
            row.draw_curve(self.axes, left)

    def update(self, frame: int) -> list[Artist]:
        step = int(self.steps[frame])
        self.phase.set_text("adjust, repeat" if step else "initialise: all start from the same weights")
        for number, value in self.clock:
            number.set_value(value(step))
        tips = [self._tip(lane, step) for lane in self.lanes]
        upwards = [y for _, y in reversed(tips)]  # so that of equal ones the first comes highest
        places = push_apart(upwards, GAP, BOTTOM + 8, TOP - 8)[::-1]
        for row, tip, y in zip(self.rows, tips, places, strict=True):
            row.show(step, self.last, tip, y)
        return [self.phase, *(number for number, _ in self.clock), *(each for row in self.rows for each in row.artists)]

    def describe(self, frame: int) -> str:
        step = int(self.steps[frame])
        if not step:
            return f"{self.title}: before the first update, {', '.join(lane.name for lane in self.lanes)} are equal."
        losses = [f"{lane.name} {lane.loss(step):.4g}{self._ending(lane, step)}" for lane in self.lanes]
        return f"{self.title}, update {step} of {self.last}: losses of {', '.join(losses)}."

    def _ending(self, lane: Lane, step: int) -> str:
        if not lane.is_over(step, self.last):
            return ""
        word, _, update = lane.ending
        return f" ({word} at update {update})"

    def _tip(self, lane: Lane, step: int) -> tuple[float, float]:
        """Return where a curve ends, in pixels of the page; before the first update, where it will begin."""
        loss = lane.loss(step) if lane.upto(step) > 1 else lane.first_loss()
        place = (max(min(step, lane.last), 1), float(np.clip(np.nan_to_num(loss, nan=np.inf), self.low, self.high)))
        return tuple(self.page.transData.inverted().transform(self.axes.transData.transform(place)))

    def _draw_heading(self, page: Axes) -> None:
        """Write the title and the clock: what is counted, for all runners together."""
        add_label(page, 40, 586, self.title, size=style.LARGE)
        self.clock: list[tuple[Number, Callable[[int], float]]] = []  # with the value at a step
        x = self._draw_counter(page, 40, "update", "step", lambda step: step, self.last)
        if all(lane.goes_as(self.longest) for lane in self.lanes):
            x = self._draw_counter(page, x, "epoch", "epoch", self.longest.epoch, self.longest.epoch(self.last))
        self.phase = add_label(page, x, 546, "", color=style.QUIET, zorder=4)

    def _draw_counter(
        self, page: Axes, x: float, word: str, gid: str, value: Callable[[int], float], last: int
    ) -> float:
        """Write "word n of last" from x on; return where it ends."""
        digits = 11 * len(str(max(last, *self.steps))) + 4  # a digit is 11 pixels wide
        add_label(page, x, 546, word)
        x += 66 + digits
        self.clock.append((add_number(page, x, 546, "{:.0f}", gid, weight="bold", zorder=4), value))
        add_label(page, x + 8, 546, "of", color=style.QUIET)
        x += 30 + digits
        add_number(page, x, 546, "{:.0f}", f"last_{gid}", color=style.QUIET).set_value(last)
        return x + 36

    def _draw_axes(self, figure: FigureBase, right: float) -> Axes:
        width, height = self.size
        box = (LEFT / width, BOTTOM / height, (right - LEFT) / width, (TOP - BOTTOM) / height)
        few, said = self.last <= FEW, "loss of the batch, before the update" + (", log scale" if self.is_log else "")
        axes = plot_axes(figure, box, xlabel="update" if few else "update, log scale", ylabel=said)
        if few:
            axes.set_xlim(0, max(self.last, 1))
            axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 5, 10]))
        else:
            axes.set_xscale("log")
            axes.set_xlim(1, self.last)
        if self.is_log:
            axes.set_yscale("log")
            few_powers = self.high < 200 * self.low
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if few_powers else (1,), numticks=9))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter("{x:g}")
        axes.set_ylim(self.low, self.high)
        axes.set_autoscale_on(False)
        return axes


def clock(lanes: Sequence[Lane]) -> list[int]:
    """Return the update of each frame: all, or about 100, of those that are recorded, and where runners diverged.

    Between two records there is nothing to show; so each frame shows the last one before it.
    """
    last = max(lane.last for lane in lanes)
    wanted = range(last + 1) if last <= FEW else spaced_steps(last, FEW + 1)
    recorded = np.unique(np.concatenate([lane.steps for lane in lanes]))
    shown = set(recorded[np.searchsorted(recorded, wanted, side="right") - 1].tolist())
    ends = {step for lane in lanes if lane.diverged is not None for step in (lane.last, min(lane.diverged, last))}
    return sorted(shown | ends)
