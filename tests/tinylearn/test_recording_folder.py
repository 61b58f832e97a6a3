"""The folder of a recording: plain files that others may read, even during training, and after whatever happened.

Kills, full disks, and threads that look on are in tests/faults.
"""

import contextlib
import errno
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import tinylearn.files
import tinylearn.recording
from tests.faults.recordings import assert_start_of_the_undisturbed_run
from tests.tinylearn import interrupted_run
from tests.tinylearn.ctrl_c import InterruptedAt
from tests.tinylearn.recording_helpers import Witness, assert_agrees, small_model, train
from tinylearn import Recorder, Recording, Update
from tinylearn.identity import digest

PLACES = Path(tinylearn.recording.__file__).parent, tinylearn.files.__file__, contextlib.__file__
LARGE = "rows over 4 KiB"  # which a thread writes


def run(program, *arguments):
    command = [sys.executable, "-W", "error", "-c", program, *arguments]
    return subprocess.run(command, check=True, timeout=120, capture_output=True, text=True).stdout


def test_is_a_plain_array_that_grows_and_says_how_it_was_made(tmp_path):
    """Read without tinylearn, without pickle, also while training goes on: one field a parameter, a row an update."""
    model, folder, lengths = small_model(), tmp_path / "Läufe" / "am 1. Mai" / "run", []
    witness = Witness(model)

    def look(update):
        table = np.load(folder / "records.npy", mmap_mode="r")
        assert table["dense_1.w"].shape == (len(table), 3, 4)
        recording = Recording.load(folder)
        assert not recording.closed
        assert len(recording.meta["runs"]) == 1
        assert_agrees(recording, witness.rows)
        lengths.append(len(recording))

    train(model, [Recorder(model, str(folder)), witness, look])
    assert lengths == sorted(lengths)
    assert lengths[0] >= 1
    assert {path.name for path in folder.iterdir()} == {"meta.json", "records.npy"}
    table = np.load(folder / "records.npy", allow_pickle=False)
    assert table.dtype.names[:6] == ("step", "epoch", "loss", "learning_rate", "batch_size", "batch")
    np.testing.assert_array_equal(table["step"], np.arange(61))
    np.testing.assert_array_equal(table["dense_2.b"][-1], model.layers[2].params["b"])

    meta = json.loads((folder / "meta.json").read_text())
    assert (meta["model"], meta["versions"]["numpy"]) == (repr(model), np.__version__)
    (told,) = meta["runs"]
    said = [told[name] for name in ("loss", "epochs", "batch_size", "shuffle", "workers")]
    assert said == ["BinaryCrossEntropy()", 20, 4, True, 1]
    assert told["optimizer"].startswith("Adam(learning_rate=0.01,")
    assert told["generators"]["rng"]["bit_generator"] == "PCG64"
    x = np.random.default_rng(1).normal(size=(10, 3))
    assert (told["x"], told["y"]) == (digest(x), digest(x[:, :1] > 0))


def test_stays_where_it_was_made_and_needs_no_locks(tmp_path, monkeypatch):
    """The working folder changes while it records, and the disk has no locks, as some network drives."""

    def flock(descriptor, operation):
        asked.append(operation)
        raise OSError(errno.ENOLCK, "No locks available")

    asked, elsewhere = [], tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(pytest.importorskip("fcntl"), "flock", flock)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    model = small_model()
    witness, recorders = Witness(model), [Recorder(model, "run"), Recorder(model, "~/home", budget=12_000)]
    monkeypatch.chdir(elsewhere)
    for _ in range(2):
        train(model, [*recorders, witness])
    for name in ("run", "home"):
        recording = Recording.load(tmp_path / name)
        assert recording.steps[-1] == 120
        assert_agrees(recording, witness.rows)
    assert list(elsewhere.iterdir()) == []
    assert asked


def test_is_complete_although_nobody_closes_it_and_memory_stays_as_it_is(tmp_path):
    """Small rows, and rows of 11 kB, which a thread writes: 12,000 more of them would be 135 MB."""
    program = """
import sys
from tests.tinylearn import interrupted_run
from tinylearn import Recorder, Update
recorders = []
for kind in ("tiny rows", "rows over 4 KiB"):
    model = interrupted_run.make_model(kind)
    recorders.append(Recorder(model, f"{sys.argv[1]}/{kind}"))
    for step in range(1, 15_001):
        model.parameters += 1
        recorders[-1](Update(step))
        if step == 3000:
            early = interrupted_run.most_memory()
print(interrupted_run.most_memory() - early)
"""
    assert int(run(program, tmp_path)) < 5_000
    for kind in ("tiny rows", LARGE):
        assert list(Recording.load(tmp_path / kind).steps) == list(range(15_001))


# --- Ctrl-C and full disks --------------------------------------------------------------------------------------------


def test_is_closed_after_ctrl_c_while_a_thread_writes(tmp_path):
    """A training without end, in a process of its own."""
    command = [sys.executable, "-W", "error", interrupted_run.__file__, tmp_path / "run", LARGE]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[1].splitlines()[-1] == "KeyboardInterrupt"
    recording = Recording.load(tmp_path / "run")
    assert recording.closed
    assert len(recording) > 1
    assert_start_of_the_undisturbed_run(recording, LARGE)


