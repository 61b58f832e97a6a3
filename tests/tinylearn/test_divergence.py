"""Training that diverges stops at the broken update. The error says where, how, and what to try."""

import pickle
import re

import numpy as np
import pytest

from tests.tinylearn.checkpoint_runs import Centred
from tests.tinylearn.training_helpers import neuron, small_data, small_model, train
from tinylearn import SGD, Dense, DivergenceError, Dropout, MeanSquaredError, ReLU, Sequential
from tinylearn.datasets import celsius_fahrenheit
from tinylearn.divergence import diagnose
from tinylearn.initializers import ones, zeros

SQUARES = {"loss": MeanSquaredError()}


class Meddling(SGD):
    """Descent, and at one update something that is done to the parameters."""

    steps = 0

    def __init__(self, at, meddle, learning_rate=0.1):
        super().__init__(learning_rate)
        self.at, self.meddle = at, meddle

    def step(self, parameters, gradients):
        super().step(parameters, gradients)
        self.steps += 1
        if self.steps == self.at:
            self.meddle(parameters)


def diverging(model, x, y, **settings):
    """Return the error of a training."""
    with pytest.raises(DivergenceError) as caught:
        train(model, x, y, **settings)
    return caught.value


def meddled(at, meddle, **settings):
    return diverging(small_model(), *small_data(4), optimizer=Meddling(at, meddle), epochs=at + 20, **settings)


def line(weights=ones, dtype=np.float64):
    return Sequential([Dense(1, 1, rng=np.random.default_rng(0), weights=weights)], dtype)


def test_the_neuron_of_chapter_3_with_a_learning_rate_twenty_times_too_large():
    """A RuntimeWarning would be an error here. The loss, a square, overflows first."""
    model, norms, (x, y) = neuron(), {}, celsius_fahrenheit()

    def keep(update):
        norms[update.step] = np.hypot(*model.gradients)

    error = diverging(model, x, y, optimizer=SGD(0.01), epochs=8000, callbacks=[keep], **SQUARES)
    assert re.search(r"update \d+ met a loss of inf, with dense_1\.w at norm \S+e\+15", str(error))
    assert error.step == max(norms) + 1  # the callbacks were told of every update before
    assert (error.parameter, error.learning_rate) == ("dense_1.w", 0.01)
    assert "learning rate 0.01" in str(error)
    assert "try a learning rate ten times smaller, or scale inputs and targets to mean 0 and variance 1" in str(error)
    assert list(error.gradient_norms) == list(range(error.step - 4, error.step + 1))
    assert error.gradient_norm == error.gradient_norms[error.step] > 1e100
    for step in range(error.step - 4, error.step):
        assert error.gradient_norms[step] == pytest.approx(norms[step], rel=1e-12)
        assert f"update {step} {norms[step]:.3g}" in str(error)
    assert not any(layer.training for layer in model.layers)


@pytest.mark.parametrize(("at", "known", "workers"), [(7, [3, 4, 5, 6, 7], 1), (40, [40], 2), (267, [267], 1)])
def test_names_a_parameter_that_breaks_suddenly_with_the_gradients_of_updates_in_a_row(at, known, workers, monkeypatch):
    """Of a run that was calm until then, only the last one is known; what is not the norm just before says so."""
    monkeypatch.setattr("tinylearn.workers.SMALL", 0)  # so that two workers share even a small network's batches
    error = meddled(at, lambda parameters: parameters.put(-1, np.nan), workers=workers)
    assert (error.step, error.parameter, error.reason) == (at, "dense_2.b", "made dense_2.b NaN or infinite")
    assert list(error.gradient_norms) == known
    error = meddled(at, lambda parameters: parameters.put(-1, 2e6 * parameters[-1]))
    assert (error.step, error.parameter) == (at, "dense_2.b")
    told = re.fullmatch(r"grew dense_2\.b from norm (\S+)( \(after update (\d+)\))? to (\S+)", error.reason)
    assert float(told[4]) / float(told[1]) > 1e6
    assert told[3] == (None if at <= 12 else "11")


def test_a_loss_that_is_nan_while_all_parameters_are_well():
    class Broken(MeanSquaredError):
        calls = 0

        def forward(self, predicted, target):
            self.calls += 1
            return super().forward(predicted, target) if self.calls < 30 else np.nan

    error = diverging(small_model(), *small_data(4), loss=Broken(), epochs=50)
    assert re.search(r"update 30 met a loss of nan, with dense_1\.w at norm", str(error))
    error = diverging(Sequential([ReLU()]), np.full((2, 1), 1e200), np.zeros((2, 1)), **SQUARES)  # nothing to learn
    assert str(error).startswith("training diverged: update 1 met a loss of inf (learning rate")


