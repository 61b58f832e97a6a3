"""Chapter 4: activations and their slopes, softmax, and a network that learns the sine only if it bends."""

import numpy as np
import pytest

from chapters import ch04_activations as chapter
from tests.chapters.chapter_helpers import check_films, undrawn
from tinylearn import Dense, ReLU
from tinylearn.datasets import sine

FORMATS = ("png",)


def test_checks_every_frame_of_every_film(drawn):
    check_films(drawn)


def test_gives_the_numbers_of_the_book(drawn):
    headline = drawn.headline
    assert headline["softmax"] == [0.00347, 0.93867, 0.00077, 0.05708]
    assert headline["loss of the best straight line"] == pytest.approx(0.50003, abs=5e-6)
    assert headline["loss without activations"] == pytest.approx(0.50003, abs=5e-6)
    assert headline["loss with ReLU"] < 0.05


def test_gives_the_same_by_hand_and_with_layers(drawn):
    headline = drawn.headline
    assert headline["slope of ReLU at 0"] == 0
    assert headline["steepest slope of the sigmoid"] == 0.25
    assert headline["largest difference from the measured slope"] < 1e-9
    assert headline["difference from softmax by hand"] < 1e-15
    by_hand = headline["w and b of the best line, by hand"]
    assert headline["w and b of the network without activations"] == pytest.approx(by_hand, abs=1e-6)


def test_shows_in_the_films_what_the_headline_says(drawn):
    headline, films = drawn.headline, drawn.films
    assert films["ch04_softmax"].scene.probabilities[0].round(5).tolist() == headline["softmax"]
    line, relu = films["ch04_learning_sine"].scene.scenes
    assert (line.title, line.states.loss[-1]) == ("without activations", headline["loss without activations"])
    assert (relu.title, relu.states.loss[-1]) == ("with ReLU", headline["loss with ReLU"])
    assert films["ch04_race"].scene.states["with ReLU"].loss[-1] == headline["loss with ReLU"]
    update = films["ch04_one_update"].scene
    assert update.passes.losses.round(6).tolist() == [1, 0.266256]


def test_stops_softmax_where_the_moving_score_takes_the_lead_and_where_it_turns(drawn):
    film = drawn.films["ch04_softmax"]
    p, seconds = film.scene.probabilities, np.array(film.delays()) / 100
    leads = int((p.argmax(axis=1) == film.scene.moving).argmax())
    for frame in (leads, p[:, film.scene.moving].argmax(), p[:, film.scene.moving].argmin()):
        assert seconds[frame] >= 1.5


def test_leaves_only_the_line_behind(drawn):
    headline, films = drawn.headline, drawn.films
    names = list(films["ch04_race"].scene.states)
    assert names == ["without activations", "with ReLU", "with tanh", "with sigmoid"]
    line, *bent = (headline[f"last recorded loss {name}"] for name in names)
    assert line == pytest.approx(0.50003, abs=5e-6)
    assert max(bent) < 0.02


def test_draws_the_complete_films_of_the_book(drawn, tmp_path, monkeypatch):
    """They show what the networks of the quick run have learned, and they have learned all there is."""
    ((asked, runners),) = drawn.handed["learn"]
    monkeypatch.setattr(chapter, "learn", lambda *given: np.testing.assert_equal(given, asked) or runners)
    films, _ = undrawn(chapter, tmp_path)
    networks, functions, update, all_four, bars = (film.scene for film in films.values())
    assert [scene.frames for scene in (networks, functions, update, all_four, bars)] == [101, 121, 15, 101, 101]
    for panel in functions.scenes:
        np.testing.assert_array_equal(panel.states.x, np.linspace(-6, 6, 121))
    assert [k for k in range(4) if np.ptp(bars.inputs[:, k])] == [bars.moving]
    assert all(panel.states.steps[-1] == chapter.EPOCHS for panel in networks.scenes)
    np.testing.assert_array_equal(all_four.steps, networks.scenes[0].states.steps)
    for panel, name in zip(networks.scenes, (chapter.LINE, chapter.RELU), strict=True):
        np.testing.assert_array_equal(all_four.states[name].loss, panel.states.loss)


@pytest.mark.parametrize("seed", range(1, 5))
def test_learns_with_relu_with_any_seed(seed):
    x, y = sine()
    runner = chapter.learn(seed, x, y, [chapter.RELU])[chapter.RELU]
    assert ((runner.model.predict(x) - y) ** 2).mean() < 0.02


@pytest.mark.parametrize("seed", [1, 2])
def test_keeps_a_line_a_line_with_any_seed(seed):
    x, y = sine()
    model = chapter.learn(seed, x, y, [chapter.LINE])[chapter.LINE].model
    loss, best = ((model.predict(x) - y) ** 2).mean(), chapter.best_line(x, y)[2]
    assert best - 1e-12 < loss < best + 1e-6, "no line is better than the best, and the network finds it"


def test_starts_all_networks_from_the_same_weights():
    line, relu, *others = (chapter.network(3, activation) for activation in chapter.ACTIVATIONS.values())
    for other in (relu, *others):
        np.testing.assert_array_equal(line.parameters, other.parameters)
        assert [type(layer) for layer in other.layers[::2]] == [Dense] * 3
    assert (chapter.network(4, ReLU).parameters != relu.parameters).any()
    assert [layer.n_in for layer in line.layers] + [line.layers[-1].n_out] == [1, 7, 5, 1]


def test_starts_no_neuron_dead_in_the_first_layer_and_most_on_in_the_second():
    x, _ = sine()
    on = []
    for seed in range(20):
        model = chapter.network(seed, ReLU)
        model.forward(x)
        first, second = model.layers[1].positive, model.layers[3].positive
        np.testing.assert_allclose(x[first.argmax(axis=0), 0], np.linspace(4, -4, 7), atol=0.011)  # to the next x
        on.append(second.mean())
    assert np.mean(on) > 0.6


def test_equals_the_best_line_of_least_squares_by_hand():
    x, y = sine()
    x = x + 3  # off the centre, or b would not matter
    w, b, error = chapter.best_line(x, y)
    table = np.column_stack([x, np.ones_like(x)])
    (found_w, found_b), (total,), *_ = np.linalg.lstsq(table, y[:, 0], rcond=None)
    assert (w, b, error) == pytest.approx((found_w, found_b, total / len(x)), abs=1e-12)
