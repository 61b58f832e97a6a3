"""What every layer promises, row by row of the table; then what each one computes."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import tinylearn
from tests.tinylearn.layer_table import LAYERS, make_input, make_layer
from tinylearn import (
    SGD,
    Adam,
    Dense,
    Flatten,
    Layer,
    ReLU,
    RMSprop,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
    check_gradients,
)
from tinylearn.initializers import constant, glorot_uniform, he_normal, ones, zeros

every_layer = pytest.mark.parametrize("name", LAYERS)
numbers = st.floats(-30, 30)


def test_the_table_has_a_row_for_every_layer():
    in_table = {type(row.make(np.random.default_rng(0))).__name__ for row in LAYERS.values()}
    exported = {name for name, value in vars(tinylearn.layers).items() if isinstance(value, type)}
    assert in_table == exported - {"Layer"}


# --- what every layer promises -----------------------------------------------------------------------------------


@every_layer
def test_gradients_are_right(name):
    rng = np.random.default_rng(0)
    report = check_gradients(make_layer(name, rng), make_input(name, rng), rng=rng)
    assert report.error < 1e-6


@every_layer
def test_what_was_returned_is_never_overwritten(name):
    rng = np.random.default_rng(1)
    layer, x = make_layer(name, rng), make_input(name, rng)
    out = layer.forward(x)
    dout = rng.normal(size=out.shape)
    dx = layer.backward(dout)
    out_then, dx_then = out.copy(), dx.copy()

    second_out = layer.forward(x[::-1] * 0.5)
    second_dx = layer.backward(dout[::-1] * 3)

    np.testing.assert_array_equal(out, out_then)
    np.testing.assert_array_equal(dx, dx_then)
    assert not np.shares_memory(out, second_out)
    assert not np.shares_memory(dx, second_dx)


@every_layer
def test_the_input_and_dout_are_only_read(name):
    rng = np.random.default_rng(2)
    layer, x = make_layer(name, rng), make_input(name, rng)
    x.flags.writeable = False  # NumPy raises an error if anybody writes
    dout = rng.normal(size=layer.forward(x).shape)
    dout.flags.writeable = False
    assert layer.backward(dout).shape == x.shape


@every_layer
def test_gradients_have_the_names_order_and_shapes_of_the_parameters(name):
    rng = np.random.default_rng(3)
    layer, x = make_layer(name, rng), make_input(name, rng)
    layer.backward(np.ones_like(layer.forward(x)))
    assert list(layer.grads) == list(layer.params)
    for key, value in layer.params.items():
        assert layer.grads[key].shape == value.shape


@every_layer
@pytest.mark.parametrize("make_optimizer", [SGD, lambda lr: SGD(lr, momentum=np.float64(0.9)), RMSprop, Adam])
def test_float32_stays_float32(name, make_optimizer):
    rng = np.random.default_rng(4)
    model = Sequential([make_layer(name, rng)], dtype=np.float32)
    x = make_input(name, rng)
    out = model.forward(x)
    dx = model.backward(np.ones_like(out))
    make_optimizer(np.float64(0.1)).step(model.parameters, model.gradients)
    assert out.dtype == dx.dtype == np.float32
    assert model.parameters.dtype == model.gradients.dtype == np.float32
    for layer in model.layers:
        for value in [*layer.params.values(), *layer.grads.values()]:
            assert value.dtype == np.float32
    assert model.forward(x).dtype == np.float32  # after the step, too


@every_layer
def test_nothing_forces_a_dtype(name):
    """The layer alone, outside a model: float32 in, float32 out, if its parameters are float32."""
    rng = np.random.default_rng(5)
    layer, x = make_layer(name, rng), make_input(name, rng).astype(np.float32)
    layer.params = {key: value.astype(np.float32) for key, value in layer.params.items()}
    out = layer.forward(x)
    assert out.dtype == np.float32
    assert layer.backward(np.ones_like(out)).dtype == np.float32


@every_layer
def test_a_batch_gives_what_its_rows_give_one_by_one(name):
    rng = np.random.default_rng(6)
    layer, x = make_layer(name, rng), make_input(name, rng)
    one_by_one = [layer.forward(x[i : i + 1]) for i in range(len(x))]
    np.testing.assert_allclose(layer.forward(x), np.concatenate(one_by_one), rtol=1e-12, atol=1e-15)


@every_layer
def test_an_empty_batch_passes_through(name):
    rng = np.random.default_rng(7)
    layer, x = make_layer(name, rng), make_input(name, rng)
    out = layer.forward(x[:0])
    assert out.shape == (0, *layer.forward(x).shape[1:])


@every_layer
def test_backward_before_forward_says_so(name):
    layer = make_layer(name, np.random.default_rng(8))
    with pytest.raises(ValueError, match="backward was called before forward"):
        layer.backward(np.ones(LAYERS[name].shape))


@every_layer
def test_a_dout_of_another_shape_is_refused(name):
    rng = np.random.default_rng(9)
    layer, x = make_layer(name, rng), make_input(name, rng)
    out = layer.forward(x)
    with pytest.raises(ValueError, match="expects dout in the shape that forward returned") as error:
        layer.backward(np.ones((len(out) + 1, *out.shape[1:])))
    assert repr(layer) in str(error.value)
    assert str(out.shape) in str(error.value)


@every_layer
def test_repr_is_the_call_that_rebuilds_the_layer(name):
    layer = make_layer(name, np.random.default_rng(10))
    assert repr(layer).startswith(type(layer).__name__ + "(")
    assert repr(layer).endswith(")")


@every_layer
def test_a_deep_copy_is_independent(name):
    rng = np.random.default_rng(11)
    layer, x = make_layer(name, rng), make_input(name, rng)
    before = layer.forward(x)
    twin = copy.deepcopy(layer)
    for parameter in twin.params.values():
        parameter += 1
    np.testing.assert_array_equal(layer.forward(x), before)


# --- Dense -------------------------------------------------------------------------------------------------------


def dense_by_loops(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The slow clear twin of Dense.forward."""
    out = np.zeros((len(x), len(b)))
    for n in range(len(x)):
        for m in range(len(b)):
            out[n, m] = b[m]
            for d in range(len(w)):
                out[n, m] += x[n, d] * w[d, m]
    return out


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


