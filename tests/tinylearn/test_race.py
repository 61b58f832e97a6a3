"""A race starts all variants from the same weights, with the same batches; each may end on its own."""

import numpy as np
import pytest

import tinylearn as tl
from tinylearn import SGD, Adam, Dense, MeanSquaredError, Recorder, ReLU, RMSprop, Sequential, Sigmoid, race
from tinylearn.identity import described

X = np.random.default_rng(5).normal(size=(24, 3))
Y = X @ np.array([[1.0], [-2], [0.5]])
SETTINGS = {"loss": MeanSquaredError(), "epochs": 3, "batch_size": 7}


def make_model(rng):
    return Sequential([Dense(3, 5, rng=rng), ReLU(), tl.Dropout(0.3, rng=rng), Dense(5, 1, rng=rng)])


def between(*layers):
    """Return a function that makes a model with these kinds of layers between two dense ones."""
    return lambda rng: Sequential([Dense(3, 5, rng=rng), *(layer() for layer in layers), Dense(5, 1, rng=rng)])


def run(models=make_model, data=(X, Y), optimizer=None, **settings):
    return race(models, data, optimizer or {"SGD": SGD(0.1), "Adam": Adam(0.1)}, **SETTINGS | settings)


def noisy(x, rng):
    return x + rng.normal(size=x.shape)


def test_starts_all_alike_and_gives_them_the_same_batches():
    runners = run(optimizer={"SGD": SGD(0.1), "Adam": Adam(0.1), "RMSprop": RMSprop(), "again": Adam(0.1)})
    assert list(runners) == ["SGD", "Adam", "RMSprop", "again"]
    first, *others, again = (runner.recording for runner in runners.values())
    for other in others:
        np.testing.assert_array_equal(first.rows[0], other.rows[0])
        assert first.losses[1] == other.losses[1]  # the same dropout, before any update
        assert (first.rows[1] != other.rows[1]).any()
        for step in first.steps:
            np.testing.assert_array_equal(first.batch(step), other.batch(step))
    assert len({tuple(first.batch(step)) for step in first.steps[1:]}) == 12  # shuffled anew in each epoch
    np.testing.assert_array_equal(others[0].rows, again.rows)
    assert runners["Adam"].losses == runners["again"].losses
    elsewhere = run(optimizer={"Adam": Adam(0.1)}, seed=1)["Adam"].recording
    assert (elsewhere.rows != again.rows).any()


def test_does_what_fit_does():
    model_seed, batch_seed = np.random.SeedSequence(4).spawn(2)
    model = make_model(np.random.default_rng(model_seed))
    recorder, rng = Recorder(model), np.random.default_rng(batch_seed)
    losses, runner = tl.fit(model, X, Y, optimizer=Adam(0.1), rng=rng, callbacks=[recorder], **SETTINGS), run(seed=4)
    assert runner["Adam"].losses == losses
    np.testing.assert_array_equal(runner["Adam"].recording.rows, recorder.recording.rows)
    np.testing.assert_array_equal(runner["Adam"].model.parameters, model.parameters)


def test_lets_each_end_on_its_own():
    """One diverges, one is stopped, one goes on; the optimiser that was given for all is left alone."""

    def stop_early(update):
        if type(update.optimizer) is SGD and update.step == 2:
            update.stop()

    adam = Adam()
    runners = run(optimizer={"wild": SGD(1e200), "stopped": SGD(0.01), "calm": adam}, callbacks=[stop_early])
    assert runners["wild"].divergence.step == runners["wild"].recording.steps[-1] + 1
    assert runners["wild"].losses == []
    assert runners["calm"].divergence is None
    assert [len(runners[name].recording) - 1 for name in ("stopped", "calm")] == [2, 12]
    assert adam.state == {}


class Doubled(MeanSquaredError):
    def backward(self):
        return 2 * super().backward()


@pytest.mark.parametrize(("what", "variants", "updates"), [
    ("models", {"straight": between(), "ReLU": between(ReLU)}, [12, 12]),
    ("loss", {"squared": MeanSquaredError(), "doubled": Doubled()}, [12, 12]),
    ("augment", {"as it is": None, "noisy": noisy}, [12, 12]),
    ("workers", {"one": 1, "two": 2}, [12, 12]),
    ("epochs", {"short": 1, "long": 4}, [4, 16]),
    ("shuffle", {"shuffled": True, "in order": False}, [12, 12]),
    ("data", {"all": (X, Y), "half": (X[:12], Y[:12])}, [12, 6]),
    ("batch_size", {"six": 6, "twelve": 12}, [12, 6]),
])  # fmt: skip
def test_lets_any_one_thing_differ(what, variants, updates):
    runners = run(**{"optimizer": SGD(0.1), what: variants})
    assert list(runners) == list(variants)
    assert [len(runner.recording) - 1 for runner in runners.values()] == updates
    first, *others = (runner.recording for runner in runners.values())
    for other in others:
        np.testing.assert_array_equal(first.rows[0], other.rows[0])
        assert (first.rows[1] != other.rows[1]).any() == (what not in ("workers", "epochs"))
        for step in range(1, 1 + min(updates)):
            if what == "batch_size":  # which cut the same order of rows
                halves = np.concatenate([first.batch(2 * step - 1), first.batch(2 * step)])
                np.testing.assert_array_equal(halves, other.batch(step))
            elif what not in ("shuffle", "data"):
                np.testing.assert_array_equal(first.batch(step), other.batch(step))
    name, value = [*variants.items()][-1]
    alone = run(**{"optimizer": SGD(0.1), what: {name: value}})[name].recording
    np.testing.assert_array_equal(alone.rows, other.rows)


