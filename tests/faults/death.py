"""A job in its own process, killed at a random moment between two of its signs of life; what must be left.

A job writes outputs 1, 2, 3, … into a folder: it tells ("begin", n) before it writes output n, and ("done", n) when
that is complete. Its `check(folder, done)` looks at what is left by a death before which output `done` was complete:
it returns how many complete outputs it found, or says what is lost, half done or litter, in an AssertionError.
"""

import contextlib
import functools
import itertools
import multiprocessing
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import wait
from pathlib import Path

from tests.sessions import alive_in
from tinylearn.recording.store import Store

CONTEXT = multiprocessing.get_context("forkserver")  # a child starts quickly: the server has imported everything
CONTEXT.set_forkserver_preload(["tests.faults.files"])
PATIENCE = 60  # seconds
TEMPORARY = re.compile(r"\..*\.[0-9a-f]{16}\.tmp(\.\w+)?")


class Job:
    """What all jobs have."""

    outputs = 8  # it is killed while it writes one of these

    @contextlib.contextmanager
    def ready(self):
        """Yield this job with all that it needs, such as a server."""
        yield self


@dataclass
class Rewritten(Job):
    """A job that writes one file again and again, under one name: `write(path, n)` makes its n-th version."""

    name: str
    file: str
    write: Callable[[Path, int], object]

    def work(self, folder, tell):
        for n in itertools.count(1):
            tell("begin", n)
            self.write(folder / self.file, n)
            tell("done", n)

    def check(self, folder, done):
        path = folder / self.file
        assert set(final_names(folder)) <= {self.file}
        assert path.exists() or not done, f"{self.file}: version {done} is gone"
        if kept := path.exists():
            versions = [expected(self, n) for n in (done, done + 1) if n]  # it may be renamed, and not yet told
            assert path.read_bytes() in versions, f"{self.file} is neither version {done} nor version {done + 1}"
        self.write(path, done + 2)
        assert [*folder.iterdir()] == [path]
        return int(kept)


def expected(job, n):
    """Return the bytes of version `n`, written in peace."""
    return _expected(job.write, job.file, n)


@functools.cache
def _expected(write, file, n):
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / file, n)
        return (Path(folder) / file).read_bytes()


def final_names(folder):
    """Return the names in `folder` that are not those of temporary files."""
    return [path.name for path in folder.iterdir() if not TEMPORARY.fullmatch(path.name)]


# --- life and death ---------------------------------------------------------------------------------------------------


class Life:
    """A job at work in a process, and session, of its own."""

    def __init__(self, job, folder, planted=None):
        self.signs, theirs = CONTEXT.Pipe(duplex=False)
        self.errors = folder.with_name(folder.name + ".errors")
        self.process = CONTEXT.Process(target=_live, args=(job, folder, theirs, self.errors, planted))
        self.process.start()
        theirs.close()
        self.heard, self.open = [], True  # (moment, word, n)

    def listen(self, seconds, begun=float("inf")):
        """Listen for so many seconds, or until it begins output `begun` or a later one; return whether it did."""
        deadline = time.monotonic() + seconds
        while not (self.heard and self.heard[-1][1] == "begin" and self.heard[-1][2] >= begun):
            left = deadline - time.monotonic()
            ready = wait([self.process.sentinel, *([self.signs] if self.open else [])], max(left, 0))
            if self.signs in ready:
                self.hear()
            if left <= 0 or (ready and self.signs not in ready):
                return False
        return True

    def hear(self):
        try:
            self.heard.append((time.monotonic(), *self.signs.recv()))
        except EOFError:
            self.open = False

    def kill(self):
        """End it with SIGKILL, hear its last words, wait for its own children; return and end those that live on."""
        self.process.kill()
        self.process.join()
        while self.open:
            self.hear()
        deadline = time.monotonic() + 10
        while (orphans := alive_in(self.process.pid)) and time.monotonic() < deadline:
            time.sleep(0.02)
        for pid in orphans:
            os.kill(pid, 9)
        return orphans

    def death(self):
        """Return its last complete output, and what the kill landed in: its first output, a later one, between two."""
        if self.process.exitcode not in (0, -9):
            raise RuntimeError(f"the job failed without a kill:\n{self.errors.read_text()}")
        done = max((n for _, word, n in self.heard if word == "done"), default=0)
        _, word, n = self.heard[-1] if self.heard else (0, "begin", 1)
        return done, "between" if word == "done" else "first" if n == 1 else "during"


def _live(job, folder, signs, errors, planted):
    """Be the process."""
    os.setsid()
    os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    if planted:
        PLANTED_FAULTS[planted]()
    job.work(folder, lambda word, n: signs.send((word, int(n))))


def pace(job, folder, planted=None):
    """Return how many seconds an output takes: the median of a life."""
    life = Life(job, folder, planted)
    life.listen(PATIENCE, job.outputs + 1)
    assert not life.kill()
    life.death()
    begun = [at for at, word, _ in life.heard if word == "begin"]
    return statistics.median(b - a for a, b in itertools.pairwise(begun))


def killed(job, folder, rng, seconds, planted=None):
    """Let the job work in `folder`, kill it at a random moment, check what is left; return what the kill landed in, and
    how many complete outputs were found."""
    life = Life(job, folder, planted)
    began = life.listen(PATIENCE, int(rng.integers(1, job.outputs + 1)))
    life.listen(seconds * rng.random())
    orphans = life.kill()
    done, landed = life.death()
    if not began:
        raise RuntimeError(f"{job.name} does not work: it said {life.heard[-1:]} and no more for {PATIENCE} seconds")
    assert not orphans
    return landed, job.check(folder, done)


# --- planted faults: the kills must find them -------------------------------------------------------------------------

PAUSE = 0.05  # seconds in which a kill finds the fault


@contextlib.contextmanager
def _in_place(path, caller="", **settings):
    with open(path, "wb") as file:
        time.sleep(PAUSE)
        yield file


def _write_in_place():
    """What was complete is gone as soon as its successor begins, which has its final name before it is complete."""
    for module in ("tinylearn.checkpoint", "tinylearn.model", "animations.render"):
        import_module(module).complete_or_absent = _in_place


def _count_before_the_row():
    """The header counts records that are not in the file yet."""
    flush = Store.flush

    def count_first(self, commit=True):
        with self.lock:
            rows = self.table.rows
            if len(self) > rows:
                self.table.commit(len(self))
                self.table.rows = self.table.visible = rows
                time.sleep(PAUSE)
            flush(self)

    Store.flush = count_first


PLANTED_FAULTS = {"write_in_place": _write_in_place, "count_before_the_row": _count_before_the_row}
