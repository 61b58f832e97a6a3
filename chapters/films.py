"""The animations of a chapter, drawn one after the other, or several at once in processes of their own."""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from pathlib import Path

from tqdm import tqdm

from animations import Scene, render

GRACE = 3  # seconds that a drawing process has left when the one that started it has ended


@dataclass
class Film:
    """A scene, and how fast to show it; the names are those of `render`."""

    scene: Scene
    fps: float = 5
    hold_first: float = 0
    hold_last: float = 2
    colors: int = 255

    def render(self, path: Path, progress: bool = True) -> None:
        """Write it in the format that the suffix of `path` names."""
        render(
            self.scene,
            path,
            fps=self.fps,
            hold_first=self.hold_first,
            hold_last=self.hold_last,
            colors=self.colors,
            progress=progress,
        )


def draw(films: Mapping[str, Film], out: Path, formats: tuple[str, ...], processes: int = 1) -> None:
    """Write every film in every format, as `name.format` in the folder `out`; `processes` of them at once.

    With more than one process the script that calls this must be importable without running: put what it does under
    `if __name__ == "__main__"`.
    """
    jobs = {out / f"{name}.{suffix}": film for name, film in films.items() for suffix in formats}
    if processes == 1 or len(jobs) == 1:
        for path, film in jobs.items():
            film.render(path)
        return
    pool = _pool(processes)
    at_work: set[Future[None]] = set()
    try:
        for path, film in tqdm(jobs.items(), desc="drawing", unit=" files", leave=False):
            if len(at_work) == processes:  # no job waits in the pool: what is there is drawn, also after an error
                at_work -= _finished(at_work)
            at_work.add(pool.submit(film.render, path, progress=False))
        while at_work:
            at_work -= _finished(at_work)
    except BaseException:
        _pool.cache_clear()  # a process may have died
        raise


def _finished(at_work: set[Future[None]]) -> set[Future[None]]:
    """Return those that are done, as soon as there are any; raise what they raised."""
    done, _ = wait(at_work, return_when=FIRST_COMPLETED)
    for each in done:
        each.result()
    return done


@functools.cache
def _pool(processes: int) -> ProcessPoolExecutor:
    """Return the processes that draw; they are started once, since importing matplotlib takes each a second.

    On Linux even that is done once: a server imports it, and each process begins as a copy of that. It imports nothing
    of ours, which it would look for in the folder where the user stands, before all others.
    """
    if sys.platform == "linux":
        context: BaseContext = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["matplotlib.figure", "matplotlib.backends.backend_agg"])
    else:
        context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_end_with_parent, initargs=(GRACE,))


def _end_with_parent(grace: float) -> None:
    """Make this process end `grace` seconds after the one that started it; without this it would wait for ever.

    Not at once: after Ctrl-C, which both are told, it may be removing its unfinished file. For that, being
    told to terminate, as the others are when one of them dies, is an exit like any other.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait_and_end() -> None:
        parent.join()
        time.sleep(grace)
        os._exit(1)

    threading.Thread(target=wait_and_end, daemon=True).start()
