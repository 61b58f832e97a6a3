"""Chapter 8: its statements about its policies are true; its films show them; episodes in the terminal."""

import io
import re

import numpy as np
import pytest

from chapters import ch08_frozen_lake as chapter
from chapters.parts import lake_terminal
from chapters.parts.lake import ACTIONS, MAP, make_lake, random_episodes
from chapters.parts.lake_network import network, predictions
from chapters.parts.lake_values import exact_values, mean_of_four
from chapters.tools.run import run_alone
from chapters.tools.settings import UsageError
from tests.chapters.chapter_helpers import ChapterUnderTest, check_films, run_chapter
from tinylearn import confidence_interval

BEST, EXACT = [1, 1, 2, 1, 2, 2], exact_values(make_lake(), mean_of_four, 100)


def test_checks_every_film_which_holds_what_must_be_read_and_hurries_where_it_repeats(drawn):
    check_films(drawn)
    for film in drawn.films.values():
        seconds = np.array(film.delays()) / 100
        assert (seconds[[0, -1]] > [2, 4]).all()
        assert 12 <= film.fps * film.motion <= 16, "pictures a second"
    frames = np.add.reduceat(film.delays(), range(0, len(film.delays()), film.motion)) / 100  # seconds of each
    first_end = film.scene.ended[0]
    assert first_end > 12
    assert (frames[:6] > 0.4).all()
    assert (frames[6:first_end] < 0.2).all()
    assert (frames[film.scene.ended] > 1).all()


def test_shows_in_the_films_what_the_headline_says_and_few_episodes_win_with_bootstrapped_targets(drawn):
    headline = drawn.headline
    assert headline["random episodes"] == 1000
    assert headline["from TD targets, path"] == [ACTIONS[action] for action in BEST]
    assert headline["from TD targets, starts won"] == "11 of 11"
    assert headline["from TD targets, mean error"] < 0.01 < headline["from returns, mean error"]
    assert headline["win rate, not slippery, network"] == 1
    _, learning, moves, slippery = (film.scene for film in drawn.films.values())
    assert (moves.tiles, moves.actions) == ([0, 4, 8, 9, 13, 14, 15], BEST)
    for player in slippery.players:
        low, high = confidence_interval(player.ends.count(15), 300)
        assert low < player.rate < high
    epochs = {31 * epoch for epoch in range(31) if epoch <= 10 or epoch % 2 == 0}
    steps = sorted({*range(0, 301, 10), *epochs})  # densely at first, and then after every second epoch
    assert learning.steps.tolist() == steps
    returns = sum(0 < step <= 310 for step in steps)
    assert list(learning.phases) == ["initialise", *["adjust, repeat: Monte Carlo returns"] * returns,
                                     *["adjust, repeat: bootstrapped (TD) targets"] * 10]  # fmt: skip
    assert learning.said[0] != "arrives at the goal ✓" == learning.said[-1]


def test_gives_a_baseline_and_the_optimum_for_each_lake_also_in_prose(drawn):
    headline = drawn.headline
    for lake in ("not slippery", "slippery", "another map", "8 × 8", "another 8 × 8"):
        best = headline[f"win rate, {lake}, the best possible"]
        assert round(best, 4) == (0.7442 if lake == "slippery" else 1)
        assert headline[f"win rate, {lake}, random"] < headline[f"win rate, {lake}, exact values"] <= best
        assert 0 <= headline[f"win rate, {lake}, network"] <= best
        assert "slippery" not in lake or round(headline[f"win rate, {lake}, random"], 4) == 0.0139
    assert round(headline["win rate, slippery, exact values"], 4) == 0.7298
    won, _ = headline["slippery, network, 300 episodes played"].split(" won")
    assert headline["95 % interval for its win rate"] == list(confidence_interval(int(won), 300))
    assert {text for cell in drawn.cells if isinstance(cell, list) for text in cell} >= {
        f"{headline['random episodes']:,}",
        *(f"{headline[f'win rate, slippery, {name}']:.1%}" for name in ("the best possible", "network")),
        f"{headline['from TD targets, mean error']:.5f}",
        f"arrives after {len(BEST)} moves",
        ", ".join(ACTIONS[action] for action in BEST),
    }


def test_says_whether_values_move_and_that_a_quick_run_is_brief(drawn):
    assert chapter.moves_between([0.1, 0.1001]) == "stays at 0.100"
    assert chapter.moves_between([0.25, 0.1]) == "moves between 0.100 and 0.250"
    assert "(This was a quick run" in str(drawn.cells)


# --- its parts -------------------------------------------------------------------------------------------------------


