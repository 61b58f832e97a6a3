"""Updates that are replayed to explain one: the same batches, random numbers, workers; and where that is refused."""

import copy

import numpy as np
import pytest

from tests.tinylearn.explain_helpers import OPTIMIZERS, check, recorded, small_run
from tinylearn import (
    SGD,
    Adam,
    Checkpoint,
    Dense,
    Dropout,
    MeanSquaredError,
    Recorder,
    Recording,
    ReLU,
    RMSprop,
    Sequential,
    Update,
    fit,
)
from tinylearn.workers import multiplications

DATA = np.random.default_rng(0).normal(size=(9, 4))


# --- random numbers ---------------------------------------------------------------------------------------------------


def made_with_dropout(seed=3):
    rng = np.random.default_rng(seed)
    return [Dense(3, 8, rng=rng), ReLU(), Dropout(0.5, rng=rng), Dense(8, 1, rng=rng)], rng


def noisy(x, rng):
    return x + rng.normal(size=x.shape)


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("augment", [None, noisy])
@pytest.mark.parametrize("batch_size", [2, 9])
def test_dropout_and_augmentation_are_drawn_again(kind, augment, batch_size):
    """SGD remembers nothing: it is for the random numbers alone that the updates before are replayed."""
    x, y = DATA[:, :3], DATA[:, 3:]
    layers, rng = made_with_dropout()
    settings = {"batch_size": batch_size, "augment": augment}
    _, recording = recorded(layers, x, y, OPTIMIZERS[kind](), rng=rng, **settings)

    def explained(step, seed=3):
        layers, rng = made_with_dropout(seed)
        given = x, y, MeanSquaredError(), OPTIMIZERS[kind]()
        return recording.explain(Sequential(layers), step, "dense_2.w", (3, 0), *given, augment=augment, rng=rng)

    for step in (1, 2, int(recording.steps[-1])):
        check(recording, explained(step), np.float64)
    with pytest.raises(ValueError, match=r"update 1, replayed, makes another dense_\d\.w than the recorded one"):
        explained(2, seed=4)


def test_augmentation_alone_is_drawn_again():
    x, y, layers = DATA[:, :3], DATA[:, 3:], [Dense(3, 1, rng=np.random.default_rng(0))]
    model, recording = recorded(layers, x, y, SGD(0.01), rng=np.random.default_rng(1), augment=noisy)
    given = model, 7, "dense_1.w", (2, 0), x, y, MeanSquaredError(), SGD(0.01)
    check(recording, recording.explain(*given, augment=noisy, rng=np.random.default_rng(1)), np.float64)
    with pytest.raises(ValueError, match="explain: augment needs rng, as it was before training"):
        recording.explain(*given, augment=noisy)


def explain_last(seed, rows, until=None, **settings):
    """Record a run with dropout that shares `rng`, up to update `until`; return it, and its last update explained."""
    x, y = DATA[:rows, :3], DATA[:rows, 3:]

    def stop(update):
        if update.step == until:
            raise InterruptedError

    layers, rng = made_with_dropout(seed)
    model = Sequential(layers)
    recorder = Recorder(model)
    given = {"loss": MeanSquaredError(), "optimizer": SGD(0.001), "epochs": 5, "batch_size": 1, "rng": rng}
    try:
        fit(model, x, y, callbacks=[recorder, stop], **given | settings)
    except InterruptedError:
        assert recorder.recording.steps[-1] == until
    layers, rng = made_with_dropout(seed)
    recording = recorder.recording
    step = int(recording.steps[-1])
    again = Sequential(layers)
    return recording, recording.explain(again, step, "dense_2.b", 0, x, y, MeanSquaredError(), SGD(0.001), rng=rng)


@pytest.mark.parametrize(
    "settings",
    [
        {"rows": 6},  # of twenty first batches three are row 0
        {"rows": 6, "shuffle": False},
        {"rows": 3, "shuffle": False},  # a shuffled order of three is 0, 1, 2 once in six times
        {"rows": 3},
        {"rows": 2, "batch_size": 2, "epochs": 1},  # one batch: never shuffled
        {"rows": 2, "batch_size": 3},
        {"rows": 3, "epochs": 1},
        {"rows": 2, "epochs": 2},  # each order is 0, 1 by chance once in two times
        {"rows": 6, "until": 1},
        {"rows": 4, "until": 5},  # the last epoch is there in part: one row
    ],
    ids=str,
)
def test_whether_an_epoch_was_shuffled_is_known_for_every_seed(settings):
    for seed in range(20):
        recording, explanation = explain_last(seed, **settings)
        assert explanation.step == recording.steps[-1]
        check(recording, explanation, np.float64)


