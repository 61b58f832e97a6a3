"""The game of chapter 8, played through the API of gymnasium.

    S F F F        S start, F frozen, H hole, G goal. Tiles are numbered row by row, here 0 … 15.
    F H F H        Actions: 0 left, 1 down, 2 right, 3 up; at the edge of the lake one stays where one is.
    F F F H        A game ends in a hole (lost), at the goal (won), or after `moves` moves (lost).
    H F F G

N moves of all games together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import gymnasium
import numpy as np

MAP = ("SFFF", "FHFH", "FFFH", "HFFG")
ACTIONS = ("left", "down", "right", "up")
MOVES = 100  # after which a game on a lake of 4 × 4 is broken off

Player = Callable[[int], int]  # tile → action
Choose = Callable[[int, int], int]  # tile, how many moves were made in this game → action


class Games(NamedTuple):
    """Games move by move, one after the other; all arrays are (N,).

    tiles    where the player stood            actions  what he did
    after    where that led                    ended    did the game end there, in a hole or at the goal?
    rewards  1 for the move to the goal        won      1 for every move of a game that was won, else 0
    game     which one it is, from 0 on
    """

    tiles: np.ndarray
    actions: np.ndarray
    after: np.ndarray
    rewards: np.ndarray
    ended: np.ndarray
    won: np.ndarray
    game: np.ndarray


class Game(NamedTuple):
    """One game: the tiles, from the first to the last, one more than actions; the actions; whether it was won."""

    tiles: list[int]
    actions: list[int]
    won: bool


def make_lake(rows: Sequence[str] = MAP, *, slippery: bool = False, moves: int = MOVES, **more: Any) -> gymnasium.Env:
    """Return gymnasium's environment of a lake; `more` goes to `gymnasium.make`.

    On a slippery lake a move goes where it should in one of three cases, in the others to one of its two sides. The
    number of moves must be said: for a map of one's own gymnasium would count to 100, however large it is.

    >>> env = make_lake()
    >>> tile, _ = env.reset()
    >>> tile, reward, terminated, truncated, _ = env.step(ACTIONS.index("down"))
    >>> tile, reward, terminated, truncated
    (4, 0, False, False)
    """
    return gymnasium.make("FrozenLake-v1", desc=list(rows), is_slippery=slippery, max_episode_steps=moves,
                          disable_env_checker=True, **more)  # fmt: skip


def open_tiles(rows: Sequence[str]) -> np.ndarray:
    """Return the numbers of the tiles on which a game goes on: the start and the frozen ones.

    >>> open_tiles(MAP).tolist()
    [0, 1, 2, 3, 4, 6, 8, 9, 10, 13, 14]
    """
    return np.flatnonzero([letter in "SF" for letter in "".join(rows)])


def starting_at(rows: Sequence[str], tiles: Sequence[int] | np.ndarray) -> list[str]:
    """Return the map with its start moved to these tiles; of several, each game draws one.

    >>> starting_at(["SF", "HG"], [1]), starting_at(["SF", "HG"], [0, 1])
    (['FS', 'HG'], ['SS', 'HG'])
    """
    letters = list("".join(rows).replace("S", "F"))
    for tile in tiles:
        letters[tile] = "S"
    width = len(rows[0])
    return ["".join(letters[start : start + width]) for start in range(0, len(letters), width)]


def random_games(env: gymnasium.Env, count: int, *, seed: int) -> Games:
    """Play `count` games in which every action is random; the same seed gives the same games."""
    env.action_space.seed(seed)  # has a generator of its own: with the lake's seed both would deal the same numbers
    sample = env.action_space.sample
    return recorded_games(env, lambda tile, moves: sample(), count, seed=seed)


def recorded_games(env: gymnasium.Env, choose: Choose, count: int, *, seed: int) -> Games:
    """Play `count` games in which `choose` says every action; the seed fixes where games start, and where one slips."""
    env.reset(seed=seed + 1)
    moves: list[tuple[Any, ...]] = []
    won: list[Any] = []
    for game in range(count):
        tile, _ = env.reset()
        over, first = False, len(moves)
        while not over:
            action = choose(tile, len(moves) - first)
            after, reward, terminated, truncated, _ = env.step(action)
            moves.append((tile, action, after, reward, terminated, game))
            tile, over = after, terminated or truncated
        won += [reward] * (len(moves) - first)  # the last move's: 1 if it led to the goal
    tiles, actions, landed, rewards, ended, games = np.array(moves, dtype=np.intp).T
    return Games(tiles, actions, landed, rewards, ended.astype(bool), np.array(won), games)


def play(env: gymnasium.Env, player: Player) -> Game:
    """Play one game, in which `player` chooses every action."""
    tile, _ = env.reset()
    tiles, actions, over, reward = [tile], [], False, 0.0
    while not over:
        actions.append(int(player(tile)))
        tile, reward, terminated, truncated, _ = env.step(actions[-1])  # type: ignore[assignment]
        tiles.append(tile)
        over = terminated or truncated
    return Game(tiles, actions, reward == 1)


def wins(env: gymnasium.Env, player: Player, count: int, *, seed: int) -> int:
    """Return how many of `count` games `player` wins."""
    env.reset(seed=seed)
    return sum(play(env, player).won for _ in range(count))


def greedy(values: np.ndarray) -> Player:
    """Return who always takes the action with the largest of the four `values` (tiles, 4); of equal ones the first."""
    best = values.argmax(axis=1).tolist()
    return best.__getitem__
