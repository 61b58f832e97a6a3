"""`check_gradients`: what it leaves unchanged, what it reports, and whole models."""

import copy

import numpy as np
import pytest

from tests.tinylearn.layer_table import LAYERS, make_input, make_layer
from tests.tinylearn.test_gradient_check_planted import SoftmaxOfZeroGradient
from tinylearn import (
    CategoricalCrossEntropy,
    Dense,
    Dropout,
    GradientError,
    GradientReport,
    Layer,
    MeanSquaredError,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
    check_gradients,
)
from tinylearn.losses import Loss


@pytest.mark.parametrize("name", LAYERS)
def test_the_layer_and_x_are_left_as_they_were(name):
    rng = np.random.default_rng(1)
    layer, x = make_layer(name, rng), make_input(name, rng)
    x_before, params_before = x.copy(), copy.deepcopy(layer.params)
    check_gradients(layer, x, rng=rng)
    np.testing.assert_array_equal(x, x_before)
    assert list(layer.params) == list(params_before)
    for key, value in params_before.items():
        np.testing.assert_array_equal(layer.params[key], value)
    assert layer.grads == {}
    assert layer.out_shape is None  # it was never run: only copies of it were


class NoisyGate(Layer):
    """A dropout in small: while it learns, it switches off some of the numbers, others each time."""

    def __init__(self, *, rng):
        self.rng = rng

    def forward(self, x):
        self.open = self.rng.random(x.shape) < 0.5 if self.training else np.ones(x.shape, bool)
        return x * self.open

    def backward(self, dout):
        return dout * self.open


def test_a_layer_that_draws_random_numbers_can_be_checked():
    layer = NoisyGate(rng=np.random.default_rng(5))
    layer.training = True
    state = layer.rng.bit_generator.state
    report = check_gradients(layer, np.random.default_rng(0).normal(size=(5, 4)))
    assert report.error < 1e-8
    assert layer.rng.bit_generator.state == state  # its next numbers are those it would have drawn without the check


def test_the_report_names_the_worst_entry():
    report = GradientReport("w", (2, 1), analytic=3.0, numeric=2.0, error=1 / 3)
    assert str(report) == "w[2, 1]: backward gives 3, central differences 2 (relative error 3.3e-01)"


def test_the_returned_report_names_the_numbers_of_its_entry():
    """sum(dout · x · 3) is linear in x: both gradients are exactly 3 · dout, and the report repeats them."""

    class Triple(Layer):
        def forward(self, x):
            return 3 * x

        def backward(self, dout):
            return 3 * dout

    report = check_gradients(Triple(), np.array([[0.5]]), rng=np.random.default_rng(2))
    dout = np.random.default_rng(2).normal(size=(1, 1)).item()
    assert (report.name, report.index, report.analytic) == ("x", (0, 0), 3 * dout)
    assert report.numeric == pytest.approx(3 * dout, rel=1e-9)
    assert report.error == pytest.approx(abs(report.analytic - report.numeric) / abs(3 * dout), rel=1e-6)


def test_a_smaller_tolerance_is_harder_to_meet():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 3))
    assert check_gradients(Sigmoid(), x).error > 0
    with pytest.raises(GradientError, match=r"Sigmoid\(\): x\[\d, \d\].*above the tolerance of 1e-16"):
        check_gradients(Sigmoid(), x, tolerance=1e-16)


def test_notices_a_kink_at_x():
    """At 0 a ReLU has no slope: central differences find a half, and backward says 0. Keep away from it."""
    with pytest.raises(GradientError, match=r"x\[0, 1\]: backward gives -?0, central"):
        check_gradients(ReLU(), np.array([[1.0, 0.0, -1.0]]))


# --- whole models ------------------------------------------------------------------------------------------------


def small_model(last=None, dtype=np.float64):
    rng = np.random.default_rng(0)
    return Sequential([Dense(4, 5, rng=rng), Tanh(), Dense(5, 3, rng=rng), last or Softmax()], dtype)


def test_a_whole_model_can_be_checked():
    model, x = small_model(), np.random.default_rng(1).normal(size=(3, 4))
    parameters = model.parameters.copy()
    assert check_gradients(model, x).error < 1e-7
    np.testing.assert_array_equal(model.parameters, parameters)


