"""`--check` says whether two runs write the same files and record the same, and finds differences."""

import subprocess
import sys

import pytest

import chapters.tools.check
from chapters.__main__ import main
from chapters.tools.check import check, compare

RECORD = """
import sys
import numpy as np
from tinylearn import Adam, Augment, Conv2D, Dense, Dropout, Flatten, MaxPool2D, MeanSquaredError, Recorder, ReLU
from tinylearn import Sequential, fit
rng = np.random.default_rng(int(sys.argv[2]))
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
if "--fail" in sys.argv:
    sys.exit(3)
(out / "same").write_text("1234")
(out / "arguments.txt").write_text(" ".join(sys.argv[1:-1]))
if "--planted" in sys.argv:
    (out / "set.json").write_text(str({str(number) for number in range(99)}))
    (out / "date.html").write_text(time.strftime("%Y-%m-%d"))
    (out / "hour.html").write_text(time.strftime("%H"))
    (out / "random.png").write_bytes(b"1234" + out.name[-1].encode() + os.urandom(8))
    (out / ("lost.gif" if out.name == "run 1" else "new.gif")).touch()
"""


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """A program in place of the chapters: it writes small files without delay."""
    (tmp_path / "program.py").write_text(CHAPTERS)
    monkeypatch.setattr(chapters.tools.check, "COMMAND", [sys.executable, str(tmp_path / "program.py")])


def test_finds_differences_between_two_runs(stand_in, capfd):
    assert check(["3", "--planted"]) == 1
    *differences, last = capfd.readouterr().out.splitlines()[2:]
    assert [line.split(":")[0] for line in differences] == [
        "date.html", "hour.html", "lost.gif", "new.gif", "random.png", "set.json"]  # fmt: skip
    assert "random.png: differs from byte 4 on; the sizes are 13 and 13 bytes" in differences
    assert "new.gif: not written by the first run" in differences
    assert last.endswith(" bytes: 6 differ")


def test_gives_equal_digests_for_equal_runs(stand_in, capfd):
    assert check(["3"]) == 0
    assert capfd.readouterr().out.splitlines() == ["run 1 of 2", "run 2 of 2",
                                                   "2 files, 21 bytes: the same in both runs"]  # fmt: skip


@pytest.fixture
def written(monkeypatch):
    """The texts that the second run wrote, by name; its folder is removed after the comparison."""
    texts = {}

    def look_and_compare(first, second):
        texts.update({path.name: path.read_text() for path in second.glob("*.txt")})
        return compare(first, second)

    monkeypatch.setattr(chapters.tools.check, "compare", look_and_compare)
    return texts


def test_passes_on_the_other_options(stand_in, written, monkeypatch):
    monkeypatch.setattr("sys.argv", ["chapters", "3", "1", "--quick", "--che", "--format", "png", "--seed", "2"])
    with pytest.raises(SystemExit, match=r"^0$"):
        main()
    assert written["arguments.txt"] == "3 1 --quick --format png --seed 2 --digests --out"


def test_runs_a_chapter_twice_alike_and_writes_no_gallery(written, tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["chapters", "3", "--quick", "--format", "gif", "--che", "--seed", "2"])
    with pytest.raises(SystemExit, match=r"^0$"):
        main()
    printed = capfd.readouterr().out
    assert "run 2 of 2" in printed
    assert "the same in both runs" in printed
    assert written["ch03_recordings.txt"].count("  parameters  ") == 1
    assert list(tmp_path.iterdir()) == []


def test_does_not_count_a_failed_run_as_success(stand_in, capfd):
    assert check(["1", "--fail"]) == 1
    assert "run 1 ended with exit code 3" in capfd.readouterr().out


def test_names_each_kind_of_difference(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        (folder / "deep").mkdir(parents=True)
        (folder / "same").write_bytes(b"1234")
    (first / "deep" / "bits").write_bytes(b"12345")
    (second / "deep" / "bits").write_bytes(b"12x4567")
    (first / "lost").write_bytes(b"")
    (second / "new").write_bytes(b"")
    assert compare(first, second) == [
        "deep/bits: differs from byte 2 on; the sizes are 5 and 7 bytes",
        "lost: not written by the second run",
        "new: not written by the first run",
    ]


def test_records_the_same_bytes_in_two_processes_but_not_with_another_seed(tmp_path, monkeypatch):
    for name, seed in (("first", "3"), ("other", "4")):  # here, and the second one elsewhere
        monkeypatch.setattr("sys.argv", ["record", tmp_path / name, seed])
        exec(RECORD, {})
    subprocess.run([sys.executable, "-c", RECORD, tmp_path / "second", "3"], check=True)
    assert {path.name for path in (tmp_path / "first").iterdir()} == {"meta.json", "records.npy"}
    assert compare(tmp_path / "first", tmp_path / "second") == []
    differences = compare(tmp_path / "first", tmp_path / "other")
    assert [difference.split(":")[0] for difference in differences] == ["meta.json", "records.npy"]
