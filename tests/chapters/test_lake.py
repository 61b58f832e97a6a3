"""The lake of chapter 8: its episodes, exact values and win rates, and the network that learns from them."""

from itertools import product

import gymnasium
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chapters.parts import lake_network
from chapters.parts.lake import (
    MAP,
    Episode,
    Episodes,
    greedy,
    make_lake,
    open_tiles,
    play,
    random_episodes,
    record_episodes,
    starting_at,
    wins,
)
from chapters.parts.lake_network import every_pair, learn, network, predictions, returns, td_targets
from chapters.parts.lake_values import best_of_four, best_policy, by_policy, mean_of_four, win_rate
from tinylearn import Dense, ReLU, Sigmoid, confidence_interval

WIDE = ("SFFFF", "FFFFG")  # not square, no holes
PATH = {0: 1, 4: 1, 8: 2, 9: 1, 13: 2, 14: 2}


def each_of(episodes):
    """Return the row numbers of each episode."""
    return np.split(np.arange(len(episodes.states)), np.flatnonzero(np.diff(episodes.episode)) + 1)


# --- episodes --------------------------------------------------------------------------------------------------------


def test_records_moves_that_the_rules_allow_with_the_return_of_their_episode_and_wins_as_often_as_it_must():
    rules, episodes = make_lake().unwrapped.P, random_episodes(make_lake(), 2000, seed=0)
    for state, action, after, reward, terminated in zip(*episodes[:5], strict=True):
        assert [(after, reward, terminated)] == [outcome[1:] for outcome in rules[state][action]]
    each = each_of(episodes)
    assert len(each) == 2000
    for rows in each:
        assert episodes.states[rows[0]] == 0
        assert (episodes.next_states[rows[:-1]] == episodes.states[rows[1:]]).all()
        assert episodes.terminated[rows].tolist() == [False] * (len(rows) - 1) + [True]
        assert set(episodes.returns[rows]) == {int(episodes.next_states[rows[-1]] == 15)}
    assert len(episodes.states) / 2000 == pytest.approx(7.67, abs=0.4)
    assert episodes.rewards.sum() / 2000 == pytest.approx(0.01394, abs=0.008)
    assert np.bincount(episodes.actions) / len(episodes.states) == pytest.approx([0.25] * 4, abs=0.02)


@pytest.mark.parametrize("slippery", [False, True])
def test_draws_the_same_episodes_from_the_same_seed_and_other_numbers_for_slips_and_actions(slippery):
    one, other = (random_episodes(make_lake(slippery=slippery), 30, seed=seed) for seed in (5, 6))
    env = make_lake(slippery=slippery)
    random_episodes(env, 3, seed=1)  # earlier episodes do not matter
    for mine, its in zip(one, random_episodes(env, 30, seed=5), strict=True):
        np.testing.assert_array_equal(mine, its)
    assert one.actions.tolist() != other.actions.tolist()
    slips, actions = (each.np_random.bit_generator.state["state"]["inc"] for each in (env.unwrapped, env.action_space))
    assert slips != actions
    policy = greedy(np.eye(4)[[0, 3, 0, 3, 0, 0, 0, 0, 3, 1, 0, 0, 0, 2, 1, 0]])
    counts = [wins(make_lake(slippery=True), policy, 300, seed=seed) for seed in (1, 1, 2)]
    assert counts[0] == counts[1] != counts[2]


def test_plays_and_records_by_a_policy_even_one_that_counts_its_moves():
    path = [*PATH.values()]
    episodes = record_episodes(make_lake(), lambda state, moves: path[moves], 2, seed=0)
    assert (episodes.states.tolist(), episodes.next_states.tolist()) == ([*PATH] * 2, [4, 8, 9, 13, 14, 15] * 2)
    assert (episodes.actions.tolist(), episodes.episode.tolist()) == (path * 2, [0] * 6 + [1] * 6)
    assert episodes.returns.all()
    assert play(make_lake(), PATH.__getitem__) == Episode([*PATH, 15], path, True)
    assert play(make_lake(), lambda state: 2 - state) == Episode([0, 1, 5], [2, 1], False)
    assert [wins(make_lake(), policy, 7, seed=0) for policy in (PATH.__getitem__, lambda state: 2 - state)] == [7, 0]
    policy = greedy(np.array([[0.1, 0.5, 0.2, 0.5], [0, 0, 0, 0.1]]))
    assert [policy(0), policy(1)] == [1, 3], "the first of equal actions"


def test_wraps_a_map_only_in_the_given_limit_and_counts_a_truncated_episode_as_lost_but_not_terminated():
    assert isinstance(make_lake(), gymnasium.wrappers.TimeLimit)
    assert make_lake().spec.max_episode_steps == 100
    for moves in (7, 150):
        episode = play(make_lake(WIDE, moves=moves), lambda state: 0)
        assert episode == Episode([0] * (moves + 1), [0] * moves, False)
    episodes = random_episodes(make_lake(WIDE, moves=12), 300, seed=0)
    truncated = [rows for rows in each_of(episodes) if not episodes.terminated[rows[-1]]]
    assert len(truncated) > 100
    for rows in truncated:
        assert len(rows) == 12
        assert not episodes.returns[rows].any()
    assert episodes.returns.any()
    everywhere = make_lake(starting_at(MAP, open_tiles(MAP)))
    assert {everywhere.reset()[0] for _ in range(300)} == set(open_tiles(MAP).tolist())
    assert starting_at(WIDE, [7]) == ["FFFFF", "FFSFG"]


