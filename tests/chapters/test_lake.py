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


@pytest.fixture(scope="module")
def episodes():
    return random_episodes(make_lake(), 2000, seed=0)


def split(episodes):
    """Return the row numbers of each episode: a new one begins where a move does not start where the last one ended."""
    starts = [0]
    for row in range(1, len(episodes.states)):
        if episodes.terminated[row - 1] or episodes.states[row] != episodes.next_states[row - 1]:
            starts.append(row)
    return np.split(np.arange(len(episodes.states)), starts[1:])


def test_moves_only_as_the_rules_allow(episodes):
    rules = make_lake().unwrapped.P
    for state, action, after, reward, terminated in zip(*episodes[:5], strict=True):
        assert [(after, reward, terminated)] == [outcome[1:] for outcome in rules[state][action]]


def test_labels_each_move_with_the_return_of_its_episode(episodes):
    each = split(episodes)
    assert len(each) == 2000
    assert episodes.episode.tolist() == [number for number, rows in enumerate(each) for _ in rows]
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
    one, same, other = (random_episodes(make_lake(slippery=slippery), 30, seed=seed) for seed in (5, 5, 6))
    for mine, its in zip(one, same, strict=True):
        np.testing.assert_array_equal(mine, its)
    assert one.actions.tolist() != other.actions.tolist()
    again = make_lake(slippery=slippery)
    random_episodes(again, 3, seed=1)  # earlier episodes do not matter
    np.testing.assert_array_equal(random_episodes(again, 30, seed=5).next_states, one.next_states)


def test_records_episodes_of_a_policy_that_counts_its_moves():
    path = [1, 1, 2, 1, 2, 2]
    episodes = record_episodes(make_lake(), lambda state, moves: path[moves], 2, seed=0)
    assert episodes.states.tolist() == [0, 4, 8, 9, 13, 14] * 2
    assert episodes.next_states.tolist() == [4, 8, 9, 13, 14, 15] * 2
    assert (episodes.actions.tolist(), episodes.episode.tolist()) == (path * 2, [0] * 6 + [1] * 6)
    assert episodes.returns.all()


def test_draws_other_numbers_in_environment_and_action_space():
    env = make_lake(slippery=True)
    random_episodes(env, 1, seed=3)
    states = [generator.bit_generator.state["state"]["inc"] for generator in (env.unwrapped.np_random,
                                                                             env.action_space.np_random)]  # fmt: skip
    assert states[0] != states[1]


def test_counts_a_truncated_episode_as_lost_but_not_terminated():
    episodes = random_episodes(make_lake(WIDE, moves=12), 300, seed=0)
    each = split_by_length(episodes, 12)
    lengths = [len(rows) for rows in each]
    assert max(lengths) == 12
    truncated = [rows for rows in each if not episodes.terminated[rows[-1]]]
    assert len(truncated) > 100
    for rows in truncated:
        assert not episodes.returns[rows].any()
    assert episodes.returns.any()


def split_by_length(episodes, moves):
    """Return the rows of each episode: it ends where it terminated, or after this many moves."""
    found, rows = [], []
    for row, terminated in enumerate(episodes.terminated):
        rows.append(row)
        if terminated or len(rows) == moves:
            found.append(rows)
            rows = []
    return found


def test_uses_the_given_limit_for_a_map():
    for moves in (7, 150):
        episode = play(make_lake(WIDE, moves=moves), lambda state: 0)
        assert episode == Episode([0] * (moves + 1), [0] * moves, False)


def test_wraps_only_the_functions_that_count():
    assert isinstance(make_lake(), gymnasium.wrappers.TimeLimit)
    assert make_lake().spec.max_episode_steps == 100


def test_plays_by_the_policy():
    path = {0: 1, 4: 1, 8: 2, 9: 1, 13: 2, 14: 2}
    assert play(make_lake(), path.__getitem__) == Episode([0, 4, 8, 9, 13, 14, 15], [1, 1, 2, 1, 2, 2], True)
    assert play(make_lake(), lambda state: 2 - state) == Episode([0, 1, 5], [2, 1], False)
    assert wins(make_lake(), path.__getitem__, 7, seed=0) == 7
    assert wins(make_lake(), lambda state: 2 - state, 7, seed=0) == 0


def test_wins_as_many_episodes_with_the_same_seed():
    policy = greedy(np.eye(4)[[0, 3, 0, 3, 0, 0, 0, 0, 3, 1, 0, 0, 0, 2, 1, 0]])
    counts = [wins(make_lake(slippery=True), policy, 300, seed=seed) for seed in (1, 1, 2)]
    assert counts[0] == counts[1] != counts[2]


def test_takes_the_first_of_equal_actions():
    policy = greedy(np.array([[0.1, 0.5, 0.2, 0.5], [0, 0, 0, 0.1]]))
    assert [policy(0), policy(1)] == [1, 3]


def test_moves_only_the_starts():
    for tile in open_tiles(MAP):
        rows = starting_at(MAP, [tile])
        assert make_lake(rows).reset(seed=0)[0] == tile
        assert [row.replace("S", "F") for row in rows] == [row.replace("S", "F") for row in MAP]
    everywhere = make_lake(starting_at(MAP, open_tiles(MAP)))
    assert {everywhere.reset()[0] for _ in range(300)} == set(open_tiles(MAP).tolist())
    assert starting_at(WIDE, [7]) == ["FFFFF", "FFSFG"]
