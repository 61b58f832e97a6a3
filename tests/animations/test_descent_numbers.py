"""Every number of the descent panels, in every frame, is that of a walk made by hand; the path lies where it went."""

import functools
from itertools import pairwise

import numpy as np
import pytest
from audit import check_all_numbers, check_numbers, nameless_digits
from descent_helpers import CLOCK, RATES, descent, height, panel, panel_values, recorded, slope, three_panels, walk
from matplotlib.text import Text

from animations import Descent
from animations.engine.painter import Painter


def texts_of(scene, frame):
    """Return gid → text of the numbers that are to be seen in a scene that was drawn."""
    scene.update(frame)
    found = scene.axes.figure.findobj(lambda artist: artist.get_gid() is not None and artist.get_visible())
    return {number.get_gid(): number.get_text() for number in found}


def leaving(clock=range(61)):
    """Return the panel of a walk that diverges."""
    return panel(1.1, clock, window=(-75, 95), most=60)


@functools.cache
def drawn(rate):
    """Return the panel of a rate, drawn once for all tests that only look at what it shows."""
    scene = leaving() if rate == 1.1 else panel(rate)
    Painter(scene)
    return scene


def test_every_number_of_three_panels_on_one_clock():
    panels = [panel_values(rate) for rate in RATES]

    def values(frame):
        return {gid: value for panel in panels for gid, value in panel(frame).items()}

    check_all_numbers(three_panels(), values)


def test_every_number_of_a_walk_that_diverges():
    check_all_numbers(leaving(), panel_values(1.1, range(61), most=60))


def test_the_first_update_is_written_as_in_the_book():
    texts = texts_of(drawn(0.1), 0)
    names = ("update.x", "update.rate", "update.push", "update.next_x")
    assert [texts[f"rate_0.1.{name}"] for name in names] == ["1.2345", "0.1", "(-17.531)", "2.9876"]


@pytest.mark.parametrize("rate", RATES)
def test_the_arithmetic_holds_as_it_is_written(rate):
    """A reader who calculates with the digits shown gets the digits shown, up to the rounding of the last."""
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


@pytest.mark.parametrize("name", ["x", "y", "slope", "push"])
def test_one_wrong_value_is_noticed(name):
    walked = descent(0.1)
    setattr(walked, name, getattr(walked, name).copy())
    getattr(walked, name)[7] += 0.001
    with pytest.raises(AssertionError, match="shows"):
        check_all_numbers(panel(walked=walked), panel_values(0.1))


def test_one_wrong_text_is_noticed():
    scene, values = panel(0.1), panel_values(0.1)
    painter = Painter(scene)
    scene.update(3)
    check_numbers(painter.figure, 3, values)
    (number,) = painter.figure.findobj(lambda artist: artist.get_gid() == "rate_0.1.update.next_x")
    number.set_value(float(number.get_text()) + 0.001)
    with pytest.raises(AssertionError, match=r"update\.next_x shows"):
        check_numbers(painter.figure, 3, values)


def test_no_number_is_drawn_without_saying_where_it_came_from():
    assert nameless_digits(panel(), range(len(CLOCK))) == set()


# --- words -----------------------------------------------------------------------------------------------------------


def words(scene, frame):
    """Return the texts that are to be seen in a scene that was drawn."""
    scene.update(frame)
    found = scene.axes.figure.findobj(lambda artist: isinstance(artist, Text) and artist.get_visible())
    return {text.get_text() for text in found}


@pytest.mark.parametrize(("rate", "last"), [(0.1, 30), (0.95, 58)])
def test_a_walk_that_has_converged_says_so_from_then_on(rate, last):
    scene = drawn(rate)
    assert "✓ converged at step" not in words(scene, last - 1)
    for frame in (last, len(CLOCK) - 1):
        assert {"✓ converged at step", str(last), "≤"} <= words(scene, frame)
        assert texts_of(scene, frame)[f"rate_{rate}.step"] == str(CLOCK[frame])  # the clock goes on


def test_a_walk_that_has_not_converged_says_so_at_its_end():
    scene = drawn(0.0003)
    assert "✗ not converged after" not in words(scene, -2)
    assert {"✗ not converged after", "2000", "steps", ">"} <= words(scene, -1)


def test_phases():
    scene = drawn(0.1)
    assert "initialise" in words(scene, 0)
    assert "adjust, repeat" in words(scene, 1)
    assert "adjust, repeat: x has left the picture" in words(drawn(1.1), 20)


def test_description():
    scene = panel(0.1)
    assert scene.describe(0) == (
        "Panel, learning rate 0.1, step 0: x = 1.2345, y = 76.8340, slope -17.531; the next x is 2.9876."
    )
    assert scene.describe(scene.frames - 1).endswith("y = 0.000118. Converged after 30 steps.")


# --- what is drawn without digits: point, tangent, path --------------------------------------------------------------


