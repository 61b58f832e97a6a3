"""A game on the frozen lake: before each move the network is asked four times, once for each action.

the lake, from above  │  action → tile and action as 20 numbers → network → probability, as a bar and as a number
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from animations import checks
from animations.kit import style
from animations.kit.axes import add_label, add_number, plot_axes
from animations.kit.boards import Grid
from animations.kit.page import Page
from animations.scene import Scene
from animations.scenes.lake.board import (
    ACTIONS,
    LEAST,
    Walker,
    add_arrows,
    arrow,
    centres,
    checked_map,
    draw_lake,
    length,
)

BOARD, MARGIN = 480, 40  # pixels: the longer side of the lake, and what lies around it
ROWS = (420, 345, 270, 195)  # heights of the four actions
HALF = 26  # of a row
INPUTS, BOX, BARS, EDGE = 680, 860, 982, 1280  # where inputs, network and bars begin, and where the numbers end
PHASES = ("ask", "choose", "move")


class LakeMoves(Scene):
    """A game: three frames for each of its moves. In the last of them the walker has moved.

    rows         the map
    tiles        (M + 1,) where the walker stands, from the first tile to the last
    actions      (M,) what he does
    predictions  (S, 4) the network's probability of winning for each tile and action
    exact        (S, 4) the true one

    Gids: "move", "moves", "tile"; "predicted[2]" and "exact[2]" for the action 2 on that tile.
    """

    size = (1310, 600)

    def __init__(
        self,
        rows: Sequence[str],
        tiles: Sequence[int],
        actions: Sequence[int],
        predictions: np.ndarray,
        exact: np.ndarray,
    ) -> None:
        self.rows = checked_map("LakeMoves", rows)
        who, count = "LakeMoves", len("".join(self.rows))
        self.tiles = checks.positions(who, "tiles", tiles, ("M", count))
        self.actions = checks.positions(who, "actions", actions, ("M", len(ACTIONS)))
        self.predictions = checks.array(who, "predictions", predictions, (count, 4), 0, 1).astype(float)
        self.exact = checks.array(who, "exact", exact, (count, 4), 0, 1).astype(float)
        if not self.actions or len(self.tiles) != len(self.actions) + 1:
            raise ValueError(
                "LakeMoves: expected at least one action and one tile more than actions, got "
                f"{len(self.actions)} actions and {len(self.tiles)} tiles"
            )
        self.frames = len(PHASES) * len(self.actions)

    def draw(self, figure: FigureBase) -> None:
        self.sheet = Page(figure, self.size)
        self.page = self.sheet.axes
        self._draw_lake()
        self._draw_heading()
        self._draw_network()
        self.bars = self._draw_bars(figure)
        self._draw_rows()

    def update(self, frame: int) -> list[Artist]:
        number, phase = divmod(frame, len(PHASES))
        tile, action = self.tiles[number], self.actions[number]
        self.move.set_value(number + 1)
        self.tile.set_value(tile)
        self.phase.set_text(self._said(number, phase))
        for each in range(4):
            chosen = phase > 0 and each == action
            color, weight = (style.WEIGHT, "bold") if chosen else (style.INK, "normal")
            self.predicted[each].set_value(self.predictions[tile, each])
            self.true[each].set_value(self.exact[tile, each])
            for text in (self.names[each], self.predicted[each]):
                text.set(color=color, weight=weight)
            self.marks[each].set_text("▸" if chosen else "")
            self.bars[each].set_width(max(self.predictions[tile, each], LEAST) - LEAST)
            self.bars[each].set_facecolor(style.WEIGHT if chosen else style.FAINT)
        self.inputs.set_facecolor([color for each in range(4) for color in self._shades(tile, each)])
        where = self.places[tile]
        shown = (range(4), (action,), ())[phase]
        self.arrows.set_verts([self._arrow(where, tile, each) if each in shown else [where] * 7 for each in range(4)])
        self.arrows.set_facecolor([style.WEIGHT if phase else style.QUIET] * 4)
        here = number + (phase == 2)
        self.path.set_data(*self.places[self.tiles[: here + 1]].T)
        self.walker.stand(self.places[self.tiles[here]])
        words = [*self.names, *self.marks, *self.predicted, *self.true]
        return [self.path, self.arrows, self.walker.patch, self.move, self.tile, self.phase, self.inputs,
                *self.bars, *words]  # fmt: skip

    def describe(self, frame: int) -> str:
        number, phase = divmod(frame, len(PHASES))
        tile = self.tiles[number]
        said = ", ".join(f"{name} {value:.4f}" for name, value in zip(ACTIONS, self.predictions[tile], strict=True))
        return f"Move {number + 1} of {len(self.actions)}, on tile {tile}: {said}. {self._said(number, phase)}."

    def _said(self, number: int, phase: int) -> str:
        """Say what happens in this phase of a move."""
        if phase == 0:
            return "Ask: what if the next move is …"
        name = ACTIONS[self.actions[number]]
        if phase == 1:
            return f"Choose the best: {name}"
        letter = "".join(self.rows)[self.tiles[number + 1]]
        return f"Move {name}" + {"G": ": the goal ✓", "H": ": a hole ✗"}.get(letter, "")

    def _shades(self, tile: int, action: int) -> list[str]:
        """Return the colours of the inputs: dark for 1, white for 0."""
        count = len(self.predictions)
        return [style.INK if place in (tile, count + action) else style.PAPER for place in range(count + 4)]

    def _arrow(self, where: np.ndarray, tile: int, action: int) -> np.ndarray:
        return arrow(where, action, 0.3 * self.cell, length(self.predictions[tile, action], 0.48 * self.cell), 9)

    def _draw_lake(self) -> None:
        high, wide = len(self.rows), len(self.rows[0])
        self.cell = BOARD / max(high, wide)
        grid = Grid((MARGIN, MARGIN + BOARD), high, wide, self.cell, self.cell)
        draw_lake(self.sheet, grid, self.rows)
        self.places = centres(grid)
        self.path = self.page.add_line(Line2D([], [], color=style.WEIGHT, linewidth=4, linestyle=":", zorder=3))
        self.arrows = add_arrows(self.page, 4)
        self.walker = Walker(self.page, 0.5 * self.cell)

    def _draw_heading(self) -> None:
        page = self.page
        add_label(page, MARGIN, 560, "The frozen lake", size=style.LARGE, weight="bold")
        add_label(page, 570, 560, "Move", size=style.LARGE, weight="bold")
        self.move = add_number(page, 665, 560, "{:.0f}", "move", size=style.LARGE, weight="bold")
        add_label(page, 680, 558, "of", color=style.QUIET)
        add_number(page, 704, 558, "{:.0f}", "moves", ha="left", color=style.QUIET).set_value(len(self.actions))
        add_label(page, 770, 558, "from tile")
        self.tile = add_number(page, 882, 558, "{:.0f}", "tile", weight="bold")
        self.phase = add_label(page, 570, 510, "", size=style.LARGE)

    def _draw_network(self) -> None:
        """Draw the network as a box with dots for its layers, and a line through it for each action."""
        lines = [[(x0, y), (x1, y)] for y in ROWS for x0, x1 in ((INPUTS + 155, BOX), (BOX + 80, BARS - 8))]
        self.page.add_collection(LineCollection(lines, colors=style.FAINT, linewidths=1.5), autolim=False)
        bottom, top = ROWS[-1] - HALF, ROWS[0] + HALF
        self.page.add_patch(Rectangle((BOX, bottom), 80, top - bottom, facecolor=style.PAPER, edgecolor=style.INK))
        sizes, middle = (9, 7, 5, 3, 1), (top + bottom) / 2
        dots = [(BOX + 12 + 14 * k, middle + 22 * (i - (size - 1) / 2)) for k, size in enumerate(sizes)
                for i in range(size)]  # fmt: skip
        self.page.plot(*zip(*dots, strict=True), "o", color=style.QUIET, markersize=4, linestyle="none")
        for x, text in ((INPUTS + 58, "tile"), (INPUTS + 142, "action"), (BOX + 40, "network")):
            add_label(self.page, x, top + 14, text, ha="center", color=style.QUIET, size=style.SMALL)

    def _draw_bars(self, figure: FigureBase) -> list[Rectangle]:
        (width, height), bottom, top = self.size, ROWS[-1] - HALF - 8, ROWS[0] + HALF + 4
        box = (BARS / width, bottom / height, 140 / width, (top - bottom) / height)
        axes = plot_axes(figure, box, xlabel="probability of winning", xlim=(LEAST, 1), ylim=(bottom, top), yticks=[],
                         xscale="log")  # fmt: skip
        axes.set_xticks([0.001, 0.01, 0.1, 1], ["0.001", "0.01", "0.1", "1"])
        axes.minorticks_off()
        return list(axes.barh(ROWS, [0] * 4, left=LEAST, height=28, color=style.FAINT, zorder=3))

    def _draw_rows(self) -> None:
        """Draw for each action its name, its inputs, its numbers."""
        page, count = self.page, len(self.predictions)
        step = 116 / count
        squares = []
        for y in ROWS:
            for place in range(count + 4):
                x = INPUTS + step * place if place < count else INPUTS + 124 + 8 * (place - count)
                wide = step if place < count else 8
                squares.append([(x, y - 8), (x + wide, y - 8), (x + wide, y + 8), (x, y + 8)])
        self.inputs = PolyCollection(squares, edgecolors=style.QUIET, linewidths=0.5, zorder=4)
        page.add_collection(self.inputs, autolim=False)
        self.marks = [add_label(page, 570, y + 2, "", color=style.WEIGHT, size=style.LARGE, zorder=4) for y in ROWS]
        self.names = [add_label(page, 592, y, f"{symbol} {name}", zorder=4)
                      for y, symbol, name in zip(ROWS, "←↓→↑", ACTIONS, strict=True)]  # fmt: skip
        form = "{:.4f}"
        self.predicted = [add_number(page, EDGE - 72, y, form, f"predicted[{k}]", zorder=4)
                          for k, y in enumerate(ROWS)]  # fmt: skip
        self.true = [add_number(page, EDGE, y, form, f"exact[{k}]", color=style.TARGET, size=style.SMALL, zorder=4)
                     for k, y in enumerate(ROWS)]  # fmt: skip
        top = ROWS[0] + HALF + 14
        add_label(page, EDGE - 72, top, "network", ha="right", size=style.SMALL)
        add_label(page, EDGE, top, "exact", ha="right", size=style.SMALL, color=style.TARGET)
        add_label(page, 570, 70, "The probability of winning if every later move is random.", color=style.QUIET)
        add_label(page, 570, 46, "Bars and arrows have a logarithmic scale.", color=style.QUIET,
                  size=style.SMALL)  # fmt: skip