# --- what fit was given -----------------------------------------------------------------------------------------------


def test_two_workers(monkeypatch):
    monkeypatch.setattr("tinylearn.workers.SMALL", 0)
    optimizer = Adam(0.01)
    model, recording, x, y, loss = small_run(optimizer, np.float32, workers=2, batch_size=5)
    explanation = recording.explain(model, 6, "dense_1.w", (0, 1), x, y, loss, optimizer, workers=2)
    check(recording, explanation, np.float32)


def test_a_small_last_batch_had_the_workers_of_the_full_ones(monkeypatch):
    x, y = np.tile(DATA[:, :3], (5, 1)), np.tile(DATA[:, 3:], (5, 1))
    layers = [Dense(3, 50, rng=np.random.default_rng(0)), Dense(50, 1, rng=np.random.default_rng(0))]
    monkeypatch.setattr("tinylearn.workers.SMALL", multiplications(Sequential(copy.deepcopy(layers)), (25, 3)))
    model, recording = recorded(layers, x, y, SGD(0.01), np.float32, batch_size=25, workers=2)
    for step in (1, 2):  # of 25 and 20 rows
        explanation = recording.explain(
            model, step, "dense_1.w", (0, 1), x, y, MeanSquaredError(), SGD(0.01), workers=2
        )
        check(recording, explanation, np.float32)
    with pytest.raises(ValueError, match="workers as in training"):
        recording.explain(model, 2, "dense_1.w", (0, 1), x, y, MeanSquaredError(), SGD(0.01))


def test_workers_with_dropout_are_refused():
    layers, rng = made_with_dropout()
    x, y = DATA[:, :3], DATA[:, 3:]
    model, recording = recorded(layers, x, y, SGD(0.01))
    with pytest.raises(ValueError, match=r"explain: layers that draw random numbers, as dropout does, need workers=1"):
        recording.explain(model, 1, "dense_1.b", 0, x, y, MeanSquaredError(), SGD(0.01), rng=rng, workers=2)


def test_records_without_a_batch_saw_all_rows():
    """A loop of one's own, which does not tell which rows it took."""
    x, y, loss, optimizer = DATA[:, :3], DATA[:, 3:], MeanSquaredError(), SGD(0.1)
    model = Sequential([Dense(3, 1, rng=np.random.default_rng(0))])
    with Recorder(model) as recorder:
        for step in (1, 2, 3):
            value = loss.forward(model.forward(x), y)
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
            recorder(Update(step, 1, value))
    explanation = recorder.recording.explain(model, 2, "dense_1.w", (0, 0), x, y, loss, optimizer)
    assert explanation.rows.tolist() == list(range(9))
    assert explanation.new == recorder.recording.at(2)["dense_1.w"][0, 0]


def test_the_learning_rate_is_that_of_now():
    """Settings may be assigned before training: they, not those that the optimiser was made with, count."""
    optimizer = Adam(0.5)
    optimizer.learning_rate = 0.01
    model, recording, x, y, loss = small_run(optimizer)
    check(recording, recording.explain(model, 6, "dense_1.b", 0, x, y, loss, optimizer), np.float64)


def rates_of(name):
    """Return a callback that changes the learning rate."""

    def change(update):
        step = update.step
        rates = {"falling to 0": max(0.0, 0.1 * (1 - step / 15)), "falling with epochs": 0.1 / update.epoch,
                 "up and down": [0.1, 0.02][step % 2]}  # fmt: skip
        update.optimizer.learning_rate = rates[name]

    return change


@pytest.mark.parametrize("name", ["falling to 0", "falling with epochs", "up and down"])
@pytest.mark.parametrize("make", [lambda: SGD(0.1), lambda: SGD(0.1, 0.9, 0.1), lambda: Adam(0.1, weight_decay=0.1)])
def test_every_update_of_a_learning_rate_that_changes(make, name):
    """By an optimiser made anew, by the one that was trained, and by one that was changed since."""
    x, y, model, optimizer = DATA[:, :3], DATA[:, 3:], Sequential([Dense(3, 1, rng=np.random.default_rng(0))]), make()
    recorder = Recorder(model)
    fit(model, x, y, loss=MeanSquaredError(), optimizer=optimizer, epochs=4, batch_size=2,
        callbacks=[rates_of(name), recorder])  # fmt: skip
    recording, changed = recorder.recording, make()
    changed.learning_rate = 0.7
    for step in recording.steps[1:].tolist():
        told = [recording.explain(model, step, "dense_1.w", (2, 0), x, y, MeanSquaredError(), given)
                for given in (make(), optimizer, changed)]  # fmt: skip
        assert len(set(map(str, told))) == 1
        check(recording, told[0], np.float64)
        assert f"learning_rate={float(recording.learning_rates[step])!r}," in told[0].optimizer


