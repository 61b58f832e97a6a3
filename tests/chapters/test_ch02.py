"""Chapter 2 gives the numbers of the book, and draws what it recorded."""

import functools
import json

import numpy as np
import pytest

from chapters import ch02_gradient_descent as chapter
from tests.chapters.chapter_helpers import check_films, undrawn


@pytest.fixture(scope="module", autouse=True)
def each_best_walk_is_looked_for_once():
    """It is the same in every run of the chapter: quick, complete, and for a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chapter, "best_walk", functools.cache(chapter.best_walk))
        yield


def test_checks_every_film(drawn):
    check_films(drawn)


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


def test_draws_complete_films_in_order_with_time_to_read_and_quick_ones_that_end_alike(drawn, tmp_path):
    films, _ = undrawn(chapter, tmp_path)
    frames = {"grid_search": 81, "fixed_steps": 30, "learning_rates": 53, "diverging": 29, "two_dimensions": 66}
    assert [(name, film.scene.frames) for name, film in films.items()] == [(f"ch02_{k}", v) for k, v in frames.items()]
    for name, film in films.items():
        whole, short = film.scene, drawn.films[name].scene
        assert short.frames < whole.frames / 3
        assert short.describe(short.frames - 1) == whole.describe(whole.frames - 1)
        for each in (film, drawn.films[name]):
            delays = each.delays()[:: each.motion]
            assert name == "ch02_grid_search" or delays[0] > delays[1] > delays[2] > delays[3] > delays[5]
            assert name == "ch02_grid_search" or delays[0] >= 300
        assert min(drawn.films[name].delays()) >= 50  # hundredths of a second
    _, panels = films["ch02_learning_rates"].scene.scenes
    first = panels.scenes[0].clock.tolist()
    assert (first[:21], first[-1]) == ([*range(21)], 2000)
    assert [(panel.descent.rate, panel.descent.converged, panel.clock.tolist()) for panel in panels.scenes] == [
        (0.95, True, first), (0.1, True, first), (0.0003, False, first)]  # fmt: skip
    ending = films["ch02_diverging"]
    assert ending.delays()[:: ending.motion][-2] >= 300
    assert "Update 1936 met a loss of inf" in ending.scene.describe(ending.scene.frames - 1)
    assert ending.scene.scenes[1].autopsy.steps[[0, -1]].tolist() == [1, 1935]
    unit, steps = ending.scene.moments()
    assert (unit, *steps[-2:]) == ("step", 60, 1936)


@pytest.mark.parametrize("rate", chapter.RATES)
def test_draws_the_walk_made_by_hand(rate):
    np.testing.assert_array_equal(chapter.descend_by_hand(rate), chapter.gradient_descent(rate)["x"][:, 0])


def test_keeps_the_statements_about_the_valley_true(drawn):
    """RMSprop is low, and where it leaps up, higher than plain descent; the prose says at which step."""
    plain, rms = (chapter.valley_heights(chapter.best_walk(chapter.OPTIMIZERS[name])[1]) for name in ("SGD", "RMSprop"))
    assert rms[84] < 0.001 < plain[87] < rms[87]
    assert ["−1.985", "2.12", "1,100", "87"] in drawn.cells
    assert "felt: -17.5310   calculated: -17.5310" in drawn.cells
