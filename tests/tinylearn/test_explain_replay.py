"""Updates that are repeated to explain one: the same batches, random numbers, workers, parts; and refusals."""

import copy
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

import tinylearn as tl
from tests.tinylearn.explain_helpers import OPTIMIZERS, X, Y, check, dense, noisy, recorded
from tinylearn import SGD, Dense, Dropout, MeanSquaredError, Optimizer, Recorder, Recording, Sequential, fit


def parts(model=None, optimizer="SGD", **other):
    """Return what the folder of a recording does not hold, made anew."""
    made = {"model": model or dense(), "x": X, "y": Y, "loss": MeanSquaredError(), "optimizer": OPTIMIZERS[optimizer]()}
    return made | other


SELECTED = {"select": ["dense_1.w", "dense_2.w"]}
CHOICES = [{}, {"every": 3}, {"every": lambda step: step in (5, 6)}, {"budget": 9000}, SELECTED]
RATES = [
    None,
    lambda step, epoch: max(0.0, 0.003 * (1 - step / 15)),
    lambda step, epoch: [0.003, 0.001][(step + epoch) % 2],
]


LAYERS = {
    "ReLU": lambda rng: tl.ReLU(),
    "dropout": lambda rng: Dropout(0.5, rng=rng),
    "batch norm": lambda rng: tl.BatchNorm(8),
}


def network(what, seed):
    """Return a small network, and what it draws from."""
    rng = np.random.Generator(np.random.Philox(seed))
    return Sequential([Dense(3, 8, rng=rng), LAYERS[what](rng), Dense(8, 1, rng=rng)]), rng


@settings(max_examples=25)
@given(
    kind=st.sampled_from([*OPTIMIZERS]), what=st.sampled_from([*LAYERS]), shared=st.booleans(),
    augment=st.sampled_from([None, noisy]), n_workers=st.sampled_from([1, 2]), batch_size=st.sampled_from([1, 2, 5, 9]),
    shuffle=st.booleans(), choice=st.sampled_from(CHOICES), rate=st.sampled_from(RATES),
    calls=st.sampled_from([[2], [1, 2]]), until=st.sampled_from([None, 4]),
)  # fmt: skip
def test_explains_every_update_that_was_kept_as_if_all_were(
    kind, what, shared, augment, n_workers, batch_size, shuffle, choice, rate, calls, until
):
    """In the process that trained; and loaded, told with a model whose generators have moved on. It changes nothing."""
    (model, rng), (other, _), optimizer = network(what, 3), network(what, 4), OPTIMIZERS[kind]()
    rate = None if choice else rate  # those of updates that were left out are not known
    n_workers, rng = 1 if what == "batch norm" else n_workers, rng if shared else np.random.default_rng(1)
    run = {"batch_size": batch_size, "shuffle": shuffle, "augment": augment, "workers": n_workers, "rng": rng}

    def after(update):
        if rate is not None:
            optimizer.learning_rate = rate(update.step, update.epoch)
        if update.step == until:
            update.stop()

    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr("tinylearn.workers.SMALL", 0)
        other.set_training(True)
        other.forward(X)
        if choice == SELECTED:  # what was not recorded is taken from the model that is told
            other = copy.deepcopy(model)
        whole, thinned = Recorder(model), Recorder(model, folder, **choice)
        for epochs in calls:
            fit(model, X, Y, loss=MeanSquaredError(), optimizer=optimizer, epochs=epochs,
                callbacks=[thinned, whole, after], **run)  # fmt: skip
        whole, told = whole.recording, [thinned.recording]
        if len(calls) == 1 or not {"budget", "select"} & {*choice}:  # else it lacks what the second call began with
            before = everything(other, folder)
            told.append(Recording.load(folder, **parts(other, kind, x=X.tolist(), augment=augment)))
        for step in told[0].steps[:0:-4].tolist():
            expected = check(whole, step, "dense_2.w[3, 0]")
            for each in told:
                explanation = each.explain(step, "dense_2.w[3, 0]")
                assert str(replace(explanation, old_is_recorded=True)) == str(expected)
                assert explanation.old_is_recorded == (step - 1 in each.steps)
                assert ("before was found by replaying" in str(explanation)) != explanation.old_is_recorded
        assert len(told) == 1 or everything(other, folder) == before


def everything(model, folder):
    flags = [layer.training for _, layer in model.walk()]
    return model.parameters.tobytes(), repr(model.generators()), flags, [*map(Path.read_bytes, Path(folder).iterdir())]


