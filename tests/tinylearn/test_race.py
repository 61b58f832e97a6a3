"""A race starts all variants from the same weights, with the same batches; each may end on its own."""

import numpy as np
import pytest

from tinylearn import (
    SGD,
    Adam,
    BatchNorm,
    Dense,
    Dropout,
    MeanSquaredError,
    Recorder,
    ReLU,
    RMSprop,
    Sequential,
    Sigmoid,
    fit,
    race,
)
from tinylearn.losses import Loss
from tinylearn.optimizers import Optimizer

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
    assert optimizer.state == {}


def test_one_that_diverges_does_not_stop_the_others():
    runners = race(make_model, (X, Y), {"wild": SGD(1e200), "calm": SGD(0.01)}, **SETTINGS)
    assert runners["wild"].divergence.step == runners["wild"].recording.steps[-1] + 1
    assert runners["wild"].losses == []
    assert runners["calm"].divergence is None
    assert len(runners["calm"].losses) == 3


@pytest.mark.parametrize(
    ("variants", "kind", "text"),
    [
        ({}, ValueError, "optimizer must hold at least one variant, got none"),
        ([SGD()], TypeError, "must be a dict"),
        ({"SGD": SGD}, TypeError, "optimizer must be an Optimizer such as .*, got the class SGD; write SGD"),
        ({1: SGD()}, TypeError, "the name of a variant must be a str .*, got 1"),
        (SGD(), TypeError, "one argument must be a dict of variants, such as"),
    ],
)
def test_variants_that_are_none(variants, kind, text):
    with pytest.raises(kind, match=text):
        race(make_model, (X, Y), variants, **SETTINGS)


class Counting(Optimizer):
    """A third-party optimizer; its state has other names: a count, and a part of its own."""

    def __init__(self, learning_rate):
        super().__init__(learning_rate)
        self.inner, self.slopes = Adam(learning_rate), []

    def step(self, parameters, gradients):
        self.inner.step(parameters, gradients)
        self.slopes.append(gradients.max())


class Nested(Counting):
    def step(self, parameters, gradients):
        self.inner.step(parameters, gradients)


@pytest.mark.parametrize(
    "used", [Adam(), RMSprop(), SGD(0.1, momentum=0.9), Counting(0.1), Nested(0.1)], ids=lambda one: type(one).__name__
)
def test_refuses_an_optimiser_that_has_run_before(used):
    race(make_model, (X, Y), {"new": used}, **SETTINGS)
    used.step(np.zeros(2), np.zeros(2))  # without a slope, only a count may change
    if not isinstance(used, Adam | Counting):
        used.step(np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match=r"'old', .* has made steps already"):
        race(make_model, (X, Y), {"old": used}, **SETTINGS)
    with pytest.raises(ValueError, match=r"the optimizer of 'a', .* has made steps already"):
        race({"a": make_model}, (X, Y), used, **SETTINGS)


def test_an_optimiser_that_remembers_nothing_may_have_run_before_and_a_rate_may_be_set_anew():
    plain, changed = SGD(0.1), Adam()
    plain.step(np.ones(2), np.ones(2))
    changed.learning_rate = 0.5
    runners = race(make_model, (X, Y), {"plain": plain, "changed": changed, "new": Adam(0.5)}, **SETTINGS)
    np.testing.assert_array_equal(runners["changed"].recording.rows, runners["new"].recording.rows)


def test_refuses_models_that_differ():
    own = np.random.default_rng(0)
    with pytest.raises(ValueError, match="'b' starts with other parameters than 'a'; make_model"):
        race(lambda rng: make_model(own), (X, Y), {"a": SGD(), "b": SGD()}, **SETTINGS)


def test_refuses_one_model_for_all():
    model = make_model(np.random.default_rng(0))
    with pytest.raises(ValueError, match="must make a new model each time"):
        race(lambda rng: model, (X, Y), {"a": SGD(), "b": SGD()}, **SETTINGS)


# --- other things that differ ------------------------------------------------------------------------------------


def with_activation(layer):
    return lambda rng: Sequential([Dense(3, 5, rng=rng), *layer(), Dense(5, 1, rng=rng)])


