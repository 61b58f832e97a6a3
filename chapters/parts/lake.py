"""The frozen lake of chapter 8 as an environment of gymnasium, and episodes on it.

    S F F F        S start, F frozen, H hole, G goal. A state is a tile; they are numbered row by row, here 0 … 15.
    F H F H        Actions: 0 left, 1 down, 2 right, 3 up; at the edge of the lake the agent stays where it is.
    F F F H        An episode ends in a hole (lost) or at the goal (won); after `moves` moves it is truncated (lost).
    H F F G        The reward is 1 for the move to the goal, and 0 for every other move.

N is the number of moves in all episodes together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:  # where a lake is made, it is imported; the other chapters do without
    import gymnasium

MAP = ("SFFF", "FHFH", "FFFH", "HFFG")
ACTIONS = ("left", "down", "right", "up")
MOVES = 100  # after which an episode on a lake of 4 × 4 is truncated

Policy = Callable[[int], int]  # state → action
Choose = Callable[[int, int], int]  # state, how many moves were made in this episode → action


class Episodes(NamedTuple):
    """Episodes move by move, one after the other; all arrays are (N,).

    states   where the agent stood              actions      what it did
    rewards  1 for the move to the goal         next_states  where that led
    returns  the sum of the episode's rewards   terminated   did the episode end there, in a hole or at the goal?
    episode  which one it is, from 0 on
    """

    states: np.ndarray
    actions: np.ndarray
    next_states: np.ndarray
    rewards: np.ndarray
    terminated: np.ndarray
    returns: np.ndarray
    episode: np.ndarray


class Episode(NamedTuple):
    """One episode: the states, one more than actions; the actions; whether it was won."""

    states: list[int]
    actions: list[int]
    won: bool


def make_lake(rows: Sequence[str] = MAP, *, slippery: bool = False, moves: int = MOVES, **more: Any) -> gymnasium.Env:
    """Return gymnasium's environment of a lake; `more` goes to `gymnasium.make`.

    On a slippery lake, a move goes where it should in one of three cases, and to one of its two sides in the others.
    Pass `moves` for a map of your own: gymnasium would truncate after 100 moves, however large the map is.

    >>> env = make_lake()
    >>> state, _ = env.reset()
    >>> state, reward, terminated, truncated, _ = env.step(ACTIONS.index("down"))
    >>> state, float(reward), terminated, truncated
    (4, 0.0, False, False)
    """
    import gymnasium

    return gymnasium.make("FrozenLake-v1", desc=list(rows), is_slippery=slippery, max_episode_steps=moves,
                          disable_env_checker=True, **more)  # fmt: skip


def open_tiles(rows: Sequence[str]) -> np.ndarray:
    """Return the states where an episode continues: the start and the frozen tiles.

    >>> open_tiles(MAP).tolist()
    [0, 1, 2, 3, 4, 6, 8, 9, 10, 13, 14]
    """
    return np.flatnonzero([letter in "SF" for letter in "".join(rows)])


def starting_at(rows: Sequence[str], tiles: Sequence[int] | np.ndarray) -> list[str]:
    """Return the map with its start on these tiles; if there are several, each episode draws one.

    >>> starting_at(["SF", "HG"], [1]), starting_at(["SF", "HG"], [0, 1])
    (['FS', 'HG'], ['SS', 'HG'])
    """
    letters = list("".join(rows).replace("S", "F"))
    for tile in tiles:
        letters[tile] = "S"
    width = len(rows[0])
    return ["".join(letters[start : start + width]) for start in range(0, len(letters), width)]


def random_episodes(env: gymnasium.Env, count: int, *, seed: int) -> Episodes:
    """Play `count` episodes with random actions; the same seed gives the same episodes."""
    env.action_space.seed(seed)  # has its own generator: with the lake's seed, both would draw the same numbers
    sample = env.action_space.sample
    return record_episodes(env, lambda state, moves: sample(), count, seed=seed)


def record_episodes(env: gymnasium.Env, choose: Choose, count: int, *, seed: int) -> Episodes:
    """Play `count` episodes with the actions of `choose`; the seed determines the starts, and where the agent slips."""
    env.reset(seed=seed + 1)
    moves: list[tuple[Any, ...]] = []
    returns: list[Any] = []
    for episode in range(count):
        state, _ = env.reset()
        over, first = False, len(moves)
        while not over:
            action = choose(state, len(moves) - first)
            after, reward, terminated, truncated, _ = env.step(action)
            moves.append((state, action, after, reward, terminated, episode))
            state, over = after, terminated or truncated
        returns += [reward] * (len(moves) - first)  # the last reward: all others are 0
    states, actions, next_states, rewards, ends, episodes = np.array(moves, dtype=np.intp).T
    return Episodes(states, actions, next_states, rewards, ends.astype(bool), np.array(returns), episodes)


def play(env: gymnasium.Env, policy: Policy) -> Episode:
    """Play one episode with the actions of `policy`."""
    state, _ = env.reset()
    states, actions, over, reward = [state], [], False, 0.0
    while not over:
        actions.append(int(policy(state)))
        state, reward, terminated, truncated, _ = env.step(actions[-1])  # type: ignore[assignment]
        states.append(state)
        over = terminated or truncated
    return Episode(states, actions, reward == 1)


def wins(env: gymnasium.Env, policy: Policy, count: int, *, seed: int) -> int:
    """Return how many of `count` episodes `policy` wins."""
    env.reset(seed=seed)
    return sum(play(env, policy).won for _ in range(count))


def greedy(values: np.ndarray) -> Policy:
    """Return the greedy policy: in each state the action with the largest of its four `values` (S, 4)."""
    best = values.argmax(axis=1).tolist()
    return lambda state: best[state]
