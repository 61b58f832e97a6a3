"""PNG: one frame, every pixel as painted."""

from __future__ import annotations

from typing import BinaryIO

from PIL import Image

from animations.engine.clip import Clip, Taker
from animations.engine.painter import Painter


def write_png(clip: Clip, painter: Painter, file: BinaryIO, name: str) -> Taker:
    """Write one frame, and wait for no others."""
    frame = -1 if clip.frame is None else clip.frame
    Image.fromarray(painter.paint(frame % clip.scene.frames)[..., :3]).save(file, "PNG")
    yield from ()
