"""The map with its walkers, and the chart next to it: every number and every line comes from the given walks."""

import pickle

import numpy as np
import pytest
from audit import check_all_numbers, check_layout, check_numbers, check_painter, nameless_digits
from descent_helpers import check_map, check_map_numbers_are_free
from matplotlib.colors import to_hex
from matplotlib.contour import ContourSet

from animations import ContourDescent, Series, SideBySide, StepChart, Valley
from animations.engine.painter import Painter

CLOCK = [*range(12), 15, 20, 40]
RATES = {"SGD": 0.06, "slow": 0.01, "Adam": 0.03}
STEPS = {"SGD": 40, "slow": 40, "Adam": 9}  # one ends before the clock does


def f(x, y):
    return (x**2 + 25 * y**2) / 2


def walk(name):
    """Return the places (S, 2) of plain descent with this rate, by hand."""
    places = [(-9.0, 2.0)]
    for _ in range(STEPS[name]):
        x, y = places[-1]
        places.append((x - RATES[name] * x, y - RATES[name] * 25 * y))
    return places


def walkers_of(painter):
    """Return the marks that walk on the map, one for each series."""
    (lines,) = painter.figure.findobj(ContourSet)
    return [line for line in lines.axes.lines if line.get_label() in RATES]


def series():
    made = []
    for name, rate in RATES.items():
        x, y = np.transpose(walk(name))
        made.append(Series(name, {"learning rate": rate, "x": x, "y": y, "f": f(x, y)}))
    return made


def valley():
    x, y = np.linspace(-10, 4, 57), np.linspace(-2.5, 2.5, 201)
    levels = [0.5, 2, 10, 40, 60]
    return Valley(x, y, f(x, y[:, None]), levels, "f = ½ (x² + 25 y²)", bottom=(0, 0), numbers_at=3)


def contour(walkers=None):
    return ContourDescent(valley(), walkers or series(), CLOCK)


def chart(walkers=None):
    forms = {"x": "{:z.3f}", "y": "{:z.3f}", "f": "{:.5f}"}
    return StepChart(walkers or series(), CLOCK, shown="f", title="How high each still is", forms=forms)


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


def table(frame):
    """Return gid → value for the numbers of the chart, from the walks by hand alone."""
    values = {}
    for name, rate in RATES.items():
        x, y = walk(name)[min(CLOCK[frame], STEPS[name])]
        values |= {f"{name}.learning rate": rate, f"{name}.x": x, f"{name}.y": y}
        values |= {f"{name}.f": (x * x + 25 * y * y) / 2}
    return values


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_shows_every_number_of_every_frame():
    check_all_numbers(contour(), {"step": CLOCK})
    check_all_numbers(chart(), table)
    check_all_numbers(both(), lambda frame: table(frame) | {"step": CLOCK[frame]})


@pytest.mark.parametrize("column", ["x", "y", "f"])
@pytest.mark.parametrize("walker", [0, 1, 2])
def test_notices_one_wrong_value(walker, column):
    wrong = series()
    wrong[walker].columns[column][7] += 0.002
    with pytest.raises(AssertionError, match=f"{column} shows"):
        check_all_numbers(chart(wrong), table)


def test_notices_one_wrong_text():
    scene = chart()
    painter = Painter(scene)
    scene.update(5)
    check_numbers(painter.figure, 5, table)
    (number,) = painter.figure.findobj(lambda artist: artist.get_gid() == "slow.learning rate")
    number.set_value(0.02)
    with pytest.raises(AssertionError, match=r"slow\.learning rate shows"):
        check_numbers(painter.figure, 5, table)


def test_allows_digits_without_a_source_only_in_the_formula():
    found = nameless_digits(both(), range(len(CLOCK)))
    assert {text for text in found if not text.isdigit()} == {"f = ½ (x² + 25 y²)"}, "others are heights on the map"


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


def mark_in_row(scene, name):
    """Return colour and shape of the mark before a name in the table; all texts of the row have that colour."""
    page = scene.page.axes
    (label,) = [text for text in page.texts if text.get_text() == name]
    (mark,) = [line for line in page.lines if line.get_ydata()[0] == label.get_position()[1]]
    row = [label, *(text for text in page.texts if (text.get_gid() or "").startswith(f"{name}."))]
    assert len(row) == 1 + 4
    assert {text.get_color() for text in row} == {mark.get_color()}
    assert {text.get_position()[1] for text in row} == {label.get_position()[1]}
    return mark.get_color(), mark.get_marker()


def test_gives_a_walker_the_same_look_everywhere_and_no_two_alike(painter, drawn):
    _, chart_ = drawn
    marks = [(walker.get_color(), walker.get_marker()) for walker in walkers_of(painter)]
    for lines in zip(*lines_of(chart_), strict=True):
        assert marks == [(line.get_color(), line.get_marker()) for line in lines]
    assert marks == [mark_in_row(chart_, name) for name in RATES]
    assert len({to_hex(color) for color, _ in marks}) == len({marker for _, marker in marks}) == 3


def test_describes_frames():
    assert contour().describe(1).startswith("Step 1 in the valley f = ½ (x² + 25 y²): SGD at (-8.460, -1.000), slow at")
    assert chart().describe(0) == "f at step 0: SGD 90.5, slow 90.5, Adam 90.5."


# --- layout ----------------------------------------------------------------------------------------------------------


def test_keeps_every_text_in_place_and_readable():
    for texts in check_layout(both(), 1, 3, 14):
        assert {"Step", "SGD", "slow", "Adam", "learning rate", "f, log scale"} <= set(texts)


def test_equals_a_full_redraw_in_painted_frames():
    check_painter(both, [2, 0, 14, 1])


def test_sends_a_scene_to_another_process(painter):
    copy = pickle.loads(pickle.dumps(both()))
    np.testing.assert_array_equal(Painter(copy).paint(5), painter.paint(5))


# --- what cannot be drawn --------------------------------------------------------------------------------------------


def test_refuses_a_map_that_is_turned():
    map_ = valley()
    with pytest.raises(ValueError, match=r"f must have shape \(201, 57\), as y has 201, as x has 57, got \(57, 201\)"):
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
    with pytest.raises(ValueError, match=r"Valley: bottom must lie on the map, y up to 2\.5, got 3"):
        Valley(map_.x, map_.y, map_.f, map_.levels, "f", bottom=(0, 3), numbers_at=3)
