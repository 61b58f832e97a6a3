"""The animations of a chapter, drawn one after the other, or several at once in processes of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tqdm import tqdm

from animations import Scene, render
from chapters.processes import at_once


@dataclass
class Film:
    """A scene, and how fast to show it; the names are those of `render`."""

    scene: Scene
    fps: float = 5
    hold_first: float = 0
    hold_last: float = 2
    colors: int = 255

    def render(self, path: Path) -> None:
        """Write it in the format that the suffix of `path` names; an error says which film it was."""
        try:
            render(
                self.scene,
                path,
                fps=self.fps,
                hold_first=self.hold_first,
                hold_last=self.hold_last,
                colors=self.colors,
            )
        except Exception as error:
            error.add_note(f"while {path} was drawn")
            raise


def draw(films: Mapping[str, Film], out: Path, formats: tuple[str, ...], processes: int = 1) -> None:
    """Write every film in every format, as `name.format` in the folder `out`; `processes` of them at once.

    The first format of all films comes first. With more than one process the script that calls this must be importable
    without running: put what it does under `if __name__ == "__main__"`.
    """
    paths = {out / f"{name}.{suffix}": film for suffix in formats for name, film in films.items()}
    jobs = {path.name: partial(film.render, path) for path, film in paths.items()}
    with tqdm(
        total=len(jobs), desc="drawing", unit=" files", leave=False, disable=min(processes, len(jobs)) == 1
    ) as bar:
        at_once(jobs, processes, ends=lambda *_: bar.update())
