"""render: its errors, where it writes, and that a file is complete or absent."""

import re

import numpy as np
import pytest
from PIL import Image
from small_scenes import Overlapping, Small, redrawn

from animations import Clip, render
from animations.render import write


class Broken(Overlapping):
    """A scene that fails in the middle."""

    def update(self, frame):
        if frame == 4:
            raise RuntimeError("no frame 4")
        return super().update(frame)


def names(folder):
    return sorted(path.name for path in folder.rglob("*"))


# --- what it refuses -----------------------------------------------------------------------------------------------

REFUSED = {
    "unknown suffix": ("scene.bmp", {}, "path must end in .apng, .gif, .html, .mp4, .png, got 'scene.bmp'"),
    "no suffix": ("scene", {}, "path must end in .apng, .gif, .html, .mp4, .png, got 'scene'"),
    "fps 0": ("scene.gif", {"fps": 0}, "fps must lie in 0.01 … 60, because viewers do not show more, got 0"),
    "negative fps": ("scene.gif", {"fps": -3}, "fps must lie in 0.01 … 60"),
    "too many frames a second": (
        "scene.gif",
        {"fps": 51},
        "fps must lie in 0.01 … 50 for .gif, because viewers do not show more, got 51",
    ),
    "fps that is no number": ("scene.gif", {"fps": float("nan")}, "fps must lie in 0.01 … 60"),
    "negative hold": ("scene.gif", {"hold_last": -1}, "hold_last must be 0 to 600 seconds, got -1"),
    "endless hold": ("scene.gif", {"hold_last": float("inf")}, "hold_last must be 0 to 600 seconds, got inf"),
    "too few colours": ("scene.gif", {"colors": 31}, "colors must lie in 32 … 255, got 31"),
    "too many colours": ("scene.gif", {"colors": 256}, "colors must lie in 32 … 255, got 256"),
    "frame after the last": ("scene.png", {"frame": 6}, "frame must lie in -6 … 5, got 6"),
    "frame before the first": ("scene.png", {"frame": -7}, "frame must lie in -6 … 5, got -7"),
    "one frame of a film": ("scene.gif", {"frame": 2}, "leave out frame for .gif, which shows all frames"),
    "one frame of a page": ("scene.HTML", {"frame": 2}, "leave out frame for .html, which shows all frames"),
}


@pytest.mark.parametrize(("name", "settings", "message"), REFUSED.values(), ids=REFUSED)
def test_refuses_and_leaves_nothing(tmp_path, name, settings, message):
    with pytest.raises(ValueError, match=f"^render: {re.escape(message)}"):
        render(Overlapping(), tmp_path / name, progress=False, **settings)
    assert names(tmp_path) == []


def test_refuses_a_scene_without_frames(tmp_path):
    class Nothing(Small):
        frames = 0

    with pytest.raises(ValueError, match=r"Nothing.frames must be at least 1, got 0"):
        render(Nothing(), tmp_path / "scene.gif")
    assert names(tmp_path) == []


def test_makes_no_folders_before_a_refusal(tmp_path):
    with pytest.raises(ValueError, match=r"leave out frame for \.gif"):
        render(Overlapping(), tmp_path / "new" / "scene.gif", frame=2)
    assert names(tmp_path) == []


# --- whole or not at all -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["apng", "gif", "html", "mp4", "png"])
def test_leaves_nothing_of_a_scene_that_fails(tmp_path, suffix):
    with pytest.raises(RuntimeError, match="no frame 4"):
        render(Broken(), tmp_path / f"scene.{suffix}", progress=False, frame=4 if suffix == "png" else None)
    assert names(tmp_path) == []


@pytest.mark.parametrize("suffix", ["apng", "gif", "html", "mp4", "png"])
def test_leaves_the_old_file_if_a_scene_fails(tmp_path, suffix):
    path = tmp_path / f"scene.{suffix}"
    path.write_bytes(b"what was there")
    with pytest.raises(RuntimeError, match="no frame 4"):
        render(Broken(), path, progress=False, frame=4 if suffix == "png" else None)
    assert path.read_bytes() == b"what was there"
    assert names(tmp_path) == [path.name]


def test_leaves_nothing_on_ctrl_c(tmp_path):
    class Stopped(Overlapping):
        def update(self, frame):
            if frame == 4:
                raise KeyboardInterrupt
            return super().update(frame)

    with pytest.raises(KeyboardInterrupt):
        render(Stopped(), tmp_path / "scene.gif", progress=False)
    assert names(tmp_path) == []


