"""Chapter 4: activations and their slopes, softmax, and a network that learns the sine only if it bends."""

import numpy as np
import pytest

from chapters import ch04_activations as chapter
from tests.chapters.chapter_helpers import check_films, undrawn
from tinylearn import Dense, ReLU
from tinylearn.datasets import sine


def test_checks_every_film(drawn):
    check_films(drawn)
    film = drawn.films["ch04_softmax"]  # it stops where the moving score takes the lead, and where it turns
    p, seconds = film.scene.probabilities, np.array(film.delays()) / 100
    leads = int((p.argmax(axis=1) == film.scene.moving).argmax())
    assert min(seconds[[leads, p[:, film.scene.moving].argmax(), p[:, film.scene.moving].argmin()]]) >= 1.5


def test_gives_the_numbers_of_the_book_by_hand_and_with_layers_and_leaves_only_the_line_behind(drawn):
    headline = drawn.headline
    assert headline["softmax"] == [0.00347, 0.93867, 0.00077, 0.05708]
    assert headline["slope of ReLU at 0"] == 0
    assert headline["steepest slope of the sigmoid"] == 0.25
    assert headline["largest difference from the measured slope"] < 1e-9
    assert headline["difference from softmax by hand"] < 1e-15
    by_hand = headline["w and b of the best line, by hand"]
    assert headline["w and b of the network without activations"] == pytest.approx(by_hand, abs=1e-6)
    assert headline["loss of the best straight line"] == pytest.approx(0.50003, abs=5e-6)
    names = list(drawn.films["ch04_race"].scene.states)
    assert names == ["without activations", "with ReLU", "with tanh", "with sigmoid"]
    line, *bent = (headline[f"last recorded loss {name}"] for name in names)
    assert line == pytest.approx(0.50003, abs=5e-6)
    assert headline["loss without activations"] == pytest.approx(0.50003, abs=5e-6)
    assert max(*bent, headline["loss with ReLU"]) < 0.02


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
    for panel, name in zip(networks.scenes, (chapter.LINE, chapter.RELU), strict=True):
        assert panel.states.steps[-1] == all_four.steps[-1] == 1000
        np.testing.assert_array_equal(all_four.states[name].loss, panel.states.loss)


def test_learns_with_relu_with_any_seed_and_keeps_a_line_a_line():
    x, y = sine()
    w, b, best = chapter.best_line(x + 3, y)  # off the centre, or b would not matter
    (slope, height), (total,), *_ = np.linalg.lstsq(np.column_stack([x + 3, np.ones_like(x)]), y[:, 0], rcond=None)
    assert (w, b, best) == pytest.approx((slope, height, total / len(x)), abs=1e-12)
    for seed in (1, 2):
        runners = chapter.learn(seed, x, y, [chapter.RELU, chapter.LINE])
        relu, line = (((runner.model.predict(x) - y) ** 2).mean() for runner in runners.values())
        assert relu < 0.02
        assert best - 1e-12 < line < best + 1e-6, "no line is better than the best, and the network finds it"


def test_starts_all_networks_from_the_same_weights_and_no_neuron_of_the_first_layer_dead():
    x, _ = sine()
    line, relu, *others = (chapter.network(3, activation) for activation in chapter.ACTIVATIONS.values())
    for other in (relu, *others):
        np.testing.assert_array_equal(line.parameters, other.parameters)
        assert [type(layer) for layer in other.layers[::2]] == [Dense] * 3
    assert [layer.n_in for layer in line.layers] + [line.layers[-1].n_out] == [1, 7, 5, 1]
    on = []
    for seed in range(20):
        model = chapter.network(seed, ReLU)
        assert seed == 3 or (model.parameters != relu.parameters).any()
        model.forward(x)
        first, second = model.layers[1].positive, model.layers[3].positive
        np.testing.assert_allclose(x[first.argmax(axis=0), 0], np.linspace(4, -4, 7), atol=0.011)  # to the next x
        on.append(second.mean())
    assert np.mean(on) > 0.6
