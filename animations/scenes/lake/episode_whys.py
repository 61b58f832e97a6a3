"""Explains the numbers of many episodes: episodes are counted; a win rate is computed, move by move, backwards.

won[i], lost[i], out[i]    ended_i[t] of their tiles, added up
rate[i]                    value_i[M,t] of the start, with all M moves left
value_i[m,t]               chance · value_i[m-1,u] of all tiles u to which a move can lead: step_i[m,t,u]
"""

from __future__ import annotations

from typing import Any

import numpy as np

from animations.kit.whys import Table, added, given, noted
from animations.why import Line, Term, Why

LISTED = 8  # episodes listed by number


def _episode(scene: Any, frame: int) -> Why:
    return noted("the episode that this frame shows", "counted from 1", scene.episode[frame] + 1)


def _episodes(scene: Any, frame: int) -> Why:
    return noted("how many episodes were played", "chosen before they were played", len(scene.players[0].ends))


def _done(scene: Any, frame: int, i: int) -> int:
    """Return how many episodes of a player have ended."""
    return int(scene.done(scene.players[i])[frame])


def _ended(scene: Any, frame: int, i: int, tile: int) -> Why:
    """Explain how many episodes ended on a tile: list them."""
    player, done = scene.players[i], _done(scene, frame, i)
    episodes = (np.flatnonzero(np.array(player.ends[:done]) == tile) + 1).tolist()
    named = ", ".join(map(str, episodes[:LISTED])) + (", …" if len(episodes) > LISTED else "")
    words = f"counted among the first {done}: episode {named}" if episodes else f"none of the first {done} so far"
    return noted(f"episodes that ended on tile {tile}", words, int(player.counts[done, tile]))


def _kind(scene: Any, frame: int, i: int, letters: str, says: str) -> Why:
    """Explain how many episodes ended on one kind of tile."""
    player, done = scene.players[i], _done(scene, frame, i)
    tiles = [tile for tile, letter in enumerate(player.rows.letters) if letter in letters]
    counts = {tile: int(player.counts[done, tile]) for tile in tiles if player.counts[done, tile]}
    total, says = sum(counts.values()), f"{says}, {player.name}"
    if not counts:
        return noted(says, f"none of the first {done} so far", 0)
    rows = [(f"tile {tile}", count, f"ended_{i}[{tile}]") for tile, count in counts.items()]
    return Why(says, total, [added(f"how many of the first {done} ended on each tile", rows, total)])


def _rate(scene: Any, frame: int, i: int) -> Why:
    """Explain the exact win rate: the value of the start, with all moves left."""
    player = scene.players[i]
    says = f"the exact win rate, {player.name}"
    if player.values is None:
        return given(says, player.rate)
    moves = len(player.values) - 1
    terms = [Term(float(player.values[moves, tile]), f"value_{i}[{moves},{tile}]") for tile in player.starts]
    words = f"the probability of winning from the start, with {moves} moves left"
    if len(terms) == 1:
        return Why(says, player.rate, [Line(words, *terms, "=", player.rate)])
    listed = [piece for term in terms for piece in ("+", term)][1:]
    line = Line(f"{words}; the mean of all starts", "(", *listed, ") /", len(terms), "=", player.rate)
    return Why(says, player.rate, [line])


def _value(scene: Any, frame: int, i: int, left: int, tile: int) -> Why | None:
    """Explain the probability of winning from a tile with some moves left: by the tiles that a move can lead to."""
    player = scene.players[i]
    if player.values is None:
        return None
    letter, value = player.rows.letters[tile], float(player.values[left, tile])
    says = f"the probability of winning from tile {tile}, with {left} moves left"
    if letter in "GH":
        return noted(says, "the goal is reached: won" if letter == "G" else "in a hole: lost", value)
    if left == 0:
        return noted(says, "no move is left: lost", value)
    chances = player.chances[len(player.chances) - left, tile]
    worth = chances * player.values[left - 1]
    rows = [(f"tile {to}, chance {chances[to]:.3g}", float(worth[to]), f"step_{i}[{left},{tile},{to}]")
            for to in np.flatnonzero(chances).tolist()]  # fmt: skip
    return Why(says, value, [added("chance · the probability of winning from there", rows, value)])


def _step(scene: Any, frame: int, i: int, left: int, tile: int, to: int) -> Why | None:
    player = scene.players[i]
    if player.values is None or not 0 < left < len(player.values):
        return None
    chance, value = float(player.chances[len(player.chances) - left, tile, to]), float(player.values[left - 1, to])
    line = Line(f"the chance that this move leads to tile {to} · the probability of winning from there",
                chance, "*", Term(value, f"value_{i}[{left - 1},{to}]"), "=", chance * value)  # fmt: skip
    return Why(f"what tile {to} adds to the value of tile {tile}", chance * value, [line])


EPISODES: Table = {
    "episode": _episode,
    "episodes": _episodes,
    "ended_{}[{}]": _ended,
    "won[{}]": lambda scene, frame, i: _kind(scene, frame, i, "G", "episodes won"),
    "lost[{}]": lambda scene, frame, i: _kind(scene, frame, i, "H", "episodes that ended in a hole"),
    "out[{}]": lambda scene, frame, i: _kind(scene, frame, i, "SF", "episodes that ran out of moves"),
    "rate[{}]": _rate,
    "value_{}[{},{}]": _value,
    "step_{}[{},{},{}]": _step,
}
