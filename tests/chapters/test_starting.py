"""Chapters write the same bytes however they start. A gone reader, an early Ctrl-C, a hidden package, a full disk."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chapters.tools import run, settings
from chapters.tools.starting import interruptible
from tests.chapters import stand_ins
from tests.chapters.chapter_helpers import uncoloured

ROOT = Path(__file__).parents[2]
CHAPTER = ["-m", "chapters", "--format", "png", "--quick", "3"]
of_a_shell = pytest.mark.skipif(os.name == "nt", reason="says it in the words of a shell")


def python(*words, cwd=ROOT, streams="", before=(), **environment):
    """Run Python; `streams` is what a shell would write after the command."""
    command = ["sh", "-c", f'exec "$@" {streams}', "sh", *before, sys.executable, *map(str, words)]
    variables = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=400, check=False)


def run_here(main, out, *words):
    arguments = settings.parser("", "").parse_args(["--out", str(out), "--format", "png", *words])
    run.run_all({"ch02": stand_ins.StandIn(main)}, arguments)


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="asks Linux what a process has loaded")
@pytest.mark.parametrize("module", ["chapters", "chapters.ch03_first_neuron"])
def test_says_one_sentence_on_ctrl_c_during_imports(module, tmp_path):
    process = subprocess.Popen([sys.executable, "-m", module, "--out", str(tmp_path)], cwd=ROOT,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    while "multiarray" not in Path(f"/proc/{process.pid}/maps").read_text():  # the first half of importing NumPy
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=15)
    assert (process.returncode, *said) == (130, "", "\nInterrupted.\n")


def test_recognises_ctrl_c_though_a_library_makes_another_error_of_it():
    def convert():
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ValueError("Invalid affine transformation matrix") from None

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interruptible():
        convert()
    with pytest.raises(ValueError, match="of ours"), interruptible():
        raise ValueError("of ours")
    assert signal.getsignal(signal.SIGINT) is before


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii",
         "HOME": "/nowhere/at/all", "USERPROFILE": "/nowhere/at/all"}  # fmt: skip
STARTS = {  # name → words, what a shell would write after them, environment
    "in parallel": (
        "-OO -m chapters 1 3 --format html --digests",
        "2>/dev/full",
        {"PYTHONHASHSEED": "2", "TZ": "RUN-13"},
    ),
    "script": ("-O chapters/ch03_first_neuron.py --format html", "2>&-", ASCII),
    "module": ("-m chapters.ch03_first_neuron --format png", ">&- 2>&-", {}),
}


@of_a_shell
@pytest.mark.parametrize("name", STARTS)
def test_writes_the_same_bytes_however_it_is_started(tmp_path, chapter_3, name):
    """By name or as a script, in parallel, optimised, without a terminal, on an ASCII console, without a home, in any
    folder, whatever the clock says, and without the packages that other chapters need.
    """
    words, streams, environment = STARTS[name]
    folder = tmp_path / "ein schöner Ordner"
    folder.mkdir()
    for missing in ("gymnasium", "imageio", "imageio_ffmpeg"):
        (folder / f"{missing}.py").write_text(f"raise ModuleNotFoundError('there is no {missing}')", encoding="utf-8")
    words = [str(ROOT / word) if word.endswith(".py") else word for word in words.split()]
    done = python(*words, "--quick", cwd=folder, streams=streams, **environment,
                  PYTHONPATH=os.pathsep.join([str(folder), str(ROOT)]))  # fmt: skip
    assert done.returncode == 0, done.stderr
    gallery, said = folder / "gallery" / "quick", done.stdout.splitlines()
    written = {path.name for path in gallery.iterdir()}
    compared = {"ch03.json"}
    if name != "module":
        compared |= {"ch03_first_neuron.html", "ch03_first_neuron.gif", "ch03_first_updates.html"}
    for file in compared:
        assert (gallery / file).read_bytes() == (chapter_3 / file).read_bytes()
    assert "�" not in (gallery / "index.html").read_text(encoding="utf-8")
    if name == "in parallel":
        assert sorted(line.split(" is ready")[0] for line in said) == ["Chapter 1", "Chapter 3"]
        assert {"ch01_bar_race.html", "ch03_recordings.txt"} <= written
    elif name == "script":
        assert written == compared | {"ch03.html", "glossary.html", "index.html", "source"}
        assert said[0].startswith("Chapter 3. One neuron learns Fahrenheit from Celsius (")
        assert "  50 ?C in ?F  " in done.stdout
        assert f"see {gallery}".partition("ö")[0] + "?" in done.stdout


TWO_CHAPTERS = """
import sys
from chapters.tools.starting import prepare
prepare()
from chapters.tools import run, settings
from tests.chapters.stand_ins import StandIn, nothing, until_nobody_reads
if __name__ == "__main__":
    run.run_all({"ch01": StandIn(nothing), "ch02": StandIn(until_nobody_reads)},
                settings.parser("", "").parse_args(["--processes", "1", "--out", sys.argv[1]]))
