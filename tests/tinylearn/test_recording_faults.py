"""Recordings after Ctrl-C and damage to files. For kills and full disks see tests/faults."""

import contextlib
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
from tinylearn import Dense, Recorder, Recording, Sequential, Update
from tinylearn.recording.table import Table

SCRIPT = Path(interrupted_run.__file__)
PLACES = Path(tinylearn.recording.__file__).parent, tinylearn.files.__file__, contextlib.__file__
every_kind = pytest.mark.parametrize("kind", interrupted_run.KINDS)


def start(folder, kind, *what):
    """Start interrupted_run.py in a process of its own."""
    command = [sys.executable, "-W", "error", SCRIPT, folder, kind, *what]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end_after(process, seconds, how):
    """Send the process the signal `how` that long after its second update; return what it said."""
    assert process.stdout.readline() == "ready\n"
    time.sleep(seconds)
    process.send_signal(how)
    return process.communicate(timeout=60)


# --- Ctrl-C ------------------------------------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("seconds", [0.05, 0.4])
def test_ctrl_c_leaves_a_closed_recording(tmp_path, kind, seconds):
    process = start(tmp_path / "run", kind, "forever")
    _, said = end_after(process, seconds, signal.SIGINT)
    assert said.splitlines()[-1] == "KeyboardInterrupt"
    recording = Recording.load(tmp_path / "run")
    assert recording.closed
    assert len(recording) > 1
    assert_start_of_the_undisturbed_run(recording, kind)


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_table_that_was_not_made_leaves_no_file(tmp_path, error, monkeypatch):
    def commit(table, rows):
        files.append(table.file)
        raise error

    files = []
    monkeypatch.setattr(Table, "commit", commit)
    with pytest.raises(error):
        Table(np.dtype([("step", "<i8")]), tmp_path / "records.npy")
    assert [file.closed for file in files] == [True]
    assert list(tmp_path.iterdir()) == []


@every_kind
@pytest.mark.parametrize("first", ["recorder", "the one that stops"])
def test_an_error_in_a_callback_leaves_a_closed_recording(tmp_path, kind, first):
    model = interrupted_run.make_model(kind)
    recorder = Recorder(model, tmp_path / "run", **interrupted_run.KINDS[kind][1])

    def stop(update):
        if update.step == 33:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted_run.train(model, 100, [recorder, stop] if first == "recorder" else [stop, recorder])
    recording = Recording.load(tmp_path / "run")
    assert recording.closed
    assert recording.steps[-1] == (33 if first == "recorder" else 32)
    assert_start_of_the_undisturbed_run(recording, kind)


@pytest.mark.parametrize(
    ("kind", "updates", "apart", "settings"),
    [("tiny rows", 3, 2, {}), ("rows over 4 KiB", 3, 3, {}), ("under a budget", 24, 17, {"budget": 8_000})],
    ids=interrupted_run.KINDS,
)
def test_ctrl_c_at_any_line_of_the_recorder(tmp_path, kind, updates, apart, settings, monkeypatch):
    """Interrupt at every moment, `apart` lines from one to the next: each time the files are closed and complete."""
    monkeypatch.setattr("tinylearn.recording.store.WAITING_BYTES", 1)  # training itself writes every record
    line, wrong, was_interrupted = 0, {}, True
    while was_interrupted:
        line, was_interrupted = line + apart, False
        model, folder = interrupted_run.make_model(kind), tmp_path / str(line)
        recorder, copies = Recorder(model, folder, **settings), [model.parameters.copy()]
        interrupted = InterruptedAt(line, *PLACES)
        try:
            with contextlib.closing(recorder):  # as fit does
                for step in range(1, updates + 1):
                    model.parameters += 1
                    copies.append(model.parameters.copy())
                    with interrupted:
                        recorder(Update(step, loss=0.5, batch=np.arange(step)))
        except KeyboardInterrupt:
            was_interrupted = True
        problem = what_is_wrong(Recording.load(folder), copies, step)
        if problem:
            wrong[line] = problem
        shutil.rmtree(folder)
    assert line > 50
    assert wrong == {}


def test_a_kill_while_a_run_goes_on_never_leaves_parameters_under_another_step(tmp_path):
    """Before each line of `resumed`: what a kill there would leave."""
    line, was_interrupted = 0, True
    while was_interrupted:
        line, was_interrupted = line + 1, False
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


