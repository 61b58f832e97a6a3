"""The charts of chapter 1 draw the numbers of the table, in every frame: read back from texts, bars, lines, wedges."""

import functools

import numpy as np
import pytest
from audit import painted

from animations import BarRace, Bars, GrowingLines, PastedText, Pie
from animations.engine.painter import Painter
from tests.animations.samples.tables import NAMES, figures
from tinylearn.datasets import Table, gdp

MAKE = {"lines": lambda: GrowingLines(gdp()), "race": lambda: BarRace(gdp()), "bars": lambda: Bars(gdp()),
        "pie": lambda: Pie(gdp())}  # fmt: skip


# --- what is drawn without digits: lines, bars, wedges ---------------------------------------------------------------


@functools.cache
def drawn(kind):
    """Return a scene that is painted once, for all tests that only look at it."""
    return painted(MAKE[kind](), 0).scene


def values_of(frame):
    """Return the values of a row, or between two rows, those on the straight line."""
    here, there = (np.array(list(figures()[1970 + row].values())) for row in (int(frame), int(np.ceil(frame))))
    return here + (frame % 1) * (there - here)


def test_draws_the_years_so_far_as_lines_that_end_now():
    scene = drawn("lines")
    for frame in (0, 0.5, 1, 37.25, 50):
        scene.update(frame)
        years = range(1970, 1970 + int(frame) + 1)
        for name, value, line in zip(NAMES, values_of(frame), scene.lines, strict=True):
            times, heights = line.get_data()
            np.testing.assert_allclose(times, [*years, 1970 + frame], rtol=1e-12)
            np.testing.assert_allclose(heights, [*(figures()[year][name] for year in years), value], rtol=1e-12)


def test_draws_bars_as_long_as_their_values():
    race, bars = drawn("race"), drawn("bars")
    for frame in (0, 0.5, 38, 50):
        race.update(frame)
        bars.update(frame)
        pixels = race.axes.get_window_extent().width / race.axes.get_xlim()[1]
        lengths = np.array([runner.bar.get_width() for runner in race.runners])
        np.testing.assert_allclose(lengths / pixels, values_of(frame), rtol=1e-12)
        np.testing.assert_allclose([bar.get_height() for bar in bars.bars], values_of(frame), rtol=1e-12)


def test_gives_wedges_their_shares_clockwise_from_the_top():
    pie = drawn("pie")
    for frame in (0, 0.5, 38, 50):
        pie.update(frame)
        shares = values_of(frame) / sum(values_of(frame))
        starts = [90 - wedge.theta2 for wedge in pie.wedges]
        ends = [90 - wedge.theta1 for wedge in pie.wedges]
        np.testing.assert_allclose(np.subtract(ends, starts), 360 * shares, rtol=1e-9)
        np.testing.assert_allclose(starts, [0, *ends[:-1]], atol=1e-9)
        assert ends[-1] == pytest.approx(360)


# --- other tables ----------------------------------------------------------------------------------------------------


def test_repeats_colours_with_a_pattern_from_the_sixth_series_on():
    table = Table([1, 2], list("ABCDEFG"), np.ones((2, 7)))
    lines, race = GrowingLines(table), BarRace(table)
    for scene in (lines, race):
        Painter(scene)
        scene.update(0)
    assert lines.lines[5].get_color() == lines.lines[0].get_color()
    assert (lines.lines[0].get_linestyle(), lines.lines[5].get_linestyle()) == ("-", "--")
    assert (race.runners[0].bar.get_hatch(), race.runners[5].bar.get_hatch()) == ("", "///")


@pytest.mark.parametrize("scene", [GrowingLines, BarRace, Bars, Pie])
def test_refuses_to_show_more_series_than_look_different(scene):
    with pytest.raises(ValueError, match=f"{scene.__name__}: top must lie in 1 … 15, got 16"):
        scene(gdp(), top=16)


@pytest.mark.parametrize("scene", [GrowingLines, Bars, Pie])
def test_names_the_largest_series_of_the_last_row(scene):
    many = Table([1, 2], list("ABCDEFGHIJKL"), [range(12), [5, 9, 8, 1, 2, np.nan, 7, 6, 3, 4, 11, 12]], unit="mm")
    made = scene(many, top=3)
    assert made.names == ["B", "K", "L"]
    assert "the 3 largest of 12 in 2" in made.unit


def test_draws_the_others_as_faint_lines():
    made = GrowingLines(Table([1, 2, 3], list("ABC"), [[1, 2, 3], [4, 5, np.nan], [9, 7, 8]]), top=1)
    Painter(made)
    made.update(1.5)
    b, c = made.faint.get_segments()
    np.testing.assert_allclose(b, [[1, 2], [2, 5], [2.5, 6]])
    np.testing.assert_allclose(c, [[1, 3]])


def test_refuses_a_pie_without_shares():
    with pytest.raises(ValueError, match="a share cannot be negative, but Oslo is -4 at month 2"):
        Pie(Table([1, 2], ["Rome", "Oslo"], [[8, 0], [9, -4]], clock="month"))
    with pytest.raises(
        ValueError, match="every row needs a value above 0, otherwise it has no shares; got none at year 1"
    ):
        Pie(Table([1, 2], ["A", "B"], [[0, 0], [1, 1]], clock="year"))


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([[0.5, 0], [3, 0.25]], "0.50"),  # no more decimals than the values have
        ([[5, 4], [3, 3]], "5"),
        ([[-7, 0], [12, 1]], "-7"),
        ([[1.0733, 2], [20.953, 4]], "1.07"),  # four digits for the largest
        ([[1.5, 2], [1e6, 4]], "2"),
        ([[123_456, 2], [1, 4]], "123,456"),
        ([[4.4e-7, 0], [0, 1e-7]], "4.4e-07"),
        ([[4.4e12, 0], [0, 1e12]], "4.4e+12"),
        ([[0.001, 0], [0, 0]], "0.001"),
        ([[0, 0], [0, 0]], "0"),
    ],
)
def test_writes_numbers_by_their_size(values, shown):
    scene = BarRace(Table([1, 2], ["A", "B"], values))
    Painter(scene)
    scene.update(0)
    assert scene.runners[0].number.get_text() == shown