def test_checks_a_float32_model_in_float64():
    assert check_gradients(small_model(dtype=np.float32), np.random.default_rng(1).normal(size=(3, 4))).error < 1e-7


def test_catches_an_error_in_a_model():
    with pytest.raises(GradientError, match=r"(x|dense_\d\.[wb])\[.*\]: backward gives"):
        check_gradients(small_model(last=SoftmaxOfZeroGradient()), np.random.default_rng(1).normal(size=(3, 4)))


def test_a_layer_inside_a_model_can_be_checked_by_itself():
    model = small_model()
    gradients = model.gradients.copy()
    assert check_gradients(model.layers[0], np.random.default_rng(1).normal(size=(3, 4))).error < 1e-7
    np.testing.assert_array_equal(model.gradients, gradients)


@pytest.mark.parametrize(
    ("x", "message"), [([[np.nan]], "finite"), (np.zeros((0, 1)), "at least one row"), (1.0, "row")]
)
def test_refuses_nothing_to_check(x, message):
    with pytest.raises(ValueError, match=message):
        check_gradients(Dense(1, 1, rng=np.random.default_rng(0)), x)


# --- two modes ----------------------------------------------------------------------------------------------------


class BatchNormInSmall(Layer):
    """Normalises each column: by the batch while training, by what it remembers while predicting."""

    def __init__(self):
        self.state["mean"], self.state["var"] = np.zeros(3), np.ones(3)

    def forward(self, x):
        mean, var = self.state["mean"], self.state["var"]
        if self.training:
            if len(x) < 2:
                raise ValueError("a single row has no variance")
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.state["mean"], self.state["var"] = (self.state["mean"] + mean) / 2, (self.state["var"] + var) / 2
        self.std = np.sqrt(var)
        self.z = (x - mean) / self.std
        return self.z

    def backward(self, dout):
        if self.training:
            dout = dout - dout.mean(axis=0) - self.z * (dout * self.z).mean(axis=0)
        return dout / self.std


class SevenfoldWhileTraining(BatchNormInSmall):
    def backward(self, dout):
        return 7 * dout if self.training else super().backward(dout)


class SevenfoldWhilePredicting(BatchNormInSmall):
    def backward(self, dout):
        return super().backward(dout) if self.training else 7 * dout


class DropoutWithoutMask(Dropout):
    def backward(self, dout):
        return dout


class RefusesASingleRow(Layer):
    def forward(self, x):
        if len(x) < 2:
            raise ValueError("too few rows")
        return x

    def backward(self, dout):
        return dout


X = np.random.default_rng(0).normal(size=(4, 3))


def test_checks_a_layer_that_remembers():
    layer = BatchNormInSmall()
    layer.forward(X)
    z = layer.z
    assert check_gradients(layer, X).error < 1e-7
    np.testing.assert_array_equal(layer.state["mean"], np.zeros(3))
    assert layer.z is z  # what it had cached is still there
    assert not layer.training


@pytest.mark.parametrize(
    ("layer", "mode"),
    [
        (SevenfoldWhileTraining(), "training"),
        (SevenfoldWhilePredicting(), "predicting"),
        (DropoutWithoutMask(0.5, rng=np.random.default_rng(0)), "training"),
    ],
    ids=["BatchNorm, training", "BatchNorm, predicting", "Dropout"],
)
def test_says_in_which_mode_it_failed(layer, mode):
    for each in (layer, Sequential([Tanh(), copy.deepcopy(layer)])):
        with pytest.raises(GradientError, match=rf"x\[\d, \d\]: backward gives .*, only while {mode}$"):
            check_gradients(each, X)


class SquareOfTheDistance(Layer):
    """out = (x - mean)²: here the gradient depends on what forward remembers, and changes, while training."""

    def __init__(self):
        self.state["mean"] = np.zeros(3)

    def forward(self, x):
        self.distance = x - self.state["mean"]
        if self.training:
            self.state["mean"] = x.mean(axis=0)
        return self.distance**2

    def backward(self, dout):
        return dout * 2 * self.distance


def test_starts_each_run_with_the_same_state():
    assert check_gradients(SquareOfTheDistance(), X).error < 1e-7


