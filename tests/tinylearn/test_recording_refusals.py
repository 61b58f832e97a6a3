"""Misuse of a recorder or a recording: the error says what to do, and nothing is left that would be in the way."""

import threading

import numpy as np
import pytest

from tests.tinylearn.recording_helpers import small_model, train
from tinylearn import SGD, Dense, Layer, MeanSquaredError, Recorder, Recording, ReLU, Sequential, Update, fit
from tinylearn.identity import described

SELECT = "select must name parameters of the model, dense_1.w, dense_1.b, dense_2.w, dense_2.b; "
BYTES = "budget must be bytes, such as 2_000_000 or '2 MB', got "


class Named(Layer):
    def __init__(self, name):
        self.params[name] = np.ones(2)


class Step(Sequential):
    def __init__(self):
        self.params["step"] = np.zeros(3)
        super().__init__([ReLU()])


@pytest.mark.parametrize(("settings", "error", "message"), [
    ({"every": 0}, ValueError, "every must be at least 1, got 0"),
    ({"every": 1.5}, TypeError, "every must be a whole number, got 1.5"),
    ({"select": ["dense_1.w", "dense_3.w"]}, ValueError, SELECT + "got 'dense_3.w'"),
    ({"select": lambda name: False}, ValueError, SELECT + "none was selected"),
    ({"budget": "1.2.3 MB"}, ValueError, BYTES + "'1.2.3 MB'"),
    ({"budget": 0}, ValueError, "budget must be at least 1, got 0"),
    ({"budget": "1 kB"}, ValueError, r"budget must hold at least six records of 208 bytes .*, got '1 kB'; select"),
    ({"model": Sequential([ReLU()])}, ValueError, "the model has no parameters to record"),
    ({"model": Sequential([Named("β")])}, ValueError, "'named_1.β' cannot name a column"),
    ({"model": Step()}, ValueError, "step is the name of a column; give the parameter another name"),
    ({"model": small_model}, TypeError, "model must be a Sequential, got "),
    ({"model": ReLU()}, TypeError, r"model must be a Sequential, got ReLU\(\)"),
    ({"path": ""}, ValueError, "path must name a file or a folder, got ''; the current folder is"),
    ({"path": "~nobody-of-that-name/run"}, ValueError, "there is no home folder for ~nobody-of-that-name/run; "),
], ids=described)  # fmt: skip
def test_refuses_wrong_arguments_and_leaves_no_folder(tmp_path, settings, error, message):
    with pytest.raises(error, match=f"^Recorder: {message}"):
        Recorder(**{"model": small_model(), "path": tmp_path / "run"} | settings)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("told", "error", "message"), [
    ({"step": 0}, ValueError, "steps count from 1, 0 is before the first update; got step 0"),
    ({"step": 1.5}, TypeError, "step and epoch must be whole numbers, got 1.5 and 0"),
    ({"batch": [-1, -2]}, ValueError, r"batch must hold row numbers, 0 and above, got \[-1, -2\]"),
    ({"batch": np.array([True, False])}, ValueError, "batch must hold row numbers"),
    ({"batch": "abc"}, TypeError, "batch must"),
    ({"loss": "low"}, ValueError, "could not convert string to float: 'low'"),
    ({"step": 3}, ValueError, "steps must grow, .* got step 3 after step 5; .* make a new Recorder"),
], ids=described)  # fmt: skip
def test_refuses_a_wrong_update_of_your_own_and_goes_on(place, told, error, message):
    with Recorder(small_model(), place) as recorder:
        if told.get("step", 3) == 3:
            recorder.record(5, 1, np.array(0.5), None)
        with pytest.raises(error, match=message):
            recorder(Update(**{"step": 6} | told))
        recorder.record(6, 1, 0.25, [0, 1])
    assert recorder.recording.steps.tolist()[-1] == 6
    assert recorder.recording.losses[-1] == 0.25


def test_refuses_another_model_and_to_stand_twice_in_callbacks(place):
    """A model made anew, in a notebook, say, or put into another: the recorder would keep what no update changes."""
    model = small_model()
    with Recorder(model, place) as recorder:
        with pytest.raises(ValueError, match=r"^Recorder: this recorder was made for another model"):
            train(small_model(), [recorder])
        with pytest.raises(ValueError, match=r"^Recorder: one recorder stands twice in callbacks"):
            train(model, [recorder, recorder])
        Sequential([model])
        with pytest.raises(ValueError, match=r"^Recorder: the parameters have moved in memory, since the model became"):
            train(model, [recorder])


def wider():
    rng = np.random.default_rng(0)
    return Sequential([Dense(3, 5, rng=rng), ReLU(), Dense(5, 1, rng=rng)])


