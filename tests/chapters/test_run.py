"""Chapters in parallel: each is reported; one error ends all, and so does Ctrl-C. (Their bytes: see test_starting.)"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import imageio.v3 as imageio
import pytest
from PIL import Image

from animations import Clip
from chapters import __main__
from chapters.tools.chapter import CHAPTERS
from chapters.tools.films import draw
from chapters.tools.live_page import MAKING
from chapters.tools.remaining_time import WORK
from chapters.tools.run import run_all
from chapters.tools.settings import UsageError, parser
from tests.chapters import stand_ins
from tests.chapters.chapter_helpers import uncoloured
from tests.chapters.dot_scenes import Dot
from tests.chapters.stand_ins import StandIn
from tests.sessions import alive_in

ROOT = Path(__file__).parents[2]


def run(out, chapters, *words):
    run_all(chapters, parser("", "").parse_args(["--out", str(out), "--format", "png", *words]))


def numbers(out, name):
    return json.loads((out / f"{name}.json").read_text())["numbers"]


def test_computes_a_chapter_while_films_of_another_are_drawn_and_can_be_opened(tmp_path, capsys):
    """The second one waits until the page shows a film of the first; one by one, it would wait for ever."""
    run(tmp_path, {"ch02": StandIn(stand_ins.waits_for_the_page), "ch01": StandIn(stand_ins.two_films)}, "--seed", "3")
    seen, last = ((tmp_path / name).read_text() for name in ("seen.html", "index.html"))
    assert "ch01_" in seen
    assert "not finished yet" in seen
    assert "not finished yet" not in last
    assert numbers(tmp_path, "ch02")["seed"] == 3
    assert len({os.getpid(), numbers(tmp_path, "ch01")["process"], numbers(tmp_path, "ch02")["process"]}) == 3
    said = capsys.readouterr()
    begun = re.findall(r"^Chapters that take no time.*; (.*) left$", said.err, flags=re.MULTILINE)
    assert len(begun) == 2
    assert re.match(r"about \d+ s|a few seconds", begun[0])
    finished = [f"Chapter {n} is ready after \\d+ s. Open {tmp_path / 'index.html'}" for n in (1, 2)]
    assert sorted(re.sub(r"\d+ s", r"\\d+ s", line) for line in said.out.splitlines()) == finished
    run(tmp_path, {"ch01": StandIn(stand_ins.two_films)}, "--processes", "1")
    more = capsys.readouterr()
    assert "\r" not in said.out + said.err + more.out + more.err  # there is no terminal for bars
    assert "frames/s" not in said.err + more.err


def test_draws_pictures_and_videos_at_twice_the_resolution_and_leaves_pages_as_they_are(tmp_path):
    once, twice = (tmp_path / name for name in ("1", "2"))
    for scale, folder in enumerate((once, twice), 1):
        folder.mkdir()
        draw({"one": Clip(Dot())}, folder, ("html", "gif", "apng", "png", "mp4"), 1, scale)
    for name in ("one.gif", "one.png", "one.apng"):
        with Image.open(once / name) as small, Image.open(twice / name) as large:
            assert large.size == tuple(2 * side for side in small.size)
            assert getattr(large, "n_frames", 1) == getattr(small, "n_frames", 1)
    widths = [next(iter(imageio.imiter(folder / "one.mp4", plugin="FFMPEG"))).shape[1] for folder in (once, twice)]
    assert widths[1] == 2 * widths[0]
    assert (twice / "one.html").read_bytes() == (once / "one.html").read_bytes()


def test_binds_films_unless_formats_or_a_table_are_given(tmp_path, monkeypatch):
    (tmp_path / "mine.csv").write_text("year,A,B\n1990,1,2\n2000,3,4\n")
    asked = []
    monkeypatch.setattr(__main__, "run_all", lambda chapters, arguments, bind: asked.append((*chapters, bind)))
    for words in ("", "3 --quick", "3 --format html", f"1 --csv {tmp_path / 'mine.csv'}"):
        monkeypatch.setattr("sys.argv", ["chapters", *words.split()])
        __main__.main()
    every = tuple(f"ch{number:02}" for number in CHAPTERS)
    assert asked == [(*every, True), ("ch03", True), ("ch03", False), ("ch01", False)]


@pytest.mark.parametrize("processes", ["1", "2"])
def test_ends_the_run_and_names_the_film_after_an_error_in_any_chapter(tmp_path, processes):
    mains = {"ch01": StandIn(stand_ins.broken_film), "ch02": StandIn(stand_ins.slow)}
    with pytest.raises(RuntimeError, match=r"(?s)this film is broken.*in the film ch01_broken"):
        run(tmp_path, mains, "--processes", processes)
    assert not [*tmp_path.glob("*.json"), *tmp_path.glob(".*"), *tmp_path.glob("*.png")]


def test_names_the_chapter_when_a_process_dies_and_in_a_refusal(tmp_path):
    with pytest.raises(BrokenProcessPool, match="worked on ch01 ended with exit code 1"):
        run(tmp_path, {"ch01": StandIn(stand_ins.killed_film), "ch02": StandIn(stand_ins.slow)})
    refused, others = {"ch02": StandIn(UsageError("not with these settings"))}, {"ch01": StandIn(stand_ins.two_films)}
    for chapters in (refused | others, refused):
        with pytest.raises(SystemExit, match=r"^ch02: not with these settings$"):
            run(tmp_path, chapters)


def test_begins_with_chapter_1_and_then_the_longest_but_keeps_their_order_one_by_one(tmp_path, capsys):
    run(tmp_path, dict.fromkeys(["ch03", "ch07", "ch01", "ch02"], StandIn(stand_ins.nothing)))
    begun = re.findall(r": (.*);", capsys.readouterr().err)
    assert begun == [WORK[name].does for name in ("ch01", "ch07", "ch02", "ch03")]
    run(tmp_path, dict.fromkeys(["ch03", "ch07", "ch01"], StandIn(stand_ins.nothing)), "--processes", "1")
    assert re.findall(r"^Chapter (\d)", capsys.readouterr().out, flags=re.MULTILINE) == ["3", "7", "1"]


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C in another way")
def test_ends_all_on_ctrl_c_with_one_sentence_and_leaves_a_true_page(tmp_path):
    """In a terminal all processes are told; they are deaf to it, and end with the first."""
    command = [sys.executable, "-m", "chapters", "1", "7", "--format", "png", "--out", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "index.html").exists() and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=15)
    assert process.returncode == 130
    assert said.splitlines()[-1] == f"Interrupted. Open what is finished: {tmp_path / 'index.html'}"
    assert "Traceback" not in said
    page = (tmp_path / "ch07.html").read_text(encoding="utf-8")
    assert MAKING not in page
    assert "Run <code>python -m chapters 7</code> to finish this chapter." in uncoloured(page)
    assert not [path.name for path in tmp_path.rglob(".*")]
    while Path("/proc/self/stat").exists() and alive_in(process.pid):  # the server of processes ends when it notices
        time.sleep(0.01)
