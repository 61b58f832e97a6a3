"""The games of chapter 8: what is written down of them is what happened, and a seed fixes it all."""

import gymnasium
import numpy as np
import pytest

from chapters.parts.lake import (
    MAP,
    Game,
    greedy,
    make_lake,
    open_tiles,
    play,
    random_games,
    recorded_games,
    starting_at,
    wins,
)

WIDE = ("SFFFF", "FFFFG")  # not square, no holes


@pytest.fixture(scope="module")
def games():
    return random_games(make_lake(), 2000, seed=0)


def split(games):
    """Return the row numbers of each game: a new one begins where a move does not start where the last one led."""
    starts = [0]
    for row in range(1, len(games.tiles)):
        if games.ended[row - 1] or games.tiles[row] != games.after[row - 1]:
            starts.append(row)
    return np.split(np.arange(len(games.tiles)), starts[1:])


def test_every_move_is_one_that_the_rules_allow(games):
    rules = make_lake().unwrapped.P
    for tile, action, after, reward, ended in zip(*games[:5], strict=True):
        assert [(after, reward, ended)] == [outcome[1:] for outcome in rules[tile][action]]


def test_each_move_is_labelled_with_how_its_game_ended(games):
    each = split(games)
    assert len(each) == 2000
    assert games.game.tolist() == [number for number, rows in enumerate(each) for _ in rows]
    for rows in each:
        assert games.tiles[rows[0]] == 0
        assert (games.after[rows[:-1]] == games.tiles[rows[1:]]).all()
        assert games.ended[rows].tolist() == [False] * (len(rows) - 1) + [True]
        assert set(games.won[rows]) == {int(games.after[rows[-1]] == 15)}
    assert games.rewards.sum() == sum(games.won[rows[0]] for rows in each) > 0


def test_random_play_is_as_good_as_it_must_be(games):
    assert len(games.tiles) / 2000 == pytest.approx(7.67, abs=0.4)
    assert games.rewards.sum() / 2000 == pytest.approx(0.01394, abs=0.008)
    assert np.bincount(games.actions) / len(games.tiles) == pytest.approx([0.25] * 4, abs=0.02)


@pytest.mark.parametrize("slippery", [False, True])
def test_the_seed_fixes_the_games(slippery):
    one, same, other = (random_games(make_lake(slippery=slippery), 30, seed=seed) for seed in (5, 5, 6))
    for mine, its in zip(one, same, strict=True):
        np.testing.assert_array_equal(mine, its)
    assert one.actions.tolist() != other.actions.tolist()
    again = make_lake(slippery=slippery)
    random_games(again, 3, seed=1)  # what was played before does not matter
    np.testing.assert_array_equal(random_games(again, 30, seed=5).after, one.after)


def test_games_of_a_player_who_counts_his_moves_are_recorded():
    path = [1, 1, 2, 1, 2, 2]
    games = recorded_games(make_lake(), lambda tile, moves: path[moves], 2, seed=0)
    assert games.tiles.tolist() == [0, 4, 8, 9, 13, 14] * 2
    assert games.after.tolist() == [4, 8, 9, 13, 14, 15] * 2
    assert (games.actions.tolist(), games.game.tolist()) == (path * 2, [0] * 6 + [1] * 6)
    assert games.won.all()


def test_environment_and_action_space_do_not_deal_the_same_numbers():
    env = make_lake(slippery=True)
    random_games(env, 1, seed=3)
    states = [generator.bit_generator.state["state"]["inc"] for generator in (env.unwrapped.np_random,
                                                                             env.action_space.np_random)]  # fmt: skip
    assert states[0] != states[1]


def test_a_game_that_is_broken_off_is_lost_and_has_not_ended():
    games = random_games(make_lake(WIDE, moves=12), 300, seed=0)
    each = split_by_length(games, 12)
    lengths = [len(rows) for rows in each]
    assert max(lengths) == 12
    broken = [rows for rows in each if not games.ended[rows[-1]]]
    assert len(broken) > 100
    for rows in broken:
        assert not games.won[rows].any()
    assert games.won.any()


def split_by_length(games, moves):
    """Return the rows of each game: it ends where it has ended, or after so many moves."""
    found, rows = [], []
    for row, ended in enumerate(games.ended):
        rows.append(row)
        if ended or len(rows) == moves:
            found.append(rows)
            rows = []
    return found


def test_a_map_of_ones_own_has_the_limit_that_it_was_given():
    for moves in (7, 150):
        game = play(make_lake(WIDE, moves=moves), lambda tile: 0)
        assert game == Game([0] * (moves + 1), [0] * moves, False)


def test_the_wrappers_are_those_that_count():
    assert isinstance(make_lake(), gymnasium.wrappers.TimeLimit)
    assert make_lake().spec.max_episode_steps == 100


def test_play_follows_the_player():
    path = {0: 1, 4: 1, 8: 2, 9: 1, 13: 2, 14: 2}
    assert play(make_lake(), path.__getitem__) == Game([0, 4, 8, 9, 13, 14, 15], [1, 1, 2, 1, 2, 2], True)
    assert play(make_lake(), lambda tile: 2 - tile) == Game([0, 1, 5], [2, 1], False)
    assert wins(make_lake(), path.__getitem__, 7, seed=0) == 7
    assert wins(make_lake(), lambda tile: 2 - tile, 7, seed=0) == 0


def test_the_seed_fixes_how_many_games_are_won():
    player = greedy(np.eye(4)[[0, 3, 0, 3, 0, 0, 0, 0, 3, 1, 0, 0, 0, 2, 1, 0]])
    counts = [wins(make_lake(slippery=True), player, 300, seed=seed) for seed in (1, 1, 2)]
    assert counts[0] == counts[1] != counts[2]


def test_greedy_takes_the_first_of_equal_ones():
    player = greedy(np.array([[0.1, 0.5, 0.2, 0.5], [0, 0, 0, 0.1]]))
    assert [player(0), player(1)] == [1, 3]


def test_starts_are_moved_and_nothing_else():
    for tile in open_tiles(MAP):
        rows = starting_at(MAP, [tile])
        assert make_lake(rows).reset(seed=0)[0] == tile
        assert [row.replace("S", "F") for row in rows] == [row.replace("S", "F") for row in MAP]
    everywhere = make_lake(starting_at(MAP, open_tiles(MAP)))
    assert {everywhere.reset()[0] for _ in range(300)} == set(open_tiles(MAP).tolist())
    assert starting_at(WIDE, [7]) == ["FFFFF", "FFSFG"]
