"""Exact values of the frozen lake: the known numbers, all games one by one, and random games."""

from itertools import pairwise, product

import numpy as np
import pytest

from chapters.lake import MAP, greedy, make_lake, open_tiles, play, random_games
from chapters.lake_values import best_of_four, by_player, exact_values, mean_of_four, rules

SMALL = ("SFF", "FHG")


def value(env, policy, moves=100):
    """Return the probability of winning from the start for a player who takes `policy`."""
    later = by_player(policy)
    return later(exact_values(env, later, moves))[0]


def test_along_the_path_they_are_the_known_ones():
    values, tiles = exact_values(make_lake(), mean_of_four, 100), [0, 4, 8, 9, 13, 14]
    along = [values[tile, action] for tile, action in zip(tiles, (1, 1, 2, 1, 2, 2), strict=True)]
    assert along == pytest.approx([0.0162, 0.0348, 0.0882, 0.1758, 0.4393, 1.0], abs=5e-5)
    assert play(make_lake(), greedy(values)).actions == [1, 1, 2, 1, 2, 2]
    assert mean_of_four(values)[0] == pytest.approx(0.01394, abs=5e-6)


def test_the_slippery_lake_has_its_known_values():
    env = make_lake(slippery=True)
    values = exact_values(env, mean_of_four, 100)
    assert best_of_four(exact_values(env, best_of_four, 100))[0] == pytest.approx(0.7442, abs=5e-5)
    assert value(env, values.argmax(axis=1)) == pytest.approx(0.7298, abs=5e-5)
    assert value(env, exact_values(make_lake(), mean_of_four, 100).argmax(axis=1)) == pytest.approx(0.0448, abs=5e-5)
    assert mean_of_four(values)[0] == pytest.approx(0.01394, abs=5e-6), "random actions slip anywhere anyway"


@pytest.mark.parametrize("moves", [1, 2, 5])
def test_they_equal_the_mean_over_all_games_one_by_one(moves):
    env = make_lake(SMALL, moves=moves)
    listed = env.unwrapped.P
    won = np.zeros((6, 4))
    for tile, *actions in product(range(6), *[range(4)] * moves):
        here, first = tile, actions[0]
        for action in actions:
            ((_, here, reward, ended),) = listed[here][action]
            if ended:
                won[tile, first] += reward
                break
    np.testing.assert_allclose(exact_values(env, mean_of_four, moves), won / 4 ** (moves - 1), atol=1e-12)


def test_random_games_agree():
    env = make_lake(slippery=True)
    games, values = random_games(env, 3000, seed=1), exact_values(env, mean_of_four, 100)
    for tile in (0, 8, 9, 14):
        for action in range(4):
            labels = games.won[(games.tiles == tile) & (games.actions == action)]
            margin = 4.5 * np.sqrt(values[tile, action] * (1 - values[tile, action]) / len(labels))
            assert abs(labels.mean() - values[tile, action]) < margin


def test_rules_are_chances_and_lead_nowhere_after_the_end():
    for slippery in (False, True):
        leads, at_once = rules(make_lake(slippery=slippery))
        assert (leads.sum(axis=2) + at_once <= 1 + 1e-12).all()
        assert set(np.flatnonzero(leads.sum(axis=(1, 2)))) <= set(open_tiles(MAP))
        assert set(np.flatnonzero(leads.sum(axis=(0, 1)))) == set(open_tiles(MAP))
    assert at_once[14].tolist() == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])


def test_without_a_move_nothing_is_won_and_with_more_never_less():
    env = make_lake(slippery=True)
    assert not exact_values(env, best_of_four, 0).any()
    tables = [exact_values(env, best_of_four, moves) for moves in (1, 6, 30, 100)]
    assert all((after >= before - 1e-12).all() for before, after in pairwise(tables))


def test_the_best_of_four_is_never_below_what_a_tile_is_worth():
    """The chapter's reason why the greedy player wins: each of his steps leads to a tile worth at least as much."""
    values = exact_values(make_lake(), mean_of_four, 400)
    worth = np.append(mean_of_four(values)[:15], 1.0)
    tiles = play(make_lake(), greedy(values)).tiles
    assert (np.diff(worth[tiles]) > 0).all()
