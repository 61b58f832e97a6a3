"""BatchNorm and LayerNorm by hand: their means and variances, their state, and extreme inputs."""

import numpy as np
import pytest

from tinylearn import SGD, BatchNorm, Dense, LayerNorm, MeanSquaredError, Sequential, check_gradients, fit


def learning(n_in, **settings):
    layer = BatchNorm(n_in, **settings)
    layer.training = True
    return layer


def numbers(*shape, dtype=np.float64):
    return np.random.default_rng(1).normal(5, 3, size=shape).astype(dtype)


# --- batch normalisation ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(20, 3), (6, 5, 4, 3)])
def test_while_learning_each_feature_gets_mean_0_and_variance_1(shape):
    out = learning(3, epsilon=1e-12).forward(numbers(*shape)).reshape(-1, 3)
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(out.var(axis=0), 1, rtol=1e-9)


def test_gamma_and_beta_say_what_comes_out():
    layer = learning(2)
    layer.params["gamma"][:], layer.params["beta"][:] = [2, -3], [10, 20]
    out = layer.forward([[0.0, 1.0], [2.0, 7.0]])
    np.testing.assert_allclose(out, [[8, 23], [12, 17]], atol=1e-4)


def test_what_is_remembered_by_hand():
    """Mean 4 and 40, unbiased variance 8 and 800; a quarter of them is taken up at each batch."""
    layer = learning(2, momentum=0.25)
    x = [[2.0, 20.0], [6.0, 60.0]]
    layer.forward(x)
    np.testing.assert_allclose(layer.state["mean"], [1, 10])
    np.testing.assert_allclose(layer.state["var"], [0.75 + 2, 0.75 + 200])
    layer.forward(x)
    np.testing.assert_allclose(layer.state["mean"], [1.75, 17.5])


def test_predicting_uses_what_was_remembered_and_remembers_nothing():
    layer = BatchNorm(1, epsilon=1e-12)
    layer.state["mean"][:], layer.state["var"][:] = 10, 4
    np.testing.assert_allclose(layer.forward([[12.0], [10.0], [6.0]]), [[1], [0], [-2]])
    np.testing.assert_allclose(layer.backward([[1.0], [1.0], [1.0]]), [[0.5], [0.5], [0.5]])
    assert (layer.state["mean"], layer.state["var"]) == (10, 4)


def test_a_prediction_does_not_depend_on_the_others_of_the_batch():
    layer, x = BatchNorm(3), numbers(6, 3)
    layer.state["var"][:] = 7
    np.testing.assert_array_equal(layer.forward(x)[2:3], layer.forward(x[2:3]))


def test_backward_belongs_to_its_forward_whatever_training_is_by_then():
    x, dout = numbers(6, 3), numbers(6, 3) - 5
    layer, other = learning(3), learning(3)
    layer.forward(x)
    other.forward(x)
    other.training = False
    np.testing.assert_array_equal(other.backward(dout), layer.backward(dout))


@pytest.mark.parametrize("shape", [(1, 3), (0, 3), (1, 1, 1, 3)])
def test_a_single_row_has_no_variance_and_gets_the_running_ones(shape):
    layer, idle, x = learning(3), BatchNorm(3), numbers(*shape)
    np.testing.assert_array_equal(layer.forward(x), idle.forward(x))
    np.testing.assert_array_equal(layer.backward(x), idle.backward(x))
    np.testing.assert_array_equal(layer.state["mean"], np.zeros(3))
    np.testing.assert_array_equal(layer.state["var"], np.ones(3))


def test_an_image_alone_has_rows_enough():
    layer = learning(2)
    layer.forward(numbers(1, 4, 3, 2))
    assert layer.state["mean"].all()


def test_a_last_batch_of_one_row_learns_without_nan():
    rng = np.random.default_rng(0)
    model = Sequential([BatchNorm(3), Dense(3, 1, rng=rng)])
    x = numbers(33, 3)
    losses = fit(model, x, x[:, :1], loss=MeanSquaredError(), optimizer=SGD(0.05), epochs=20, batch_size=16, rng=rng)
    assert losses[-1] < losses[0] / 4
    assert np.isfinite(model.predict(x)).all()


