"""MP4 films: H.264 through imageio and ffmpeg, as every browser plays it. Needs the extra `video`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import BinaryIO

import imageio.v2 as imageio
import numpy as np

from animations.reel import Reel

FFMPEG = [
    *("-crf", "20"),  # quality: 0 is lossless, 23 the default; here text stays sharp
    *("-preset", "veryfast"),  # of drawings the slower ones make files as large
    *("-movflags", "+faststart"),  # it plays before all of it is loaded
]


def check_video() -> None:
    """Raise ModuleNotFoundError, saying what to install, if there is no ffmpeg."""
    if find_spec("imageio_ffmpeg") is None:
        raise ModuleNotFoundError(
            "render: .mp4 needs the package imageio-ffmpeg, which brings ffmpeg; "
            'install it with: python -m pip install imageio-ffmpeg (or, in a clone, -e ".[video]")'
        )


def write_mp4(reel: Reel, file: BinaryIO) -> None:
    """Write every frame; those that are held are repeated. Sizes must be even for H.264: an odd edge is doubled."""
    times = [1] * reel.scene.frames
    times[0] += round(reel.hold_first * reel.fps)
    times[-1] += round(reel.hold_last * reel.fps)
    width, height = reel.scene.size
    writer = imageio.get_writer(
        file.name, format="FFMPEG", fps=reel.fps, codec="libx264", quality=None, pixelformat="yuv420p",
        macro_block_size=2, output_params=FFMPEG,
    )  # fmt: skip
    with writer:
        for frame, count in zip(reel.frames(), times, strict=True):
            even = np.pad(frame[..., :3], ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
            for _ in range(count):
                writer.append_data(even)
