"""Training that diverges stops at once, and says where and what to try."""

import numpy as np
import pytest

from tests.tinylearn.training_helpers import neuron, small_data, small_model, train
from tinylearn import SGD, Dense, DivergenceError, MeanSquaredError, Sequential
from tinylearn.datasets import celsius_fahrenheit
from tinylearn.initializers import ones


def test_divergence_names_step_parameter_and_learning_rate():
    """Chapter 3's neuron with a learning rate twenty times too large. A RuntimeWarning would be an error here."""
    model, steps = neuron(), []
    celsius, fahrenheit = celsius_fahrenheit()
    with pytest.raises(DivergenceError, match=r"update \d+ made dense_1\.w NaN or infinite") as caught:
        train(
            model,
            celsius,
            fahrenheit,
            loss=MeanSquaredError(),
            optimizer=SGD(0.01),
            epochs=8000,
            callbacks=[lambda update: steps.append(update.step)],
        )
    error = caught.value
    assert error.step == steps[-1] + 1  # the callbacks were told of every update before
    assert error.parameter == "dense_1.w"
    assert error.learning_rate == 0.01
    assert not error.gradient_norm < 1e100
    assert "learning rate 0.01" in str(error)
    assert "try a learning rate ten times smaller, or scale the inputs" in str(error)
    assert not any(layer.training for layer in model.layers)


def test_divergence_names_the_parameter_that_diverged():
    class Exploding(SGD):
        def step(self, parameters, gradients):
            super().step(parameters, gradients)
            parameters[-1] = np.nan

    x, y = small_data(4)
    with pytest.raises(DivergenceError, match=r"update 1 made dense_2\.b NaN") as caught:
        train(small_model(), x, y, optimizer=Exploding(0.1))
    assert caught.value.step == 1


def test_very_large_parameters_are_no_divergence():
    """Their square overflows, they do not."""
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0), weights=ones)], np.float32)
    model.parameters = np.array([3e30, 0])
    losses = train(model, [[0.0]], [[0.0]], loss=MeanSquaredError())
    assert losses == [0.0]
