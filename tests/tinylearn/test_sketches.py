"""Sketches: the requested number and classes, the same bits for the same seed; shape tells classes apart."""

import functools

import numpy as np
import pytest

from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import Adam, BinaryCrossEntropy, Conv2D, Dense, Flatten, MaxPool2D, ReLU, Sequential, fit
from tinylearn.datasets import CLASS_NAMES, sketches
from tinylearn.datasets.sketchbook import VIEWS

DEER = CLASS_NAMES.index("deer")


def drawn(n, seed=0, classes=None):
    return sketches(n, classes=classes, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("n", [1, 7, 200])
def test_has_the_form_of_cifar10(n):
    x, y = drawn(n)
    assert (x.shape, x.dtype) == ((n, 32, 32, 3), np.float32)
    assert (y.shape, y.dtype) == ((n,), np.int64)
    assert 0 <= x.min() <= x.max() <= 1
    if n == 200:  # the whole range, and all three colours
        assert (x.min(), x.max()) == (0, 1)
        assert (x.std(axis=(1, 2)) > 0.01).all()  # (N, C)
        assert (np.abs(x[..., 0] - x[..., 2]).mean(axis=(1, 2)) > 0.03).mean() > 0.8


def test_draws_the_same_bits_for_the_same_seed_and_else_never_a_picture_twice():
    (x, y), again, (other, other_labels) = drawn(60, seed=5), drawn(60, seed=5), drawn(60, seed=6)
    assert (x.tobytes(), y.tobytes()) == (again[0].tobytes(), again[1].tobytes())
    assert (y != other_labels).any()
    rng = np.random.default_rng(0)
    x = np.concatenate([x, other, *(sketches(100, classes=["deer"], rng=rng)[0] for _ in range(2))])
    assert len({picture.tobytes() for picture in x}) == 320


@pytest.mark.parametrize(("n", "classes", "numbers"), [
    (3, None, range(10)), (47, None, range(10)), (20, ["ship"], [8]), (47, [3, "truck", 0], [0, 3, 9]),
    (9, (4, 7, 1), [1, 4, 7]), (9, iter(["car", "horse"]), [1, 7]), (9, np.array(["car", "deer"]), [1, 4]),
], ids=["few", "many", "one", "mixed", "numbers", "iterator", "names of NumPy"])  # fmt: skip
def test_draws_classes_of_any_names_or_numbers_equally_often_or_once_more(n, classes, numbers):
    counts = np.bincount(drawn(n, classes=classes)[1], minlength=10)[list(numbers)]
    assert counts.sum() == n
    assert np.ptp(counts) <= 1


def test_leaves_to_chance_which_classes_are_drawn_once_more_and_the_order_of_labels():
    assert {int(drawn(1, seed)[1][0]) for seed in range(100)} == set(range(10))
    _, y = drawn(400, classes=["deer", "horse"])
    assert 150 < (y[1:] == y[:-1]).sum() < 250
    assert 70 < (y[:200] == DEER).sum() < 130


def test_puts_each_picture_where_its_label_is(monkeypatch):
    """Each view has its own colour here, and is drawn alone, several pictures together."""

    def all_in(colour):
        return lambda canvas: canvas.box(-2, -2, 2, 2, colour)

    monkeypatch.setitem(VIEWS, "deer", (all_in(np.array([0.9, 0, 0])), all_in(np.array([0, 0.9, 0]))))
    monkeypatch.setitem(VIEWS, "ship", (all_in(np.full(3, 0.9)),))
    x, y = drawn(130, classes=["deer", "ship"])
    means = x.mean(axis=(1, 2))
    np.testing.assert_array_equal(means[:, 2] > 0.3, y == 8)
    assert 15 < ((means[:, 0] > 0.3) & (y == DEER)).sum() < 50  # both views, about 32 times each
    assert 15 < ((means[:, 1] > 0.3) & (y == DEER)).sum() < 50


@functools.cache
def old_and_new(pair, old, new):
    """Return pictures to learn from and whether each shows the second of two classes, then new ones."""
    found = []
    for n, seed in ((old, 0), (new, 1)):
        x, y = drawn(n, seed, pair)
        found += [x, (y == CLASS_NAMES.index(pair[1])).astype(int)]
    for array in found:
        array.flags.writeable = False
    return found


@pytest.mark.parametrize("pair", [("deer", "horse"), ("cat", "dog"), ("car", "truck")])
def test_hides_alike_classes_from_their_mean_colour(pair):
    """The best line through red, green and blue is right for 0.51 to 0.55 of new pictures; a coin would be for 0.5."""
    x, y, x_new, y_new = old_and_new(pair, 400, 500)
    colours, new = (np.c_[images.mean(axis=(1, 2)), np.ones(len(images))] for images in (x, x_new))
    weights, *_ = np.linalg.lstsq(colours, np.where(y == 1, 1, -1))
    assert ((new @ weights > 0) == y_new).mean() < 0.62


def test_teaches_a_network_that_convolves_more_than_one_neuron():
    """On the red channel of new pictures: the neuron is right for 0.63 to 0.67, the network for 0.83 to 0.89."""
    x, y, x_new, y_new = old_and_new(("deer", "horse"), 900, 600)
    red, red_new, rng = x[..., :1] - 0.5, x_new[..., :1] - 0.5, np.random.default_rng(0)

    def right(layers, epochs):
        model = Sequential(layers, np.float32)
        fit(model, red, y[:, None], loss=BinaryCrossEntropy(from_logits=True), optimizer=Adam(0.003), epochs=epochs,
            rng=rng)  # fmt: skip
        return ((model.predict(red_new)[:, 0] > 0) == y_new).mean()

    neuron = right([Flatten(), Dense(1024, 1, rng=rng)], epochs=15)
    network = right([Conv2D(1, 8, 5, stride=2, rng=rng), ReLU(), Conv2D(8, 16, 3, rng=rng), ReLU(), MaxPool2D(2),
                     Flatten(), Dense(576, 1, rng=rng)], epochs=5)  # fmt: skip
    assert 0.55 < neuron < 0.73
    assert network > 0.8
    assert network > neuron + 0.12


CLASSES = r"^sketches: classes must be a list of names or numbers, got "
A_CLASS = "^sketches: a class must be one of plane, .*deer, .*truck, or 0 to 9, got "


@refusals(
    (lambda: drawn(5, classes="deer"), TypeError, CLASSES + r"'deer'; write \['deer'\]"),
    (lambda: drawn(5, classes=[]), ValueError, "must name at least one class, got none; leave it out for all ten"),
    (lambda: drawn(5, classes=["Deer"]), ValueError, A_CLASS + "'Deer'"),
    (lambda: drawn(5, classes=[4, 10]), ValueError, A_CLASS + "10"),
    (lambda: drawn(5, classes=[np.array([4, 7])]), ValueError, A_CLASS + r"array\(\[4, 7\]\)"),
    (lambda: drawn(5, classes=["deer", 4]), ValueError, "every class must be named only once, got 'deer' twice"),
)
def test_refuses(call, kind, words):
    assert_refused(call, kind, words)
