"""Explains the numbers of learning on the lake: values, the paths of the policy, how often it wins."""

from __future__ import annotations

from typing import Any

from animations.kit.whys import Table, added, given, largest, noted
from animations.scenes.lake.board import ACTIONS
from animations.why import Line, Part, Term, Why


def _step(scene: Any, frame: int) -> Why:
    return noted("the update that this frame shows", "counted while training", scene.steps[scene.record[frame]])


def _last_step(scene: Any, frame: int) -> Why:
    return noted("the last update", "counted while training", scene.steps[-1])


def _starts(scene: Any, frame: int) -> Why:
    words = "counted on the map: the start and the frozen tiles, where an episode continues"
    return noted("the tiles where episodes can start", words, len(scene.open))


def _value(scene: Any, frame: int, tile: int) -> Why | None:
    """Explain the value of a tile: that of its best action."""
    record = scene.record[frame]
    if tile not in scene.open:
        return None
    terms = [Term(float(value), f"predicted[{tile},{a}]") for a, value in enumerate(scene.predictions[record, tile])]
    best = ACTIONS[scene.policy[record, tile]]
    line = largest(f"the largest of the predictions for left, down, right, up: that for {best}", terms)
    says = f"the value of tile {tile} after update {scene.steps[record]}"
    return Why(says, float(scene.values[record, tile]), [line])


def _rate(scene: Any, frame: int) -> Why:
    """Explain the win rate: the mean over the tiles where episodes can start."""
    record, count = scene.record[frame], len(scene.open)
    wins = [float(scene.wins[record, tile]) for tile in scene.open]
    rows = [(f"tile {tile}", won, f"wins[{tile}]") for tile, won in zip(scene.open, wins, strict=True)]
    rate = float(scene.rates[record])
    parts: list[Part] = [added("1 for each tile from which the policy wins", rows, sum(wins)),
             Line("divided by the tiles", sum(wins), "/", Term(float(count), "starts"), "=", rate)]  # fmt: skip
    return Why(f"the win rate after update {scene.steps[record]}", rate, parts)


def _wins(scene: Any, frame: int, tile: int) -> Why | None:
    """Explain how often the policy wins from a tile: by its path, if that gives the same result."""
    record = scene.record[frame]
    says, value = f"how often the policy wins from tile {tile}", float(scene.wins[record, tile])
    if tile not in scene.open:
        return None
    way = _way(scene, record, tile)
    letter = scene.rows.letters[way[-1]]
    if value != (letter == "G"):
        return given(says, value)
    end = {"G": "the goal", "H": "a hole"}.get(letter, "and so on, for ever")
    return noted(says, f"the policy walks over the tiles {', '.join(map(str, way))}: {end}", value)


def _way(scene: Any, record: int, tile: int) -> list[int]:
    """Return the path of the policy without slipping, until the episode ends or a tile comes again."""
    way = [tile]
    while scene.rows.letters[way[-1]] in "SF" and way[-1] not in way[:-1]:
        way.append(scene.rows.beside(way[-1], scene.policy[record, way[-1]]))
    return way


LEARNING: Table = {
    "step": _step,
    "last_step": _last_step,
    "starts": _starts,
    "rate": _rate,
    "wins[{}]": _wins,
    "value[{}]": _value,
}
