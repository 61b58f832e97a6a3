"""Chapter 1: its numbers, its films, its shortest scene in somebody else's file, and other people's tables."""

import inspect
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from animations import GrowingLines, Pie, SideBySide, style
from animations.engine.painter import Painter
from chapters import __main__
from chapters import ch01_create_animations as chapter
from chapters.tools.chapter import CHAPTERS
from tests.chapters.chapter_helpers import check_films, undrawn
from tinylearn.datasets import gdp

NAMES = ("ch01_gdp_lines", "ch01_shortest_scene", "ch01_bar_race", "ch01_bars_and_lines", "ch01_pie_and_lines")


def test_checks_every_film(drawn):
    check_films(drawn)


def test_gives_the_numbers_of_the_book_and_says_who_passes_whom_for_good(drawn):
    headline = drawn.headline
    last = {"USA": 20.953, "China": 14.7227, "Japan": 5.0578, "Germany": 3.8464, "UK": 2.7598}
    assert headline["years"] == 51
    assert {name: headline[f"{name} 2020"] for name in last} == last
    assert headline["all together 2020"] == pytest.approx(sum(last.values()))
    passes = {key: year for key, year in headline.items() if " passes " in key}
    assert passes == {"Japan passes Germany": "1972", "China passes UK": "2006", "China passes Germany": "2007",
                      "China passes Japan": "2010"}  # fmt: skip
    ahead = gdp().values[:, 4] > gdp().values[:, 1]
    assert np.flatnonzero(ahead).tolist() == list(range(40, 51))  # China before Japan, from 2010 on
    assert all(headline[f"pictures of {name}"] == len(film.delays()) for name, film in drawn.films.items())


@pytest.fixture
def unpainted(monkeypatch):
    """The cells about painting, which know only the chapter's own table, paint nothing."""

    class Unpainted(Painter):
        def paint(self, frame):
            self.show(frame)

    monkeypatch.setattr(chapter, "Painter", Unpainted)
    monkeypatch.setattr(chapter, "redraw", lambda *_: None)


def test_draws_all_years_in_films_that_are_not_quick(tmp_path, unpainted):
    films, _ = undrawn(chapter, tmp_path)
    assert tuple(films) == NAMES
    for name, film in films.items():
        for scene in film.scene.scenes if isinstance(film.scene, SideBySide) else [film.scene]:
            assert [int(time) for time in scene.times] == list(range(1970, 2021)), name
        assert 10 <= sum(film.delays()) / 100 <= 30
    assert isinstance(films["ch01_pie_and_lines"].scene.scenes[0], Pie)
    assert isinstance(films["ch01_gdp_lines"].scene, GrowingLines)
    assert [len(films[f"ch01_{name}"].delays()) for name in ("bar_race", "gdp_lines")] == [201, 101]


# --- the shortest scene ----------------------------------------------------------------------------------------------


def test_draws_lines_of_different_looks_with_room_for_later_values_and_a_legend_below_them():
    scene = chapter.shortest_scene(gdp())
    Painter(scene).paint(20)
    assert [line.get_color() for line in scene.lines] == list(style.SERIES)
    for line, series in zip(scene.lines, gdp().values.T, strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.column_stack([range(1970, 1991), series[:21]]))
    axes = scene.lines[0].axes
    assert axes.get_legend().get_zorder() < scene.lines[0].get_zorder()  # or Painter would be wrong
    assert axes.get_ylim()[0] < 0.0926
    assert axes.get_ylim()[1] > 21.4332
    names = [*"ABCDEFGH", "_total", "US$ (2015 US$)"]
    scene = chapter.ShortestScene(np.array([1, 2]), names, np.arange(20.0).reshape(2, 10), "from US$ to NZ$")
    pixels = Painter(scene).paint(0)[::-1]
    for line, value in zip(scene.lines[:3], range(3), strict=True):  # a line of one point has no length, but a mark
        x, y = line.axes.transData.transform((1, value)).astype(int)
        assert to_hex(pixels[y, x] / 255) == line.get_color()
    assert len({(line.get_color(), line.get_linestyle()) for line in scene.lines}) == 10
    labels = scene.lines[0].axes.get_legend().get_texts()
    assert [text.get_text() for text in labels] == names
    assert not any(text.get_parse_math() for text in [*labels, scene.lines[0].axes.title])


