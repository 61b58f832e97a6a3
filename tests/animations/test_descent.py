"""Searches: the map, the way down on it, walks that are read from their recordings, and what is said of each number:
each step from the one before, height and slope by the curve's own formula.
"""

import math
from pathlib import Path

import numpy as np
import pytest
from matplotlib.contour import ContourSet
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from animations import Curve, CurveDescent, Descent, GridSearch, Series, StepChart, style
from animations.engine.painter import Painter
from animations.scenes.descent.walk import Walk
from chapters import ch02_gradient_descent as chapter
from tests.animations.audit import numbers_on, painted
from tests.animations.samples import descent as samples
from tests.animations.samples.descent import (
    GRID,
    GRID_CLOCK,
    curve,
    descent,
    grid,
    height,
    panel,
    recorded,
    slope,
    walk,
)
from tests.animations.why_checks import check_whys
from tests.chapters.chapter_helpers import undrawn
from tinylearn import SGD, Adam, RMSprop

# --- maps, and chapter 2's -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def films():
    return undrawn(chapter, Path(), quick=True)[0]


@pytest.fixture(scope="module")
def painter():
    """The painter of a map with its middle enlarged, drawn once for all tests that only look at it."""
    return Painter(samples.enlarged())


def check_map(painter, f, bottom):
    """Lines lie at their levels of f, numbers on lines of their level and off every path, the cross at the bottom."""
    figure = painter.figure
    whole, *parts = figure.findobj(ContourSet)
    for lines in (whole, *parts):  # a part may be drawn larger
        for level, path in zip(lines.levels, lines.get_paths(), strict=True):
            assert len(path.vertices) > 20
            np.testing.assert_allclose(f(*path.vertices.T), level, rtol=0.02)
    assert len(whole.labelTexts) >= 3
    for number in whole.labelTexts:
        np.testing.assert_allclose(f(*number.get_position()), float(number.get_text()), rtol=0.02)
    crosses = figure.findobj(lambda artist: isinstance(artist, Line2D) and artist.get_marker() == "+")
    assert [cross.get_xydata().tolist() for cross in crosses] == (1 + len(parts)) * [[list(bottom)]]
    for one in painter.scene.series:
        steps = np.arange(0, len(one.columns["x"]) - 1 + 1e-9, 0.01)
        path = [np.interp(steps, range(len(one.columns[axis])), one.columns[axis]) for axis in ("x", "y")]
        pixels = whole.axes.transData.transform(np.column_stack(path))
        for number in whole.labelTexts:
            box = number.get_window_extent().padded(10)
            assert not ((pixels > box.min) & (pixels < box.max)).all(axis=1).any(), (one.name, number.get_text())


def test_draws_lines_numbers_and_cross_where_the_function_has_them(painter, films):
    lines = painter.figure.findobj(ContourSet)[0]
    assert list(lines.levels) == [0.5, 2, 10, 40, 60]
    assert {number.get_text() for number in lines.labelTexts} == {"10", "40", "60"}  # the others end before x = 3
    check_map(painter, samples.f, bottom=(0, 0))
    of_chapter = Painter(films["ch02_two_dimensions"].scene.scenes[0])
    check_map(of_chapter, lambda x, y: (x**2 + 100 * y**2) / 2, bottom=(0, 0))


@pytest.mark.parametrize("frame", [0, 2])
def test_leaves_the_contour_line_at_a_right_angle(painter, frame):
    """The arrow begins at the first walker, against the gradient, at a right angle to the contour line there."""
    painter.paint(frame)
    axes = painter.figure.axes[1]
    place, to_pixels = np.array(samples.way("SGD")[samples.MAP_CLOCK[frame]]), axes.transData.transform
    origin, along_x, along_y = to_pixels([(0, 0), (1, 0), (0, 1)])
    np.testing.assert_allclose(along_x - origin, (along_y - origin)[::-1])  # one scale: right angles stay right angles
    (arrow,) = axes.findobj(Polygon)
    corners = arrow.get_transform().transform(arrow.get_xy()[:-1])
    start, tip = (corners[0] + corners[-1]) / 2, corners[3]
    np.testing.assert_allclose(start, to_pixels(place), atol=1e-6)
    steepest = -samples.gradient(place)
    np.testing.assert_allclose((tip - start) / 60, steepest / np.hypot(*steepest), atol=1e-9)
    (line,) = (line for line in axes.findobj(Line2D) if (line.get_color(), line.get_linewidth()) == (style.QUIET, 1.5))
    points = line.get_xydata()
    inside = points[np.isfinite(points).all(axis=1)]
    np.testing.assert_allclose(samples.f(*inside.T), samples.f(*place), rtol=0.02, atol=0.02)
    ends = np.stack([points[:-1], points[1:]])
    ends = ends[:, np.isfinite(ends).all(axis=(0, 2)) & (ends[0] != ends[1]).any(axis=1)]
    nearest = np.hypot(*(to_pixels(ends.mean(axis=0)) - to_pixels(place)).T).argmin()
    along = to_pixels(ends[1, nearest]) - to_pixels(ends[0, nearest])
    assert abs(along @ (tip - start)) / np.hypot(*along) / 60 < 0.06


