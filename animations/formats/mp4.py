"""MP4 films: H.264 through imageio and ffmpeg, which every browser plays. Needs the extra `video`."""

from __future__ import annotations

from contextlib import closing
from importlib.util import find_spec
from typing import BinaryIO

from animations.engine.clip import Clip, Taker
from animations.engine.painter import Painter

FFMPEG = [
    *("-crf", "20"),  # quality: 0 is lossless, 23 the default; with 20, text stays sharp
    *("-preset", "veryfast"),  # slower presets do not make drawings smaller
    *("-threads", "1"),  # the other processor draws
    # How colours are stored. Without it, players guess, and Chromium's red is up to 39 of 255 off. With the matrix of
    # BT.709, its blue is still 12 off; with this one, all are at most 2 off.
    *("-x264-params", "colormatrix=smpte170m:colorprim=bt709:transfer=iec61966-2-1"),
    *("-movflags", "+faststart"),  # it plays before all of it is loaded
]
FILTERS = "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white,scale=out_color_matrix=bt601:out_range=tv"  # even sides, for H.264


def check_video() -> None:
    """Raise ModuleNotFoundError, with the command that installs ffmpeg, if there is none."""
    if find_spec("imageio_ffmpeg") is None:
        raise ModuleNotFoundError(
            "render: .mp4 needs the package imageio-ffmpeg, which contains ffmpeg; "
            'install it with: python -m pip install imageio-ffmpeg (or, in a clone, -e ".[video]")'
        )


def write_mp4(clip: Clip, painter: Painter, file: BinaryIO, name: str) -> Taker:
    """Write every picture as often as it is shown. ffmpeg adds white at an odd edge."""
    import imageio.v2 as imageio  # with its 65 modules, so not at the top

    per_second = clip.fps * clip.motion
    writer = imageio.get_writer(
        file.name, format="FFMPEG", fps=per_second, codec="libx264", quality=None, pixelformat="yuv420p",
        macro_block_size=1, output_params=["-vf", FILTERS, *FFMPEG],
    )  # fmt: skip
    times = clip.delays(per_second)
    with closing(writer):  # even after an error, unlike `with writer`
        for often in times:
            picture = yield
            try:
                for _ in range(often):
                    writer.append_data(picture)
            except OSError:  # ffmpeg has ended; the check below finds out
                break
    _check_whole(name, file.name, sum(times))


def _check_whole(name: str, path: str, frames: int) -> None:
    """Raise OSError unless the film has that many frames: imageio does not ask how ffmpeg ended, on a full disk say."""
    from imageio_ffmpeg import count_frames_and_secs  # from the extra, so not at the top

    try:
        found, _ = count_frames_and_secs(path)
    except RuntimeError:  # ffmpeg did not even write the table of contents
        found = 0
    if found != frames:
        raise OSError(
            f"render: could not write {name}: ffmpeg wrote {found} of {frames} frames, and says why above. "
            "(No space left on the disk, or within your quota? Free some, or write to another place.)"
        )
