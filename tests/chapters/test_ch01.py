"""Chapter 1: its numbers, its films, its shortest scene in somebody else's file, and other people's tables."""

import inspect
import json
import re
import runpy
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from animations import GrowingLines, Pie, SideBySide, style
from animations.engine.painter import Painter, redraw
from chapters import __main__
from chapters import ch01_create_animations as chapter
from chapters.tools.chapter import CHAPTERS
from tests.chapters.chapter_helpers import check_films, undrawn
from tests.tinylearn.peoples_tables import TABLES
from tinylearn.datasets import gdp

FILMS = {"ch01_shortest_scene", "ch01_gdp_lines", "ch01_bar_race", "ch01_bars_and_lines", "ch01_pie_and_lines"}
FORMATS = ("gif",)


def test_checks_every_frame_of_every_film(drawn):
    check_films(drawn)


def test_gives_the_numbers_of_the_book(drawn):
    headline = drawn.headline
    assert headline["years"] == 51
    last = {"USA": 20.953, "China": 14.7227, "Japan": 5.0578, "Germany": 3.8464, "UK": 2.7598}
    assert {name: headline[f"{name} 2020"] for name in last} == last
    assert headline["all together 2020"] == pytest.approx(sum(last.values()))


def test_says_who_passes_whom(drawn):
    """For good: it is ahead from that year on, and not in the year before."""
    headline = drawn.headline
    passes = {key: year for key, year in headline.items() if " passes " in key}
    assert passes == {"Japan passes Germany": "1972", "China passes UK": "2006", "China passes Germany": "2007",
                      "China passes Japan": "2010"}  # fmt: skip
    table = gdp()
    japan, china = table.values[:, 1], table.values[:, 4]
    assert (china > japan)[table.times >= 2010].all()
    assert (china < japan)[table.times < 2010].all()


def test_counts_the_pictures_of_the_films(drawn):
    for name in FILMS:
        with Image.open(drawn.folder / f"{name}.gif") as film:
            assert film.n_frames == drawn.headline[f"pictures of {name}"]


def test_draws_all_years_in_films_that_are_not_quick(tmp_path, unpainted):
    films, _ = undrawn(chapter, tmp_path)
    assert films.keys() == FILMS
    for name, film in films.items():
        scenes = film.scene.scenes if isinstance(film.scene, SideBySide) else [film.scene]
        for scene in scenes:
            assert [int(time) for time in scene.times] == list(range(1970, 2021)), name
            assert scene.frames == 51
        assert 10 <= sum(film.delays()) / 100 <= 30
    assert isinstance(films["ch01_pie_and_lines"].scene.scenes[0], Pie)
    assert isinstance(films["ch01_gdp_lines"].scene, GrowingLines)
    assert len(films["ch01_bar_race"].delays()) == 201
    assert len(films["ch01_gdp_lines"].delays()) == 101


def test_colours_a_country_in_the_shortest_scene_too():
    scene = chapter.shortest_scene(gdp())
    Painter(scene).paint(20)
    assert [line.get_color() for line in scene.lines] == list(style.SERIES)
    legend = scene.lines[0].axes.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == list(gdp().names)
    for line, series in zip(scene.lines, gdp().values.T, strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.column_stack([range(1970, 1991), series[:21]]))
    assert legend.get_zorder() < scene.lines[0].get_zorder()  # or Painter would be wrong
    bottom, top = scene.lines[0].axes.get_ylim()
    assert bottom < 0.0926
    assert top > 21.4332  # the axes leave room for larger values later


def test_shows_points_in_the_first_picture_of_the_shortest_scene():
    """A line of one point has no length."""
    values = np.array([[1.0, 5, 9], [2, 2, 2]])
    scene = chapter.ShortestScene(np.array([1, 2]), ["A", "B", "C"], values, "")
    pixels = Painter(scene).paint(0)[::-1]
    for line, value in zip(scene.lines, values[0], strict=True):
        x, y = line.axes.transData.transform((1, value)).astype(int)
        assert to_hex(pixels[y, x] / 255) == line.get_color()


def test_gives_ten_lines_different_looks_and_reads_no_name_as_a_formula():
    """Even a name that begins with "_", and two dollars."""
    names = [*"ABCDEFGH", "_total", "US$ (2015 US$)"]
    scene = chapter.ShortestScene(np.array([1, 2]), names, np.arange(20.0).reshape(2, 10), "from US$ to NZ$")
    Painter(scene).paint(1)
    assert len({(line.get_color(), line.get_linestyle()) for line in scene.lines}) == 10
    axes = scene.lines[0].axes
    labels = axes.get_legend().get_texts()
    assert [text.get_text() for text in labels] == names
    assert not any(text.get_parse_math() for text in [*labels, axes.title])


# --- the shortest scene, copied --------------------------------------------------------------------------------------


def test_keeps_the_shortest_scene_within_25_lines():
    assert len(inspect.getsource(chapter.ShortestScene).splitlines()) <= 25


def test_runs_the_shortest_scene_in_another_file_with_other_data(tmp_path):
    """Put its source into the place that the prose leaves for it, and a film is there."""
    (program,) = re.findall(
        r"(?s)```python\n(.*?)```", "\n".join(cell.text for cell in CHAPTERS[1].script if cell.prose)
    )
    assert program.count("# here comes the class") == 1
    program = program.replace("# here comes the class", inspect.getsource(chapter.ShortestScene))
    (tmp_path / "mine.py").write_text(program, encoding="utf-8")
    subprocess.run([sys.executable, "mine.py"], cwd=tmp_path, check=True)
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 4
        assert film.size == (800, 500)


