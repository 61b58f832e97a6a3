"""The animations of a chapter, drawn one after the other, or several at once in processes of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from animations import Clip
from animations.render import write
from chapters.tools.processes import at_once
from tinylearn.progress import Bar

EXPLANATIONS = 500_000  # bytes of a film that may say why its numbers are what they are


def draw(clips: Mapping[str, Clip], out: Path, formats: tuple[str, ...], processes: int = 1) -> None:
    """Write every clip in every format, as `name.format` in the folder `out`; `processes` of them at once.

    With more than one process the script that calls this must be importable without running: put what it does under
    `if __name__ == "__main__"`.
    """
    paths = {name: [out / f"{name}.{suffix}" for suffix in formats] for name in clips if formats}
    jobs = {name: partial(_write, clips[name], files) for name, files in paths.items()}
    alone = min(processes, len(jobs)) == 1  # then each film has a bar of its own
    with Bar(total=len(jobs), desc="drawing", unit=" films", leave=False, disable=alone) as bar:
        at_once(jobs, processes, out, ends=lambda *_: bar.update())


def _write(clip: Clip, paths: Sequence[Path]) -> None:
    """Write a clip; an error says which film it was."""
    try:
        write(replace(clip, explanations=min(clip.explanations, EXPLANATIONS)), paths)
    except Exception as error:
        error.add_note(f"in the film {paths[0].stem}")
        raise
