"""From a scene to a file: which frames, how fast, and in what format.

Frames are painted and written one by one, so that memory does not grow with their number. The file appears under its
name when it is complete, and not before.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from animations.apng import write_apng
from animations.gif import write_gif
from animations.page import write_page
from animations.reel import Reel
from animations.scene import Scene
from animations.video import check_video, write_mp4
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
    path = Path(path)
    write = WRITERS.get(path.suffix.lower())
    if write is None:
        raise ValueError(f"render: path must end in {', '.join(WRITERS)}, got {path.name!r}")
    if scene.frames < 1:
        raise ValueError(f"render: {type(scene).__name__}.frames must be at least 1, got {scene.frames}")
    if not 0.01 <= fps <= 50:
        raise ValueError(f"render: fps must lie in 0.01 … 50, since viewers do not show more, got {fps}")
    for name, seconds in (("hold_first", hold_first), ("hold_last", hold_last)):
        if not 0 <= seconds <= 600:
            raise ValueError(f"render: {name} must be 0 to 600 seconds, got {seconds}")
    if not 32 <= colors <= 255:
        raise ValueError(f"render: colors must lie in 32 … 255, got {colors}")
    if frame is not None and not -scene.frames <= frame < scene.frames:
        raise ValueError(f"render: frame must lie in {-scene.frames} … {scene.frames - 1}, got {frame}")
    if frame is not None and write is not write_png:
        raise ValueError(f"render: frame is for .png; a {path.suffix.lower()} has all frames, got frame={frame}")
    if write is write_mp4:
        check_video()
    path.parent.mkdir(parents=True, exist_ok=True)
    reel = Reel(scene, path.name, fps, hold_first, hold_last, colors, frame=frame, progress=progress)
    with complete_or_absent(path) as file:
        write(reel, file)
    return path


def write_png(reel: Reel, file: BinaryIO) -> None:
    """Write one frame."""
    number = reel.scene.frames - 1 if reel.frame is None else reel.frame % reel.scene.frames
    Image.fromarray(reel.painter.paint(number)[..., :3]).save(file, "PNG")


WRITERS: dict[str, Callable[[Reel, BinaryIO], None]] = {
    ".apng": write_apng,
    ".gif": write_gif,
    ".html": write_page,
    ".mp4": write_mp4,
    ".png": write_png,
}
