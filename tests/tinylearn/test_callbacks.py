"""`fit` tells callbacks about every update and closes them at the end, also the progress bar."""

import io
import weakref

import numpy as np
import pytest

from tests.tinylearn.training_helpers import seen_batches, small_data, small_model, train
from tinylearn import (
    SGD,
    BinaryCrossEntropy,
    Checkpoint,
    Dense,
    Evaluate,
    MeanSquaredError,
    ProgressBar,
    Recorder,
    Sequential,
    Update,
    accuracy,
    load_checkpoint,
    race,
)

# --- what a callback is told --------------------------------------------------------------------------------------


def test_an_update_says_what_happened():
    model, optimizer, told = small_model(), SGD(0.1), []
    x, y = small_data(10)
    before = model.parameters.copy()

    def listen(update):
        assert isinstance(update, Update)
        assert update.model is model
        assert update.optimizer is optimizer
        told.append((update.step, update.epoch, update.loss, list(update.batch), model.parameters.copy()))

    train(model, x, y, optimizer=optimizer, epochs=2, batch_size=4, shuffle=False, callbacks=[listen])
    assert [row[0] for row in told] == [1, 2, 3, 4, 5, 6]
    assert [row[1] for row in told] == [1, 1, 1, 2, 2, 2]
    for _, _, value, rows, after in told:
        model.parameters = before  # the loss is that of this batch, before the update
        assert value == BinaryCrossEntropy().forward(model.forward(x[rows]), y[rows])
        before = after
        assert not np.array_equal(model.parameters, after)


def test_updates_that_are_kept_keep_their_values():
    kept = []
    x, y = small_data(10)
    train(small_model(), x, y, epochs=3, batch_size=4, callbacks=[kept.append])
    assert [update.step for update in kept] == list(range(1, 10))
    assert [update.epoch for update in kept] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert len({update.loss for update in kept}) == 9


def test_updates_that_are_kept_now_and_then_keep_their_values():
    kept = {}
    x, y = small_data(10)

    def keep_every_third(update):
        if update.step % 3 == 0:
            kept[update.step] = update

    train(small_model(), x, y, epochs=4, batch_size=4, callbacks=[lambda update: None, keep_every_third])
    assert {step: update.step for step, update in kept.items()} == {3: 3, 6: 6, 9: 9, 12: 12}


def test_batches_that_are_kept_keep_their_rows():
    for _, batch in seen_batches(epochs=2, batch_size=4):
        with pytest.raises(ValueError, match="read-only"):
            batch[0] = 0


def test_calls_all_callbacks_in_order():
    calls = []
    x, y = small_data(4)
    train(small_model(), x, y, epochs=2, callbacks=[lambda update: calls.append("a"), lambda update: calls.append("b")])
    assert calls == ["a", "b", "a", "b"]


def test_callbacks_may_come_from_a_generator():
    calls = []
    x, y = small_data(4)
    train(small_model(), x, y, epochs=2, callbacks=(calls.append for _ in range(1)))
    assert len(calls) == 2


class Door:
    """A callback that must be closed."""

    def __init__(self, error=None):
        self.closed, self.error = 0, error

    def __call__(self, update):
        if self.error is not None:
            raise self.error

    def close(self):
        self.closed += 1


@pytest.mark.parametrize("error", [None, RuntimeError("stop"), KeyboardInterrupt()], ids=["none", "error", "Ctrl-C"])
def test_callbacks_are_closed_and_training_ends_whatever_happens(error):
    model, doors = small_model(), [Door(), Door(error), Door()]
    x, y = small_data(4)
    if error is None:
        train(model, x, y, callbacks=doors)
    else:
        with pytest.raises(type(error)):
            train(model, x, y, callbacks=doors)
    assert [door.closed for door in doors] == [1, 1, 1]
    assert not any(layer.training for layer in model.layers)


def test_one_callback_that_cannot_close_does_not_keep_the_others_open():
    class Stuck(Door):
        def close(self):
            raise OSError("the disk is full")

    last = Door()
    x, y = small_data(4)
    with pytest.raises(OSError, match="the disk is full"):
        train(small_model(), x, y, callbacks=[Stuck(), last])
    assert last.closed == 1


