"""Chapter 2 gives the numbers of the book, and draws what it recorded."""

import functools
import json
from itertools import pairwise

import numpy as np
import pytest

from chapters import ch02_gradient_descent as chapter
from tests.chapters.chapter_helpers import check_films, run_chapter
from tinylearn import SGD, Adam

FILMS = ("ch02_grid_search", "ch02_fixed_steps", "ch02_learning_rates", "ch02_diverging", "ch02_two_dimensions")
FORMATS = ("gif",)


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
    caught = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chapters.tools.chapter.draw", lambda films, *_: caught.update(films))
        run_chapter(chapter, tmp_path_factory.mktemp("whole"))
    return caught


def test_gives_the_numbers_of_the_book(drawn):
    headline = drawn.headline
    assert headline["grid search, x"] == 10.005002501250624
    assert headline["fixed size, steps"] == 877
    assert headline["fixed size, x"] == pytest.approx(10.0045, abs=1e-9)
    assert (headline["fixed size 8, steps"], headline["fixed size 0.001, steps"]) == (2000, 2000)
    assert headline["fixed size 8, x"] == 17.2345
    assert headline["fixed size 0.001, x"] == pytest.approx(3.2345, abs=1e-9)
    assert headline["rate 0.1, steps"] == 30
    assert headline["rate 0.1, x"] == 9.989148836585644
    assert headline["rate 0.1, y"] == 0.0001177477474450676
    assert headline["rate 0.95, steps"] == 58
    assert headline["rate 0.95, x"] == 9.980553464464322
    assert headline["rate 0.0003, steps"] == 2000
    assert headline["rate 0.0003, x"] == pytest.approx(7.3608, abs=5e-5)
    assert abs(headline["rate 1.1, x after 60 steps"]) == pytest.approx(8.7655 * 1.2**60, rel=1e-3)
    json.dumps(headline)


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
    assert [(panel.descent.rate, panel.descent.converged) for panel in panels] == [
        (8, False),
        (0.01, True),
        (0.001, False),
    ]
    leaps, walked = (panels[at].descent.x for at in (0, 2))
    assert set(leaps[1:].tolist()) == {9.2345, 17.2345}  # to and fro over 10
    assert (walked[-1] - walked[0]) / (10 - walked[0]) < 1 / 4


def test_holds_the_first_steps_for_their_arithmetic(films, drawn):
    for name, film in [*films.items(), *drawn.films.items()]:
        if name != "ch02_grid_search":
            delays = film.delays()[:: film.motion]
            assert delays[0] > delays[1] > delays[2] > delays[3] > delays[5]
            assert delays[0] >= 300


def test_gives_time_to_read_every_frame_of_a_quick_film(drawn):
    assert all(min(film.delays()) >= 50 for film in drawn.films.values())  # hundredths of a second


def test_holds_the_last_step_before_the_autopsy(films):
    film = films["ch02_diverging"]
    assert film.delays()[:: film.motion][-2] >= 300


def test_ends_divergence_with_the_words_of_the_autopsy(films):
    ending = films["ch02_diverging"].scene
    assert "Update 1936 met a loss of inf" in ending.describe(ending.frames - 1)
    assert ending.scenes[1].autopsy.steps[[0, -1]].tolist() == [1, 1935]


def test_ends_quick_films_as_the_complete_ones(films, drawn):
    for name, film in films.items():
        whole, short = film.scene, drawn.films[name].scene
        assert short.frames < whole.frames / 3
        assert short.describe(short.frames - 1) == whole.describe(whole.frames - 1)


def test_multiplies_the_distance_by_the_factor_in_a_step():
    for rate in (0.95, 0.1, 0.0003, 1.1):
        distance = chapter.gradient_descent(rate, most=20, enough=-1)["x"][:, 0] - 10
        np.testing.assert_allclose(distance[1:] / distance[:-1], chapter.factor(rate), rtol=1e-9)
    assert abs(chapter.factor(chapter.BOUND)) == 1


def test_says_at_which_step_a_rate_that_is_too_large_diverges(drawn):
    """The first update that starts from an infinite y, in a walk by hand."""
    x, step = np.float64(chapter.START), 1
    with np.errstate(over="ignore"):
        while np.isfinite(chapter.height(x)):
            x, step = x - 1.1 * chapter.slope(x), step + 1
    autopsy = chapter.diverge(1.1).autopsy()
    assert autopsy.step == step == drawn.headline["rate 1.1, diverges at step"]
    assert (autopsy.parameter, autopsy.learning_rate) == ("x", 1.1)
    assert autopsy.reason.startswith("met a loss of inf, with x at norm ")
    np.testing.assert_allclose(
        autopsy.gradient_norms[-4:], 2 * np.abs(chapter.diverge(1.1)["x"][-5:-1, 0] - 10), rtol=1e-12
    )
    np.testing.assert_allclose(autopsy.norms["x"][1:] / autopsy.norms["x"][:-1], 1.2, rtol=1e-6)