"""


@of_a_shell
def test_ends_quietly_when_nobody_reads_on(tmp_path):
    command = '("$@" 2>&1; echo "ended with $?" >&3) | head -n 1'
    words = [sys.executable, "-c", TWO_CHAPTERS, str(tmp_path)]
    done = subprocess.run(["sh", "-c", f"{{ {command}; }} 3>&2", "sh", *words], cwd=ROOT,
                          capture_output=True, text=True, timeout=400, check=False)  # fmt: skip
    assert done.stderr.splitlines()[-1] == "ended with 141"
    assert "Error" not in done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert not [path.name for path in tmp_path.rglob(".*")]


def test_names_what_hides_a_package_which_harms_nobody_with_p_but_refuses_a_folder_without_rights(tmp_path):
    (tmp_path / "animations.py").write_text("", encoding="utf-8")
    done = python(*CHAPTER, cwd=tmp_path)
    assert done.stderr.startswith(f"{tmp_path / 'animations.py'} hides the package animations")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    if os.name == "nt":
        return  # Windows has other rights
    tmp_path.chmod(0o555)
    rights = [] if os.geteuid() else ["setpriv", "--bounding-set=-dac_override"]  # root may write everywhere
    done = python("-P", *CHAPTER, "--out", tmp_path, cwd=tmp_path, before=rights)
    if "bounding set" in done.stderr:
        pytest.skip("this root may not give rights away")
    assert done.stderr.startswith(f"ch03: --out must be a folder to write to, got {tmp_path}: [Errno 13]")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


MISSING, FULL = FileNotFoundError("forgotten"), OSError(errno.ENOSPC, "render: that could not be written: no room")


def test_says_in_a_sentence_what_is_kept_when_the_disk_is_full(tmp_path):
    for processes in ("1", "2"):
        (tmp_path / "index.html").unlink(missing_ok=True)
        with pytest.raises(SystemExit, match=r"^render: that could not be written: no room\. No film is finished yet"):
            run_here(FULL, tmp_path, "--processes", processes)
        (tmp_path / "index.html").touch()
        with pytest.raises(SystemExit, match=r"no room\. Open what is finished: .*index\.html$"):
            run_here(FULL, tmp_path, "--processes", processes)
    with pytest.raises(FileNotFoundError):  # our own errors keep their traceback
        run_here(MISSING, tmp_path)


def test_refuses_a_film_without_ffmpeg_in_a_sentence_before_the_training(tmp_path, monkeypatch):
    monkeypatch.setattr("animations.formats.mp4.find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"^render: \.mp4 needs the package imageio-ffmpeg"):
        run_here(MISSING, tmp_path, "--format", "mp4")


def test_names_damaged_numbers_on_the_page(tmp_path):
    for damaged in ("", '{"numbers": {', "null", "\x00", '{"w": 1}', '{"numbers": {}}', '{"numbers": [], "cells": []}'):
        (tmp_path / "ch03.json").write_text(damaged, encoding="utf-8")
        run_here(stand_ins.nothing, tmp_path)
        page = uncoloured((tmp_path / "ch03.html").read_text(encoding="utf-8"))
        assert "numbers in ch03.json are damaged. Run <code>python -m chapters 3</code> to make them again.</p>" in page
        assert "All numbers of this run" not in page
        assert json.loads((tmp_path / "ch02.json").read_text())["numbers"] == {"a": 1}


def test_runs_of_your_own_replace_none_of_the_book():
    usual = settings.parser("", "").parse_args([])
    for options, name in (
        ({"processes": 1, "format": ["png"], "resume": True}, "gallery"),
        ({"quick": True, "seed": 3, "data": "cifar10"}, "gallery/quick_seed_3_cifar10"),
        ({"csv": Path("my/table.csv"), "epochs": 2}, "gallery/ch01_table_ch07_own"),
        ({"out": Path("mine"), "kernel": [[1]], "quick": True, "seed": 3}, "mine/ch06_own"),
    ):
        assert settings.folder(type(usual)(**vars(usual) | options)) == Path(name).resolve()
