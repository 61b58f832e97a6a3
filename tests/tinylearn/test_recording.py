"""The recorder against a plain list of copies, in memory and in a folder; its budget; what it refuses.

For calls in any order see `test_recording_machine.py`.
"""

import threading
from pathlib import Path

import numpy as np
import pytest

from tests.tinylearn.recording_helpers import Witness, assert_agrees, bytes_in, small_model, train
from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Recording, ReLU, Sequential, Update, fit


@pytest.mark.parametrize(("dtype", "batch_size"), [(np.float32, 4), (np.float64, 10)])
def test_keeps_every_update_of_fit_and_gives_it_back(place, dtype, batch_size):
    model, other = small_model(dtype=dtype), small_model(1, dtype)
    recorder, witness = Recorder(model, place), Witness(model)
    assert "1 records, steps 0 to 0" in repr(recorder.recording)
    assert "not closed" in repr(recorder.recording)
    assert not recorder.recording.closed
    train(model, [recorder, witness], batch_size=batch_size)
    recording, last = recorder.recording, max(witness.rows)
    assert recording.closed
    assert recording.steps.tolist() == list(range(last + 1))
    assert_agrees(recording, witness.rows)
    told = (
        f"{last + 1} records, steps 0 to {last}, of dense_1.w, dense_1.b, dense_2.w, dense_2.b, in {place or 'memory'}"
    )
    assert repr(recording) == f"<Recording: {told}>"
    assert recording["dense_1.w"].shape == (last + 1, 3, 4)
    assert recording["dense_1.w"].dtype == dtype
    assert "dense_1.w" in recording
    assert "dense_9.w" not in recording
    for step in (0, 1, 17, 20):
        recording.restore(other, step)
        np.testing.assert_array_equal(other.layers[0].params["w"], recording.at(step)["dense_1.w"])
        assert other.parameters.tobytes() == recording.rows[step].tobytes()
    recording.at(0)["dense_1.w"][:] = 99  # what it returns belongs to the caller
    assert 99 not in recording.at(0)["dense_1.w"]
    for values in (recording["dense_1.w"], recording.rows):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0
    assert np.shares_memory(recording["dense_1.w"], recording.rows)  # nothing is read until it is used
    base = recording.rows
    while isinstance(base, np.ndarray):
        base = base.base
    assert place is None or type(base).__name__ == "mmap"


def test_keeps_what_your_own_loop_tells(place):
    """The learning rate is that of the step; in `fit` callbacks may change it; a loop passes it, or the optimiser."""
    model = small_model()
    recorder = Recorder(model, place)
    train(model, [recorder], epochs=3)
    batch = np.array([0, 1])
    recorder(Update(1, 1, 0.5, batch, optimizer=SGD(0.5)))
    assert place is None or not Recording.load(place).closed
    batch += 2  # your own loop may use one array for all batches
    recorder(Update(2, 1, 0.25, batch, optimizer=SGD(0.5), learning_rate=0.25))
    recorder(Update(3))
    recorder.close()
    recorder.close()
    recording = recorder.recording
    np.testing.assert_allclose(recording.learning_rates[1:10], 0.01 * 0.99 ** np.arange(9), rtol=1e-12)
    np.testing.assert_array_equal(recording.learning_rates[[0, 10, 11, 12]], [np.nan, 0.5, 0.25, np.nan])
    np.testing.assert_array_equal(recording.losses[[0, 10, 11, 12]], [np.nan, 0.5, 0.25, np.nan])
    assert recording.epochs[9:].tolist() == [3, 4, 4, 3]
    assert [recording.batch(step).tolist() for step in (0, 10, 11, 12)] == [[], [0, 1], [2, 3], []]
    assert place is None or Recording.load(place).closed


def test_describes_what_will_be_kept(tmp_path):
    model, path = small_model(), tmp_path / "run"
    recorder = Recorder(model, path)
    assert recorder.describe() == (
        "21 numbers per record (dense_1.w, dense_1.b, dense_2.w, dense_2.b): 168 bytes, plus 40, plus 8 for each row "
        "of a minibatch\nkeeps step 0, every update, and the last\n"
        f"1,000 records take 0.21 MB and their batches, in {path}"
    )
    before = bytes_in(path)
    train(model, [recorder], epochs=100, batch_size=10)  # all rows in their order
    assert (path / "records.npy").stat().st_size == 101 * (168 + 40) + recorder._store.table.header_bytes
    assert bytes_in(path) > before
    assert "dense_2.b): 8 bytes" in Recorder(model, select="dense_2.b").describe()
    assert "the updates for whose step `every` returns True" in Recorder(model, every=bool).describe()
    text = Recorder(model, every=10, budget="2 MB").describe()
    assert "keeps step 0, one update in 10, and the last" in text
    assert "never uses more than 2,000,000 bytes" in text
    for budget, number in (("9000", 9000), ("9 kB", 9000), ("0.5mb", 500_000), ("1 MiB", 1 << 20)):
        assert Recorder(model, budget=budget).budget == number


