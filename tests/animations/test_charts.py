"""Charts of any table: every text is readable in every frame, even while bars pass and wedges are thin; the ranks and
colours of many series, and how numbers, dates and axes are written.
"""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from animations import BarRace, Bars, GrowingLines, PastedText, Pie
from animations.audit.layout import GAP
from animations.engine.painter import Painter
from animations.kit.labels import push_apart
from animations.scenes.tables.bar_race import growing_limits
from animations.scenes.tables.pie import push_around
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
CROWDED = {f"at random, {seed}": lambda seed=seed: random_table(seed) for seed in range(4)} | {
    "names that begin alike": lambda: Table([1, 2], ALIKE, np.arange(10).reshape(2, 5) + 1),
    "chapter 1's": gdp,
}


@pytest.mark.parametrize("name", CROWDED)
@pytest.mark.parametrize("kind", KINDS)
def test_keeps_texts_apart_in_any_frame(kind, name):
    table = CROWDED[name]()
    scene = kind(replace(table, values=np.abs(table.values)) if kind is Pie else table)
    assert crowded(scene) == []
    assert len(set(scene.names)) == len(scene.names), "cut so that they still differ"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TABLES)
def test_draws_the_tables_that_people_have_readably(kind, name, tmp_path):
    (tmp_path / "mine.csv").write_text(TABLES[name][0])
    table = read_table(tmp_path / "mine.csv")
    if kind is Pie and (table.values < 0).any():
        with pytest.raises(ValueError, match=r"a share cannot be negative, but . is -\d at year \d+; draw lines"):
            kind(table)
        return
    scene = kind(table)
    assert crowded(scene) == []
    assert len(set(scene.names)) == len(scene.names) == min(len(table.names), len(scene.names))


def test_notices_labels_that_lie_on_each_other():
    class Straight(GrowingLines):
        def update(self, frame):
            changed = super().update(frame)
            for label in self.labels:
                label.move(300, 200)
            return changed

    found = {frozenset(found[1:]) for found in crowded(Straight(gdp(), with_values=False))}
    assert found == {frozenset(pair) for pair in combinations(gdp().names, 2)}


def test_leaves_room_for_the_longest_number():
    (label,) = drawn(GrowingLines(Table([1, 2], ["A"], [[5e12], [6.333e13]])), 1).labels
    assert label.number.get_text() == "6.333e+13"
    assert label.number.get_window_extent().x1 <= label.name.get_window_extent().x0 + label.width


# --- the race --------------------------------------------------------------------------------------------------------


def test_keeps_texts_off_the_bars_in_any_row_and_ranks_them():
    scene = drawn(BarRace(gdp()))
    for frame in range(scene.frames):
        scene.update(frame)
        bars = np.array([runner.bar.get_window_extent().extents for runner in scene.runners])  # x0, y0, x1, y1
        for text in (text for runner in scene.runners for text in (runner.name, runner.number)):
            x0, y0, x1, y1 = text.get_window_extent().extents
            touched = (bars[:, 0] < x1) & (x0 < bars[:, 2]) & (bars[:, 1] < y1) & (y0 < bars[:, 3])
            assert not touched.any(), (frame, text.get_text())
        np.testing.assert_array_equal(np.argsort(-bars[:, 3]), np.argsort(-gdp().values[frame]))


def test_grows_the_axis_with_the_leader():
    """It never shrinks, so a crisis makes the bars shorter."""
    highest = np.maximum.accumulate(gdp().values.max(axis=1))
    scene = drawn(BarRace(gdp()))
    for frame, most in ((0, highest[0]), (39, highest[39]), (0.5, highest[:2].mean())):
        scene.update(frame)
        assert scene.axes.get_xlim() == (0, pytest.approx(most))
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


@pytest.mark.parametrize("seed", range(3))
def test_gives_bars_shown_together_different_looks(seed):
    values = np.cumsum(np.random.default_rng(seed).normal(size=(40, 30)), axis=0)
    scene = BarRace(Table(range(40), [f"{k}" for k in range(30)], values), top=8)
    shown = scene.lanes < 8
    for now, then, looks in zip(shown[:-1], shown[1:], scene.looks, strict=False):
        seen = looks[now | then]
        assert len(set(seen)) == len(seen) >= 8
    changes = (np.diff(scene.looks, axis=0) != 0) & shown[1:] & shown[:-1]
    assert not changes.any()


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
    table = Table([18320, 18321, 18351, 18352], ["A"], [[1], [2], [3], [4]], clock="day", dates="%Y-%m-%d")
    for frame, date in ((0, "2020-02-28"), (2.5, "2020-03-30")):
        scene = drawn(kind(table), frame)
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


@pytest.mark.parametrize("seed", range(20))
def test_pushes_apart_in_order_within_bounds_and_no_further_than_needed(seed):
    rng = np.random.default_rng(seed)
    wanted = rng.uniform(0, 100, 6)
    places = push_apart(wanted, 10, 0, 100)
    order = np.argsort(wanted)
    assert (np.diff(places[order]) >= 10 - 1e-9).all()
    assert places.min() >= -1e-9
    assert places.max() <= 100 + 1e-9
    others = [np.sort(rng.uniform(0, 100, 6)) for _ in range(300)]
    free = [other for other in others if (np.diff(other) >= 10).all()]
    best = ((places - wanted) ** 2).sum()
    assert all(best <= ((other - wanted[order]) ** 2).sum() + 1e-9 for other in free)


def test_leaves_things_that_are_apart_in_place():
    np.testing.assert_array_equal(push_apart([30, 80, 10], 10, 0, 100), [30, 80, 10])
    np.testing.assert_array_equal(push_around([0.5, 2, 4], [60, 60, 60]), [0.5, 2, 4])


def test_parts_labels_around_the_top_of_a_pie():
    """The last wedge and the first are neighbours too."""
    first, last = push_around([0.05, 6.2], [80, 80])
    assert first > 0.05
    assert last < 6.2
