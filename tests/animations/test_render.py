"""render: its errors, where it writes, and that a file is complete or absent."""

import re

import numpy as np
import pytest
from PIL import Image
from small_scenes import Overlapping, Small, redrawn

from animations import Clip, render
from animations.render import FORMATS, write


def names(folder):
    return sorted(path.name for path in folder.rglob("*"))


# --- what it refuses -----------------------------------------------------------------------------------------------


class Nothing(Small):
    frames = 0


SUFFIXES = "path must end in .apng, .gif, .html, .mp4, .png, got "
REFUSED = {
    "unknown suffix": ("scene.bmp", {}, f"{SUFFIXES}'scene.bmp'"),
    "no suffix": ("scene", {}, f"{SUFFIXES}'scene'"),
    "fps 100": ("scene.gif", {"fps": 100}, "fps must lie in 0.01 … 60, or … 50 for .gif and .apng, because viewers"),
    "fps that is no number": ("scene.gif", {"fps": float("nan")}, "fps must lie in 0.01 … 60"),
    "negative hold": ("scene.gif", {"hold_last": -1}, "hold_last must be 0 to 600 seconds, got -1"),
    "endless hold": ("scene.gif", {"hold_last": float("inf")}, "hold_last must be 0 to 600 seconds, got inf"),
    "too few colours": ("scene.gif", {"colors": 31}, "colors must lie in 32 … 255, got 31"),
    "too many colours": ("scene.gif", {"colors": 256}, "colors must lie in 32 … 255, got 256"),
    "frame after the last": ("scene.png", {"frame": 6}, "frame must lie in -6 … 5, got 6"),
    "frame before the first": ("scene.png", {"frame": -7}, "frame must lie in -6 … 5, got -7"),
    "one frame of a film": ("new/scene.gif", {"frame": 2}, "leave out frame for .gif, which shows all frames"),
    "one frame of a page": ("new/scene.HTML", {"frame": 2}, "leave out frame for .html, which shows all frames"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "settings", "message"), REFUSED.values(), ids=REFUSED)
def test_refuses_and_leaves_nothing(tmp_path, name, settings, message):
    with pytest.raises(ValueError, match=f"^render: {re.escape(message)}"):
        render(Overlapping(), tmp_path / name, progress=False, **settings)
    with pytest.raises(ValueError, match=r"Nothing.frames must be at least 1, got 0"):
        render(Nothing(), tmp_path / name)
    assert names(tmp_path) == []


@pytest.mark.parametrize("option", ["fpz", "caller", "scene_"])
def test_refuses_an_unknown_option_and_lists_the_known_ones(tmp_path, option):
    with pytest.raises(TypeError, match=f"render: unknown option '{option}'; the options are fps, .* frame"):
        render(Overlapping(), tmp_path / "film.gif", **{option: 3})


@pytest.mark.parametrize("cuts", [(0,), (50, 40), (160,)])
def test_refuses_cuts_that_leave_a_panel_without_width(tmp_path, cuts):
    class CutBadly(Small):
        pass

    CutBadly.cuts = cuts
    with pytest.raises(ValueError, match=r"CutBadly.cuts must grow, between 0 and the width, 160; got"):
        render(CutBadly(), tmp_path / "scene.html")
    assert names(tmp_path) == []


# --- whole or not at all -------------------------------------------------------------------------------------------


class Watched(Overlapping):
    """A scene that fails in one frame, and looks at a file while it is drawn."""

    def __init__(self, path, fault=None):
        self.path, self.fault, self.seen = path, fault, set()

    def update(self, frame):
        self.seen.add(self.path.read_bytes() if self.path.exists() else None)
        if frame == 4 and self.fault:
            raise self.fault
        return super().update(frame)


@pytest.mark.parametrize("old", [None, b"old" * 10**5], ids=["none", "old"])
@pytest.mark.parametrize("suffix", FORMATS)
def test_leaves_the_old_file_or_none_until_the_new_one_is_complete(tmp_path, capsys, suffix, old):
    path = tmp_path / f"scene{suffix}"
    if old:
        path.write_bytes(old)
    for fault in (RuntimeError("no frame 4"), KeyboardInterrupt(), None):
        scene = Watched(path, fault)
        if fault:
            with pytest.raises(type(fault)):
                render(scene, path, progress=False, frame=4 if suffix == ".png" else None)
            assert (path.read_bytes() if path.exists() else None) == old
        else:
            render(scene, path, progress=False)
            assert b"oldold" not in path.read_bytes()
            assert names(tmp_path) == [path.name]
        assert scene.seen == {old}
        assert len(names(tmp_path)) == path.exists()
    assert capsys.readouterr() == ("", "")


def test_leaves_none_of_the_formats_after_an_error(tmp_path):
    paths = [tmp_path / "film.html", tmp_path / "film.apng"]
    with pytest.raises(RuntimeError, match="cannot be drawn"):
        write(Clip(Watched(paths[0], RuntimeError("cannot be drawn"))), paths, progress=False)
    assert list(tmp_path.iterdir()) == []


def test_writes_the_same_bytes_again_in_all_formats_together_or_alone(tmp_path):
    """Even with a frame that is painted alone, or before the others, as for the palette of a GIF."""
    scene, suffixes = Overlapping(), ["html", "gif", "apng", "png"]
    alone = {suffix: render(scene, tmp_path / f"film.{suffix}", fps=4, hold_first=1, progress=False).read_bytes()
             for suffix in suffixes}  # fmt: skip
    for order in (suffixes, suffixes[::-1]):
        together = [tmp_path / f"film.{suffix}" for suffix in order]
        write(Clip(Overlapping(), fps=4, hold_first=1), together, progress=False)
        assert {path.suffix[1:]: path.read_bytes() for path in together} == alone


# --- where, what, and what it says -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Ŷ und °C.gif", "with spaces.png", "学习.gif", "two.dots.png", "UPPER.GIF"])
def test_accepts_any_name_and_makes_missing_folders(tmp_path, monkeypatch, name):
    path = tmp_path / "some" / "folder" / name
    assert render(Overlapping(), path) == path
    with Image.open(path) as image:
        assert image.format == name[-3:].upper()
    monkeypatch.chdir(tmp_path)
    assert render(Overlapping(), name).name == name
    assert (tmp_path / name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(("frame", "shown"), [(0, 0), (3, 3), (5, 5), (-1, 5), (-6, 0), (None, 5)])
def test_writes_the_painted_frame_as_png(tmp_path, frame, shown):
    path = render(Overlapping(), tmp_path / "scene.png", frame=frame)
    with Image.open(path) as image:
        assert (image.mode, image.size) == ("RGB", Overlapping.size)
        np.testing.assert_array_equal(np.array(image), redrawn(Overlapping, shown)[..., :3])


def test_shows_progress_on_stderr_only_and_names_the_file(tmp_path, capsys):
    render(Overlapping(), tmp_path / "scene.gif")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "scene.gif" in printed.err
    assert "6" in printed.err
