"""From a scene to a file: which frames, how fast, and in what format.

Frames are painted and written one by one, so that memory does not grow with their number. The file appears under its
name when it is complete, and not before.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image
from tqdm import tqdm

from animations.gif import LATE, GifWriter, make_palette
from animations.painter import Painter
from animations.scene import Scene
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

    .gif   all frames, `fps` a second (at most 50), the first and the last held for so many more seconds, for ever;
           `colors` in its palette: 255, or less for a smaller file (48 are enough for lines and text)
    .png   one frame: `frame`, or the last; negative counts from the end

    Raises ValueError for another suffix, and for a frame that the scene does not have.
    """
    path = Path(path)
    writers: dict[str, Callable[..., None]] = {".gif": _write_gif, ".png": _write_png}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise ValueError(f"render: path must end in {' or '.join(writers)}, got {path.name!r}")
    if scene.frames < 1:
        raise ValueError(f"render: {type(scene).__name__}.frames must be at least 1, got {scene.frames}")
    if not 0 < fps <= 50:
        raise ValueError(f"render: fps must lie in (0, 50], since viewers do not show more, got {fps}")
    for name, seconds in (("hold_first", hold_first), ("hold_last", hold_last)):
        if not 0 <= seconds <= 600:
            raise ValueError(f"render: {name} must be 0 to 600 seconds, got {seconds}")
    if not 32 <= colors <= 255:
        raise ValueError(f"render: colors must lie in 32 … 255, got {colors}")
    if frame is not None and not -scene.frames <= frame < scene.frames:
        raise ValueError(f"render: frame must lie in 0 … {scene.frames - 1}, got {frame}")
    if frame is not None and writer is _write_gif:
        raise ValueError(f"render: frame is for .png; a .gif has all frames, got frame={frame}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with complete_or_absent(path) as file:
        writer(
            scene,
            file,
            fps=fps,
            hold_first=hold_first,
            hold_last=hold_last,
            colors=colors,
            frame=frame,
            progress=progress,
            title=path.name,
        )
    return path


def _write_png(scene: Scene, file: BinaryIO, *, frame: int | None, **_: Any) -> None:
    number = (scene.frames - 1 if frame is None else frame) % scene.frames
    pixels = Painter(scene).paint(number)
    Image.fromarray(pixels[..., :3]).save(file, "PNG")


def _write_gif(
    scene: Scene,
    file: BinaryIO,
    *,
    fps: float,
    hold_first: float,
    hold_last: float,
    colors: int,
    progress: bool,
    title: str,
    **_: Any,
) -> None:
    painter = Painter(scene)
    samples = sorted({0, scene.frames // 2, scene.frames - 1})
    palette = make_palette([painter.paint(number).copy() for number in samples], colors - LATE)
    writer = GifWriter(file, *scene.size, palette, late=LATE)
    delays = frame_delays(scene.frames, fps, hold_last, hold_first)
    for number in tqdm(range(scene.frames), desc=title, unit=" frames", leave=False, disable=not progress):
        writer.add(painter.paint(number), delays[number])
    writer.close()


def frame_delays(frames: int, fps: float, hold_last: float, hold_first: float = 0) -> list[int]:
    """Return how long each frame stays, in hundredths of a second, the unit of GIF.

    What is lost to rounding in one frame is made up for in the next, so that the total is right:

    >>> frame_delays(4, fps=6, hold_last=1)
    [17, 16, 17, 117]
    """
    ends = [round(100 * ((number + 1) / fps + hold_first)) for number in range(frames)]
    ends[-1] += round(100 * hold_last)
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]
