"""`check_gradients`: what it finds, how it says it, and what it leaves unchanged."""

import re

import numpy as np
import pytest

import tinylearn as tl
from tests.extending.embedding import Embedding
from tests.tinylearn.planted_layers import BROKEN, WRONG, Distance, Scale, after, dense, half, spoilt
from tinylearn import Dense, Flatten, GradientError, ReLU, Residual, Sequential, Tanh, check_gradients

X = np.random.default_rng(0).normal(size=(3, 3))
WORDS = np.array([[0, 3, 3], [4, 1, 0]])
right, MSE = dense(None), tl.MeanSquaredError


def checked(layer, x=X, **settings):
    """Check with a fixed dout."""
    return check_gradients(layer, x, rng=np.random.default_rng(1), **settings)


class Net(Sequential):
    """A model with a constructor of its own, and an attribute."""

    def __init__(self, *layers, factor=3):
        super().__init__([*layers, Tanh()])
        self.factor = factor

    def forward(self, x):
        return self.factor * super().forward(x)

    def backward(self, dout):
        return super().backward(self.factor * dout)


IN_MODELS = {
    "half": lambda made: Sequential([right(), Residual(right(), Tanh(), made), Tanh()]),
    "one column": lambda made: Net(right(), made),
    "None": lambda made: Sequential([right(), Residual(right(), Tanh(), made)]),
} | dict.fromkeys(BROKEN, lambda made: Sequential([Tanh(), made]))


@pytest.mark.parametrize("name", WRONG | BROKEN)
def test_finds_a_planted_error_alone_and_in_models_and_names_the_layer(name):
    make, message = (WRONG | BROKEN)[name]
    x = np.random.default_rng(0).normal(size=(2, 3, 2)) if isinstance(make(), Flatten) else X
    layer = re.escape(str(make()))
    with pytest.raises(GradientError, match=f"^{layer}: .*{message}"):
        checked(make(), x)
    if name in IN_MODELS:
        with pytest.raises(GradientError, match=rf"_\d, {layer}: .*{message}"):
            checked(IN_MODELS[name](make()), x)


def own_parameter(self, x):
    """In a model, a copy made after forward would go on with a parameter that is no longer the model's."""
    self.f = self.params["f"]
    return Scale.forward(self, x)


def into_a_buffer(self, dout, right):
    """dx may be the same array each time."""
    self.dx = getattr(self, "dx", np.empty(dout.shape))
    return np.multiply(dout, 1 - self.out**2, out=self.dx)


def three_rows_while_training(self, x):
    return Tanh.forward(self, x.reshape(3, 3) if self.training else x)  # ValueError for a single row


refusing = spoilt(Tanh, None, forward=three_rows_while_training)
sign = spoilt(Tanh, lambda self, dout, right: None, forward=lambda self, x: np.sign(x))  # slope 0: None says so


@pytest.mark.parametrize("make", [
    spoilt(Scale, None, forward=own_parameter), spoilt(Scale, None, key="dx"), spoilt(Tanh, into_a_buffer),
    Distance, lambda: tl.BatchNorm(3), refusing, sign, right,
    lambda: Net(right(), Residual(right(), right()), factor=2),
    lambda: Sequential([right(), Tanh(), tl.Softmax()], np.float32),
])  # fmt: skip
def test_lets_a_layer_pass_that_is_right(make):
    layer = make()
    assert checked(layer).error < 1e-7
    if not isinstance(layer, Sequential):
        assert checked(Sequential([layer])).error < 1e-7


def with_penalty(self):
    self.gradients[:] += 0.1 * self.parameters


def last_only(self, dout, right):
    self.grads["table"] = np.zeros_like(self.params["table"])
    self.grads["table"][self.numbers] = dout  # a word that occurs twice counts once


def with_nan(*layers):
    layers[0].params["w"][0, 0] = np.nan
    return layers[0] if len(layers) == 1 else Sequential([*layers])