def test_keeps_nothing_after_fit():
    model, loss = small_model(), BinaryCrossEntropy()
    x, y = small_data(4)
    watch = Door()
    train(model, x, y, loss=loss, callbacks=[watch])
    alive = weakref.ref(watch)
    del watch
    assert alive() is None


# --- the learning rate, and the end of an epoch -----------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [4, 10, 99])
def test_says_which_update_is_the_last_of_its_epoch(batch_size):
    told, (x, y) = [], small_data(10)
    train(
        small_model(), x, y, epochs=2, batch_size=batch_size, callbacks=[lambda each: told.append(each.last_of_epoch)]
    )
    assert told == ([False, False, True] if batch_size == 4 else [True]) * 2


def test_tells_the_learning_rate_of_the_step_to_all():
    """Also to those after one that changes it, and to a recorder, which is told without an Update."""
    told, (x, y) = [], small_data(4)

    class Listening:
        def listener(self, model):
            return lambda step, epoch, loss, rows, rate: told.append(rate)

        def __call__(self, update):
            raise AssertionError("it has a listener")

    def halve(update):
        update.optimizer.learning_rate /= 2

    callbacks = [halve, Listening(), lambda update: told.append(update.learning_rate)]
    train(small_model(), x, y, optimizer=SGD(1.0), epochs=3, callbacks=callbacks)
    assert told == [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]


def test_a_schedule_may_bring_the_learning_rate_to_zero():
    (x, y), model, told = small_data(4), small_model(), []

    def schedule(update):
        told.append((update.learning_rate, model.parameters.tobytes()))
        update.optimizer.learning_rate = 0.1 * max(0, 2 - update.step)

    train(model, x, y, optimizer=SGD(0.2), epochs=4, callbacks=[schedule])
    assert [rate for rate, _ in told] == [0.2, 0.1, 0.0, 0.0]
    assert told[1][1] == told[2][1] == told[3][1]
    assert told[0][1] != told[1][1]


# --- stopping ---------------------------------------------------------------------------------------------------------


def stop_at(step):
    """Return a callback that stops the run."""
    return lambda update: update.stop() if update.step == step else None


@pytest.mark.parametrize(("at", "losses"), [(1, 1), (2, 1), (3, 1), (4, 2), (6, 2), (9, 3)])
def test_stops_after_the_update_and_returns_the_losses(at, losses):
    """Of the epoch in which it stops, the mean loss of the rows that came."""
    (x, y), told = small_data(10), []
    settings = {"batch_size": 4, "shuffle": False}
    model = small_model()
    after = [lambda update: told.append((update.step, update.loss * len(update.batch), len(update.batch)))]
    got = train(model, x, y, epochs=5, callbacks=[stop_at(at), *after], **settings)
    assert [step for step, *_ in told] == list(range(1, at + 1)), "the other callbacks are told of it, too"
    epochs = [told[start : start + 3] for start in range(0, at, 3)]
    expected = [sum(loss for _, loss, _ in epoch) / sum(rows for *_, rows in epoch) for epoch in epochs]
    assert len(got) == losses
    np.testing.assert_allclose(got, expected, rtol=1e-14)
    assert not any(layer.training for layer in model.layers)


def test_stops_when_one_of_several_callbacks_says_so():
    (x, y), told = small_data(4), []
    losses = train(small_model(), x, y, epochs=9, callbacks=[told.append, stop_at(2), lambda update: None])
    assert (len(told), len(losses)) == (2, 2)


def test_stops_with_a_recorder_alone_beside_it():
    (x, y), model = small_data(4), small_model()
    recorder = Recorder(model)
    train(model, x, y, epochs=9, callbacks=[recorder, stop_at(2)])
    assert (recorder.closed, recorder.recording.steps.tolist()) == (True, [0, 1, 2])


