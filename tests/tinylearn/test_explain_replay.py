"""Updates that are repeated to explain one: the same batches, random numbers, workers, parts; and refusals."""

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
    ("SGD", True, {}),  # SGD remembers nothing: only the random numbers need the earlier updates
    ("SGD", True, {"augment": noisy, "batch_size": 9}),
    ("Adam", False, {"augment": noisy}),
    ("Adam", False, {"batch_size": 9, "epochs": 1}),
    ("SGD", True, {"shuffle": False}),
    ("SGD", True, {"batch_size": 1, "until": 12}),
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


@pytest.mark.parametrize(
    "choice", [{"every": 3}, {"every": lambda step: step in (5, 6)}, {"select": "dense_2.w"}, {"budget": 4000}]
)
@pytest.mark.parametrize(
    ("kind", "settings"), [("SGD", {}), ("AdamW", {}), ("AdamW", {"augment": noisy, "rate": 0.5, "workers": 2})]
)
def test_explains_every_update_that_was_kept_as_if_all_were(monkeypatch, kind, choice, settings):
    monkeypatch.setattr("tinylearn.workers.SMALL", 0)
    given, rng = dict(settings), np.random.default_rng(2)
    layers = [Dense(3, 4, rng=rng), Dropout(given.pop("rate", 0.0), rng=rng), Dense(4, 1, rng=rng)]
    model = Sequential(layers)
    whole, thinned = Recorder(model), Recorder(model, **choice)
    fit(model, X, Y, loss=MeanSquaredError(), optimizer=OPTIMIZERS[kind](), epochs=4, batch_size=2, rng=rng,
        callbacks=[thinned, whole], **given)  # fmt: skip
    whole, thinned = whole.recording, thinned.recording
    assert len(thinned) < len(whole) or "select" in choice
    for step in thinned.steps[:0:-2].tolist():
        few, all_of_them = (each.explain(step, "dense_2.w[1, 0]") for each in (thinned, whole))
        assert str(replace(few, old_is_recorded=True)) == str(all_of_them)
        kept_before = step - 1 in thinned.steps
        assert few.old_is_recorded == kept_before
        assert ("before was found by replaying the updates" in str(few)) != kept_before


def test_makes_updates_that_were_left_out_again_also_after_one_that_needed_none_of_them():
    model = dense()
    recorder = Recorder(model, every=lambda step: step in (5, 6, 9))
    fit(model, X, Y, loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=5, batch_size=4, callbacks=[recorder])
    recording = recorder.recording
    for step in (6, 9, 5, 15):
        check(recording, step, "dense_1.w[0, 0]")


def test_needs_no_record_of_what_a_layer_remembers():
    rng = np.random.default_rng(0)
    model = Sequential([tl.BatchNorm(3), Dense(3, 1, rng=rng)])
    whole, thinned = Recorder(model), Recorder(model, select=list(model.named_parameters()))
    fit(model, X, Y, loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=3, batch_size=4, callbacks=[whole, thinned])
    explained = [str(each.recording.explain(7, "batchnorm_1.gamma[2]")) for each in (whole, thinned)]
    assert explained[0] == explained[1]


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_does_not_know_the_learning_rates_of_updates_that_were_left_out(kind):
    """So an update can be explained only if the record before is enough: without a memory."""
    every, callbacks = (lambda step: step in (5, 6, 9)), [rates_of("falling to 0")]
    model = dense()
    recorder, optimizer = Recorder(model, every=every), OPTIMIZERS[kind]()
    fit(model, X, Y, loss=MeanSquaredError(), optimizer=optimizer, epochs=9, callbacks=[recorder, *callbacks])
    if kind == "SGD":
        explanation = recorder.recording.explain(6, "dense_1.w[0, 0]")
        assert f"learning_rate={0.1 * (1 - 5 / 15)!r}," in explanation.optimizer
    for step in (9,) if kind == "SGD" else (6, 9):
        with pytest.raises(
            ValueError, match=r"replaying .* a different dense_1\.w.*not kept.* a callback changed .* optimizer"
        ):
            recorder.recording.explain(step, "dense_1.w[0, 0]")


# --- several calls of fit ---------------------------------------------------------------------------------------------


