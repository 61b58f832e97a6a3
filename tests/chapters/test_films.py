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


def test_works_in_a_folder_with_other_chapters(tmp_path):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "__init__.py").touch()
    script = tmp_path / "scripts" / "script.py"
    script.parent.mkdir()
    script.write_text(
        "from pathlib import Path\n"
        "from animations import Clip\n"
        "from chapters.tools.films import draw\n"
        "from tests.chapters.slow_scenes import Slow\n"
        "if __name__ == '__main__':\n"
        "    draw({'one': Clip(Slow()), 'two': Clip(Slow())}, Path(), ('gif',), 2)\n"
    )
    subprocess.run([sys.executable, script], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)
    assert names(tmp_path) == ["chapters", "one.gif", "scripts", "two.gif"]


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C in another way")
def test_ends_soon_on_ctrl_c_and_leaves_no_half_file(tmp_path):
    program = (
        "from pathlib import Path\n"
        "from animations import Clip\n"
        "from chapters.tools.films import draw\n"
        "from tests.chapters.slow_scenes import Slow\n"
        "if __name__ == '__main__':\n"
        f"    draw({{f'film_{{i}}': Clip(Slow(20)) for i in range(6)}}, Path({str(tmp_path)!r}), ('gif',), 2)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE
    )
    while not names(tmp_path) and process.poll() is None:  # a temporary file: the drawing has begun
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, printed = process.communicate(timeout=15)
    assert b"KeyboardInterrupt" in printed
    assert names(tmp_path) == []
