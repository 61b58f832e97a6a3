"""MP4 films: read back by a decoder; and the error without ffmpeg."""

import base64
import gc
import io
import sys

import imageio.v2 as imageio
import numpy as np
import pytest
from matplotlib.colors import hsv_to_rgb
from matplotlib.patches import Rectangle
from PIL import Image

from animations import render
from animations.engine.painter import redraw
from tests.animations.small_scenes import Gliding, Overlapping, Small, redrawn

# imageio's reader, used only in these tests, leaves its pipes to the garbage collector
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def ffmpeg():
    return pytest.importorskip("imageio_ffmpeg", reason="needs imageio-ffmpeg: pip install -e '.[video]'")


def read(path):
    with imageio.get_reader(path) as film:
        result = film.get_meta_data(), [np.asarray(frame) for frame in film]
    gc.collect()
    return result


def test_paints_every_picture_alike_for_its_time_in_a_form_that_browsers_play(tmp_path):
    """H.264 with colours at half the resolution, and the table of contents before the pictures."""
    times = {"fps": 4, "motion": 3, "hold_first": 1, "holds": {2: 0.5}, "hold_last": 0.5}
    path = render(Gliding(), tmp_path / "-dash, Ŷ und °C.MP4", progress=False, **times)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    meta, frames = read(path)
    assert (meta["fps"], meta["size"], meta["codec"]) == (12, Gliding.size, "h264")
    assert meta["pix_fmt"].startswith("yuv420p")
    pictures = [*[0] * 13, 1, 2, 3, 4, 5, *[6] * 7, *range(7, 15), *[15] * 9]
    assert len(frames) == len(pictures)
    expected = [redraw(Gliding(), number / 3)[..., :3].astype(int) for number in range(16)]
    for number, frame in zip(pictures, frames, strict=True):
        off = [np.abs(frame - other).mean() for other in expected]
        assert off[number] < 6
        assert off[number] == min(off)
    data = path.read_bytes()
    assert data[4:8] == b"ftyp"
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_makes_odd_sizes_even_without_scaling_and_holds_one_frame_as_first_and_last(tmp_path):
    odd = type("Odd", (Overlapping,), {"size": (161, 121), "frames": 1})
    _, frames = read(render(odd(), tmp_path / "film.mp4", fps=4, hold_first=2, hold_last=1, progress=False))
    assert len(frames) == 13
    assert frames[0].shape == (122, 162, 3)
    assert np.abs(frames[0][:121, :161] - redrawn(odd, 0)[..., :3].astype(int)).mean() < 6


class Hues(Small):
    """Patches of many colours, taller than 720 lines: for such films, players guess other colours."""

    size, frames = (1200, 900), 2

    def draw(self, figure):
        for row, column in np.ndindex(9, 12):
            colour = hsv_to_rgb([column / 12, (1, 0.6, 0.3)[row % 3], (1, 0.7, 0.4)[row // 3]])
            figure.add_artist(Rectangle((column / 12, row / 9), 1 / 12, 1 / 9, facecolor=colour, antialiased=False))

    def update(self, frame):
        return []


PICTURE_OF_A_FILM = """
const done = arguments[1], video = document.createElement("video"), canvas = document.createElement("canvas");
video.src = "data:video/mp4;base64," + arguments[0];
video.onerror = () => done(video.error.message);
video.onloadeddata = () => { video.currentTime = 0.3; };
video.onseeked = () => {
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  done(canvas.toDataURL());
};
"""


def test_keeps_painted_colours_in_a_browser(tmp_path, driver):
    path = render(Hues(), tmp_path / "film.mp4", progress=False)
    driver.get("about:blank")
    url = driver.execute_async_script(PICTURE_OF_A_FILM, base64.b64encode(path.read_bytes()).decode())
    assert url.startswith("data:image/png;base64,"), url
    shown = np.array(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGB")).astype(int)
    off = np.abs(shown - redrawn(Hues, 0)[..., :3]).reshape(9, 100, 12, 100, 3)
    assert off[:, 10:-10, :, 10:-10].max() <= 4  # within each patch: at edges colours are half as sharp


def test_says_what_to_install_without_ffmpeg(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    wanted = r"needs the package imageio-ffmpeg.* python -m pip install imageio-f"
    with pytest.raises(ModuleNotFoundError, match=wanted):
        render(Overlapping(), tmp_path / "new" / "film.mp4")
    assert list(tmp_path.iterdir()) == []