class ByNorm(Optimizer):
    """The norm of many numbers has other last bits if several threads of BLAS make it."""

    def step(self, parameters, gradients):
        parameters[:] = gradients / np.linalg.norm(gradients)


def test_steps_with_the_threads_that_the_workers_left(monkeypatch):
    monkeypatch.setattr("tinylearn.workers.SMALL", 0)
    x = np.random.default_rng(0).normal(size=(20, 200))
    model = Sequential([Dense(200, 201, rng=np.random.default_rng(0))])
    with threadpool_limits(2, user_api="blas"):
        recording = recorded(model, x, x[:, :1] + np.zeros(201), ByNorm(0.1), workers=2, batch_size=4)
        for step in recording.steps[1:].tolist():
            explanation = recording.explain(step, "dense_1.w[3, 4]")
            assert explanation.terms[-1].value == explanation.new


# --- records that were left out ---------------------------------------------------------------------------------------


def test_makes_updates_that_were_left_out_again_also_after_one_that_needed_none_of_them():
    recorder = Recorder(model := dense(), every=lambda step: step in (5, 6, 9))
    fit(model, X, Y, loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=5, batch_size=4, callbacks=[recorder])
    for step in (6, 9, 5, 15):
        check(recorder.recording, step, "dense_1.w[0, 0]")


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_does_not_know_the_learning_rates_of_updates_that_were_left_out(kind):
    """So an update can be explained only if the record before is enough: without a memory."""
    recorder = Recorder(model := dense(), every=lambda step: step in (5, 6, 9))
    lower = lambda update: setattr(update.optimizer, "learning_rate", 0.1 * (1 - update.step / 15))  # noqa: E731
    fit(**parts(model, kind), epochs=9, callbacks=[recorder, lower])
    if kind == "SGD":
        explanation = recorder.recording.explain(6, "dense_1.w[0, 0]")
        assert f"learning_rate={0.1 * (1 - 5 / 15)!r}," in explanation.optimizer
    message = r"replaying .* a different dense_1\.w.*not kept.* a callback changed .* optimizer"
    for step in (9,) if kind == "SGD" else (6, 9):
        with pytest.raises(ValueError, match=message):
            recorder.recording.explain(step, "dense_1.w[0, 0]")


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_explains_a_run_that_went_on(kind, tmp_path):
    """It begins where the run went on; what the optimiser remembered then, only the process that trained knows."""
    path, rng, used = tmp_path / "run.npz", np.random.default_rng(1), parts(optimizer=kind)
    settings = used | {"epochs": 4, "batch_size": 3, "rng": rng}
    kept, recorder = tl.Checkpoint(path, rng, every=5), Recorder(used["model"], tmp_path / "recording")
    fit(callbacks=[kept, lambda update: update.step == 5 and update.stop()], **settings)
    fit(callbacks=[recorder], resume=path, **settings)
    for step in (6, 12):
        check(recorder.recording, step, "dense_1.w[0, 0]")
    loaded = Recording.load(tmp_path / "recording", **parts(optimizer=kind))
    if kind == "SGD":
        check(loaded, 6, "dense_1.w[0, 0]")
    else:
        message = r"recording: updates after step 5 need what Adam\(.*\) remembers of those b"
        with pytest.raises(ValueError, match=message):
            loaded.explain(6, "dense_1.w[0, 0]")
    with pytest.raises(ValueError, match="recording: step 5 is where the recording begins; no"):
        loaded.explain(5, "dense_1.w[0, 0]")


# --- your own loop ----------------------------------------------------------------------------------------------------


def loop(model, optimizer, rows=None, updates=5, x=X, **choice):
    """Return the recording of a loop. If it took rows, it tells the recorder which ones, and its optimiser."""
    loss, taken = MeanSquaredError(), slice(None) if rows is None else rows
    with Recorder(model, **choice) as recorder:
        for step in range(1, updates + 1):
            value = loss.forward(model.forward(x[taken]), Y[taken])
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
            recorder(tl.Update(step, 1, value, rows, model, optimizer))
            optimizer.learning_rate *= 0.9
    return recorder.recording


ROWS = np.array([4, 0, 7])


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("rows", [None, ROWS], ids=["all rows, without saying so", "some rows"])
def test_explains_every_update_of_your_own_loop(kind, rows):
    recording = loop(dense(), OPTIMIZERS[kind](), rows).with_training(**parts(optimizer=kind))
    for step in (1, 2, 5):
        explanation = recording.explain(step, "dense_1.w[0, 0]")
        assert explanation.rows.tolist() == (list(range(9)) if rows is None else rows.tolist())
        assert explanation.terms[-1].value == explanation.new == recording.at(step)["dense_1.w"][0, 0]


