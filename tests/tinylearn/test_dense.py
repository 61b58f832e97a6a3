"""Dense layers by hand, and the initial parameters of layers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinylearn import Dense, check_gradients
from tinylearn.initializers import constant, glorot_uniform, he_normal, ones, zeros
from tinylearn.layers import dense as page


def dense_by_loops(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The slow clear twin of Dense.forward."""
    out = np.zeros((len(x), len(b)))
    for n in range(len(x)):
        for m in range(len(b)):
            out[n, m] = b[m]
            for d in range(len(w)):
                out[n, m] += x[n, d] * w[d, m]
    return out


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 1), (10, 1), (7, 5), (32, 20), (0, 3), (3, 4, 5), (2, 1, 3, 2)])
def test_the_page_and_what_runs_are_equal(shape, dtype):
    rng = np.random.default_rng(0)
    layers = [kind(shape[-1], 3, rng=np.random.default_rng(1)) for kind in (page.Dense, Dense)]
    x, dout = rng.normal(size=shape).astype(dtype), rng.normal(size=(*shape[:-1], 3)).astype(dtype)
    tolerance = 100 * np.finfo(dtype).eps
    outs = [layer.forward(x) for layer in layers]
    np.testing.assert_allclose(*outs, rtol=tolerance, atol=tolerance)
    for needs_dx in (True, False):
        for layer in layers:
            layer.needs_dx = needs_dx
        dxs = [layer.backward(dout) for layer in layers]
        if needs_dx:
            np.testing.assert_allclose(*dxs, rtol=tolerance, atol=tolerance)
        for name in ("w", "b"):
            np.testing.assert_allclose(*(layer.grads[name] for layer in layers), rtol=tolerance, atol=10 * tolerance)


def test_the_gradients_of_the_page():
    rng = np.random.default_rng(0)
    check_gradients(page.Dense(3, 2, rng=rng), rng.normal(size=(4, 5, 3)), rng=rng)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_dense_equals_three_loops(n, d, m, seed):
    rng = np.random.default_rng(seed)
    layer = Dense(d, m, rng=rng, biases=he_normal)
    x = rng.normal(size=(n, d))
    expected = dense_by_loops(x, layer.params["w"], layer.params["b"])
    np.testing.assert_allclose(layer.forward(x), expected, rtol=1e-12, atol=1e-12)


def test_dense_gradients_by_hand():
    layer = Dense(2, 1, rng=np.random.default_rng(0))
    layer.params["w"][:] = [[2.0], [3.0]]
    layer.forward(np.array([[1.0, 10.0], [4.0, 20.0]]))
    dx = layer.backward(np.array([[1.0], [2.0]]))
    np.testing.assert_array_equal(layer.grads["w"], [[1 * 1 + 4 * 2], [10 * 1 + 20 * 2]])
    np.testing.assert_array_equal(layer.grads["b"], [1 + 2])
    np.testing.assert_array_equal(dx, [[2, 3], [4, 6]])


def test_without_dx_the_gradients_are_the_same():
    layer = Dense(2, 3, rng=np.random.default_rng(0))
    dout = layer.forward(np.array([[1.0, 10.0], [4.0, 20.0]]))
    layer.backward(dout)
    expected = {name: gradient.copy() for name, gradient in layer.grads.items()}
    layer.grads, layer.needs_dx = {}, False
    assert layer.backward(dout) is None
    for name, gradient in expected.items():
        np.testing.assert_array_equal(layer.grads[name], gradient)


def test_dense_follows_the_size_of_the_batch():
    """A training set whose last batch is smaller: nothing of the larger batch may be left."""
    layer = Dense(2, 3, rng=np.random.default_rng(0))
    for n in (4, 1, 4):
        layer.forward(np.ones((n, 2)))
        layer.backward(np.ones((n, 3)))
        np.testing.assert_array_equal(layer.grads["b"], [n, n, n])


def test_dense_repr_says_its_sizes():
    assert repr(Dense(784, 10, rng=np.random.default_rng(0))) == "Dense(784, 10)"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 3), ValueError, "Dense: n_in must be at least 1, got 0"),
        ((3, -1), ValueError, "Dense: n_out must be at least 1, got -1"),
        ((2.5, 3), TypeError, "Dense: n_in must be a whole number, got 2.5"),
        (("3", 3), TypeError, "Dense: n_in must be a whole number, got '3'"),
    ],
)
def test_dense_refuses_wrong_sizes(arguments, error, message):
    with pytest.raises(error, match=message):
        Dense(*arguments, rng=np.random.default_rng(0))


@pytest.mark.parametrize("rng", [0, None, np.random.RandomState(0), np.random])
def test_dense_wants_a_generator(rng):
    with pytest.raises(TypeError, match=r"rng must be a NumPy generator, such as np\.random\.default_rng\(0\)"):
        Dense(2, 3, rng=rng)


def test_dense_starts_with_he_weights_and_zero_biases():
    layer = Dense(200, 500, rng=np.random.default_rng(0))
    w = layer.params["w"]
    n = w.size
    # The mean of n numbers of variance s² scatters by s/√n, their variance by s²·√(2/n): allow four times that.
    assert abs(w.mean()) < 4 * np.sqrt(2 / 200 / n)
    assert w.var() == pytest.approx(2 / 200, rel=4 * np.sqrt(2 / n))
    np.testing.assert_array_equal(layer.params["b"], np.zeros(500))


def test_the_same_seed_gives_the_same_weights():
    first, second, other = (Dense(3, 4, rng=np.random.default_rng(seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.params["w"], second.params["w"])
    assert not np.array_equal(first.params["w"], other.params["w"])


def test_he_variance_counts_what_one_output_sums():
    """The fan-in of convolution weights (KH, KW, C, F) is KH·KW·C."""
    w = he_normal((5, 5, 8, 100), np.random.default_rng(0))
    assert w.var() == pytest.approx(2 / (5 * 5 * 8), rel=4 * np.sqrt(2 / w.size))


def test_glorot_uniform_has_its_bounds_and_variance():
    w = glorot_uniform((100, 300), np.random.default_rng(0))
    limit = np.sqrt(6 / (100 + 300))
    assert limit * 0.99 < np.abs(w).max() <= limit
    assert w.var() == pytest.approx(2 / (100 + 300), rel=0.03)


def test_other_initializers_can_be_chosen():
    rng = np.random.default_rng(0)
    layer = Dense(2, 3, rng=rng, weights=ones, biases=constant(0.5))
    np.testing.assert_array_equal(layer.params["w"], np.ones((2, 3)))
    np.testing.assert_array_equal(layer.params["b"], [0.5, 0.5, 0.5])
    np.testing.assert_array_equal(Dense(2, 3, rng=rng, weights=zeros).params["w"], np.zeros((2, 3)))
