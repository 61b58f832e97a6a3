"""`--check` says whether two runs write the same files and record the same, and finds what does not."""

import subprocess
import sys

import pytest

import chapters.check
from chapters.check import check, compare

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
        subprocess.run([sys.executable, "-c", RECORD, tmp_path / name], check=True)
    assert len(list((tmp_path / "first").iterdir())) >= 6
    assert compare(tmp_path / "first", tmp_path / "second") == []


def test_another_seed_is_another_recording(tmp_path):
    for name, seed in (("first", 3), ("second", 4)):
        script = RECORD.replace("default_rng(3)", f"default_rng({seed})")
        subprocess.run([sys.executable, "-c", script, tmp_path / name], check=True)
    assert compare(tmp_path / "first", tmp_path / "second") != []
