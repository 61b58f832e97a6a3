"""Films are drawn at a scale, in any folder, and end soon on Ctrl-C; their errors are those of a run, see test_run."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import imageio.v3 as imageio
import pytest
from PIL import Image

from animations import Clip
from chapters.tools.films import draw
from tests.chapters.slow_scenes import Slow

ROOT = Path(__file__).parents[2]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_draws_pictures_and_videos_at_twice_the_resolution_and_leaves_pages_as_they_are(tmp_path):
    for scale in (1, 2):
        (tmp_path / str(scale)).mkdir()
        draw({"one": Clip(Slow())}, tmp_path / str(scale), ("html", "gif", "apng", "png", "mp4"), 1, scale)
    once, twice = tmp_path / "1", tmp_path / "2"
    for name in ("one.gif", "one.png", "one.apng"):
        with Image.open(once / name) as small, Image.open(twice / name) as large:
            assert large.size == tuple(2 * side for side in small.size)
            assert getattr(large, "n_frames", 1) == getattr(small, "n_frames", 1)
    widths = [next(iter(imageio.imiter(folder / "one.mp4", plugin="FFMPEG"))).shape[1] for folder in (once, twice)]
    assert widths[1] == 2 * widths[0]
    assert (twice / "one.html").read_bytes() == (once / "one.html").read_bytes()


PROGRAM = """
from pathlib import Path
from animations import Clip
from chapters.tools.films import draw
from tests.chapters.slow_scenes import Slow
if __name__ == "__main__":
    draw({"one": Clip(Slow())} | {f"film_{i}": Clip(Slow(20)) for i in range(6)}, Path(), ("gif",), 2)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C in another way")
def test_works_in_a_folder_with_other_chapters_ends_soon_on_ctrl_c_and_leaves_no_half_file(tmp_path):
    for name, text in (("chapters/__init__.py", ""), ("scripts/script.py", PROGRAM)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    process = subprocess.Popen([sys.executable, "scripts/script.py"], cwd=tmp_path, start_new_session=True,
                               env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE)  # fmt: skip
    complete = ["chapters", "one.gif", "scripts"]
    while not {*names(tmp_path)} > {*complete} and process.poll() is None:  # a temporary file: a slow film has begun
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, printed = process.communicate(timeout=15)
    assert b"KeyboardInterrupt" in printed
    assert names(tmp_path) == complete
