"""What a network thinks of every action on every tile of the frozen lake, epoch by epoch, and what is true.

      0.0139 ↑ 0.0139          beside each arrow the network's probability of winning, and the exact one;
0.0140       │                 the longer the arrow the more likely; the best of four is thick
     ← ──── tile ────→
0.0139       │
             ↓
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator

from animations.data import array, clock, texts
from animations.kit import style
from animations.kit.page import Page, PageScene
from animations.scenes.lake.board import ACTIONS, Rows, add_arrows, draw_lake, lake, stress

CELL, MARGIN, HEAD = 200, 40, 20  # pixels: a tile, what lies around the lake, and between it and the panel
PANEL = 420  # the width of what stands beside it
MOST = 5  # rows and columns
START, LONGEST = 12, 84  # of an arrow: from the middle of the tile, and its length for a probability of 1
# Where the two numbers of an action stand, from the middle of the tile: (x, y, alignment) of the network's, the exact.
BESIDE = (
    ((-94, 21, "left"), (-94, -21, "left")),
    ((-16, -78, "right"), (17, -78, "left")),
    ((94, 21, "right"), (94, -21, "right")),
    ((-16, 78, "right"), (17, 78, "left")),
)


class LakePolicy(PageScene):
    """The lake with four arrows on each tile where a game goes on, and the mean error of all their probabilities.

    rows         the map, at most 5 × 5
    predictions  (S, T, 4) the network's probabilities of winning in each frame, for each tile and action
    exact        (T, 4) the true ones
    epochs       (S,) the epoch of each frame
    phases       (S,) what is learned from in each frame, in a few words

    Gids: "epoch", "last_epoch", "error"; "predicted[4,1]" and "exact[4,1]" for action 1 on tile 4; "pairs", how many
    of these there are. The error is the mean over all of them of |predicted - exact|.
    """

    rows: Rows = lake(MOST)
    predictions: np.ndarray = array("S", "T", len(ACTIONS), low=0, high=1)
    exact: np.ndarray = array("T", len(ACTIONS), low=0, high=1)
    epochs: np.ndarray = clock("S")
    phases: tuple[str, ...] = texts("S")

    def prepare(self) -> None:
        self.open = [tile for tile, letter in enumerate(self.rows.letters) if letter in "SF"]
        if not self.open:
            raise ValueError(f"LakePolicy: rows need a tile S or F, where a game goes on, got {tuple(self.rows)}")
        off = np.abs(np.subtract(self.predictions, self.exact, dtype=float))[:, self.open]  # (S, open tiles, 4)
        self.errors = off.mean(axis=(1, 2))
        self.best = self.predictions.argmax(axis=2)  # (S, T)
        self.right = self.exact.max(axis=1, keepdims=True) - self.exact < 1e-9  # (T, 4) no action is better
        self.wide, high = CELL * len(self.rows[0]), CELL * len(self.rows)
        self.size = (2 * MARGIN + self.wide + HEAD + PANEL, max(2 * MARGIN + high, 600))

    def draw(self, figure: FigureBase) -> None:
        self.page, top = Page(figure, self.size), self.size[1] - MARGIN
        self.middles = draw_lake(self.page, self.rows, (MARGIN, top), CELL)
        best = self.best[:, self.open, None] == np.arange(len(ACTIONS))  # (S, open tiles, 4)
        add_arrows(self.page, self.middles[self.open], self.predictions[:, self.open], best, START, LONGEST, 4)
        for tile in self.open:
            for action in range(len(ACTIONS)):
                self._write_numbers(tile, action)
        self._draw_panel(MARGIN + self.wide + HEAD, top)

    def describe(self, frame: int) -> str:
        right = sum(self.right[tile, self.best[frame, tile]] for tile in self.open)
        return (
            f"Epoch {self.epochs[frame]} of {self.epochs[-1]}, {self.phases[frame]}: the mean error of all "
            f"probabilities is {self.errors[frame]:.4f}; on {right} of {len(self.open)} tiles the action that the "
            "network finds best is the best."
        )

    def _write_numbers(self, tile: int, action: int) -> None:
        """Write beside an arrow the network's number and the exact one."""
        page, (x, y), key = self.page, self.middles[tile], f"[{tile},{action}]"
        (dx, dy, side), (ex, ey, its_side) = BESIDE[action]
        predicted = page.number("{:.4f}", f"predicted{key}", self.predictions[:, tile, action], (x + dx, y + dy),
                                ha=side, size=style.SMALL, zorder=4.2)  # fmt: skip
        stress(page, predicted, self.best[:, tile] == action)
        page.number("{:.4f}", f"exact{key}", self.exact[tile, action], (x + ex, y + ey), ha=its_side, size=style.SMALL,
                    color=style.TARGET, weight="bold" if self.right[tile, action] else "normal")  # fmt: skip

    def _draw_panel(self, left: float, top: float) -> None:
        """Write the heading, the epoch, what the colours mean, and the error above its curve."""
        page = self.page
        page.text("Learning to win", (left, top - 18), size=style.LARGE, weight="bold")
        page.clock((left, top - 60), "Epoch", "epoch", self.epochs, self.epochs[-1])
        page.words(self.phases, (left, top - 92), color=style.QUIET)
        lines = (
            ("Probability of winning", style.INK, "bold"),
            ("if every later move is random:", style.INK, "normal"),
            ("the network's, best of four: thick arrow", style.WEIGHT, "bold"),
            ("the exact one, best of four: bold", style.TARGET, "normal"),
            ("Arrows have a logarithmic scale.", style.QUIET, "normal"),
        )
        for row, (words, color, weight) in enumerate(lines):
            page.text(words, (left, top - 148 - 28 * row), color=color, weight=weight, size=style.SMALL)
        page.row(
            (left, top - 310),
            page.text("Mean error"),
            page.number("{:.6f}", "error", self.errors, color=style.ERROR, weight="bold"),
            page.quiet("over"),
            page.number("{:.0f}", "pairs", 4 * len(self.open), color=style.QUIET),
            page.quiet("arrows"),
        )
        self._draw_curve((left + 76, MARGIN + 56, PANEL - 76, top - 340 - MARGIN - 56))

    def _draw_curve(self, box: tuple[float, float, float, float]) -> None:
        """Draw the error so far, and a line where what is learned from changes."""
        page, epochs, errors, last = self.page, self.epochs, self.errors, max(self.epochs[-1], 1)
        low = max(errors.min(), 1e-6)
        high = max(errors.max(), low)
        axes = page.plot(box, xlabel="epoch", ylabel="mean error", ycolor=style.ERROR, yscale="log",
                         xlim=(-0.02 * last, 1.03 * last), ylim=(low / 2, 2 * high))  # fmt: skip
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2.5, 5, 10], integer=True))
        powers = [power for power in range(-6, 1) if low / 2 <= 10.0**power <= 2 * high]
        axes.set_yticks([10.0**power for power in powers], [f"{10.0**power:g}" for power in powers])
        axes.minorticks_off()
        for frame in range(2, self.frames):
            if self.phases[frame] != self.phases[frame - 1]:
                axes.axvline(epochs[frame - 1], color=style.QUIET, linestyle=":", zorder=2.6)
        (line,) = axes.plot([], [], color=style.ERROR, linewidth=2, zorder=3)
        page.bind(line, data=lambda frame: (epochs[: frame + 1], errors[: frame + 1]))
        (tip,) = axes.plot([], [], "o", color=style.ERROR, markersize=8, zorder=4)
        page.bind(tip, data=lambda frame: (epochs[[frame]], errors[[frame]]))
