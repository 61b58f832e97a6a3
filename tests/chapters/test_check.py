"""`--check` says whether two runs write the same files and record the same, and finds what does not."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

import chapters.check
from chapters.check import check, compare
from chapters.digests import digests, recordings_noted
from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Sequential, fit

RECORD = """
import sys
import numpy as np
from tinylearn import Adam, Augment, Conv2D, Dense, Dropout, Flatten, MaxPool2D, MeanSquaredError, Recorder, ReLU
from tinylearn import Sequential, fit
rng = np.random.default_rng(3)
layers = [Conv2D(3, 4, 3, rng=rng), MaxPool2D(2), ReLU(), Flatten(), Dropout(0.3, rng=rng), Dense(36, 1, rng=rng)]
model = Sequential(layers, dtype=np.float32)
x, y = rng.random((20, 8, 8, 3)), rng.random((20, 1))
fit(model, x, y, loss=MeanSquaredError(), optimizer=Adam(), epochs=3, batch_size=8, rng=rng,
    augment=Augment(rotation=5, shift=0.1, flip=True), callbacks=[Recorder(model, sys.argv[1])])
"""


CHAPTERS = """
import os, sys, time
from pathlib import Path
out = Path(sys.argv[-1])
out.mkdir()
(out / "same").write_text("1234")
(out / "arguments.txt").write_text(" ".join(sys.argv[1:-1]))
if "--planted" in sys.argv:
    (out / "set.json").write_text(str({str(number) for number in range(99)}))
    (out / "date.html").write_text(time.strftime("%Y-%m-%d"))
    (out / "hour.html").write_text(time.strftime("%H"))
    (out / "random.png").write_bytes(b"1234" + os.urandom(9))
    (out / ("lost.gif" if out.name == "run 1" else "new.gif")).touch()
