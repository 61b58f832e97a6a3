"""In the charts of chapter 1, names, numbers and their connecting lines belong to the things next to them."""

import functools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from animations import BarRace, Pie, style
from animations.engine.painter import Painter
from animations.scenes.tables.bar_race import NEAR, growing_limits
from tinylearn.datasets import Table, gdp

NAMES = ("USA", "Japan", "Germany", "UK", "China")


@functools.cache
def drawn(kind, **settings):
    scene = kind(gdp(), **settings)
    Painter(scene)
    return scene


def updated(kind, frame, **settings):
    """Return the scene of that kind, drawn once."""
    scene = drawn(kind, **settings)
    scene.update(frame)
    return scene


# --- lines -----------------------------------------------------------------------------------------------------------


# --- bars ------------------------------------------------------------------------------------------------------------


# --- the race --------------------------------------------------------------------------------------------------------


def test_keeps_texts_with_their_bars_while_these_pass():
    """Each stands on its paper, which is a little larger than the text."""
    for frame in np.linspace(35, 38, 16):
        scene = updated(BarRace, frame)
        for runner in scene.runners:
            bar = runner.bar.get_window_extent()
            assert runner.number.get_window_extent().x0 == pytest.approx(bar.x1 + NEAR, abs=1)
            for text, paper in ((runner.name, runner.name_paper), (runner.number, runner.number_paper)):
                assert text.get_position()[1] == pytest.approx((bar.y0 + bar.y1) / 2)
                letters, sheet = text.get_window_extent(), paper.get_window_extent()
                assert letters.x0 - 5 <= sheet.x0 <= letters.x0 - 3
                assert letters.x1 + 3 <= sheet.x1 <= letters.x1 + 5
                assert sheet.y0 <= letters.y0
                assert sheet.y1 >= letters.y1 - 1


def test_ranks_lanes_and_glides_from_row_to_row():
    scene = updated(BarRace, 36.25)  # China passes Germany
    ranks = [np.argsort(np.argsort(-gdp().values[row])) for row in (36, 37)]
    np.testing.assert_array_equal(scene.lanes[36:38], ranks)
    middles = np.array([runner.bar.get_y() + runner.bar.get_height() / 2 for runner in scene.runners])
    axes = scene.axes.get_window_extent()
    lanes = (axes.y1 - middles) / axes.height * 5 - 0.5
    np.testing.assert_allclose(lanes, 0.75 * ranks[0] + 0.25 * ranks[1], atol=1e-9)


def test_grows_the_axis_with_the_leader():
    """It never shrinks, so a crisis makes the bars shorter."""
    highest = np.maximum.accumulate(gdp().values.max(axis=1))
    for frame in (0, 10, 39, 50):
        assert updated(BarRace, frame).axes.get_xlim() == (0, highest[frame])
    assert updated(BarRace, 0.5).axes.get_xlim()[1] == pytest.approx(highest[:2].mean())
    assert updated(BarRace, 0).runners[4].bar.get_width() / highest[0] > 0.08  # China, in 1970
    np.testing.assert_array_equal(growing_limits(np.array([[0.0, np.nan], [0, 0], [-2, 3]])), [[0, 5], [0, 5], [-2, 3]])


def test_shows_the_ten_largest_of_many():
    """A bar comes in from below and leaves downwards; if a series is never among them, it is not in the race."""
    values = np.zeros((3, 14))
    values[0], values[1], values[2] = range(14), np.roll(range(14), 7), np.roll(range(14), 7)
    values[:, 0] = -1
    scene = BarRace(Table([1, 2, 3], [f"{k:02}" for k in range(14)], values, unit="mm"))
    Painter(scene)
    assert "00" not in scene.names
    assert scene.unit == "mm, the 10 largest of 14"
    scene.update(1)
    shown = {runner.name.get_text() for runner in scene.runners if runner.bar.get_visible()}
    assert shown == {f"{k:02}" for k in np.argsort(-values[1])[:10]}
    (leaving,) = {"13"} & {runner.name.get_text() for runner in scene.runners} - set()
    runner = scene.runners[scene.names.index(leaving)]
    floor = scene.axes.get_window_extent().y0
    for frame in (0, 0.5, 0.9):
        scene.update(frame)
        assert runner.bar.get_visible()
        assert runner.name.get_clip_box().y0 == pytest.approx(floor)
    assert "mm, the 10 largest of 14" in scene.describe(1)
    assert scene.describe(1).count(", ") == 11


@pytest.mark.parametrize("seed", range(5))
def test_gives_bars_shown_together_different_looks(seed):
    values = np.cumsum(np.random.default_rng(seed).normal(size=(40, 30)), axis=0)
    scene = BarRace(Table(range(40), [f"{k}" for k in range(30)], values), top=8)
    shown = scene.lanes < 8
    for now, then, looks in zip(shown[:-1], shown[1:], scene.looks, strict=False):
        seen = looks[now | then]
        assert len(set(seen)) == len(seen) >= 8
    changes = (np.diff(scene.looks, axis=0) != 0) & (shown[:-1] | shown[1:]) & shown[1:] & shown[:-1]
    assert not changes.any()


def painted_length(pixels, bar, color):
    """Return how many pixels of the colour there are in the middle row of a bar."""
    box, height = bar.get_window_extent(), len(pixels)
    row = pixels[height - 1 - int((box.y0 + box.y1) / 2), int(box.x0) - 5 :, :3]
    return int((row == [round(255 * part) for part in to_rgb(color)]).all(axis=1).sum())


@pytest.mark.parametrize("frame", [0, 50])
def test_paints_a_bar_as_long_as_its_value(frame):
    """To the pixel: an outline would take one at each end."""
    scene = BarRace(gdp())
    pixels = Painter(scene).paint(frame)
    low, high = scene.axes.get_xlim()
    truth = gdp().values[frame] / (high - low) * scene.axes.get_window_extent().width
    bars = [runner.bar for runner in scene.runners]
    painted = [painted_length(pixels, bar, color) for bar, color in zip(bars, style.SERIES, strict=True)]
    assert np.abs(painted - truth).max() <= 1


# --- the pie ---------------------------------------------------------------------------------------------------------


def test_widens_the_picture_for_the_words_under_the_title():
    """They are longer than a short title without a unit."""
    scene = Pie(Table([0.5, 0.80000001], ["A", "B"], [[1, 2], [2, 1]], title="x"))
    painter = Painter(scene)
    scene.update(1)
    (words,) = [text for text in painter.figure.findobj() if getattr(text, "get_text", str)() == scene.unit]
    assert scene.unit == "percent of the sum of those shown"
    assert words.get_window_extent().x1 <= scene.size[0]
    assert scene.sum.get_gid() == "total[0.80000001]"
    assert scene.labels[0].number.get_gid() == "share[0.80000001, A]"
