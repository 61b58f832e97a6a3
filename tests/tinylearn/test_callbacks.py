"""`fit` tells callbacks about every update and closes them at its end: Evaluate, Checkpoint, ProgressBar, your own."""

import io
import weakref

import numpy as np
import pytest

from tests.tinylearn.refusals import assert_refused, refusals
from tests.tinylearn.training_helpers import small_data, small_model, train
from tinylearn import SGD, BinaryCrossEntropy, Checkpoint, Evaluate, ProgressBar, Recorder, Update, accuracy


def test_an_update_says_what_happened_and_keeps_its_values():
    model, optimizer, kept, parameters, (x, y) = small_model(), SGD(0.1), [], [], small_data(10)
    before = model.parameters.copy()

    def listen(update):
        kept.append(update)
        parameters.append(model.parameters.copy())

    callbacks = iter([lambda _: None, listen])
    train(model, x, y, optimizer=optimizer, epochs=2, batch_size=4, shuffle=False, callbacks=callbacks)
    places = [(update.step, update.epoch, update.last_of_epoch) for update in kept]
    assert places == [(step, 1 + (step > 3), step in (3, 6)) for step in range(1, 7)]
    for update, after in zip(kept, parameters, strict=True):
        assert isinstance(update, Update)
        assert (update.model, update.optimizer) == (model, optimizer)
        model.parameters = before  # the loss is that of this batch, before the update
        assert update.loss == BinaryCrossEntropy().forward(model.forward(x[update.batch]), y[update.batch])
        before = after
        assert not np.array_equal(model.parameters, after)
        with pytest.raises(ValueError, match="read-only"):
            update.batch[0] = 0


def test_keeps_nothing_after_fit(tmp_path):
    (x, y), rng, model = small_data(4), np.random.default_rng(0), small_model()
    loss, evaluate, checkpoint = BinaryCrossEntropy(), Evaluate(x, y, accuracy), Checkpoint(tmp_path / "run.npz", rng)
    train(model, x, y, loss=loss, rng=rng, callbacks=[evaluate, checkpoint])
    alive = weakref.ref(model), weakref.ref(evaluate)
    del model, evaluate
    assert [refers() for refers in alive] == [None, None]
    train(small_model(), x, y, rng=rng, callbacks=[checkpoint])  # it may be used again


def test_tells_all_the_learning_rate_of_the_step_also_after_one_that_changes_it():
    told, model = [], small_model()

    class Own(Recorder):
        def __call__(self, update):  # not what a recorder does
            told.append(update.step)
            update.optimizer.learning_rate /= 2

    recorder = Recorder(model)
    callbacks = [Own(model), recorder, lambda update: told.append(update.learning_rate)]
    train(model, *small_data(4), optimizer=SGD(1.0), epochs=2, callbacks=callbacks)
    assert told == [1, 1.0, 2, 0.5]
    assert recorder.recording.learning_rates[1:].tolist() == [1.0, 0.5]


@pytest.mark.parametrize(("at", "losses"), [(1, 1), (3, 1), (4, 2), (9, 3)])
def test_stops_after_the_update_and_returns_the_losses(at, losses):
    """Of the epoch in which it stops, the mean loss of the rows that came. The others are told of the update, too."""
    (x, y), told, model = small_data(10), [], small_model()
    recorder = Recorder(model)
    callbacks = [
        lambda update: update.stop() if update.step == at else None,
        recorder,
        lambda update: told.append((update.loss * len(update.batch), len(update.batch))),
    ]
    got = train(model, x, y, epochs=5, callbacks=callbacks, batch_size=4, shuffle=False)
    epochs = [told[start : start + 3] for start in range(0, at, 3)]
    expected = [sum(loss for loss, _ in epoch) / sum(rows for _, rows in epoch) for epoch in epochs]
    assert (len(told), len(got)) == (at, losses)
    np.testing.assert_allclose(got, expected, rtol=1e-14)
    assert (recorder.closed, recorder.recording.steps.tolist()) == (True, list(range(at + 1)))
    assert not any(layer.training for layer in model.layers)


def test_evaluates_at_the_end_of_each_epoch_and_changes_nothing():
    (x, y), models, by_hand = small_data(10), [small_model(), small_model()], []
    evaluate = Evaluate(x[:3].tolist(), y[:3], accuracy)

    def note(update):
        if update.step % 3 == 0:
            by_hand.append(accuracy(update.model.predict(x[:3]), y[:3]))

    evaluate.measure(models[0])
    first = accuracy(models[1].predict(x[:3]), y[:3])
    for model, callbacks in zip(models, ([evaluate, note], []), strict=True):
        settings = {"optimizer": SGD(1.0), "epochs": 4, "batch_size": 4, "rng": np.random.default_rng(0)}
        train(model, x, y, callbacks=callbacks, **settings)
    assert evaluate.values == [first, *by_hand]
    assert len(by_hand) == 4
    assert models[0].parameters.tobytes() == models[1].parameters.tobytes()


