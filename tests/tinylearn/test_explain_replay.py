"""Updates that are repeated to explain one: the same batches, random numbers, workers, parts; and refusals."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import tinylearn as tl
from tests.tinylearn.explain_helpers import OPTIMIZERS, X, Y, check, dense, noisy, recorded, with_dropout
from tinylearn import SGD, Adam, Dense, Dropout, MeanSquaredError, Optimizer, Recorder, Recording, Sequential, fit
from tinylearn.identity import described
from tinylearn.workers import multiplications

# --- random numbers, workers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "shared", "settings"), [
    ("SGD", True, {"shuffle": False}),  # SGD remembers nothing: only the random numbers need the earlier updates
    ("SGD", True, {"batch_size": 1, "until": 12}),
    ("Adam", False, {"augment": noisy, "batch_size": 9}),
    ("Adam", True, {"workers": 2, "batch_size": 5}),  # each of them draws numbers of its own
    ("SGD", False, {"rng": np.random.Generator(np.random.Philox(7))}),
], ids=described)  # fmt: skip
def test_draws_dropout_and_augmentation_again(kind, shared, settings, monkeypatch, tmp_path):
    """From a generator that fit and dropout share, or from two. Loaded, and told with a model whose numbers are others
    and whose generators have moved on, it says the same, and changes nothing."""
    monkeypatch.setattr("tinylearn.workers.SMALL", 0)
    (layers, rng), folder, other = with_dropout(), tmp_path / "run", Sequential(with_dropout()[0])
    given = {"rng": rng if shared else np.random.default_rng(1), "path": folder} | settings
    until = given.pop("until", None)
    recording = recorded(layers, X, Y, OPTIMIZERS[kind](), callbacks=[lambda u: u.step == until and u.stop()], **given)
    other.set_training(True)
    other.parameters = other.parameters + other.forward(X)[0]

    def everything():
        flags = [layer.training for _, layer in other.walk()]
        return other.parameters.tobytes(), repr(other.generators()), flags, [*map(Path.read_bytes, folder.iterdir())]

    before = everything()
    loaded = Recording.load(folder, model=other, x=X.tolist(), y=Y, loss=MeanSquaredError(),
                            optimizer=OPTIMIZERS[kind](), augment=settings.get("augment"))  # fmt: skip
    for step in recording.steps[:0:-1].tolist():
        told = check(recording, step, "dense_2.w[3, 0]")
        assert str(loaded.explain(step, "dense_2.w[3, 0]")) == str(told)
    assert until in (None, recording.steps[-1])
    assert everything() == before


@pytest.mark.parametrize("rate", [0.0, 0.5])
def test_gives_a_small_last_batch_the_workers_of_the_full_ones(monkeypatch, rate):
    x, y, rng = np.tile(X, (5, 1)), np.tile(Y, (5, 1)), np.random.default_rng(0)
    layers = [Dense(3, 50, rng=rng), *[Dropout(rate, rng=rng)] * (rate > 0), Dense(50, 1, rng=rng)]
    model = Sequential(layers, np.float32)
    monkeypatch.setattr("tinylearn.workers.SMALL", multiplications(model, (25, 3)))
    recording = recorded(model, x, y, SGD(0.01), batch_size=25, workers=2)
    for step in (1, 2):  # of 25 and 20 rows
        check(recording, step, "dense_1.w[0, 1]")


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


# --- the learning rate ------------------------------------------------------------------------------------------------


RATES = {
    "falling to 0": lambda step, epoch: max(0.0, 0.1 * (1 - step / 15)),
    "falling with epochs": lambda step, epoch: 0.1 / epoch,
    "up and down": lambda step, epoch: [0.1, 0.02][step % 2],
}


def rates_of(name):
    """Return a callback that changes the learning rate."""
    return lambda update: setattr(update.optimizer, "learning_rate", RATES[name](update.step, update.epoch))


@pytest.mark.parametrize("name", RATES)
@pytest.mark.parametrize("make", [lambda: SGD(0.1), lambda: Adam(0.1, weight_decay=0.1)], ids=["SGD", "AdamW"])
def test_explains_every_update_of_a_learning_rate_that_changes(make, name, tmp_path):
    """In the process that trained; and loaded, with an optimiser made anew, or with one that was changed since."""
    used, parts = make(), {"model": dense(), "x": X, "y": Y, "loss": MeanSquaredError()}
    used.learning_rate = 0.02  # what it is now counts, not what it was made with, nor what it is later
    recording = recorded(dense(), X, Y, used, callbacks=[rates_of(name)], path=tmp_path / "run")
    used.learning_rate = 0.7
    loaded = [Recording.load(tmp_path / "run", **parts, optimizer=optimizer) for optimizer in (make(), used.clone())]
    for step in recording.steps[:0:-4].tolist():
        told = check(recording, step, "dense_1.w[2, 0]")
        assert {str(each.explain(step, "dense_1.w[2, 0]")) for each in loaded} == {str(told)}


# --- records that were left out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", [
    {"every": 3}, {"every": lambda step: step in (5, 6)}, {"budget": 5000}, {"select": "dense_2.w"},
    {"select": lambda name: not name.endswith((".mean", ".var"))},  # what a layer remembers
], ids=["one in 3", "by a rule", "budget", "one layer", "no state"])  # fmt: skip
@pytest.mark.parametrize(
    ("kind", "rate", "settings"), [("SGD", 0, {}), ("AdamW", 0.5, {"augment": noisy, "workers": 2})]
)
def test_explains_every_update_that_was_kept_as_if_all_were(monkeypatch, kind, rate, choice, settings):
    monkeypatch.setattr("tinylearn.workers.SMALL", 0)
    rng = np.random.default_rng(2)
    layers = [Dense(3, 4, rng=rng), Dropout(rate, rng=rng) if rate else tl.BatchNorm(4), Dense(4, 1, rng=rng)]
    model = Sequential(layers)
    whole, thinned = Recorder(model), Recorder(model, **choice)
    fit(model, X, Y, loss=MeanSquaredError(), optimizer=OPTIMIZERS[kind](), epochs=4, batch_size=4, rng=rng,
        callbacks=[thinned, whole], **settings)  # fmt: skip
    whole, thinned = whole.recording, thinned.recording
    assert len(thinned) < len(whole) or "select" in choice
    for step in thinned.steps[:0:-2].tolist():
        few, all_of_them = (each.explain(step, "dense_2.w[1, 0]") for each in (thinned, whole))
        assert str(replace(few, old_is_recorded=True)) == str(all_of_them)
        kept_before = step - 1 in thinned.steps
        assert few.old_is_recorded == kept_before
        assert ("before was found by replaying the updates" in str(few)) != kept_before


def test_makes_updates_that_were_left_out_again_also_after_one_that_needed_none_of_them():
    recorder = Recorder(model := dense(), every=lambda step: step in (5, 6, 9))
    fit(model, X, Y, loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=5, batch_size=4, callbacks=[recorder])
    for step in (6, 9, 5, 15):
        check(recorder.recording, step, "dense_1.w[0, 0]")


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_does_not_know_the_learning_rates_of_updates_that_were_left_out(kind):
    """So an update can be explained only if the record before is enough: without a memory."""
    recorder = Recorder(model := dense(), every=lambda step: step in (5, 6, 9))
    callbacks, parts = (
        [recorder, rates_of("falling to 0")],
        {"loss": MeanSquaredError(), "optimizer": OPTIMIZERS[kind]()},
    )
    fit(model, X, Y, epochs=9, callbacks=callbacks, **parts)
    if kind == "SGD":
        explanation = recorder.recording.explain(6, "dense_1.w[0, 0]")
        assert f"learning_rate={0.1 * (1 - 5 / 15)!r}," in explanation.optimizer
    message = r"replaying .* a different dense_1\.w.*not kept.* a callback changed .* optimizer"
    for step in (9,) if kind == "SGD" else (6, 9):
        with pytest.raises(ValueError, match=message):
            recorder.recording.explain(step, "dense_1.w[0, 0]")


# --- several calls of fit ---------------------------------------------------------------------------------------------


def parts(model=None, optimizer="SGD", **other):
    """Return what the folder of a recording does not hold, made anew."""
    made = {"model": model or dense(), "x": X, "y": Y, "loss": MeanSquaredError(), "optimizer": OPTIMIZERS[optimizer]()}
    return made | other


def two_fits(kind, path=None, **choice):
    """Return the recording of two calls of `fit`, the second with other rows, and the same optimiser."""
    given, rng = parts(optimizer=kind), np.random.default_rng(1)
    recorder = Recorder(given["model"], path, **choice)
    for epochs in (3, 20):
        fit(**given, epochs=epochs, batch_size=4, rng=rng, callbacks=[recorder])
    return recorder.recording


@pytest.mark.parametrize("choice", [{}, {"every": 7}, {"budget": 3500}], ids=str)
@pytest.mark.parametrize("kind", ["SGD", "AdamW"])
def test_explains_two_calls_of_fit(kind, choice, tmp_path):
    recording, whole = two_fits(kind, tmp_path / "run", **choice), two_fits(kind)
    assert len(whole) == 70 >= len(recording)
    same = [whole, recording]
    if "budget" not in choice:  # which dropped what the second call began with
        same.append(Recording.load(tmp_path / "run", **parts(optimizer=kind)))
    for step in recording.steps[-1:0:-10].tolist():
        assert len({str(replace(each.explain(step, "dense_1.w[2, 0]"), old_is_recorded=True)) for each in same}) == 1
        check(recording, step, "dense_1.w[2, 0]")


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


def loop(model, optimizer, rows=None, updates=5, **choice):
    """Return the recording of a loop. If it took rows, it tells the recorder which ones, and its optimiser."""
    loss, taken = MeanSquaredError(), slice(None) if rows is None else rows
    with Recorder(model, **choice) as recorder:
        for step in range(1, updates + 1):
            value = loss.forward(model.forward(X[taken]), Y[taken])
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


def test_takes_random_numbers_of_your_own_loop_from_the_model_that_you_pass():
    models = [Sequential(with_dropout()[0]) for _ in range(3)]
    for model in models[::2]:
        model.set_training(True)
    recording = loop(models[0], SGD(0.1), ROWS)
    check(recording.with_training(**parts(models[1])), 4, "dense_2.b[0]")
    models[2].forward(X)
    with pytest.raises(ValueError, match="gives a different"):
        recording.with_training(**parts(models[2])).explain(4, "dense_2.b[0]")


@pytest.mark.parametrize(("kind", "choice", "given", "message"), [
    ("Adam", {"every": 2}, {}, r"update 4 needs all updates before it, since it depends on what Adam\(.*\) remembers"),
    ("SGD", {"every": 4}, {}, "update 4 needs all .* depends on the parameters before it; record with ev"),
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
    ("x", X[:8], "x and y must have one row per example"),
    ("y", Y[::-1].copy(), THEN),
    ("loss", tl.BinaryCrossEntropy(), r"MeanSquaredError\(\) then, BinaryCrossEntropy\(.*\) now"),
    ("optimizer", tl.RMSprop(0.1), "RMSprop"),
    ("optimizer", SGD(np.nextafter(0.001, 1)), "learning_rate=0.001, .* then, .*0.0010000000000000002"),
    ("augment", None, "<function noisy> then, None now"),
])  # fmt: skip
def test_refuses_by_name_what_is_not_that_of_the_run(name, value, was, tmp_path):
    recorded(**parts(), augment=noisy, path=tmp_path / "run")
    with pytest.raises(ValueError, match=rf"^with_training: .*{name}.*") as caught:
        Recording.load(tmp_path / "run", **parts(augment=noisy) | {name: value})
    assert re.search(was, str(caught.value))
