"""The folder of a recording: plain files that others may read, also while training goes on."""

import inspect
import json
import subprocess
import sys
import threading

import numpy as np
import pytest

from tests.tinylearn.recording_helpers import UPDATES, Witness, assert_agrees, small_model, train
from tinylearn import Recorder, Recording

# --- its files ----------------------------------------------------------------------------------------------------


def test_the_files_are_plain_arrays_without_pickle(tmp_path):
    model = small_model()
    train(model, [Recorder(model, tmp_path / "run")])
    arrays = {path.stem: np.load(path, allow_pickle=False) for path in (tmp_path / "run").glob("*.npy")}
    meta = json.loads((tmp_path / "run" / "meta.json").read_text())
    assert {path.name for path in (tmp_path / "run").iterdir()} == {"meta.json", *meta["files"].values()}
    assert set(arrays) == {"parameters", "steps", "epochs", "losses", "learning_rates", "batch_rows", "batch_runs"}
    np.testing.assert_array_equal(arrays["steps"], np.arange(UPDATES + 1))
    np.testing.assert_array_equal(arrays["parameters"][-1], model.parameters)


def test_nothing_in_the_recorder_can_pickle():
    import tinylearn.recording.reader
    import tinylearn.recording.storage

    for module in (tinylearn.recording.reader, tinylearn.recording.storage):
        assert "allow_pickle=True" not in inspect.getsource(module)
        assert "import pickle" not in inspect.getsource(module)


def test_a_folder_that_holds_a_recording_is_refused(tmp_path):
    model = small_model()
    train(model, [Recorder(model, tmp_path / "run")])
    with pytest.raises(FileExistsError, match="holds a recording already; delete that folder or choose another"):
        Recorder(model, tmp_path / "run")
    assert len(Recording.load(tmp_path / "run")) == UPDATES + 1  # untouched


def test_folders_on_the_way_are_made(tmp_path):
    path = tmp_path / "Läufe" / "am 1. Mai" / "run"
    Recorder(small_model(), str(path)).close()
    assert len(Recording.load(str(path))) == 1


def test_files_that_are_there_already_stay_as_they_are(tmp_path):
    np.save(tmp_path / "losses.npy", np.arange(3.0))
    with pytest.raises(FileExistsError, match=r"losses\.npy exists already; choose another folder"):
        Recorder(small_model(), tmp_path)
    np.testing.assert_array_equal(np.load(tmp_path / "losses.npy"), [0, 1, 2])
    assert [file.name for file in tmp_path.iterdir()] == ["losses.npy"]


def test_a_loss_that_is_no_number_is_refused_and_the_records_around_it_stay(tmp_path):
    with Recorder(small_model(), tmp_path / "run") as recorder:
        recorder.record(1, 1, np.array(0.5), None)
        with pytest.raises(ValueError, match="could not convert string to float: 'low'"):
            recorder.record(2, 1, "low", None)
        recorder.record(2, 1, 0.25, None)
    np.testing.assert_array_equal(Recording.load(tmp_path / "run").losses[1:], [0.5, 0.25])


def test_a_loop_that_closes_nothing_loses_nothing(tmp_path):
    program = """
import numpy as np, sys
from tinylearn import Dense, Recorder, Sequential, Update
recorders = []
for size in (1, 600):  # small rows, and rows that a thread writes
    model = Sequential([Dense(1, size, rng=np.random.default_rng(0))])
    recorders.append(Recorder(model, f"{sys.argv[1]}/{size}"))
    for step in range(1, 2001):
        model.parameters += 1
        recorders[-1](Update(step))
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program, tmp_path], check=True, timeout=60)
    for size in (1, 600):
        assert list(Recording.load(tmp_path / str(size)).steps) == list(range(2001))


# --- read while training goes on ----------------------------------------------------------------------------------


def test_one_record_can_be_read_while_training_goes_on(tmp_path):
    """Whoever reads meanwhile sees complete records only, and more of them each time."""
    model, lengths = small_model(), []
    witness = Witness(model)

    def look(update):
        recording = Recording.load(tmp_path / "run")
        assert not recording.closed
        assert_agrees(recording, witness)
        lengths.append(len(recording))

    train(model, [Recorder(model, tmp_path / "run"), witness, look])
    assert lengths == sorted(lengths)
    assert lengths[0] >= 1


def test_another_thread_reads_while_training_goes_on(tmp_path):
    model, errors, lengths = small_model(), [], []
    recorder, done = Recorder(model, tmp_path / "run", budget=20_000), threading.Event()

    def read_again_and_again():
        while not done.is_set():
            try:
                recording = Recording.load(tmp_path / "run")
                assert list(recording.steps) == sorted(set(recording.steps))
                assert recording.steps[0] == 0
                assert np.isfinite(recording["dense_1.w"]).all()
                lengths.append(len(recording))
            except Exception as error:
                errors.append(error)

    reader = threading.Thread(target=read_again_and_again)
    reader.start()
    train(model, [recorder], epochs=500)
    done.set()
    reader.join()
    assert errors == []
    assert lengths
