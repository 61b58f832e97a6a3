"""Several jobs at once, in processes of their own, which end when the one that started them does.

`concurrent.futures` has a pool of processes, too. But it cannot end those that are at work (before Python 3.14), and
when one dies, it cannot say which job that process had.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from typing import Any

from chapters.bars import without_bars

GRACE = 3  # seconds that a process has left when it has been told to end, or when the one that started it has ended

Job = Callable[[], Any]


def at_once(
    jobs: Mapping[str, Job],
    processes: int,
    *,
    begins: Callable[[str], Any] = lambda name: None,
    ends: Callable[[str, Any], Any] = lambda name, result: None,
    waits: Callable[[], Any] = lambda: None,
) -> None:
    """Do all jobs, so many at once; call `begins(name)` and `ends(name, result)` of each. The first error ends them.

    One process is this one; so it is for a single job. With more, `waits()` is called every second, a job must be
    picklable, and the script that calls this importable without running: put what it does under
    `if __name__ == "__main__"`.
    """
    if processes == 1 or len(jobs) <= 1:
        for name, job in jobs.items():
            begins(name)
            ends(name, job())
        return
    todo, workers, at_work = list(jobs.items()), list[Worker](), dict[Connection, Worker]()
    try:
        with _ctrl_c_later():
            workers += _start(min(processes, len(jobs)))
        idle = list(workers)
        while todo or at_work:
            while todo and idle:
                name, job = todo.pop(0)
                begins(name)
                worker = idle.pop(0)
                worker.give(name, job)
                at_work[worker.connection] = worker
            while not (answers := wait(at_work, timeout=1)):
                waits()
            for ready in answers:
                worker = at_work.pop(ready)  # type: ignore[call-overload]
                result = worker.answer()
                idle.append(worker)
                ends(worker.job, result)
    finally:
        for worker in at_work.values():
            worker.process.terminate()
        for worker in workers:
            worker.end()


class Worker:
    """A process that does jobs, one after another."""

    def __init__(self, context: BaseContext) -> None:
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, GRACE), daemon=True)  # type: ignore[attr-defined]
        self.process.start()
        theirs.close()
        self.job = ""

    def give(self, name: str, job: Job) -> None:
        """Let it begin a job."""
        self.job = name
        self.connection.send(job)

    def answer(self) -> Any:
        """Return what the job has returned, or raise what it has raised."""
        try:
            result, error = self.connection.recv()
        except EOFError:
            self.process.join()
            raise BrokenProcessPool(
                f"the process that was at work on {self.job} has ended, with exit code {self.process.exitcode}"
            ) from None
        if error is not None:
            raise error
        return result

    def end(self) -> None:
        """Let it end: one that is idle has no more to do; one that is at work has been told to."""
        self.connection.close()
        self.process.join(GRACE / 10)
        self.process.terminate()  # again: some libraries catch every exit while they are imported
        self.process.join(GRACE)
        self.process.kill()
        self.process.join()


def _start(processes: int) -> list[Worker]:
    """Start so many, side by side.

    On Linux a server imports matplotlib, once, and each process begins as a copy of that. It imports nothing of ours,
    which it would look for in the folder where the user stands, before all others.
    """
    if sys.platform != "linux":
        context: BaseContext = multiprocessing.get_context("spawn")
    else:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["matplotlib.figure", "matplotlib.backends.backend_agg"])
    return [Worker(context) for _ in range(processes)]


@contextmanager
def _ctrl_c_later() -> Iterator[None]:
    """Hold Ctrl-C back for a moment. A process that is started meanwhile never hears of it; it ends with this one."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    resource_tracker.ensure_running()  # which would let Ctrl-C through when it is started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(jobs: Connection, grace: float) -> None:
    """Be the process: do the jobs that come, until there will be no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that started this is told, too, and ends it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # an exit like any other: an unfinished file is removed
    threading.Thread(target=_end_with_parent, args=(grace,), daemon=True).start()
    with without_bars(), suppress(EOFError, BrokenPipeError):
        while True:
            jobs.send(_done(jobs.recv_bytes()))


def _done(message: bytes) -> tuple[Any, Exception | None]:
    """Do a job; return its result, or its error with the place where it was raised as a note."""
    try:
        return pickle.loads(message)(), None
    except Exception as error:
        place = "In a process of its own:\n" + "".join(traceback.format_exception(error))
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:  # it cannot be handed over as it is
            error = RuntimeError(f"{type(error).__name__}: {error}")
        error.add_note(place)
        return None, error


def _end_with_parent(grace: float) -> None:
    """End this process so many seconds after the one that started it: killed, that one cannot tell."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    time.sleep(grace)
    os._exit(1)
