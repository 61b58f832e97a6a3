"""On the map: the way down at a right angle to its contour line, the fan at the start, the enlarged middle."""

import numpy as np
import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from animations import ContourDescent, Series, style
from animations.engine.painter import Painter
from tests.animations.samples.descent import MAP_CLOCK as CLOCK
from tests.animations.samples.descent import STEPS, f, gradient, series, valley
from tests.animations.samples.descent import WALKERS as RATES
from tests.animations.samples.descent import enlarged as contour
from tests.animations.samples.descent import way as walk


@pytest.fixture(scope="module")
def painter():
    return Painter(contour())


def parts(painter, kind, axes=1, **look):
    """Return the artists of one kind on some axes, by default the map, with this look."""
    found = painter.figure.axes[axes].findobj(kind)
    return [one for one in found if all(getattr(one, f"get_{name}")() == value for name, value in look.items())]


# --- the way down -----------------------------------------------------------------------------------------------------


def check_way_down(painter, frame):
    """The arrow begins at the first walker, against the gradient, at a right angle to the contour line there."""
    painter.scene.update(frame)
    place, to_pixels = np.array(walk("SGD")[CLOCK[frame]]), painter.figure.axes[1].transData.transform
    (arrow,) = parts(painter, Polygon)
    corners = arrow.get_transform().transform(arrow.get_xy()[:-1])
    start, tip = (corners[0] + corners[-1]) / 2, corners[3]
    np.testing.assert_allclose(start, to_pixels(place), atol=1e-6)
    steepest = -gradient(place)
    np.testing.assert_allclose((tip - start) / 60, steepest / np.hypot(*steepest), atol=1e-9)
    (line,) = parts(painter, Line2D, color=style.QUIET, linewidth=1.5)
    points = line.get_xydata()
    inside = points[np.isfinite(points).all(axis=1)]
    np.testing.assert_allclose(f(*inside.T), f(*place), rtol=0.02, atol=0.02)
    ends = np.stack([points[:-1], points[1:]])
    ends = ends[:, np.isfinite(ends).all(axis=(0, 2)) & (ends[0] != ends[1]).any(axis=1)]
    nearest = np.hypot(*(to_pixels(ends.mean(axis=0)) - to_pixels(place)).T).argmin()
    along = to_pixels(ends[1, nearest]) - to_pixels(ends[0, nearest])
    assert abs(along @ (tip - start)) / np.hypot(*along) / 60 < 0.06


@pytest.mark.parametrize("frame", [0, 1, 2])
def test_leaves_the_contour_line_at_a_right_angle(painter, frame):
    check_way_down(painter, frame)


def test_draws_a_right_angle_as_its_mark(painter):
    for frame in (0, 1, 5):
        painter.scene.update(frame)
        (mark,) = parts(painter, Line2D, linewidth=1.2)
        first, corner, last = mark.get_xydata()
        assert (first - corner) @ (last - corner) == pytest.approx(0, abs=1e-9)


def test_keeps_the_way_down_between_two_frames(painter):
    painter.scene.update(3)
    (arrow,) = parts(painter, Polygon)
    before = arrow.get_xy().tolist()
    painter.scene.update(3.5)
    assert arrow.get_xy().tolist() == before


def test_shows_no_way_down_at_the_bottom():
    still = Series("still", {"x": np.zeros(2), "y": np.zeros(2)})
    painted = Painter(ContourDescent(valley(), [still], [0, 1], gradient=gradient))
    painted.paint(0)
    (arrow,) = parts(painted, Polygon)
    assert not arrow.get_xy().any()


# --- the start --------------------------------------------------------------------------------------------------------


def fan(painter):
    """Return the texts and markers that name the walkers at the start."""
    names = [text for text in painter.figure.axes[1].texts if text.get_text() in RATES]
    marks = [line for line in painter.figure.axes[1].lines if line.get_zorder() == 6 and line.get_markersize() == 10]
    return names, marks


def test_shows_all_walkers_next_to_their_start_in_the_first_frame(painter):
    names, marks = fan(painter)
    assert [name.get_text() for name in names] == list(RATES)
    assert [mark.get_color() for mark in marks] == [name.get_color() for name in names] == list(style.SERIES[:3])
    places = np.concatenate([mark.get_xydata() for mark in marks])
    assert np.abs(np.diff(places[:, 1])).min() > 20
    for moment, seen in ((0, True), (0.5, True), (1, False), (9, False)):
        painter.scene.update(moment)
        assert {part.get_visible() for part in (*names, *marks)} == {seen}


def test_needs_no_fan_for_walkers_that_start_apart():
    walkers = series()
    walkers[0].columns["x"][0] += 1
    assert fan(Painter(contour(walkers))) == ([], [])


# --- a part drawn larger ----------------------------------------------------------------------------------------------


def test_enlarges_the_part_as_told_and_frames_its_place(painter):
    painter.paint(14)
    whole, part = painter.figure.axes[1:3]
    unit, larger = (np.diff(axes.transData.transform([(0, 0), (1, 1)]), axis=0)[0] for axes in (whole, part))
    np.testing.assert_allclose(larger, 2 * unit, rtol=1e-6)
    (frame,) = [one for one in parts(painter, Rectangle) if one.get_zorder() == 5]
    np.testing.assert_allclose(frame.get_bbox().extents, [-2, -0.2, 0.5, 0.2])
    assert (part.get_xlim(), part.get_ylim()) == ((-2, 0.5), (-0.2, 0.2))
    corner = whole.transData.inverted().transform(part.transAxes.transform((0, 0)))
    np.testing.assert_allclose(corner, [-6, -2.3], atol=1e-6)


def test_shows_the_same_walks_in_the_part_from_the_first_arrival_on(painter):
    _, _, part = painter.figure.axes
    walks = {name: np.array(walk(name)) for name in RATES}
    seen = False
    for frame, step in enumerate(CLOCK):
        painter.scene.update(frame)
        now = [walks[name][min(step, STEPS[name])] for name in RATES]
        seen |= any(-2 <= x <= 0.5 and abs(y) <= 0.2 for x, y in now)
        assert part.get_visible() == seen
        tips = [line for line in part.lines if line.get_label() in RATES]
        np.testing.assert_array_equal([tip.get_xydata()[0] for tip in tips], now)
    assert seen


def test_refuses_a_part_that_leaves_the_map():
    with pytest.raises(ValueError, match=r"closer must fit on the map, x from -10 to 4, got -6 to 19: choose another"):
        contour(by=10)


# --- layout -----------------------------------------------------------------------------------------------------------