def test_hides_the_file_while_it_is_being_written(tmp_path):
    path = tmp_path / "scene.gif"

    class Watching(Overlapping):
        def update(self, frame):
            assert not path.exists()
            return super().update(frame)

    render(Watching(), path, progress=False)
    assert path.exists()


@pytest.mark.parametrize("suffix", ["apng", "gif", "html", "mp4", "png"])
def test_replaces_an_old_file_and_leaves_nothing_else(tmp_path, suffix):
    path = tmp_path / f"scene.{suffix}"
    path.write_bytes(b"old" * 10**5)
    render(Overlapping(), path, progress=False)
    assert len(path.read_bytes()) < 10**5
    assert b"oldold" not in path.read_bytes()
    assert names(tmp_path) == [path.name]


def test_gives_the_same_bytes_for_the_same_scene(tmp_path):
    first, again = (render(Overlapping(), tmp_path / name, progress=False) for name in ("a.gif", "b.gif"))
    assert first.read_bytes() == again.read_bytes()


def test_renders_one_scene_twice(tmp_path):
    scene = Overlapping()
    first, again = (render(scene, tmp_path / name, progress=False) for name in ("a.gif", "b.gif"))
    assert first.read_bytes() == again.read_bytes()


# --- where ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Ŷ und °C.gif", "with spaces.png", "学习.gif", "two.dots.png", "UPPER.GIF"])
def test_accepts_any_name(tmp_path, name):
    render(Overlapping(), tmp_path / "some folder" / name, progress=False)
    with Image.open(tmp_path / "some folder" / name) as image:
        assert image.format == name[-3:].upper()


def test_makes_missing_folders_and_returns_the_path(tmp_path):
    path = tmp_path / "a" / "b" / "scene.png"
    assert render(Overlapping(), path) == path
    assert path.is_file()


def test_takes_a_string_and_a_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert render(Overlapping(), "scene.png").name == "scene.png"
    assert names(tmp_path) == ["scene.png"]


# --- one frame -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("frame", "shown"), [(0, 0), (3, 3), (5, 5), (-1, 5), (-6, 0), (None, 5)])
def test_writes_the_painted_frame_as_png(tmp_path, frame, shown):
    path = render(Overlapping(), tmp_path / "scene.png", frame=frame)
    with Image.open(path) as image:
        assert (image.mode, image.size) == ("RGB", Overlapping.size)
        np.testing.assert_array_equal(np.array(image), redrawn(Overlapping, shown)[..., :3])


# --- progress ------------------------------------------------------------------------------------------------------


def test_writes_the_same_bytes_in_all_formats_together_as_alone(tmp_path):
    """Even with a frame that is painted alone, or before the others, as for the palette of a GIF."""
    suffixes = ["html", "gif", "apng", "png"]
    for order in (suffixes, suffixes[::-1]):
        together = [tmp_path / f"film.{suffix}" for suffix in order]
        write(Clip(Overlapping(), fps=4, hold_first=1), together, progress=False)
        for path in together:
            (tmp_path / "alone").mkdir(exist_ok=True)
            alone = render(Overlapping(), tmp_path / "alone" / path.name, fps=4, hold_first=1, progress=False)
            assert path.read_bytes() == alone.read_bytes(), path.name
            path.unlink()


def test_leaves_none_of_the_formats_after_an_error(tmp_path):
    class Broken(Overlapping):
        def update(self, frame):
            if frame == 1:
                raise RuntimeError("cannot be drawn")
            return super().update(frame)

    with pytest.raises(RuntimeError, match="cannot be drawn"):
        write(Clip(Broken()), [tmp_path / "film.html", tmp_path / "film.apng"], progress=False)
    assert list(tmp_path.iterdir()) == []


def test_shows_progress_on_stderr_only_and_names_the_file(tmp_path, capsys):
    render(Overlapping(), tmp_path / "scene.gif")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "scene.gif" in printed.err
    assert "6" in printed.err


@pytest.mark.parametrize("suffix", ["apng", "gif", "html", "mp4", "png"])
def test_prints_nothing_without_progress(tmp_path, capsys, suffix):
    render(Overlapping(), tmp_path / f"scene.{suffix}", progress=False)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("option", ["fpz", "caller", "scene_"])
def test_refuses_an_unknown_option_and_lists_the_known_ones(tmp_path, option):
    with pytest.raises(TypeError, match=f"render: unknown option '{option}'; the options are fps, .* frame"):
        render(Overlapping(), tmp_path / "film.gif", **{option: 3})
