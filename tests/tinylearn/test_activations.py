"""Activations: their values at known points, and at large ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tinylearn import (
    LeakyReLU,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)

numbers = st.floats(-30, 30)


def test_softmax_of_the_book():
    out = Softmax().forward(np.array([[2.3, 7.9, 0.8, 5.1]]))
    np.testing.assert_allclose(out, [[0.00347, 0.93867, 0.00077, 0.05708]], atol=5e-6)


def test_activations_at_known_points():
    x = np.array([[-1.0, 0.0, 2.0]])
    np.testing.assert_array_equal(ReLU().forward(x), [[0, 0, 2]])
    np.testing.assert_allclose(Sigmoid().forward(x), 1 / (1 + np.exp(-x)), rtol=1e-15)
    np.testing.assert_allclose(Tanh().forward(x), (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1), rtol=1e-15)


def test_leaky_relu_lets_a_part_of_the_gradient_through():
    layer = LeakyReLU(0.25)
    np.testing.assert_array_equal(layer.forward(np.array([[-4.0, 0.0, 2.0]])), [[-1, 0, 2]])
    np.testing.assert_array_equal(layer.backward(np.array([[8.0, 8.0, 8.0]])), [[2, 2, 8]])


@pytest.mark.parametrize(
    ("slope", "error"), [(-0.1, ValueError), (1, ValueError), (np.nan, ValueError), ("1", TypeError)]
)
def test_refuses_a_wrong_slope(slope, error):
    with pytest.raises(error, match=r"^LeakyReLU: slope must be "):
        LeakyReLU(slope)


def test_relu_has_slope_zero_at_zero():
    layer = ReLU()
    layer.forward(np.array([[-1.0, 0.0, 1.0]]))
    np.testing.assert_array_equal(layer.backward(np.array([[5.0, 5.0, 5.0]])), [[0, 0, 5]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layer", [Sigmoid(), Softmax(), Tanh(), ReLU(), LeakyReLU()], ids=repr)
def test_activations_stay_finite_at_1000(layer, dtype):
    """NumPy warns of an overflow, and warnings are errors here: so this also shows that there is none."""
    x = np.array([[-1000.0, 0.0, 1000.0], [1000.0, 999.0, 1000.0], [-1000.0, -1000.0, -1000.0]], dtype)
    out = layer.forward(x)
    dx = layer.backward(np.ones_like(x))
    assert np.isfinite(out).all()
    assert np.isfinite(dx).all()


def test_sigmoid_and_softmax_at_1000_are_exact():
    np.testing.assert_array_equal(Sigmoid().forward(np.array([[-1000.0, 0.0, 1000.0]])), [[0, 0.5, 1]])
    np.testing.assert_array_equal(Softmax().forward(np.array([[-1000.0, 1000.0, 1000.0]])), [[0, 0.5, 0.5]])


def test_sigmoid_keeps_its_precision_for_small_probabilities():
    """exp(-40) is far below the smallest step next to 1, and still exact to the last digits."""
    np.testing.assert_allclose(Sigmoid().forward(np.array([[-40.0]])), np.exp(-40.0), rtol=1e-13)


rows_of_scores = arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(2, 6)), elements=numbers)


@pytest.mark.parametrize("shape", [(3, 1), (1,), (2, 3, 1)])
def test_refuses_softmax_of_one_score(shape):
    """It would be 1, whatever the score."""
    with pytest.raises(ValueError, match=r"^Softmax\(\): a row must have two scores or more, got .*; take Sigmoid\(\)"):
        Softmax().forward(np.ones(shape))


@given(rows_of_scores)
def test_softmax_rows_are_probabilities(x):
    out = Softmax().forward(x)
    assert (out >= 0).all()
    np.testing.assert_allclose(out.sum(axis=1), 1, rtol=1e-12)


@given(rows_of_scores, numbers)
def test_softmax_is_blind_to_a_common_shift(x, shift):
    np.testing.assert_allclose(Softmax().forward(x + shift), Softmax().forward(x), rtol=1e-10, atol=1e-15)


@given(rows_of_scores)
def test_softmax_keeps_the_order_of_the_scores(x):
    out = Softmax().forward(x)
    best = out[np.arange(len(x)), x.argmax(axis=1)]
    np.testing.assert_array_equal(best, out.max(axis=1))


@given(rows_of_scores)
def test_sigmoid_of_minus_x_is_the_rest_to_one(x):
    np.testing.assert_allclose(Sigmoid().forward(x) + Sigmoid().forward(-x), 1, rtol=1e-14)
