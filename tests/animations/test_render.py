"""render: what it refuses, where it writes, and that a file is complete or absent."""

import re

import numpy as np
import pytest
from PIL import Image

from animations import Clip, render
from animations.render import FORMATS, write
from tests.animations.small_scenes import Gliding, Overlapping, redrawn


def names(folder):
    return sorted(path.name for path in folder.rglob("*"))


SUFFIXES, TOO_MANY = "path must end in .apng, .gif, .html, .mp4, .png, got ", "fps × motion must lie in 0.01 … "
REFUSED = [
    ("scene.bmp", {}, f"{SUFFIXES}'scene.bmp'"),
    ("scene", {}, f"{SUFFIXES}'scene'"),
    ("scene.gif", {"fps": float("nan")}, "fps must lie in 0.01 … 60"),
    ("scene.gif", {"fps": 100}, "fps must lie in 0.01 … 60, or … 50 for .gif and .apng, because viewers"),
    ("scene.gif", {"fps": 51}, "fps must lie in 0.01 … 50 for .gif"),
    ("scene.apng", {"fps": 10, "motion": 6}, f"{TOO_MANY}50 for .apng, because viewers do not show more, got 10 × 6"),
    ("scene.html", {"fps": 31, "motion": 2}, f"{TOO_MANY}60 for .html"),
    ("scene.mp4", {"fps": 21, "motion": 3}, f"{TOO_MANY}60 for .mp4"),
    ("scene.gif", {"motion": 0}, "motion must lie in 1 … 60, got 0"),
    ("scene.gif", {"hold_last": -1}, "hold_last must be 0 to 600 seconds, got -1"),
    ("scene.gif", {"hold_last": float("inf")}, "hold_last must be 0 to 600 seconds, got inf"),
    ("scene.gif", {"holds": {6: 1}}, "each frame of holds must lie in -6 … 5, got 6"),
    ("scene.gif", {"holds": {0: -1}}, "holds[0] must be 0 to 600 seconds, got -1"),
    ("scene.gif", {"loop": -1}, "loop must lie in 0 … 65535, got -1"),
    ("scene.png", {"loop": 2}, "leave out loop for .png, which cannot store it, got 2"),
    ("scene.mp4", {"loop": 2}, "leave out loop for .mp4, which cannot store it, got 2"),
    ("scene.gif", {"scale": 0}, "scale must lie in 0.1 … 10, got 0"),
    ("scene.gif", {"font": "DejaVu Sanz"}, "font must be the name of a font family on this computer, got 'DejaVu"),
    ("scene.gif", {"colors": 31}, "colors must lie in 32 … 255, got 31"),
    ("scene.gif", {"colors": 256}, "colors must lie in 32 … 255, got 256"),
    ("scene.png", {"frame": 6}, "frame must lie in -6 … 5, got 6"),
    ("scene.png", {"frame": -7}, "frame must lie in -6 … 5, got -7"),
    ("new/scene.gif", {"frame": 2}, "leave out frame for .gif, which shows all frames"),
    ("new/scene.HTML", {"frame": 2}, "leave out frame for .html, which shows all frames"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "settings", "message"), REFUSED, ids=lambda given: str(given)[:40])
def test_refuses_and_leaves_nothing(tmp_path, name, settings, message):
    with pytest.raises(ValueError, match=f"^render: {re.escape(message)}"):
        render(Gliding(), tmp_path / name, progress=False, **settings)
    assert names(tmp_path) == []


@pytest.mark.parametrize(("look", "given", "message"), [
    ({"frames": 0}, {}, "Odd.frames must be at least 1, got 0"),
    *(({"cuts": cuts}, {}, "Odd.cuts must grow, between 0 and the width, 160; got")
      for cuts in ((0,), (50, 40), (160,))),
    ({}, {"motion": 2}, "leave out motion for Odd, which draws whole frames only, got 2; .* glides = True"),
    *(({}, {option: 3}, f"render: unknown option '{option}'; the options are fps, .* frame")
      for option in ("fpz", "caller", "scene_")),
])  # fmt: skip
def test_refuses_a_scene_that_cannot_be_drawn_so_and_an_unknown_option(tmp_path, look, given, message):
    with pytest.raises((ValueError, TypeError), match=message):
        render(type("Odd", (Overlapping,), look)(), tmp_path / "scene.html", **given)
    assert names(tmp_path) == []


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
def test_leaves_the_old_file_or_none_until_the_new_one_is_complete(tmp_path, capfd, suffix, old):
    path = tmp_path / f"scene{suffix}"
    if old:
        path.write_bytes(old)
    for fault in (FileNotFoundError("the recording is gone"), KeyboardInterrupt(), None):
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
    assert capfd.readouterr() == ("", "")  # nor does ffmpeg complain


def test_writes_the_same_bytes_in_all_formats_together_or_alone_and_none_after_an_error(tmp_path):
    """Even with a frame that is painted alone, or before the others, as for the palette of a GIF."""
    scene, suffixes = Overlapping(), ["html", "gif", "apng", "png"]
    paths = [tmp_path / f"film.{suffix}" for suffix in suffixes]
    with pytest.raises(RuntimeError, match="cannot be drawn"):
        write(Clip(Watched(paths[0], RuntimeError("cannot be drawn"))), paths[::2], progress=False)
    assert names(tmp_path) == []
    alone = [render(scene, path, fps=4, hold_first=1, progress=False).read_bytes() for path in paths]
    for order in (paths, paths[::-1]):
        write(Clip(Overlapping(), fps=4, hold_first=1), order, progress=False)
        assert [path.read_bytes() for path in paths] == alone


@pytest.mark.parametrize("name", ["Ŷ und °C.gif", "with spaces.png", "学习.gif", "two.dots.png", "UPPER.GIF"])
def test_accepts_any_name_makes_missing_folders_and_shows_progress_on_stderr_only(tmp_path, monkeypatch, capsys, name):
    path = tmp_path / "some" / "folder" / name
    assert render(Overlapping(), path) == path
    printed = capsys.readouterr()
    assert (printed.out, name in printed.err, "6" in printed.err) == ("", True, name.lower().endswith("gif"))
    with Image.open(path) as image:
        assert image.format == name[-3:].upper()
    monkeypatch.chdir(tmp_path)
    assert render(Overlapping(), name).name == name
    assert (tmp_path / name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(("frame", "shown"), [(0, 0), (3, 3), (-1, 5), (-6, 0), (None, 5)])
def test_writes_the_painted_frame_as_png(tmp_path, frame, shown):
    with Image.open(render(Overlapping(), tmp_path / "scene.png", frame=frame)) as image:
        assert (image.mode, image.size) == ("RGB", Overlapping.size)
        np.testing.assert_array_equal(np.array(image), redrawn(Overlapping, shown)[..., :3])
