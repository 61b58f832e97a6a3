"""The formulas of dense layers, activations, normalisation and dropout, by hand and at large numbers."""

import math

import numpy as np
import pytest

from tinylearn import BatchNorm, Conv2D, Dense, Dropout, LayerNorm, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from tinylearn.initializers import constant, fans, glorot_uniform, he_normal, ones, zeros
from tinylearn.layers import dense as page

RNG = np.random.default_rng


def learning(layer):
    layer.training = True
    return layer


def numbers(*shape):
    return RNG(1).normal(5, 3, size=shape)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(10, 1), (7, 5), (0, 3), (2, 1, 3, 2)])
def test_the_page_and_what_runs_are_equal(shape, dtype):
    rng = RNG(0)
    layers = [kind(shape[-1], 3, rng=RNG(1), biases=he_normal) for kind in (page.Dense, Dense)]
    x, dout = rng.normal(size=shape).astype(dtype), rng.normal(size=(*shape[:-1], 3)).astype(dtype)
    close = {"rtol": 100 * np.finfo(dtype).eps, "atol": 1000 * np.finfo(dtype).eps}
    np.testing.assert_allclose(*(layer.forward(x) for layer in layers), **close)
    for needs_dx in (True, False):
        for layer in layers:
            layer.needs_dx = needs_dx
        dxs = [layer.backward(dout) for layer in layers]
        np.testing.assert_allclose(*(dxs if needs_dx else (0, 0)), **close)
        for name in ("w", "b"):
            np.testing.assert_allclose(*(layer.grads[name] for layer in layers), **close)


def test_parameters_start_with_he_weights_and_zero_biases_or_as_you_choose():
    for layer, shape in ((Dense(200, 500, rng=RNG(7)), (200, 500)), (Conv2D(3, 5, (2, 4), rng=RNG(7)), (2, 4, 3, 5))):
        np.testing.assert_array_equal(layer.params["w"], he_normal(shape, RNG(7)))
        np.testing.assert_array_equal(layer.params["b"], np.zeros(shape[-1]))
    chosen = Dense(2, 3, rng=RNG(0), weights=zeros, biases=constant(0.5))
    np.testing.assert_array_equal(chosen.params["w"], np.zeros((2, 3)))
    np.testing.assert_array_equal(chosen.params["b"], [0.5, 0.5, 0.5])
    assert (ones((2, 3), None) == 1).all()


@pytest.mark.parametrize("shape", [(200, 500), (5, 5, 8, 100)])
@pytest.mark.parametrize("initializer", [he_normal, glorot_uniform])
def test_initial_weights_have_the_variance_that_keeps_signals_alive(initializer, shape):
    """The mean of n numbers of variance s² scatters by s/√n, their variance by s²·√(2/n): allow four times that."""
    w, fan_in, fan_out = initializer(shape, RNG(0)), math.prod(shape[:-1]), fans(shape)[1]
    variance = 2 / fan_in if initializer is he_normal else 2 / (fan_in + fan_out)
    assert abs(w.mean()) < 4 * np.sqrt(variance / w.size)
    assert w.var() == pytest.approx(variance, rel=4 * np.sqrt(2 / w.size))
    if initializer is glorot_uniform:
        limit = np.sqrt(3 * variance)
        assert limit * 0.99 < np.abs(w).max() <= limit


X = np.array([[-1.0, 0.0, 2.0]])


def test_gives_known_values_and_probabilities_whatever_is_added_to_all_scores():
    np.testing.assert_allclose(Sigmoid().forward(X), 1 / (1 + np.exp(-X)), rtol=1e-15)
    np.testing.assert_allclose(Tanh().forward(X), (np.exp(2 * X) - 1) / (np.exp(2 * X) + 1), rtol=1e-15)
    np.testing.assert_allclose(Sigmoid().forward([[-40.0]]), np.exp(-40.0), rtol=1e-13)  # far below the eps of 1
    np.testing.assert_allclose(Softmax().forward(X), np.exp(X) / np.exp(X).sum(), rtol=1e-15)
    np.testing.assert_allclose(Softmax().forward(X + 700), Softmax().forward(X - 700), rtol=1e-12)
    np.testing.assert_array_equal(Softmax().forward([[-1000.0, 1000.0, 1000.0]]), [[0, 0.5, 0.5]])