def test_a_run_that_diverges_slowly_tells_the_last_gradients_too():
    """A rate just above the bound: thousands of updates; a third of them are measured."""
    error = diverging(line(), [[1.0], [-1.0]], [[0.0], [0.0]], optimizer=SGD(1.1), epochs=20_000, **SQUARES)
    assert list(error.gradient_norms) == list(range(error.step - 4, error.step + 1))
    ratios = np.diff(np.log(list(error.gradient_norms.values())))
    assert ratios == pytest.approx(np.log(2 * 1.1 - 1), rel=1e-6)


def test_tells_callbacks_that_want_to_know_before_it_closes_them():
    class Listener(list):
        __call__ = lambda self, update: None  # noqa: E731
        diverged = list.append

        def close(self):
            self.append("closed")

    listener = Listener()
    error = meddled(1, lambda parameters: parameters.put(-1, np.nan), callbacks=[listener])
    assert listener == [error, "closed"]
    assert list(error.gradient_norms) == [1]
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), vars(again)) == (str(error), vars(error))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_very_large_parameters_and_those_that_grow_from_nothing_or_shrink_are_no_divergence(dtype):
    model = line(dtype=dtype)
    model.parameters = np.array([3e30 if dtype == np.float32 else 1e200, 0])  # their square overflows, they do not
    assert train(model, [[0.0]], [[0.0]], epochs=30, **SQUARES) == [0.0] * 30
    x, price = np.array([[-1.0], [1.0]]), np.array([[2e5], [3e5]])
    for weights in (ones, zeros):  # a bias from zero to the price of a house
        assert train(line(weights), x, price, optimizer=SGD(0.4), epochs=60, **SQUARES)[-1] < 1e-6
    for scale in (1e6, 1e7):  # the first update makes w, or b, more than a million times as large, and the loss smaller
        for seed in range(5):
            model = Sequential([Dense(1, 1, rng=np.random.default_rng(seed))])
            train(model, x, scale * (3 * x + 1), optimizer=SGD(0.1), epochs=100, **SQUARES)
            np.testing.assert_allclose(model.parameters, [3 * scale, scale], rtol=1e-8)
    for at in (5, 20):  # while every update is measured, and later
        for shrink in (lambda p: p.put(-1, 1e-4 * p[-1]), lambda p: p.fill(1e-300)):
            optimizer = Meddling(at, shrink)
            assert len(train(small_model(), *small_data(4), optimizer=optimizer, epochs=60)) == optimizer.steps == 60


def test_measures_the_loss_after_growth_without_disturbing_anything():
    """With dropout, which draws, and a state, which moves."""

    def run(bias):
        """The first update sets the last bias."""
        rng, losses, drawn = np.random.default_rng(0), [], []
        model = Sequential([Dense(1, 4, rng=rng), Dropout(0.5, rng=rng), Centred(4), Dense(4, 1, rng=rng)])
        model.parameters *= 1e-3
        optimizer = Meddling(1, lambda parameters: parameters.put(-1, bias), 1e-9)
        note = lambda update: (losses.append(update.loss), drawn.append(repr(rng.bit_generator.state)))  # noqa: E731
        train(model, [[-1.0], [1.0]], [[1e9], [1e9]], optimizer=optimizer, epochs=3, **SQUARES, callbacks=[note])
        return losses, drawn, model.named_state()["centred_1.batches"]

    (grown, drawn, batches), (calm, drawn_too, _) = run(1e7), run(1e2)
    assert grown[1] < calm[1] < grown[0]
    assert drawn == drawn_too
    assert batches == 3


@pytest.mark.parametrize(("bias", "grown", "again", "wrong"), [
    (0.0, 9e5, 1.0, False),  # from zero: less than a million times the norm of all, 1
    (0.0, 2e6, 1.0, True),
    (1e-9, 9e5, 1.0, False),  # as good as zero
    (1e-3, 9e2, 1.0, False),
    (1e-3, 2e3, 1.0, True),
    (1e-3, 8.0, 1.0, False),  # less than ten times the norm of all
    (0.0, 2e6, 0.9, False),  # the loss falls
    (0.0, 2e6, 1.1, True),
    (0.0, 2e6, np.nan, True),
])  # fmt: skip
def test_growth_is_a_fault_unless_it_is_from_nothing_or_the_loss_falls(bias, grown, again, wrong):
    before = {"w": 1.0, "b": bias}
    assert bool(diagnose(before, 1.0, before | {"b": grown}, 1.0, loss_again=lambda: again)) == wrong
    nothing = {"w": 1e-9, "b": 0.0}
    assert diagnose(nothing, 1e-9, {"w": 0.5, "b": 0.5}, 1.0) is None
    assert diagnose(nothing, 1e-9, {"w": 1.5, "b": 0.5}, 1.0) == ("w", "grew w from norm 1e-09 to 1.5")