def test_draws_one_dout_for_each_batch_from_rng():
    """Both modes are given the same ones, and what is inside a model takes none."""
    for layer in (Tanh(), Sequential([Tanh()])):
        rng, other = np.random.default_rng(3), np.random.default_rng(3)
        check_gradients(layer, X, rng=rng)
        other.normal(size=(4, 3)), other.normal(size=(1, 3))
        assert rng.normal() == other.normal()


def test_dx_may_be_the_same_array_each_time():
    class TanhWithABuffer(Tanh):
        def backward(self, dout):
            self.dx = getattr(self, "dx", np.empty(dout.shape))
            return np.multiply(dout, 1 - self.out**2, out=self.dx)

    class Clipped(TanhWithABuffer):
        def backward(self, dout):
            return super().backward(np.clip(dout, -0.01, 0.01))

    assert check_gradients(TanhWithABuffer(), X[:1]).error < 1e-7
    with pytest.raises(GradientError, match="linear"):
        check_gradients(Clipped(), X[:1])


def test_asks_for_dx_whatever_needs_dx_was():
    layer = dense()
    layer.needs_dx = False
    assert check_gradients(layer, X).error < 1e-7
    assert not layer.needs_dx


def test_says_where_a_gradient_is_nan():
    layer = dense()
    layer.params["w"][0, 0] = np.nan
    with pytest.raises(GradientError, match=r"x\[\d, \d\]: backward gives nan"):
        check_gradients(layer, X)


def test_says_nothing_of_modes_if_both_failed():
    with pytest.raises(GradientError, match=r"above the tolerance of 1e-06$"):
        check_gradients(SoftmaxOfZeroGradient(), X)


def test_a_single_row_may_be_refused_only_while_training():
    with pytest.raises(ValueError, match=r"RefusesASingleRow\(\): too few rows"):
        check_gradients(RefusesASingleRow(), X)


# --- x that has no gradient -----------------------------------------------------------------------------------------


class Embedding(Layer):
    """Looks up a row of numbers for each word: x (N, T) word numbers → out (N, T, 2)."""

    def __init__(self):
        self.params["w"] = np.random.default_rng(0).normal(size=(5, 2))

    def forward(self, x):
        self.ids = x.astype(int)
        return self.params["w"][self.ids]

    def backward(self, dout):
        dw = np.zeros_like(self.params["w"])
        np.add.at(dw, self.ids, dout)
        self.grads["w"] = dw


class EmbeddingOfTheLastOnly(Embedding):
    def backward(self, dout):
        dw = np.zeros_like(self.params["w"])
        dw[self.ids] = dout  # a word that occurs twice counts once
        self.grads["w"] = dw


class EmbeddingThatAddsInPlace(Embedding):
    def backward(self, dout):
        np.add.at(self.grads["w"], self.ids, dout)


WORDS = np.array([[0, 3, 3], [4, 1, 0]])


def test_does_not_nudge_whole_numbers():
    words = WORDS.copy()
    assert check_gradients(Embedding(), words).error < 1e-8
    model = Sequential([Embedding(), Dense(2, 2, rng=np.random.default_rng(0)), Tanh()])
    assert check_gradients(model, words.astype(np.uint8)).error < 1e-8
    np.testing.assert_array_equal(words, WORDS)


@pytest.mark.parametrize(
    ("layer", "message"),
    [(EmbeddingOfTheLastOnly, r"w\[\d, \d\]: backward gives"), (EmbeddingThatAddsInPlace, "not add to it")],
)
def test_checks_the_parameters_of_whole_numbers(layer, message):
    for each in (layer(), Sequential([layer(), Tanh()])):
        with pytest.raises(GradientError, match=rf"{layer.__name__}\(\): .*{message}"):
            check_gradients(each, WORDS)


def test_says_that_whole_numbers_are_better_given_as_integers():
    with pytest.raises(GradientError, match=r"out changes with x\[0, 0\]; return dx, or give x as integers$"):
        check_gradients(Embedding(), [[1.0]])


def test_names_a_layer_that_cannot_take_whole_numbers():
    with pytest.raises(IndexError, match=r"Embedding\(\): index 9 is out of bounds"):
        check_gradients(Embedding(), [[9]])


class Sign(Layer):
    """A step has slope 0 everywhere but at 0: None says so."""

    def forward(self, x):
        return np.sign(x)

    def backward(self, dout):
        return None


