"""The recorder against a plain list of copies, in memory and in a folder; what a recording gives back.

For calls in any order see `test_recording_machine.py`.
"""

import numpy as np
import pytest

from tests.tinylearn.recording_helpers import Witness, assert_agrees, small_model, train
from tinylearn import SGD, Recorder, Recording, Update


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch_size", [4, 10], ids=["minibatches", "full batch"])
def test_keeps_every_update_of_fit_and_gives_it_back(place, dtype, batch_size):
    model, other = small_model(dtype=dtype), small_model(1, dtype)
    recorder, witness = Recorder(model, place), Witness(model)
    train(model, [recorder, witness], batch_size=batch_size)
    recording = recorder.recording
    assert list(recording.steps) == list(range(max(witness.rows) + 1))
    assert_agrees(recording, witness)
    assert recording.names == tuple(model.named_parameters())
    assert recording["dense_1.w"].shape == (len(recording), 3, 4)
    assert recording["dense_1.w"].dtype == dtype
    for step in (0, 1, 17, 20):
        recording.restore(other, step)
        assert other.parameters.tobytes() == witness.rows[step][3].tobytes()
        np.testing.assert_array_equal(other.layers[0].params["w"], recording.at(step)["dense_1.w"])


def test_keeps_the_start_and_what_your_own_loop_tells(place):
    """The learning rate is that of the step; in `fit` callbacks may change it; a loop passes it, or the optimiser."""
    model = small_model()
    recorder = Recorder(model, place)
    start = recorder.recording
    assert not start.closed
    assert (list(start.steps), list(start.epochs), list(start.batch(0))) == ([0], [0], [])
    assert np.isnan(start.losses[0])
    train(model, [recorder], epochs=3)
    assert recorder.recording.closed
    np.testing.assert_allclose(recorder.recording.learning_rates[1:], 0.01 * 0.99 ** np.arange(9), rtol=1e-12)
    batch = np.array([0, 1])
    recorder(Update(1, 1, 0.5, batch, optimizer=SGD(0.5)))
    assert place is None or not Recording.load(place).closed
    batch += 2  # your own loop may use one array for all batches
    recorder(Update(2, 1, 0.25, batch, optimizer=SGD(0.5), learning_rate=0.25))
    recorder(Update(3))
    recorder.close()
    recorder.close()
    recording = recorder.recording
    np.testing.assert_array_equal(recording.learning_rates[[0, 10, 11, 12]], [np.nan, 0.5, 0.25, np.nan])
    np.testing.assert_array_equal(recording.losses[10:], [0.5, 0.25, np.nan])
    assert recording.epochs[9:].tolist() == [3, 4, 4, 3]
    assert [list(recording.batch(step)) for step in (10, 11, 12)] == [[0, 1], [2, 3], []]
    assert place is None or Recording.load(place).closed


def test_describes_what_will_be_kept(tmp_path):
    model = small_model()
    with Recorder(model, tmp_path / "run", every=10, budget="2 MB") as recorder:
        text = recorder.describe()
    assert "21 numbers per record (dense_1.w, dense_1.b, dense_2.w, dense_2.b): 168 bytes" in text
    assert "keeps step 0, one update in 10, and the last" in text
    assert "never uses more than 2,000,000 bytes" in text
    assert f"in {tmp_path / 'run'}" in text
    assert "dense_2.b): 8 bytes" in Recorder(model, select="dense_2.b").describe()
    assert "the updates for whose step `every` returns True" in Recorder(model, every=bool).describe()
    recorder = Recorder(model, tmp_path / "other")
    assert "every update" in recorder.describe()
    assert "168 bytes, plus 40" in recorder.describe()
    before = (tmp_path / "other" / "records.npy").stat().st_size
    train(model, [recorder], epochs=100, batch_size=10)  # all rows in their order
    assert (tmp_path / "other" / "records.npy").stat().st_size - before == 100 * (168 + 40)


def test_gives_arrays_that_cannot_harm_it(place):
    with Recorder(small_model(), place, select="dense_1.w") as recorder:
        recording = recorder.recording
    assert recorder.recording.closed
    recording.at(0)["dense_1.w"][:] = 99  # what it returns belongs to the caller
    assert 99 not in recording.at(0)["dense_1.w"]
    for values in (recording["dense_1.w"], recording.rows):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0


def test_reads_one_parameter_without_the_rest(tmp_path):
    """The array lies in the mapped file: nothing is read until it is used."""
    train(model := small_model(), [Recorder(model, tmp_path / "run")])
    recording = Recording.load(tmp_path / "run")
    assert np.shares_memory(recording["dense_1.w"], recording.rows)
    base = recording.rows
    while isinstance(base, np.ndarray):
        base = base.base
    assert type(base).__name__ == "mmap"


def test_says_what_it_holds(place):
    model = small_model()
    recorder = Recorder(model, place)
    assert "not closed" in repr(recorder.recording)
    train(model, [recorder])
    told = f"61 records, steps 0 to 60, of dense_1.w, dense_1.b, dense_2.w, dense_2.b, in {place or 'memory'}"
    assert told in repr(recorder.recording)
    assert "not closed" not in repr(recorder.recording)
    assert "dense_1.w" in recorder.recording
    assert "dense_9.w" not in recorder.recording