def test_starts_models_that_differ_equal_in_what_they_share():
    makers = {
        "plain": between(),
        "normalised": between(lambda: tl.BatchNorm(5)),
        "wider at the end": lambda rng: Sequential([Dense(3, 5, rng=rng), Dense(5, 2, rng=rng), Dense(2, 1, rng=rng)]),
    }
    plain, normalised, wider = (runner.recording for runner in run(makers, optimizer=Adam(0.1)).values())
    for other, names in ((normalised, ("dense_1.w", "dense_2.w")), (wider, ("dense_1.w",))):
        for name in names:
            np.testing.assert_array_equal(plain[name][0], other[name][0])
        np.testing.assert_array_equal(plain.batch(12), other.batch(12))
        assert (plain["dense_1.w"][1] != other["dense_1.w"][1]).any()


def test_records_what_can_be_explained():
    """Also dropout, and an augment that draws."""
    for runner in run(augment=noisy).values():
        explanation = runner.recording.explain(9, "dense_1.w[2, 3]")
        assert explanation.new == runner.recording["dense_1.w"][9, 2, 3]


def test_takes_your_own_recorder_more_callbacks_and_an_optimiser_whose_rate_was_set_anew():
    heard, plain, changed = [], SGD(0.1), Adam()
    plain.step(np.ones(2), np.ones(2))  # which remembers nothing
    changed.learning_rate = 0.5
    runners = run(optimizer={"plain": plain, "changed": changed, "new": Adam(0.5)}, callbacks=iter([heard.append]),
                  record=lambda model: Recorder(model, every=5, select=["dense_1.w"]))  # fmt: skip
    assert [update.step for update in heard] == [*range(1, 13)] * 3
    assert [update.model for update in heard[::12]] == [runner.model for runner in runners.values()]
    for runner in runners.values():
        assert runner.recording.steps.tolist() == [0, 5, 10, 12]
        assert runner.recording.names == ("dense_1.w",)
    np.testing.assert_array_equal(runners["changed"].recording.rows, runners["new"].recording.rows)


OWN, ONE = np.random.default_rng(0), make_model(np.random.default_rng(0))


def other_end(rng):
    return Sequential([Dense(3, 5, rng=rng), Dense(5, 1, rng=np.random.default_rng(0))])


@pytest.mark.parametrize(("settings", "kind", "text"), [
    ({"optimizer": [SGD()]}, TypeError, "must be a dict"),
    ({"optimizer": {1: SGD()}}, TypeError, "the name of a variant must be a str .*, got 1"),
    ({"optimizer": SGD()}, TypeError, "one argument must be a dict of variants, such as"),
    ({"optimizer": SGD(), "epochs": {}}, ValueError, "epochs must hold at least one variant, got none"),
    ({"record": "run"}, TypeError, "record must be a function that makes the recorder of a model, got 'run'"),
    ({"resume": {"step": 3}}, ValueError, "leave out resume, got"),
    ({"batch_size": {"a": 3, "b": 4}}, ValueError, "one thing must differ, .* and batch"),
    ({"optimizer": SGD(), "batch_size": {"half": 0}}, ValueError, "batch_size must be at least 1, got 0"),
    ({"models": {"a": None}, "optimizer": SGD()}, TypeError, "make_model must be a function of rng, got None"),
    ({"models": {"a": lambda rng: None}, "optimizer": SGD()}, TypeError, r"model must be a Sequential .*got None"),
    ({"data": (X, Y, Y)}, TypeError, r"data must be a pair, \(x, y\), got \(array"),
    ({"models": lambda rng: make_model(OWN)}, ValueError, "'Adam' starts with other parameters than 'SGD'; make_m"),
    ({"models": lambda rng: ONE}, ValueError, "must make a new model each time"),
    ({"models": {"one": between(), "two": other_end}, "optimizer": SGD()}, ValueError,
     r"'two' starts with other parameters than 'one'.* differs is dense_2\.w"),
    ({"models": {"one": between(), "two": lambda rng: Sequential([Sigmoid()])}, "optimizer": SGD()}, ValueError,
     "they have no parameter in common"),
], ids=described)  # fmt: skip
def test_refuses_what_is_no_race(settings, kind, text):
    with pytest.raises(kind, match=text):
        run(**settings)


def test_tells_of_a_folder_that_cannot_be_recorded_into_before_the_first_training(tmp_path):
    def fails(update):
        raise AssertionError("it trains")

    with pytest.raises(FileExistsError, match="holds a recording already"):
        run(callbacks=[fails], record=lambda model: Recorder(model, tmp_path / "run"))