def two_fits(kind, path=None, **choice):
    """Return the recording of two calls of `fit`, the second with other rows, and the same optimiser."""
    model, optimizer, rng = dense(), OPTIMIZERS[kind](), np.random.default_rng(1)
    recorder = Recorder(model, path, **choice)
    for epochs in (3, 20):
        fit(model, X, Y, loss=MeanSquaredError(), optimizer=optimizer, epochs=epochs, batch_size=4, rng=rng,
            callbacks=[recorder])  # fmt: skip
    return recorder.recording


@pytest.mark.parametrize("choice", [{}, {"every": 7}, {"budget": 3500}], ids=str)
@pytest.mark.parametrize("kind", ["SGD", "AdamW"])
def test_explains_two_calls_of_fit(kind, choice, tmp_path):
    recording, whole = two_fits(kind, tmp_path / "run", **choice), two_fits(kind)
    assert len(whole) == 70 >= len(recording)
    parts = {"model": dense(), "x": X, "y": Y, "loss": MeanSquaredError(), "optimizer": OPTIMIZERS[kind]()}
    same = [whole, recording]
    if "budget" not in choice:  # which dropped what the second call began with
        same.append(Recording.load(tmp_path / "run", **parts))
    for step in recording.steps[-1:0:-10].tolist():
        assert len({str(replace(each.explain(step, "dense_1.w[2, 0]"), old_is_recorded=True)) for each in same}) == 1
        check(recording, step, "dense_1.w[2, 0]")


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_explains_a_run_that_went_on(kind, tmp_path):
    """It begins where the run went on; what the optimiser remembered then, only the process that trained knows."""
    path, model, optimizer, rng = tmp_path / "run.npz", dense(), OPTIMIZERS[kind](), np.random.default_rng(1)
    settings = {"loss": MeanSquaredError(), "optimizer": optimizer, "epochs": 4, "batch_size": 3, "rng": rng}
    kept, recorder = tl.Checkpoint(path, rng, every=5), Recorder(model, tmp_path / "recording")
    fit(model, X, Y, callbacks=[kept, lambda update: update.step == 5 and update.stop()], **settings)
    fit(model, X, Y, callbacks=[recorder], resume=path, **settings)
    for step in (6, 12):
        check(recorder.recording, step, "dense_1.w[0, 0]")
    parts = {"model": dense(), "x": X, "y": Y, "loss": MeanSquaredError(), "optimizer": OPTIMIZERS[kind]()}
    loaded = Recording.load(tmp_path / "recording", **parts)
    if kind == "SGD":
        check(loaded, 6, "dense_1.w[0, 0]")
    else:
        with pytest.raises(
            ValueError, match=r"recording: updates after step 5 need what Adam\(.*\) remembers of those b"
        ):
            loaded.explain(6, "dense_1.w[0, 0]")
    with pytest.raises(ValueError, match="recording: step 5 is where the recording begins; no"):
        loaded.explain(5, "dense_1.w[0, 0]")


# --- your own loop ----------------------------------------------------------------------------------------------------


def loop(model, optimizer, batches, loss, **choice):
    """Return the recording of a loop. If it took rows, it tells the recorder which ones, and its optimiser."""
    with Recorder(model, **choice) as recorder:
        for step, rows in enumerate(batches, 1):
            taken = slice(None) if rows is None else rows
            value = loss.forward(model.forward(X[taken]), Y[taken])
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
            recorder(tl.Update(step, 1, value, rows, model, optimizer))
            optimizer.learning_rate *= 0.9
    return recorder.recording


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("rows", [None, np.array([4, 0, 7])], ids=["all rows, without saying so", "some rows"])
def test_explains_every_update_of_your_own_loop(kind, rows):
    recording, loss = loop(dense(), OPTIMIZERS[kind](), [rows] * 5, MeanSquaredError()), MeanSquaredError()
    recording = recording.with_training(model=dense(), x=X, y=Y, loss=loss, optimizer=OPTIMIZERS[kind]())
    for step in (1, 2, 5):
        explanation = recording.explain(step, "dense_1.w[0, 0]")
        assert explanation.rows.tolist() == (list(range(9)) if rows is None else rows.tolist())
        assert explanation.terms[-1].value == explanation.new == recording.at(step)["dense_1.w"][0, 0]


def test_takes_random_numbers_of_your_own_loop_from_the_model_that_you_pass():
    layers, loss = [with_dropout()[0] for _ in range(3)], MeanSquaredError()
    models = [Sequential(each) for each in layers]
    models[0].set_training(True)
    recording = loop(models[0], SGD(0.1), [np.array([4, 0, 7])] * 5, loss)
    told = {"x": X, "y": Y, "loss": loss, "optimizer": SGD(0.1)}
    check(recording.with_training(model=models[1], **told), 4, "dense_2.b[0]")
    models[2].set_training(True)
    models[2].forward(X)
    with pytest.raises(ValueError, match="gives a different"):
        recording.with_training(model=models[2], **told).explain(4, "dense_2.b[0]")


