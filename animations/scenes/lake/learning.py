"""What a network has learned about the frozen lake, and the result: the path of its policy.

each tile: the value of its best action, as a number and as a blue; an arrow, the action  │  the win rate, growing

Most records stay for a moment and show their whole path. A pawn walks the path of the last record, and of the first
record with each new kind of end: it walks for ever, falls into a hole, or reaches the goal.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import FigureBase

from animations import checks
from animations.data import anything, array, clock, texts
from animations.kit import style
from animations.kit.boards import Grid
from animations.kit.numbers import three_decimals
from animations.kit.page import Page, PageScene
from animations.kit.whys import explained
from animations.scenes.lake.answer_whys import Answers, answer_table, check_last_layer
from animations.scenes.lake.board import (
    ACTIONS,
    ICE,
    Rows,
    add_walker,
    add_way,
    arrow,
    draw_lake,
    lake,
    start_place,
    steps_along,
)
from animations.scenes.lake.learning_whys import LEARNING
from animations.why import Why
from tinylearn.checks import shortened

BOARD, MARGIN, PANEL = 600, 40, 430  # pixels: the longer side of the lake, the space around it, the panel next to it
MOST = 8  # rows and columns
WALKED = 8  # moves on a path without an end
ENDS = {"G": "arrives at the goal ✓", "H": "falls into a hole ✗"}
FOR_EVER = "walks for ever ✗"


class LakeLearning(PageScene):
    """The lake with the values of a network, its policy, and how often the policy wins, record by record.

    rows         the map, at most 8 × 8
    predictions  (R, T, 4) the network's probability of winning in each record, for each tile and action
    wins         (R, T) how often the greedy policy, which takes the best of the four, wins from each tile
    ways         R lists of the tiles on its path, from the start to the end
    steps        (R,) the update of each record
    phases       (R,) the kind of labels, in a few words

    To explain the predictions, pass these too; they must give the same ones:

    logits       (R, T, 4): their sigmoid gives the predictions
    features     (R, T, 4, D) before the last layer, its weights (R, D), its bias (R,): they give the logits

    The gids: "step", "last_step", "rate", "starts"; "value[4]" for the best action of tile 4. The rate is the mean of
    `wins` over the tiles where an episode continues; "starts" is the number of these. `began` and `ended` are the
    frames where a pawn begins its walk and ends it.
    """

    rows: Rows = lake(MOST)
    predictions: np.ndarray = array("R", "T", len(ACTIONS), low=0, high=1)
    wins: np.ndarray = array("R", "T", low=0, high=1)
    ways: tuple[list[int], ...] = anything(lambda caller, name, value: _ways(caller, name, value))
    steps: np.ndarray = clock("R")
    phases: tuple[str, ...] = texts("R")
    logits: np.ndarray | None = array("R", "T", 4, default=None, kw_only=True)
    features: np.ndarray | None = array("R", "T", 4, "D", default=None, kw_only=True)
    weights: np.ndarray | None = array("R", "D", default=None, kw_only=True)
    bias: np.ndarray | None = array("R", default=None, kw_only=True)

    glides = True

    def prepare(self) -> None:
        check_last_layer("LakeLearning", self.predictions, self.logits, (self.features, self.weights, self.bias))
        records, letters = len(self.steps), self.rows.letters
        if len(self.ways) != records or max(max(way, default=2**31) for way in self.ways) >= len(letters):
            raise ValueError(f"LakeLearning: ways must be {records}, one for each record, of tiles 0 to "
                             f"{len(letters) - 1}, got {len(self.ways)}: {shortened(self.ways)}")  # fmt: skip
        self.open = [tile for tile, letter in enumerate(letters) if letter in "SF"]
        if not self.open:
            raise ValueError(f"LakeLearning: rows need a tile S or F, where an episode goes on, got {tuple(self.rows)}")
        self.values, self.policy = self.predictions.max(axis=2), self.predictions.argmax(axis=2)  # (R, T)
        self.rates = self.wins[:, self.open].mean(axis=1)
        self.said = [ENDS.get(letters[way[-1]], FOR_EVER) for way in self.ways]
        walked = {self.said.index(end) for end in set(self.said)} | {records - 1}
        moves = [min(len(way) - 1, WALKED if said == FOR_EVER else len(way)) if record in walked else 0
                 for record, (way, said) in enumerate(zip(self.ways, self.said, strict=True))]  # fmt: skip
        self.record = np.repeat(np.arange(records), np.add(moves, 1))  # (S,)
        self.moved = np.concatenate([np.arange(count + 1) for count in moves])  # (S,)
        self.frames = len(self.record)
        ends = np.cumsum(np.add(moves, 1)) - 1
        self.ended = [int(ends[record]) for record in sorted(walked)]
        self.began = [int(ends[record] - moves[record]) for record in sorted(walked)]
        self.walks = np.isin(self.record, sorted(walked))  # (S,) does a pawn walk?
        self.shown = self.moved == np.array(moves)[self.record]  # (S,) does the frame say how this ends?
        self.side = BOARD / max(len(self.rows), len(self.rows[0]))
        self.wide = round(self.side * len(self.rows[0]))
        self.size = (2 * MARGIN + self.wide + MARGIN + PANEL, 2 * MARGIN + BOARD)
        self.cuts = [MARGIN + self.wide + MARGIN // 2]  # between the lake and the panel

    def draw(self, figure: FigureBase) -> None:
        self.page, top = Page(figure, self.size), self.size[1] - MARGIN
        self.middles = draw_lake(self.page, self.rows, (MARGIN, top), self.side, start=False)
        self._draw_values(Grid((MARGIN, top), len(self.rows), len(self.rows[0]), self.side, self.side))
        self._draw_policy()
        self._draw_way()
        self._draw_panel(2 * MARGIN + self.wide, top)

    def describe(self, frame: int) -> str:
        record = self.record[frame]
        return (
            f"Update {self.steps[record]} of {self.steps[-1]}, {self.phases[record]}: from the start the policy "
            f"{self.said[record][:-2]}; from any of {len(self.open)} tiles it wins {self.rates[record]:.3f} of its "
            f"episodes; the best action of the start is worth {self.values[record, self.ways[record][0]]:.3f}."
        )

    def why(self, gid: str, frame: int) -> Why | None:
        return explained(gid, {**LEARNING, **answer_table(self)}, self, frame)

    def answers(self, frame: int) -> Answers:
        """Return the network's answers in a frame, and what made them."""
        record = self.record[frame]
        given = self.logits, self.features, self.weights, self.bias
        logits, features, weights, bias = (None if each is None else each[record] for each in given)
        return Answers(self.rows, self.predictions[record], logits, features, weights, bias,
                       lambda tile, action: f"predicted[{tile},{action}]")  # fmt: skip

    def _draw_values(self, grid: Grid) -> None:
        """Fill the tiles where an episode continues with a blue as strong as their value, and write the value there."""
        page, side = self.page, self.side
        fraction = 0.5 * np.sqrt(self.values[:, self.open, None])  # of blue: the root, or small ones would look alike
        colors = (1 - fraction) * to_rgb(ICE) + fraction * to_rgb(style.WEIGHT)  # (R, open tiles, 3)
        squares = [grid.outline(*divmod(tile, grid.columns), inset=1)[:4] for tile in self.open]
        filled = PolyCollection(squares, edgecolors="none", zorder=2.6)
        page.axes.add_collection(filled, autolim=False)
        page.bind(filled, facecolor=colors[self.record])
        for tile in self.open:
            x, y = self.middles[tile]
            page.number(three_decimals, f"value[{tile}]", self.values[self.record, tile],
                        (x - 0.45 * side, y + 0.37 * side), ha="left", zorder=3)  # fmt: skip
            if self.rows.letters[tile] == "S":  # as a changing artist: it lies on the blue
                page.words(lambda frame: "start", start_place(self.middles[tile], side), size=style.SMALL, zorder=3)

    def _draw_policy(self) -> None:
        """Draw the best action of each tile: a full arrow if the policy wins from there, otherwise a hollow red one."""
        page, best, side = self.page, self.policy[self.record], self.side
        wins = self.wins[self.record][:, self.open, None] >= 0.5  # (S, open tiles, 1)
        arrows = PolyCollection([], linewidths=1.5, zorder=2.9)
        page.axes.add_collection(arrows, autolim=False)
        page.bind(arrows, edgecolor=np.where(wins, to_rgb(style.WEIGHT), to_rgb(style.ERROR)),
                  facecolor=np.where(wins, to_rgb(style.WEIGHT), to_rgb(style.PAPER)), verts=lambda frame: [
                      arrow(self.middles[tile], best[frame, tile], 0.26 * side, 0.22 * side, 0.06 * side)
                      for tile in self.open])  # fmt: skip

    def _draw_way(self) -> None:
        """Draw the path of the policy from the start, and the pawn, which waits there in records shown for a moment."""
        page = self.page
        tiles = np.array([self.ways[record][moved] for record, moved in zip(self.record, self.moved, strict=True)])
        tries = np.where(self.walks, self.policy[self.record, tiles], -1)
        add_walker(page, self.middles, self.side, tiles, self.record, tries)
        whole = [steps_along([] if walks else self.ways[record]).values()
                 for walks, record in zip(self.walks, self.record, strict=True)]  # fmt: skip
        page.bind(add_way(page), segments=lambda frame: [self.middles[step] for step in whole[frame]])

    def _draw_panel(self, left: float, top: float) -> None:
        """Write the heading, the update, how the path ends, what the colours mean, and the win rate over its curve."""
        page, record = self.page, self.record
        page.text("Learning to win", (left, top - 14), size=style.LARGE, weight="bold")
        page.clock((left, top - 52), "Update", "step", self.steps[record], self.steps[-1])
        page.words(lambda frame: self.phases[record[frame]], (left, top - 80), color=style.QUIET)
        said = [self.said[now] if shown else "…" for now, shown in zip(record, self.shown, strict=True)]
        page.text("From the start its policy", (left, top - 128))
        page.verdict(said.__getitem__, (left, top - 156))
        page.row(
            (left, top - 212),
            page.text("Win rate"),
            page.number("{:.2f}", "rate", self.rates[record], color=style.WEIGHT, weight="bold", size=style.LARGE),
            page.quiet("from any of"),
            page.number("{:.0f}", "starts", len(self.open), color=style.QUIET),
            page.quiet("tiles"),
        )
        self._draw_curve((left + 44, MARGIN + 134, PANEL - 60, top - 236 - MARGIN - 134))
        lines = (
            ("Number and blue: the value of the best action, which is", style.INK),
            ("the chance of winning if all later actions are random.", style.INK),
            ("Arrow: the best action. Full: from here it wins.", style.WEIGHT),
            ("Hollow: from here it never arrives.", style.ERROR),
        )
        for row, (words, color) in enumerate(lines):
            page.text(words, (left, MARGIN + 70 - 22 * row), color=color, size=style.SMALL)

    def _draw_curve(self, box: tuple[float, float, float, float]) -> None:
        """Draw the win rate so far, and a line where the kind of labels changes; learning is fast at first."""
        page, last = self.page, max(int(self.steps[-1]), 1)
        axes = page.plot(box, xlabel="update, on a scale of cube roots", ylim=(-0.05, 1.05), yticks=[0, 0.5, 1])
        axes.set_xscale("function", functions=(np.cbrt, lambda root: root**3))
        axes.set_xlim(-1e-6 * last, 1.06 * last)  # room for the tip
        changes = [int(self.steps[record - 1]) for record in range(2, len(self.steps))
                   if self.phases[record] != self.phases[record - 1]]  # fmt: skip
        end = max(changes, default=last)  # the clock says what the last is
        marks = [0, *(mark for mark in (10, 100, 1000, 5000, 20_000, 100_000) if mark < 0.7 * end), end]
        axes.set_xticks(marks, [str(mark) for mark in marks])
        axes.minorticks_off()
        for step in changes:
            change = axes.axvline(step, color=style.QUIET, linestyle=":", zorder=2.6)
            page.show(self.steps[self.record] > step, change)
        page.grow(axes, self.steps[self.record], self.rates[self.record], color=style.WEIGHT, markersize=8)


def _ways(caller: str, name: str, value: Any) -> tuple[list[int], ...]:
    """Return lists of tiles; otherwise raise TypeError or ValueError."""
    if not isinstance(value, list | tuple):
        raise TypeError(f"{caller}: {name} must be lists of tiles, got {shortened(value)}")
    return tuple(
        checks.positions(caller, f"{name}[{number}], {shortened(way)},", way, ("M", 2**31))
        for number, way in enumerate(value)
    )