@pytest.mark.parametrize("rate", chapter.RATES)
def test_draws_the_walk_made_by_hand(rate):
    np.testing.assert_array_equal(chapter.descend_by_hand(rate), chapter.gradient_descent(rate)["x"][:, 0])


def test_equals_the_slope_of_the_heights_of_the_valley():
    place, h = np.array([-3.0, 0.7]), 1e-5
    for axis, step in enumerate(h * np.eye(2)):
        two_sided = (chapter.valley(place + step) - chapter.valley(place - step)) / (2 * h)
        assert chapter.valley_slope(place)[axis] == pytest.approx(two_sided, rel=1e-8)


def test_descends_like_the_optimiser_step_by_step():
    recording = chapter.descend(
        chapter.Point(x=-9.0, y=2.0), chapter.valley, chapter.valley_slope, Adam(0.5), most=7, enough=-1
    )
    place, optimizer = np.array([-9.0, 2.0]), Adam(0.5)
    for step in range(8):
        now = recording.at(step)
        np.testing.assert_array_equal([now["x"][0], now["y"][0]], place)
        if step < 7:
            assert recording.losses[step + 1] == chapter.valley(place)  # the height before the update
        optimizer.step(place, chapter.valley_slope(place))


def test_stops_descending_after_the_first_step_that_changes_little():
    recording = chapter.descend(chapter.Point(x=1.2345), chapter.height, chapter.slope, SGD(0.1), enough=1.0)
    y = chapter.height(recording["x"][:, 0])
    changes = np.abs(np.diff(y))
    assert changes[-1] <= 1.0
    assert (changes[:-1] > 1.0).all()


def valley_ends(make, rates):
    """Return rate → the final height of its walk, by hand."""
    ends = {}
    for rate in rates:
        place, optimizer = np.array(list(chapter.VALLEY_START.values())), make(rate)
        with np.errstate(over="ignore"):
            for _ in range(100):
                optimizer.step(place, chapter.valley_slope(place))
            ends[rate] = chapter.valley(place)
    return ends


@pytest.mark.parametrize("name", chapter.OPTIMIZERS)
def test_walks_each_optimiser_with_the_best_of_the_rates(name):
    make = chapter.OPTIMIZERS[name]
    best, walk = chapter.best_walk(make)
    assert len(walk) == 101
    assert (walk["x"][0].item(), walk["y"][0].item()) == (-9.0, 2.0)
    ends = valley_ends(make, chapter.RATES_TO_TRY)
    assert best == min(ends, key=ends.get)
    assert chapter.valley_heights(walk)[-1] == ends[best]
    assert best not in (min(ends), max(ends))  # the list goes far enough on both sides


def best_ends(rates):
    """Return the final height of plain descent, and the highest of the three others, each with its best rate."""
    ends = {name: min(valley_ends(make, rates).values()) for name, make in chapter.OPTIMIZERS.items()}
    return ends.pop("SGD"), max(ends.values())


def test_leaves_plain_descent_far_behind_at_any_rate(monkeypatch):
    """It is still behind with twice as many rates, and from another start."""
    rates = chapter.RATES_TO_TRY
    between = [(one * other) ** 0.5 for one, other in pairwise(rates)]
    for tried in (rates, sorted([*rates, *between])):
        plain, worst_of_three = best_ends(tried)
        assert plain > 1000 * worst_of_three
    monkeypatch.setattr(chapter, "VALLEY_START", {"x": -9.0, "y": 1.0})
    for tried in (rates, sorted([*rates, *between])):
        plain, worst_of_three = best_ends(tried)
        assert plain > 10 * worst_of_three


def test_keeps_the_statements_about_the_valley_true(drawn):
    """RMSprop is low, and where it leaps up, higher than plain descent; the prose says at which step."""
    heights = {
        name: chapter.valley_heights(chapter.best_walk(chapter.OPTIMIZERS[name])[1]) for name in ("SGD", "RMSprop")
    }
    assert heights["RMSprop"][84] < 0.001 < heights["SGD"][87] < heights["RMSprop"][87]
    said = next(cell for cell in drawn.cells if "1,100" in cell)
    assert said == ["−1.985", "2.12", "1,100", "87"]
