"""What every action on a lake is worth exactly, by dynamic programming over the rules of the game.

    value[s, a] = Σ over what can happen: its chance · (1 at the goal, 0 in a hole, else later(value)[where it led])

S tiles, four actions. `later` says how the game goes on, (S, 4) → (S,): with random actions, `mean_of_four`; with the
actions of a player, `by_player`; with the best ones, `best_of_four`. With a given player this is called **policy
evaluation**, with the best one **value iteration**. R. Bellman, "Dynamic Programming", 1957.
"""

from __future__ import annotations

from collections.abc import Callable

import gymnasium
import numpy as np

from chapters.parts.lake import Player

Later = Callable[[np.ndarray], np.ndarray]


def mean_of_four(values: np.ndarray) -> np.ndarray:
    """Return what a tile is worth to one who acts at random: (S, 4) → (S,)."""
    return values.mean(axis=1)


def best_of_four(values: np.ndarray) -> np.ndarray:
    """Return what a tile is worth to one who takes the best action: (S, 4) → (S,)."""
    return values.max(axis=1)


def by_player(player: Player) -> Later:
    """Return what a tile is worth to `player`, who always does the same there: (S, 4) → (S,)."""
    return lambda values: np.array([row[player(tile)] for tile, row in enumerate(values)])


def rules(env: gymnasium.Env) -> tuple[np.ndarray, np.ndarray]:
    """Return the chance (S, 4, S) that an action leads to a tile where the game goes on, and that it wins (S, 4)."""
    listed = env.unwrapped.P  # type: ignore[attr-defined]
    leads, at_once = np.zeros((len(listed), 4, len(listed))), np.zeros((len(listed), 4))
    for tile, actions in listed.items():
        for action, outcomes in actions.items():
            for chance, after, reward, ended in outcomes:
                at_once[tile, action] += chance * reward
                leads[tile, action, after] += 0 if ended else chance
    return leads, at_once


def chances_of(env: gymnasium.Env, actions: np.ndarray) -> np.ndarray:
    """Return the chance that a move leads from tile to tile, for each move: (M, S, S). Holes and goal count too.

    actions   (M, S, 4), the probability of each action after 0, 1, … moves

    >>> from chapters.parts.lake import make_lake
    >>> chances_of(make_lake(), np.full((1, 16, 4), 0.25))[0, 0, :6]             # left and up: the edge of the lake
    array([0.5 , 0.25, 0.  , 0.  , 0.25, 0.  ])
    """
    listed = env.unwrapped.P  # type: ignore[attr-defined]
    leads = np.zeros((len(listed), 4, len(listed)))
    for tile, outcomes in listed.items():
        for action, each in outcomes.items():
            for chance, after, _, _ in each:
                leads[tile, action, after] += chance
    return np.einsum("msa,sat->mst", actions, leads)


def exact_values(env: gymnasium.Env, later: Later, moves: int) -> np.ndarray:
    """Return the probability of winning within `moves` moves, for every tile and first action: (S, 4).

    With no move left every tile is worth 0; with one more, what the first move brings and what is left after it.

    >>> from chapters.parts.lake import make_lake
    >>> exact_values(make_lake(), mean_of_four, 100)[14].round(4)                   # beside the goal: right wins
    array([0.1758, 0.4393, 1.    , 0.1421])
    >>> best_of_four(exact_values(make_lake(slippery=True), best_of_four, 100))[0].round(4)
    np.float64(0.7442)
    """
    leads, at_once = rules(env)
    values = np.zeros_like(at_once)
    for _ in range(moves):
        values = at_once + leads @ later(values)
    return values


def win_rate(env: gymnasium.Env, later: Later, moves: int) -> float:
    """Return the probability of winning a game of at most `moves` moves; several starts are equally likely.

    >>> from chapters.parts.lake import greedy, make_lake
    >>> player = greedy(exact_values(make_lake(), mean_of_four, 100))               # he knows a way
    >>> [round(win_rate(make_lake(slippery=slips), by_player(player), 100), 4) for slips in (False, True)]
    [1.0, 0.0448]
    """
    starts = env.unwrapped.initial_state_distrib  # type: ignore[attr-defined]
    return float(starts @ later(exact_values(env, later, moves)))


def best_policy(env: gymnasium.Env, moves: int) -> np.ndarray:
    """Return the best action (moves, S) after 0, 1, … moves on every tile, by value iteration; of equal ones the first.

    >>> from chapters.parts.lake import make_lake
    >>> policy = best_policy(make_lake(slippery=True), 100)
    >>> policy[0, 2], policy[90, 2]                              # with few moves left it walks towards the goal
    (np.int64(3), np.int64(2))
    """
    left = range(moves, 0, -1)
    return np.stack([exact_values(env, best_of_four, count).round(12).argmax(axis=1) for count in left])
