"""The guard around every layer: how it converts x and dout, and which layer its errors name, alone and in a model."""

import re

import numpy as np
import pytest

import tinylearn as tl
from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import SGD, BatchNorm, Conv2D, Dense, Layer, MeanSquaredError, ReLU, Residual, Sequential, Softmax, fit

ONES = np.ones((3, 2))
MASKED = np.ma.masked_invalid([[1.0, 2.0], [3.0, 4.0], [np.nan, 6.0]])


def dense(n_in=2, n_out=2):
    return Dense(n_in, n_out, rng=np.random.default_rng(0))


class Gives(Layer):
    """Its forward and its backward return what a function gives; without one, what came."""

    def __init__(self, out=None, dx=None):
        self.out, self.dx = (each or (lambda value: value) for each in (out, dx))

    def forward(self, x):
        return self.out(x)

    def backward(self, dout):
        return self.dx(dout)


def raising(error):
    def answer(_):
        raise error

    return answer


def backward(layer, dout=ONES):
    layer.forward(ONES)
    return layer.backward(dout)


def within(layer):
    return Sequential([dense(), Residual(layer), ReLU()])


def declares(*shape):
    return type("Declares", (Layer,), {"x_shape": shape, "forward": lambda self, x: x})


class Assigns(Dense):
    """Its backward gives the gradients that it is told, too."""

    def backward(self, dout):
        dx = super().backward(dout)
        self.grads.update(self.more)
        return dx


def assigning(**more):
    layer = Assigns(2, 2, rng=np.random.default_rng(0))
    layer.more = more
    return backward(layer)


NONE = lambda _: None  # noqa: E731
DX = lambda _: np.ones((3, 1))  # noqa: E731 (NumPy would add it to anything of three rows)


@refusals(
    *((lambda shape=shape: declares(*shape), ValueError, r"^Declares: x_shape must be a tuple of names, .* got ")
      for shape in (("N", "..."), ("N", Ellipsis), ("N", "…", "…"))),
    (lambda: type("Declares", (Layer,), {"x_shape": "N"}), ValueError, "^Declares: x_shape must be a tuple of names"),
    (lambda: declares("N", "two")().forward(np.ones(3)), ValueError, r"expects x of shape \(N, two\), got \(3,\)$"),
    (lambda: backward(Gives(dx=DX)), ValueError, r"^Gives\(.*\): .* shape of x, \(3, 2\), got \(3, 1\)$"),
    (lambda: backward(within(Gives(dx=DX))), ValueError, r"^Gives\(.*\): backward must return dx .*, got \(3, 1\)$"),
    (lambda: backward(within(Gives(dx=NONE))), ValueError, r"^Gives\(.*\): .* None, .*; return dx$"),
    (lambda: backward(Sequential([dense(), Gives(dx=NONE)])), ValueError, r"^Gives\(.*\): backward returned None, but"),
    (lambda: backward(within(Gives(dx=np.ndarray.tolist))), TypeError, r"dx .*, as an array, got"),
    (lambda: assigning(v=ONES), ValueError, "gave a gradient for 'v', which is no parameter of this layer"),
    (lambda: assigning(w=np.ones(4)), ValueError, r"grads\['w'\] in the shape of w, \(2, 2\), got"),
    (lambda: assigning(w=[1.0]), TypeError, r"backward must assign self\.grads\['w'\] .*, as an array, got \[1\.0\]"),
    (lambda: backward(within(Gives(dx=raising(IndexError("7 is too far"))))), IndexError, r"^Gives\(.*7 is too far$"),
    (lambda: backward(Gives(dx=raising(UnicodeDecodeError("utf-8", b"", 0, 1, "odd")))), UnicodeDecodeError,
     r"odd\nraised by Gives\("),
    (lambda: Gives(NONE).forward(ONES), TypeError, r"^Gives\(.*\): forward must return out, as an array, got None"),
    (lambda: Layer().forward(ONES), NotImplementedError, r"Layer\(\) has no forward method"),
    (lambda: backward(declares("…")()), NotImplementedError, r"Declares\(\) has no backward method"),
    (lambda: dense().backward(ONES), ValueError, r"^Dense\(2, 2\): .* before forward; call forward\(x\) first$"),
    (lambda: dense().forward(MASKED), ValueError, r"x must hold numbers only, got a masked entry at x\[2, 0\]"),
    (lambda: within(ReLU()).predict(MASKED), ValueError, r"x must hold numbers only, got a masked entry at x\[2, 0\]"),
    (lambda: backward(dense(), MASKED), ValueError, r"^Dense\(2, 2\): dout must hold .* masked entry at dout\[2, 0\]"),
    (lambda: dense().forward(np.ones((3, 2), np.float16)), TypeError, "float64, got float16"),
)  # fmt: skip
def test_names_the_layer(call, kind, words):
    assert_refused(call, kind, words)


