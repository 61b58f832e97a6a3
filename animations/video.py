"""MP4 films: H.264 by ffmpeg, as every browser plays it. Needs the extra `video`."""

from __future__ import annotations

import signal
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from subprocess import PIPE, Popen
from typing import BinaryIO

import numpy as np

from animations.reel import Reel

FFMPEG = [
    *("-crf", "20"),  # quality: 0 is lossless, 23 the default; here text stays sharp
    *("-preset", "veryfast"),  # of drawings the slower ones make files as large
    *("-threads", "1"),  # the other processor draws
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
    """Write every frame. ffmpeg repeats those that are held, and puts white beside an odd edge."""
    first, last = round(reel.hold_first * reel.fps), round(reel.hold_last * reel.fps)
    filters = (
        f"tpad=start={first}:start_mode=clone:stop={last}:stop_mode=clone,"
        "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white"  # H.264 needs even sizes
    )
    width, height = reel.scene.size
    painted = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{width}x{height}", "-r", str(reel.fps), "-i", "-"]
    film = ["-vcodec", "libx264", "-pix_fmt", "yuv420p", "-vf", filters, *FFMPEG, f"file:{file.name}"]
    _run_ffmpeg(["-y", "-v", "error", *painted, *film], reel)


def _run_ffmpeg(arguments: list[str], reel: Reel) -> None:
    """Pipe the frames into ffmpeg; OSError with what it said if it ended badly, as on a full disk."""
    from imageio_ffmpeg import get_ffmpeg_exe  # of the extra, so not at the top

    with tempfile.TemporaryFile() as said, Popen([get_ffmpeg_exe(), *arguments], stdin=PIPE, stderr=said) as ffmpeg:
        assert ffmpeg.stdin is not None
        try:
            with suppress(BrokenPipeError):  # it has ended before the last frame
                for frame in reel.frames():
                    ffmpeg.stdin.write(np.ascontiguousarray(frame).data)
            with suppress(BrokenPipeError):
                ffmpeg.stdin.close()
        except BaseException:
            ffmpeg.kill()
            raise
        status = ffmpeg.wait()
        if status != 0:
            said.seek(0)
            reason = signal.strsignal(-status) if status < 0 else said.read().decode(errors="replace").strip()
            raise OSError(f"render: {reel.title} could not be written: ffmpeg ended with {status}: {reason}")
