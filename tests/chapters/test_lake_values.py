"""Exact values and win rates of the frozen lake: all episodes one by one, played episodes, what the chapter says."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chapters.parts.lake import MAP, greedy, make_lake, open_tiles, play, record_episodes
from chapters.parts.lake_values import best_of_four, best_policy, by_policy, exact_values, mean_of_four, win_rate
from tinylearn import confidence_interval

SMALL = ("SFF", "FHG")


def test_needs_a_counting_policy_for_the_optimum_of_the_slippery_lake():
    """The best action on tile 2 depends on how many moves are left."""
    env = make_lake(slippery=True)
    policies = [by_policy([0, 3, action, 3, 0, 0, 0, 0, 3, 1, 0, 0, 0, 2, 1, 0].__getitem__) for action in (0, 3)]
    rates = [win_rate(env, later, 100) for later in (*policies, best_of_four)]
    assert [round(rate, 4) for rate in rates] == [0.7298, 0.7402, 0.7442]


def test_wins_with_the_best_policy_as_often_as_value_iteration_says():
    env, best = make_lake(slippery=True, moves=30), best_policy(make_lake(slippery=True), 30)
    assert best.shape == (30, 16)
    episodes = record_episodes(env, lambda state, moves: int(best[moves, state]), 1000, seed=0)
    low, high = confidence_interval(int(episodes.rewards.sum()), 1000)
    assert low < win_rate(env, best_of_four, 30) < high
    others = record_episodes(env, lambda state, moves: int(best[0, state]), 1000, seed=0)
    assert others.rewards.sum() < episodes.rewards.sum(), "it counts the moves that are left"


@pytest.mark.parametrize("moves", [1, 4])
def test_equals_the_mean_over_all_episodes(moves):
    env = make_lake(SMALL, moves=moves)
    won = np.zeros((6, 4))
    for tile, *actions in product(range(6), *[range(4)] * moves):
        here = tile
        for action in actions:
            ((_, here, reward, ended),) = env.unwrapped.P[here][action]
            if ended:
                won[tile, actions[0]] += reward
                break
    np.testing.assert_allclose(exact_values(env, mean_of_four, moves), won / 4 ** (moves - 1), atol=1e-12)


class Dice:
    """Replaces a lake's random numbers by given ones: a third, the next one, or the last."""

    def __init__(self, throws):
        self.throws = iter(throws)

    def random(self):
        return (next(self.throws) + 0.5) / 3


@given(
    letters=st.lists(st.sampled_from("FHG"), min_size=3, max_size=3).flatmap(
        lambda few: st.permutations([*"SSS", *few])
    ),
    actions=st.lists(st.integers(0, 3), min_size=6, max_size=6),
    slippery=st.booleans(),
    moves=st.integers(1, 4),
)
@settings(derandomize=True, max_examples=50)
def test_equals_the_mean_over_all_episodes_one_by_one(letters, actions, slippery, moves):
    """Three starts, and three places that a slippery move may lead to: all throws of a die with three sides."""
    rows, policy = ["".join(letters[:3]), "".join(letters[3:])], actions.__getitem__
    env, won = make_lake(rows, slippery=slippery, moves=moves), []
    for throws in product(range(3), repeat=1 + moves):
        env.unwrapped.np_random = Dice(throws)
        won.append(play(env, policy).won)
    assert win_rate(env, by_policy(policy), moves) == pytest.approx(np.mean(won), abs=1e-12)


def test_never_puts_the_best_of_four_below_the_value_of_a_state():
    """The chapter's reason why the greedy policy wins: each step leads to a state worth at least as much."""
    values = exact_values(make_lake(), mean_of_four, 400)
    worth = np.append(mean_of_four(values)[:15], 1.0)
    assert (np.diff(worth[play(make_lake(), greedy(values)).states]) > 0).all()


def test_walks_the_best_policy_on_slippery_ice_as_the_chapter_says():
    env = make_lake(slippery=True)
    policy, water = best_policy(env, 100)[0], {5, 7, 11, 12}
    falls = {tile: [sum(after in water for _, after, _, _ in env.unwrapped.P[tile][action]) for action in range(4)]
             for tile in open_tiles(MAP).tolist()}  # fmt: skip
    assert policy[0] == policy[6] == 0, "against the edge, and straight at a hole"
    assert falls[6] == [1, 2, 1, 2]
    assert not any(falls[tile][policy[tile]] for tile in falls if tile != 6)
