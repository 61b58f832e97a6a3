"""The grid search shows each point in its place, and the best one so far."""

import numpy as np
import pytest

from animations.engine.painter import Painter
from tests.animations.samples.descent import GRID as X
from tests.animations.samples.descent import GRID_CLOCK as CLOCK
from tests.animations.samples.descent import grid, height


def test_uncovers_points_from_left_to_right_each_once():
    scene = grid()
    Painter(scene)
    for frame, step in enumerate(CLOCK):
        seen = [point for before in range(frame + 1) for line in scene.trail(before) for point in line.get_xdata()]
        np.testing.assert_array_equal(seen, X[: step + 1])


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


def test_refuses_columns_that_do_not_fit_a_grid_search():
    with pytest.raises(ValueError, match=r"y must have shape \(2000,\), as x has 2000, got \(3,\)"):
        grid(y=np.zeros(3))
