"""From a scene to a file: `render` writes one, `write` a clip in several formats.

Pictures are painted and written one by one, so that memory does not grow with their number. The file appears under its
name when it is complete, and not before.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
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


FORMATS = {
    ".apng": Format(write_apng, 50),
    ".gif": Format(write_gif, 50),
    ".html": Format(write_page),
    ".mp4": Format(write_mp4, loops=False),
    ".png": Format(write_png, loops=False),
}


def render(scene: Scene, path: str | os.PathLike[str], *, progress: bool = True, **options: Any) -> Path:
    """Write `scene` to `path`, in the format that its suffix names; return the path.

    .gif    all frames, `fps` a second, the first and the last held for so many more seconds
    .html   a page that plays them, with buttons, a slider and keys; one file, no network, every pixel as painted
    .apng   all frames like .gif, but with every colour as painted: a larger file, for pictures of many colours
    .mp4    a film (H.264), once; needs `pip install imageio-ffmpeg`
    .png    one frame: `frame`, or the last

    The options are those of `Clip`: fps, hold_first, hold_last, holds, motion, colors, loop, scale, font, frame.
    Raises ValueError for another suffix and for a frame that the scene does not have, ModuleNotFoundError for an .mp4
    without imageio-ffmpeg.
    """
    path = path_of("render", path)
    write(Clip(scene, **options, caller="render"), [path], progress)
    return path


def write(clip: Clip, paths: Sequence[Path], progress: bool = True) -> None:
    """Write a clip in several formats, as `render` does in one; each picture is painted once, for all of them."""
    for path in paths:
        _check(clip, path)
    with ExitStack() as stack:
        outputs = []
        for path in reversed(paths):  # so that the first file is complete first
            _make_folder(path)
            file = stack.enter_context(complete_or_absent(path, "render"))
            outputs.append((FORMATS[path.suffix.lower()].write, file, path.name))
        clip.play(outputs, progress)


def _check(clip: Clip, path: Path) -> None:
    """Raise ValueError if a clip cannot be shown in the format of a file."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(f"render: path must end in {', '.join(FORMATS)}, got {path.name!r}")
    _, fastest, loops = FORMATS[suffix]
    if clip.fps * clip.motion > fastest:
        times, got = ("", f"{clip.fps:g}") if clip.motion == 1 else (" × motion", f"{clip.fps:g} × {clip.motion}")
        raise ValueError(
            f"render: fps{times} must lie in 0.01 … {fastest} for {suffix}, since viewers do not show more, got {got}"
        )
    if clip.loop and not loops:
        raise ValueError(f"render: loop must be left out for {suffix}, which cannot say how often, got {clip.loop}")
    if clip.frame is not None and suffix != ".png":
        raise ValueError(f"render: frame must be left out for a {suffix}, which has all frames, got frame={clip.frame}")
    if suffix == ".mp4":
        check_video()


def _make_folder(path: Path) -> None:
    """Make the folder of a file, if it is missing; OSError that names the file if that cannot be."""
    if path.is_dir():
        raise IsADirectoryError(f"render: {path} cannot be written: it is a folder; name a file in it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(f"render: {path} cannot be written: there can be no folder {path.parent}, {error}") from error