# --- tables of other people ------------------------------------------------------------------------------------------

KINDS = {  # of moments, gaps, sizes; what is read of the others is like one of these
    "days", "months, decimal commas", "quarters, no first head", "World Bank", "gaps", "tabs, thousands", "37 columns",
    "hours", "negative",
}  # fmt: skip


@pytest.fixture
def unpainted(monkeypatch):
    """The cells about painting, which know only the chapter's own table, paint nothing."""

    class Unpainted(Painter):
        def paint(self, frame):
            self.show(frame)

    monkeypatch.setattr(chapter, "Painter", Unpainted)
    monkeypatch.setattr(chapter, "redraw", lambda *_: None)


def run_all(folder, text, *arguments):
    """Run `python -m chapters` on a table in `folder`, which then has its gallery."""
    (folder / "mine.csv").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["chapters", *arguments, "--csv", str(folder / "mine.csv"), "--out", str(folder)])
        __main__.main()


def test_animates_a_table_of_your_own(tmp_path):
    table = "# unit: thousands\nmonth,hares,foxes\n1,9,1\n2,7,2\n3.5,3,3\n4,5,2\n"
    run_all(tmp_path, table, "1", "--quick", "--processes", "1", "--format", "png")
    folder = tmp_path / "ch01_mine"
    saved = json.loads((folder / "ch01.json").read_text(encoding="utf-8"))["numbers"]
    assert saved["months"] == 4
    assert (saved["hares 4"], saved["foxes 4"]) == (5, 2)
    assert {path.stem for path in folder.glob("ch01_*.png")} == FILMS
    assert {path.name for path in tmp_path.iterdir()} == {"ch01_mine", "mine.csv"}  # the chapter's own films stay


REFUSED = {  # the chapters, the table, what is said
    "several chapters": (
        "1 3",
        "year,A\n1,5\n2,7\n",
        "--csv works with chapter 1 alone; run python -m chapters 1 --csv",
    ),
    "letters that the font lacks": ("1", "t,東京\n1,9\n2,2\n", "mine.csv: render: a text has the letter '東'"),
    "too large a value": ("1", "t,A\n1,9\n2,2e300\n", "'A': expected a number within ±1e+100, got 2e300"),
}


@pytest.mark.parametrize(("chapters", "text", "message"), REFUSED.values(), ids=REFUSED)
def test_refuses_a_table_on_the_command_line(tmp_path, capsys, chapters, text, message):
    with pytest.raises(SystemExit, match="2"):
        run_all(tmp_path, text, *chapters.split())
    assert message in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


def test_reports_a_wrong_table_on_the_command_line(tmp_path, monkeypatch, capsys):
    """The script itself runs, and knows the option from its own lines."""
    (tmp_path / "hares.csv").write_text("month,hares\n1,9\n2,many\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["ch01_create_animations.py", "--csv", "hares.csv"])
    with pytest.raises(SystemExit, match="2"):
        runpy.run_path(chapter.__file__, run_name="__main__")
    where = f"{tmp_path / 'hares.csv'}, line 3, column 'hares'"
    assert f"argument --csv: {where}: expected a number such as 1234.5, got 'many'" in capsys.readouterr().err
    assert not (tmp_path / "gallery").exists()


def test_writes_dates_as_dates_in_the_headline(tmp_path, unpainted):
    path = tmp_path / "days.csv"
    path.write_text("day,A,B\n20200302,1,2\n20200303,5,\n20200304,5,1\n20200305,6,\n")
    headline = undrawn(chapter, tmp_path, csv=path)[1]["numbers"]
    assert headline["A 2020-03-05"] == headline["all together 2020-03-05"] == 6
    assert headline["A passes B"] == "2020-03-04"
    assert "B 2020-03-05" not in headline


@pytest.mark.parametrize("name", [name for name in TABLES if name in KINDS])
def test_makes_films_of_the_tables_that_people_have(tmp_path, unpainted, name):
    (tmp_path / "mine.csv").write_text(TABLES[name][0], encoding="utf-8")
    films, _ = undrawn(chapter, tmp_path, csv=tmp_path / "mine.csv", quick=True)
    for film in films.values():
        assert (redraw(film.scene, film.scene.frames - 1)[..., :3] < 250).any(), "nothing is drawn"


def test_says_of_another_table_that_the_text_is_not_about_it_and_why_it_has_no_pie(drawn, tmp_path, unpainted, capsys):
    (tmp_path / "mine.csv").write_text("month,Oslo,Rome\n1,-4,8\n2,-3,9\n3,0,12\n")
    films, record = undrawn(chapter, tmp_path, csv=tmp_path / "mine.csv", quick=True)
    assert films.keys() == FILMS - {"ch01_pie_and_lines"}
    assert "Pie: a share cannot be negative, but Oslo is -4 at month 1" in capsys.readouterr().out
    sentence = "The films on this page show mine.csv; the text speaks of the table that comes with tinylearn."
    assert [sentence in str(cells) for cells in (record["cells"], drawn.cells)] == [True, False]