@pytest.mark.parametrize(("make", "choice", "message"), [
    (Adam, {"every": 2}, r"update 4 needs all updates before it, since it depends on what Adam\(.*\) remembers"),
    (lambda: SGD(0.1), {"every": 4}, "update 4 needs all .* depends on the parameters before it; record with ev"),
    (lambda: SGD(0.1), {"select": "dense_1.b"}, "update 4 needs all .* depends on the parameters before it"),
])  # fmt: skip
def test_does_not_know_updates_that_your_own_loop_left_out(make, choice, message):
    loss = MeanSquaredError()
    recording = loop(dense(), make(), [None] * 5, loss, **choice)
    with pytest.raises(ValueError, match=message):
        recording.with_training(model=dense(), x=X, y=Y, loss=loss, optimizer=make()).explain(4, "dense_1.b[0]")


def test_refuses_an_x_that_is_too_short_for_your_own_loop():
    recording = loop(dense(), SGD(0.1), [np.array([8, 1])], MeanSquaredError())
    told = recording.with_training(model=dense(), x=X[:8], y=Y[:8], loss=MeanSquaredError(), optimizer=SGD(0.1))
    with pytest.raises(ValueError, match="recording: update 1 saw row 8, x has only 8; pass the same x"):
        told.explain(1, "dense_1.w[0, 0]")


# --- other parts than those of the run ------------------------------------------------------------------------------


def test_takes_parameters_that_were_not_recorded_from_the_model_that_is_told(tmp_path):
    model = dense()
    recorder = Recorder(model, tmp_path / "run", select="dense_1.w")
    parts = {"x": X, "y": Y, "loss": MeanSquaredError(), "optimizer": SGD(0.1)}
    fit(model, **parts, epochs=3, callbacks=[recorder])
    loaded = Recording.load(tmp_path / "run", model=dense(), **parts)
    check(loaded, 3, "dense_1.w[2, 0]")
    with pytest.raises(
        ValueError, match="the model that you passed has other initial values where nothing was recorded"
    ):
        Recording.load(tmp_path / "run", model=model, **parts).explain(3, "dense_1.w[2, 0]")


def other_dtype():
    return Sequential([Dense(3, 1, rng=np.random.default_rng(0))], np.float32)


@pytest.mark.parametrize("by", ["load", "told"])
@pytest.mark.parametrize(("name", "value", "was"), [
    ("model", Sequential([Dense(3, 1, rng=np.random.default_rng(0)), tl.ReLU()]), r"Sequential\(\[Dense\(3, 1\)\]\)"),
    ("model", other_dtype(), r"Dense\(3, 1\)\]\) then, .*dtype=np\.float32\) now"),
    ("x", X + 1e-15, r"float64 \(.*\), checksum [0-9a-f]{8} then, float64 \(.*\), checksum [0-9a-f]{8} now"),
    ("x", X[:8], "x and y must have one row per example"),
    ("y", Y[::-1].copy(), r"float64 \(.*\), checksum [0-9a-f]{8} then, float64 \(.*\), checksum [0-9a-f]{8} now"),
    ("loss", tl.BinaryCrossEntropy(), r"MeanSquaredError\(\) then, BinaryCrossEntropy\(.*\) now"),
    ("optimizer", tl.RMSprop(0.1), "RMSprop"),
    ("optimizer", SGD(np.nextafter(0.1, 1)), "learning_rate=0.1, .* then, .*0.10000000000000002"),
    ("augment", None, "<function noisy> then, None now"),
])  # fmt: skip
def test_refuses_by_name_what_is_not_that_of_the_run(by, name, value, was, tmp_path):
    recording = recorded(dense(), X, Y, SGD(0.1), augment=noisy, path=tmp_path / "run")
    parts = {"model": dense(), "x": X, "y": Y, "loss": MeanSquaredError(), "optimizer": SGD(0.1), "augment": noisy}
    parts[name] = value
    with pytest.raises(ValueError, match=was) as caught:
        Recording.load(tmp_path / "run", **parts) if by == "load" else recording.with_training(**parts)
    assert name in str(caught.value)
    assert str(caught.value).startswith("with_training: ")
