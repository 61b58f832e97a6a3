"""What `check_gradients` leaves alone, what it reports, and that it checks whole models."""

import copy

import numpy as np
import pytest

from tests.tinylearn.layer_table import LAYERS, make_input, make_layer
from tests.tinylearn.test_gradient_check_planted import SoftmaxOfZeroGradient
from tinylearn import (
    Dense,
    Flatten,
    GradientError,
    GradientReport,
    Layer,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
    check_gradients,
)


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


def test_a_kink_at_x_is_noticed():
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


def test_a_float32_model_is_checked_in_float64():
    assert check_gradients(small_model(dtype=np.float32), np.random.default_rng(1).normal(size=(3, 4))).error < 1e-7


def test_an_error_in_a_model_is_caught():
    with pytest.raises(GradientError, match=r"(x|dense_\d\.[wb])\[.*\]: backward gives"):
        check_gradients(small_model(last=SoftmaxOfZeroGradient()), np.random.default_rng(1).normal(size=(3, 4)))


def test_a_layer_inside_a_model_can_be_checked_by_itself():
    model = small_model()
    gradients = model.gradients.copy()
    assert check_gradients(model.layers[0], np.random.default_rng(1).normal(size=(3, 4))).error < 1e-7
    np.testing.assert_array_equal(model.gradients, gradients)


def test_a_forward_that_minds_the_order_of_memory_is_caught():
    class FlattenByMemory(Flatten):
        def forward(self, x):
            super().forward(x)
            return np.ravel(x, "K").reshape(len(x), -1)

    with pytest.raises(GradientError, match="forward gives something else when x is not contiguous"):
        check_gradients(FlattenByMemory(), np.random.default_rng(0).normal(size=(3, 4, 5)))


@pytest.mark.parametrize(
    ("x", "message"), [([[np.nan]], "finite"), (np.zeros((0, 1)), "at least one row"), (1.0, "row")]
)
def test_nothing_to_check_is_refused(x, message):
    with pytest.raises(ValueError, match=message):
        check_gradients(Dense(1, 1, rng=np.random.default_rng(0)), x)