@pytest.mark.parametrize(("layer", "dx"), [(ReLU(), [0, 0, 8]), (LeakyReLU(0.25), [2, 2, 8])], ids=repr)
def test_has_its_slope_of_the_left_at_zero(layer, dx):
    layer.forward(X)
    np.testing.assert_array_equal(layer.backward([[8.0, 8.0, 8.0]]), [dx])


def test_backward_belongs_to_its_forward_whatever_training_is_by_then():
    layer, other = learning(BatchNorm(3)), learning(BatchNorm(3))
    for each in (layer, other):
        each.forward(numbers(6, 3))
    other.training = False
    np.testing.assert_array_equal(other.backward(numbers(6, 3) - 5), layer.backward(numbers(6, 3) - 5))


@pytest.mark.parametrize("shape", [(1, 3), (0, 3), (1, 1, 1, 3)])
def test_gives_a_single_row_the_running_statistics(shape):
    layer, idle, x = learning(BatchNorm(3)), BatchNorm(3), numbers(*shape)
    np.testing.assert_array_equal(layer.forward(x), idle.forward(x))
    np.testing.assert_array_equal(layer.backward(x), idle.backward(x))
    np.testing.assert_array_equal([layer.state["mean"], layer.state["var"]], [np.zeros(3), np.ones(3)])
    layer.forward(numbers(1, 2, 1, 3))  # an image of two pixels has rows enough
    assert layer.state["mean"].all()


@pytest.mark.parametrize("layer", [learning(BatchNorm(2)), LayerNorm(2)], ids=repr)
def test_features_that_do_not_vary_stay_finite(layer):
    np.testing.assert_array_equal(layer.forward(np.full((5, 2), 7.0)), np.zeros((5, 2)))
    assert np.isfinite(layer.backward(numbers(5, 2))).all()


def dropout(rate=0.4, seed=0):
    return learning(Dropout(rate, rng=RNG(seed)))


def positive(*shape):
    """Random numbers, none of them 0: a 0 in what comes out was dropped."""
    return RNG(1).uniform(1, 2, size=shape)


@pytest.mark.parametrize("rate", [0, 0.25, 0.9, np.float32(0.25)])
def test_drops_a_fraction_and_scales_the_rest_so_that_the_mean_stays(rate):
    """How many of n are kept scatters by √(n · rate · (1 - rate)), and the mean with it: allow four times that."""
    x = positive(10_000, 10)
    out = dropout(rate).forward(x)
    kept, scatter = out != 0, 4 * math.sqrt(x.size * rate * (1 - rate))
    np.testing.assert_allclose(out[kept], x[kept] / (1 - float(rate)), rtol=1e-12)
    assert abs(kept.sum() - x.size * (1 - rate)) <= scatter
    assert abs(out.mean() - x.mean()) <= 2 * scatter / (1 - rate) / x.size + 1e-12
    assert dropout(rate).forward(x.astype(np.float32)).dtype == np.float32


def test_drops_every_number_on_its_own_and_others_each_time():
    """It drops no whole row, column or channel: two neighbours along any axis agree as often as two random numbers."""
    layer, x = dropout(0.5), positive(20, 20, 20, 20)
    kept = layer.forward(x) != 0
    for axis in range(4):
        assert abs((np.diff(kept, axis=axis) == 0).mean() - 0.5) < 0.01
    out = layer.forward(x)
    assert not np.array_equal(out != 0, kept)
    dout = positive(20, 20, 20, 20) - 5
    np.testing.assert_allclose(layer.backward(dout), dout * (out / x), rtol=1e-12)  # the mask of the last forward


def test_draws_from_its_generator_and_from_nothing_else_and_only_while_training():
    x, rng = positive(30, 30), RNG(5)
    first, second, alone = Dropout(0.4, rng=rng), Dropout(0.4, rng=rng), dropout(seed=5)
    np.testing.assert_array_equal((first.forward(x), first.backward(x)), (x, x))  # and nothing was drawn
    learning(first), learning(second)
    for layer in (first, second, first):  # one after the other: the second drops what the first would have dropped next
        state = rng.bit_generator.state
        out = layer.forward(x)
        np.testing.assert_array_equal(out, alone.forward(x))
        assert not np.array_equal(out, dropout(seed=6).forward(x))
        rng.bit_generator.state = state
        np.testing.assert_array_equal(layer.forward(x), out)  # the state is all there is to keep