FITS_NOT = r"recording in .* does not fit this model: "


@pytest.mark.parametrize(("select", "ask", "error", "message"), [
    (None, lambda one: one.restore(wider(), 0), ValueError, FITS_NOT + r"dense_1.w is float64 \(3, 5\) in the"),
    (None, lambda one: one.restore(small_model(dtype=np.float32), 0), ValueError,
     FITS_NOT + r"dense_1.w is float32 \(3, 4\) in the model, float64 \(3, 4\) there"),
    ("dense_1.w", lambda one: one.restore(small_model(), 0), ValueError,
     r"dense_1\.b is .* in the model, no such parameter there"),
    (None, lambda one: one.restore(None, 0), TypeError, "restore needs a Sequential as its model, got None"),
    (None, lambda one: one.restore(small_model(), 61), ValueError, "step 61 is not .*; the nearest is 60"),
    (None, lambda one: one.at(33), ValueError,
     "step 33 is not in this recording of 4 records; the nearest is 20 and 40"),
    (None, lambda one: one.batch(-1), ValueError, "step -1 is not in this recording of 4 records; the nearest is"),
    ("dense_1.w", lambda one: one["dense_1.b"], KeyError, r"'dense_1\.b' was not recorded, only dense_1\.w"),
])  # fmt: skip
def test_refuses_what_was_not_recorded(place, select, ask, error, message):
    recorder = Recorder(model := small_model(), place, every=20, select=select)
    train(model, [recorder])
    with pytest.raises(error, match=message):
        ask(recorder.recording)


def test_changes_nothing_in_a_model_that_does_not_fit():
    with Recorder(small_model()) as recorder:
        before = (model := wider()).parameters.copy()
    with pytest.raises(ValueError, match=FITS_NOT):
        recorder.recording.restore(model, 0)
    np.testing.assert_array_equal(model.parameters, before)


class Locked(MeanSquaredError):
    """It cannot be copied."""

    def __init__(self):
        self.lock = threading.Lock()


class Counting(MeanSquaredError):
    """It grows with every batch: an update depends on how many came before."""

    def __init__(self):
        self.count = 0

    def forward(self, predicted, target):
        self.count += 1
        return self.count * super().forward(predicted, target)

    def backward(self):
        return self.count * super().backward()


def test_records_what_cannot_be_copied_or_counts_and_explain_says_why():
    x, recordings = np.arange(6.0).reshape(3, 2), []
    for loss in (Locked(), Counting()):
        model = Sequential([Dense(2, 1, rng=np.random.default_rng(0))])
        recorder = Recorder(model)
        fit(model, x, x[:, :1], loss=loss, optimizer=SGD(0.001), epochs=6, callbacks=[recorder])
        recordings.append(recorder.recording)
    locked, counting = recordings
    assert len(locked) == 7
    with pytest.raises(ValueError, match="it is unknown how update 2 was made: the start of fit could not be copied"):
        locked.explain(2, "dense_1.b[0]")
    for step in (4, 2, 6):
        assert counting.explain(step, "dense_1.b[0]").new == counting.at(step)["dense_1.b"][0]


def test_does_not_fill_memory_with_copies_of_what_fits_began_with(monkeypatch):
    monkeypatch.setattr("tinylearn.recording.recorder.COPIED_BYTES", 8 * 168 * 5)
    model = small_model()
    recorder = Recorder(model)
    for _ in range(12):
        train(model, [recorder], epochs=1)
    recording = recorder.recording
    assert len(recording.origins) == 4
    assert recording.explain(36, "dense_1.w[0, 0]").new == recording.at(36)["dense_1.w"][0, 0]
    with pytest.raises(ValueError, match="how update 3 was made: no call of fit that is still known made it"):
        recording.explain(3, "dense_1.w[0, 0]")


def test_refuses_a_folder_that_is_in_use(tmp_path):
    model, taken = small_model(), tmp_path / "taken"
    train(model, [Recorder(model, tmp_path / "run")])
    with pytest.raises(FileExistsError, match="holds a recording already; delete that folder or choose another"):
        Recorder(model, tmp_path / "run")
    assert len(Recording.load(tmp_path / "run")) == 61  # untouched
    taken.mkdir()
    np.save(taken / "records.npy", np.arange(3.0))
    with pytest.raises(FileExistsError, match=r"records\.npy exists already; choose another folder"):
        Recorder(model, taken)
    np.testing.assert_array_equal(np.load(taken / "records.npy"), [0, 1, 2])
    assert [file.name for file in taken.iterdir()] == ["records.npy"]
