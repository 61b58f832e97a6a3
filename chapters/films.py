"""The animations of a chapter, drawn one after the other, or several at once in processes of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tqdm import tqdm

from animations import Scene
from animations.render import render_all
from chapters.processes import at_once


@dataclass
class Film:
    """A scene, and how fast to show it; the names are those of `render`."""

    scene: Scene
    fps: float = 5
    hold_first: float = 0
    hold_last: float = 2
    colors: int = 255

    def render(self, paths: Sequence[Path]) -> None:
        """Write it in the formats that the suffixes name; an error says which film it was."""
        try:
            render_all(
                self.scene,
                paths,
                fps=self.fps,
                hold_first=self.hold_first,
                hold_last=self.hold_last,
                colors=self.colors,
            )
        except Exception as error:
            error.add_note(f"in the film {paths[0].stem}")
            raise


def draw(films: Mapping[str, Film], out: Path, formats: tuple[str, ...], processes: int = 1) -> None:
    """Write every film in every format, as `name.format` in the folder `out`; `processes` of them at once.

    With more than one process the script that calls this must be importable without running: put what it does under
    `if __name__ == "__main__"`.
    """
    paths = {name: [out / f"{name}.{suffix}" for suffix in formats] for name in films if formats}
    jobs = {name: partial(films[name].render, files) for name, files in paths.items()}
    alone = min(processes, len(jobs)) == 1  # then each film has a bar of its own
    with tqdm(total=len(jobs), desc="drawing", unit=" films", leave=False, disable=alone) as bar:
        at_once(jobs, processes, out, ends=lambda *_: bar.update())
