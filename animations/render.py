"""From a scene to a file: which frames, how fast, and in what format.

Frames are painted and written one by one, so that memory does not grow with their number. The file appears under its
name when it is complete, and not before.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from animations import checks
from animations.engine.clip import Reel, Writer
from animations.formats.apng import write_apng
from animations.formats.gif import write_gif
from animations.formats.html import write_page
from animations.formats.mp4 import check_video, write_mp4
from animations.scene import Scene, checked_scene
from tinylearn.checks import path_of
from tinylearn.files import complete_or_absent


def render(
    scene: Scene,
    path: str | os.PathLike[str],
    *,
    fps: float = 5,
    hold_first: float = 0,
    hold_last: float = 2,
    colors: int = 255,
    frame: int | None = None,
    progress: bool = True,
) -> Path:
    """Write `scene` to `path`, in the format that its suffix names; return the path.

    .gif    all frames, `fps` a second (at most 50), the first and the last held for so many more seconds, for ever;
            `colors` in its palette: 255, or less for a smaller file (48 are enough for lines and text)
    .html   a page that plays them, with buttons, a slider and keys; one file, no network, every pixel as painted
    .apng   all frames like .gif, but with every colour as painted: a larger file, for pictures of many colours
    .mp4    a film (H.264), once, the holds in whole frames; needs `pip install imageio-ffmpeg`
    .png    one frame: `frame`, or the last; negative counts from the end

    Raises ValueError for another suffix and for a frame that the scene does not have, ModuleNotFoundError for an .mp4
    without imageio-ffmpeg.
    """
    path = path_of("render", path)
    render_all(scene, [path], fps=fps, hold_first=hold_first, hold_last=hold_last, colors=colors, frame=frame,
               progress=progress)  # fmt: skip
    return path


def render_all(
    scene: Scene,
    paths: Sequence[Path],
    *,
    fps: float = 5,
    hold_first: float = 0,
    hold_last: float = 2,
    colors: int = 255,
    frame: int | None = None,
    progress: bool = True,
) -> None:
    """Write a scene in several formats, as `render` does in one; each frame is painted once, for all of them."""
    for path in paths:
        if path.suffix.lower() not in WRITERS:
            raise ValueError(f"render: path must end in {', '.join(WRITERS)}, got {path.name!r}")
    checked_scene("render", scene)
    fps = checks.real("render", "fps", fps, 0.01, 50, "lie in 0.01 … 50, since viewers do not show more")
    hold_first, hold_last = (
        checks.real("render", name, seconds, 0, 600, "be 0 to 600 seconds")
        for name, seconds in (("hold_first", hold_first), ("hold_last", hold_last))
    )
    colors = checks.position("render", "colors", colors, 256, low=32)
    if frame is not None:
        frame = checks.position("render", "frame", frame, scene.frames, low=-scene.frames)
    for path in paths:
        suffix = path.suffix.lower()
        if frame is not None and suffix != ".png":
            raise ValueError(f"render: frame must be left out for a {suffix}, which has all frames, got frame={frame}")
        if suffix == ".mp4":
            check_video()
        _make_folder(path)
    reel = Reel(scene, paths[0].name, fps, hold_first, hold_last, colors, frame=frame, progress=progress)
    with ExitStack() as stack:
        writers = []
        for path in reversed(paths):  # so that the first file is complete first
            file = stack.enter_context(complete_or_absent(path, "render"))
            writers.append(stack.enter_context(closing(WRITERS[path.suffix.lower()](reel, file))))
        reel.write(writers)


def _make_folder(path: Path) -> None:
    """Make the folder of a file, if it is missing; OSError that names the file if that cannot be."""
    if path.is_dir():
        raise IsADirectoryError(f"render: {path} cannot be written: it is a folder; name a file in it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(f"render: {path} cannot be written: there can be no folder {path.parent}, {error}") from error


def write_png(reel: Reel, file: BinaryIO) -> Writer:
    """Write one frame; wait for no others."""
    number = reel.scene.frames - 1 if reel.frame is None else reel.frame % reel.scene.frames
    Image.fromarray(reel.painter.paint(number)[..., :3]).save(file, "PNG")
    yield from ()


WRITERS: dict[str, Callable[[Reel, BinaryIO], Writer]] = {
    ".apng": write_apng,
    ".gif": write_gif,
    ".html": write_page,
    ".mp4": write_mp4,
    ".png": write_png,
}
