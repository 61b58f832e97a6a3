"""Explains the numbers of an episode that a network plays, move by move."""

from __future__ import annotations

import math
from typing import Any

from animations.kit.whys import Table, given, noted
from animations.scenes.lake.answer_whys import after, predicted
from animations.scenes.lake.board import ACTIONS
from animations.why import Line, Why


def _move(scene: Any, frame: int) -> Why:
    return noted("the move that this frame shows", "counted from 1", scene.move[frame] + 1)


def _moves(scene: Any, frame: int) -> Why:
    return noted("how many moves are shown", "counted: one for each action", len(scene.actions))


def _tile(scene: Any, frame: int) -> Why:
    """Explain which tile the agent is on."""
    move, wide = int(scene.move[frame]), len(scene.rows[0])
    tile = int(scene.tile[frame])
    row, column = divmod(tile, wide)
    came = f"{ACTIONS[scene.actions[move - 1]]} led from tile {scene.tiles[move - 1]} to it" if move else "the first"
    line = Line("tiles are counted row by row: rows above · tiles in a row, plus those to the left",
                row, "*", wide, "+", column, "=", tile)  # fmt: skip
    return Why(f"the tile of the agent before move {move + 1}", tile, [Line(came), line])


def _exact(scene: Any, frame: int, tile: int, action: int) -> Why:
    """Explain the exact value of an action: by the next tile, if the numbers agree."""
    says, value = f"the exact probability of winning with {ACTIONS[action]} on tile {tile}", scene.exact[tile, action]
    if scene.rows.letters[tile] in "HG":
        return given(says, value)
    line = after(scene.rows, tile, action, scene.exact, lambda t, a: scene.gid("exact", frame, t, a))
    if not math.isclose(line.sides()[-1], value, rel_tol=1e-6):
        return given(says, value)
    return Why(says, float(value), [line])


MOVES: Table = {
    "move": _move,
    "moves": _moves,
    "tile": _tile,
    "predicted[{}]": lambda scene, frame, action: predicted(scene, frame, int(scene.tile[frame]), action),
    "exact[{}]": lambda scene, frame, action: _exact(scene, frame, int(scene.tile[frame]), action),
    "exact[{},{}]": _exact,
}
