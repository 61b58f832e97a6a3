"""An episode on the frozen lake: before each move, the network is asked four times, once for each action.

the lake, from above  │  action → tile and action as 20 numbers → network → probability, as a bar and as a number
"""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from animations.data import array, positions, real
from animations.kit import style
from animations.kit.boards import Grid
from animations.kit.page import SPACE, Page, PageScene
from animations.kit.whys import explained
from animations.scenes.lake.answer_whys import Answers, answer_table, check_last_layer
from animations.scenes.lake.board import ACTIONS, ROOMY, Rows, add_walker, arrow, draw_lake, lake
from animations.scenes.lake.move_whys import MOVES
from animations.why import Why

BOARD, MARGIN = 480, 40  # pixels: the longer side of the lake, and the space around it
ROWS = (420, 345, 270, 195)  # heights of the four actions
TOP, BOTTOM = 446, 169  # of the network
# Where marks, names, inputs, inputs for the action, network and bars begin; where the two columns of numbers end.
MARK, NAME, INPUTS, ASKED, BOX, BARS, PREDICTED, EXACT = 570, 592, 680, 804, 860, 982, 1238, 1310
LONGEST, THICK = 170, 9  # pixels: the bar of the best action; the thickness of arrows
ASK, CHOOSE, MOVE = range(3)


