"""The gap of overfitting: the accuracy on the training set and on the test set, and the difference between them.

1 ┤     ╭──────● training set
  │   ╭─╯░░░░░░┃ gap 31 %
  │ ╭─╯░░╭─────■ test set
  │╭╯────╯
0 ┼──────────────
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.patches import Polygon

from animations import checks
from animations.checks import Shape
from animations.data import Data, Field, clock, instance, text
from animations.kit import style
from animations.kit.axes import add_label, add_number, ticks_to
from animations.kit.correct_counts import LOOKS, ROW, CorrectCounts, in_words
from animations.kit.page import Page, PageScene
from animations.kit.whys import explained
from animations.scenes.classes.gap_whys import GAPS
from animations.why import Why

MOST, WIDE, HIGH = 3, 560, 592  # runs next to each other; the width of each, and the height, in pixels
PLOT = 70, 64, 450, 330  # left, bottom, width, height of the axes of a run
ROOM = 1.42  # of the axis of epochs, relative to the longest run: leaves room for the gap


class LearningRun(Data):
    """How one network learns: its name, and its correct answers on two sets, `seen` and `new`.

    always   the correct answers on the second set of a model that always says the same; None to leave it out
    """

    name: str = text()
    seen: CorrectCounts = instance(CorrectCounts)
    new: CorrectCounts = instance(CorrectCounts)
    always: CorrectCounts | None = instance(CorrectCounts, default=None)

    def prepare(self) -> None:
        self.counts = (self.seen, self.new, *([self.always] if self.always is not None else []))
        self.accuracies = np.array([each.correct / each.total for each in (self.seen, self.new)])  # (2, S)
        self.gaps = self.accuracies[0] - self.accuracies[1]


def few_runs(length: str) -> Any:
    """Declare one to three runs, with counts for each frame."""
    return Field(_few, length)


def _few(caller: str, name: str, values: Any, shape: Shape) -> tuple[LearningRun, ...]:
    runs = checks.instances(caller, name, values, LearningRun)
    if not 1 <= len(runs) <= MOST:
        raise ValueError(f"{caller}: expected 1 to {MOST} {name}, got {len(runs)}")
    for run in runs:
        if not shape.fits(run.gaps.shape):
            raise ValueError(
                f"{caller}: {run.name!r} must have a count for each of {shape[0]} epochs, got {len(run.gaps)}"
            )
    return runs


class AccuracyGap(PageScene):
    """The accuracy on both sets, for one to three networks, as growing lines on one clock; the gap is shaded.

    epochs   (S,) the epoch of each frame
    runs     a LearningRun for each network, with a count for each frame

    The gids of its numbers, for run i and set j:
    "epoch", "last_epoch", "run_i.correct[j]", "run_i.total[j]", "run_i.gap".
    """

    epochs: np.ndarray = clock("S")
    runs: tuple[LearningRun, ...] = few_runs("S")

    glides = True

    def prepare(self) -> None:
        self.size = WIDE * len(self.runs), HIGH
        self.cuts = [WIDE * i for i in range(1, len(self.runs))]

    def draw(self, figure: FigureBase) -> None:
        page = self.page = Page(figure, self.size)
        end = page.clock((30, HIGH - 36), "Epoch", "epoch", self.epochs, self.epochs[-1], size=style.LARGE)
        page.phase((end + 24, HIGH - 36))
        for i, run in enumerate(self.runs):
            self._draw_counts(i, run)
            self._draw_lines(i, run)

    def describe(self, frame: int) -> str:
        told = [
            f"{run.name}, correct answers: {in_words(run.counts, frame)}, a gap of {run.gaps[frame]:.1%}"
            for run in self.runs
        ]
        return f"Epoch {self.epochs[frame]} of {self.epochs[-1]}: {'; '.join(told)}."

    def why(self, gid: str, frame: int) -> Why | None:
        return explained(gid, GAPS, self, frame)

    def _draw_counts(self, i: int, run: LearningRun) -> None:
        """Write the name of a run, and a row for each set: a piece of its line, its name, its count."""
        page, left = self.page, WIDE * i + 30
        page.text(run.name, (left, HIGH - 88), size=style.LARGE, weight="bold")
        for j, (each, look) in enumerate(zip(run.counts, LOOKS, strict=False)):
            y = HIGH - 126 - ROW * j
            page.axes.plot([left, left + 26, left + 52], [y] * 3, linewidth=2, markersize=8, markevery=[1], **look)
            page.text(each.name, (left + 68, y))
            count = page.number("{:,.0f}", f"run_{i}.correct[{j}]", each.correct, weight="bold")
            total = page.number("{:,.0f}", f"run_{i}.total[{j}]", each.total, color=style.QUIET)
            page.row((WIDE * i + PLOT[0] + PLOT[2], y), count, page.quiet("of"), total, ha="right")

    def _draw_lines(self, i: int, run: LearningRun) -> None:
        """Draw a line and its tip for each set, the area between them, and the size of the gap at its end."""
        (left, bottom, width, height), last, page = PLOT, max(self.epochs[-1], 1), self.page
        axes = page.plot((WIDE * i + left, bottom, width, height), xlabel="epoch", xlim=(-0.02 * last, ROOM * last),
                         ylabel="accuracy", ylim=(0, 1.04))  # fmt: skip
        axes.set_xticks(ticks_to(last))
        for j, (each, look) in enumerate(zip(run.counts, LOOKS, strict=False)):
            page.grow(axes, self.epochs, each.correct / each.total, markersize=8, zorder=4 + j / 10, **look)
        points = np.stack([np.broadcast_to(self.epochs, run.accuracies.shape), run.accuracies], axis=-1)  # (2, S, 2)

        def ends(moment: float) -> np.ndarray:
            """Return the ends of both lines, (2, 2)."""
            before, after = points[:, int(moment)], points[:, min(int(moment) + 1, self.frames - 1)]
            return before + (moment - int(moment)) * (after - before)

        def outline(moment: float) -> np.ndarray:
            """Return the outline along one line and back along the other, (2 R, 2)."""
            seen, new = np.concatenate([points[:, : int(moment) + 1], ends(moment)[:, None]], axis=1)
            return np.concatenate([seen, new[::-1]])

        gap: dict[str, Any] = {"color": style.ERROR, "linewidth": 3, "solid_capstyle": "butt"}
        area = axes.add_patch(Polygon(outline(0), facecolor=style.ERROR, alpha=0.16, linewidth=0, zorder=2.8))
        page.glide(area, xy=outline)
        page.glide(axes.plot([], [], zorder=3, **gap)[0], data=lambda moment: ends(moment).T)

        def beside(moment: float) -> tuple[float, float]:
            """Return a place to the right of the gap, but within the axes."""
            x, y = ends(moment).mean(axis=0)
            return x + 0.04 * last, min(max(y, 0.04), 1)

        looks: dict[str, Any] = {"color": style.ERROR, "weight": "bold", "ha": "left", "zorder": 5}
        number = add_number(axes, 0, 0, "gap {:.1%}", f"run_{i}.gap", **looks)
        page.glide(page.bind(number, value=run.gaps), position=beside)
        word = add_label(axes, 0, 0, "overfitting", **looks)
        page.glide(word, position=lambda moment: np.subtract(beside(moment), (0, 0.06)))
        page.show((run.gaps > 0.05) & (self.epochs > 0), word)  # before it has learned, a gap is chance