SIZES = 5, 2, np.random.default_rng(0)
embedding = spoilt(Embedding, None, *SIZES, name="Embedding")


@pytest.mark.parametrize(("make", "x", "error", "message"), [
    (ReLU, np.array([[1.0, 0.0, -1.0]]), GradientError, r"x\[0, 1\]: backward gives -?0, central"),
    # the second ReLU is given zeros; in the model no harm
    (lambda: Sequential([dense(half)(), ReLU(), ReLU()]), X, GradientError, r"^half_1, Half\(3, 3\): x\["),
    (lambda: spoilt(Net, after(with_penalty), right())(), X, GradientError, r"^SpoiltNet\(.*half_1\.w is not 0"),
    (lambda: spoilt(Sequential, lambda self, dout, right: right(dout / 2), [embedding()])(), WORDS, GradientError,
     r"^SpoiltSequential\(\[Embedding\(5, 2\)\]\): embedding_1\.table\["),
    (spoilt(Embedding, last_only, *SIZES), WORDS, GradientError, r"table\[\d, \d\]: backward gives"),
    (embedding, [[1.0]], GradientError, r"out changes with x\[0, 0\]; return dx, or give x as integers$"),
    (embedding, [[9]], IndexError, r"Embedding\(5, 2\): index 9 is out of bounds"),
    (spoilt(Tanh, None, forward=lambda self, x: Tanh.forward(self, x.reshape(3, 3))), X, ValueError, r"cannot reshape"),
    (spoilt(Tanh, None, forward=lambda self, x: x.sum()), X, GradientError, "a batch .*, got a single number"),
    (right, [[np.nan]], ValueError, "finite"),
    (right, np.zeros((0, 3)), ValueError, "at least one row"),
    (right, 1.0, ValueError, "row"),
    (lambda: with_nan(right()), X, GradientError, r"x\[\d, \d\]: backward gives nan"),
    (lambda: with_nan(right(), right()), X, GradientError, "differences nan"),
    (lambda: Dense, X, TypeError, "layer must be a Layer, a Sequential or a Loss, got"),
])  # fmt: skip
def test_says_what_is_wrong_with_a_layer_or_x(make, x, error, message):
    with pytest.raises(error, match=message):
        checked(make(), x)


def test_reports_the_worst_entry_with_its_numbers_and_a_smaller_tolerance_is_harder_to_please():
    """sum(dout · x · 3) is linear in x: both gradients are exactly 3 · dout, and the report repeats them."""
    triple = spoilt(Tanh, lambda self, dout, right: 3 * dout, forward=lambda self, x: 3 * x)()
    report = check_gradients(triple, np.array([[0.5]]), rng=np.random.default_rng(2))
    dout = np.random.default_rng(2).normal(size=(1, 1)).item()
    assert (report.name, report.index, report.analytic) == ("x", (0, 0), 3 * dout)
    assert report.numeric == pytest.approx(3 * dout, rel=1e-9)
    assert report.error == pytest.approx(abs(report.analytic - report.numeric) / abs(3 * dout), rel=1e-6)
    report = tl.GradientReport("w", (2, 1), analytic=3.0, numeric=2.0, error=1 / 3)
    assert str(report) == "w[2, 1]: backward gives 3, central differences 2 (relative error 3.3e-01)"
    report = checked(sign())
    assert (report.name, report.analytic, report.numeric) == ("x", 0, 0)
    with pytest.raises(GradientError, match=r"Tanh\(\): x\[\d, \d\].*above the tolerance of 1e-16"):
        checked(Tanh(), tolerance=1e-16)