def test_stops_one_runner_of_a_race_and_keeps_its_losses():
    x = np.linspace(-1, 1, 8)[:, None]

    def enough(update):
        if update.last_of_epoch and update.loss < 0.1:
            update.stop()

    runners = race(lambda rng: Sequential([Dense(1, 1, rng=rng)]), (x, 3 * x), {"fast": SGD(0.5), "slow": SGD(1e-4)},
                   loss=MeanSquaredError(), epochs=20, callbacks=[enough])  # fmt: skip
    assert len(runners["slow"].losses) == 20
    assert 1 < len(runners["fast"].losses) < 20
    assert runners["fast"].losses[-1] < 0.1 < runners["fast"].losses[-2]
    assert len(runners["fast"].recording) == len(runners["fast"].losses) + 1


# --- Evaluate ---------------------------------------------------------------------------------------------------------


def test_evaluates_at_the_end_of_each_epoch():
    (x, y), model, by_hand = small_data(10), small_model(), []
    evaluate = Evaluate(x[:3].tolist(), y[:3], accuracy)
    evaluate.measure(model)

    def count(update):
        if update.step % 3 == 0:
            by_hand.append(accuracy(update.model.predict(x[:3]), y[:3]))

    first = accuracy(model.predict(x[:3]), y[:3])
    train(model, x, y, optimizer=SGD(1.0), epochs=4, batch_size=4, callbacks=[evaluate, count])
    assert evaluate.values == [first, *by_hand]
    assert len(by_hand) == 4


def test_evaluating_changes_nothing_of_the_training():
    (x, y), models = small_data(10), [small_model(), small_model()]
    for model, callbacks in zip(models, ([], [Evaluate(x, y, accuracy)]), strict=True):
        train(model, x, y, epochs=3, batch_size=4, rng=np.random.default_rng(0), callbacks=callbacks)
    assert models[0].parameters.tobytes() == models[1].parameters.tobytes()


@pytest.mark.parametrize(
    ("x", "metric", "message"),
    [
        (["a"], accuracy, r"Evaluate: x must hold real numbers, got \['a'\]"),
        ([[1.0]], 3, r"Evaluate: metric must be a function of \(predicted, y\), got 3"),
        ([[1.0]], BinaryCrossEntropy, r"write BinaryCrossEntropy\(…\)"),
        (np.ma.masked_invalid([[np.nan]]), accuracy, r"Evaluate: x must .* got a masked entry at x\[0, 0\]"),
    ],
)
def test_refuses_what_cannot_be_evaluated(x, metric, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Evaluate(x, [1], metric)


# --- Checkpoint -------------------------------------------------------------------------------------------------------


def written(path, every, epochs=2):
    """Return after which steps a checkpoint was written, in epochs of three batches."""
    (x, y), rng, steps = small_data(10), np.random.default_rng(0), []

    def look(update):
        if path.exists():
            steps.append(update.step)
            path.unlink()

    settings = {"batch_size": 4, "rng": rng, "epochs": epochs}
    train(small_model(), x, y, callbacks=[Checkpoint(path, rng, every=every), look], **settings)
    return steps


@pytest.mark.parametrize(("every", "steps"), [(None, [3, 6]), (1, [1, 2, 3, 4, 5, 6]), (4, [4]), (7, [])])
def test_writes_a_checkpoint_after_each_epoch_or_one_update_in_so_many(tmp_path, every, steps):
    assert written(tmp_path / "run.npz", every) == steps


def test_keeps_what_a_callback_before_it_has_changed(tmp_path):
    (x, y), rng, optimizer = small_data(4), np.random.default_rng(0), SGD(1.0)

    def halve(update):
        update.optimizer.learning_rate /= 2

    model, path = small_model(), tmp_path / "run.npz"
    train(model, x, y, optimizer=optimizer, rng=rng, callbacks=[halve, Checkpoint(path, rng)])
    load_checkpoint(path, model, again := SGD(1.0), rng)
    assert again.learning_rate == 0.5


def test_writes_where_it_was_told_whatever_folder_the_program_goes_to(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    (x, y), rng = small_data(4), np.random.default_rng(0)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    callbacks = [
        Checkpoint("run.npz", rng),
        Checkpoint("~/home.npz", rng),
        lambda update: monkeypatch.chdir("elsewhere"),
    ]
    train(small_model(), x, y, rng=rng, epochs=1, callbacks=callbacks[::-1])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "home.npz", "run.npz"]


def test_a_checkpoint_lets_the_run_go_at_its_end(tmp_path):
    (x, y), rng = small_data(4), np.random.default_rng(0)
    checkpoint, model = Checkpoint(tmp_path / "run.npz", rng), small_model()
    train(model, x, y, rng=rng, callbacks=[checkpoint])
    alive = weakref.ref(model)
    del model
    assert alive() is None
    train(small_model(), x, y, rng=rng, callbacks=[checkpoint])  # and may be used again


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"path": 3}, TypeError, "Checkpoint: path must be a text or a pathlib.Path, got 3"),
        ({"path": "nowhere/run.npz"}, FileNotFoundError, r"Checkpoint: there is no folder .*nowhere for run\.npz"),
        ({"rng": 3}, TypeError, "Checkpoint: rng must be a NumPy generator"),
        ({"every": 0}, ValueError, "Checkpoint: every must be at least 1, got 0"),
    ],
)
def test_refuses_what_no_checkpoint_can_be(tmp_path, wrong, error, message):
    given = {"path": tmp_path / "run.npz", "rng": np.random.default_rng(0), "every": None} | wrong
    with pytest.raises(error, match=message):
        Checkpoint(given["path"], given["rng"], every=given["every"])


