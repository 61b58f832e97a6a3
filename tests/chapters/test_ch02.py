"""Chapter 2 gives the numbers of the book, and draws what it recorded."""

import functools
import json

import numpy as np
import pytest

from chapters import ch02_gradient_descent as chapter
from tests.chapters.chapter_helpers import check_films, undrawn

FILMS = ("ch02_grid_search", "ch02_fixed_steps", "ch02_learning_rates", "ch02_diverging", "ch02_two_dimensions")
FORMATS = ("png",)


@pytest.fixture(scope="module", autouse=True)
def each_best_walk_is_looked_for_once():
    """It is the same in every run of the chapter: quick, complete, and for a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chapter, "best_walk", functools.cache(chapter.best_walk))
        yield


def test_checks_every_frame_of_every_film(drawn):
    check_films(drawn)


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """The films of the complete chapter, not drawn."""
    return undrawn(chapter, tmp_path_factory.mktemp("whole"))[0]


def test_gives_the_numbers_of_the_book(drawn):
    numbers = {
        "grid search, x": 10.005002501250624,
        "fixed size, steps": 877, "fixed size, x": pytest.approx(10.0045, abs=1e-9),
        "fixed size 8, steps": 2000, "fixed size 8, x": 17.2345,
        "fixed size 0.001, steps": 2000, "fixed size 0.001, x": pytest.approx(3.2345, abs=1e-9),
        "rate 0.1, steps": 30, "rate 0.1, x": 9.989148836585644, "rate 0.1, y": 0.0001177477474450676,
        "rate 0.95, steps": 58, "rate 0.95, x": 9.980553464464322,
        "rate 0.0003, steps": 2000, "rate 0.0003, x": pytest.approx(7.3608, abs=5e-5),
        "rate 1.1, diverges at step": 1936,
    }  # fmt: skip
    assert {name: drawn.headline[name] for name in numbers} == numbers
    assert abs(drawn.headline["rate 1.1, x after 60 steps"]) == pytest.approx(8.7655 * 1.2**60, rel=1e-3)
    json.dumps(drawn.headline)


def test_draws_the_films_in_order(films):
    assert tuple(films) == FILMS
    assert [film.scene.frames for film in films.values()] == [81, 30, 53, 29, 66]


def curves_of(film):
    """Return the walks in a film of curves under a heading."""
    heading, panels = film.scene.scenes
    assert all(panel.clock.tolist() == heading.clock.tolist() for panel in panels.scenes)
    return panels.scenes


def test_runs_learning_rates_on_one_clock_that_shows_every_early_step(films):
    panels = curves_of(films["ch02_learning_rates"])
    assert [panel.descent.rate for panel in panels] == [0.95, 0.1, 0.0003]
    assert panels[0].clock[:21].tolist() == list(range(21))
    assert panels[0].clock[-1] == 2000
    assert [panel.descent.converged for panel in panels] == [True, True, False]


def test_has_no_single_right_size(films):
    panels = curves_of(films["ch02_fixed_steps"])
    ends = {panel.descent.rate: panel.descent.converged for panel in panels}
    assert ends == {8: False, 0.01: True, 0.001: False}
    leaps, walked = (panels[at].descent.x for at in (0, 2))
    assert set(leaps[1:].tolist()) == {9.2345, 17.2345}  # to and fro over 10
    assert (walked[-1] - walked[0]) / (10 - walked[0]) < 1 / 4


def test_gives_time_to_read_first_steps_the_last_before_the_autopsy_and_all_quick_frames(films, drawn):
    for name, film in [*films.items(), *drawn.films.items()]:
        delays = film.delays()[:: film.motion]
        assert name == "ch02_grid_search" or delays[0] > delays[1] > delays[2] > delays[3] > delays[5]
        assert name == "ch02_grid_search" or delays[0] >= 300
    assert films["ch02_diverging"].delays()[:: films["ch02_diverging"].motion][-2] >= 300
    assert all(min(film.delays()) >= 50 for film in drawn.films.values())  # hundredths of a second


def test_ends_divergence_with_the_words_of_the_autopsy(films):
    ending = films["ch02_diverging"].scene
    assert "Update 1936 met a loss of inf" in ending.describe(ending.frames - 1)
    assert ending.scenes[1].autopsy.steps[[0, -1]].tolist() == [1, 1935]
    unit, steps = ending.moments()
    assert (unit, *steps[-2:]) == ("step", 60, 1936)


def test_ends_quick_films_as_the_complete_ones(films, drawn):
    for name, film in films.items():
        whole, short = film.scene, drawn.films[name].scene
        assert short.frames < whole.frames / 3
        assert short.describe(short.frames - 1) == whole.describe(whole.frames - 1)


@pytest.mark.parametrize("rate", chapter.RATES)
def test_draws_the_walk_made_by_hand(rate):
    np.testing.assert_array_equal(chapter.descend_by_hand(rate), chapter.gradient_descent(rate)["x"][:, 0])


@pytest.mark.parametrize("name", chapter.OPTIMIZERS)
def test_walks_each_optimiser_with_the_best_of_the_rates(name):
    make = chapter.OPTIMIZERS[name]
    best, walk = chapter.best_walk(make)
    assert len(walk) == 101
    assert (walk["x"][0].item(), walk["y"][0].item()) == (-9.0, 2.0)
    ends = {}
    for rate in chapter.RATES_TO_TRY:
        place, optimizer = np.array([-9.0, 2.0]), make(rate)
        with np.errstate(over="ignore"):
            for _ in range(100):
                optimizer.step(place, chapter.valley_slope(place))
            ends[rate] = chapter.valley(place)
    assert best == min(ends, key=ends.get)
    heights = chapter.valley_heights(walk)
    np.testing.assert_array_equal(walk.losses[1:], heights[:-1])  # the height before each update
    assert heights[-1] == ends[best]
    assert best not in (min(ends), max(ends))  # the list goes far enough on both sides


def test_keeps_the_statements_about_the_valley_true(drawn):
    """RMSprop is low, and where it leaps up, higher than plain descent; the prose says at which step."""
    plain, rms = (chapter.valley_heights(chapter.best_walk(chapter.OPTIMIZERS[name])[1]) for name in ("SGD", "RMSprop"))
    assert rms[84] < 0.001 < plain[87] < rms[87]
    said = next(cell for cell in drawn.cells if "1,100" in cell)
    assert said == ["−1.985", "2.12", "1,100", "87"]