def test_a_learning_rate_that_changed_before_all_that_was_kept():
    """Two records that follow each other are enough for an optimiser without memory, also here."""
    explain = thinned(SGD(0.1), every=lambda step: step in (5, 6), callbacks=[rates_of("falling to 0")])
    explanation = explain(6)
    assert f"learning_rate={0.1 * (1 - 5 / 15)!r}," in explanation.optimizer


def test_a_recording_of_a_folder_and_its_files_stay_as_they_are(tmp_path):
    x, y, model = DATA[:, :3], DATA[:, 3:], Sequential([Dense(3, 1, rng=np.random.default_rng(0))])
    recorder = Recorder(model, tmp_path / "run")
    fit(model, x, y, loss=MeanSquaredError(), optimizer=RMSprop(), epochs=3, callbacks=[recorder])
    files = {path: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    recording = Recording.load(tmp_path / "run")
    check(recording, recording.explain(model, 3, "dense_1.w", (2, 0), x, y, MeanSquaredError(), RMSprop()), np.float64)
    assert {path: path.read_bytes() for path in (tmp_path / "run").iterdir()} == files


# --- what cannot be replayed ------------------------------------------------------------------------------------------


def test_an_update_that_differs_in_its_last_bit_is_refused():
    model, recording, x, y, loss = small_run(SGD(0.1))
    with pytest.raises(ValueError, match=r"update 7, replayed, makes another dense_\d\.\w than the recorded one"):
        recording.explain(model, 7, "dense_1.w", (0, 0), x, y, loss, SGD(np.nextafter(0.1, 1)))


def test_an_x_that_is_one_row_too_short_is_refused():
    model, recording, x, y, loss = small_run(SGD(0.1))
    step = next(step for step in recording.steps[1:] if 8 in recording.batch(step))
    with pytest.raises(ValueError, match=f"update {step} saw row 8, but x has only 8; give the same x, y"):
        recording.explain(model, step, "dense_1.w", (0, 0), x[:8], y[:8], loss, SGD(0.1))


def thinned(optimizer, callbacks=(), **choice):
    x, model = DATA[:, :3], Sequential([Dense(3, 1, rng=np.random.default_rng(0))])
    recorder = Recorder(model, **choice)
    fit(model, x, x[:, :1], loss=MeanSquaredError(), optimizer=optimizer, epochs=12, callbacks=[recorder, *callbacks])
    return lambda step: recorder.recording.explain(
        model, step, "dense_1.w", (0, 0), x, x[:, :1], MeanSquaredError(), optimizer
    )


def test_an_update_that_was_not_kept_is_refused():
    """Without a memory two records that follow each other are enough."""
    kept = (0, 5, 6, 9)
    explain = thinned(SGD(0.1), every=lambda step: step in kept)
    assert explain(6).step == 6
    with pytest.raises(ValueError, match="step 8 is not in this recording, and it is where the update began; record"):
        explain(9)
    with pytest.raises(
        ValueError, match=r"step 1 is not in .*, and what Adam.* remembers at update 6 needs all updates"
    ):
        thinned(Adam(), every=lambda step: step in kept)(6)
    with pytest.raises(ValueError, match=r"dense_1\.b was not recorded, only dense_1\.w; an update depends on all"):
        thinned(SGD(0.1), select="dense_1.w")(6)


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_a_recording_of_a_run_that_went_on(kind, tmp_path):
    """It begins where the run went on: enough for an optimiser that remembers nothing."""
    x, y, path = DATA[:, :3], DATA[:, 3:], tmp_path / "run.npz"
    model, optimizer, rng = (
        Sequential([Dense(3, 1, rng=np.random.default_rng(0))]),
        OPTIMIZERS[kind](),
        np.random.default_rng(1),
    )
    settings = {"loss": MeanSquaredError(), "optimizer": optimizer, "epochs": 4, "batch_size": 3, "rng": rng}
    kept, recorder = Checkpoint(path, rng, every=5), Recorder(model)
    fit(model, x, y, callbacks=[kept, lambda update: update.step == 5 and update.stop()], **settings)
    fit(model, x, y, callbacks=[recorder], resume=path, **settings)
    explain = recorder.recording.explain
    given = model, 6, "dense_1.w", (0, 0), x, y, MeanSquaredError(), OPTIMIZERS[kind]()
    if kind == "SGD":
        check(recorder.recording, explain(*given), np.float64)
    else:
        with pytest.raises(ValueError, match=r"step 0 is not in .* and from the beginning of the run"):
            explain(*given)