def test_repeats_your_own_loop_over_an_x_in_any_memory_order():
    x = np.asfortranarray(X)
    parts = {"model": Sequential([Dense(3, 1, rng=np.random.default_rng(1))]), "optimizer": SGD(0.1)}
    recording = loop(**copy.deepcopy(parts), updates=9, x=x)
    knowing = recording.with_training(**parts, x=x, y=Y, loss=MeanSquaredError())
    for step in range(1, 10):
        assert knowing.explain(step, "dense_1.w[0, 0]").new == recording.at(step)["dense_1.w"][0, 0]


def test_takes_random_numbers_of_your_own_loop_from_the_model_that_you_pass():
    models = [network("dropout", 3)[0] for _ in range(3)]
    for model in models[::2]:
        model.set_training(True)
    recording = loop(models[0], SGD(0.1), ROWS)
    check(recording.with_training(**parts(models[1])), 4, "dense_2.b[0]")
    models[2].forward(X)
    with pytest.raises(ValueError, match="gives a different"):
        recording.with_training(**parts(models[2])).explain(4, "dense_2.b[0]")


@pytest.mark.parametrize(("kind", "choice", "given", "message"), [
    ("Adam", {"every": 2}, {}, r"update 4 needs all updates before it, since it depends on what Adam\(.*\) remembers"),
    ("SGD", {"select": "dense_1.b"}, {}, "update 4 needs all .* depends on the parameters before it"),
    ("SGD", {"rows": ROWS}, {"x": X[:7], "y": Y[:7]}, "recording: update 4 saw row 7, x has only 7; pass the same x"),
    ("SGD", {}, None, r"does not say how it was made; load it with Recording\.load.*recording\.with_training"),
])  # fmt: skip
def test_says_what_is_missing_to_explain_an_update_of_your_own_loop(kind, choice, given, message):
    recording = loop(dense(), OPTIMIZERS[kind](), **choice)
    told = recording if given is None else recording.with_training(**parts(optimizer=kind, **given))
    with pytest.raises(ValueError, match=message):
        told.explain(4, "dense_1.b[0]")


# --- other parts than those of the run ------------------------------------------------------------------------------


def test_takes_parameters_that_were_not_recorded_from_the_model_that_is_told(tmp_path):
    used = parts()
    recorder = Recorder(used["model"], tmp_path / "run", select="dense_1.w")
    fit(**used, epochs=3, callbacks=[recorder])
    check(Recording.load(tmp_path / "run", **parts()), 3, "dense_1.w[2, 0]")
    with pytest.raises(ValueError, match="the model that you passed has other initial values where nothing was record"):
        Recording.load(tmp_path / "run", **parts(used["model"])).explain(3, "dense_1.w[2, 0]")


THEN = r"float64 \(.*\), checksum [0-9a-f]{8} then, float64 \(.*\), checksum [0-9a-f]{8} now"


@pytest.mark.parametrize(("name", "value", "was"), [
    ("model", Sequential([Dense(3, 1, rng=np.random.default_rng(0)), tl.ReLU()]), r"Sequential\(\[Dense\(3, 1\)\]\)"),
    ("model", Sequential([Dense(3, 1, rng=np.random.default_rng(0))], np.float32),
     r"Dense\(3, 1\)\]\) then, .*dtype=np\.float32\) now"),
    ("x", X + 1e-15, THEN),
    ("y", Y[::-1].copy(), THEN),
    ("loss", tl.BinaryCrossEntropy(), r"MeanSquaredError\(\) then, BinaryCrossEntropy\(.*\) now"),
    ("optimizer", SGD(np.nextafter(0.001, 1)), "learning_rate=0.001, .* then, .*0.0010000000000000002"),
    ("augment", None, "<function noisy> then, None now"),
])  # fmt: skip
def test_refuses_by_name_what_is_not_that_of_the_run(name, value, was, tmp_path):
    recorded(**parts(), augment=noisy, path=tmp_path / "run")
    with pytest.raises(ValueError, match=rf"^with_training: .*{name}.*") as caught:
        Recording.load(tmp_path / "run", **parts(augment=noisy) | {name: value})
    assert re.search(was, str(caught.value))
