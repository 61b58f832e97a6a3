"""The guard around every layer: how it converts x and dout, and which layer its errors name, alone and in a model."""

import numpy as np
import pytest

from tests.tinylearn.layer_table import LAYERS, make_input, make_layer
from tinylearn import (
    SGD,
    BatchNorm,
    Conv2D,
    Dense,
    Layer,
    MeanSquaredError,
    ReLU,
    Residual,
    Sequential,
    check_gradients,
    fit,
)

every_layer = pytest.mark.parametrize("name", LAYERS)


def dense(n_in=2, n_out=2):
    return Dense(n_in, n_out, rng=np.random.default_rng(0))


class Broken(Layer):
    """Its backward returns, or raises, what it is told."""

    def __init__(self, answer):
        self.answer = answer

    def forward(self, x):
        return x

    def backward(self, dout):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def __repr__(self):
        return "Broken()"


# --- which layer is named ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrap", [lambda layer: layer, lambda layer: Residual(layer)])
@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (
            np.ones((3, 1)),
            ValueError,
            r"^Broken\(\): backward must return dx in the shape of x, \(3, 2\), got \(3, 1\)$",
        ),
        (np.ones(()), ValueError, r"^Broken\(\): backward must return dx in the shape of x, \(3, 2\), got \(\)$"),
        (None, ValueError, r"^Broken\(\): backward returned None, but layers before it learn; return dx$"),
        ([[1, 1]], TypeError, r"^Broken\(\): backward must return dx .*, as an array, got \[\[1, 1\]\]$"),
        (IndexError("index 7 is out of bounds"), IndexError, r"^Broken\(\): index 7 is out of bounds$"),
        (UnicodeDecodeError("utf-8", b"", 0, 1, "odd"), UnicodeDecodeError, r"odd\nraised by Broken\(\)$"),
        (AttributeError("no mask"), AttributeError, r"^Broken\(\): no mask$"),
    ],
    ids=str,
)
def test_a_wrong_backward_is_named_and_not_the_layer_before_it(wrap, answer, error, message):
    model = Sequential([dense(), wrap(Broken(answer)), ReLU()])
    model.forward(np.ones((3, 2)))
    with pytest.raises(error, match=message):
        model.backward(np.ones((3, 2)))


def test_refuses_a_wrong_dx_in_a_layer_alone():
    layer = Broken(np.ones((3, 1)))  # which NumPy would add to anything of three rows
    layer.forward(np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"^Broken\(\): backward must return dx in the shape of x"):
        layer.backward(np.ones((3, 2)))


def test_none_is_an_answer_where_nothing_learns_before():
    model = Sequential([ReLU(), Broken(None), dense()])
    model.forward(np.ones((3, 2)))
    assert model.backward(np.ones((3, 2))) is None
    assert model.gradients.any()


@pytest.mark.parametrize(
    "error", [IndexError, KeyError, ZeroDivisionError, FloatingPointError, np.linalg.LinAlgError, OSError]
)
def test_an_error_of_a_forward_names_its_layer_whatever_its_type(error):
    class Fails(Layer):
        def forward(self, x):
            raise error("too far")

    with pytest.raises(error, match=r"Fails\(\): \W*too far"), np.errstate(all="raise"):
        Fails().forward(np.ones((3, 2)))
    with pytest.raises(error, match=r"^\W*Fails\(\): \W*too far"):
        Sequential([dense(), Residual(Fails())]).forward(np.ones((3, 2)))


@pytest.mark.parametrize("out", [None, 3.0, [[1.0]], "x"])
def test_names_a_forward_that_returns_no_array(out):
    class Odd(Layer):
        def forward(self, x):
            return out

    with pytest.raises(TypeError, match=r"^Odd\(\): forward must return out, as an array, got "):
        Odd().forward(np.ones((1, 1)))


# --- what x and dout may be -------------------------------------------------------------------------------------------


