"""Charts of any table: every text is readable in every frame, even while bars pass and wedges are thin; the ranks and
colours of many series, how numbers, dates and axes are written, and what is said of each number.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animations import BarRace, Bars, GrowingLines, PastedText, Pie, Sum
from animations.audit.layout import GAP
from animations.engine.painter import Painter
from animations.kit.labels import push_apart
from animations.scenes.tables.bar_race import growing_limits
from animations.scenes.tables.pie import push_around
from tests.animations.samples.tables import DATES, GAPS, WITHOUT_NEGATIVES
from tests.tinylearn.peoples_tables import TABLES
from tinylearn.datasets import Table, gdp, read_table

KINDS = GrowingLines, BarRace, Bars, Pie


def drawn(scene, frame=0):
    """Return a scene that shows a frame."""
    Painter(scene)
    scene.update(frame)
    return scene


def crowded(scene):
    """Return (frame, texts) for each frame where texts touch or leave the picture."""
    all_texts, found = Painter(scene).figure.findobj(PastedText), []
    for frame in range(scene.frames):
        scene.update(frame)
        texts = [text for text in all_texts if text.get_visible() and text.get_text()]
        names = [text.get_text() for text in texts]
        boxes = np.array([text.get_window_extent().extents for text in texts])  # x0, y0, x1, y1
        outside = (boxes[:, :2] < 0) | (boxes[:, 2:] > scene.size)
        found += [(frame, names[k]) for k in np.flatnonzero(outside.any(axis=1))]
        low, high = boxes[:, :2] - GAP / 2, boxes[:, 2:] + GAP / 2
        touch = ((low[:, None] < boxes[:, 2:]) & (boxes[:, :2] < high[:, None])).all(axis=2)
        found += [(frame, names[j], names[k]) for j, k in np.argwhere(np.triu(touch, 1))]
    return found


def random_table(seed):
    """Return a difficult table: many series that pass each other all the time, ties, gaps, long names."""
    rng = np.random.default_rng(seed)
    rows, series = int(rng.integers(2, 9)), int(rng.integers(1, 11))
    walk = np.cumsum(rng.normal(size=(rows, series)), axis=0)
    ties = rng.integers(0, 3, (rows, series)) + (np.arange(series) == 0)
    values = [np.abs(walk) * 10.0 ** rng.integers(-3, 7), rng.random((rows, series)) ** 6, ties * 1.0, walk][seed % 4]
    values[1:, 1:][rng.random((rows - 1, series - 1)) < 0.2] = np.nan
    values[0] += 0.01  # at least this one of every series, and the first of every row
    names = [f"{k} {'name' * int(rng.integers(1, 5))}" for k in range(series)]
    captions = {"title": "A long title " * int(rng.integers(1, 5)), "unit": "units " * int(rng.integers(1, 9))}
    return Table(np.arange(rows) + 1990, names, values, clock="year", source="a book", **captions)


ALIKE = ["United States of America, women", "United States of America, men", "Uruguay",
         "Democratic Republic of the Congo", "Democratic People's Republic of Korea"]  # fmt: skip
CROWDED = {f"at random, {seed}": random_table(seed) for seed in range(4)}
CROWDED |= {"names that begin alike": Table([1, 2], ALIKE, np.arange(10).reshape(2, 5) + 1), "chapter 1's": gdp()}


@pytest.mark.parametrize("name", [*CROWDED, *TABLES])
def test_keeps_texts_apart_in_any_frame(name, tmp_path):
    if name in TABLES:
        (tmp_path / "mine.csv").write_text(TABLES[name][0])
    table = CROWDED[name] if name in CROWDED else read_table(tmp_path / "mine.csv")
    for kind in KINDS:
        scene = kind(replace(table, values=np.abs(table.values)) if kind is Pie else table)
        assert crowded(scene) == []
        assert len(set(scene.names)) == len(scene.names), "cut so that they still differ"


def test_keeps_texts_off_the_bars_ranks_them_and_grows_the_axis_with_the_leader():
    """The axis never shrinks, so a crisis makes the bars shorter."""
    scene, highest = drawn(BarRace(gdp())), np.maximum.accumulate(gdp().values.max(axis=1))
    for frame in range(scene.frames):
        scene.update(frame)
        bars = np.array([runner.bar.get_window_extent().extents for runner in scene.runners])  # x0, y0, x1, y1
        for text in (text for runner in scene.runners for text in (runner.name, runner.number)):
            x0, y0, x1, y1 = text.get_window_extent().extents
            touched = (bars[:, 0] < x1) & (x0 < bars[:, 2]) & (bars[:, 1] < y1) & (y0 < bars[:, 3])
            assert not touched.any(), (frame, text.get_text())
        np.testing.assert_array_equal(np.argsort(-bars[:, 3]), np.argsort(-gdp().values[frame]))
        assert scene.axes.get_xlim() == (0, pytest.approx(highest[frame]))
    scene.update(0.5)
    assert scene.axes.get_xlim() == (0, pytest.approx(highest[:2].mean()))
    np.testing.assert_array_equal(growing_limits(np.array([[0.0, np.nan], [0, 0], [-2, 3]])), [[0, 5], [0, 5], [-2, 3]])


def test_shows_the_ten_largest_of_many():
    """A bar comes in from below and leaves downwards; if a series is never among them, it is not in the race."""
    values = np.array([range(14), np.roll(range(14), 7), np.roll(range(14), 7)]) * 1.0
    values[:, 0] = -1
    scene = drawn(BarRace(Table([1, 2, 3], [f"{k:02}" for k in range(14)], values, unit="mm")), 1)
    assert "00" not in scene.names
    assert scene.unit == "mm, the 10 largest of 14"
    shown = {runner.name.get_text() for runner in scene.runners if runner.bar.get_visible()}
    assert shown == {f"{k:02}" for k in np.argsort(-values[1])[:10]}
    leaving, floor = scene.runners[scene.names.index("13")], scene.axes.get_window_extent().y0
    for frame in (0, 0.5, 0.9):
        scene.update(frame)
        assert leaving.bar.get_visible()
        assert leaving.name.get_clip_box().y0 == pytest.approx(floor)
    assert scene.describe(1).count(", ") == 11


def test_gives_bars_shown_together_different_looks():
    values = np.cumsum(np.random.default_rng(0).normal(size=(40, 30)), axis=0)
    scene = BarRace(Table(range(40), [f"{k}" for k in range(30)], values), top=8)
    shown = scene.lanes < 8
    for now, then, looks in zip(shown[:-1], shown[1:], scene.looks, strict=False):
        seen = looks[now | then]
        assert len(set(seen)) == len(seen) >= 8
    assert not ((np.diff(scene.looks, axis=0) != 0) & shown[1:] & shown[:-1]).any()


# --- numbers, names, dates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [GrowingLines, Bars, Pie])
def test_names_the_largest_series_of_the_last_row(kind):
    many = Table([1, 2], list("ABCDEFGHIJKL"), [range(12), [5, 9, 8, 1, 2, np.nan, 7, 6, 3, 4, 11, 12]], unit="mm")
    scene = kind(many, top=3)
    assert scene.names == ["B", "K", "L"]
    assert "the 3 largest of 12 in 2" in scene.unit


@pytest.mark.parametrize(("values", "shown"), [
    ([[0.5, 0], [3, 0.25]], "0.50"),  # no more decimals than the values have
    ([[5, 4], [3, 3]], "5"), ([[-7, 0], [12, 1]], "-7"),
    ([[1.0733, 2], [20.953, 4]], "1.07"),  # four digits for the largest
    ([[1.5, 2], [1e6, 4]], "2"), ([[123_456, 2], [1, 4]], "123,456"), ([[4.4e-7, 0], [0, 1e-7]], "4.4e-07"),
    ([[4.4e12, 0], [0, 1e12]], "4.4e+12"), ([[0.001, 0], [0, 0]], "0.001"), ([[0, 0], [0, 0]], "0"),
])  # fmt: skip
def test_writes_numbers_by_their_size(values, shown):
    assert drawn(BarRace(Table([1, 2], ["A", "B"], values))).runners[0].number.get_text() == shown


@pytest.mark.parametrize("largest", [9.9e-4, 0.001, 9.9e11, 1e12])
def test_writes_an_axis_and_its_numbers_in_one_way(largest):
    scene = drawn(GrowingLines(Table([1, 2], ["A", "B"], [[largest, 0], [0, 0]])))
    ticks = [label.get_text() for label in scene.lines[0].axes.get_yticklabels()]
    assert any("e" in tick for tick in ticks) == ("e" in scene.labels[0].number.get_text())


@pytest.mark.parametrize("kind", KINDS)
def test_writes_dates_on_the_clock(kind):
    scene = kind(Table([18320, 18351], ["A"], [[1], [2]], clock="day", dates="%Y-%m-%d"))
    for frame, date in ((0, "2020-02-28"), (1, "2020-03-30")):
        drawn(scene, frame)
        assert date in [text.get_text() for text in scene.page.figure.findobj(PastedText)]
    assert scene.describe(0).startswith(", day 2020-02-28: A ")


def test_draws_ticks_as_dates_and_two_nights_twice_as_long_as_one():
    table = Table([18320, 18322, 18323], ["A"], [[1], [2], [3]], clock="day", dates="%Y-%m-%d")
    scene = drawn(GrowingLines(table))
    scene.page.figure.canvas.draw()
    ticks = [tick.get_text() for tick in scene.lines[0].axes.get_xticklabels()]
    assert {"2020-02-29", "2020-03-01"} <= set(ticks)
    first, second, third = scene.x
    assert second - first == pytest.approx(2 * (third - second))


# --- labels that are pushed apart ------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 100), min_size=6, max_size=6), st.integers(0, 99))
def test_pushes_apart_in_order_within_bounds_and_no_further_than_needed(wanted, seed):
    wanted, rng = np.array(wanted), np.random.default_rng(seed)
    places, order = push_apart(wanted, 10, 0, 100), np.argsort(wanted, kind="stable")
    assert (np.diff(places[order]) >= 10 - 1e-9).all()
    assert places.min() >= -1e-9
    assert places.max() <= 100 + 1e-9
    gaps = rng.dirichlet(np.ones(7), 100)[:, :6].cumsum(axis=1) * 50 + 10 * np.arange(6)  # others that are apart
    assert ((places - wanted) ** 2).sum() <= ((gaps - wanted[order]) ** 2).sum(axis=1).min() + 1e-9


def test_leaves_things_that_are_apart_in_place_and_parts_labels_around_the_top_of_a_pie():
    """The last wedge and the first are neighbours too."""
    np.testing.assert_array_equal(push_apart([30, 80, 10], 10, 0, 100), [30, 80, 10])
    np.testing.assert_array_equal(push_around([0.5, 2, 4], [60, 60, 60]), [0.5, 2, 4])
    first, last = push_around([0.05, 6.2], [80, 80])
    assert first > 0.05
    assert last < 6.2


# --- why -------------------------------------------------------------------------------------------------------------


def test_explains_growth_since_the_row_before_and_over_gaps():
    scene = GrowingLines(gdp())
    assert [[*scene.why("value[1987, China]", frame).asked()] for frame in (17, 40)] == [2 * ["value[1986, China]"], []]
    gaps = BarRace(GAPS)
    assert [line.words for line in gaps.why("value[1900, 7]", 0).parts] == ["read from the table: 7, 1900"]
    change, _ = gaps.why("value[1910.5, 7]", 0).parts
    assert (change.words, change.arithmetic) == ("change since 1900", "0.0 - (-3.0) = 3.0")  # no percentage below 0
    growth, _ = gaps.why("value[2000, 007]", 0).parts
    assert (growth.words, growth.arithmetic) == ("growth since 1900", "(6.0 - 2.0) / 2.0 = 2.0")
    for gid in ("value[1910.5, 007]", "value[1901, 7]", "value[1900, C]", "share[1900, 7]", "other"):
        assert GrowingLines(GAPS).why(gid, 0) is None


def test_divides_a_pie_by_the_sum_of_the_series_shown_without_missing_values():
    scene = Pie(gdp(), top=2)
    shown = scene.table.values[3].tolist()
    share = scene.why(f"share[1973, {scene.table.names[1]}]", 0)
    assert share.value == shown[1] / sum(shown)
    (bars,) = scene.why(next(gid for gid in share.asked() if gid.startswith("total")), 0).parts
    assert isinstance(bars, Sum)
    assert ([term.value for term in bars.terms], bars.labels) == (shown, [*scene.names])
    gappy = Pie(WITHOUT_NEGATIVES)
    assert (gappy.why("total[-1]", 0).parts[0].labels, gappy.why("total[-1]", 0).value) == (["B"], 2)
    assert gappy.why("share[-1, A]", 0) is None


def test_counts_dates_in_days_and_frames_as_frames():
    scene = drawn(GrowingLines(DATES))
    assert scene.moments() == ("frame", range(2))
    assert scene.why("date", 1).value == 18353
    assert "until 2020-04-01" in scene.why("date", 1).parts[0].words
    assert scene.why("value[2020-04-01, A]", 1).value == 3
