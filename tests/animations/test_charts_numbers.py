"""The charts of chapter 1 draw the numbers of the table, in every frame: read back from texts, bars, lines, wedges."""

import csv
import functools
from pathlib import Path

import numpy as np
import pytest
from audit import check_all_numbers, check_painter, nameless_digits, painted
from matplotlib.colors import to_hex

import tinylearn.datasets
from animations import BarRace, Bars, GrowingLines, Pie, SideBySide, style
from animations.engine.painter import Painter
from tinylearn.datasets import Table, gdp

NAMES = ("USA", "Japan", "Germany", "UK", "China")
EVERY = 2  # pictures from one year to the next


@functools.cache
def figures():
    """Return year → (name → value), read from the file without the code that is tested."""
    lines = (Path(tinylearn.datasets.__file__).parent / "gdp.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {int(row["year"]): {name: float(row[name]) for name in NAMES} for row in rows}


def expected(frame, *kinds, every=EVERY):
    """Return gid → value of a frame: what the table says, and between two years the straight line."""
    table, year, rest = figures(), 1970 + frame // every, frame % every
    here, there = table[year], table[min(year + 1, 2020)]
    value = {name: here[name] + rest / every * (there[name] - here[name]) for name in NAMES}
    time, total = f"{1970 + frame / every:.10g}", sum(value.values())
    values = {
        "value": {f"value[{time}, {name}]": value[name] for name in NAMES},
        "share": {f"share[{time}, {name}]": value[name] / total for name in NAMES},
        "total": {f"total[{time}]": total},
        "year": {"year": year},
    }
    return {gid: number for kind in kinds for gid, number in values[kind].items()}


def make(kind, table=None, every=EVERY):
    """Return a scene and the kinds of numbers that it draws."""
    table = table or gdp()
    rest = {"per_row": every, "with_clock": False}
    scenes = {
        "lines": lambda: GrowingLines(table, per_row=every),
        "race": lambda: BarRace(table, per_row=every),
        "bars": lambda: SideBySide(Bars(table, per_row=every), GrowingLines(table, with_values=False, **rest)),
        "pie": lambda: SideBySide(Pie(table, per_row=every), GrowingLines(table, **rest)),
    }
    return scenes[kind]()


KINDS = {"lines": ("value", "year"), "race": ("value", "year"), "bars": ("value", "year"),
         "pie": ("value", "year", "share", "total")}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_of_every_frame_is_that_of_the_table(kind):
    scene = make(kind)
    assert scene.frames == 50 * EVERY + 1
    check_all_numbers(scene, lambda frame: expected(frame, *KINDS[kind]))


@pytest.mark.parametrize("kind", KINDS)
def test_one_wrong_value_is_noticed(kind):
    scene = make(kind)
    spoiled = scene.scenes[0] if isinstance(scene, SideBySide) else scene
    (spoiled.shares if kind == "pie" else spoiled.values)[5, 3] *= 1.1
    with pytest.raises(AssertionError, match=r"\[1972.5, UK\] shows"):
        check_all_numbers(scene, lambda frame: expected(frame, *KINDS[kind]))


def test_a_value_under_the_name_of_another_country_is_noticed():
    scene = make("race")
    scene.values = scene.values[:, [1, 0, 2, 3, 4]]
    with pytest.raises(AssertionError, match="shows"):
        check_all_numbers(scene, lambda frame: expected(frame, *KINDS["race"]))


@pytest.mark.parametrize("kind", KINDS)
def test_no_number_is_drawn_without_saying_where_it_came_from(kind):
    captions = {"Source: World Bank, NY.GDP.MKTP.CD, CC BY 4.0"}
    assert nameless_digits(make(kind), range(0, 101, 25)) <= captions


@pytest.mark.parametrize("kind", KINDS)
def test_painter_draws_what_a_full_redraw_draws(kind):
    check_painter(lambda: make(kind), [100, 37])


# --- what is drawn without digits: lines, bars, wedges ---------------------------------------------------------------


@functools.cache
def drawn(kind):
    """Return a scene that is painted once, for all tests that only look at what it shows and where that is."""
    return painted(make(kind), 0).scene


def values_of(frame, every=EVERY):
    return list(expected(frame, "value", every=every).values())


def test_lines_hold_the_whole_years_so_far_and_end_at_now():
    scene = drawn("lines")
    for frame in (0, 1, 2, 75, 100):
        scene.update(frame)
        years = range(1970, 1970 + frame // EVERY + 1)
        for name, value, line in zip(NAMES, values_of(frame), scene.lines, strict=True):
            times, heights = line.get_data()
            np.testing.assert_allclose(times, [*years, 1970 + frame / EVERY], rtol=1e-12)
            np.testing.assert_allclose(heights, [*(figures()[year][name] for year in years), value], rtol=1e-12)


def test_bars_are_as_long_as_their_values():
    race, (bars, _) = drawn("race"), drawn("bars").scenes
    for frame in (0, 1, 76, 100):
        race.update(frame)
        bars.update(frame)
        np.testing.assert_allclose([bar.get_width() for bar in race.bars], values_of(frame), rtol=1e-12)
        np.testing.assert_allclose([bar.get_height() for bar in bars.bars], values_of(frame), rtol=1e-12)


def test_wedges_take_their_shares_of_the_circle_clockwise_from_the_top():
    pie, _ = drawn("pie").scenes
    for frame in (0, 1, 76, 100):
        pie.update(frame)
        shares = np.array(values_of(frame)) / sum(values_of(frame))
        starts = [90 - wedge.theta2 for wedge in pie.wedges]
        ends = [90 - wedge.theta1 for wedge in pie.wedges]
        np.testing.assert_allclose(np.subtract(ends, starts), 360 * shares, rtol=1e-9)
        np.testing.assert_allclose(starts, [0, *ends[:-1]], atol=1e-9)
        assert ends[-1] == pytest.approx(360)


def test_beside_each_other_a_bar_is_as_high_as_its_line_ends():
    scene = drawn("bars")
    scene.update(76)
    bars, lines = scene.scenes
    for bar, line in zip(bars.bars, lines.lines, strict=True):
        top = bar.axes.transData.transform((0, bar.get_height()))[1]
        end = line.axes.transData.transform(line.get_xydata()[-1])[1]
        assert top == pytest.approx(end, abs=1e-6)


def test_the_end_of_a_line_is_where_its_label_thinks_it_is():
    scene = drawn("lines")
    scene.update(76)
    ends = [line.axes.transData.transform(line.get_xydata()[-1]) for line in scene.lines]
    np.testing.assert_allclose(ends, np.column_stack([np.full(5, scene.x[76]), scene.y[76]]), atol=1e-6)


def test_a_country_keeps_its_colour_everywhere():
    lines, race, bars, pie = drawn("lines"), drawn("race"), drawn("bars").scenes[0], drawn("pie").scenes[0]
    for scene in (lines, race, bars, pie):
        scene.update(0)
    colours = [to_hex(line.get_color()) for line in lines.lines]
    assert colours == list(style.SERIES)
    for shapes in (race.bars, bars.bars, pie.wedges):
        assert [to_hex(shape.get_facecolor()) for shape in shapes] == colours
    for labels in (race.labels, [label.name for label in pie.labels], [label.name for label in lines.labels]):
        assert [to_hex(label.get_color()) for label in labels] == colours
        assert [label.get_text() for label in labels] == list(NAMES)


def test_words_for_those_who_do_not_see_the_picture():
    assert make("race").describe(34) == (
        "Gross domestic product, year 1987: USA 4.86, Japan 2.53, Germany 1.30, UK 0.75, China 0.27 "
        "trillion US$, current prices."
    )
    words = Pie(gdp()).describe(17)
    assert "year 1987: USA 50.0%, Japan 26.1%" in words
    assert words.endswith("the sum is 9.70 trillion US$, current prices.")


# --- other tables ----------------------------------------------------------------------------------------------------


def test_from_the_sixth_series_on_colours_come_again_with_a_pattern():
    table = Table([1, 2], list("ABCDEFG"), np.ones((2, 7)))
    lines, race = GrowingLines(table), BarRace(table)
    for scene in (lines, race):
        Painter(scene)
    assert lines.lines[5].get_color() == lines.lines[0].get_color()
    assert (lines.lines[0].get_linestyle(), lines.lines[5].get_linestyle()) == ("-", "--")
    assert (race.bars[0].get_hatch(), race.bars[5].get_hatch()) == ("", "///")


@pytest.mark.parametrize("scene", [GrowingLines, BarRace, Bars, Pie])
def test_more_series_than_can_be_told_apart_are_refused(scene):
    with pytest.raises(ValueError, match=f"{scene.__name__}: can tell at most 10 series apart, got 11"):
        scene(Table([1, 2], list("ABCDEFGHIJK"), np.ones((2, 11))))


def test_pictures_per_row_must_be_at_least_one():
    with pytest.raises(ValueError, match="per_row, the pictures per row, must be at least 1, got 0"):
        BarRace(gdp(), per_row=0)


def test_a_pie_refuses_what_has_no_shares():
    with pytest.raises(ValueError, match="a share cannot be negative, but Oslo is -4 at month 2"):
        Pie(Table([1, 2], ["Rome", "Oslo"], [[8, 0], [9, -4]], clock="month"))
    with pytest.raises(ValueError, match="a value above 0, or there are no shares, got 0 at most at year 1"):
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
def test_numbers_are_written_as_their_size_asks(values, shown):
    scene = BarRace(Table([1, 2], ["A", "B"], values))
    Painter(scene)
    scene.update(0)
    assert scene.numbers[0].get_text() == shown


@pytest.mark.parametrize("largest", [9.9e-4, 0.001, 9.9e11, 1e12])
def test_an_axis_and_its_numbers_are_written_in_one_way(largest):
    scene = GrowingLines(Table([1, 2], ["A", "B"], [[largest, 0], [0, 0]]))
    Painter(scene)
    scene.update(0)
    ticks = [label.get_text() for label in scene.lines[0].axes.get_yticklabels()]
    assert any("e" in tick for tick in ticks) == ("e" in scene.labels[0].number.get_text())


def test_between_whole_rows_numbers_have_the_decimals_of_the_table():
    scene = GrowingLines(Table([1, 2], ["A"], [[5], [4]]), per_row=5)
    Painter(scene)
    shown = []
    for frame in range(scene.frames):
        scene.update(frame)
        shown.append(scene.labels[0].number.get_text())
    assert shown == ["5", "5", "5", "4", "4", "4"]