@every_layer
def test_errors_that_numpy_was_told_to_raise_change_no_bit(name):
    """exp(-1000) is 0, and that is right."""
    layer, twin = (make_layer(name, np.random.default_rng(0)) for _ in range(2))
    x = make_input(name, np.random.default_rng(1)) * 600
    out = twin.forward(x)
    dout = out * 1e-300
    dx = twin.backward(dout)
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(layer.forward(x), out)
        np.testing.assert_array_equal(layer.backward(dout), dx)


def test_a_running_mean_is_remembered_once_whatever_numpy_was_told_to_raise():
    x = np.array([[1e-300, 1.0], [2e-300, 3.0], [5e-300, 2.0]])
    one, other = BatchNorm(2), BatchNorm(2)
    one.training = other.training = True
    one.forward(x)
    with np.errstate(all="raise"):
        other.forward(x)
    for name, value in one.state.items():
        np.testing.assert_array_equal(other.state[name], value)


def test_an_overflow_is_an_infinity_also_where_numpy_was_told_to_raise():
    layer = Dense(1, 1, rng=np.random.default_rng(0), weights=lambda shape, rng: np.full(shape, 1e200))
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(layer.forward([[1e200]]), [[np.inf]])


def test_refuses_a_masked_entry_with_its_place():
    masked = np.ma.masked_invalid([[1.0, 2.0], [3.0, 4.0], [np.nan, 6.0]])
    for call in (dense().forward, Sequential([dense()]).forward, Sequential([dense()]).predict):
        with pytest.raises(ValueError, match=r"x must hold numbers only, got a masked entry at x\[2, 0\]"):
            call(masked)
    layer = dense()
    layer.forward(np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"^Dense\(2, 2\): dout must hold .*, got a masked entry at dout\[2, 0\]"):
        layer.backward(masked)


@pytest.mark.parametrize("kind", [np.matrix, lambda values: np.ma.masked_array(values, mask=False)])
@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_a_matrix_and_a_mask_of_nothing_are_plain_arrays(kind):
    values, layer = np.array([[1.0, 2.0], [3.0, 4.0]]), dense()
    expected, expected_dx = layer.forward(values), layer.backward(values)
    out = layer.forward(kind(values))
    dx = layer.backward(kind(values))
    assert type(out) is type(dx) is type(layer.grads["w"]) is np.ndarray
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(dx, expected_dx)


def test_a_layer_may_make_its_parameters_and_its_output_of_any_array():
    class Doubled(Layer):
        def __init__(self):
            self.params["w"] = np.ma.masked_array([[2, 2]], mask=False)

        def forward(self, x):
            return np.ma.masked_array(x * self.params["w"], mask=False)

    model = Sequential([Doubled()], dtype=np.float32)
    assert model.parameters.dtype == np.float32
    out = model.forward([[1, 3]])
    assert type(out) is np.ndarray
    np.testing.assert_array_equal(out, [[2, 6]])


@pytest.mark.parametrize("dtype", [">f4", ">f8", np.longdouble, np.int8, bool])
def test_other_numbers_become_floats(dtype):
    layer, x = dense(), np.array([[1, 0], [0, 1]])
    expected, dx = layer.forward(x), layer.backward(x)
    np.testing.assert_allclose(layer.forward(x.astype(dtype)), expected, rtol=1e-6)
    np.testing.assert_allclose(layer.backward(x.astype(dtype)), dx, rtol=1e-6)
    assert layer.grads["w"].dtype.isnative


def test_refuses_float16_by_a_layer_alone_and_as_a_models_dtype():
    with pytest.raises(TypeError, match=r"^Dense\(2, 2\): x must hold float32 or float64, got float16"):
        dense().forward(np.ones((3, 2), np.float16))
    with pytest.raises(TypeError, match=r"dtype must be np\.float32 or np\.float64, got float16"):
        Sequential([dense()], np.float16)


def test_dout_is_taken_in_the_dtype_of_x():
    model = Sequential([dense()], np.float32)
    model.forward(np.ones((3, 2)))
    assert model.backward(np.ones((3, 2), np.float64)).dtype == np.float32