@pytest.mark.parametrize("rate", RATES)
def test_the_point_is_on_the_curve_and_the_tangent_has_its_slope(rate):
    scene, x = drawn(rate), walk(rate)
    for frame, step in enumerate(CLOCK):
        scene.update(frame)
        place = x[min(step, len(x) - 1)]
        np.testing.assert_allclose(scene.dot.get_xydata(), [[place, height(place)]], rtol=1e-12)
        (left, low), (right, high) = scene.tangent.get_xydata()
        assert (high - low) / (right - left) == pytest.approx(slope(place), abs=1e-9)
        assert (left + right) / 2 == pytest.approx(place)
        assert (low + high) / 2 == pytest.approx(height(place), abs=1e-9)


def ends_of(piece):
    """Return where a piece of path starts and ends: an arrow has 7 corners, the fourth is its tip; a line has 4."""
    corners = piece.get_xy()[:-1]
    tip = corners[3] if len(corners) == 7 else (corners[1] + corners[2]) / 2
    return [(corners[0] + corners[-1]) / 2, tip]


@pytest.mark.parametrize(("rate", "arrows"), [(0.95, 45), (0.1, 10)])
def test_each_arrow_is_one_step(rate, arrows):
    scene, x = drawn(rate), walk(rate)
    pieces = [(frame, piece) for frame in range(scene.frames) for piece in scene.trail(frame)]
    heads = [(frame, piece) for frame, piece in pieces if len(piece.get_xy()) == 8]
    assert len(heads) >= arrows
    for frame, arrow in heads:
        places = np.array([x[frame - 1], x[frame]])  # so far each frame is a step
        np.testing.assert_allclose(ends_of(arrow), np.column_stack([places, height(places)]), atol=1e-9)


@pytest.mark.parametrize("rate", [*RATES, 1.1])
def test_the_path_is_without_gaps(rate):
    scene = drawn(rate)
    if rate == 1.1:
        scene = leaving(CLOCK)
        Painter(scene)
    ends = [ends_of(piece) for frame in range(scene.frames) for piece in scene.trail(frame)]
    np.testing.assert_allclose(ends[0][0], [1.2345, height(1.2345)], rtol=1e-9)
    for (_, end), (start, _) in pairwise(ends):
        np.testing.assert_allclose(start, end, atol=1e-9)


def test_steps_that_the_clock_skips_are_a_plain_line():
    scene = drawn(0.0003)
    pieces = [piece for frame in range(scene.frames) for piece in scene.trail(frame)]
    assert pieces
    assert all(len(piece.get_xy()) == 5 for piece in pieces)


def test_what_has_left_the_picture_is_not_drawn():
    scene = drawn(1.1)
    shown, x = [], np.array(walk(1.1, most=60))
    for frame in range(61):
        scene.update(frame)
        shown.append(scene.dot.get_visible())
        assert scene.tangent.get_visible() == shown[-1]
    assert shown == list(np.abs(x - 10) < 85)
    assert sum(shown) == 13
    assert not any(scene.trail(frame) for frame in range(14, 61))


def test_between_two_frames_the_point_is_on_its_way_and_tangent_and_numbers_are_those_before():
    scene, x = drawn(0.1), walk(0.1)
    scene.update(3)
    tangent, texts = scene.tangent.get_xydata(), texts_of(scene, 3)
    scene.update(3.25)
    start, end = (np.array([x[step], height(x[step])]) for step in (3, 4))
    np.testing.assert_allclose(scene.dot.get_xydata(), [0.75 * start + 0.25 * end], rtol=1e-12)
    np.testing.assert_array_equal(scene.tangent.get_xydata(), tangent)
    assert texts_of(scene, 3.25) == texts


def test_what_leaves_the_picture_is_not_drawn_on_its_way_out():
    scene = drawn(1.1)
    seen = []
    for frame in (12, 12.5, 13):
        scene.update(frame)
        seen.append(scene.dot.get_visible())
    assert seen == [True, False, False]


# --- Descent ---------------------------------------------------------------------------------------------------------


def test_descent_reads_the_recording():
    walked, x = descent(0.1), walk(0.1)
    np.testing.assert_array_equal(walked.x, x)
    assert (walked.last, walked.converged) == (30, True)
    assert (walked.x[-1], walked.y[-1]) == (9.989148836585644, 0.0001177477474450676)
    assert not descent(0.0003).converged


def test_push_is_what_the_rate_is_multiplied_with():
    walked = Descent(recorded(x=[9.5, 10.5]), height, slope, 1.0, enough=0, push=np.sign)
    assert walked.push.tolist() == [-1, 1]
    assert walked.slope.tolist() == [-1, 1]
    assert walked.converged


def test_descent_refuses_what_it_cannot_draw():
    recording = recorded(x=[1.0, 2.0])
    recording.table = np.zeros(2, [("x", float, 2)])
    with pytest.raises(ValueError, match=r"x must be one number, got an array of shape \(2,\)"):
        Descent(recording, height, slope, 0.1, enough=0)
    with pytest.raises(ValueError, match="expected a record of every step, 0, 1, …, got <Recording: 1 records"):
        Descent(recorded(x=[1.0]), height, slope, 0.1, enough=0)
