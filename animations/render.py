"""From a scene to a file: `render` writes one file, `write` writes a clip in several formats.

Pictures are painted and written one after another, so more frames need no more memory. The file appears under its name
only when it is complete.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from animations.engine.clip import Clip, Writer
from animations.formats.apng import write_apng
from animations.formats.gif import write_gif
from animations.formats.html import write_page
from animations.formats.mp4 import check_video, write_mp4
from animations.formats.png import write_png
from animations.scene import Scene
from tinylearn.checks import path_of
from tinylearn.files import complete_or_absent


class Format(NamedTuple):
    """How a format is written, and what it can show."""

    write: Writer
    fastest: int = 60  # pictures a second
    loops: bool = True
    painted: bool = True  # is it made of pixels?


FORMATS = {
    ".apng": Format(write_apng, 50),
    ".gif": Format(write_gif, 50),
    ".html": Format(write_page, painted=False),
    ".mp4": Format(write_mp4, loops=False),
    ".png": Format(write_png, loops=False),
}

OPTIONS = [option.name for option in fields(Clip) if option.name != "scene"]


def render(scene: Scene, path: str | os.PathLike[str], *, progress: bool = True, **options: Any) -> Path:
    """Write `scene` to `path`, in the format of its suffix; return the path.

    .gif    all frames, `fps` a second; the first and the last stay longer
    .html   a page that plays them as a drawing, with buttons, a slider and keys; its text is real text, and its numbers
            say where they come from; one file, needs no network
    .apng   all frames like .gif, but in their exact colours: a larger file, for pictures with many colours
    .mp4    a video (H.264) that plays once; needs `pip install imageio-ffmpeg`
    .png    one frame: `frame`, or the last

    The options are those of `Clip`: fps=5 (frames a second), hold_first=0 and hold_last=2 (how many seconds the first
    and the last frame stay longer), holds={} (frame → seconds), motion=1 (pictures from one frame to the next, for
    scenes that glide), colors=255 (of a .gif), loop=0 (how often it plays; 0: for ever), scale=1 (pixels per pixel of
    the scene's size), font="" (a family for letters that DejaVu Sans lacks), frame=None (the frame of a .png; None: the
    last), explanations=2_000_000 (how many bytes an .html may spend to say why its numbers are what they are).

    Raises ValueError for another suffix and for a frame that the scene does not have, ModuleNotFoundError for an .mp4
    without imageio-ffmpeg.
    """
    path = path_of("render", path)
    if unknown := [name for name in options if name not in OPTIONS]:
        raise TypeError(f"render: unknown option {unknown[0]!r}; the options are {', '.join(OPTIONS)}")
    write(Clip(scene, **options, caller="render"), [path], progress)
    return path


def write(clip: Clip, paths: Sequence[Path], progress: bool = True) -> None:
    """Write a clip in several formats, as `render` does in one; paint each picture once for all of them."""
    for path in paths:
        suffix, per_second = path.suffix.lower(), clip.fps * clip.motion
        if suffix not in FORMATS:
            raise ValueError(f"render: path must end in {', '.join(FORMATS)}, got {path.name!r}")
        if per_second > FORMATS[suffix].fastest:
            times, got = ("", clip.fps) if clip.motion == 1 else (" × motion", f"{clip.fps:g} × {clip.motion}")
            raise ValueError(
                f"render: fps{times} must lie in 0.01 … {FORMATS[suffix].fastest} for {suffix}, "
                f"because viewers do not show more, got {got}"
            )
        if clip.loop and not FORMATS[suffix].loops:
            raise ValueError(f"render: leave out loop for {suffix}, which cannot store it, got {clip.loop}")
        if clip.frame is not None and suffix != ".png":
            raise ValueError(f"render: leave out frame for {suffix}, which shows all frames, got frame={clip.frame}")
        if suffix == ".mp4":
            check_video()
    with ExitStack() as stack:
        outputs = []
        for path in reversed(paths):  # so that the first path is complete first
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                text = f"render: cannot write {path}: cannot make the folder {path.parent}, {error}"
                raise OSError(text) from error
            file = stack.enter_context(complete_or_absent(path, "render"))
            outputs.append((FORMATS[path.suffix.lower()].write, file, path.name))
        painted = any(FORMATS[path.suffix.lower()].painted for path in paths)
        clip.play(outputs, progress, painted)