# --- shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4, 3), (2, 5, 3), (2, 1, 5, 3), (0, 5, 3), (3,)])
def test_dense_takes_any_number_of_axes_before_the_last(shape):
    layer, x = dense(3, 2), np.random.default_rng(1).normal(size=shape)
    if len(shape) == 1:
        with pytest.raises(
            ValueError, match=r"expects x of shape \(N, …, 3\), got \(3,\); for a single row, write x\[None\]"
        ):
            layer.forward(x)
        return
    flat = dense(3, 2)
    out = layer.forward(x)
    assert out.shape == (*shape[:-1], 2)
    np.testing.assert_array_equal(out.reshape(-1, 2), flat.forward(x.reshape(-1, 3)))
    np.testing.assert_array_equal(layer.backward(out).reshape(-1, 3), flat.backward(out.reshape(-1, 2)))
    np.testing.assert_array_equal(layer.grads["w"], flat.grads["w"])
    if x.size:
        assert check_gradients(layer, x).error < 1e-6


def test_a_layer_of_your_own_declares_its_shape_in_one_line():
    class Pair(Layer):
        x_shape = ("N", "two")

        def __init__(self):
            self.two = 2

        def forward(self, x):
            return x

    with pytest.raises(ValueError, match=r"^Pair\(\) expects x of shape \(N, 2\), got \(4, 3\)$"):
        Pair().forward(np.ones((4, 3)))


def test_a_shape_is_asked_again_when_it_changes():
    layer = dense()
    layer.forward(np.ones((3, 2)))
    with pytest.raises(ValueError, match="expects x of shape"):
        layer.forward(np.ones((3, 3)))
    layer.forward(np.ones((4, 2)))
    with pytest.raises(ValueError, match=r"forward returned, \(4, 2\), got \(3, 2\)"):
        layer.backward(np.ones((3, 2)))


class PixelsInRows(Conv2D):
    """A convolution whose images come, and whose gradients leave, as rows."""

    x_shape = ("N", "D")

    def check_shape(self, x_shape):
        pass

    def forward(self, x):
        return super().forward(x.reshape(-1, 4, 4, 1))

    def backward(self, dout):
        dx = super().backward(dout)
        return dx.reshape(len(dout), 16)


class FirstTwo(Dense):
    """Sees the first two columns only."""

    x_shape = ("N", "D")

    def forward(self, x):
        self.columns = x.shape[1]
        return super().forward(x[:, :2])

    def backward(self, dout):
        dx = super().backward(dout)
        return np.pad(dx, ((0, 0), (0, self.columns - 2)))


@pytest.mark.parametrize(
    ("layer", "columns"),
    [(PixelsInRows(1, 2, 3, rng=np.random.default_rng(0)), 16), (FirstTwo(2, 3, rng=np.random.default_rng(0)), 5)],
    ids=repr,
)
def test_a_subclass_may_give_its_parent_another_shape(layer, columns):
    x = np.random.default_rng(1).normal(size=(3, columns))
    for _ in range(2):  # the second time, the shapes are known
        dout = layer.forward(x)
        assert layer.backward(dout).shape == x.shape
    assert check_gradients(layer, x).error < 1e-6
    with pytest.raises(ValueError, match=r"expects x of shape \(N, D\), got \(2, 2, 2\)"):
        layer.forward(np.ones((2, 2, 2)))
    layer.forward(x)
    with pytest.raises(ValueError, match="expects dout in the shape that forward returned"):
        layer.backward(x)


def test_a_subclass_that_works_with_the_dx_of_its_parent_may_stand_first():
    class Halved(Dense):
        def backward(self, dout):
            return super().backward(dout) / 2

    model = Sequential([Halved(2, 1, rng=np.random.default_rng(0))])
    losses = fit(model, np.eye(2), [[1.0], [2.0]], loss=MeanSquaredError(), optimizer=SGD(0.5), epochs=40)
    assert losses[-1] < 1e-9