@pytest.mark.parametrize(("kind", "updates", "apart", "settings"), [
    ("tiny rows", 3, 3, {}), (LARGE, 3, 5, {}), ("under a budget", 24, 37, {"budget": 8_000}),
], ids=interrupted_run.KINDS)  # fmt: skip
def test_is_closed_and_complete_after_ctrl_c_at_any_line(tmp_path, kind, updates, apart, settings, monkeypatch):
    """Interrupt at every moment, `apart` lines from one to the next."""
    monkeypatch.setattr("tinylearn.recording.store.WAITING_BYTES", 1)  # training itself writes every record
    line, was_interrupted = 0, True
    while was_interrupted:
        line, was_interrupted = line + apart, False
        model, folder = interrupted_run.make_model(kind), tmp_path / str(line)
        recorder, witness = Recorder(model, folder, **settings), Witness(model)
        interrupted = InterruptedAt(line, *PLACES)
        try:
            with contextlib.closing(recorder):  # as fit does
                for step in range(1, updates + 1):
                    model.parameters += 1
                    update = Update(step, loss=0.5, batch=np.arange(step), learning_rate=0.1)
                    witness(update)
                    with interrupted:
                        recorder(update)
        except KeyboardInterrupt:
            was_interrupted = True
        recording = Recording.load(folder)
        steps = recording.steps.tolist()
        assert recording.closed, line
        assert steps == sorted(set(steps)), line
        assert (steps[0], steps[-1] >= step - 1) == (0, True), line
        assert_agrees(recording, witness.rows)
        shutil.rmtree(folder)
    assert line > 50


def test_never_has_parameters_under_another_step_while_a_run_goes_on(tmp_path):
    """Before every other line of `resumed`: what a kill there would leave."""
    line, was_interrupted = 0, True
    while was_interrupted:
        line, was_interrupted = line + 2, False
        model = interrupted_run.make_model("tiny rows")
        recorder, after = Recorder(model, tmp_path / str(line)), {0: model.parameters.copy()}
        model.parameters += 1
        after[7] = model.parameters.copy()
        try:
            with InterruptedAt(line, *PLACES):
                recorder.resumed(7, 2)
        except KeyboardInterrupt:
            was_interrupted = True
        recording = Recording.load(tmp_path / str(line))
        for step, row in zip(recording.steps, recording.rows, strict=True):
            np.testing.assert_array_equal(row, after[step])
        recorder.close()
    assert line > 10


def test_leaves_nothing_on_a_disk_that_is_full_from_the_start(tmp_path):
    """So that another try, with more room, finds an empty folder."""
    program = """
import resource, signal, sys
import numpy as np
from tinylearn import Dense, Recorder, Sequential
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for limit in (0, 100, 260):  # not even a header, not a whole one, not a row
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    for size in (2, 600):
        try:
            Recorder(Sequential([Dense(1, size, rng=np.random.default_rng(0))]), sys.argv[1])
        except OSError as error:
            assert "could not write step 0" in str(error), error
        else:
            raise AssertionError("no error")
"""
    run(program, tmp_path / "run")
    assert list((tmp_path / "run").iterdir()) == []


# --- damage -----------------------------------------------------------------------------------------------------------


DAMAGED = {
    "empty": ("records.npy", lambda data: b"", ""),
    "half a header": ("records.npy", lambda data: data[:100], ""),
    "cut short": ("records.npy", lambda data: data[:-8], ""),
    "another version of NumPy's": ("records.npy", lambda data: data[:6] + b"\1" + data[7:], "it is not a table that a"),
    "other columns": ("records.npy", lambda data: data.replace(b"'loss'", b"'lass'"), "its columns must be step, "),
    "a later version": ("meta.json", lambda text: text.replace(b"recording 2", b"recording 3"), "its format is 'tinyl"),
    "runs in no list": ("meta.json", lambda text: text.replace(b"[]", b"{}"), r"meta\.json must hold an object"),
    **{f"no {key}": ("meta.json", lambda text, key=key: text.replace(f'"{key}"'.encode(), b'"k"'), "")
       for key in ("format", "closed", "runs")},
    **{f"meta {text}": ("meta.json", lambda _, text=text: text, "") for text in (b"", b"null", b"{}", b"\xff")},
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_says_what_is_damaged(tmp_path, name):
    file, change, message = DAMAGED[name]
    with Recorder(small_model(), tmp_path / "run") as recorder:
        recorder(Update(1))
    path = tmp_path / "run" / file
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError, match=rf"run is a damaged recording: \S*{message}"):
        Recording.load(tmp_path / "run")


def test_says_what_is_no_recording_and_leaves_other_files_alone(tmp_path):
    file, taken = tmp_path / "file", tmp_path / "taken"
    file.write_text("hello")
    taken.mkdir()
    np.save(taken / "records.npy", np.arange(3.0))
    with pytest.raises(FileNotFoundError, match="file is no recording: expected a folder that a Recorder wrote"):
        Recording.load(file)
    with pytest.raises(FileNotFoundError, match=r"it has no meta\.json"):
        Recording.load(tmp_path)
    with pytest.raises(FileExistsError, match=r"cannot create the folder .*file: File exists; choose another"):
        Recorder(small_model(), file)
    with pytest.raises(FileExistsError, match=r"records\.npy exists already; choose another folder"):
        Recorder(small_model(), taken)
    np.testing.assert_array_equal(np.load(taken / "records.npy"), [0, 1, 2])
    assert [path.name for path in taken.iterdir()] == ["records.npy"]
    Recorder(small_model(), tmp_path).close()
    with pytest.raises(FileExistsError, match="holds a recording already; delete that folder or choose another"):
        Recorder(small_model(), tmp_path)
    assert len(Recording.load(tmp_path)) == 1
    (tmp_path / "records.npy").unlink()
    with pytest.raises(ValueError, match=r"is a damaged recording: records\.npy is missing"):
        Recording.load(tmp_path)
    assert file.read_text() == "hello"
