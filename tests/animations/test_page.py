"""Pages hold every frame exactly, in few bytes, and nothing of theirs is elsewhere. What they do: test_page_browser."""

import base64
import html
import io
import json
import re
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from small_scenes import ALL, Overlapping, Small, Trail, painted, whole

from animations import render
from animations.formats.html import KEY, Packer, runs

PERIOD = 7


class Long(Overlapping):
    """More steps than two groups have, the same again after every PERIOD."""

    frames = 2 * KEY + 3

    def update(self, frame):
        return super().update(frame % PERIOD)


class Still(Small):
    """Nothing ever changes."""

    frames = KEY + 2

    def draw(self, figure):
        self.axes(figure)

    def update(self, frame):
        return []


def film_of(page):
    return json.loads(page.split('type="application/json">')[1].split("</script>")[0])


def frames_of(film, height, width):
    """Unpack the frames as the player does, in another language."""
    palette = np.frombuffer(zlib.decompress(base64.b64decode(film["colours"])), np.uint8).reshape(-1, 3)
    picture, frames = np.zeros((height * width, 3), np.uint8), []
    for counts, text in film["groups"]:
        data, at = zlib.decompress(base64.b64decode(text)), 0
        for n in counts:
            columns = []
            for _ in range(3):
                planes = np.frombuffer(data[at : at + 3 * n], np.uint8).reshape(3, n).astype(int)
                columns.append(planes[0] + 256 * planes[1] + 65536 * planes[2])
                at += 3 * n
            place = 0
            for gap, length, colour in zip(*columns, strict=True):
                place += gap
                picture[place : place + length] = palette[colour]
                place += length
            frames.append(picture.reshape(height, width, 3).copy())
        assert at == len(data)
    return frames


def write(scene, folder, **settings):
    return render(scene, folder / "scene.html", progress=False, **settings).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """The page of Long."""
    return write(Long(), tmp_path_factory.mktemp("long"))


@pytest.mark.parametrize("kind", [*ALL, Long, Still], ids=lambda kind: kind.__name__)
def test_every_frame_is_in_the_page_pixel_for_pixel(tmp_path, kind):
    scene = kind()
    frames = frames_of(film_of(write(scene, tmp_path)), scene.size[1], scene.size[0])
    assert len(frames) == scene.frames
    for number, frame in enumerate(frames):
        expected = painted(kind)[number] if kind in ALL else whole(kind, number % PERIOD)
        np.testing.assert_array_equal(frame, expected[..., :3], f"frame {number}")


@given(st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=8))
def test_any_frames_come_back(rows):
    frames = [np.array(row, np.uint8).reshape(2, 3, 1) * np.array([80, 40, 20, 0], np.uint8) for row in rows]
    packer = Packer()
    for number, frame in enumerate(frames):
        packer.add(frame, whole=number == 0)
    film = {"groups": [packer.take_group()], "colours": packer.colours()}
    for found, frame in zip(frames_of(film, 2, 3), frames, strict=True):
        np.testing.assert_array_equal(found, frame[..., :3])


def test_no_pixels_are_no_runs():
    start, length, colour = runs(np.arange(0), np.arange(0))
    assert start.size == length.size == colour.size == 0


def test_steps_without_a_change_take_no_runs(tmp_path):
    counts = [counts for counts, _ in film_of(write(Still(), tmp_path))["groups"]]
    assert [len(each) for each in counts] == [KEY, 2]
    assert all(each[0] > 0 and set(each[1:]) == {0} for each in counts)


def test_times_and_texts_of_each_step(tmp_path):
    film = film_of(write(Overlapping(), tmp_path, fps=4, hold_first=1, hold_last=2))
    assert film["milliseconds"] == [1250, 250, 250, 250, 250, 2250]
    assert film["texts"] == [f"Overlapping, frame {number} of 5" for number in range(6)]


def test_texts_cannot_break_the_page(tmp_path):
    class Talking(Trail):
        def describe(self, frame):
            return f"\udc80 </script><!-- $film ${{x}} \" ' & ° {frame}"

    page = write(Talking(), tmp_path)
    assert page.count("</script>") == 2
    assert film_of(page)["texts"][3] == Talking().describe(3)


def test_names_cannot_break_the_page(tmp_path):
    path = render(Trail(), tmp_path / "a&b $film <c>_d.html", progress=False)
    page = path.read_text(encoding="utf-8")
    assert "<title>a&amp;b $film &lt;c&gt; d</title>" in page
    assert len(film_of(page)["texts"]) == 6


def test_nothing_is_left_to_fill_in_and_no_address_is_in_the_page(tmp_path):
    page = write(Overlapping(), tmp_path)
    assert "$" not in page.split("<script")[0]
    assert not re.search(r"""https?:|src=|href=|url\(|@import|["']//""", page)


def test_a_whole_step_begins_every_group(long):
    film = film_of(long)
    film["groups"] = film["groups"][1:]  # without the first group
    frames = frames_of(film, Long.size[1], Long.size[0])
    np.testing.assert_array_equal(frames[0], whole(Long, KEY)[..., :3])


def test_same_scene_gives_the_same_page(long, tmp_path):
    assert write(Long(), tmp_path) == long


def test_a_notebook_gets_the_page_in_a_frame(tmp_path):
    bundle = Overlapping()._repr_mimebundle_()
    text = bundle["text/html"]
    page = html.unescape(re.search(r'srcdoc="([^"]*)"', text)[1])
    frames = frames_of(film_of(page), Overlapping.size[1], Overlapping.size[0])
    np.testing.assert_array_equal(frames[2], whole(Overlapping, 2)[..., :3])
    assert "<title>Overlapping</title>" in page
    with Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))) as picture:  # where no pages are shown
        np.testing.assert_array_equal(np.array(picture), whole(Overlapping, 5)[..., :3])


def test_memory_does_not_grow_with_frames(tmp_path):
    class Endless(Overlapping):
        def __init__(self, frames):
            self.frames = frames

        def update(self, frame):
            return super().update(frame % 6)

    def peak(frames):
        tracemalloc.start()
        try:
            render(Endless(frames), tmp_path / "scene.html", progress=False)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    write(Endless(2), tmp_path)  # letters and fonts are drawn and kept once
    assert peak(4 * KEY) < peak(2 * KEY) + 250_000  # a frame of 160x120 takes 77 kB, 40 of them 3 MB