def test_models_that_differ_in_their_activations():
    makers = {"straight": with_activation(list), "ReLU": with_activation(lambda: [ReLU()]),
              "sigmoid": with_activation(lambda: [Sigmoid()])}  # fmt: skip
    runners = race(makers, (X, Y), Adam(0.1), **SETTINGS)
    assert list(runners) == list(makers)
    first, *others = (runner.recording for runner in runners.values())
    for other in others:
        np.testing.assert_array_equal(first.rows[0], other.rows[0])
        assert (first.rows[1] != other.rows[1]).any()
        for step in first.steps:
            np.testing.assert_array_equal(first.batch(step), other.batch(step))
    alone = race(makers["ReLU"], (X, Y), {"alone": Adam(0.1)}, **SETTINGS)["alone"]
    np.testing.assert_array_equal(alone.recording.rows, runners["ReLU"].recording.rows)


def test_models_with_and_without_a_layer_start_equal_in_what_they_share():
    makers = {
        "plain": with_activation(list),
        "normalised": with_activation(lambda: [BatchNorm(5)]),
        "wider at the end": lambda rng: Sequential([Dense(3, 5, rng=rng), Dense(5, 2, rng=rng), Dense(2, 1, rng=rng)]),
    }
    plain, normalised, wider = (runner.recording for runner in race(makers, (X, Y), Adam(0.1), **SETTINGS).values())
    for other in (normalised, wider):
        np.testing.assert_array_equal(plain["dense_1.w"][0], other["dense_1.w"][0])
        np.testing.assert_array_equal(plain.batch(12), other.batch(12))
    np.testing.assert_array_equal(plain["dense_2.w"][0], normalised["dense_2.w"][0])
    assert (plain["dense_1.w"][1] != normalised["dense_1.w"][1]).any()
    assert normalised.names[-2:] == ("batchnorm_1.mean", "batchnorm_1.var")


def test_refuses_models_that_cannot_start_equal():
    other = lambda rng: Sequential([Dense(3, 5, rng=rng), Dense(5, 1, rng=np.random.default_rng(0))])  # noqa: E731
    with pytest.raises(ValueError, match=r"'two' starts with other parameters than 'one'.* differs is dense_2\.w"):
        race({"one": with_activation(list), "two": other}, (X, Y), SGD(), **SETTINGS)
    nothing = {"one": with_activation(list), "two": lambda rng: Sequential([Sigmoid()])}
    with pytest.raises(ValueError, match="they have no parameter in common"):
        race(nothing, (X, Y), SGD(), **SETTINGS)
    with pytest.raises(TypeError, match=r"model must be a Sequential .*, got None"):
        race({"a": lambda rng: None}, (X, Y), SGD(), **SETTINGS)


@pytest.mark.parametrize(
    ("what", "variants", "updates"),
    [
        ("epochs", {"short": 1, "long": 4}, [4, 16]),
        ("shuffle", {"shuffled": True, "in order": False}, [12, 12]),
        ("workers", {"one": 1, "two": 2}, [12, 12]),
        ("data", {"all": (X, Y), "half": (X[:12], Y[:12])}, [12, 6]),
    ],
)
def test_any_one_thing_may_differ(what, variants, updates):
    given = {"data": (X, Y)} | SETTINGS | {what: variants}
    runners = race(make_model, given.pop("data"), SGD(0.1), **given)
    assert [len(runner.recording) - 1 for runner in runners.values()] == updates
    first, other = (runner.recording for runner in runners.values())
    np.testing.assert_array_equal(first.rows[0], other.rows[0])


def test_a_runner_that_is_stopped_leaves_the_others_running():
    def stop_early(update):
        if type(update.optimizer) is SGD and update.step == 2:
            update.stop()

    runners = race(make_model, (X, Y), {"Adam": Adam(), "SGD": SGD(0.1), "RMSprop": RMSprop()}, **SETTINGS,
                   callbacks=[stop_early])  # fmt: skip
    assert [len(runner.recording) - 1 for runner in runners.values()] == [12, 2, 12]


def test_what_is_recorded_in_a_race_can_be_explained():
    """Also dropout, and an augment that draws."""
    runners = race(make_model, (X, Y), {"SGD": SGD(0.1), "Adam": Adam(0.1)}, **SETTINGS,
                   augment=lambda x, rng: x + rng.normal(size=x.shape))  # fmt: skip
    for runner in runners.values():
        explanation = runner.recording.explain(9, "dense_1.w[2, 3]")
        assert explanation.new == runner.recording["dense_1.w"][9, 2, 3]


class AbsoluteError(Loss):
    def forward(self, predicted, target):
        self.difference = predicted - target
        return float(np.abs(self.difference).mean())

    def backward(self):
        return np.sign(self.difference) / self.difference.size