def test_shows_what_was_recorded_after_each_epoch(monkeypatch):
    kept = []

    def learn(model, *others, callbacks, **settings):
        kept.append(predictions(model))
        real(model, *others, callbacks=callbacks, **settings)

    real = chapter.learn
    monkeypatch.setattr(chapter, "learn", learn)
    played = random_episodes(make_lake(), 80, seed=3)
    learned, again = (chapter.learned_from(played, 3, (1, 2)) for _ in range(2))
    updates = -(-len(played.states) // 256)
    assert learned.steps.tolist() == [updates * epoch for epoch in range(4)]
    for epoch in (0, 1):
        np.testing.assert_array_equal(learned.after(epoch), kept[epoch])
    assert learned.tables.tobytes() == again.tables.tobytes()
    np.testing.assert_array_equal(kept[0], predictions(network(16, np.random.default_rng(3))))


def test_learns_the_slippery_lake_from_its_own_random_episodes_and_a_discounted_maximum():
    assert chapter.discounted_max(np.array([[0, 0.5, 1, 0.25], [0, 0, 0, 0]])).tolist() == [0.99, 0]
    lake = chapter.Lake(MAP, True, 100, 1500)
    from_returns, values = chapter.learn_best(lake, 0, (3, 25))
    found = chapter.win_rates(lake, {"first": from_returns, "then": values})
    assert found["then"] > 0.6 > found["first"]


def test_measures_errors_fractions_and_starts_where_an_episode_goes_on():
    wrong, lost = EXACT.copy(), EXACT.copy()
    wrong[[5, 7, 11, 12, 15]] = 0.9  # no action is chosen in a hole, or at the goal
    assert chapter.error(wrong, EXACT) == 0
    wrong[14, 2] -= 0.44
    assert chapter.error(wrong, EXACT) == pytest.approx(0.01)
    lost[2] = [0, 0, 1, 0]  # into the corner it came from
    assert (chapter.starts_won(EXACT), chapter.starts_won(lost)) == (11, 8)
    episodes = random_episodes(make_lake(), 500, seed=2)
    fractions = chapter.fractions(episodes)
    for state, action in ((0, 1), (14, 2), (4, 0)):
        here = (episodes.states == state) & (episodes.actions == action)
        assert fractions[state, action] == episodes.returns[here].mean()
    assert not fractions[5].any()
    values = np.zeros((16, 4))  # always left: an episode without end is shown in part
    film = chapter.moves_film(chapter.play(make_lake(), chapter.greedy(values)), values, EXACT).scene
    assert (film.tiles, film.actions) == ([0] * 13, [0] * 12)


# --- in the terminal -------------------------------------------------------------------------------------------------


def test_plays_with_you_and_with_the_network_in_the_terminal(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("chapters.tools.chapter.draw", lambda *_: None)  # it neither learns nor draws
    monkeypatch.setattr(chapter, "EPISODES", 20)
    monkeypatch.setattr(chapter, "learned_from", lambda *_: chapter.Learned(np.arange(3), np.stack([EXACT] * 3), 1))
    monkeypatch.setattr(
        chapter, "learn_best", lambda lake, *_: [exact_values(lake.env(), mean_of_four, lake.moves)] * 2
    )
    monkeypatch.setattr(chapter.Learned, "after", lambda learned, epoch: EXACT)
    monkeypatch.setattr("sys.stdin", io.StringIO("w\nq\nd\n"))
    run_alone(ChapterUnderTest(chapter), ["--out", str(tmp_path), "--play", "--render", "ansi"])
    shown = capsys.readouterr().out
    assert shown.startswith("From S to G; H is a hole. a left, s down, d right, w up, then Enter; q gives up.\n")
    assert re.search(r"^  your episode +given up after 1 move$", shown, flags=re.MULTILINE)
    assert shown.count("left 0.") == 6
    assert "left 0.1758  down 0.4393  right 1.0000  up 0.1421\n  (Right)" in shown
    marks = [line for line in shown.splitlines() if "\x1b[41m" in line]
    assert (marks[0], marks[-1]) == ("\x1b[41mS\x1b[0mFFF", "HFF\x1b[41mG\x1b[0m")
    assert shown.index("won") < shown.index("Chapter 8.")
    assert lake_terminal.show_game(MAP, EXACT)
    assert not lake_terminal.show_game(MAP, np.eye(4)[[2] * 5 + [0] * 11])  # into the wall on the right
    assert not lake_terminal.show_game(MAP, np.eye(4)[[2, 1, *[0] * 14]])
    assert capsys.readouterr().out.count("lost\n") == 2


@pytest.mark.parametrize(("keys", "ended"), [
    ("s\ns\nd\ns\nd\nd\n", "won after 6 moves"),
    ("DOWN\n down \nright\nl\nd\ns\nr\nd\n", "won after 8 moves"),
    ("d\nx\n\ns\n", "lost in a hole after 2 moves"),
    ("a\n" * 150, "truncated after 100 moves"),
    ("", "given up after 0 moves"),
])  # fmt: skip
def test_lets_a_person_play(capsys, keys, ended):
    assert lake_terminal.play_yourself(MAP, io.StringIO(keys)) == ended
    shown = capsys.readouterr().out
    assert ("'x' is not a move: a left" in shown) == ("x" in keys)
    assert ("'' is not a move: a left" in shown) == ("\n\n" in keys)


def test_refuses_a_mode_that_does_not_exist(tmp_path, capsys):
    with pytest.raises(SystemExit):
        run_alone(ChapterUnderTest(chapter), ["--out", str(tmp_path), "--render", "rgb_array"])
    assert "error: argument --render" in capsys.readouterr().err
    with pytest.raises(UsageError, match="an episode can be rendered as ansi, got 'human'"):
        run_chapter(chapter, tmp_path, render="human")