# --- exact values ----------------------------------------------------------------------------------------------------


def test_needs_a_counting_policy_for_the_optimum_of_the_slippery_lake_which_wins_as_often_as_value_iteration_says():
    """The best action on tile 2 depends on how many moves are left."""
    env = make_lake(slippery=True)
    policies = [by_policy([0, 3, action, 3, 0, 0, 0, 0, 3, 1, 0, 0, 0, 2, 1, 0].__getitem__) for action in (0, 3)]
    rates = [win_rate(env, later, 100) for later in (*policies, best_of_four)]
    assert [round(rate, 4) for rate in rates] == [0.7298, 0.7402, 0.7442]
    short, best = make_lake(slippery=True, moves=30), best_policy(env, 30)
    assert best.shape == (30, 16)
    won, others = (record_episodes(short, lambda state, moves, known=known: int(known[moves, state]), 1000, seed=0)
                   .rewards.sum() for known in (best, best[[0] * 30]))  # fmt: skip
    low, high = confidence_interval(int(won), 1000)
    assert low < win_rate(short, best_of_four, 30) < high
    assert others < won, "it counts the moves that are left"


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
@settings(derandomize=True, max_examples=30)
def test_equals_the_mean_over_all_episodes_one_by_one(letters, actions, slippery, moves):
    """Three starts, and three places that a slippery move may lead to: all throws of a die with three sides."""
    rows, policy = ["".join(letters[:3]), "".join(letters[3:])], actions.__getitem__
    env, won = make_lake(rows, slippery=slippery, moves=moves), []
    for throws in product(range(3), repeat=1 + moves):
        env.unwrapped.np_random = Dice(throws)
        won.append(play(env, policy).won)
    assert win_rate(env, by_policy(policy), moves) == pytest.approx(np.mean(won), abs=1e-12)


# --- the network -----------------------------------------------------------------------------------------------------


def test_uses_the_network_of_the_book_and_gives_each_state_and_action_its_inputs():
    layers = network(16, np.random.default_rng(0)).layers
    sizes = [(layer.n_in, layer.n_out) for layer in layers if isinstance(layer, Dense)]
    assert sizes == [(20, 128), (128, 64), (64, 32), (32, 16), (16, 1)]
    assert [type(layer) for layer in layers[1::2]] == [ReLU] * 4 + [Sigmoid]
    rows, model = every_pair(6), network(6, np.random.default_rng(0))
    assert (rows.shape, rows.dtype) == ((24, 10), np.float32)
    for state, action in np.ndindex(6, 4):
        assert np.flatnonzero(rows[4 * state + action]).tolist() == [state, 6 + action]
    inputs = np.zeros((1, 10), np.float32)
    inputs[0, [4, 6 + 3]] = 1
    assert predictions(model)[4, 3] == pytest.approx(model.predict(inputs).item(), rel=1e-5)


def two_episodes(**changed):
    """Return two episodes on the small lake: one is won, one is truncated."""
    moves = {"states": [0, 1, 2, 0], "actions": [2, 2, 1, 0], "next_states": [1, 2, 5, 0], "rewards": [0, 0, 1, 0],
             "terminated": [False, False, True, False], "returns": [1, 1, 1, 0], "episode": [0, 0, 0, 1]}  # fmt: skip
    moves |= changed
    return Episodes(*(np.array(moves[name]) for name in Episodes._fields))


@pytest.mark.parametrize("later", [mean_of_four, best_of_four])
def test_labels_moves_with_returns_or_the_value_of_the_next_state(later):
    model = network(6, np.random.default_rng(0))
    worth = later(predictions(model))
    assert returns(two_episodes())(model).tolist() == [1, 1, 1, 0]
    np.testing.assert_allclose(td_targets(two_episodes(), later)(model), [worth[1], worth[2], 1, worth[0]], rtol=1e-6)
    lost = two_episodes(rewards=[0, 0, 0, 0], terminated=[False, True, True, False])
    np.testing.assert_allclose(td_targets(lost, later)(model), [worth[1], 0, 0, worth[0]], rtol=1e-6)


def test_asks_for_labels_in_each_epoch_and_shrinks_the_steps(monkeypatch):
    told, asked, rng = [], iter(np.arange(12.0).reshape(3, 4)), np.random.default_rng(0)
    monkeypatch.setattr(lake_network, "fit", lambda model, x, y, *, optimizer, epochs, **others: told.append(
        (x, y, optimizer.learning_rate, epochs)))  # fmt: skip
    learn(network(6, rng), two_episodes(), lambda model: next(asked), 3, rng=rng)
    for epoch, (x, y, rate, epochs) in enumerate(told):
        np.testing.assert_array_equal(x, every_pair(6)[[2, 6, 9, 0]])
        assert y.ravel().tolist() == [4 * epoch, 4 * epoch + 1, 4 * epoch + 2, 4 * epoch + 3]
        assert (rate, epochs) == (pytest.approx(1e-3 * (1 - epoch / 3)), 1)
    assert len(told) == 3
