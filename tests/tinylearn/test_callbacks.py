"""Callbacks are told what happened at every update, and closed at the end, the progress bar among them."""

import io
import weakref

import numpy as np
import pytest

from tests.tinylearn.training_helpers import seen_batches, small_data, small_model, train
from tinylearn import SGD, BinaryCrossEntropy, ProgressBar, Update

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


def test_all_callbacks_are_called_in_order():
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


def test_nothing_is_kept_after_fit():
    model, loss = small_model(), BinaryCrossEntropy()
    x, y = small_data(4)
    watch = Door()
    train(model, x, y, loss=loss, callbacks=[watch])
    alive = weakref.ref(watch)
    del watch
    assert alive() is None


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