def test_features_that_do_not_vary_stay_finite():
    for layer in (learning(2), LayerNorm(2)):
        out = layer.forward(np.full((5, 2), 7.0))
        np.testing.assert_array_equal(out, np.zeros((5, 2)))
        assert np.isfinite(layer.backward(numbers(5, 2))).all()


# --- layer normalisation ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4, 20), (3, 2, 5, 20)])
def test_each_row_gets_mean_0_and_variance_1(shape):
    out = LayerNorm(20, epsilon=1e-12).forward(numbers(*shape))
    np.testing.assert_allclose(out.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(out.var(axis=-1), 1, rtol=1e-9)


def test_learning_and_predicting_are_the_same_and_nothing_is_remembered():
    layer, x = LayerNorm(3), numbers(4, 3)
    out = layer.forward(x)
    layer.training = True
    np.testing.assert_array_equal(layer.forward(x), out)
    assert layer.state == {}


def test_a_shift_and_a_stretch_of_a_row_change_nothing():
    layer, x = LayerNorm(5, epsilon=1e-12), numbers(2, 5)
    np.testing.assert_allclose(layer.forward(3 * x + 100), layer.forward(x), rtol=1e-9)


# --- both -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(6, 3), (2, 3, 4, 3), (2, 3)])
@pytest.mark.parametrize("make", [learning, BatchNorm, LayerNorm])
def test_gradients_are_right(make, shape):
    layer = make(3)
    layer.params["gamma"][:], layer.params["beta"][:] = [1.5, -0.5, 2], [1, 2, 3]
    assert check_gradients(layer, np.random.default_rng(2).normal(size=shape)).error < 1e-7


@pytest.mark.parametrize("layer", [learning(3), BatchNorm(3), LayerNorm(3)], ids=["learning", "predicting", "layer"])
def test_float32_stays_float32_also_alone(layer):
    out = layer.forward(numbers(5, 3, dtype=np.float32))
    assert out.dtype == layer.backward(out).dtype == np.float32


@pytest.mark.parametrize(
    ("layer", "written"),
    [
        (BatchNorm(3), "BatchNorm(3)"),
        (BatchNorm(3, momentum=0.2), "BatchNorm(3, momentum=0.2)"),
        (BatchNorm(3, 0.1, 0.001), "BatchNorm(3, epsilon=0.001)"),
        (BatchNorm(3, epsilon=1e-7), "BatchNorm(3, epsilon=1e-07)"),
        (LayerNorm(3), "LayerNorm(3)"),
        (LayerNorm(3, 0.5), "LayerNorm(3, epsilon=0.5)"),
    ],
)
def test_repr_rebuilds_the_layer(layer, written):
    assert repr(layer) == written
    rebuilt = eval(written, {"BatchNorm": BatchNorm, "LayerNorm": LayerNorm})
    assert (rebuilt.n_in, rebuilt.epsilon) == (layer.n_in, layer.epsilon)
    assert getattr(rebuilt, "momentum", None) == getattr(layer, "momentum", None)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: BatchNorm(0), r"^BatchNorm: n_in must be at least 1, got 0$"),
        (lambda: BatchNorm(3, momentum=1), r"^BatchNorm: momentum must be in \(0, 1\), got 1\.0$"),
        (lambda: BatchNorm(3, momentum=0), r"^BatchNorm: momentum must be in \(0, 1\), got 0\.0$"),
        (lambda: BatchNorm(3, epsilon=0), r"^BatchNorm: epsilon must be above 0, got 0\.0$"),
        (lambda: LayerNorm(-1), r"^LayerNorm: n_in must be at least 1, got -1$"),
        (lambda: LayerNorm(3, epsilon=0), r"^LayerNorm: epsilon must be above 0, got 0\.0$"),
        (lambda: LayerNorm(3, epsilon=-1), r"^LayerNorm: epsilon must be above 0, got -1\.0$"),
        (
            lambda: LayerNorm(3).forward(np.ones((2, 4))),
            r"^LayerNorm\(3\) expects x of shape \(N, …, 3\), got \(2, 4\)$",
        ),
        (lambda: BatchNorm(3).forward(np.ones(3)), r"got \(3,\); for a single row, write x\[None\]$"),
    ],
)
def test_refuses_what_does_not_fit(make, message):
    with pytest.raises(ValueError, match=message):
        make()