def test_runs_the_shortest_scene_of_25_lines_in_another_file_with_other_data(tmp_path):
    """Put its source into the place that the prose leaves for it, and a film is there."""
    source, prose = inspect.getsource(chapter.ShortestScene), (cell.text for cell in CHAPTERS[1].script if cell.prose)
    assert len(source.splitlines()) <= 25
    (program,) = re.findall(r"(?s)```python\n(.*?)```", "\n".join(prose))
    (tmp_path / "mine.py").write_text(program.replace("# here comes the class", source), encoding="utf-8")
    subprocess.run([sys.executable, "mine.py"], cwd=tmp_path, check=True)
    with Image.open(tmp_path / "film.gif") as film:
        assert (film.n_frames, film.size) == (4, (800, 500))


# --- tables of other people ------------------------------------------------------------------------------------------


def run_all(folder, text, *arguments):
    """Run `python -m chapters` on a table in `folder`, which then has its gallery."""
    (folder / "mine.csv").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["chapters", *arguments, "--csv", str(folder / "mine.csv"), "--out", str(folder)])
        __main__.main()


def test_animates_a_table_of_your_own_with_days_gaps_and_many_columns(tmp_path, unpainted):
    names, zeros, gaps = (",".join(each) for each in ([f"Region {k}" for k in range(12)], 12 * "0", 12 * [""]))
    run_all(tmp_path, f"""# unit: thousands
day,A,B,{names}\n20200302,1,2,{zeros}\n20200303,5,,{gaps}\n20200304,5,1,{gaps}\n20200305,6,,{gaps}\n""",
            "1", "--quick", "--processes", "1", "--format", "png")  # fmt: skip
    folder = tmp_path / "ch01_mine"
    saved = json.loads((folder / "ch01.json").read_text(encoding="utf-8"))["numbers"]
    assert (saved["days"], saved["A 2020-03-05"], saved["all together 2020-03-05"]) == (4, 6, 6)
    assert saved["A passes B"] == "2020-03-04"
    assert "B 2020-03-05" not in saved
    assert {path.stem for path in folder.glob("ch01_*.png")} == {*NAMES}
    assert {path.name for path in tmp_path.iterdir()} == {"ch01_mine", "mine.csv"}  # the chapter's own films stay


def test_refuses_a_table_on_the_command_line(tmp_path, capsys):
    for chapters, text, message in (
        ("1 3", "year,A\n1,5\n2,7\n", "--csv works with chapter 1 alone; run python -m chapters 1 --csv"),
        ("1", "t,東京\n1,9\n2,2\n", "mine.csv: render: a text has the letter '東'"),
        ("1", "t,A\n1,9\n2,many\n", "mine.csv, line 3, column 'A': expected a number such as 1234.5, got 'many'"),
    ):
        with pytest.raises(SystemExit, match="2"):
            run_all(tmp_path, text, *chapters.split())
        assert message in capsys.readouterr().err
        assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


def test_says_of_another_table_that_the_text_is_not_about_it_and_why_it_has_no_pie(drawn, tmp_path, unpainted, capsys):
    (tmp_path / "mine.csv").write_text("month,Oslo,Rome\n1,-4,8\n2,-3,9\n3,0,12\n")
    films, record = undrawn(chapter, tmp_path, csv=tmp_path / "mine.csv", quick=True)
    assert tuple(films) == NAMES[:-1]
    assert "Pie: a share cannot be negative, but Oslo is -4 at month 1" in capsys.readouterr().out
    sentence = "The films on this page show mine.csv; the text speaks of the table that comes with tinylearn."
    assert [sentence in str(cells) for cells in (record["cells"], drawn.cells)] == [True, False]