def what_is_wrong(recording, copies, last_step):
    """Return what is wrong with a recording of `copies` that ended in or after `last_step`; nothing, if all is well."""
    steps = list(recording.steps)
    if not recording.closed:
        return "not closed"
    if steps != sorted(set(steps)) or steps[:1] != [0] or steps[-1] < last_step - 1:
        return f"interrupted in step {last_step}, it has the steps {list(map(int, steps))}"
    for index, step in enumerate(steps):
        if not np.array_equal(recording.rows[index], copies[step]):
            return f"other parameters in step {step}"
        if not np.array_equal(recording.batch(step), np.arange(step)):
            return f"another batch in step {step}"
    return None


# --- memory ------------------------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_the_number_of_updates(tmp_path):
    """Rows of 11 kB: 12,000 more of them would be 135 MB."""
    said, _ = start(tmp_path / "run", "rows over 4 KiB", "memory", "3000", "15000").communicate(timeout=60)
    early, last = map(int, said.split())
    assert len(Recording.load(tmp_path / "run")) == 15_001
    assert last - early < 5_000


# --- a folder that is no recording ---------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """A small recording that nothing has happened to yet."""
    model = Sequential([Dense(2, 1, rng=np.random.default_rng(0))])
    with Recorder(model, tmp_path / "run") as recorder:
        for step in range(1, 20):
            recorder(Update(step, epoch=1, loss=0.5, batch=np.arange(step)))
    return tmp_path / "run"


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"this is no array"),
        lambda path: path.write_bytes(path.read_bytes()[:100]),  # in the middle of the header
        lambda path: path.write_bytes(path.read_bytes()[:-8]),  # a number is missing
        lambda path: np.save(path, np.array([{"a": "pickle"}], dtype=object)),
        lambda path: np.save(path, np.array("text")),
    ],
    ids=["missing", "empty", "text", "half a header", "cut short", "a pickle", "another array"],
)
def test_names_a_damaged_table(folder, damage):
    damage(folder / "records.npy")
    with pytest.raises(ValueError, match=r"run is a damaged recording: \S"):
        Recording.load(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "1", '"text"', "{}", "\xff"])
def test_a_damaged_meta_file_is_an_error(folder, text):
    (folder / "meta.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=r"run is a damaged recording: \S"):
        Recording.load(folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[(key, "absent") for key in ("format", "closed", "runs")],
        *[("format", value) for value in (None, [], "")],
        *[("runs", value) for value in (None, {}, "text")],
    ],
)
def test_a_meta_file_of_wrong_content_is_an_error(folder, key, value):
    meta = json.loads((folder / "meta.json").read_text())
    if value == "absent":
        del meta[key]
    else:
        meta[key] = value
    (folder / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(ValueError, match=r"run is a damaged recording: \S"):
        Recording.load(folder)


def test_a_recording_of_a_later_version_says_so(folder):
    text = (folder / "meta.json").read_text()
    (folder / "meta.json").write_text(text.replace("tinylearn recording 2", "tinylearn recording 3"))
    with pytest.raises(ValueError, match="its format is 'tinylearn recording 3', this version reads"):
        Recording.load(folder)


def test_a_file_in_the_place_of_the_folder_is_no_recording(tmp_path):
    (tmp_path / "run").write_text("hello")
    with pytest.raises(FileNotFoundError, match="run is no recording: expected a folder that a Recorder wrote"):
        Recording.load(tmp_path / "run")
    with pytest.raises(FileExistsError, match=r"Recorder: cannot create the folder .*run: File exists; choose another"):
        Recorder(Sequential([Dense(1, 1, rng=np.random.default_rng(0))]), tmp_path / "run")


def test_a_foreign_folder_is_no_recording_but_can_become_one(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileNotFoundError, match=r"it has no meta\.json"):
        Recording.load(tmp_path)
    Recorder(Sequential([Dense(1, 1, rng=np.random.default_rng(0))]), tmp_path).close()
    assert len(Recording.load(tmp_path)) == 1
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_disk_that_is_full_from_the_start_leaves_nothing(tmp_path):
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
    subprocess.run([sys.executable, "-W", "error", "-c", program, tmp_path / "run"], check=True, timeout=60)
    assert list((tmp_path / "run").iterdir()) == []
