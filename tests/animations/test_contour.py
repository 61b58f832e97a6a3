"""The map with its walkers, and the chart next to it: every number and every line comes from the given walks."""

import numpy as np
import pytest
from descent_helpers import check_map, check_map_numbers_are_free
from matplotlib.contour import ContourSet

from animations import SideBySide, Valley
from animations.engine.painter import Painter
from tests.animations.samples.descent import MAP_CLOCK as CLOCK
from tests.animations.samples.descent import STEPS, chart, contour, f, series, valley
from tests.animations.samples.descent import WALKERS as RATES
from tests.animations.samples.descent import way as walk


def walkers_of(painter):
    """Return the marks that walk on the map, one for each series."""
    (lines,) = painter.figure.findobj(ContourSet)
    return [line for line in lines.axes.lines if line.get_label() in RATES]


def both():
    return SideBySide(contour(), chart())


@pytest.fixture(scope="module")
def painter():
    """The painter of both, drawn once for all tests that only look at it."""
    return Painter(both())


@pytest.fixture
def drawn(painter):
    """The map and the chart of that painter."""
    return painter.scene.scenes


# --- numbers ---------------------------------------------------------------------------------------------------------


# --- what is drawn without digits ------------------------------------------------------------------------------------


def test_draws_walkers_where_they_are(painter, drawn):
    scene, _ = drawn
    for frame, step in enumerate(CLOCK):
        scene.update(frame)
        for walker, name in zip(walkers_of(painter), RATES, strict=True):
            np.testing.assert_array_equal(walker.get_xydata(), [walk(name)[min(step, STEPS[name])]])


def test_keeps_walkers_on_their_path_between_two_frames(painter, drawn):
    scene, _ = drawn
    for moment, step, fraction in ((0.25, 0, 0.25), (12.5, 17, 0.5)):  # the steps from 15 to 20 take one frame
        scene.update(moment)
        for walker, name in zip(walkers_of(painter), RATES, strict=True):
            start, end = (np.array(walk(name)[min(at, STEPS[name])]) for at in (step, step + 1))
            np.testing.assert_allclose(walker.get_xydata(), [(1 - fraction) * start + fraction * end], rtol=1e-12)
        (number,) = painter.figure.findobj(lambda artist: artist.get_gid() == "step")
        assert number.get_text() == str(CLOCK[int(moment)])


def test_draws_paths_through_every_step_even_those_the_clock_skips(painter, drawn):
    scene, _ = drawn
    (lines,) = painter.figure.findobj(ContourSet)
    paths = [line for line in lines.axes.lines if line.get_markersize() == 4]
    for frame, step in enumerate(CLOCK):
        scene.update(frame)
        for path, name in zip(paths, RATES, strict=True):
            np.testing.assert_array_equal(path.get_xydata(), walk(name)[: step + 1])


def test_draws_lines_numbers_and_cross_where_the_function_has_them(painter, drawn):
    figure, (scene, _) = painter.figure, drawn
    (lines,) = figure.findobj(ContourSet)
    assert list(lines.levels) == [0.5, 2, 10, 40, 60]
    assert {number.get_text() for number in lines.labelTexts} == {"10", "40", "60"}  # the others end before x = 3
    check_map(figure, f, bottom=(0, 0))
    check_map_numbers_are_free(figure, scene)


def test_gives_x_and_y_of_the_map_one_scale(painter):
    painter.paint(0)  # right angles of the map stay right angles
    (lines,) = painter.figure.findobj(ContourSet)
    origin, along_x, along_y = lines.axes.transData.transform([(0, 0), (1, 0), (0, 1)])
    np.testing.assert_allclose(along_x - origin, (along_y - origin)[::-1])


def test_grows_lines_of_the_chart_to_the_step(drawn):
    _, scene = drawn
    for frame, step in enumerate(CLOCK):
        scene.update(frame)
        for (line, tip), name in zip(lines_of(scene), RATES, strict=True):
            heights = [f(x, y) for x, y in walk(name)][: step + 1]
            np.testing.assert_allclose(line.get_xydata(), np.column_stack([range(len(heights)), heights]), rtol=1e-12)
            np.testing.assert_allclose(tip.get_xydata(), [[len(heights) - 1, heights[-1]]], rtol=1e-12)


def test_continues_lines_of_the_chart_along_their_path_between_two_frames(drawn):
    _, scene = drawn
    scene.update(12.5)  # from step 15 to 20: half way on a log axis is 17.5
    for (line, tip), name in zip(lines_of(scene), RATES, strict=True):
        heights = [f(x, y) for x, y in walk(name)]
        passed = [*enumerate(heights[:18])]
        if STEPS[name] > 17:
            passed.append((17.5, np.sqrt(heights[17] * heights[18])))
        np.testing.assert_allclose(line.get_xydata(), passed, rtol=1e-9)
        np.testing.assert_allclose(tip.get_xydata(), passed[-1:], rtol=1e-9)


def lines_of(scene):
    """Return (line, tip) for each series of a drawn chart."""
    lines = scene.page.figure.axes[-1].lines
    return list(zip(lines[::2], lines[1::2], strict=True))


# --- layout ----------------------------------------------------------------------------------------------------------


# --- what cannot be drawn --------------------------------------------------------------------------------------------


def test_refuses_a_map_that_is_turned():
    map_ = valley()
    with pytest.raises(ValueError, match=r"f must have shape \(257, 57\), as y has 257, as x has 57, got \(57, 257\)"):
        Valley(map_.x, map_.y, map_.f.T, map_.levels, "f", bottom=(0, 0), numbers_at=3)


@pytest.mark.parametrize("value", [0.0, -1.0, np.inf, np.nan])
def test_refuses_values_that_a_log_axis_cannot_show(value):
    wrong = series()
    wrong[1].columns["f"][3] = value
    with pytest.raises(ValueError, match="f of slow must be finite and above 0, for a log axis"):
        chart(wrong)


def test_refuses_more_series_than_there_are_colours():
    with pytest.raises(ValueError, match="expected 1 to 5 series, got 6"):
        chart(2 * series())


def test_refuses_a_lowest_place_above_the_map():
    map_ = valley()
    with pytest.raises(ValueError, match=r"Valley: bottom must lie on the map, y up to 3\.2, got 4"):
        Valley(map_.x, map_.y, map_.f, map_.levels, "f", bottom=(0, 4), numbers_at=3)
