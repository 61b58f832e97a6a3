"""The exact value of every action on a lake, by dynamic programming over the rules.

    value[s, a] = Σ over what can happen: its chance · (1 at the goal, 0 in a hole, else later(value)[next state])

S states, four actions. `later` says how the episode continues, (S, 4) → (S,): with random actions `mean_of_four`, with
those of a policy `by_policy`, with the best ones `best_of_four`. For a given policy this is called **policy
evaluation**, with the best actions **value iteration**. R. Bellman, "Dynamic Programming", 1957.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from chapters.parts.lake import Policy

if TYPE_CHECKING:
    import gymnasium

Later = Callable[[np.ndarray], np.ndarray]


def mean_of_four(values: np.ndarray) -> np.ndarray:
    """Return the value of a state if the next action is random: (S, 4) → (S,)."""
    return values.mean(axis=1)


def best_of_four(values: np.ndarray) -> np.ndarray:
    """Return the value of a state if the next action is the best one: (S, 4) → (S,)."""
    return values.max(axis=1)


def by_policy(policy: Policy) -> Later:
    """Return a function for the value of a state if `policy` chooses the next action: (S, 4) → (S,)."""
    return lambda values: np.array([row[policy(state)] for state, row in enumerate(values)])


def rules(env: gymnasium.Env) -> tuple[np.ndarray, np.ndarray]:
    """Return two chances: that an action leads on to a state (S, 4, S), and that it wins (S, 4)."""
    listed = env.unwrapped.P  # type: ignore[attr-defined]
    leads, rewards = np.zeros((len(listed), 4, len(listed))), np.zeros((len(listed), 4))
    for state, actions in listed.items():
        for action, transitions in actions.items():
            for chance, after, reward, terminated in transitions:
                rewards[state, action] += chance * reward
                leads[state, action, after] += 0 if terminated else chance
    return leads, rewards


def chances_of(env: gymnasium.Env, actions: np.ndarray) -> np.ndarray:
    """Return the chance that a move leads from state to state, for each move: (M, S, S). Holes and goal count too.

    actions   (M, S, 4), the probability of each action after 0, 1, … moves

    >>> from chapters.parts.lake import make_lake
    >>> chances_of(make_lake(), np.full((1, 16, 4), 0.25))[0, 0, :6]             # left and up: the edge of the lake
    array([0.5 , 0.25, 0.  , 0.  , 0.25, 0.  ])
    """
    listed = env.unwrapped.P  # type: ignore[attr-defined]
    leads = np.zeros((len(listed), 4, len(listed)))
    for state, transitions in listed.items():
        for action, each in transitions.items():
            for chance, after, _, _ in each:
                leads[state, action, after] += chance
    return np.einsum("msa,sat->mst", actions, leads)


def exact_values(env: gymnasium.Env, later: Later, moves: int) -> np.ndarray:
    """Return the probability of winning within `moves` moves, for every state and first action: (S, 4).

    With no move left, every state is worth 0. With one more: what the first move brings, and what the rest is worth.

    >>> from chapters.parts.lake import make_lake
    >>> exact_values(make_lake(), mean_of_four, 100)[14].round(4)                   # beside the goal: right wins
    array([0.1758, 0.4393, 1.    , 0.1421])
    >>> best_of_four(exact_values(make_lake(slippery=True), best_of_four, 100))[0].round(4)
    np.float64(0.7442)
    """
    leads, rewards = rules(env)
    values = np.zeros_like(rewards)
    for _ in range(moves):
        values = rewards + leads @ later(values)
    return values


def win_rate(env: gymnasium.Env, later: Later, moves: int) -> float:
    """Return the probability of winning an episode of at most `moves` moves; all starts are equally likely.

    >>> from chapters.parts.lake import greedy, make_lake
    >>> policy = greedy(exact_values(make_lake(), mean_of_four, 100))               # knows a way
    >>> [round(win_rate(make_lake(slippery=slips), by_policy(policy), 100), 4) for slips in (False, True)]
    [1.0, 0.0448]
    """
    starts = env.unwrapped.initial_state_distrib  # type: ignore[attr-defined]
    return float(starts @ later(exact_values(env, later, moves)))


def best_policy(env: gymnasium.Env, moves: int) -> np.ndarray:
    """Return the best action (moves, S) after 0, 1, … moves, for every state, by value iteration; in a tie the first.

    >>> from chapters.parts.lake import make_lake
    >>> policy = best_policy(make_lake(slippery=True), 100)
    >>> policy[0, 2], policy[90, 2]                              # with few moves left it walks towards the goal
    (np.int64(3), np.int64(2))
    """
    left = range(moves, 0, -1)
    return np.stack([exact_values(env, best_of_four, count).round(12).argmax(axis=1) for count in left])
