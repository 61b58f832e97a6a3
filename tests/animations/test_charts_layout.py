"""On the charts of chapter 1 every text is readable in every frame, even while bars pass and wedges are thin."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from animations import BarRace, Bars, GrowingLines, PastedText, Pie
from animations.audit.layout import GAP
from animations.engine.painter import Painter
from animations.kit.labels import push_apart
from animations.scenes.tables.pie import push_around
from tests.tinylearn.peoples_tables import TABLES
from tinylearn.datasets import Table, gdp, read_table


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


@pytest.mark.parametrize("scene", [GrowingLines, BarRace, Bars, Pie])
def test_keeps_texts_apart_in_any_frame(scene):
    assert crowded(scene(gdp())) == []


def test_leaves_room_for_the_longest_number():
    scene = GrowingLines(Table([1, 2], ["A"], [[5e12], [6.333e13]]))
    Painter(scene)
    scene.update(1)
    (label,) = scene.labels
    assert label.number.get_text() == "6.333e+13"
    assert label.number.get_window_extent().x1 <= label.name.get_window_extent().x0 + label.width


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


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("scene", [GrowingLines, BarRace, Bars, Pie])
def test_keeps_texts_apart_with_other_tables(scene, seed):
    table = random_table(seed)
    if scene is Pie and (table.values < 0).any():
        table = replace(table, values=np.abs(table.values))
    assert crowded(scene(table)) == []


def test_notices_labels_that_lie_on_each_other():
    class Straight(GrowingLines):
        def update(self, frame):
            changed = super().update(frame)
            for label in self.labels:
                label.move(300, 200)
            return changed

    assert {frozenset(found[1:]) for found in crowded(Straight(gdp(), with_values=False))} == {
        frozenset(pair) for pair in itertools.combinations(gdp().names, 2)
    }


@pytest.mark.parametrize("kind", [GrowingLines, BarRace, Bars, Pie])
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


@pytest.mark.parametrize("kind", [GrowingLines, BarRace, Bars, Pie])
def test_names_are_cut_so_that_they_still_differ(kind):
    names = ["United States of America, women", "United States of America, men", "Uruguay",
             "Democratic Republic of the Congo", "Democratic People's Republic of Korea"]  # fmt: skip
    scene = kind(Table([1, 2], names, np.arange(10).reshape(2, 5) + 1))
    assert len(set(scene.names)) == 5
    assert crowded(scene) == []


def test_keeps_texts_off_the_bars_of_the_race_in_any_row():
    scene = BarRace(gdp())
    Painter(scene)
    for frame in range(scene.frames):
        scene.update(frame)
        bars = np.array([runner.bar.get_window_extent().extents for runner in scene.runners])  # x0, y0, x1, y1
        for text in (text for runner in scene.runners for text in (runner.name, runner.number)):
            x0, y0, x1, y1 = text.get_window_extent().extents
            touched = (bars[:, 0] < x1) & (x0 < bars[:, 2]) & (bars[:, 1] < y1) & (y0 < bars[:, 3])
            assert not touched.any(), (frame, text.get_text())


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
