"""A race starts all variants from the same weights, through the same batches, and ends each for itself."""

import numpy as np
import pytest

from tinylearn import SGD, Adam, Dense, Dropout, MeanSquaredError, ReLU, RMSprop, Sequential, race

X = np.random.default_rng(5).normal(size=(24, 3))
Y = X @ np.array([[1.0], [-2], [0.5]])
SETTINGS = {"loss": MeanSquaredError(), "epochs": 3, "batch_size": 7}


def make_model(rng):
    return Sequential([Dense(3, 5, rng=rng), ReLU(), Dropout(0.3, rng=rng), Dense(5, 1, rng=rng)])


def test_the_same_start_and_the_same_batches():
    runners = race(make_model, (X, Y), {"SGD": SGD(0.1), "Adam": Adam(0.1), "RMSprop": RMSprop()}, **SETTINGS)
    assert list(runners) == ["SGD", "Adam", "RMSprop"]
    first, *others = (runner.recording for runner in runners.values())
    for other in others:
        np.testing.assert_array_equal(first.rows[0], other.rows[0])
        assert first.losses[1] == other.losses[1]  # the same dropout, before any update
        assert (first.rows[1] != other.rows[1]).any()
        for step in first.steps:
            np.testing.assert_array_equal(first.batch(step), other.batch(step))
    assert len({tuple(first.batch(step)) for step in first.steps[1:]}) == 12  # shuffled anew in each epoch


def test_equal_variants_end_equal_and_the_seed_decides():
    runners = race(make_model, (X, Y), {"one": Adam(), "other": Adam()}, **SETTINGS)
    np.testing.assert_array_equal(runners["one"].recording.rows, runners["other"].recording.rows)
    assert runners["one"].losses == runners["other"].losses
    elsewhere = race(make_model, (X, Y), {"one": Adam()}, seed=1, **SETTINGS)
    assert (elsewhere["one"].recording.rows != runners["one"].recording.rows).any()


def test_the_optimisers_that_were_given_are_left_alone():
    optimizer = Adam()
    race(make_model, (X, Y), {"a": optimizer, "b": optimizer}, **SETTINGS)
    assert optimizer.v is None
    assert optimizer.t == 0


def test_one_that_diverges_does_not_stop_the_others():
    runners = race(make_model, (X, Y), {"wild": SGD(1e200), "calm": SGD(0.01)}, **SETTINGS)
    assert runners["wild"].divergence.step == runners["wild"].recording.steps[-1] + 1
    assert runners["wild"].losses == []
    assert runners["calm"].divergence is None
    assert len(runners["calm"].losses) == 3


@pytest.mark.parametrize(
    ("variants", "kind", "text"),
    [
        ({}, ValueError, "at least one optimizer, got none"),
        ([SGD()], TypeError, "must be a dict"),
        ({"SGD": SGD}, TypeError, "an optimizer each, got 'SGD'"),
        ({1: SGD()}, TypeError, "got 1: SGD"),
    ],
)
def test_variants_that_are_none(variants, kind, text):
    with pytest.raises(kind, match=text):
        race(make_model, (X, Y), variants, **SETTINGS)


def test_an_optimiser_that_has_run_before_is_refused():
    used = Adam()
    used.step(np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="has made steps already"):
        race(make_model, (X, Y), {"Adam": used}, **SETTINGS)


def test_models_that_differ_are_refused():
    own = np.random.default_rng(0)
    with pytest.raises(ValueError, match="'b' starts with other parameters than 'a'; make_model"):
        race(lambda rng: make_model(own), (X, Y), {"a": SGD(), "b": SGD()}, **SETTINGS)