class TanhWithoutDx(Tanh):
    def backward(self, dout):
        super().backward(dout)


def test_none_is_right_where_out_does_not_change_with_x():
    report = check_gradients(Sign(), X)
    assert (report.name, report.analytic, report.numeric) == ("x", 0, 0)


# --- which layer is wrong ---------------------------------------------------------------------------------------------


class Half(Dense):
    def backward(self, dout):
        dx = super().backward(dout)
        return None if dx is None else dx / 2


class TanhOfAList(Tanh):
    def backward(self, dout):
        return super().backward(dout).tolist()


class OneColumnOfDx(Dense):
    """(N, 1) could be stretched over the row, and everything would run."""

    def backward(self, dout):
        super().backward(dout)
        return dout[:, :1]


def dense(kind=Dense):
    return kind(3, 3, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("guilty", "message"),
    [
        (TanhWithoutDx, r"TanhWithoutDx\(\): backward returned None, but out changes with x\[\d, \d\]; return dx$"),
        (TanhOfAList, r"TanhOfAList\(\): backward must return dx .*, as an array"),
        (lambda: dense(Half), r"half_1, Half\(3, 3\): x\[\d, \d\]: backward gives"),
        (
            lambda: dense(OneColumnOfDx),
            r"OneColumnOfDx\(3, 3\): backward must return dx in the shape of x, \(4, 3\), got \(4, 1\)",
        ),
    ],
    ids=["None", "a list", "wrong", "shape"],
)
def test_names_the_guilty_layer(guilty, message):
    for each in (
        guilty(),
        Sequential([Tanh(), guilty(), Tanh()]),
        Residual(dense(), Tanh(), guilty()),
        Sequential([dense(), Residual(guilty(), dense()), Tanh()]),
        Net(dense(), guilty()),
    ):
        with pytest.raises(GradientError, match=message if each.parts() else message.removeprefix("half_1, ")):
            check_gradients(each, X)


def test_blames_no_layer_at_a_kink():
    """The second ReLU is given zeros, where it has no slope; in the model that does no harm."""
    with pytest.raises(GradientError, match=r"^half_1, Half\(3, 3\): x\["):
        check_gradients(Sequential([dense(Half), ReLU(), ReLU()]), X)


class HalfNet(Sequential):
    def backward(self, dout):
        return super().backward(dout / 2)


def test_blames_no_layer_of_whole_numbers():
    with pytest.raises(GradientError, match=r"^HalfNet\(\[Embedding\(\)\]\): embedding_1\.w\["):
        check_gradients(HalfNet([Embedding()]), WORDS)


def test_a_parameter_may_have_any_name():
    class Shift(Layer):
        def __init__(self):
            self.params["x"], self.params["dx"] = np.ones(3), np.ones(3)

        def forward(self, x):
            return x + self.params["x"] - self.params["dx"]

        def backward(self, dout):
            self.grads["x"], self.grads["dx"] = dout.sum(axis=0), -dout.sum(axis=0)
            return dout * 3

    with pytest.raises(GradientError, match=r"x\[\d, \d\]: backward gives"):
        check_gradients(Shift(), X)


class Net(Sequential):
    """A model with a constructor of its own, and an attribute."""

    def __init__(self, *layers, factor=3):
        super().__init__([*layers, Tanh()])
        self.factor = factor

    def forward(self, x):
        return self.factor * super().forward(x)

    def backward(self, dout):
        return super().backward(self.factor * dout)


class NetWithPenalty(Net):
    def backward(self, dout):
        dx = super().backward(dout)
        self.gradients[:] += 0.1 * self.parameters
        return dx


def test_checks_a_model_with_a_constructor_of_its_own():
    assert check_gradients(Net(dense(), Residual(dense(), dense()), factor=2), X).error < 1e-7
    with pytest.raises(GradientError, match=r"^NetWithPenalty\(.*\): .* dense_1\.w is not 0 for a dout of 0"):
        check_gradients(NetWithPenalty(dense()), X)


# --- losses -----------------------------------------------------------------------------------------------------------


class Huber(Loss):
    """Squared where the difference is small, straight where it is large."""

    def forward(self, predicted, target):
        self.difference = np.clip(predicted - target, -1, 1)
        return float(np.mean(np.abs(predicted - target) * np.abs(self.difference) - self.difference**2 / 2))

    def backward(self):
        return self.difference / self.difference.size