"""


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """A program in the place of the chapters: it writes small files at once."""
    (tmp_path / "program.py").write_text(CHAPTERS)
    monkeypatch.setattr(chapters.check, "COMMAND", [sys.executable, str(tmp_path / "program.py")])


def test_what_differs_between_two_runs_is_found(stand_in, capfd):
    assert check(["3", "--planted"]) == 1
    *differences, last = capfd.readouterr().out.splitlines()[2:]
    assert [line.split(":")[0] for line in differences] == [
        "date.html", "hour.html", "lost.gif", "new.gif", "random.png", "set.json"]  # fmt: skip
    assert "random.png: differs from byte 4 on, of 13 and 13" in differences
    assert "new.gif: not written by the first run" in differences
    assert last.endswith(" bytes: 6 differ")


def test_what_is_the_same_in_two_runs_is_not(stand_in, capfd):
    assert check(["3"]) == 0
    assert capfd.readouterr().out.splitlines() == ["run 1 of 2", "run 2 of 2",
                                                   "2 files, 21 bytes: the same in both runs"]  # fmt: skip


def test_a_chapter_is_the_same_twice(capfd, monkeypatch):
    noted = []

    def look_and_compare(first, second):
        noted.append((second / "ch03_recordings.txt").read_text())
        return compare(first, second)

    monkeypatch.setattr(chapters.check, "compare", look_and_compare)
    assert check(["3", "--quick", "--format", "gif"]) == 0
    assert "the same in both runs" in capfd.readouterr().out
    assert noted[0].count("  parameters  ") == 1


# --- recordings ---------------------------------------------------------------------------------------------------


def recorded(path, *, learning_rate=0.1, rows=(0, 1, 2, 3), epochs=2):
    """Return the digests, line by line, of a short run that is recorded in memory."""
    x = np.arange(4.0)[list(rows), None]
    with recordings_noted(path):
        model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
        with Recorder(model) as recorder:
            fit(model, x, 2 * x, loss=MeanSquaredError(), optimizer=SGD(learning_rate), epochs=epochs, batch_size=2,
                shuffle=False, callbacks=[recorder])  # fmt: skip
    return path.read_text().splitlines()


def test_a_recording_is_noted_once_and_only_then(tmp_path):
    close = Recorder.close
    lines = recorded(tmp_path / "notes")
    assert Recorder.close is close
    assert lines[0] == "recording 1: 5 records of dense_1.w, dense_1.b"
    assert [line.split()[0] for line in lines[1:]] == [
        "parameters", "steps", "epochs", "losses", "batches", "divergence"]  # fmt: skip
    assert len({line.split()[1] for line in lines[1:]}) == 6
    Recorder(Sequential([Dense(1, 1, rng=np.random.default_rng(0))])).close()
    assert (tmp_path / "notes").read_text().splitlines() == lines
    assert recorded(tmp_path / "again") == lines


def test_a_billionth_in_a_recorded_row_is_another_digest(tmp_path, monkeypatch):
    """The fault is planted where each row is written: the training does not see it."""
    lines, each = recorded(tmp_path / "notes"), Recorder._record_each

    def noisy(recorder, step, *told):
        row = recorder._whole.cast("d")
        before, row[0] = row[0], row[0] * (1 + 1e-9)
        each(recorder, step, *told)
        row[0] = before

    monkeypatch.setattr(Recorder, "_record_each", noisy)
    changed = recorded(tmp_path / "noisy")
    assert [i for i in range(len(lines)) if lines[i] != changed[i]] == [1]  # the parameters alone


@pytest.mark.parametrize("part", ["steps", "epochs", "losses", "divergence"])
def test_each_part_of_a_recording_has_its_digest(part):
    recording = Recorder(Sequential([Dense(1, 1, rng=np.random.default_rng(0))])).recording
    before = digests(recording).splitlines()
    setattr(recording, part, {"step": 3} if part == "divergence" else getattr(recording, part) + 1)
    recording.losses = np.ones(1) if part == "losses" else recording.losses  # it was NaN
    after = digests(recording).splitlines()
    assert [new.split()[0] for old, new in zip(before, after, strict=True) if new != old] == [part]


def test_other_batches_have_another_digest():
    model, told = Sequential([Dense(1, 1, rng=np.random.default_rng(0))]), []
    for batch in ([0, 1], [1, 0], [0]):
        recorder = Recorder(model)
        recorder.record(1, 1, 0.5, batch)
        told.append(digests(recorder.recording).splitlines()[5])
    assert len(set(told)) == 3


# --- files --------------------------------------------------------------------------------------------------------


def test_the_command_takes_the_other_options_and_writes_no_gallery(tmp_path):
    command = [sys.executable, "-m", "chapters", "1", "--quick", "--format", "png", "--che", "--seed", "2"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "run 2 of 2" in run.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_is_no_success(capfd):
    assert check(["1", "--format", "bmp"]) == 1
    assert "run 1 ended with exit code 2" in capfd.readouterr().out


def test_each_kind_of_difference_is_named(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        (folder / "deep").mkdir(parents=True)
        (folder / "same").write_bytes(b"1234")
    (first / "deep" / "bits").write_bytes(b"12345")
    (second / "deep" / "bits").write_bytes(b"12x4567")
    (first / "lost").write_bytes(b"")
    (second / "new").write_bytes(b"")
    assert compare(first, second) == [
        "deep/bits: differs from byte 2 on, of 5 and 7",
        "lost: not written by the second run",
        "new: not written by the first run",
    ]


def test_recordings_of_two_processes_are_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        subprocess.run([sys.executable, "-c", textwrap.dedent(RECORD), tmp_path / name], check=True)
    assert len(list((tmp_path / "first").iterdir())) >= 6
    assert compare(tmp_path / "first", tmp_path / "second") == []


def test_another_seed_is_another_recording(tmp_path):
    for name, seed in (("first", 3), ("second", 4)):
        script = RECORD.replace("default_rng(3)", f"default_rng({seed})")
        subprocess.run([sys.executable, "-c", script, tmp_path / name], check=True)
    assert compare(tmp_path / "first", tmp_path / "second") != []
