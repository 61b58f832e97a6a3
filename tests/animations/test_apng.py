"""Animated PNG: Pillow reads back what was painted, for as long as it should stay."""

import numpy as np
import pytest
from PIL import Image
from small_scenes import Overlapping, Picture, Small, Trail, redrawn

from animations import render


class Still(Small):
    """Nothing ever changes."""

    def draw(self, figure):
        self.axes(figure)

    def update(self, frame):
        return []


@pytest.mark.parametrize("kind", [Overlapping, Trail, Picture, Still], ids=lambda kind: kind.__name__)
def test_equals_every_frame_pixel_for_pixel(tmp_path, kind):
    expected = [redrawn(kind, number) for number in range(6)]
    with Image.open(render(kind(), tmp_path / "scene.apng", progress=False)) as film:
        assert (film.n_frames, film.size, film.info["loop"]) == (6, kind.size, 0)
        for number in range(6):
            film.seek(number)
            shown = np.array(film.convert("RGB"))
            np.testing.assert_array_equal(shown, expected[number][..., :3], f"frame {number}")


@pytest.mark.parametrize(("hold_last", "last"), [(2, 2250), (600, 600250)])
def test_gives_times(tmp_path, hold_last, last):
    path = render(Overlapping(), tmp_path / "scene.apng", fps=4, hold_first=1, hold_last=hold_last, progress=False)
    with Image.open(path) as film:
        milliseconds = []
        for number in range(6):
            film.seek(number)
            milliseconds.append(film.info["duration"])
    assert milliseconds == [1250, 250, 250, 250, 250, last]


def test_shows_the_first_frame_without_animations(tmp_path):
    path = render(Overlapping(), tmp_path / "scene.apng", progress=False)
    data = path.read_bytes()
    assert data.index(b"IDAT") < data.index(b"fdAT")
    with Image.open(path) as picture:
        np.testing.assert_array_equal(np.array(picture.convert("RGB")), redrawn(Overlapping, 0)[..., :3])
