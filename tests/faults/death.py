"""A job in its own process, killed at a random moment between two of its signs of life."""

import itertools
import multiprocessing
import os
import statistics
import time
from dataclasses import dataclass
from multiprocessing.connection import wait

from tests.faults.planted_faults import PLANTED_FAULTS
from tests.sessions import alive_in

CONTEXT = multiprocessing.get_context("forkserver")  # a child starts quickly: the server has imported everything
CONTEXT.set_forkserver_preload(["tests.faults.jobs"])
PATIENCE = 60  # seconds


@dataclass
class Death:
    """What a process said before it was killed."""

    done: int  # its last complete output
    landed: str  # "first": during its first output; "during" a later one; "between" two; "after" its end


class Life:
    """A job at work in a process, and session, of its own."""

    def __init__(self, job, folder, planted=None):
        self.signs, theirs = CONTEXT.Pipe(duplex=False)
        self.errors = folder.with_name(folder.name + ".errors")
        self.process = CONTEXT.Process(target=_live, args=(job, folder, theirs, self.errors, planted))
        self.process.start()
        theirs.close()
        self.heard, self.open = [], True

    def listen(self, seconds):
        """Listen for that many seconds; return whether it lives and may say more."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            ready = wait([self.signs, self.process.sentinel] if self.open else [self.process.sentinel], left)
            if self.signs in ready:
                self.hear()
            elif self.process.sentinel in ready:
                return False
        return True

    def hear(self):
        try:
            self.heard.append((time.monotonic(), *self.signs.recv()))
        except EOFError:
            self.open = False

    def until_it_begins(self, n):
        """Listen until it says that it begins its n-th output, or a later one; return whether it did."""
        deadline = time.monotonic() + PATIENCE
        while not any(word == "begin" and number >= n for _, word, number in self.heard):
            if not wait([self.signs, self.process.sentinel], max(deadline - time.monotonic(), 0)) or not self.open:
                return False
            if self.signs.poll():
                self.hear()
            elif not self.process.is_alive():
                return False
        return True

    def kill(self):
        """End it with SIGKILL, hear its last words, and wait for its own children; return those that live on."""
        self.process.kill()
        self.process.join()
        while self.open:
            self.hear()
        return _orphans(self.process.pid, seconds=10)

    def death(self):
        """Return what it said before its end, whose cause was our signal or nothing."""
        if self.process.exitcode not in (0, -9):
            raise RuntimeError(f"the job failed without a kill:\n{self.errors.read_text()}")
        words = [(word, int(n)) for _, word, n in self.heard]
        done = max((n for word, n in words if word == "done"), default=0)
        word, n = words[-1] if words else ("begin", 1)
        if self.process.exitcode == 0:
            return Death(done, "after")
        return Death(done, "between" if word == "done" else "first" if n == 1 else "during")


def pace(job, folder, planted=None):
    """Return how many seconds an output takes: the median of a life; of one that writes once, all of it."""
    started, life = time.monotonic(), Life(job, folder, planted)
    if job.once:
        life.process.join(10 * PATIENCE)
    else:
        life.until_it_begins(job.outputs + 1)
    seconds, orphans = time.monotonic() - started, life.kill()
    begun = [at for at, word, _ in life.heard if word == "begin"]
    life.death()
    assert not orphans
    return seconds if job.once else statistics.median(b - a for a, b in itertools.pairwise(begun))


def killed(job, folder, rng, seconds, planted=None):
    """Let the job work in `folder`, kill it at a random moment; return its death and the verdict on what is left."""
    life = Life(job, folder, planted)
    began = life.until_it_begins(job.outputs if job.once else int(rng.integers(1, job.outputs + 1)))
    life.listen(seconds * rng.random())
    orphans = life.kill()
    death = life.death()
    if not began:
        raise RuntimeError(f"{job.name} does not work: it said {life.heard[-1:]} and no more for {PATIENCE} seconds")
    verdict = job.check(folder, death.done)
    verdict.litter += [f"process {pid} lives on" for pid in orphans]
    return death, verdict


def _live(job, folder, signs, errors, planted):
    """Be the process."""
    os.setsid()
    os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    if planted:
        PLANTED_FAULTS[planted]()
    job.work(folder, lambda word, n: signs.send((word, int(n))))


def _orphans(session, seconds):
    """Return the processes of a session that do not end within that many seconds; end them."""
    deadline = time.monotonic() + seconds
    while (left := alive_in(session)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in left:
        os.kill(pid, 9)
    return left
