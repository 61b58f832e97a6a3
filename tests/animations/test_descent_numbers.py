"""Every number of the descent panels, in every frame, comes from a walk made by hand; so does the path."""

import functools

import numpy as np
import pytest
from matplotlib.text import Text

from animations import Curve, CurveDescent, Descent
from animations.engine.painter import Painter
from tests.animations.samples.descent import (
    ENOUGH,
    RATES,
    curve,
    descent,
    followed,
    height,
    leaving,
    panel,
    recorded,
    recorded_walk,
    slope,
    walk,
)

CLOCK = [*range(59), 60, 100, 200, 400, 1000, 1999, 2000]


@functools.cache
def drawn(rate):
    """Return the panel of a rate, drawn once for all tests that only look at it."""
    scene = leaving(range(61)) if rate == 1.1 else panel(rate, CLOCK)
    Painter(scene)
    return scene


@pytest.mark.parametrize("rate", RATES)
def test_keeps_the_arithmetic_true_as_written(rate):
    """A reader who calculates with the shown digits gets the shown digits, except for rounding of the last."""
    scene = drawn(rate)
    numbers = {artist.get_gid(): artist for artist in scene.axes.figure.findobj(lambda artist: artist.get_gid())}
    checked = 0
    for frame in range(scene.frames):
        scene.update(frame)
        if not numbers[f"rate_{rate}.update.x"].get_visible():
            continue
        x, size, push, following = (
            float(numbers[f"rate_{rate}.update.{name}"].get_text().strip("()"))
            for name in ("x", "rate", "push", "next_x")
        )
        assert x - size * push == pytest.approx(following, abs=1.6e-4)
        checked += 1
    assert checked >= 30


# --- words -----------------------------------------------------------------------------------------------------------


def words(scene, frame):
    """Return the visible texts of a drawn scene."""
    scene.update(frame)
    found = scene.axes.figure.findobj(lambda artist: isinstance(artist, Text) and artist.get_visible())
    return {text.get_text() for text in found}


# --- what is drawn without digits: point, tangent, path --------------------------------------------------------------


@pytest.mark.parametrize("rate", RATES)
def test_keeps_the_point_on_the_curve_and_the_tangent_at_its_slope(rate):
    scene, x = drawn(rate), walk(rate)
    for frame, step in enumerate(CLOCK):
        scene.update(frame)
        place = x[min(step, len(x) - 1)]
        np.testing.assert_allclose(scene.dot.get_xydata(), [[place, height(place)]], rtol=1e-12)
        (left, low), (right, high) = scene.tangent.get_xydata()
        assert (high - low) / (right - left) == pytest.approx(slope(place), abs=1e-9)
        assert (left + right) / 2 == pytest.approx(place)
        assert (low + high) / 2 == pytest.approx(height(place), abs=1e-9)


@pytest.mark.parametrize("rate", RATES)
def test_draws_the_path_through_every_step_even_those_the_clock_skips(rate):
    scene, x = drawn(rate), np.array(walk(rate))
    for frame, step in enumerate(CLOCK):
        scene.update(frame)
        passed = x[: min(step, len(x) - 1) + 1]
        np.testing.assert_allclose(scene.path.get_xydata(), np.column_stack([passed, height(passed)]), rtol=1e-12)


def test_walks_the_dot_between_two_frames_while_all_else_waits():
    scene, x = drawn(0.95), walk(0.95)
    scene.update(3)
    waiting = [artist.get_xy().tolist() for artist in scene.arrows.values()], scene.tangent.get_xydata().tolist()
    scene.update(3.25)
    place = 0.75 * np.array([x[3], height(x[3])]) + 0.25 * np.array([x[4], height(x[4])])
    np.testing.assert_allclose(scene.dot.get_xydata(), [place], rtol=1e-12)
    np.testing.assert_allclose(scene.path.get_xydata()[-1], place, rtol=1e-12)
    now = [artist.get_xy().tolist() for artist in scene.arrows.values()], scene.tangent.get_xydata().tolist()
    assert now == waiting
    scene.update(59.5)  # from step 60 to 100: it has converged
    np.testing.assert_allclose(scene.dot.get_xydata(), [[x[-1], height(x[-1])]], rtol=1e-12)


def along_x(scene, arrow):
    """Return where an arrow begins and ends, as x of the curve, as a reader sees it."""
    corners = scene.page.axes.transData.transform(arrow.get_xy()[:-1])
    ends = scene.axes.transData.inverted().transform([(corners[0] + corners[-1]) / 2, corners[3]])
    assert corners[3, 1] == pytest.approx((corners[0, 1] + corners[-1, 1]) / 2)  # it is level
    return ends[:, 0]