# --- a budget ---------------------------------------------------------------------------------------------------------


def assert_evenly_spaced(recording, last, but=()):
    steps = np.array([step for step in recording.steps if step not in but])
    between = np.diff(steps[:-1])
    assert (steps[0], steps[-1]) == (0, last)
    assert len(set(between)) == 1
    assert 0 < steps[-1] - steps[-2] <= between[0]  # the last is there although it is out of step


@pytest.mark.parametrize("every", [1, 3])
def test_uses_its_budget_and_no_more_in_fit_after_fit(every):
    recorder, witness = Recorder(model := small_model(), budget="0.02 MB", every=every), Witness(model)
    for _ in range(3):
        train(model, [recorder, witness], epochs=66)
        recording = recorder.recording
        assert 2_000 < recording.rows.nbytes <= 20_000  # the space is used, not left empty
    assert np.diff(recording.steps)[0] % every == 0
    assert_evenly_spaced(recording, last=594, but={198, 396})
    assert_agrees(recording, witness.rows)


def neurons(layers):
    return Sequential([Dense(1, 1, rng=np.random.default_rng(0)) for _ in range(layers)])


@pytest.mark.parametrize(("model", "budget", "updates", "batch"), [
    (small_model(hidden=200), "200 kB", 1_000, lambda step: np.arange(32)),
    (neurons(1), "50 kB", 300, lambda step: np.random.default_rng(step).permutation(500)),  # 4 kB an update
    (neurons(60), "30 kB", 100, lambda step: ()),  # meta.json lists 120 names
], ids=["parameters", "batches", "names"])  # fmt: skip
def test_counts_batches_and_names_while_a_file_is_there_twice(tmp_path, monkeypatch, model, budget, updates, batch):
    """The folder is at its fullest just before files are removed: then half of the records are there twice."""
    folder, sizes, unlink = tmp_path / "run", [], Path.unlink

    def look_and_unlink(path, **settings):
        sizes.append(bytes_in(folder))
        unlink(path, **settings)

    monkeypatch.setattr(Path, "unlink", look_and_unlink)
    with Recorder(model, folder, budget=budget) as recorder:
        for step in range(1, updates + 1):
            model.parameters[0] = step
            recorder(Update(step, batch=batch(step)))
            sizes.append(bytes_in(folder) if step % (updates // 100) == 0 else 0)
    assert max(*sizes, bytes_in(folder)) <= recorder.budget
    recording = Recording.load(folder)
    assert_evenly_spaced(recording, last=updates)
    np.testing.assert_array_equal(recording.rows[1:, 0], recording.steps[1:])


def test_keeps_the_last_update_whenever_training_ends():
    """Also when it was the one that made the records too many."""
    model, last = neurons(1), []
    for updates in range(1, 100):
        with Recorder(model, budget=2_000) as recorder:
            for step in range(1, updates + 1):
                recorder(Update(step))
        last.append(recorder.recording.steps[-1])
    assert last == list(range(1, 100))


def test_leaves_records_although_meta_describes_many_calls_of_fit(tmp_path):
    recorder, sizes = Recorder(model := small_model(), tmp_path / "run", budget=20_000), []
    for _ in range(60):
        train(model, [recorder], epochs=1)
        sizes.append(bytes_in(tmp_path / "run"))
    assert max(sizes) <= 20_000
    assert len(recorder.recording) > 20


# --- refusals ---------------------------------------------------------------------------------------------------------


odd_name = ReLU()
odd_name.params["β"] = np.ones(2)
SELECT = "select must name parameters of the model, dense_1.w, dense_1.b, dense_2.w, dense_2.b; "


@pytest.mark.parametrize(("settings", "message"), [
    ({"select": ["dense_1.w", "dense_3.w"]}, SELECT + "got 'dense_3.w'"),
    ({"select": lambda name: False}, SELECT + "none was selected"),
    ({"select": 3}, "select must be a list of names or a function of a name, got 3"),
    ({"budget": "1.2.3 MB"}, "budget must be bytes, such as 2_000_000 or '2 MB', got '1.2.3 MB'"),
    ({"budget": "1 kB"}, r"budget must hold at least six records of 208 bytes .*, got '1 kB'; select"),
    ({"model": Sequential([ReLU()])}, "the model has no parameters to record"),
    ({"model": Sequential([odd_name])}, "'relu_1.β' cannot name a column"),
    ({"model": ReLU()}, r"model must be a Sequential, got ReLU\(\)"),
    ({"path": "~nobody-of-that-name/run"}, "there is no home folder for ~nobody-of-that-name/run; "),
])  # fmt: skip
def test_refuses_wrong_arguments_and_leaves_no_folder(tmp_path, settings, message):
    with pytest.raises((TypeError, ValueError), match=f"^Recorder: {message}"):
        Recorder(**{"model": small_model(), "path": tmp_path / "run"} | settings)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("told", "message"), [
    ({"step": 0}, "steps count from 1, 0 is before the first update; got step 0"),
    ({"step": 3}, "steps must grow, .* got step 3 after step 5; .* make a new Recorder"),
    ({"step": 7.5}, "step and epoch must be whole numbers, got 7.5 and 0"),
    ({"batch": [-1, -2]}, r"batch must hold row numbers, 0 and above, got \[-1, -2\]"),
    ({"loss": "low"}, "could not convert string to float: 'low'"),
])  # fmt: skip
def test_refuses_a_wrong_update_of_your_own_and_goes_on(place, told, message):
    with Recorder(small_model(), place) as recorder:
        recorder.record(5, 1, np.array(0.5), None)
        with pytest.raises((TypeError, ValueError), match=message):
            recorder(Update(**{"step": 6} | told))
        recorder.record(6, 1, 0.25, [0, 1])
    assert recorder.recording.steps.tolist() == [0, 5, 6]
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


def recorded(**settings):
    train(model := small_model(), [recorder := Recorder(model, every=20, **settings)])
    return recorder.recording


def restored(recording, model):
    """Restore a model that does not fit: nothing in it may change."""
    before = model.parameters.copy()
    try:
        recording.restore(model, 0)
    finally:
        np.testing.assert_array_equal(model.parameters, before)


FITS_NOT = "recording in memory does not fit this model: dense_1.w is float"


@refusals(
    (lambda: restored(recorded(), small_model(hidden=5)), ValueError, FITS_NOT + r"64 \(3, 5\) in the model"),
    (lambda: restored(recorded(), small_model(dtype=np.float32)), ValueError, FITS_NOT + "32 .*, float64 .* there"),
    (lambda: restored(recorded(select="dense_1.w"), small_model(1)), ValueError, r"dense_1\.b .* no such parameter"),
    (lambda: recorded().at(61), ValueError, "step 61 is not .*; the nearest is 60$"),
    (lambda: recorded().at(33), ValueError, "step 33 is not in this recording of 4 records; the nearest is 20 and 40"),
    (lambda: recorded().batch(-1), ValueError, "step -1 is not in this recording of 4 records; the nearest is 0$"),
    (lambda: recorded(select="dense_1.w")["dense_1.b"], KeyError, r"'dense_1\.b' was not recorded, only dense_1\.w"),
)
def test_refuses_what_was_not_recorded(call, kind, words):
    assert_refused(call, kind, words)


def test_records_what_cannot_be_copied_and_explain_says_why():
    x, loss = np.arange(6.0).reshape(3, 2), MeanSquaredError()
    loss.lock = threading.Lock()
    recorder = Recorder(model := neurons(1))
    fit(model, x[:, :1], x[:, 1:], loss=loss, optimizer=SGD(0.001), epochs=6, callbacks=[recorder])
    assert len(recorder.recording) == 7
    with pytest.raises(ValueError, match="it is unknown how update 2 was made: the start of fit could not be copied"):
        recorder.recording.explain(2, "dense_1.b[0]")


def test_does_not_fill_memory_with_copies_of_what_fits_began_with(monkeypatch):
    monkeypatch.setattr("tinylearn.recording.recorder.COPIED_BYTES", 8 * 168 * 5)
    recorder = Recorder(model := small_model())
    for _ in range(12):
        train(model, [recorder], epochs=1)
    recording = recorder.recording
    assert len(recording.origins) == 4
    assert recording.explain(36, "dense_1.w[0, 0]").new == recording.at(36)["dense_1.w"][0, 0]
    with pytest.raises(ValueError, match="how update 3 was made: no call of fit that is still known made it"):
        recording.explain(3, "dense_1.w[0, 0]")