@pytest.mark.parametrize("largest", [9.9e-4, 0.001, 9.9e11, 1e12])
def test_writes_an_axis_and_its_numbers_in_one_way(largest):
    scene = GrowingLines(Table([1, 2], ["A", "B"], [[largest, 0], [0, 0]]))
    Painter(scene)
    scene.update(0)
    ticks = [label.get_text() for label in scene.lines[0].axes.get_yticklabels()]
    assert any("e" in tick for tick in ticks) == ("e" in scene.labels[0].number.get_text())


# --- what is missing -------------------------------------------------------------------------------------------------

GAPS = Table([1, 2, 3, 4], ["A", "B", "C"], [[1, np.nan, 5], [2, 4, np.nan], [np.nan, 3, np.nan], [3, 2, np.nan]])


def texts_of(scene, frame):
    """Return the texts on the picture in a frame."""
    scene.update(frame)
    found = scene.page.figure.findobj(PastedText)
    return [text.get_text() for text in found if text.get_visible() and text.get_text()]


@pytest.mark.parametrize("kind", [GrowingLines, BarRace, Bars, Pie])
def test_draws_no_number_for_a_missing_value(kind):
    scene = kind(GAPS, title="t")
    Painter(scene)
    for frame in (0, 0.5, 1, 1.5, 2, 2.5, 3):
        row = GAPS.values[int(frame)]
        shares = [f"{share:.1%}" for share in row / np.nansum(row) if share == share] + [f"{np.nansum(row):.0f}"]
        expected = shares if kind is Pie else [f"{value:.0f}" for value in row if value == value]
        shown = texts_of(scene, frame)
        assert sorted(word for word in shown if word[0].isdigit()) == sorted([*expected, str(int(frame) + 1)]), frame


def test_leaves_a_gap_in_a_line_and_draws_a_dot_for_a_single_value():
    scene = GrowingLines(GAPS)
    Painter(scene)
    scene.update(3)
    a, b, c = (line.get_ydata() for line in scene.lines)
    np.testing.assert_array_equal(a, [1, 2, np.nan, 3, 3])
    np.testing.assert_array_equal(b, [np.nan, 4, 3, 2, 2])
    np.testing.assert_array_equal(c, [5, np.nan, np.nan, np.nan, np.nan])
    assert [line.get_markevery() for line in scene.lines] == [[3, 4], [4], [0, 4]]
    names = {label.name.get_text(): label.name.get_visible() for label in scene.labels}
    assert names == {"A": True, "B": True, "C": True}  # C has ended, but its line keeps its name
    scene.update(0.5)
    assert not scene.labels[1].name.get_visible()  # B has not begun


def test_leaves_out_a_bar_where_a_value_is_missing():
    scene = Bars(GAPS)
    Painter(scene)
    for frame, shown in ((0, "AC"), (0.5, "AC"), (1, "AB"), (2.5, "B"), (3, "AB")):
        scene.update(frame)
        assert "".join(name for name, bar in zip("ABC", scene.bars, strict=True) if bar.get_visible()) == shown


def test_enters_a_series_with_its_first_value_and_removes_it_after_its_last():
    scene = BarRace(GAPS)
    Painter(scene)
    np.testing.assert_array_equal(scene.lanes, [[1, 2, 0], [1, 0, 2], [2, 0, 2], [0, 1, 2]])
    for frame, shown in ((0, "AC"), (0.5, "ABC"), (1, "AB"), (1.5, "AB"), (2, "B"), (3, "AB")):
        scene.update(frame)
        seen = [name for name, runner in zip("ABC", scene.runners, strict=True) if runner.bar.get_visible()]
        assert "".join(seen) == shown, frame
        assert all(np.isfinite(runner.bar.get_width()) for runner in scene.runners if runner.bar.get_visible())


def test_leaves_missing_values_out_of_a_pie():
    scene = Pie(GAPS)
    Painter(scene)
    scene.update(0)
    assert [wedge.theta2 - wedge.theta1 for wedge in scene.wedges] == pytest.approx([60, 0, 300])
    assert [label.name.get_visible() for label in scene.labels] == [True, False, True]


# --- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [GrowingLines, BarRace, Bars, Pie])
def test_writes_dates_on_clock_and_axis(kind):
    table = Table([18320, 18321, 18351, 18352], ["A"], [[1], [2], [3], [4]], clock="day", dates="%Y-%m-%d")
    scene = kind(table)
    Painter(scene)
    assert "2020-02-28" in texts_of(scene, 0)
    assert "2020-03-30" in texts_of(scene, 2.5)
    assert scene.describe(0).startswith(", day 2020-02-28: A ")


def test_draws_ticks_as_dates_and_two_nights_twice_as_long_as_one():
    table = Table([18320, 18322, 18323], ["A"], [[1], [2], [3]], clock="day", dates="%Y-%m-%d")
    scene = GrowingLines(table)
    Painter(scene)
    scene.page.figure.canvas.draw()
    ticks = [tick.get_text() for tick in scene.lines[0].axes.get_xticklabels()]
    assert {"2020-02-29", "2020-03-01"} <= set(ticks)
    first, second, third = scene.x
    assert second - first == pytest.approx(2 * (third - second))
