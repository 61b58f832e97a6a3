"""The grid search shows each point in its place, and the best one so far."""

import numpy as np
import pytest
from audit import check_all_numbers, nameless_digits
from descent_helpers import curve, height

from animations import GridSearch
from animations.engine.painter import Painter

X = np.linspace(0, 20, 2000)
CLOCK = [0, 1, 2, 50, 999, 1000, 1001, 1500, 1999, 2500]


def grid(x=X, y=None, clock=CLOCK):
    return GridSearch(x, height(x) if y is None else y, curve(), clock, title="Look everywhere", name="grid")


def recomputed(frame):
    step = min(CLOCK[frame], 1999)
    seen = [(float((x - 10) ** 2), float(x)) for x in X[: step + 1]]
    y, x = min(seen)
    now = {"setting": 2000, "now.x": X[step], "now.y": seen[step][0], "best.x": x, "best.y": y}
    now |= {"last_step": 1999} if step == 1999 else {}
    return {f"grid.{gid}": value for gid, value in now.items()}


def test_shows_every_number_of_every_frame():
    assert recomputed(9)["grid.best.x"] == pytest.approx(10.005002501250624, rel=1e-15)
    check_all_numbers(grid(), recomputed)


@pytest.mark.parametrize("name", ["x", "y", "best"])
def test_notices_one_wrong_value(name):
    scene = grid(X.copy())
    getattr(scene, name)[50] += 1 if name == "y" else -20
    with pytest.raises(AssertionError, match="shows"):
        check_all_numbers(scene, recomputed)


def test_draws_no_number_without_its_source():
    assert nameless_digits(grid(), range(len(CLOCK))) == set()


def test_uncovers_points_from_left_to_right_each_once():
    scene = grid()
    Painter(scene)
    for frame, step in enumerate(CLOCK):
        seen = [point for before in range(frame + 1) for line in scene.trail(before) for point in line.get_xdata()]
        np.testing.assert_array_equal(seen, X[: step + 1])


def test_puts_dot_and_ring_at_this_point_and_at_the_best():
    scene = grid()
    Painter(scene)
    scene.update(7)
    np.testing.assert_allclose(scene.dot.get_xydata(), [[X[1500], height(X[1500])]])
    np.testing.assert_allclose(scene.ring.get_xydata(), [[X[1000], height(X[1000])]])


def test_looks_at_the_points_between_two_frames():
    scene = grid()
    Painter(scene)
    scene.update(3.5)  # from point 50 to point 999
    np.testing.assert_array_equal(scene.dot.get_xydata(), [[X[524], height(X[524])]])
    scene.update(6.9)  # the lowest is behind it
    np.testing.assert_allclose(scene.ring.get_xydata(), [[X[1000], height(X[1000])]])


def test_keeps_the_first_of_two_equally_good_points():
    scene = grid(np.arange(5.0), np.array([3.0, 1.0, 2.0, 1.0, 0.5]), clock=range(5))
    assert scene.best.tolist() == [0, 1, 1, 1, 4]


def test_describes_the_picture():
    assert grid().describe(8) == (
        "Look everywhere: 2000 of 2000 points looked at; the best so far is x = 10.005003, y = 0.000025."
    )


def test_refuses_columns_that_do_not_fit_a_grid_search():
    with pytest.raises(ValueError, match=r"y must have shape \(2000,\), as x has 2000, got \(3,\)"):
        grid(y=np.zeros(3))
