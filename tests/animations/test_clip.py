"""Clips: which pictures, for how long, how large; the same in every format."""

import numpy as np
import pytest
from page_checks import film_of
from PIL import Image
from small_scenes import Gliding, Overlapping, Trail, redrawn

from animations import Clip, SideBySide, render
from animations.engine.painter import redraw


def picture(path, number):
    with Image.open(path) as film:
        film.seek(number)
        return np.array(film.convert("RGB")), film.info.get("duration")


def test_puts_pictures_between_frames_for_motion_and_keeps_whole_frames_whole(tmp_path):
    asked = []

    class Asked(Gliding):
        def update(self, frame):
            asked.append(frame)
            return super().update(frame)

    render(Asked(), tmp_path / "film.apng", motion=4, progress=False)
    assert asked == [number / 4 for number in range(21)]
    assert [type(each) for each in asked[:6]] == [int, float, float, float, int, float]


@pytest.mark.parametrize("motion", [1, 2, 3, 7])
@pytest.mark.parametrize("per_second", [100, 1000])
def test_lasts_as_long_with_motion_as_without(motion, per_second):
    clip = Clip(Gliding(), fps=3, motion=motion, hold_first=1, hold_last=2.5, holds={2: 0.75, -2: 1})
    delays = clip.delays(per_second)
    assert len(delays) == 5 * motion + 1
    assert sum(delays) == pytest.approx(per_second * (6 / 3 + 1 + 2.5 + 0.75 + 1), abs=1)
    for frame, more in ((0, 1), (2, 0.75), (4, 1)):
        assert delays[frame * motion] == pytest.approx(per_second * (1 / (3 * motion) + more), abs=1)


def test_holds_of_one_frame_add_up():
    assert Clip(Trail(), fps=10, hold_last=1, holds={5: 1, -1: 0.5}).delays() == [10, 10, 10, 10, 10, 260]


@pytest.mark.parametrize(("options", "message"), [
    ({"motion": 2}, "leave out motion for Overlapping, which draws whole frames only, got 2; .* glides = True"),
    ({"motion": 0}, "motion must lie in 1 … 60, got 0"),
    ({"holds": {6: 1}}, "each frame of holds must lie in -6 … 5, got 6"),
    ({"holds": {0: -1}}, r"holds\[0\] must be 0 to 600 seconds, got -1"),
    ({"loop": -1}, "loop must lie in 0 … 65535, got -1"),
    ({"scale": 0}, "scale must lie in 0.1 … 10, got 0"),
    ({"font": "DejaVu Sanz"}, "font must be the name of a font family on this computer, got 'DejaVu Sanz'.*Sans"),
])  # fmt: skip
def test_refuses(options, message):
    with pytest.raises(ValueError, match=f"^Clip: {message}"):
        Clip(Overlapping(), **options)
    with pytest.raises(ValueError, match=f"^render: {message}"):
        render(Overlapping(), "never.gif", **options)


@pytest.mark.parametrize(("suffix", "fps", "motion", "message"), [
    ("gif", 51, 1, "fps must lie in 0.01 … 50 for .gif"),
    ("apng", 10, 6, "fps × motion must lie in 0.01 … 50 for .apng, because viewers do not show more, got 10 × 6"),
    ("html", 31, 2, "fps × motion must lie in 0.01 … 60 for .html"),
    ("mp4", 21, 3, "fps × motion must lie in 0.01 … 60 for .mp4"),
])  # fmt: skip
def test_refuses_more_pictures_a_second_than_are_shown(tmp_path, suffix, fps, motion, message):
    with pytest.raises(ValueError, match=f"^render: {message}"):
        render(Gliding(), tmp_path / f"film.{suffix}", fps=fps, motion=motion)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["gif", "apng"])
def test_moves_in_films(tmp_path, suffix):
    path = render(Gliding(), tmp_path / f"film.{suffix}", fps=10, motion=4, hold_last=0, holds={2: 1}, progress=False)
    assert picture(path, 8)[1] >= 1020
    for number in (0, 3, 8, 13, 20):
        shown, expected = picture(path, number)[0], redraw(Gliding(), number / 4)[..., :3]
        assert np.abs(shown.astype(int) - expected).max() <= (0 if suffix == "apng" else 30)


def test_moves_in_pages(tmp_path):
    path = render(SideBySide(Gliding(), Trail()), tmp_path / "film.html", fps=30, motion=2, hold_last=0, progress=False)
    film = film_of(path.read_text(encoding="utf-8"))
    assert (film["motion"], len(film["changes"]["texts"]), len(film["milliseconds"])) == (2, 6, 11)
    assert sum(film["milliseconds"]) == 200  # 60 pictures a second: 16 or 17 ms each


@pytest.mark.parametrize("loop", [0, 1, 3])
def test_stores_how_often_an_apng_plays(tmp_path, loop):
    with Image.open(render(Trail(), tmp_path / "film.apng", loop=loop, progress=False)) as film:
        assert film.info["loop"] == loop


@pytest.mark.parametrize("suffix", ["png", "mp4"])
def test_refuses_loop_where_a_file_cannot_say_it(tmp_path, suffix):
    with pytest.raises(ValueError, match=rf"render: leave out loop for \.{suffix}, which cannot store it, got 2"):
        render(Trail(), tmp_path / f"film.{suffix}", loop=2)


@pytest.mark.parametrize(("size", "scale"), [((29, 57), 1), ((58, 113), 1), ((115, 201), 1.1), ((7, 1001), 0.7)])
def test_loses_no_pixel_to_rounding(tmp_path, size, scale):
    """29 / 100 * 100 is a little less than 29."""

    class Sized(Trail):
        def __init__(self):
            self.size = size

    with Image.open(render(Sized(), tmp_path / "film.png", scale=scale)) as picture:
        assert picture.size == tuple(round(scale * side) for side in size)


@pytest.mark.parametrize(("suffix", "scale"), [("png", 2), ("png", 0.5), ("gif", 1.5), ("apng", 2)])
def test_takes_scale_as_pixels_per_pixel(tmp_path, suffix, scale):
    path = render(Overlapping(), tmp_path / f"film.{suffix}", scale=scale, progress=False)
    shown = picture(path, 0)[0]
    assert shown.shape == (120 * scale, 160 * scale, 3)
    small = np.array(Image.fromarray(shown).resize((160, 120), Image.Resampling.BOX)).astype(int)
    expected = redrawn(Overlapping, 5 if suffix == "png" else 0)[..., :3]
    assert np.abs(small - expected).mean() < 10  # the same picture, except for its edges


def test_keeps_the_width_of_a_page_at_scale_two(tmp_path):
    page = render(Overlapping(), tmp_path / "film.html", scale=2, progress=False).read_text()
    assert '<div class="panel" style="--width:160;--height:120;' in page
    assert 'viewBox="0 0 3200 2400"' in page