@pytest.mark.parametrize("rng", [None, np.random.default_rng(0)])
def test_refuses_another_generator_than_that_of_fit(tmp_path, rng):
    (x, y), model = small_data(4), small_model()
    before = model.parameters.copy()
    message = r"Checkpoint: rng must be the generator that you pass to fit; write fit\(…, rng=rng\)"
    with pytest.raises(ValueError, match=message):
        train(model, x, y, rng=rng, callbacks=[Checkpoint(tmp_path / "run.npz", np.random.default_rng(0))])
    np.testing.assert_array_equal(model.parameters, before)


def test_refuses_to_be_called_outside_of_fit(tmp_path):
    with pytest.raises(ValueError, match="in a loop of your own call save_checkpoint"):
        Checkpoint(tmp_path / "run.npz", np.random.default_rng(0), every=1)(Update(1))


@pytest.mark.parametrize("values", [[None], [[1], [1, 2]], [object()]], ids=["None", "ragged", "object"])
def test_refuses_to_keep_what_needs_a_pickle(tmp_path, values):
    (x, y), rng = small_data(4), np.random.default_rng(0)
    evaluate = Evaluate(x, y, lambda predicted, y: values[-1])
    evaluate.values.extend(values[:-1])
    with pytest.raises(TypeError, match=r"save_checkpoint: <lambda> of 4 rows, .* must be a number, a text"):
        train(small_model(), x, y, rng=rng, callbacks=[evaluate, Checkpoint(tmp_path / "run.npz", rng)])


# --- progress bar -------------------------------------------------------------------------------------------------


def test_the_progress_bar_counts_updates_and_ends_its_line(capsys):
    x, y = small_data(10)
    bar = ProgressBar(total=6, description="learning")
    train(small_model(), x, y, epochs=2, batch_size=4, callbacks=[bar])
    shown = capsys.readouterr().err
    assert "learning" in shown
    assert "/6" in shown
    assert bar.bar is None  # closed
    assert shown.endswith("\r")  # and its line is free again


def test_the_progress_bar_of_a_run_that_goes_on_starts_where_that_is(capsys):
    bar = ProgressBar(total=6)
    bar(Update(5))
    assert (bar.bar.n, bar.bar.initial) == (5, 4)
    bar.close()


def test_the_progress_bar_can_be_used_again(capsys):
    x, y = small_data(4)
    bar = ProgressBar()
    train(small_model(), x, y, callbacks=[bar])
    train(small_model(), x, y, callbacks=[bar])
    assert capsys.readouterr().err.count("training: 0 updates") == 2


def test_the_progress_bar_shows_the_loss(monkeypatch):
    text = io.StringIO()
    monkeypatch.setattr("sys.stderr", text)
    bar = ProgressBar()
    bar(Update(1, loss=0.5))
    bar.bar.mininterval = 0  # redraw at every update, not a few times a second
    bar.bar.miniters = 0
    for step in range(2, 6):
        bar(Update(step, loss=0.25))
    bar.close()
    assert "loss=0.25" in text.getvalue()