class HuberOfTheSum(Huber):
    def backward(self):
        return self.difference * 1.0


class HuberForSeveralRows(Huber):
    def backward(self):
        return super().backward() if len(self.difference) > 1 else super().backward() * 2


class HuberThatEmptiesItsCache(Huber):
    def backward(self):
        dpredicted = super().backward()
        self.difference = 0 * self.difference
        return dpredicted


class HuberIntoPredicted(Huber):
    def forward(self, predicted, target):
        loss = super().forward(predicted, target)
        predicted *= 0
        return loss


class HuberIntoTarget(Huber):
    def forward(self, predicted, target):
        loss = super().forward(predicted, target)
        target *= 0
        return loss


PREDICTED, TARGET = np.array([[0.5, 3.0], [-4.0, 1.2]]), np.array([[0.2, 1.0], [1.0, 0.7]])


def test_checks_a_loss():
    loss, target = Huber(), TARGET.copy()
    report = check_gradients(loss, PREDICTED, target)
    assert report.name == "predicted"
    assert report.error < 1e-8
    assert "difference" not in vars(loss)
    np.testing.assert_array_equal(target, TARGET)


@pytest.mark.parametrize("target", [np.array([0, 2]), np.eye(3)[[0, 2]], [0, 2]], ids=["classes", "rows", "list"])
@pytest.mark.parametrize("from_logits", [False, True])
def test_checks_a_loss_of_classes(target, from_logits):
    predicted = np.array([[0.2, 0.3, 0.5], [0.6, 0.1, 0.3]])
    assert check_gradients(CategoricalCrossEntropy(from_logits), predicted, target).error < 1e-6


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (HuberOfTheSum(), r"predicted\[0, \d\]: backward gives -?1, central differences -?0.25"),
        (HuberForSeveralRows(), r"predicted\[0, 1\]: backward gives 1, central differences 0.5"),
        (HuberThatEmptiesItsCache(), "dpredicted differs in a second backward"),
        (HuberIntoPredicted(), "forward wrote into predicted; work on a copy"),
        (HuberIntoTarget(), "forward wrote into target; work on a copy"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_finds_what_is_wrong_in_a_loss(loss, message):
    with pytest.raises(GradientError, match=rf"^{type(loss).__name__}\(\): {message}"):
        check_gradients(loss, PREDICTED, TARGET)


def test_nudges_predictions_that_are_given_as_whole_numbers():
    assert check_gradients(Huber(), [[2, 3]], [[0, 5]]).error < 1e-8
    with pytest.raises(GradientError, match="central differences"):
        check_gradients(HuberOfTheSum(), [[2, 3]], [[0, 5]])


def test_passes_on_what_a_loss_refuses():
    with pytest.raises(ValueError, match=r"predicted must be finite numbers, got nan at predicted\[0, 1\]"):
        check_gradients(Huber(), [[1.0, np.nan]], [[0, 5]])
    with pytest.raises(ValueError, match=r"^MeanSquaredError\(\): target must have the shape of predicted"):
        check_gradients(MeanSquaredError(), PREDICTED, TARGET[:, :1])


@pytest.mark.parametrize(("subject", "target"), [(Huber(), None), (Tanh(), TARGET)], ids=["no target", "a target"])
def test_only_a_loss_has_a_target(subject, target):
    with pytest.raises(TypeError, match=r"needs a target, got None|only a loss has a target"):
        check_gradients(subject, PREDICTED, target)


def test_refuses_an_output_without_rows():
    class Sum(Layer):
        def forward(self, x):
            return x.sum()

        def backward(self, dout):
            return dout

    with pytest.raises(GradientError, match=r"Sum\(\): forward must return a batch \(N, …\), got a single number"):
        check_gradients(Sum(), X)


def test_a_weight_that_is_no_number_is_not_taken_for_a_forward_that_writes_into_x():
    model = Sequential([Dense(2, 3, rng=np.random.default_rng(0)), Dense(3, 1, rng=np.random.default_rng(1))])
    model.layers[0].params["w"][0, 0] = np.nan
    with pytest.raises(GradientError, match="central differences nan"):
        check_gradients(model, np.ones((2, 2)))
