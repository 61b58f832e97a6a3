"""A whole model: forward, backward and predict, and layers that do not fit."""

import copy

import numpy as np
import pytest

from tests.tinylearn.model_helpers import small_model
from tinylearn import SGD, Dense, Flatten, Layer, MeanSquaredError, ReLU, Sequential, Sigmoid, fit

# --- forward and backward -----------------------------------------------------------------------------------------


def test_forward_and_backward_equal_the_layers_one_by_one():
    model, x, dout = small_model(), np.random.default_rng(1).normal(size=(5, 3)), np.ones((5, 2))
    first, relu, second = small_model().layers  # the same weights again
    np.testing.assert_array_equal(model.forward(x), second.forward(relu.forward(first.forward(x))))
    np.testing.assert_array_equal(model.backward(dout), first.backward(relu.backward(second.backward(dout))))
    by_hand = [gradient.ravel() for layer in (first, second) for gradient in layer.grads.values()]
    np.testing.assert_array_equal(model.gradients, np.concatenate(by_hand))


@pytest.mark.parametrize(
    "layers", [[Flatten()], [ReLU()], [Dense(3, 3, rng=np.random.default_rng(0)), Sigmoid()]], ids=repr
)
def test_what_is_returned_belongs_to_the_caller(layers):
    """Writing into what came back changes neither the caller's input nor what the model remembers."""
    model = Sequential(copy.deepcopy(layers))
    x, dout = np.random.default_rng(0).normal(size=(4, 3)), np.ones((4, 3))
    x_before = x.copy()
    out, predicted = model.forward(x), model.predict(x)
    dx = model.backward(dout)
    dx_before = dx.copy()
    out[:] = predicted[:] = 99
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(model.backward(dout), dx_before)
    dx[:] = 99
    np.testing.assert_array_equal(dout, np.ones((4, 3)))


def test_no_later_call_overwrites_what_was_returned():
    model, x = small_model(), np.random.default_rng(0).normal(size=(4, 3))
    out, predicted = model.forward(x), model.predict(x)
    dx = model.backward(np.ones((4, 2)))
    copies = out.copy(), predicted.copy(), dx.copy()
    model.predict(x * 2)
    model.forward(x * 3)
    model.backward(np.full((4, 2), 5.0))
    for now, then in zip((out, predicted, dx), copies, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inputs_become_the_models_dtype(dtype):
    model = small_model(dtype=dtype)
    for x in ([[1, 2, 3]], np.array([[1, 2, 3]], np.uint8), np.array([[1, 2, 3]], np.float64)):
        assert model.forward(x).dtype == model.predict(x).dtype == dtype


@pytest.mark.parametrize("x", [[["a", "b", "c"]], [[1j, 0, 0]], np.array([[None, 1, 2]])])
def test_refuses_inputs_that_are_not_numbers(x):
    with pytest.raises(TypeError, match="x must hold real numbers, got "):
        small_model().forward(x)
    with pytest.raises(TypeError, match="x must hold real numbers, got "):
        small_model().predict(x)


# --- predict ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 8, 1000])
def test_predict_gives_the_same_for_any_batch_size(batch_size):
    model, x = small_model(), np.random.default_rng(0).normal(size=(7, 3))
    np.testing.assert_allclose(model.predict(x, batch_size=batch_size), model.forward(x), rtol=1e-13)


def test_predict_takes_a_batch_of_none():
    assert small_model().predict(np.zeros((0, 3))).shape == (0, 2)


@pytest.mark.parametrize(("batch_size", "error"), [(0, ValueError), (-1, ValueError), (2.5, TypeError)])
def test_predict_refuses_other_batch_sizes(batch_size, error):
    with pytest.raises(error, match="predict: batch_size must be"):
        small_model().predict(np.ones((1, 3)), batch_size=batch_size)


class Spy(Layer):
    """Passes x on and notes whether it was learning."""

    def __init__(self):
        self.seen = []
        self.note = self.seen.append  # a copy of the layer notes it in the same list

    def forward(self, x):
        self.note(self.training)
        if x.max() > 100:
            raise ValueError("too large")
        return x

    def backward(self, dout):
        return dout


def test_predict_does_not_cut_a_row_without_its_batch_axis():
    wide = Sequential([Dense(300, 2, rng=np.random.default_rng(0))])
    with pytest.raises(
        ValueError, match=r"expects x of shape \(N, …, 300\), got \(300,\); for a single row, write x\[None\]"
    ):
        wide.predict(np.ones(300))


def test_predict_switches_training_off_and_back():
    spy = Spy()
    model = Sequential([spy])
    model.set_training(True)
    model.predict(np.ones((1, 1)))
    assert spy.seen == [False]
    assert spy.training


def test_predict_switches_training_back_after_an_error():
    spy = Spy()
    model = Sequential([spy])
    model.set_training(True)
    with pytest.raises(ValueError, match="too large"):
        model.predict(np.full((1, 1), 1000.0))
    assert spy.training


def test_predict_leaves_what_backward_needs():
    """Other code may predict for other data between forward and backward."""
    model, rng = small_model(), np.random.default_rng(0)
    x, other = rng.normal(size=(2, 4, 3))
    dout = rng.normal(size=model.forward(x).shape)
    model.backward(dout)
    expected = model.gradients.copy()
    model.forward(x)
    model.predict(other)
    model.backward(dout)
    np.testing.assert_array_equal(model.gradients, expected)


# --- layers that do not fit ---------------------------------------------------------------------------------------


def test_two_layers_that_do_not_fit_are_both_named():
    rng = np.random.default_rng(0)
    model = Sequential([Dense(3, 4, rng=rng), ReLU(), Dense(5, 2, rng=rng)])
    with pytest.raises(
        ValueError, match=r"layers 2 and 3 do not fit: ReLU\(\) gives \(6, 4\), but Dense\(5, 2\) expects"
    ):
        model.forward(np.ones((6, 3)))


def test_a_missing_flatten_is_suggested():
    class Keep(Layer):
        def forward(self, x):
            return x

    model = Sequential([Keep(), Dense(12, 2, rng=np.random.default_rng(0))])
    with pytest.raises(
        ValueError, match=r"layers 1 and 2 do not fit: Keep\(\) gives \(1, 2, 2, 3\).*put Flatten\(\) before"
    ):
        model.forward(np.ones((1, 2, 2, 3)))


def test_tells_an_input_that_does_not_fit_from_layers_that_do_not():
    with pytest.raises(ValueError, match=r"Dense\(3, 4\), the first layer, does not fit the input: .* got \(6, 5\)"):
        small_model().forward(np.ones((6, 5)))


def test_finds_layers_that_do_not_fit_before_the_first_update():
    rng = np.random.default_rng(0)
    model = Sequential([Dense(3, 4, rng=rng), Dense(5, 2, rng=rng)])
    before = model.parameters.copy()
    with pytest.raises(ValueError, match=r"layers 1 and 2 do not fit: Dense\(3, 4\) gives .*, but Dense\(5, 2\)"):
        fit(model, np.ones((4, 3)), np.ones((4, 2)), loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=1)
    np.testing.assert_array_equal(model.parameters, before)
