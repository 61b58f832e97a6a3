"""Searches: the map, the way down on it, and walks that are read from their recordings."""

import numpy as np
import pytest
from audit import numbers_on, painted
from descent_helpers import check_map, check_map_numbers_are_free
from matplotlib.contour import ContourSet
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from animations import Curve, CurveDescent, Descent, style
from animations.engine.painter import Painter
from tests.animations.samples.descent import (
    CLOCK,
    ENOUGH,
    GRID,
    GRID_CLOCK,
    MAP_CLOCK,
    RATES,
    curve,
    descent,
    enlarged,
    f,
    gradient,
    grid,
    height,
    panel,
    recorded,
    recorded_walk,
    slope,
    walk,
    way,
)


@pytest.fixture(scope="module")
def painter():
    """The painter of a map with its middle enlarged, drawn once for all tests that only look at it."""
    return Painter(enlarged())


def test_draws_lines_numbers_and_cross_where_the_function_has_them(painter):
    lines = painter.figure.findobj(ContourSet)[0]
    assert list(lines.levels) == [0.5, 2, 10, 40, 60]
    assert {number.get_text() for number in lines.labelTexts} == {"10", "40", "60"}  # the others end before x = 3
    check_map(painter.figure, f, bottom=(0, 0))
    check_map_numbers_are_free(painter.figure, painter.scene)


def test_gives_x_and_y_of_the_map_one_scale(painter):
    painter.paint(0)  # right angles of the map stay right angles
    origin, along_x, along_y = painter.figure.axes[1].transData.transform([(0, 0), (1, 0), (0, 1)])
    np.testing.assert_allclose(along_x - origin, (along_y - origin)[::-1])


@pytest.mark.parametrize("frame", [0, 2])
def test_leaves_the_contour_line_at_a_right_angle(painter, frame):
    """The arrow begins at the first walker, against the gradient, at a right angle to the contour line there."""
    painter.scene.update(frame)
    axes = painter.figure.axes[1]
    place, to_pixels = np.array(way("SGD")[MAP_CLOCK[frame]]), axes.transData.transform
    (arrow,) = axes.findobj(Polygon)
    corners = arrow.get_transform().transform(arrow.get_xy()[:-1])
    start, tip = (corners[0] + corners[-1]) / 2, corners[3]
    np.testing.assert_allclose(start, to_pixels(place), atol=1e-6)
    steepest = -gradient(place)
    np.testing.assert_allclose((tip - start) / 60, steepest / np.hypot(*steepest), atol=1e-9)
    (line,) = (line for line in axes.findobj(Line2D) if (line.get_color(), line.get_linewidth()) == (style.QUIET, 1.5))
    points = line.get_xydata()
    inside = points[np.isfinite(points).all(axis=1)]
    np.testing.assert_allclose(f(*inside.T), f(*place), rtol=0.02, atol=0.02)
    ends = np.stack([points[:-1], points[1:]])
    ends = ends[:, np.isfinite(ends).all(axis=(0, 2)) & (ends[0] != ends[1]).any(axis=1)]
    nearest = np.hypot(*(to_pixels(ends.mean(axis=0)) - to_pixels(place)).T).argmin()
    along = to_pixels(ends[1, nearest]) - to_pixels(ends[0, nearest])
    assert abs(along @ (tip - start)) / np.hypot(*along) / 60 < 0.06


@pytest.mark.parametrize("rate", RATES)
def test_keeps_the_arithmetic_true_as_written(rate):
    """A reader who calculates with the shown digits gets the shown digits, except for rounding of the last."""
    painter = painted(panel(rate, range(60)), 0)
    for frame in range(30):
        painter.scene.update(frame)
        shown = numbers_on(painter.figure)
        x, size, push, following = (
            float(shown[f"rate_{rate}.update.{name}"].get_text().strip("()"))
            for name in ("x", "rate", "push", "next_x")
        )
        assert x - size * push == pytest.approx(following, abs=1.6e-4)


def test_draws_an_arrow_smaller_where_slopes_are_steep():
    steep = Descent(recorded_walk(0.1), lambda x: 100 * height(x), lambda x: 100 * slope(x), 0.001, enough=ENOUGH)
    scene = CurveDescent(steep, Curve(curve().x, 100 * curve().y), CLOCK, title="Steep", name="steep")
    assert (scene.divisor, panel(0.1).divisor) == (1000, 10)


def test_reads_the_descent_from_the_recording():
    walked = descent(0.1)
    np.testing.assert_array_equal(walked.x, walk(0.1))
    assert (walked.last, walked.converged) == (30, True)
    assert (walked.x[-1], walked.y[-1]) == (9.989148836585644, 0.0001177477474450676)
    assert not descent(0.0003).converged


def test_multiplies_the_rate_with_the_push():
    walked = Descent(recorded(x=[9.5, 10.5]), height, slope, 1.0, enough=0, push=np.sign)
    assert walked.push.tolist() == walked.slope.tolist() == [-1, 1]
    assert walked.converged


def test_uncovers_points_from_left_to_right_each_once():
    scene = grid()
    Painter(scene)
    for frame, step in enumerate(GRID_CLOCK):
        seen = [point for before in range(frame + 1) for line in scene.trail(before) for point in line.get_xdata()]
        np.testing.assert_array_equal(seen, GRID[: step + 1])


def test_keeps_the_first_of_two_equally_good_points():
    scene = grid(np.arange(5.0), np.array([3.0, 1.0, 2.0, 1.0, 0.5]), clock=range(5))
    assert scene.best.tolist() == [0, 1, 1, 1, 4]
