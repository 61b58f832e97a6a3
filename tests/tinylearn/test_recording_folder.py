"""The folder of a recording: plain files that others may read, even during training, and after whatever happened.

Kills and full disks are in tests/faults.
"""

import contextlib
import errno
import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import tinylearn.files
import tinylearn.recording
from tests.faults.recordings import assert_start_of_the_undisturbed_run
from tests.tinylearn import interrupted_run
from tests.tinylearn.ctrl_c import InterruptedAt
from tests.tinylearn.recording_helpers import UPDATES, Witness, assert_agrees, loop, small_model, train
from tinylearn import Recorder, Recording, Update
from tinylearn.identity import digest
from tinylearn.recording.table import Table

SCRIPT = Path(interrupted_run.__file__)
PLACES = Path(tinylearn.recording.__file__).parent, tinylearn.files.__file__, contextlib.__file__
LARGE = "rows over 4 KiB"  # which a thread writes

# --- its files --------------------------------------------------------------------------------------------------------


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
        assert_agrees(recording, witness)
        lengths.append(len(recording))

    train(model, [Recorder(model, str(folder)), witness, look])
    assert lengths == sorted(lengths)
    assert lengths[0] >= 1
    assert {path.name for path in folder.iterdir()} == {"meta.json", "records.npy"}
    table = np.load(folder / "records.npy", allow_pickle=False)
    assert table.dtype.names[:6] == ("step", "epoch", "loss", "learning_rate", "batch_size", "batch")
    np.testing.assert_array_equal(table["step"], np.arange(UPDATES + 1))
    np.testing.assert_array_equal(table["dense_2.b"][-1], model.layers[2].params["b"])

    meta = json.loads((folder / "meta.json").read_text())
    assert (meta["model"], meta["versions"]["numpy"]) == (repr(model), np.__version__)
    (run,) = meta["runs"]
    said = [run[name] for name in ("loss", "epochs", "batch_size", "shuffle", "workers")]
    assert said == ["BinaryCrossEntropy()", 20, 4, True, 1]
    assert run["optimizer"].startswith("Adam(learning_rate=0.01,")
    assert run["generators"]["rng"]["bit_generator"] == "PCG64"
    x = np.random.default_rng(1).normal(size=(10, 3))
    assert (run["x"], run["y"]) == (digest(x), digest(x[:, :1] > 0))


@pytest.mark.parametrize("settings", [{}, {"budget": 12_000}], ids=["all", "under a budget"])
@pytest.mark.parametrize("path", ["run", "~/run"])
def test_stays_where_it_was_made_and_needs_no_locks(tmp_path, monkeypatch, settings, path):
    """The working folder changes while it records, and the disk has no locks, as some network drives."""

    def flock(descriptor, operation):
        asked.append(operation)
        raise OSError(errno.ENOLCK, "No locks available")

    asked = []
    monkeypatch.setattr(pytest.importorskip("fcntl"), "flock", flock)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    model = small_model()
    recorder, witness = Recorder(model, path, **settings), Witness(model)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for _ in range(2):
        train(model, [recorder, witness])
    assert recorder.recording.steps[-1] == 2 * UPDATES
    assert_agrees(Recording.load(tmp_path / "run"), witness)
    assert list((tmp_path / "elsewhere").iterdir()) == []
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
    command = [sys.executable, "-W", "error", "-c", program, tmp_path]
    said = subprocess.run(command, check=True, timeout=120, capture_output=True, text=True).stdout
    for kind in ("tiny rows", "rows over 4 KiB"):
        assert list(Recording.load(tmp_path / kind).steps) == list(range(15_001))
    assert int(said) < 5_000


def test_can_be_read_by_another_thread_while_training_goes_on(tmp_path):
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
    train(model, [recorder], epochs=300)
    done.set()
    reader.join()
    assert errors == []
    assert lengths


# --- Ctrl-C and errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["recorder", "the one that stops"])
def test_is_closed_after_an_error_in_a_callback(tmp_path, first):
    model = interrupted_run.make_model(LARGE)
    recorder = Recorder(model, tmp_path / "run")

    def stop(update):
        if update.step == 33:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted_run.train(model, 100, [recorder, stop] if first == "recorder" else [stop, recorder])
    recording = Recording.load(tmp_path / "run")
    assert recording.closed
    assert recording.steps[-1] == (33 if first == "recorder" else 32)
    assert_start_of_the_undisturbed_run(recording, LARGE)


