"""Chapter 4: activations and their slopes, softmax, and a network that learns the sine only if it bends."""

import numpy as np
import pytest
from PIL import Image

from chapters import ch04_activations as chapter
from tinylearn.datasets import sine

FILMS = {"ch04_relu_sigmoid": (1280, 700), "ch04_softmax": (1200, 600), "ch04_learning_sine": (1280, 760)}


@pytest.fixture(scope="module")
def headline_and_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    return chapter.main(folder, quick=True, formats=("gif", "png")), folder


def test_the_numbers_of_the_book(headline_and_folder):
    headline, _ = headline_and_folder
    assert headline["softmax"] == [0.00347, 0.93867, 0.00077, 0.05708]
    assert headline["loss of the best straight line"] == pytest.approx(0.50003, abs=5e-6)
    assert headline["loss without activations"] == pytest.approx(0.500, abs=5e-4)
    assert headline["loss with ReLU"] < 0.05


def test_by_hand_and_with_layers_is_the_same(headline_and_folder):
    headline, _ = headline_and_folder
    assert headline["slope of ReLU at 0"] == 0
    assert headline["steepest slope of the sigmoid"] == 0.25
    assert headline["largest difference from the measured slope"] < 1e-9
    assert headline["difference from softmax by hand"] < 1e-15
    assert headline["w and b of the network"] == pytest.approx(headline["its w and b, by hand"], abs=1e-3)


def test_the_films(headline_and_folder):
    _, folder = headline_and_folder
    for name, size in FILMS.items():
        with Image.open(folder / f"{name}.gif") as film:
            assert film.size == size
            assert film.n_frames > 5
        with Image.open(folder / f"{name}.png") as picture:
            assert picture.size == size


@pytest.mark.parametrize("seed", range(10))
def test_with_any_seed_relu_learns_and_a_line_stays_a_line(seed):
    x, y = sine()
    losses = {}
    for bend in (False, True):
        model = chapter.network(seed, bend=bend)
        chapter.learn(model, x, y)
        losses[bend] = float(((model.predict(x) - y) ** 2).mean())
    assert losses[False] == pytest.approx(0.500, abs=5e-4)
    assert losses[False] >= chapter.best_line(x, y)[2] - 1e-12, "no line is better than the best"
    assert losses[True] < 0.05


def test_both_networks_start_from_the_same_weights():
    line, relu = chapter.network(3, bend=False), chapter.network(3, bend=True)
    np.testing.assert_array_equal(line.parameters, relu.parameters)
    assert (chapter.network(4, bend=True).parameters != relu.parameters).any()
    assert [layer.n_in for layer in line.layers] + [line.layers[-1].n_out] == [1, 7, 5, 1]


def test_the_best_line_by_hand_is_that_of_least_squares():
    x, y = sine()
    w, b, error = chapter.best_line(x, y)
    table = np.column_stack([x, np.ones_like(x)])
    (found_w, found_b), (total,), *_ = np.linalg.lstsq(table, y[:, 0], rcond=None)
    assert (w, b, error) == pytest.approx((found_w, found_b, total / len(x)), abs=1e-12)
