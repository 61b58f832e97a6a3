"""The same scene makes the same picture under any matplotlib setting; letters, fonts, and figures without paper."""

import hashlib
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from animations import BarRace, Bars, GrowingLines, PastedText, Pie, SideBySide, Stacked, render
from animations.engine.painter import Painter, redraw
from animations.kit.page import SPACE, Page, PageScene
from tests.animations.small_scenes import FigureText, Overlapping, Picture, Small
from tinylearn.datasets.table import Table

ROOT = Path(__file__).parents[2]
OF_A_USER = {
    "text.usetex": True, "font.family": "serif", "font.size": 20, "font.sans-serif": ["DejaVu Serif"],
    "text.hinting": "none", "text.antialiased": False, "lines.antialiased": False, "figure.dpi": 50,
    "path.sketch": (3, 50, 3), "savefig.transparent": True, "image.origin": "lower",
}  # fmt: skip


def digests(folder, *suffixes):
    """Return the digests of the files that `render` writes in these formats."""
    scene = Stacked(SideBySide(Overlapping(), FigureText()), Picture())
    paths = [render(scene, folder / f"film.{suffix}", progress=False) for suffix in suffixes]
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def test_writes_the_same_bytes_whatever_a_user_or_a_file_in_the_folder_has_set(tmp_path):
    expected = digests(tmp_path, "gif", "apng", "html", "png")
    with matplotlib.rc_context():
        plt.style.use("dark_background")
        matplotlib.rcParams.update(OF_A_USER)
        before = dict.copy(matplotlib.rcParams)
        assert digests(tmp_path, "gif", "apng", "html", "png") == expected
        assert dict.copy(matplotlib.rcParams) == before
    (tmp_path / "matplotlibrc").write_text(
        "axes.facecolor: black\nfigure.facecolor: 333333\nimage.origin: lower\nfont.size: 17\nbackend: svg\n"
        "text.usetex: True\nfont.sans-serif: DejaVu Serif\naxes.grid: True\n"
    )
    program = (
        "from pathlib import Path; import matplotlib; from test_settings import digests\n"
        "assert matplotlib.rcParams['axes.grid']\nprint(*digests(Path(), 'html', 'png'))"
    )
    path = os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "animations")))
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=os.environ | {"PYTHONPATH": path}, capture_output=True
    )
    assert run.stdout.decode().split() == expected[2:], run.stderr.decode()


def styled(style):
    return type("Styled", (Overlapping,), {"style": style})


def test_lets_a_scene_or_a_group_ask_for_settings_or_a_style():
    gridded, dark = styled({"axes.grid": True, "axes.facecolor": "#ffeedd"}), styled("dark_background")
    assert (redraw(gridded(), 0)[20, 100, :3] != 255).any()
    assert (redraw(dark(), 0)[2, 2] == (0, 0, 0, 255)).all()
    for kind in (gridded, dark):
        painter = Painter(kind())
        for frame in (3, 0, 5):
            np.testing.assert_array_equal(painter.paint(frame), redraw(kind(), frame))
    np.testing.assert_array_equal(redraw(SideBySide(dark(), dark()), 2), np.hstack([redraw(dark(), 2)] * 2))


@pytest.mark.parametrize("style", ["no such style", {"axes.gird": True}, {"axes.grid": "perhaps"}, 3])
def test_refuses_a_style_that_matplotlib_does_not_know(style):
    with pytest.raises(ValueError, match=r"Styled.style must be a name of matplotlib.style.available, or settings"):
        Painter(styled(style)())


class Said(Small):
    """A text that changes, another that does not, and a label of an axis."""

    frames = 2

    def __init__(self, *words):
        self.words = words

    def draw(self, figure):
        self.axes(figure).set_xticks([5], [self.words[2]])
        figure.text(0.3, 0.7, self.words[1])
        self.text = figure.add_artist(PastedText(0.3, 0.5, "", family="sans"))

    def update(self, frame):
        self.text.set_text(self.words[0] if frame else "")
        return [self.text]


LACKING = "⏢"  # a trapezium: STIX has it, DejaVu Sans does not


@pytest.mark.parametrize(("place", "missing"), [(0, "学"), (1, "学"), (2, "学"), (0, "ש学")])
def test_refuses_a_letter_that_no_font_has_and_takes_one_that_dejavu_lacks_from_another(tmp_path, place, missing):
    def said(word):
        words = ["a", "b", "c"]
        words[place] += word
        return Said(*words)

    text = r"the letter '学' \(CJK UNIFIED IDEOGRAPH-5B66\), which its font lacks; choose a font that has it: font="
    for word, said_so in ((missing, text), (missing, text), (LACKING, "its font lacks")):  # nor is a box remembered
        with pytest.raises(ValueError, match=said_so):
            render(said(word), tmp_path / "film.gif", progress=False)
    assert list(tmp_path.iterdir()) == []
    plain = redraw(said(""), 1)
    np.testing.assert_array_equal(redraw(said(""), 1, font="STIXGeneral"), plain)
    assert (redraw(said(LACKING), 1, font="STIXGeneral") != plain).any()
    render(said(LACKING), tmp_path / "film.png", font="STIXGeneral", progress=False)


def test_measures_texts_in_the_font_of_the_scene():
    class InARow(PageScene):
        size = (200, 60)

        def draw(self, figure):
            self.page = Page(figure, self.size)
            self.page.row((5, 30), self.page.text(3 * LACKING), self.page.text("behind"))

    painter = Painter(InARow(), font="STIXGeneral")
    assert painter.paint(0).any()
    first, second = (text.get_window_extent() for text in painter.scene.page.axes.texts)
    assert first.width > 20
    assert second.x0 - first.x1 == pytest.approx(SPACE, abs=1)


@pytest.mark.parametrize("kind", [BarRace, Bars, GrowingLines, Pie])
def test_draws_tiny_numbers_whatever_a_user_raises(kind):
    for tiny in (1e-300, 1e-310):
        with np.errstate(all="raise"):
            assert Painter(kind(Table([1, 2], ["a", "b"], [[tiny, 1], [1, 2]]))).paint(0).any()


def test_renders_in_threads_as_in_one_and_leaves_settings_and_warnings_as_they_were(tmp_path):
    def film(number):
        scene = styled(("default", "dark_background")[number % 2])()
        return render(scene, tmp_path / f"{number}.apng", progress=False).read_bytes()

    alone, before, filters = [film(0), film(1)], dict(matplotlib.rcParams), list(warnings.filters)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(film, range(6))) == alone * 3
    assert (dict(matplotlib.rcParams), warnings.filters) == (before, filters)


class Clear(Overlapping):
    """The axes have no background, nor has the figure."""

    paper = "none"

    def draw(self, figure):
        super().draw(figure)
        figure.set_facecolor(self.paper)
        self.top.axes.patch.set_alpha(0)


def test_lays_transparent_things_on_paper(tmp_path):
    tinted = type("Tinted", (Clear,), {"paper": "#ff000080"})
    assert redraw(tinted(), 0)[2, 2].tolist() == [255, 127, 127, 255]
    np.testing.assert_array_equal(redraw(Clear(), 3), redraw(Overlapping(), 3))
    for suffix in ("gif", "apng", "png"):  # in a page there is only the reader's paper
        clear, opaque = (
            render(kind(), tmp_path / f"film.{suffix}", progress=False).read_bytes().replace(b"Clear", b"Overlapping")
            for kind in (Clear, Overlapping)
        )
        assert clear == opaque