def test_losses_that_differ():
    losses = {"squared": MeanSquaredError(), "absolute": AbsoluteError()}
    runners = race(make_model, (X, Y), SGD(0.1), **SETTINGS | {"loss": losses})
    squared, absolute = (runner.recording for runner in runners.values())
    np.testing.assert_array_equal(squared.rows[0], absolute.rows[0])
    np.testing.assert_array_equal(squared.batch(12), absolute.batch(12))
    assert squared.losses[1] != absolute.losses[1]


def test_batch_sizes_cut_the_same_order_of_rows():
    runners = race(make_model, (X, Y), SGD(0.1), **SETTINGS | {"batch_size": {"six": 6, "twelve": 12}},
                   augment=lambda x, rng: x + rng.normal(size=x.shape))  # fmt: skip
    six, twelve = (runner.recording for runner in runners.values())
    assert (len(six), len(twelve)) == (13, 7)
    for step in range(1, 7):
        halves = np.concatenate([six.batch(2 * step - 1), six.batch(2 * step)])
        np.testing.assert_array_equal(halves, twelve.batch(step))


def test_augmented_or_not_the_batches_are_the_same():
    variants = {"as it is": None, "noisy": lambda x, rng: x + rng.normal(size=x.shape)}
    plain, noisy = (
        runner.recording for runner in race(make_model, (X, Y), SGD(0.1), augment=variants, **SETTINGS).values()
    )
    assert (plain.rows[1] != noisy.rows[1]).any()
    for step in plain.steps:
        np.testing.assert_array_equal(plain.batch(step), noisy.batch(step))


@pytest.mark.parametrize(
    ("settings", "kind", "text"),
    [
        ({"resume": {"step": 3}}, ValueError, "resume must be the same for all, who start from the race's seed"),
        ({"rng": np.random.default_rng(0)}, ValueError, "rng must be the same for all, who start from the race's seed"),
        (
            {"batch_size": {"a": 3, "b": 4}},
            ValueError,
            "one thing must differ, got variants of several, optimizer=.* and batch",
        ),
        ({"loss": MeanSquaredError}, TypeError, "loss must be a Loss such as .*, got the class"),
    ],
)
def test_more_than_one_thing_that_differs(settings, kind, text):
    with pytest.raises(kind, match=text):
        race(make_model, (X, Y), {"a": SGD(), "b": SGD()}, **SETTINGS | settings)


def test_variants_of_a_wrong_kind():
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        race(make_model, (X, Y), SGD(), **SETTINGS | {"batch_size": {"half": 0}})
    with pytest.raises(TypeError, match="make_model must be a function of rng, got None"):
        race({"a": None}, (X, Y), SGD(), **SETTINGS)
    with pytest.raises(TypeError, match=r"data must be a pair, \(x, y\), got \(array"):
        race(make_model, (X, Y, Y), {"a": SGD()}, **SETTINGS)


# --- what is recorded, and who is told ---------------------------------------------------------------------------


def test_a_race_is_what_fit_does():
    model_seed, batch_seed = np.random.SeedSequence(4).spawn(2)
    model, batches = make_model(np.random.default_rng(model_seed)), np.random.default_rng(batch_seed)
    recorder = Recorder(model)
    losses = fit(model, X, Y, optimizer=Adam(0.1), rng=batches, callbacks=[recorder], **SETTINGS)
    runner = race(make_model, (X, Y), {"SGD": SGD(0.1), "Adam": Adam(0.1)}, seed=4, **SETTINGS)["Adam"]
    assert runner.losses == losses
    np.testing.assert_array_equal(runner.recording.rows, recorder.recording.rows)
    np.testing.assert_array_equal(runner.model.parameters, model.parameters)


def test_takes_your_own_recorder_and_more_callbacks():
    heard = []
    runners = race(make_model, (X, Y), {"SGD": SGD(0.1), "Adam": Adam()}, **SETTINGS, callbacks=iter([heard.append]),
                   record=lambda model: Recorder(model, every=5, select=["dense_1.w"]))  # fmt: skip
    assert [update.step for update in heard] == [*range(1, 13), *range(1, 13)]
    assert [update.model for update in heard[::12]] == [runner.model for runner in runners.values()]
    for runner in runners.values():
        assert runner.recording.steps.tolist() == [0, 5, 10, 12]
        assert runner.recording.names == ("dense_1.w",)


def test_tells_a_folder_that_cannot_be_recorded_into_before_the_first_training(tmp_path):
    def fails(update):
        raise AssertionError("it trains")

    with pytest.raises(FileExistsError, match="holds a recording already"):
        race(make_model, (X, Y), {"SGD": SGD(0.1), "Adam": Adam()}, **SETTINGS, callbacks=[fails],
             record=lambda model: Recorder(model, tmp_path / "run"))  # fmt: skip
