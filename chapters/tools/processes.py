"""Runs several jobs in parallel, each in a process that ends when the main process does.

`concurrent.futures` has a pool of processes, too. But (before Python 3.14) it cannot stop a process that is working,
and when one dies, it cannot say which job that process had.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from tqdm import tqdm

from chapters.tools.bars import without_bars
from tinylearn.blas import one_blas_thread
from tinylearn.ctrl_c import ctrl_c_later
from tinylearn.files import remove_unfinished

Job = Callable[[], Any]


def run_parallel(
    jobs: Mapping[str, Job],
    processes: int,
    folder: Path | None = None,
    *,
    begins: Callable[[str], Any] = lambda name: None,
    ends: Callable[[str, Any], Any] = lambda name, result: None,
    waits: Callable[[], Any] = lambda: None,
) -> None:
    """Do all jobs, several in parallel; call `begins(name)` and `ends(name, result)` for each.

    The first error, or Ctrl-C, stops them all and removes what they were writing in `folder`. With one process, they
    run in this one. With more, `waits()` is called every second, a job must be picklable, and Python must be able to
    import the calling script without running it: put its work under `if __name__ == "__main__"`.
    """
    if processes == 1 or len(jobs) <= 1:
        for name, job in jobs.items():
            begins(name)
            ends(name, job())
        return
    workers: list[Worker] = []
    try:
        with ctrl_c_later(), _deaf():
            workers += _start(min(processes, len(jobs)))
        _share(jobs, workers, begins, ends, waits)
    except BaseException:
        with ctrl_c_later():
            for worker in workers:
                worker.process.kill()  # harms no complete file; an exit raised inside a library could get lost
                worker.process.join()
            if folder is not None:
                remove_unfinished(folder)
        raise
    for worker in workers:
        worker.end()


def _share(jobs: Mapping[str, Job], workers: list[Worker], begins: Callable, ends: Callable, waits: Callable) -> None:
    """Give each worker a job, and the next one when it is done."""
    todo, idle, at_work = list(jobs.items()), list(workers), dict[Connection, Worker]()
    while todo or at_work:
        while todo and idle:
            worker, (name, job) = idle.pop(0), todo.pop(0)
            begins(name)
            worker.give(name, job)
            at_work[worker.connection] = worker
        while not (answers := wait(at_work, timeout=1)):
            waits()
        for ready in [connection for connection in at_work if connection in answers]:
            worker = at_work.pop(ready)
            result = worker.answer()
            idle.append(worker)
            ends(worker.job, result)


class Worker:
    """A process that does jobs, one after another."""

    def __init__(self, context: BaseContext) -> None:
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs,), daemon=True)  # type: ignore[attr-defined]
        self.process.start()
        theirs.close()
        self.job = ""

    def give(self, name: str, job: Job) -> None:
        """Let the worker begin a job."""
        self.job = name
        self.connection.send(job)

    def answer(self) -> Any:
        """Return what the job returned, or raise what it raised."""
        try:
            result, error = self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            raise BrokenProcessPool(
                f"the process that worked on {self.job} ended with exit code {self.process.exitcode}"
            ) from None
        if error is not None:
            raise error
        return result

    def end(self) -> None:
        """Tell the worker that there are no more jobs, so that it ends."""
        self.connection.close()
        self.process.join()


def _start(processes: int) -> list[Worker]:
    """Start this many processes, side by side.

    On Linux, a server imports matplotlib once, and each process starts as a copy of it. The server imports none of our
    packages, because it would look for them first in the user's current folder.
    """
    if sys.platform != "linux":
        context: BaseContext = multiprocessing.get_context("spawn")
    else:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["matplotlib.figure", "matplotlib.backends.backend_agg"])
    return [Worker(context) for _ in range(processes)]


@contextmanager
def _deaf() -> Iterator[None]:
    """Let a process that starts meanwhile never receive Ctrl-C; it ends with this one."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    resource_tracker.ensure_running()  # otherwise its start would let Ctrl-C through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(jobs: Connection) -> None:
    """Run as the process: do jobs until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process receives it too, and ends this one
    threading.Thread(target=_end_with_parent, daemon=True).start()
    tqdm.set_lock(threading.RLock())  # tqdm's usual lock belongs to the system and would outlive a kill
    with without_bars(), one_blas_thread(), suppress(EOFError, OSError):  # the processes share the cores
        while True:
            jobs.send(_done(jobs.recv_bytes()))


def _done(message: bytes) -> tuple[Any, Exception | None]:
    """Do a job; return its result, or its error with a note that says where it was raised."""
    try:
        return pickle.loads(message)(), None
    except Exception as error:
        place = "In a process of its own:\n" + "".join(traceback.format_exception(error))
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:  # it cannot be pickled as it is
            error = RuntimeError(f"{type(error).__name__}: {error}")
        error.add_note(place)
        return None, error


def _end_with_parent() -> None:
    """End this process when the main process has ended; after a kill, that could not tell us."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
