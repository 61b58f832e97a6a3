"""Ctrl-C at random moments: does the program end, in a sentence, with complete files only? Run by hand.

    python tests/benchmarks/ctrl_c.py 100           the book, a run of `fit`, a film: 100 times each, some 30 minutes
    python tests/benchmarks/ctrl_c.py 20 film fit   some of them

SIGINT goes to the whole process group, as from a terminal. Every file must then be absent, what it was before, or
complete; no process may be left. It prints a line for each that is not so, and the longest time that an end took.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from animations import Scene, render
from tests.sessions import alive_in
from tinylearn import SGD, Checkpoint, Dense, MeanSquaredError, Recorder, Recording, ReLU, Sequential, fit, workers
from tinylearn.checkpoint import read_more

ROOT = Path(__file__).parents[2]
HANGS = 30  # seconds
OLD = b"what was there before"


# --- what is interrupted ----------------------------------------------------------------------------------------------


def train(folder: Path) -> None:
    """Train for ever, on two threads, with a recorder and a checkpoint."""
    workers.SMALL = 0  # two threads, though the network is small: so each update gives Ctrl-C another place to come
    rng = np.random.default_rng(0)
    model = Sequential([Dense(20, 40, rng=rng), ReLU(), Dense(40, 1, rng=rng)])
    x, y = rng.normal(size=(64, 20)), rng.normal(size=(64, 1))
    callbacks = [Recorder(model, folder / "run", budget="20 MB"), Checkpoint(folder / "run.npz", rng, every=100)]
    fit(model, x, y, loss=MeanSquaredError(), optimizer=SGD(1e-6), epochs=10**9, batch_size=16, workers=2, rng=rng,
        callbacks=callbacks)  # fmt: skip


class Circle(Scene):
    """A point that goes round, and says where it is."""

    size, frames = (400, 300), 40

    def draw(self, figure):
        axes = figure.add_subplot(xlim=(-1.2, 1.2), ylim=(-1.2, 1.2))
        self.point, self.text = axes.plot([0], [0], "o", zorder=3)[0], axes.text(0, 0, "", zorder=3)

    def update(self, frame):
        angle = 2 * np.pi * frame / self.frames
        self.point.set_data([np.cos(angle)], [np.sin(angle)])
        self.text.set_text(f"{angle:.2f}")
        return [self.point, self.text]


def draw(folder: Path) -> None:
    """Draw two films."""
    for name in ("film.gif", "film.html"):
        render(Circle(), folder / name, progress=False)


# --- what is left -----------------------------------------------------------------------------------------------------


def faults_of_training(folder: Path, _: Path, said: str) -> Iterator[str]:
    if said.splitlines()[-1:] != ["KeyboardInterrupt"]:
        yield f"said {said[-200:]!r}"
    if (folder / "run.npz").exists():
        read_more(folder / "run.npz")
    if (folder / "run" / "meta.json").exists():
        recording = Recording.load(folder / "run")
        if not recording.closed and len(recording) > 1:
            yield "the recording is not closed"
        if (np.diff(recording.steps) <= 0).any() or not np.isfinite(recording["dense_1.w"]).all():
            yield "the recording is damaged"


def faults_of_films(folder: Path, whole: Path, said: str) -> Iterator[str]:
    if said and said.splitlines()[-1] != "KeyboardInterrupt":
        yield f"said {said[-200:]!r}"
    for name in ("film.gif", "film.html"):
        if (folder / name).read_bytes() not in (OLD, (whole / name).read_bytes()):
            yield f"{name} is neither the old one nor complete"


def faults_of_the_book(folder: Path, whole: Path, said: str) -> Iterator[str]:
    last = said.splitlines()[-1:]
    if "Traceback" in said or (last and not last[0].startswith(("Interrupted.", "Chapter"))):
        yield f"said {said[-400:]!r}"
    for path in filter(Path.is_file, folder.rglob("*")):
        same = whole / path.relative_to(folder)
        if same.exists() and path.read_bytes() == same.read_bytes():
            continue
        if path.suffix == ".npz":  # a checkpoint of an earlier epoch
            read_more(path)
            continue
        pages = path.suffix == ".html"  # of the book, renewed with each film; or of a film, until its chapter has it
        if not pages or not path.read_text(encoding="utf-8").rstrip().endswith("</html>"):
            yield f"{path.name} is not complete"


# --- the trials -------------------------------------------------------------------------------------------------------

Faults = Callable[[Path, Path, str], Iterator[str]]
TRIALS: dict[str, tuple[list[str], float, Faults]] = {  # command, seconds in which Ctrl-C may come, what to look for
    "book": (["-m", "chapters", "--quick", "--out"], 40, faults_of_the_book),
    "fit": ([__file__, "train"], 1.5, faults_of_training),
    "film": ([__file__, "draw"], 2.0, faults_of_films),
}


def trial(name: str, folder: Path, whole: Path, seconds: float) -> tuple[float, list[str]]:
    """Interrupt it after so many seconds; return how long it took to end, and what is wrong."""
    command, _, faults = TRIALS[name]
    process = subprocess.Popen([sys.executable, *command, str(folder)], cwd=ROOT, start_new_session=True, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
    if name != "book":
        assert process.stdout is not None
        process.stdout.readline()
    time.sleep(seconds)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    try:
        _, said = process.communicate(timeout=HANGS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return HANGS, ["hangs"]
    took, left = time.monotonic() - began, alive_in(process.pid)
    while left and time.monotonic() - began < HANGS:  # the server of processes ends when it notices
        time.sleep(0.05)
        left = alive_in(process.pid)
    wrong = [f"still runs: {command}" for command in left.values()]
    try:
        wrong += faults(folder, whole, said)
    except (OSError, ValueError, KeyError) as error:
        wrong.append(f"cannot be read: {type(error).__name__}: {error}")
    return took, wrong + [f"{path.name} is left" for path in folder.rglob(".*")]


def main(times: int, names: list[str]) -> None:
    """Print a line for each fault, and for each trial how often it was done."""
    with tempfile.TemporaryDirectory() as work:
        whole = Path(work, "whole")
        whole.mkdir()
        if "film" in names:
            draw(whole)
        if "book" in names:
            command = [sys.executable, *TRIALS["book"][0], str(whole)]
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        for name in names:
            longest, faulty, rng = 0.0, 0, random.Random(0)
            for number in range(times):
                folder = Path(work, f"{name} {number}")
                folder.mkdir()
                for old in ("film.gif", "film.html") if name == "film" else ():
                    (folder / old).write_bytes(OLD)
                seconds = rng.uniform(0, TRIALS[name][1])
                took, wrong = trial(name, folder, whole, seconds)
                longest, faulty = max(longest, took), faulty + bool(wrong)
                if wrong:
                    print(f"{name}, Ctrl-C after {seconds:.3f} s: {'; '.join(wrong)}", flush=True)
                shutil.rmtree(folder)
            python = sys.version.split()[0]
            print(f"Python {python}, {name}: {faulty} of {times} with a fault; longest end {longest:.1f} s", flush=True)


if __name__ == "__main__":
    if sys.argv[1] in ("train", "draw"):
        print("ready", flush=True)
        {"train": train, "draw": draw}[sys.argv[1]](Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]), sys.argv[2:] or list(TRIALS))
