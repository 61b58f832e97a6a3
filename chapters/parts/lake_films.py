"""The films of chapter 8: random play, learning to win, an episode of the network, and the slippery lake."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from animations import Clip, LakeEpisodes, LakeLearning, LakeMoves, LakePlayer
from chapters.parts.lake import ACTIONS, MAP, MOVES, Episode, Episodes, greedy, make_lake, play, record_episodes
from chapters.parts.lake_values import (
    best_of_four,
    best_policy,
    by_policy,
    chances_of,
    exact_values,
    mean_of_four,
    win_rate,
)

EARLY = 300  # updates in which the network learns most
SHOWN = 12  # moves of an episode; a policy that needs more walks in circles
PLAYED = 300  # episodes on the slippery lake, to show chance
READ = 6  # moves of an episode on it that are shown slowly; then they repeat themselves


class Learned(NamedTuple):
    """What the network predicted for each state and action, `tables` (R, 16, 4), after each of the updates `steps`
    (R,).

    layers   inputs, parameters and outputs of its last layer then, if known: name → (R, …); see `last_layer`
    """

    steps: np.ndarray
    tables: np.ndarray
    in_epoch: int  # updates
    layers: dict[str, np.ndarray] | None = None

    def after(self, epoch: int) -> np.ndarray:
        """Return the predictions at the end of an epoch, (16, 4)."""
        return self.tables[self.steps.searchsorted(epoch * self.in_epoch)]

    def layer(self, records: Any) -> dict[str, np.ndarray]:
        """Return the last layer in some records."""
        return {name: values[records] for name, values in (self.layers or {}).items()}


def random_film(episodes: Episodes) -> Clip:
    """Return the first film: three episodes of random play, and how all others ended."""
    exact = win_rate(make_lake(), mean_of_four, MOVES)
    chances = chances_of(make_lake(), np.full((MOVES, len("".join(MAP)), len(ACTIONS)), 1 / len(ACTIONS)))
    player = lake_player("Four actions, equally likely", episodes, 3, exact, chances)
    scene = LakeEpisodes("Random play", [player], "A step into a hole ends the episode.")
    return Clip(scene, fps=4, motion=3, hold_first=2, holds=dict.fromkeys(scene.ended, 1), hold_last=5, colors=96)


def learning_film(learned: Learned, return_epochs: int) -> Clip:
    """Return the second film: values and policy of the network early in its training, then after every second epoch."""
    epochs, env, last = learned.steps / learned.in_epoch, make_lake(), learned.steps[-1]
    shown = (learned.steps <= EARLY) | (epochs % 2 == 0) | (learned.steps == last)
    steps, tables = learned.steps[shown], learned.tables[shown]
    kinds = ("initialise", "adjust, repeat: Monte Carlo returns", "adjust, repeat: bootstrapped (TD) targets")
    phases = [kinds[0 if epoch == 0 else 1 if epoch <= return_epochs else 2] for epoch in epochs[shown]]
    policies = [by_policy(greedy(table)) for table in tables]
    wins = np.stack([policy(exact_values(env, policy, MOVES)) for policy in policies])  # (R, 16)
    ways = [play(env, greedy(table)).states for table in tables]
    scene = LakeLearning(MAP, tables, wins, ways, steps, phases, **learned.layer(shown))
    holds = dict.fromkeys(scene.began, 1.0) | dict.fromkeys(scene.ended, 2.0)
    return Clip(scene, fps=4, motion=3, hold_first=4, holds=holds, hold_last=4, colors=96)


def moves_film(
    episode: Episode, values: np.ndarray, exact: np.ndarray, layer: Mapping[str, np.ndarray] = MappingProxyType({})
) -> Clip:
    """Return the third film: an episode, and before each move the four answers, made by the last `layer`."""
    scene = LakeMoves(MAP, episode.states[: SHOWN + 1], episode.actions[:SHOWN], values, exact, **layer)
    holds = {frame: (0.9, 0.6, 0)[frame % 3] for frame in range(scene.frames)}
    return Clip(scene, fps=2, motion=6, hold_first=4, holds=holds, hold_last=4, colors=48)


def slippery_film(values: np.ndarray, seed: int) -> Clip:
    """Return the last film: on slippery ice, the policy learned without slipping, beside the best possible policy."""
    env, best, policy = make_lake(slippery=True), best_policy(make_lake(slippery=True), MOVES), greedy(values)
    learned = record_episodes(env, lambda state, moves: policy(state), PLAYED, seed=seed)
    counting = record_episodes(env, lambda state, moves: int(best[moves, state]), PLAYED, seed=seed)
    rates = (win_rate(env, later, MOVES) for later in (by_policy(policy), best_of_four))
    acts = np.eye(len(ACTIONS))  # action → the probability of each
    players = [
        lake_player("The policy of the lake without slipping", learned, 2, next(rates),
                    chances_of(env, acts[np.tile(values.argmax(axis=1), (MOVES, 1))]), values.argmax(axis=1)),
        lake_player("The best possible policy, by value iteration", counting, 2, next(rates),
                    chances_of(env, acts[best]), best[0]),
    ]  # fmt: skip
    scene = LakeEpisodes(
        "The slippery lake", players, "In two of three moves the agent slides, to one side of its aim."
    )
    starts, counted = [0, *(frame + 1 for frame in scene.ended)], range(scene.ended[-1] + 1, scene.frames - 1)
    slow = [*(start + move for start in starts[:-1] for move in range(READ)), *counted]
    holds = dict.fromkeys(slow, 0.25) | dict.fromkeys(scene.ended, 1)
    return Clip(scene, fps=6, motion=2, hold_first=3, holds=holds, hold_last=5, colors=96)


def lake_player(
    name: str, episodes: Episodes, walked: int, rate: float, chances: np.ndarray, policy: np.ndarray | None = None
) -> LakePlayer:
    """Return episodes for a film: the first few move by move, and the end of each; the chances explain the win rate."""
    known, last = episodes.episode < walked, np.flatnonzero(np.diff(episodes.episode, append=-1))
    moves = episodes.states[known], episodes.actions[known], episodes.episode[known]
    return LakePlayer(name, MAP, *moves, episodes.next_states[last], rate, policy, chances=chances)
