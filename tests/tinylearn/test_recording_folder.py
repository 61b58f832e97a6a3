"""The folder of a recording: plain files that others may read, even during training."""

import errno
import json
import subprocess
import sys
import threading

import numpy as np
import pytest

from tests.tinylearn.recording_helpers import UPDATES, Witness, assert_agrees, small_model, train
from tinylearn import Dense, Recorder, Recording, Sequential
from tinylearn.recording.origin import digest

# --- its files ----------------------------------------------------------------------------------------------------


def test_the_table_is_a_plain_array_that_numpy_reads_also_while_training_goes_on(tmp_path):
    """Without tinylearn, without pickle: one field a parameter, a row an update."""
    model, folder, lengths = small_model(), tmp_path / "run", []

    def look(update):
        table = np.load(folder / "records.npy", mmap_mode="r")
        lengths.append(len(table))
        assert table["dense_1.w"].shape == (len(table), 3, 4)
        assert list(table["step"]) == list(range(len(table)))

    train(model, [Recorder(model, folder), look])
    assert {path.name for path in folder.iterdir()} == {"meta.json", "records.npy"}
    table = np.load(folder / "records.npy", allow_pickle=False)
    assert table.dtype.names[:6] == ("step", "epoch", "loss", "learning_rate", "batch_size", "batch")
    np.testing.assert_array_equal(table["step"], np.arange(UPDATES + 1))
    np.testing.assert_array_equal(table["dense_2.b"][-1], model.layers[2].params["b"])
    assert lengths == sorted(lengths)


def test_meta_says_how_the_recording_was_made(tmp_path):
    model = small_model()
    train(model, [Recorder(model, tmp_path / "run")], batch_size=3)
    meta = json.loads((tmp_path / "run" / "meta.json").read_text())
    assert meta["model"] == repr(model)
    assert meta["versions"]["numpy"] == np.__version__
    (run,) = meta["runs"]
    assert (run["loss"], run["epochs"], run["batch_size"], run["shuffle"], run["workers"]) == (
        "BinaryCrossEntropy()", 20, 3, True, 1)  # fmt: skip
    assert run["optimizer"].startswith("Adam(learning_rate=0.01,")
    assert run["generators"]["rng"]["bit_generator"] == "PCG64"
    x = np.random.default_rng(1).normal(size=(10, 3))
    assert (run["x"], run["y"]) == (digest(x), digest(x[:, :1] > 0))


def test_refuses_a_folder_that_holds_a_recording(tmp_path):
    model = small_model()
    train(model, [Recorder(model, tmp_path / "run")])
    with pytest.raises(FileExistsError, match="holds a recording already; delete that folder or choose another"):
        Recorder(model, tmp_path / "run")
    assert len(Recording.load(tmp_path / "run")) == UPDATES + 1  # untouched


def test_folders_on_the_way_are_made(tmp_path):
    path = tmp_path / "Läufe" / "am 1. Mai" / "run"
    Recorder(small_model(), str(path)).close()
    assert len(Recording.load(str(path))) == 1


@pytest.mark.parametrize("settings", [{}, {"budget": 12_000}], ids=["all", "under a budget"])
def test_the_working_folder_may_change_while_it_records(tmp_path, settings, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = small_model()
    recorder, witness = Recorder(model, "run", **settings), Witness(model)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    train(model, [recorder, witness])
    train(model, [recorder, witness])
    assert recorder.recording.steps[-1] == 2 * UPDATES
    assert_agrees(Recording.load(tmp_path / "run"), witness)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_tilde_is_the_home_folder_and_nothing_is_no_path(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    Recorder(small_model(), "~/run").close()
    assert len(Recording.load("~/run")) == len(Recording.load(tmp_path / "run")) == 1
    with pytest.raises(
        ValueError, match=r"^Recorder: path must name a file or a folder, got ''; the current folder is"
    ):
        Recorder(small_model(), "")
    with pytest.raises(ValueError, match=r"^Recorder: there is no home folder for ~nobody-of-that-name/run; write it"):
        Recorder(small_model(), "~nobody-of-that-name/run")


def test_refuses_a_parameter_called_like_a_column(tmp_path):
    class Model(Sequential):
        def __init__(self, rng):
            self.params["step"] = np.zeros(3)
            super().__init__([Dense(1, 1, rng=rng)])

    with pytest.raises(ValueError, match="Recorder: step is the name of a column; call the parameter otherwise"):
        Recorder(Model(np.random.default_rng(0)), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_files_that_are_there_already_stay_as_they_are(tmp_path):
    np.save(tmp_path / "records.npy", np.arange(3.0))
    with pytest.raises(FileExistsError, match=r"records\.npy exists already; choose another folder"):
        Recorder(small_model(), tmp_path)
    np.testing.assert_array_equal(np.load(tmp_path / "records.npy"), [0, 1, 2])
    assert [file.name for file in tmp_path.iterdir()] == ["records.npy"]


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


def test_a_disk_without_locks_will_do(tmp_path, monkeypatch):
    """As some network drives are."""

    def flock(descriptor, operation):
        asked.append(operation)
        raise OSError(errno.ENOLCK, "No locks available")

    asked = []
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(fcntl, "flock", flock)
    model = small_model()
    recorder, witness = Recorder(model, tmp_path / "run", budget=12_000), Witness(model)
    train(model, [recorder, witness], epochs=40)
    assert asked
    assert_agrees(Recording.load(tmp_path / "run"), witness)
