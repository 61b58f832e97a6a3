"""Clips: which pictures, for how long, how large; the same in every format. Animated PNG, pixel for pixel."""

import numpy as np
import pytest
from PIL import Image

from animations import Clip, SideBySide, render
from animations.engine.painter import redraw
from tests.animations.page_checks import film_of
from tests.animations.small_scenes import Gliding, Overlapping, Picture, Small, Trail, redrawn


def pictures(path):
    """Return the pictures of a film, (H, W, 3) each, how long each is shown, and what else the file says."""
    with Image.open(path) as film:
        found = []
        for number in range(getattr(film, "n_frames", 1)):
            film.seek(number)
            found.append((np.array(film.convert("RGB")), film.info.get("duration")))
        shown, milliseconds = zip(*found, strict=True)
        return shown, list(milliseconds), film.info


class Still(Small):
    """Nothing ever changes."""

    def draw(self, figure):
        self.axes(figure)

    def update(self, frame):
        return []


@pytest.mark.parametrize("kind", [Overlapping, Trail, Picture, Still], ids=lambda kind: kind.__name__)
def test_equals_every_frame_of_an_apng_pixel_for_pixel(tmp_path, kind):
    path = render(kind(), tmp_path / "scene.apng", progress=False)
    shown, _, info = pictures(path)
    expected = [redrawn(kind, number)[..., :3] for number in range(6)]
    np.testing.assert_array_equal(shown, expected)
    assert info["loop"] == 0
    data = path.read_bytes()
    assert data.index(b"IDAT") < data.index(b"fdAT")  # what knows no animations shows the first frame
    with Image.open(path) as picture:
        np.testing.assert_array_equal(np.array(picture.convert("RGB")), expected[0])


@pytest.mark.parametrize(("hold_last", "last", "loop"), [(2, 2250, 1), (600, 600250, 3)])
def test_gives_an_apng_its_times_and_how_often_it_plays(tmp_path, hold_last, last, loop):
    settings = {"fps": 4, "hold_first": 1, "hold_last": hold_last, "loop": loop, "progress": False}
    _, milliseconds, info = pictures(render(Overlapping(), tmp_path / "scene.apng", **settings))
    assert (milliseconds, info["loop"]) == ([1250, 250, 250, 250, 250, last], loop)


def test_asks_for_pictures_between_frames_and_keeps_whole_frames_whole(tmp_path):
    asked = []

    class Asked(Gliding):
        def update(self, frame):
            asked.append(frame)
            return super().update(frame)

    render(Asked(), tmp_path / "film.apng", motion=4, progress=False)
    assert asked == [number / 4 for number in range(21)]
    assert [type(each) for each in asked[:6]] == [int, float, float, float, int, float]


@pytest.mark.parametrize("motion", [1, 2, 7])
@pytest.mark.parametrize("per_second", [100, 1000])
def test_lasts_as_long_with_motion_as_without(motion, per_second):
    clip = Clip(Gliding(), fps=3, motion=motion, hold_first=1, hold_last=2.5, holds={2: 0.75, -2: 1, 5: 0.5})
    delays = clip.delays(per_second)
    assert len(delays) == 5 * motion + 1
    assert sum(delays) == pytest.approx(per_second * (6 / 3 + 1 + 2.5 + 0.75 + 1 + 0.5), abs=1)
    for frame, more in ((0, 1), (2, 0.75), (4, 1)):
        assert delays[frame * motion] == pytest.approx(per_second * (1 / (3 * motion) + more), abs=1)


def test_refuses_in_its_own_name():
    with pytest.raises(ValueError, match=r"^Clip: holds\[0\] must be 0 to 600 seconds, got -1"):
        Clip(Gliding(), holds={0: -1})


@pytest.mark.parametrize("suffix", ["gif", "apng"])
def test_moves_in_films(tmp_path, suffix):
    path = render(Gliding(), tmp_path / f"film.{suffix}", fps=10, motion=4, hold_last=0, holds={2: 1}, progress=False)
    shown, milliseconds, _ = pictures(path)
    assert milliseconds[8] >= 1020
    for number in (0, 3, 8, 13, 20):
        expected = redraw(Gliding(), number / 4)[..., :3]
        assert np.abs(shown[number].astype(int) - expected).max() <= (0 if suffix == "apng" else 30)


def test_moves_in_pages_which_are_as_wide_at_any_scale(tmp_path):
    path, scene = tmp_path / "film.html", SideBySide(Gliding(), Trail())
    page = render(scene, path, fps=30, motion=2, hold_last=0, scale=2, progress=False).read_text(encoding="utf-8")
    film = film_of(page)
    assert (film["motion"], len(film["changes"]["texts"]), len(film["milliseconds"])) == (2, 6, 11)
    assert sum(film["milliseconds"]) == 200  # 60 pictures a second: 16 or 17 ms each
    assert '<div class="panel" style="--width:160;--height:120;' in page
    assert 'viewBox="0 0 3200 2400"' in page


@pytest.mark.parametrize(("size", "scale"), [((29, 57), 1), ((58, 113), 1), ((115, 201), 1.1), ((7, 1001), 0.7)])
def test_loses_no_pixel_to_rounding(tmp_path, size, scale):
    """29 / 100 * 100 is a little less than 29."""
    scene = type("Sized", (Trail,), {"size": size})()
    with Image.open(render(scene, tmp_path / "film.png", scale=scale)) as picture:
        assert picture.size == tuple(round(scale * side) for side in size)


@pytest.mark.parametrize(("suffix", "scale"), [("png", 2), ("png", 0.5), ("gif", 1.5), ("apng", 2)])
def test_takes_scale_as_pixels_per_pixel(tmp_path, suffix, scale):
    shown = pictures(render(Overlapping(), tmp_path / f"film.{suffix}", scale=scale, progress=False))[0][0]
    assert shown.shape == (120 * scale, 160 * scale, 3)
    small = np.array(Image.fromarray(shown).resize((160, 120), Image.Resampling.BOX)).astype(int)
    expected = redrawn(Overlapping, 5 if suffix == "png" else 0)[..., :3]
    assert np.abs(small - expected).mean() < 10  # the same picture, except for its edges