def test_is_closed_after_ctrl_c_while_a_thread_writes(tmp_path):
    """A training without end, in a process of its own."""
    command = [sys.executable, "-W", "error", SCRIPT, tmp_path / "run", LARGE]
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
    ("tiny rows", 3, 3, {}), ("rows over 4 KiB", 3, 5, {}), ("under a budget", 24, 37, {"budget": 8_000}),
], ids=interrupted_run.KINDS)  # fmt: skip
def test_is_closed_and_complete_after_ctrl_c_at_any_line(tmp_path, kind, updates, apart, settings, monkeypatch):
    """Interrupt at every moment, `apart` lines from one to the next."""
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
        wrong |= {line: problem} if problem else {}
        shutil.rmtree(folder)
    assert line > 50
    assert wrong == {}


def what_is_wrong(recording, copies, last_step):
    """Return what is wrong with a recording of `copies` that ended in or after `last_step`; nothing, if all is well."""
    steps = list(recording.steps)
    if not recording.closed:
        return "not closed"
    if steps != sorted(set(steps)) or steps[:1] != [0] or steps[-1] < last_step - 1:
        return f"interrupted in step {last_step}, it has the steps {list(map(int, steps))}"
    if not np.array_equal(recording.rows, np.array(copies)[steps]):
        return "other parameters"
    if any(not np.array_equal(recording.batch(step), np.arange(step)) for step in steps):
        return "other batches"
    return None


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


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_leaves_no_file_of_a_table_that_was_not_made(tmp_path, error, monkeypatch):
    def commit(table, rows):
        files.append(table.file)
        raise error

    files = []
    monkeypatch.setattr(Table, "commit", commit)
    with pytest.raises(error):
        Table(np.dtype([("step", "<i8")]), tmp_path / "records.npy")
    assert [file.closed for file in files] == [True]
    assert list(tmp_path.iterdir()) == []


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
    subprocess.run([sys.executable, "-W", "error", "-c", program, tmp_path / "run"], check=True, timeout=60)
    assert list((tmp_path / "run").iterdir()) == []


# --- damage -----------------------------------------------------------------------------------------------------------


def meta(**changes):
    """Return a damage of meta.json: other values, or none."""

    def damage(folder):
        content = json.loads((folder / "meta.json").read_text()) | changes
        content = {name: value for name, value in content.items() if value != "absent"}
        (folder / "meta.json").write_text(json.dumps(content))

    return damage


def table(change):
    """Return a damage of records.npy."""
    return lambda folder: change(folder / "records.npy")


def of_other_columns(folder):
    Table(np.dtype([("w", "<f8")]), folder / "other").close()
    (folder / "other").replace(folder / "records.npy")


DAMAGED = {
    "missing": (table(Path.unlink), r"records\.npy is missing"),
    "empty": (table(lambda path: path.write_bytes(b"")), ""),
    "text": (table(lambda path: path.write_bytes(b"this is no array")), ""),
    "half a header": (table(lambda path: path.write_bytes(path.read_bytes()[:100])), ""),
    "cut short": (table(lambda path: path.write_bytes(path.read_bytes()[:-8])), ""),
    "a pickle": (table(lambda path: np.save(path, np.array([{"a": "pickle"}], dtype=object))), ""),
    "another array": (table(lambda path: np.save(path, np.array("text"))), ""),
    "a later version": (meta(format="tinylearn recording 3"), "its format is 'tinylearn recording 3', this version"),
    "of other columns": (of_other_columns, "its columns must be step, epoch, loss, learning_rate, batch_size, batch"),
    **{f"meta {text!r}": (lambda folder, text=text: (folder / "meta.json").write_bytes(text.encode("latin-1")), "")
       for text in ("", "{", "[]", "null", "1", '"text"', "{}", "\xff")},
    **{f"{key} {value!r}": (meta(**{key: value}), "") for key, values in {
        "format": ("absent", None, [], ""), "closed": ("absent",), "runs": ("absent", None, {}, "text")}.items()
       for value in values},
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_says_what_is_damaged(tmp_path, name):
    damage, message = DAMAGED[name]
    with Recorder(model := small_model(), tmp_path / "run") as recorder:
        loop(model, [recorder], 19)
    damage(tmp_path / "run")
    with pytest.raises(ValueError, match=rf"run is a damaged recording: \S*{message}"):
        Recording.load(tmp_path / "run")


def test_says_what_is_no_recording_and_leaves_other_files_alone(tmp_path):
    (tmp_path / "run").write_text("hello")
    with pytest.raises(FileNotFoundError, match="run is no recording: expected a folder that a Recorder wrote"):
        Recording.load(tmp_path / "run")
    with pytest.raises(FileExistsError, match=r"Recorder: cannot create the folder .*run: File exists; choose another"):
        Recorder(small_model(), tmp_path / "run")
    with pytest.raises(FileNotFoundError, match=r"it has no meta\.json"):
        Recording.load(tmp_path)
    Recorder(small_model(), tmp_path).close()
    assert len(Recording.load(tmp_path)) == 1
    assert (tmp_path / "run").read_text() == "hello"
