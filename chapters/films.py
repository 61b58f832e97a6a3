"""The animations of a chapter, drawn one after the other, or several at once in processes of their own."""

from __future__ import annotations

import functools
import multiprocessing
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from animations import Scene, render


@dataclass
class Film:
    """A scene, and how fast to show it; the names are those of `render`."""

    scene: Scene
    fps: float = 5
    hold_first: float = 0
    hold_last: float = 2
    colors: int = 255

    def render(self, path: Path, progress: bool = True) -> Path:
        """Write it in the format that the suffix of `path` names."""
        settings = {name: value for name, value in vars(self).items() if name != "scene"}
        return render(self.scene, path, progress=progress, **settings)


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
    waiting = [pool.submit(film.render, path, progress=False) for path, film in jobs.items()]
    for done in tqdm(as_completed(waiting), desc="drawing", total=len(waiting), unit=" files", leave=False):
        done.result()


@functools.cache
def _pool(processes: int) -> ProcessPoolExecutor:
    """Return the processes that draw; they are started once, since each needs a second to import matplotlib."""
    return ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))