# --- where the parameters start ----------------------------------------------------------------------------------


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


# --- activations -------------------------------------------------------------------------------------------------


def test_softmax_of_the_book():
    out = Softmax().forward(np.array([[2.3, 7.9, 0.8, 5.1]]))
    np.testing.assert_allclose(out, [[0.00347, 0.93867, 0.00077, 0.05708]], atol=5e-6)


def test_activations_at_known_points():
    x = np.array([[-1.0, 0.0, 2.0]])
    np.testing.assert_array_equal(ReLU().forward(x), [[0, 0, 2]])
    np.testing.assert_allclose(Sigmoid().forward(x), 1 / (1 + np.exp(-x)), rtol=1e-15)
    np.testing.assert_allclose(Tanh().forward(x), (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1), rtol=1e-15)


def test_relu_has_slope_zero_at_zero():
    layer = ReLU()
    layer.forward(np.array([[-1.0, 0.0, 1.0]]))
    np.testing.assert_array_equal(layer.backward(np.array([[5.0, 5.0, 5.0]])), [[0, 0, 5]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layer", [Sigmoid(), Softmax(), Tanh(), ReLU()], ids=repr)
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


rows_of_scores = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6), elements=numbers)


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


# --- Flatten -----------------------------------------------------------------------------------------------------


@given(arrays(np.float64, array_shapes(min_dims=1, max_dims=5, max_side=4), elements=numbers))
def test_flatten_there_and_back(x):
    layer = Flatten()
    out = layer.forward(x)
    assert out.shape == (len(x), x[0].size)
    np.testing.assert_array_equal(layer.backward(out), x)


def test_flatten_goes_row_by_row_pixel_by_pixel_channel_by_channel():
    x = np.arange(2 * 2 * 3 * 2).reshape(2, 2, 3, 2)  # a number says its place
    np.testing.assert_array_equal(Flatten().forward(x), [range(12), range(12, 24)])


# --- a layer of one's own ----------------------------------------------------------------------------------------


def test_a_layer_without_forward_and_backward_says_what_it_needs():
    class Nothing(Layer):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing\(\) has no forward method"):
        Nothing().forward(np.ones((1, 1)))
    with pytest.raises(NotImplementedError, match=r"Nothing\(\) has no backward method"):
        Nothing().backward(np.ones((1, 1)))


def test_no_two_layers_share_their_dicts():
    first, second = ReLU(), ReLU()
    first.params["w"] = np.ones(1)
    assert second.params == {}
