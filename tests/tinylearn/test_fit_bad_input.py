"""Wrong arguments of fit: the errors say what to change."""

import numpy as np
import pytest

from tests.tinylearn.training_helpers import small_data, small_model, train
from tinylearn import SGD, Augment, Dense, MeanSquaredError, ProgressBar, Sequential, fit


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.ones((4, 3)), np.ones((5, 1)), r"one row per example, got shapes \(4, 3\) and \(5, 1\)"),
        (
            np.ones(4),
            np.ones((4, 1)),
            r"x must have shape \(N, …\), a row per example, got \(4,\); reshape .*x\[:, None\]",
        ),
        (np.ones((4, 3)), np.array(1.0), r"one row per example, got shapes \(4, 3\) and \(\)"),
        (np.ones((0, 3)), np.ones((0, 1)), "x must hold at least one example, got none"),
        (np.ones((4, 3)), np.ones(4), r"target must have the shape of predicted, \(4, 1\), got \(4,\); reshape"),
        (np.ones((4, 2)), np.ones((4, 1)), r"Dense\(3, 5\), the first layer, does not fit the input"),
    ],
)
def test_refuses_data_of_wrong_shapes(x, y, message):
    model = small_model()
    before = model.parameters.copy()
    with pytest.raises(ValueError, match=message):
        train(model, x, y)
    np.testing.assert_array_equal(model.parameters, before)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_refuses_data_that_are_not_finite_with_their_place(bad):
    x, y = small_data(4)
    x[2, 1] = bad
    with pytest.raises(ValueError, match=rf"fit: x must be finite numbers, got {bad} at x\[2, 1\]; clean the data"):
        train(small_model(), x, y)
    x, y = small_data(4)
    y[3, 0] = bad
    with pytest.raises(ValueError, match=rf"fit: y must be finite numbers, got {bad} at y\[3, 0\]"):
        train(small_model(), x, y)


def test_refuses_masked_data_with_their_place():
    """As plain numbers they would be whatever stands below the mask: 0, -999."""
    x, y = small_data(4)
    masked = np.zeros(x.shape, bool)
    masked[2, 1] = True
    with pytest.raises(
        ValueError, match=r"fit: x must hold numbers only, got a masked entry at x\[2, 1\]; leave it out"
    ):
        train(small_model(), np.ma.masked_array(x, masked), y)
    with pytest.raises(ValueError, match=r"fit: y must hold numbers only, got a masked entry at y\[2, 0\]"):
        train(small_model(), x, np.ma.masked_array(y, masked[:, 1:2]))


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("batch_size", [3, 8])
@pytest.mark.parametrize("kind", [np.matrix, np.ma.masked_array, np.ndarray.tolist], ids=["matrix", "masked", "list"])
def test_other_kinds_of_arrays_train_as_plain_ones_do(kind, batch_size):
    x, y = small_data(8)
    models = [small_model(), small_model()]
    settings = {"epochs": 2, "batch_size": batch_size}
    losses = [train(models[0], x, y, rng=np.random.default_rng(0), **settings),
              train(models[1], kind(x), kind(y), rng=np.random.default_rng(0), **settings)]  # fmt: skip
    assert losses[0] == losses[1]
    assert models[0].parameters.tobytes() == models[1].parameters.tobytes()


def test_refuses_data_that_are_not_numbers():
    with pytest.raises(TypeError, match=r"fit: x must hold real numbers, got \[\['a', 'b', 'c'\]\]"):
        train(small_model(), [["a", "b", "c"]], [[1]])
    with pytest.raises(TypeError, match=r"fit: y must hold real numbers, got \[\['yes'\]\]"):
        train(small_model(), [[1, 2, 3]], [["yes"]])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "fit: epochs must be at least 1, got 0"),
        ({"epochs": 1.5}, TypeError, "fit: epochs must be a whole number, got 1.5"),
        ({"batch_size": 0}, ValueError, "fit: batch_size must be at least 1, got 0"),
        ({"rng": 0}, TypeError, "fit: rng must be a NumPy generator"),
    ],
)
def test_refuses_wrong_settings(settings, error, message):
    x, y = small_data(4)
    with pytest.raises(error, match=message):
        train(small_model(), x, y, **settings)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"loss": MeanSquaredError}, r"loss must be a Loss .* the class MeanSquaredError; write MeanSquaredError\(…\)"),
        ({"loss": "mse"}, r"loss must be a Loss such as MeanSquaredError\(\), got 'mse'"),
        ({"optimizer": SGD}, r"write SGD\(…\)"),
        ({"callbacks": ProgressBar()}, "callbacks must be a list"),
        ({"callbacks": [None]}, "a callback must be a function of an Update, got None"),
        ({"callbacks": [ProgressBar]}, r"a callback must be .* got the class ProgressBar; write ProgressBar\(…\)"),
        ({"augment": Augment}, r"augment must be a function of .* got the class Augment; write Augment\(…\)"),
        ({"augment": lambda x, rng: None}, "must hold real numbers"),
        ({"augment": lambda x, rng: x[:1]}, "must return a batch like x"),
        ({"workers": 0}, "workers must be at least 1, got 0"),
    ],
)
def test_names_a_wrong_part(wrong, message):
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    parts = {"loss": MeanSquaredError(), "optimizer": SGD(0.1), "epochs": 1} | wrong
    with pytest.raises((TypeError, ValueError), match=message):
        fit(model, np.ones((3, 1)), np.ones((3, 1)), **parts)