@pytest.mark.parametrize("error", [KeyError, FloatingPointError, np.linalg.LinAlgError, OSError])
def test_an_error_of_a_forward_names_its_layer_whatever_its_type(error):
    for wrap in (lambda layer: layer, within):
        with pytest.raises(error, match=r"^\W*Gives\(.*\): \W*too far"), np.errstate(all="raise"):
            wrap(Gives(raising(error("too far")))).forward(ONES)


def test_none_is_an_answer_where_nothing_learns_before():
    model = Sequential([ReLU(), Gives(dx=NONE), dense()])
    assert backward(model) is None
    assert model.gradients.any()


def test_takes_a_batch_once_whatever_numpy_was_told_to_raise():
    """exp(-1000) is 0, and that is right."""
    x = np.array([[1e-300, 1.0], [2e-300, 3.0], [5e-300, 2.0]])
    one, other = BatchNorm(2), BatchNorm(2)
    one.training = other.training = True
    out, softmax = one.forward(x), Softmax()
    huge = Dense(1, 1, rng=np.random.default_rng(0), weights=lambda shape, rng: np.full(shape, 1e200))
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(other.forward(x), out)
        np.testing.assert_array_equal(huge.forward([[1e200]]), [[np.inf]])
        np.testing.assert_array_equal(softmax.forward([[-1000.0, 0.0]]), [[0, 1]])
        np.testing.assert_array_equal(softmax.backward([[1e-300, 0.0]]), [[0, 0]])
    np.testing.assert_equal(other.state, one.state)


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("kind", [np.matrix, np.ma.masked_array, "i1", "?", "g", ">f4", ">f8"], ids=str)
def test_other_arrays_and_other_numbers_become_plain_floats(kind):
    values, layer = np.array([[1, 0], [0, 1]]), dense()
    expected, dx = layer.forward(values), layer.backward(values)
    given = values.astype(kind) if isinstance(kind, str) else kind(values)
    out = layer.forward(given)
    np.testing.assert_allclose(out, expected, rtol=1e-6)
    np.testing.assert_allclose(layer.backward(given), dx, rtol=1e-6)
    assert type(out) is type(layer.grads["w"]) is np.ndarray
    assert out.dtype.isnative


def test_a_layer_may_make_its_parameters_and_its_output_of_any_array():
    layer = Gives(lambda x: np.ma.masked_array(x * layer.params["w"], mask=False))
    layer.params["w"] = np.ma.masked_array([[2, 2]], mask=False)
    out = Sequential([layer], dtype=np.float32).forward([[1, 3]])
    assert type(out) is np.ndarray
    np.testing.assert_array_equal(out, np.array([[2, 6]], np.float32))
    assert Gives().params == {}  # each layer has a dict of its own


def test_a_shape_is_asked_again_when_it_changes():
    layer = dense()
    layer.forward(ONES)
    with pytest.raises(ValueError, match="expects x of shape"):
        layer.forward(np.ones((3, 3)))
    out = layer.forward(np.ones((4, 2)))
    for wrong in (ONES, out[:1], out[..., :0], out[0]):
        words = (
            rf"^Dense\(2, 2\): .* dout in the shape that forward returned, \(4, 2\), got {re.escape(str(wrong.shape))}$"
        )
        with pytest.raises(ValueError, match=words):
            layer.backward(wrong)


class PixelsInRows(Conv2D):
    """A convolution whose images come, and whose gradients leave, as rows."""

    x_shape = ("N", "D")

    def check_shape(self, x_shape):
        pass

    def forward(self, x):
        return super().forward(x.reshape(-1, 4, 4, 1))

    def backward(self, dout):
        return super().backward(dout).reshape(len(dout), 16)


def test_a_subclass_may_give_its_parent_another_shape():
    layer, x = PixelsInRows(1, 2, 3, rng=np.random.default_rng(0)), np.random.default_rng(1).normal(size=(3, 16))
    for _ in range(2):  # the second time, the shapes are known
        assert layer.backward(layer.forward(x)).shape == x.shape
    assert tl.check_gradients(layer, x).error < 1e-6
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
