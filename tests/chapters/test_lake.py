"""Episodes of chapter 8: their record is what happened, and a seed determines everything."""

import gymnasium
import numpy as np
import pytest

from chapters.parts.lake import (
    MAP,
    Episode,
    greedy,
    make_lake,
    open_tiles,
    play,
    random_episodes,
    record_episodes,
    starting_at,
    wins,
)

WIDE = ("SFFFF", "FFFFG")  # not square, no holes
PATH = {0: 1, 4: 1, 8: 2, 9: 1, 13: 2, 14: 2}


@pytest.fixture(scope="module")
def episodes():
    return random_episodes(make_lake(), 2000, seed=0)


def each_of(episodes):
    """Return the row numbers of each episode."""
    return np.split(np.arange(len(episodes.states)), np.flatnonzero(np.diff(episodes.episode)) + 1)


def test_moves_only_as_the_rules_allow(episodes):
    rules = make_lake().unwrapped.P
    for state, action, after, reward, terminated in zip(*episodes[:5], strict=True):
        assert [(after, reward, terminated)] == [outcome[1:] for outcome in rules[state][action]]


def test_labels_each_move_with_the_return_of_its_episode(episodes):
    each = each_of(episodes)
    assert len(each) == 2000
    for rows in each:
        assert episodes.states[rows[0]] == 0
        assert (episodes.next_states[rows[:-1]] == episodes.states[rows[1:]]).all()
        assert episodes.terminated[rows].tolist() == [False] * (len(rows) - 1) + [True]
        assert set(episodes.returns[rows]) == {int(episodes.next_states[rows[-1]] == 15)}
    assert episodes.rewards.sum() == sum(episodes.returns[rows[0]] for rows in each) > 0


def test_wins_as_often_at_random_as_it_must(episodes):
    assert len(episodes.states) / 2000 == pytest.approx(7.67, abs=0.4)
    assert episodes.rewards.sum() / 2000 == pytest.approx(0.01394, abs=0.008)
    assert np.bincount(episodes.actions) / len(episodes.states) == pytest.approx([0.25] * 4, abs=0.02)


@pytest.mark.parametrize("slippery", [False, True])
def test_draws_the_same_episodes_from_the_same_seed(slippery):
    one, other = (random_episodes(make_lake(slippery=slippery), 30, seed=seed) for seed in (5, 6))
    env = make_lake(slippery=slippery)
    random_episodes(env, 3, seed=1)  # earlier episodes do not matter
    for mine, its in zip(one, random_episodes(env, 30, seed=5), strict=True):
        np.testing.assert_array_equal(mine, its)
    assert one.actions.tolist() != other.actions.tolist()


def test_records_episodes_of_a_policy_that_counts_its_moves():
    path = [*PATH.values()]
    episodes = record_episodes(make_lake(), lambda state, moves: path[moves], 2, seed=0)
    assert episodes.states.tolist() == [*PATH] * 2
    assert episodes.next_states.tolist() == [4, 8, 9, 13, 14, 15] * 2
    assert (episodes.actions.tolist(), episodes.episode.tolist()) == (path * 2, [0] * 6 + [1] * 6)
    assert episodes.returns.all()


def test_draws_other_numbers_in_environment_and_action_space():
    env = make_lake(slippery=True)
    random_episodes(env, 1, seed=3)
    slips, actions = (each.np_random.bit_generator.state["state"]["inc"] for each in (env.unwrapped, env.action_space))
    assert slips != actions


def test_counts_a_truncated_episode_as_lost_but_not_terminated():
    episodes = random_episodes(make_lake(WIDE, moves=12), 300, seed=0)
    truncated = [rows for rows in each_of(episodes) if not episodes.terminated[rows[-1]]]
    assert len(truncated) > 100
    for rows in truncated:
        assert len(rows) == 12
        assert not episodes.returns[rows].any()
    assert episodes.returns.any()


def test_wraps_a_map_only_in_the_given_limit():
    assert isinstance(make_lake(), gymnasium.wrappers.TimeLimit)
    assert make_lake().spec.max_episode_steps == 100
    for moves in (7, 150):
        episode = play(make_lake(WIDE, moves=moves), lambda state: 0)
        assert episode == Episode([0] * (moves + 1), [0] * moves, False)


def test_plays_by_the_policy():
    assert play(make_lake(), PATH.__getitem__) == Episode([*PATH, 15], [*PATH.values()], True)
    assert play(make_lake(), lambda state: 2 - state) == Episode([0, 1, 5], [2, 1], False)
    assert [wins(make_lake(), policy, 7, seed=0) for policy in (PATH.__getitem__, lambda state: 2 - state)] == [7, 0]


def test_wins_as_many_episodes_with_the_same_seed():
    policy = greedy(np.eye(4)[[0, 3, 0, 3, 0, 0, 0, 0, 3, 1, 0, 0, 0, 2, 1, 0]])
    counts = [wins(make_lake(slippery=True), policy, 300, seed=seed) for seed in (1, 1, 2)]
    assert counts[0] == counts[1] != counts[2]


def test_takes_the_first_of_equal_actions():
    policy = greedy(np.array([[0.1, 0.5, 0.2, 0.5], [0, 0, 0, 0.1]]))
    assert [policy(0), policy(1)] == [1, 3]


def test_moves_only_the_starts():
    everywhere = make_lake(starting_at(MAP, open_tiles(MAP)))
    assert {everywhere.reset()[0] for _ in range(300)} == set(open_tiles(MAP).tolist())
    assert starting_at(WIDE, [7]) == ["FFFFF", "FFSFG"]
