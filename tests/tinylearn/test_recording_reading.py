"""A recording is read back: restored into a model, one step, one parameter, or everything."""

import numpy as np
import pytest

from tests.tinylearn.recording_helpers import Witness, record_step_0, small_model, train
from tinylearn import SGD, BinaryCrossEntropy, Dense, Recorder, Recording, ReLU, Sequential, fit


def test_restore_gives_the_same_bits(place):
    model, other = small_model(0), small_model(1)
    recorder, witness = Recorder(model, place), Witness(model)
    train(model, [recorder, witness])
    for step in (0, 1, 17, 60, 30):
        recorder.recording.restore(other, step)
        assert other.parameters.tobytes() == witness.rows[step][3].tobytes()
    np.testing.assert_array_equal(other.layers[0].params["w"], witness.rows[30][3][:12].reshape(3, 4))


def test_training_on_from_a_restored_step_gives_the_same_run():
    """With SGD, which remembers nothing, the parameters are all that matters."""
    x, y = np.random.default_rng(0).normal(size=(10, 3)), np.ones((10, 1))
    model, again = small_model(), small_model(1)
    settings = {"loss": BinaryCrossEntropy(), "batch_size": 10}
    recorder = Recorder(model)
    fit(model, x, y, epochs=20, optimizer=SGD(0.1), callbacks=[recorder], **settings)
    recorder.recording.restore(again, 12)
    fit(again, x, y, epochs=8, optimizer=SGD(0.1), **settings)
    assert again.parameters.tobytes() == model.parameters.tobytes()


def test_refuses_restore_into_another_model(place):
    recording = record_step_0(small_model(), place)
    rng = np.random.default_rng(0)
    wider = Sequential([Dense(3, 5, rng=rng), ReLU(), Dense(5, 1, rng=rng)])
    before = wider.parameters.copy()
    with pytest.raises(
        ValueError, match=r"recording in .* does not fit this model: dense_1.w is float64 \(3, 5\) in the"
    ):
        recording.restore(wider, 0)
    np.testing.assert_array_equal(wider.parameters, before)
    with pytest.raises(ValueError, match=r"dense_1.w is float32 \(3, 4\) in the model, float64 \(3, 4\) there"):
        recording.restore(small_model(dtype=np.float32), 0)


def test_a_part_of_the_parameters_cannot_restore_a_whole_model(place):
    recording = record_step_0(small_model(), place, select="dense_1.w")
    with pytest.raises(ValueError, match=r"dense_1\.b is .* in the model, no such parameter there"):
        recording.restore(small_model(), 0)


def test_a_step_that_was_not_kept_is_answered_with_its_neighbours(place):
    model = small_model()
    recorder = Recorder(model, place, every=20)
    train(model, [recorder])
    with pytest.raises(ValueError, match="step 33 is not in this recording of 4 records; the nearest is 20 and 40"):
        recorder.recording.at(33)
    with pytest.raises(ValueError, match="step 61 is not in this recording of 4 records; the nearest is 60"):
        recorder.recording.restore(model, 61)
    with pytest.raises(ValueError, match="step -1 is not in this recording"):
        recorder.recording.batch(-1)


def test_an_unknown_name_is_a_key_error(place):
    recording = record_step_0(small_model(), place, select="dense_1.w")
    with pytest.raises(KeyError, match=r"'dense_1\.b' was not recorded, only dense_1\.w"):
        recording["dense_1.b"]


def test_what_at_returns_belongs_to_the_caller(place):
    recording = record_step_0(small_model(), place)
    recording.at(0)["dense_1.w"][:] = 99
    assert 99 not in recording.at(0)["dense_1.w"]


def test_a_recording_cannot_be_written_into(place):
    recording = record_step_0(small_model(), place)
    for values in (recording["dense_1.w"], recording.rows):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0


def test_one_parameter_is_read_without_the_rest(tmp_path):
    """The array lies in the mapped file: nothing is read until it is used."""
    model = small_model()
    train(model, [Recorder(model, tmp_path / "run")])
    recording = Recording.load(tmp_path / "run")
    assert np.shares_memory(recording["dense_1.w"], recording.rows)
    assert not recording.rows.flags.owndata
    base = recording.rows
    while isinstance(base, np.ndarray):
        base = base.base
    assert type(base).__name__ == "mmap"


def test_a_recording_does_not_change_while_training_goes_on(place):
    model = small_model()
    recorder = Recorder(model, place)
    train(model, [recorder], epochs=1)
    then = recorder.recording
    rows = then.rows.copy()
    train(model, [recorder], epochs=5)
    assert len(then) == 4
    np.testing.assert_array_equal(then.rows, rows)
    assert len(recorder.recording) == 19


def test_a_recording_says_what_it_holds(place):
    model = small_model()
    recorder = Recorder(model, place)
    assert "not closed" in repr(recorder.recording)
    train(model, [recorder])
    assert "61 records, steps 0 to 60, of dense_1.w, dense_1.b, dense_2.w, dense_2.b, in " in repr(recorder.recording)
    assert "not closed" not in repr(recorder.recording)


def test_names_in_a_recording(place):
    with Recorder(small_model(), place) as recorder:
        assert "dense_1.w" in recorder.recording
        assert "dense_9.w" not in recorder.recording