@pytest.mark.parametrize(("every", "steps"), [(None, [3, 6]), (1, [1, 2, 3, 4, 5, 6]), (4, [4])])
def test_writes_a_checkpoint_after_each_epoch_or_one_update_in_so_many(tmp_path, every, steps):
    (x, y), rng, written, path = small_data(10), np.random.default_rng(0), [], tmp_path / "run.npz"

    def look(update):
        if path.exists():
            written.append(update.step)
            path.unlink()

    callbacks = [Checkpoint(path, rng, every=every), look]
    train(small_model(), x, y, batch_size=4, rng=rng, epochs=2, callbacks=callbacks)
    assert written == steps


def test_writes_where_it_was_told_whatever_folder_the_program_goes_to(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    (x, y), rng = small_data(4), np.random.default_rng(0)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    checkpoints = [Checkpoint("run.npz", rng), Checkpoint("~/home.npz", rng)]
    train(small_model(), x, y, rng=rng, callbacks=[lambda update: monkeypatch.chdir("elsewhere"), *checkpoints])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "home.npz", "run.npz"]


def checkpointed(folder, rng, *callbacks):
    """Train with a checkpoint of another generator; the model stays as it is."""
    model = small_model()
    before = model.parameters.copy()
    try:
        train(model, *small_data(4), rng=rng, callbacks=[*callbacks, Checkpoint(folder / "run.npz", RNG)])
    finally:
        if rng is not RNG:
            np.testing.assert_array_equal(model.parameters, before)


RNG, X = np.random.default_rng(0), np.ones((3, 1))
OF_FIT = r"Checkpoint: rng must be the generator that you pass to fit; write fit\(…, rng=rng\)"


@refusals(
    (lambda _: Evaluate(X, X, 3), TypeError, r"Evaluate: metric must be a function of \(predicted, y\), got 3"),
    (lambda _: Evaluate(X, X, dict), TypeError, r"Evaluate: metric must be a function of .*, got the class dict"),
    (lambda _: Evaluate(X, np.ones((64, 1)), accuracy), ValueError, "the same number .* got 3 and 64"),
    (lambda folder: Checkpoint(folder, RNG), IsADirectoryError, "Checkpoint: .* it is a folder; name a file in it"),
    (lambda _: Checkpoint("nowhere/run.npz", RNG), FileNotFoundError, "no folder .*nowhere"),
    *((lambda folder, rng=rng: checkpointed(folder, rng), ValueError, OF_FIT)
      for rng in (None, np.random.default_rng(0))),
    (lambda folder: Checkpoint(folder / "a", RNG, every=1)(Update(1)), ValueError, "of your own call"),
    (lambda folder: checkpointed(folder, RNG, Evaluate(*small_data(4), lambda predicted, y: None)), TypeError,
     r"save_checkpoint: <lambda> of 4 rows, .* must be a number, a text"),
    (lambda _: ProgressBar(total=0), ValueError, "ProgressBar: total must be at least 1, got 0"),
)  # fmt: skip
def test_refuses(call, kind, words, tmp_path):
    assert_refused(lambda: call(tmp_path), kind, words)


def test_the_progress_bar_counts_updates_from_where_a_run_starts_shows_the_loss_and_ends_its_line(monkeypatch):
    text = io.StringIO()
    monkeypatch.setattr("sys.stderr", text)
    bar = ProgressBar(total=6, description="learning")
    for _ in range(2):  # it can be used again
        train(small_model(), *small_data(10), epochs=2, batch_size=4, callbacks=[bar])
        assert bar.bar is None  # closed
        assert text.getvalue().endswith("\r")  # and its line is free again
    assert "learning:   0%|" in text.getvalue()
    assert "/6" in text.getvalue()
    bar = ProgressBar()
    bar(Update(5, loss=0.5))
    assert (bar.bar.n, bar.bar.initial) == (5, 4)
    bar.bar.mininterval = bar.bar.miniters = 0  # redraw at every update, not a few times a second
    for step in range(6, 10):
        bar(Update(step, loss=0.25))
    bar.close()
    assert "loss=0.25" in text.getvalue()
    assert "training: 4 updates" in text.getvalue()