class LakeMoves(PageScene):
    """An episode: three frames for each of its moves. In the third, the walker has moved.

    rows         the map
    tiles        (M + 1,) the walker's tiles, from the first to the last
    actions      (M,) its actions
    predictions  (T, 4) the network's probability of winning for each tile and action
    exact        (T, 4) the true probability

    To explain the predictions, pass these too; they must give the same ones:

    logits       (T, 4): their sigmoid gives the predictions
    features     (T, 4, D) before the last layer, its weights (D,), its bias: they give the logits

    Gids: "move", "moves", "tile"; "predicted[2]" and "exact[2]" for the action 2 on that tile.
    """

    rows: Rows = lake()
    tiles: list[int] = positions("M + 1", "T")
    actions: list[int] = positions("M", len(ACTIONS))
    predictions: np.ndarray = array("T", 4, low=0, high=1)
    exact: np.ndarray = array("T", 4, low=0, high=1)
    logits: np.ndarray | None = array("T", 4, default=None, kw_only=True)
    features: np.ndarray | None = array("T", 4, "D", default=None, kw_only=True)
    weights: np.ndarray | None = array("D", default=None, kw_only=True)
    bias: float | None = real(default=None, kw_only=True)

    size = (1340, 600)
    cuts = (548,)  # between the lake and the network
    glides = True

    def prepare(self) -> None:
        if not self.actions or len(self.tiles) != len(self.actions) + 1:
            raise ValueError(
                "LakeMoves: expected at least one action and one tile more than actions, got "
                f"{len(self.actions)} actions and {len(self.tiles)} tiles"
            )
        given = self.logits, self.features, self.weights, self.bias
        logits, *layer = (None if each is None else np.array(each)[None] for each in given)  # as one record
        check_last_layer("LakeMoves", self.predictions[None], logits, layer)
        self.frames = 3 * len(self.actions)
        self.move, self.phase = np.divmod(np.arange(self.frames), 3)  # (S,)
        self.tile = np.array(self.tiles)[self.move]  # (S,) the tile that the network is asked about
        taken = np.array(self.actions)[self.move, None] == np.arange(len(ACTIONS))
        self.chosen = taken & (self.phase >= CHOOSE)[:, None]  # (S, 4)
        values = self.predictions[self.tile]  # (S, 4)
        self.beside_best = values / np.maximum(values.max(axis=1, keepdims=True), 1e-300)
        self.said = [self._said(move, phase) for move, phase in zip(self.move, self.phase, strict=True)]

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size)
        self._draw_lake()
        self._draw_heading()
        self._draw_network()
        self._draw_inputs()
        self._draw_rows()

    def describe(self, frame: int) -> str:
        tile = self.tile[frame]
        said = ", ".join(f"{name} {value:.4f}" for name, value in zip(ACTIONS, self.predictions[tile], strict=True))
        return f"Move {self.move[frame] + 1} of {len(self.actions)}, on tile {tile}: {said}. {self.said[frame]}."

    def why(self, gid: str, frame: int) -> Why | None:
        return explained(gid, {**MOVES, **answer_table(self)}, self, frame)

    def answers(self, frame: int) -> Answers:
        """Return the network's answers, and what made them."""
        return Answers(self.rows, self.predictions, self.logits, self.features, self.weights, self.bias,
                       lambda tile, action: self.gid("predicted", frame, tile, action))  # fmt: skip

    def gid(self, name: str, frame: int, tile: int, action: int) -> str:
        """Return the gid of a number for a tile and an action: on the walker's tile, the one on the picture."""
        return f"{name}[{action}]" if tile == self.tile[frame] else f"{name}[{tile},{action}]"

    def _said(self, move: int, phase: int) -> str:
        """Say what happens in this phase of a move."""
        name, letter = ACTIONS[self.actions[move]], self.rows.letters[self.tiles[move + 1]]
        on = ", and so on ✗" if move == len(self.actions) - 1 else ""
        end = {"G": ": the goal ✓", "H": ": a hole ✗"}.get(letter, on)
        return ("Ask: what if the next action is …", f"Choose the best: {name}", f"Move {name}{end}")[phase]

    def _draw_lake(self) -> None:
        """Draw the lake, the walker, its path so far, and its arrows: all four, then the chosen one."""
        page, side = self.page, BOARD / max(len(self.rows), len(self.rows[0]))
        has_room = side > ROOMY  # elsewhere the arrows would cover "start"
        middles = draw_lake(page, self.rows, (MARGIN, MARGIN + BOARD), side, start=has_room)
        tiles = np.where(self.phase == MOVE, np.array(self.tiles)[self.move + 1], self.tile)  # (S,)
        tries = np.where(self.phase == CHOOSE, np.array(self.actions)[self.move], -1)
        add_walker(page, middles, side, tiles, np.zeros(self.frames, int), tries)

        shown = (self.phase == ASK)[:, None] | self.chosen & (self.phase == CHOOSE)[:, None]
        lengths = np.where(shown, 0.24 * side * self.beside_best, 0)  # (S, 4); length 0 is invisible
        arrows = PolyCollection([], edgecolors="none", zorder=4)
        page.axes.add_collection(arrows, autolim=False)
        page.bind(arrows, facecolor=np.where(self.phase == ASK, style.QUIET, style.WEIGHT), verts=lambda frame: [
            arrow(middles[self.tile[frame]], action, 0.28 * side, lengths[frame, action], THICK) for action in range(4)
        ])  # fmt: skip

    def _draw_heading(self) -> None:
        page, large = self.page, style.LARGE
        page.text("The frozen lake", (MARGIN, 560), size=large, weight="bold")
        end = page.clock((MARK, 560), "Move", "move", self.move + 1, len(self.actions), "moves", size=large)
        tile = page.number("{:.0f}", "tile", self.tile, size=large, weight="bold")
        page.row((end + 3 * SPACE, 560), page.text("state: tile", size=large), tile)
        page.words(self.said, (MARK, 510), size=large)
        page.quiet("The probability of winning if every later action is random.", (MARK, 100))
        page.quiet("The longest bar and arrow: the best of the four.", (MARK, 72))

    def _draw_network(self) -> None:
        """Draw the network as a box with dots for its layers, and a line through it for each action."""
        page, right = self.page, BOX + 80
        lines = [[(x0, y), (x1, y)] for y in ROWS for x0, x1 in ((ASKED + 31, BOX), (right, BARS - 8))]
        page.axes.add_collection(LineCollection(lines, colors=style.FAINT, linewidths=1.5), autolim=False)
        page.axes.add_patch(Rectangle((BOX, BOTTOM), 80, TOP - BOTTOM, facecolor=style.PAPER, edgecolor=style.INK))
        sizes, middle = (9, 7, 5, 3, 1), (TOP + BOTTOM) / 2
        dots = [(BOX + 12 + 14 * k, middle + 22 * (i - (size - 1) / 2)) for k, size in enumerate(sizes)
                for i in range(size)]  # fmt: skip
        page.axes.plot(*zip(*dots, strict=True), "o", color=style.QUIET, markersize=4, linestyle="none")
        page.quiet("network", (BOX + 40, TOP + 14), ha="center", size=style.SMALL)

    def _draw_inputs(self) -> None:
        """Draw the network's inputs for each action, dark for 1, white for 0: one per tile and one per action."""
        page, count = self.page, self.lengths["T"]
        grids = [[Grid((INPUTS, y + 8), 1, count, 116 / count, 16), Grid((ASKED, y + 8), 1, 4, 8, 16)] for y in ROWS]
        squares = [grid.outline(*cell)[:4] for pair in grids for grid in pair for cell in grid.cells()]
        inputs = PolyCollection(squares, edgecolors=style.QUIET, linewidths=0.5, zorder=4)
        page.axes.add_collection(inputs, autolim=False)
        which, asked = np.arange(count + 4), count + np.arange(4)[:, None]
        ones = (which == self.tile[:, None, None]) | (which == asked)  # (S, 4, T + 4)
        page.bind(inputs, facecolor=np.where(ones, style.INK, style.PAPER).reshape(self.frames, -1))
        page.quiet("state", (INPUTS + 58, TOP + 14), ha="center", size=style.SMALL)
        page.quiet("action", (ASKED + 18, TOP + 14), ha="center", size=style.SMALL)

    def _draw_rows(self) -> None:
        """Draw for each action its name, its bar, its numbers, and a mark when it is chosen."""
        page = self.page
        page.line((BARS, BOTTOM), (BARS, TOP), style.INK, linewidth=1)
        for k, y in enumerate(ROWS):
            chosen, values = self.chosen[:, k], self.predictions[self.tile, k]
            page.words(np.where(chosen, "▸", ""), (MARK, y + 2), color=style.WEIGHT, size=style.LARGE, zorder=4)
            self._stress(page.text(f"{'←↓→↑'[k]} {ACTIONS[k]}", (NAME, y), zorder=4), chosen)
            self._stress(page.number("{:.4f}", f"predicted[{k}]", values, (PREDICTED, y), zorder=4), chosen)
            page.number("{:.4f}", f"exact[{k}]", self.exact[self.tile, k], (EXACT, y), color=style.TARGET,
                        size=style.SMALL, zorder=4)  # fmt: skip
            bar = page.axes.add_patch(Rectangle((BARS, y - 14), 0, 28, zorder=3))
            page.bind(
                bar, facecolor=np.where(chosen, style.WEIGHT, style.FAINT), width=LONGEST * self.beside_best[:, k]
            )
        page.quiet("probability of winning", (BARS, TOP + 14), size=style.SMALL)
        page.text("network", (PREDICTED, TOP + 14), ha="right", size=style.SMALL)
        page.text("exact", (EXACT, TOP + 14), ha="right", size=style.SMALL, color=style.TARGET)

    def _stress(self, text: Text, chosen: np.ndarray) -> None:
        """Make a text bold and coloured in the frames where its action is chosen."""
        when = {"color": (style.WEIGHT, style.INK), "weight": ("bold", "normal")}
        self.page.bind(text, **{name: np.where(chosen, *values) for name, values in when.items()})
