"""The frozen lake in a terminal, as text: watch an episode of the network, or play one yourself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

import numpy as np

from chapters.parts.lake import ACTIONS, greedy, make_lake

if TYPE_CHECKING:
    import gymnasium

KEYS = {"a": 0, "s": 1, "d": 2, "w": 3, "l": 0, "r": 2, "u": 3} | {name: k for k, name in enumerate(ACTIONS)}
HELP = "a left, s down, d right, w up, then Enter; q gives up"


def show_game(rows: Sequence[str], values: np.ndarray, *, slippery: bool = False, seed: int = 0) -> bool:
    """Print one episode of the greedy policy, move by move, with the four `values` (S, 4) of each state.

    Return whether it was won. gymnasium's own renderer ("ansi") marks state and move.
    """
    env = make_lake(rows, slippery=slippery, render_mode="ansi")
    state, _ = env.reset(seed=seed)
    policy, over, reward = greedy(values), False, 0.0
    print(_board(env))
    while not over:
        print("  ".join(f"{name} {value:.4f}" for name, value in zip(ACTIONS, values[state], strict=True)))
        state, reward, terminated, truncated, _ = env.step(policy(state))  # type: ignore[assignment]
        print(_board(env))
        over = terminated or truncated
    print("won" if reward == 1 else "lost", flush=True)
    return reward == 1


def play_yourself(rows: Sequence[str], keys: TextIO, *, slippery: bool = False, seed: int = 0) -> str:
    """Let a person play one episode, one line of `keys` per move; return how it ended."""
    env = make_lake(rows, slippery=slippery, render_mode="ansi")
    env.reset(seed=seed)
    print(f"From S to G; H is a hole. {HELP}.", _board(env), sep="\n", flush=True)
    moves, ended = 0, "given up"
    for line in keys:
        word = line.strip().lower()
        if word in ("q", "quit"):
            break
        if word not in KEYS:
            print(f"{word!r} is not a move: {HELP}.", flush=True)
            continue
        _, reward, terminated, truncated, _ = env.step(KEYS[word])
        moves += 1
        print(_board(env), flush=True)
        if terminated or truncated:
            ended = "won" if reward == 1 else "lost in a hole" if terminated else "truncated"
            break
    return f"{ended} after {moves} {'move' if moves == 1 else 'moves'}"


def _board(env: gymnasium.Env) -> str:
    """Return the lake as letters; the agent's tile is red."""
    return str(env.render()).rstrip()