def test_keeps_the_ring_at_the_first_point_off_the_axis_and_draws_a_path_of_tiny_steps(films):
    scene = films["ch02_grid_search"].scene.scenes[1]
    figure = painted(scene, 0).figure
    figure.canvas.draw()
    ring, radius = scene.axes.transData.transform(scene.ring.get_xydata()[0]), scene.ring.get_markersize() / 2 / 0.72
    assert ring[0] - radius - 3 > max(label.get_window_extent().x1 for label in scene.axes.get_yticklabels())
    # single steps of 0.0003 are a tenth of a pixel, but the path is drawn
    scene = films["ch02_learning_rates"].scene.scenes[1].scenes[2]
    painted(scene, scene.frames - 1)
    np.testing.assert_allclose(scene.path.get_xdata(), walk(0.0003), rtol=1e-12)
    assert scene.path.get_visible()


# --- walks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", samples.RATES)
def test_keeps_the_arithmetic_true_as_written(rate):
    """A reader who calculates with the shown digits gets the shown digits, except for rounding of the last."""
    painter = painted(panel(rate, range(60)), 0)
    for frame in range(30):
        painter.scene.update(frame)
        shown = numbers_on(painter.figure)
        gids = (f"rate_{rate}.update.{name}" for name in ("x", "rate", "push", "next_x"))
        x, size, push, following = (float(shown[gid].get_text().strip("()")) for gid in gids)
        assert x - size * push == pytest.approx(following, abs=1.6e-4)


def test_reads_the_descent_from_the_recording_with_arrows_smaller_where_slopes_are_steep():
    walked = descent(0.1)
    np.testing.assert_array_equal(walked.x, walk(0.1))
    assert (walked.last, walked.converged, descent(0.0003).converged) == (30, True, False)
    assert (walked.x[-1], walked.y[-1]) == (9.989148836585644, 0.0001177477474450676)
    by_sign = Descent(recorded(x=[9.5, 10.5]), height, slope, 1.0, enough=0, push=np.sign)
    assert (by_sign.push.tolist(), by_sign.slope.tolist(), by_sign.converged) == ([-1, 1], [-1, 1], True)
    steep = Descent(recorded(x=walk(0.1)), lambda x: 100 * height(x), lambda x: 100 * slope(x), 0.001, enough=1e-4)
    scene = CurveDescent(steep, Curve(curve().x, 100 * curve().y), samples.CLOCK, title="Steep", name="steep")
    assert (scene.divisor, panel(0.1).divisor) == (1000, 10)


def test_uncovers_points_from_left_to_right_each_once_and_keeps_the_first_of_equals():
    scene = grid()
    Painter(scene)
    for frame, step in enumerate(GRID_CLOCK):
        seen = [point for before in range(frame + 1) for line in scene.trail(before) for point in line.get_xdata()]
        np.testing.assert_array_equal(seen, GRID[: step + 1])
    ties = grid(np.arange(5.0), np.array([3.0, 1.0, 2.0, 1.0, 0.5]), clock=range(5))
    assert ties.best.tolist() == [0, 1, 1, 1, 4]


# --- why -------------------------------------------------------------------------------------------------------------


def walk_of(xs, f=height, derivative=slope, **settings):
    """Return a panel of a walk through these x; all that it explains is right."""
    made = Descent(recorded(x=xs), f, derivative, 0.1, enough=1e-4, **settings)
    scene = CurveDescent(made, curve(), range(len(xs)), title="Walk", name="walk")
    check_whys(scene)
    return scene


def words(scene, gid, frame=0):
    return [part.words for part in scene.why(gid, frame).parts]


def test_explains_a_step_as_the_one_before_minus_rate_times_slope_and_only_the_last_few():
    scene, series = panel(0.1, range(60)), walked("SGD")[1]
    (line,), x = scene.why("rate_0.1.update.next_x", 3).parts, scene.descent.x
    assert line.arithmetic == f"{x[3]} - 0.1 * ({2 * (x[3] - 10)}) = {x[4]}"
    gids = [piece.gid for piece in line.pieces if not isinstance(piece, str)]
    assert gids == ["rate_0.1.x[3]", "rate_0.1.setting", "rate_0.1.push[3]", ""]
    assert [len({*scene.why(f"rate_0.1.x[{step}]", 9).asked()}) for step in (9, 8, 7, 6)] == [3, 3, 3, 1]
    assert [len({*series.why(f"SGD.x[{step}]", 9).asked()}) for step in (9, 8, 7, 6)] == [3, 3, 3, 1]
    for gid in ("rate_0.1.x[31]", "rate_0.1.other", "x", "rate_0.95.x"):
        assert scene.why(gid, 0) is None