def check_arrows(scene, x, frame, step):
    """The slope's arrow points uphill from x, a tenth as long as the slope; the step's arrow ends at the next x."""
    ends = {"slope": x[step] + slope(x[step]) / 10, "step": x[min(step + 1, len(x) - 1)]}
    left, right = scene.axes.get_xlim()
    for name, end in ends.items():
        arrow, pixels = scene.arrows[name], abs(end - x[step]) / (right - left) * 477
        assert arrow.get_visible() == (pixels >= 3), (name, frame)
        if arrow.get_visible():
            assert along_x(scene, arrow) == pytest.approx([x[step], end], rel=1e-6, abs=1e-6 * (right - left))


@pytest.mark.parametrize("rate", RATES)
def test_points_the_slope_uphill_and_the_step_to_the_next_x(rate):
    scene, x = drawn(rate), walk(rate)
    for frame, step in enumerate(CLOCK):
        scene.update(frame)
        check_arrows(scene, x, frame, min(step, len(x) - 1))


def test_says_that_a_step_is_too_short_for_an_arrow():
    said = "too short to be seen"
    assert said in words(drawn(0.0003), 0)
    assert said not in words(drawn(0.0003), -1)  # there are no more steps
    assert said not in words(drawn(0.1), 0)
    assert said in words(drawn(0.1), 27)


def test_draws_an_arrow_smaller_where_slopes_are_steep():
    steep = Descent(recorded_walk(0.1), lambda x: 100 * height(x), lambda x: 100 * slope(x), 0.001, enough=ENOUGH)
    wall = Curve(curve().x, 100 * curve().y)
    scene = CurveDescent(steep, wall, CLOCK, title="Steep", name="steep")
    assert (scene.divisor, panel(0.1).divisor) == (1000, 10)


# --- a camera that moves ----------------------------------------------------------------------------------------------


def test_keeps_the_picture_while_the_numbers_explode():
    scene, x = followed(), walk(1.1, most=60)
    Painter(scene)
    places = []
    for frame in range(scene.frames):
        scene.update(frame)
        assert scene.axes.get_xlim() == pytest.approx(tuple(scene.views[frame]))
        check_arrows(scene, x, frame, 2 * frame)
        places.append(scene.axes.transData.transform(scene.dot.get_xydata()[0]))
    np.testing.assert_allclose(places, np.broadcast_to(places[0], np.shape(places)), atol=0.5)


def test_moves_the_camera_between_two_frames_and_keeps_arrows_at_their_x():
    scene, x = followed(), walk(1.1, most=60)
    Painter(scene)
    scene.update(4.5)
    assert scene.axes.get_xlim() == pytest.approx(tuple(scene.views[4:6].mean(axis=0)))
    assert along_x(scene, scene.arrows["step"]) == pytest.approx([x[8], x[9]])
    height_of_plot = np.diff(scene.axes.get_ylim())[0]
    assert height_of_plot == pytest.approx((np.diff(scene.axes.get_xlim())[0] / 2) ** 2 * 1.1 / 0.8, rel=0.02)


def test_refuses_views_from_right_to_left():
    with pytest.raises(ValueError, match="views must go from a smaller x to a larger"):
        CurveDescent(descent(0.1), curve(), [0, 1], title="t", name="n", views=[(0, 20), (20, 0)])


def test_does_not_draw_what_has_left_the_picture():
    scene = drawn(1.1)
    shown, x = [], np.array(walk(1.1, most=60))
    for frame in range(61):
        scene.update(frame)
        shown.append(scene.dot.get_visible())
        assert scene.tangent.get_visible() == shown[-1]
    assert shown == list(np.abs(x - 10) < 85)
    assert sum(shown) == 13
    assert not any(arrow.get_visible() for arrow in scene.arrows.values())  # nor its arrows


def test_does_not_draw_what_leaves_the_picture_on_its_way_out():
    scene = drawn(1.1)
    seen = []
    for frame in (12, 12.5, 13):
        scene.update(frame)
        seen.append(scene.dot.get_visible())
    assert seen == [True, False, False]


# --- Descent ---------------------------------------------------------------------------------------------------------


def test_reads_the_descent_from_the_recording():
    walked, x = descent(0.1), walk(0.1)
    np.testing.assert_array_equal(walked.x, x)
    assert (walked.last, walked.converged) == (30, True)
    assert (walked.x[-1], walked.y[-1]) == (9.989148836585644, 0.0001177477474450676)
    assert not descent(0.0003).converged


def test_multiplies_the_rate_with_the_push():
    walked = Descent(recorded(x=[9.5, 10.5]), height, slope, 1.0, enough=0, push=np.sign)
    assert walked.push.tolist() == [-1, 1]
    assert walked.slope.tolist() == [-1, 1]
    assert walked.converged


def test_refuses_a_descent_that_it_cannot_draw():
    recording = recorded(x=[1.0, 2.0])
    recording.table = np.zeros(2, [("x", float, 2)])
    with pytest.raises(ValueError, match=r"x must be one number, got an array of shape \(2,\)"):
        Descent(recording, height, slope, 0.1, enough=0)
    with pytest.raises(ValueError, match="expected a record of every step, 0, 1, …, got <Recording: 1 records"):
        Descent(recorded(x=[1.0]), height, slope, 0.1, enough=0)
