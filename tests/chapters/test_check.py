"""`--check` says whether two runs write the same files, and finds differences; `--digests` those of recordings."""

import sys

import numpy as np
import pytest

import chapters.tools.check
from chapters.__main__ import main
from chapters.tools.check import check, compare
from chapters.tools.digests import digests, recordings_noted
from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Sequential, fit

CHAPTERS = """
import os, sys, time
from pathlib import Path
out = Path(sys.argv[-1])
(out / "deep").mkdir(parents=True)
if "--fail" in sys.argv:
    sys.exit(3)
(out / "same").write_text("1234")
(out / "arguments.txt").write_text(" ".join(sys.argv[1:-1]))
if "--planted" in sys.argv:
    (out / "set.json").write_text(str({str(number) for number in range(99)}))
    (out / "date.html").write_text(time.strftime("%Y-%m-%d"))
    (out / "hour.html").write_text(time.strftime("%H"))
    (out / "deep" / "random.png").write_bytes(b"1234" + out.name[-1].encode() + os.urandom(7 + int(out.name[-1])))
    (out / ("lost.gif" if out.name == "run 1" else "new.gif")).touch()
"""


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """A program in place of the chapters: it writes small files without delay."""
    (tmp_path / "program.py").write_text(CHAPTERS)
    monkeypatch.setattr(chapters.tools.check, "COMMAND", [sys.executable, str(tmp_path / "program.py")])


def test_finds_differences_between_two_runs_and_fails_with_them(stand_in, capfd):
    assert check(["3", "--planted"]) == 1
    *differences, last = capfd.readouterr().out.splitlines()[2:]
    assert [line.split(":")[0] for line in differences] == [
        "date.html", "deep/random.png", "hour.html", "lost.gif", "new.gif", "set.json"]  # fmt: skip
    assert "deep/random.png: differs from byte 4 on; the sizes are 13 and 14 bytes" in differences
    assert "lost.gif: not written by the second run" in differences
    assert "new.gif: not written by the first run" in differences
    assert last.endswith(" bytes: 6 differ")
    assert check(["1", "--fail"]) == 1
    assert "run 1 ended with exit code 3" in capfd.readouterr().out


def test_passes_on_the_other_options_and_writes_no_gallery(stand_in, monkeypatch, tmp_path, capfd):
    def look_and_compare(first, second):
        texts.append((second / "arguments.txt").read_text())
        return compare(first, second)

    texts, own = [], tmp_path / "own"
    own.mkdir()
    monkeypatch.chdir(own)
    monkeypatch.setattr(chapters.tools.check, "compare", look_and_compare)
    monkeypatch.setattr("sys.argv", ["chapters", "3", "1", "--quick", "--che", "--format", "png", "--seed", "2"])
    with pytest.raises(SystemExit, match=r"^0$"):
        main()
    assert texts == ["3 1 --quick --format png --seed 2 --digests --out"]
    assert list(own.iterdir()) == []
    said = capfd.readouterr().out.splitlines()
    assert said == ["run 1 of 2", "run 2 of 2", "2 files, 53 bytes: the same in both runs"]


def test_notes_a_recording_once_and_only_in_its_block(tmp_path):
    close, x = Recorder.close, np.arange(4.0)[:, None]
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    with recordings_noted(tmp_path / "notes"), Recorder(model) as recorder:
        fit(model, x, 2 * x, loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=2, batch_size=2, shuffle=False,
            callbacks=[recorder])  # fmt: skip
    assert Recorder.close is close
    assert (tmp_path / "notes").read_text() == f"recording 1: {digests(recorder.recording)}"
    assert digests(recorder.recording).startswith("5 records of dense_1.w, dense_1.b\n")


class Recorded:
    """What a digest asks of a recording."""

    names = ("w",)

    def __init__(self, **changed):
        self.rows, self.steps, self.epochs, self.losses = np.ones((2, 3)), np.arange(2), np.arange(2), np.ones(2)
        self.batches, self.divergence = [[0, 1], [1, 0]], None
        vars(self).update(changed)

    def __len__(self):
        return len(self.rows)

    def batch(self, step):
        return np.array(self.batches[step % 2])


@pytest.mark.parametrize(("part", "changed"), [
    ("parameters", {"rows": np.full((2, 3), 1 + 1e-9)}), ("steps", {"steps": np.array([0, 3])}),
    ("epochs", {"epochs": np.array([0, 2])}), ("losses", {"losses": np.array([1, 1 + 1e-9])}),
    ("batches", {"batches": [[0, 1], [0, 1]]}), ("divergence", {"divergence": {"step": 3}}),
])  # fmt: skip
def test_gives_each_part_of_a_recording_its_digest(part, changed):
    before, after = (digests(each).splitlines() for each in (Recorded(), Recorded(**changed)))
    assert [new.split()[0] for old, new in zip(before, after, strict=True) if new != old] == [part]
