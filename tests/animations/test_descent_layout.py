"""On the descent panels and the grid search no text is cut off or touches another; frames equal a full redraw."""

import numpy as np
from audit import check_layout

from animations import CurveDescent, GridSearch
from animations.engine.painter import Painter
from tests.animations.samples.descent import CLOCK, curve, descent, height, panel


def test_aligns_digits_of_this_point_and_of_the_best():
    x = np.linspace(0, 20, 200)  # 19.899497 is one digit longer than the best, 9.949749
    figure = Painter(GridSearch(x, height(x), curve(), [0, 150], title="Look", name="grid")).figure
    for axis in ("x", "y"):
        now, best = (
            figure.findobj(lambda one, gid=f"grid.{name}.{axis}": one.get_gid() == gid)[0] for name in ("now", "best")
        )
        assert now.get_window_extent().x1 == best.get_window_extent().x1


def test_finds_room_for_long_words_over_the_arithmetic():
    walked = descent(0.1)
    scene = CurveDescent(
        walked, curve(), CLOCK, title="Steps of one size", name="fixed", setting="step size", push="sign of slope"
    )
    check_layout(scene, 3)


def test_keeps_digits_in_place_while_a_number_changes():
    scene = panel(0.95, range(20))
    painter, ends = Painter(scene), set()
    (number,) = painter.figure.findobj(lambda artist: artist.get_gid() == "rate_0.95.update.x")
    for frame in range(20):
        scene.update(frame)
        ends.add(number.get_window_extent().x1)
    assert len(ends) == 1
