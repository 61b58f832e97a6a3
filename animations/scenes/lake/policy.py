"""What a network thinks of every action on every tile of the frozen lake, epoch by epoch, and what is true.

      0.0139 ↑ 0.0139          beside each arrow the network's probability of winning, and the exact one;
0.0140       │                 the longer the arrow the more likely; the best of four is thick
     ← ──── tile ────→
0.0139       │
             ↓
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator

from animations import checks
from animations.engine.text import Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, plot_axes
from animations.kit.boards import Grid
from animations.kit.page import Page
from animations.scene import Scene
from animations.scenes.lake.board import ACTIONS, add_arrows, arrow, centres, checked_map, draw_lake, length

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


class LakePolicy(Scene):
    """The lake with four arrows on each tile where a game goes on, and the mean error of all their probabilities.

    rows         the map, at most 5 × 5
    predictions  (F, S, 4) the network's probabilities of winning in each frame, for each tile and action
    exact        (S, 4) the true ones
    epochs       (F,) the epoch of each frame
    phases       (F,) what is learned from in each frame, in a few words

    Gids: "epoch", "last_epoch", "error"; "predicted[4,1]" and "exact[4,1]" for action 1 on tile 4; "pairs", how many
    of these there are. The error is the mean over all of them of |predicted - exact|.
    """

    def __init__(
        self,
        rows: Sequence[str],
        predictions: np.ndarray,
        exact: np.ndarray,
        epochs: Sequence[int],
        phases: Sequence[str],
    ) -> None:
        self.rows = checked_map("LakePolicy", rows)
        letters = self._checked_letters()
        self.open = [tile for tile, letter in enumerate(letters) if letter in "SF"]
        who, self.epochs = "LakePolicy", checks.clock("LakePolicy", "epochs", epochs)
        self.frames = len(self.epochs)
        self.phases = list(checks.texts(who, "phases", phases, (self.frames,)))
        shape = (self.frames, len(letters), 4)
        self.predictions = checks.array(who, "predictions", predictions, shape, 0, 1).astype(float)
        self.exact = checks.array(who, "exact", exact, shape[1:], 0, 1).astype(float)
        off = np.abs(self.predictions - self.exact)[:, self.open]  # (F, open tiles, 4)
        self.errors = off.mean(axis=(1, 2))
        self.wide, self.high = CELL * len(self.rows[0]), CELL * len(self.rows)
        self.size = (2 * MARGIN + self.wide + HEAD + PANEL, max(2 * MARGIN + self.high, 600))

    def draw(self, figure: FigureBase) -> None:
        self.sheet = Page(figure, self.size)
        self.page = self.sheet.axes
        grid = Grid((MARGIN, self.size[1] - MARGIN), len(self.rows), len(self.rows[0]), CELL, CELL)
        draw_lake(self.sheet, grid, self.rows)
        self.places = centres(grid)
        self.numbers: list[tuple[Number, np.ndarray]] = []  # with the value of each frame
        self.predicted: dict[tuple[int, int], Number] = {}
        self._draw_tiles()
        self._draw_panel(figure)

    def update(self, frame: int) -> list[Artist]:
        for number, values in self.numbers:
            number.set_value(values[frame])
        outlines, colors = [], []
        for tile in self.open:
            values = self.predictions[frame, tile]
            for action, value in enumerate(values):
                best = action == values.argmax()
                thick, color = (9, style.WEIGHT) if best else (4, style.QUIET)
                outlines.append(arrow(self.places[tile], action, START, length(value, LONGEST), thick))
                colors.append(color)
                self.predicted[tile, action].set(color=style.WEIGHT if best else style.INK,
                                                 weight="bold" if best else "normal")  # fmt: skip
        self.arrows.set_verts(outlines)
        self.arrows.set_facecolor(colors)
        self.phase.set_text(self.phases[frame])
        self.line.set_data(self.epochs[: frame + 1], self.errors[: frame + 1])
        self.tip.set_data(self.epochs[[frame]], self.errors[[frame]])
        return [self.arrows, self.phase, self.line, self.tip, *(number for number, _ in self.numbers)]

    def describe(self, frame: int) -> str:
        right = sum(self._is_best(frame, tile) for tile in self.open)
        return (
            f"Epoch {self.epochs[frame]} of {self.epochs[-1]}, {self.phases[frame]}: the mean error of all "
            f"probabilities is {self.errors[frame]:.4f}; on {right} of {len(self.open)} tiles the action that the "
            "network finds best is the best."
        )

    def _is_best(self, frame: int, tile: int) -> bool:
        """Is the action of the largest prediction one of the largest exact value?"""
        exact = self.exact[tile]
        return bool(exact.max() - exact[self.predictions[frame, tile].argmax()] < 1e-9)

    def _draw_tiles(self) -> None:
        """Make the arrows and, beside each, the network's number and the exact one."""
        self.arrows = add_arrows(self.page, 4 * len(self.open))
        for tile in self.open:
            (x, y), best = self.places[tile], self.exact[tile].max()
            for action in range(len(ACTIONS)):
                (dx, dy, side), (ex, ey, its_side) = BESIDE[action]
                true = self.exact[tile, action]
                made = add_number(self.page, x + dx, y + dy, "{:.4f}", f"predicted[{tile},{action}]", ha=side,
                                  size=style.SMALL, zorder=4.2)  # fmt: skip
                self.predicted[tile, action] = made
                self.numbers.append((made, self.predictions[:, tile, action]))
                add_number(self.page, x + ex, y + ey, "{:.4f}", f"exact[{tile},{action}]", ha=its_side,
                           size=style.SMALL, color=style.TARGET,
                           weight="bold" if best - true < 1e-9 else "normal").set_value(true)  # fmt: skip

    def _draw_panel(self, figure: FigureBase) -> None:
        """Draw the heading, the epoch, what the colours mean, the error and its curve."""
        page, left, top = self.page, MARGIN + self.wide + HEAD, self.size[1] - MARGIN
        add_label(page, left, top - 18, "Learning to win", size=style.LARGE, weight="bold")
        add_label(page, left, top - 60, "Epoch")
        self.numbers.append((add_number(page, left + 94, top - 60, "{:.0f}", "epoch", weight="bold"), self.epochs))
        add_label(page, left + 104, top - 60, "of", color=style.QUIET)
        last = add_number(page, left + 130, top - 60, "{:.0f}", "last_epoch", ha="left", color=style.QUIET)
        last.set_value(self.epochs[-1])
        self.phase = add_label(page, left, top - 92, "", color=style.QUIET)
        lines = (
            ("Probability of winning", style.INK, "bold"),
            ("if every later move is random:", style.INK, "normal"),
            ("the network's, best of four: thick arrow", style.WEIGHT, "bold"),
            ("the exact one, best of four: bold", style.TARGET, "normal"),
            ("Arrows have a logarithmic scale.", style.QUIET, "normal"),
        )
        for row, (text, color, weight) in enumerate(lines):
            add_label(page, left, top - 148 - 28 * row, text, color=color, weight=weight, size=style.SMALL)
        add_label(page, left, top - 310, "Mean error")
        error = add_number(page, left + 204, top - 310, "{:.6f}", "error", color=style.ERROR, weight="bold")
        self.numbers.append((error, self.errors))
        add_label(page, left + 216, top - 310, "over", color=style.QUIET)
        pairs = add_number(page, left + 288, top - 310, "{:.0f}", "pairs", color=style.QUIET)
        pairs.set_value(4 * len(self.open))
        add_label(page, left + 298, top - 310, "arrows", color=style.QUIET)
        self._draw_curve(figure, left, top - 340)

    def _draw_curve(self, figure: FigureBase, left: int, top: int) -> None:
        """Draw the axes of the error, its line and the tip."""
        (width, height), last, bottom = self.size, max(self.epochs[-1], 1), MARGIN + 56
        box = ((left + 76) / width, bottom / height, (PANEL - 76) / width, (top - bottom) / height)
        low = max(self.errors.min(), 1e-6)
        high = max(self.errors.max(), low)
        axes = plot_axes(figure, box, xlabel="epoch", ylabel="mean error", ycolor=style.ERROR, yscale="log",
                         xlim=(-0.02 * last, 1.03 * last), ylim=(low / 2, 2 * high))  # fmt: skip
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2.5, 5, 10], integer=True))
        powers = [power for power in range(-6, 1) if low / 2 <= 10.0**power <= 2 * high]
        axes.set_yticks([10.0**power for power in powers], [f"{10.0**power:g}" for power in powers])
        axes.minorticks_off()
        for frame in range(2, self.frames):
            if self.phases[frame] != self.phases[frame - 1]:
                axes.axvline(self.epochs[frame - 1], color=style.QUIET, linestyle=":", zorder=2.6)
        (self.line,) = axes.plot([], [], color=style.ERROR, linewidth=2, zorder=3)
        (self.tip,) = axes.plot([], [], "o", color=style.ERROR, markersize=8, zorder=4)

    def _checked_letters(self) -> str:
        """Return the letters of all tiles; ValueError if there is no room for their numbers, or nowhere to go on."""
        if max(len(self.rows), len(self.rows[0])) > MOST:
            raise ValueError(
                f"LakePolicy: a lake of at most {MOST} × {MOST} tiles has room for its numbers, got "
                f"{len(self.rows)} × {len(self.rows[0])}"
            )
        letters = "".join(self.rows)
        if not set(letters) & set("SF"):
            raise ValueError(f"LakePolicy: rows need a tile S or F, where a game goes on, got {self.rows}")
        return letters
