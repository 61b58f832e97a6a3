"""`--check` says whether two runs write the same files, and finds differences."""

import sys

import pytest

import chapters.tools.check
from chapters.__main__ import main
from chapters.tools.check import check, compare

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


def test_finds_differences_between_two_runs(stand_in, capfd):
    assert check(["3", "--planted"]) == 1
    *differences, last = capfd.readouterr().out.splitlines()[2:]
    assert [line.split(":")[0] for line in differences] == [
        "date.html", "deep/random.png", "hour.html", "lost.gif", "new.gif", "set.json"]  # fmt: skip
    assert "deep/random.png: differs from byte 4 on; the sizes are 13 and 14 bytes" in differences
    assert "lost.gif: not written by the second run" in differences
    assert "new.gif: not written by the first run" in differences
    assert last.endswith(" bytes: 6 differ")


def test_gives_equal_digests_for_equal_runs(stand_in, capfd):
    assert check(["3"]) == 0
    assert capfd.readouterr().out.splitlines() == ["run 1 of 2", "run 2 of 2",
                                                   "2 files, 21 bytes: the same in both runs"]  # fmt: skip


def test_passes_on_the_other_options_and_writes_no_gallery(stand_in, monkeypatch, tmp_path):
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


def test_does_not_count_a_failed_run_as_success(stand_in, capfd):
    assert check(["1", "--fail"]) == 1
    assert "run 1 ended with exit code 3" in capfd.readouterr().out
