"""Draws the films of a chapter, one after the other or in several processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from animations import Clip
from animations.render import write
from chapters.tools.processes import run_parallel
from tinylearn.progress import Bar

EXPLANATIONS = 500_000  # for explanations, in each film


def draw(
    clips: Mapping[str, Clip],
    out: Path,
    formats: tuple[str, ...],
    processes: int = 1,
    scale: float = 1,
    cover: str | None = None,
) -> None:
    """Write every clip in every format, as `name.format` in the folder `out`, with `processes` processes.

    If .html is the only format, the film `cover` is written as a .gif too: the book's cover needs a picture that moves.
    Pictures and videos get `scale` times as many pixels each way; an .html is a drawing, sharp at any size.

    With more than one process, Python must be able to import the calling script without running it: put its work
    under `if __name__ == "__main__"`.
    """
    more = {cover: ("gif",)} if formats == ("html",) else {}
    paths = {
        name: [out / f"{name}.{suffix}" for suffix in (*formats, *more.get(name, ()))] for name in clips if formats
    }
    jobs = {name: partial(_write, clips[name], files, scale) for name, files in paths.items()}
    alone = min(processes, len(jobs)) == 1  # then each film has its own progress bar
    with Bar(total=len(jobs), desc="drawing", unit=" films", leave=False, disable=alone) as bar:
        run_parallel(jobs, processes, out, ends=lambda *_: bar.update())


def _write(clip: Clip, paths: Sequence[Path], scale: float) -> None:
    """Write a clip; if that fails, the error names the film."""
    clip = replace(clip, explanations=min(clip.explanations, EXPLANATIONS))
    larger = [] if scale == 1 else [path for path in paths if path.suffix != ".html"]
    try:
        if larger:
            write(replace(clip, scale=clip.scale * scale), larger)
        if rest := [path for path in paths if path not in larger]:
            write(clip, rest)
    except Exception as error:
        error.add_note(f"in the film {paths[0].stem}")
        raise
