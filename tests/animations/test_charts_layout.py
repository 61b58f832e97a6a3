"""On the charts of chapter 1 every text can be read in every frame, also while bars pass and wedges are thin."""

from dataclasses import replace

import numpy as np
import pytest
from audit import check_layout
from test_charts_numbers import KINDS, make

from animations import BarRace, Bars, GrowingLines, PastedText, Pie
from animations.audit.layout import GAP
from animations.engine.painter import Painter
from animations.scenes.tables.bar_race import label_places, lanes
from animations.scenes.tables.charts import push_apart
from animations.scenes.tables.pie import push_around
from tinylearn.datasets import Table, gdp


def crowded(scene):
    """Return (frame, texts) wherever texts touch or leave the picture, looking at every frame."""
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


@pytest.mark.parametrize(("scene", "per_row"), [(GrowingLines, 1), (BarRace, 4), (Bars, 1), (Pie, 1)])
def test_no_text_touches_another_in_any_frame(scene, per_row):
    assert crowded(scene(gdp(), per_row=per_row)) == []


def test_there_is_room_for_the_longest_number_also_between_two_rows():
    scene = GrowingLines(Table([1, 2], ["A"], [[5e12], [6e13]]), per_row=3)
    Painter(scene)
    scene.update(1)
    (label,) = scene.labels
    assert label.number.get_text() == "2.333e+13"
    assert label.number.get_window_extent().x1 <= label.name.get_window_extent().x0 + label.width


def random_table(seed):
    """Return a table to be afraid of: many series that pass each other all the time, ties, zeros, long names."""
    rng = np.random.default_rng(seed)
    rows, series = int(rng.integers(2, 9)), int(rng.integers(1, 11))
    walk = np.cumsum(rng.normal(size=(rows, series)), axis=0)
    ties = rng.integers(0, 3, (rows, series)) + (np.arange(series) == 0)
    values = [np.abs(walk) * 10.0 ** rng.integers(-3, 7), rng.random((rows, series)) ** 6, ties, walk][seed % 4]
    names = [f"{k} {'name' * int(rng.integers(1, 5))}" for k in range(series)]
    captions = {"title": "A long title " * int(rng.integers(1, 5)), "unit": "units " * int(rng.integers(1, 9))}
    return Table(np.arange(rows) + 1990, names, values, clock="year", source="a book", **captions)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("scene", [GrowingLines, BarRace, Bars, Pie])
def test_no_text_touches_another_with_other_tables(scene, seed):
    table = random_table(seed)
    if scene is Pie and (table.values < 0).any():
        table = Table(table.times, table.names, np.abs(table.values))
    assert crowded(scene(table, per_row=3)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_has_its_place_and_can_be_read(kind):
    """The axes' own texts too; in 1971, while Japan passes Germany, and in 1990."""
    for texts in check_layout(make(kind), 3, 40):
        assert {"USA", "Japan", "Germany", "UK", "China"} <= set(texts)
        assert {"Gross domestic product", "trillion US$, current prices"} <= set(texts)
        assert "Source: World Bank, NY.GDP.MKTP.CD, CC BY 4.0" in texts
        assert len(texts) >= 19


def test_names_that_do_not_step_aside_are_noticed():
    class Straight(BarRace):
        def draw(self, figure):
            super().draw(figure)
            self.name_x[:] = self.name_x[0]

    rows = [*range(5), *range(34, 43)]  # the years around the passes
    table = replace(gdp(), times=gdp().times[rows], values=gdp().values[rows])
    names = {frozenset(found[1:]) for found in crowded(Straight(table, per_row=5))}
    passed = ("Japan", "Germany"), ("China", "UK"), ("China", "Germany"), ("China", "Japan")
    assert names == {frozenset(pair) for pair in passed}


# --- the race --------------------------------------------------------------------------------------------------------


def test_no_text_lies_on_a_bar():
    scene = BarRace(gdp(), per_row=3)
    Painter(scene)
    for frame in range(scene.frames):
        scene.update(frame)
        bars = np.array([bar.get_window_extent().extents for bar in scene.bars])  # x0, y0, x1, y1
        for text in [*scene.labels, *scene.numbers]:
            x0, y0, x1, y1 = text.get_window_extent().extents
            touched = (bars[:, 0] < x1) & (x0 < bars[:, 2]) & (bars[:, 1] < y1) & (y0 < bars[:, 3])
            assert not touched.any(), (frame, text.get_text())


def test_bars_stand_in_the_order_of_their_values():
    scene = BarRace(gdp(), per_row=5)
    places = lanes(scene.values, 5)
    np.testing.assert_array_equal(np.argsort(places, axis=1), np.argsort(-scene.values, axis=1))
    for frame in (0, 250):
        np.testing.assert_allclose(np.sort(places[frame]), range(5), atol=1e-12)


def test_nothing_jumps():
    """A bar takes several frames to its new lane, and its texts several to step aside."""
    scene = BarRace(gdp(), per_row=5)
    Painter(scene)
    assert 0.1 < np.abs(np.diff(scene.lanes, axis=0)).max() < 0.4
    for x in (scene.name_x, scene.number_x):
        assert 20 < np.abs(np.diff(x, axis=0)).max() < 60  # of 88, the widest step aside


def test_lanes_of_two_bars_that_change_places():
    values = np.column_stack([np.linspace(0, 1, 21), np.linspace(1, 0, 21)])
    one, other = lanes(values, 3).T
    np.testing.assert_allclose(one + other, 1)
    assert one[0] == 1
    assert one[-1] == 0
    assert (np.diff(one) <= 0).all()
    assert 0 < one[10] < 1


def test_labels_stand_at_their_bars_when_none_is_near():
    ends = np.array([[100.0, 50.0, 10.0]])
    np.testing.assert_allclose(label_places(ends, np.array([[0.0, 1.0, 2.0]]), np.full(3, 40.0)), ends + 10)


def test_of_two_labels_in_one_lane_the_later_stands_behind_the_other():
    ends, lane = np.array([[50.0, 60.0]]), np.array([[1.5, 1.5]])
    np.testing.assert_allclose(label_places(ends, lane, np.array([40.0, 30.0])), [[70, 120]])


# --- labels that are pushed apart ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_pushed_apart_in_order_within_bounds_and_no_further_than_needed(seed):
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


def test_what_is_apart_stays_where_it_is():
    np.testing.assert_array_equal(push_apart([30, 80, 10], 10, 0, 100), [30, 80, 10])
    np.testing.assert_array_equal(push_around([0.5, 2, 4], [60, 60, 60]), [0.5, 2, 4])


def test_labels_around_a_pie_part_over_the_top():
    """The last wedge and the first are neighbours too."""
    first, last = push_around([0.05, 6.2], [80, 80])
    assert first > 0.05
    assert last < 6.2