def test_leaves_what_a_layer_in_use_has_cached_drawn_and_been_told():
    layer, rng = tl.BatchNorm(3), np.random.default_rng(5)
    layer.forward(X)
    z = layer.z
    checked(layer)
    np.testing.assert_array_equal(layer.state["mean"], np.zeros(3))
    assert layer.z is z
    assert not layer.training
    dropout, state = tl.Dropout(0.5, rng=rng), rng.bit_generator.state
    dropout.training = True
    assert checked(dropout).error < 1e-8
    assert rng.bit_generator.state == state  # its next numbers are those it would have drawn without the check
    layer = right()
    layer.needs_dx = False
    assert checked(layer).error < 1e-7
    assert not layer.needs_dx
    model = Sequential([right(), Tanh(), Dense(3, 2, rng=rng)])
    before = model.parameters.copy(), model.gradients.copy()
    for each in (model, model.layers[0]):
        assert checked(each).error < 1e-7
        np.testing.assert_array_equal((model.parameters, model.gradients), before)


def test_does_not_nudge_whole_numbers():
    words = WORDS.copy()
    assert check_gradients(embedding(), words).error < 1e-8
    model = Sequential([embedding(), Dense(2, 2, rng=np.random.default_rng(0)), Tanh()])
    assert check_gradients(model, words.astype(np.uint8)).error < 1e-8
    np.testing.assert_array_equal(words, WORDS)


def spoilt_loss(**methods):
    return type("Spoilt", (MSE,), methods)()


def into(number):
    """Return a forward that writes into its first or its second argument."""
    return lambda self, *given: (MSE.forward(self, *given), given[number].fill(0))[0]


def emptying(self):
    dpredicted, self.difference = MSE.backward(self), 0 * self.difference
    return dpredicted


PREDICTED, TARGET = np.array([[0.5, 3.0], [-4.0, 1.2]]), np.array([[0.2, 1.0], [1.0, 0.7]])


def test_checks_a_loss():
    loss, target, classes = MSE(), TARGET.copy(), np.array([[0.2, 0.3, 0.5], [0.6, 0.1, 0.3]])
    report = check_gradients(loss, PREDICTED, target)
    assert report.name == "predicted"
    assert report.error < 1e-8
    assert "difference" not in vars(loss)
    np.testing.assert_array_equal(target, TARGET)
    assert check_gradients(MSE(), [[2, 3]], [[0, 5]]).error < 1e-8  # whole numbers are nudged here
    for from_logits in (False, True):
        for target in (np.array([0, 2]), np.eye(3)[[0, 2]], [0, 2]):
            assert check_gradients(tl.CategoricalCrossEntropy(from_logits), classes, target).error < 1e-6


@pytest.mark.parametrize(("loss", "predicted", "target", "error", "message"), [
    (spoilt_loss(backward=lambda self: self.difference), PREDICTED, TARGET, GradientError, "gives -5, .* -2.5"),
    (spoilt_loss(backward=lambda self: MSE.backward(self) * (3 - len(self.difference))), PREDICTED, TARGET,
     GradientError, r"predicted\[0, 1\]: backward gives 4, central differences 2"),
    (spoilt_loss(backward=emptying), PREDICTED, TARGET, GradientError, "dpredicted differs in a second backward"),
    (spoilt_loss(forward=into(0)), PREDICTED, TARGET, GradientError, "forward wrote into predicted; work on a"),
    (spoilt_loss(forward=into(1)), PREDICTED, TARGET, GradientError, "forward wrote into target; work on a copy"),
    (MSE(), [[1.0, np.nan]], [[0, 5]], ValueError, r"predicted must be finite numbers, got nan at .*\[0, 1\]"),
    (MSE(), PREDICTED, TARGET[:, :1], ValueError, "target must have the shape of predicted"),
    (MSE(), PREDICTED, None, TypeError, "needs a target, got None"),
    (Tanh(), PREDICTED, TARGET, TypeError, "only a loss has a target"),
], ids=str)  # fmt: skip
def test_says_what_is_wrong_with_a_loss(loss, predicted, target, error, message):
    start = rf"^{re.escape(str(loss))}: " if error is GradientError else ""
    with pytest.raises(error, match=f"{start}.*{message}"):
        check_gradients(loss, predicted, target)