def test_explains_what_has_no_formula_as_returned_recorded_or_given():
    scene = walk_of([1.0, 2.0], f=lambda x: np.cosh(x), derivative=lambda x: np.sinh(x))
    at, returned = scene.why("walk.y", 1).parts
    assert (at.sides(), returned.sides()) == ([2.0], [math.cosh(2)])
    assert returned.words == "the height of the curve, as its function returned it"
    assert words(walk_of([1.0, 2.0, 7.0]), "walk.x[2]") == ["as recorded after step 2"]
    pushed = walk_of([1.0, 2.5, 2.6], push=lambda slope: slope / 3)
    assert [line.sides() for line in pushed.why("walk.push[0]", 0).parts] == [[-18.0], [-6.0]]
    chart = StepChart([Series("A", {"fixed": 2.0, "f": [3.0, 2.0]})], [0, 1, 5], shown="f", title="t")
    given = "given to this picture"
    said = [words(chart, "A.f", frame)[0] for frame in range(3)]
    assert said == [given, given, f"{given}: that of step 1, the last of A"]
    assert words(chart, "A.fixed", 2) == [f"{given}, the same for all steps"]
    assert chart.why("B.f", 0) is None


def test_explains_heights_of_a_grid_by_the_formula_of_its_curve():
    x = np.linspace(0, 20, 21)
    curves = [Curve(x, height(x), "y", f) for f in (height, None)]
    known, unknown = (GridSearch(x, height(x), each, [0, 20], title="t", name="grid") for each in curves)
    check_whys(known)
    assert known.why("grid.now.y", 1).parts[0].arithmetic == "(20.0 - 10) ** 2 = 100.0"
    assert words(unknown, "grid.now.y", 1)[-1] == "the height of the curve there, as its function returned it"


OPTIMIZERS = {"SGD": lambda: SGD(0.01), "momentum": lambda: SGD(0.01, momentum=0.9), "RMSprop": lambda: RMSprop(0.1),
              "Adam": lambda: Adam(0.2)}  # fmt: skip


def walked(name, steps=12):
    """Return a walk in chapter 2's valley, and its series for a chart."""
    point = chapter.Point(**chapter.VALLEY_START)
    recording = chapter.descend(point, chapter.valley, chapter.valley_slope, OPTIMIZERS[name](), most=steps, enough=-1)
    walk = Walk(recording, OPTIMIZERS[name](), chapter.valley, chapter.valley_slope)
    places = {axis: recording[axis][:, 0] for axis in "xy"}
    columns = {"learning rate": OPTIMIZERS[name]().learning_rate, **places, "f": chapter.valley(walk.places)}
    return walk, Series(name, columns, whys=walk.why)


def test_explains_every_number_of_a_chart_of_optimisers_by_their_lines():
    series = [walked(name, steps)[1] for name, steps in zip(OPTIMIZERS, (12, 12, 5, 12), strict=True)]
    scene = StepChart(series, [0, 1, 4, 12], shown="f", title="t")
    check_whys(scene, range(4))
    assert scene.why("RMSprop.x", 3).says.startswith("x after step 5, by RMSprop")
    walk, series = walked("momentum")
    why = series.why("momentum.y", 2)
    (x, y), (_, slope) = walk.places[:, 1], walk.slopes[:, 1]
    assert [line.words for line in why.parts[:2]] == ["p is y before the step", "g is the slope along y there"]
    assert [line.sides()[0] for line in (*why.parts[:2], why.parts[-1])] == [y, slope, walk.places[1, 2]]
    assert {*why.asked()} == {"momentum.y[1]", "momentum.gradient.y[1]", "momentum.learning rate"}
    (line,) = series.why("momentum.gradient.y[1]", 2).parts
    assert (line.words, line.arithmetic) == ("the gradient's formula: 100 * y", f"100 * {y} = {slope}")
    (line,) = series.why("momentum.f", 1).parts
    assert line.words == "its formula: (x ** 2 + 100 * y ** 2) / 2"
    assert line.sides() == pytest.approx([(x**2 + 100 * y**2) / 2] * 2)


def test_explains_functions_without_formulas_as_returned_and_nothing_of_other_walks():
    recording = walked("SGD")[0].recording
    walk = Walk(recording, SGD(0.01), lambda at: chapter.valley(at), lambda at: chapter.valley_slope(at))
    assert words(walk, "f", 1) == ["at this x", "at this y", "as its function returned it"]
    assert walk.why("f", 1).faults() == []
    for gid in ("z", "x[13]", "gradient.f[0]", "gradient.x", "other.x"):
        assert walk.why(gid, 1) is None
