"""Misuse of a recorder, in your own loop or in an unusual run: the error says what to do."""

import os
import threading

import numpy as np
import pytest

from tests.tinylearn.recording_helpers import bytes_in, small_model, train
from tinylearn import SGD, Dense, Layer, MeanSquaredError, Recorder, Recording, ReLU, Sequential, Update, fit


@pytest.mark.parametrize(
    ("told", "error", "message"),
    [
        ({"step": 0}, ValueError, "steps count from 1, 0 is before the first update; got step 0"),
        ({"step": 1.5}, TypeError, "step and epoch must be whole numbers, got 1.5 and 0"),
        ({"epoch": 1.5}, TypeError, "step and epoch must be whole numbers, got 1 and 1.5"),
        ({"batch": [-1, -2]}, ValueError, r"batch must hold row numbers, 0 and above, got \[-1, -2\]"),
        ({"batch": [1.7, 2.2]}, ValueError, "batch must hold row numbers"),
        ({"batch": np.array([True, False])}, ValueError, "batch must hold row numbers"),
        ({"batch": "abc"}, TypeError, "batch must"),
    ],
)
def test_refuses_a_wrong_update_of_your_own(place, told, error, message):
    with Recorder(small_model(), place) as recorder:
        with pytest.raises(error, match=f"^Recorder: {message}"):
            recorder(Update(**{"step": 1} | told))
        recorder(Update(1, batch=[0, 1]))
    assert recorder.recording.steps.tolist() == [0, 1]


def test_refuses_a_recorder_that_is_twice_in_callbacks():
    model = small_model()
    recorder = Recorder(model)
    with pytest.raises(ValueError, match=r"^Recorder: one recorder stands twice in callbacks"):
        train(model, [recorder, recorder])


class Named(Layer):
    def __init__(self, name):
        self.params[name] = np.ones(2)


@pytest.mark.parametrize(
    ("layers", "message"),
    [([ReLU()], "the model has no parameters to record"), ([Named("β")], "'named_1.β' cannot name a column")],
)
def test_refuses_a_model_that_cannot_be_recorded(tmp_path, layers, message):
    with pytest.raises(ValueError, match=f"^Recorder: {message}"):
        Recorder(Sequential(layers), tmp_path / "run")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_a_child_that_is_forked_in_fit_ends_as_it_wants_to(tmp_path):
    def fork(update):
        if update.step == 5:
            child = os.fork()
            if child == 0:
                raise SystemExit
            ends.append(os.waitpid(child, 0)[1])

    model, ends = small_model(), []
    try:
        train(model, [Recorder(model, tmp_path / "run"), fork])
    except SystemExit:
        os._exit(0)  # of the child: nothing else was raised on the way
    except BaseException:
        os._exit(1)
    assert ends == [0]
    assert len(Recording.load(tmp_path / "run")) == 61


def test_what_cannot_be_copied_is_recorded_all_the_same_and_explain_says_why(place):
    class Locked(MeanSquaredError):
        def __init__(self):
            self.lock = threading.Lock()

    x, model = np.arange(6.0).reshape(3, 2), Sequential([Dense(2, 1, rng=np.random.default_rng(0))])
    recorder = Recorder(model, place)
    fit(model, x, x[:, :1], loss=Locked(), optimizer=SGD(0.01), epochs=3, callbacks=[recorder])
    assert len(recorder.recording) == 4
    with pytest.raises(ValueError, match="it is unknown how update 2 was made: the start of fit could not be copied"):
        recorder.recording.explain(2, "dense_1.b[0]")


class Counting(MeanSquaredError):
    """A loss that grows with every batch: an update depends on how many came before."""

    def __init__(self):
        self.count = 0

    def forward(self, predicted, target):
        self.count += 1
        return self.count * super().forward(predicted, target)

    def backward(self):
        return self.count * super().backward()


def test_what_counts_is_made_again_from_the_beginning():
    x, model = np.arange(6.0).reshape(3, 2), Sequential([Dense(2, 1, rng=np.random.default_rng(0))])
    recorder = Recorder(model)
    fit(model, x, x[:, :1], loss=Counting(), optimizer=SGD(0.001), epochs=6, callbacks=[recorder])
    for step in (4, 2, 6):
        assert recorder.recording.explain(step, "dense_1.b[0]").new == recorder.recording.at(step)["dense_1.b"][0]


def test_many_calls_of_fit_stay_within_a_budget_and_leave_records(tmp_path):
    """meta.json says of each how it began, and must not push the records out."""
    model = small_model()
    recorder, sizes = Recorder(model, tmp_path / "run", budget=20_000), []
    for _ in range(60):
        train(model, [recorder], epochs=1)
        sizes.append(bytes_in(tmp_path / "run"))
    assert max(sizes) <= 20_000
    assert len(recorder.recording) > 20


def test_copies_of_what_fits_began_with_do_not_fill_memory(monkeypatch):
    monkeypatch.setattr("tinylearn.recording.recorder.COPIED_BYTES", 8 * 168 * 5)
    model = small_model()
    recorder = Recorder(model)
    for _ in range(12):
        train(model, [recorder], epochs=1)
    recording = recorder.recording
    assert len(recording.origins) == 4
    assert recording.explain(36, "dense_1.w[0, 0]").new == recording.at(36)["dense_1.w"][0, 0]
    with pytest.raises(
        ValueError, match="it is unknown how update 3 was made: no call of fit that is still known made it"
    ):
        recording.explain(3, "dense_1.w[0, 0]")
