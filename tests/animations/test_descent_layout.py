"""On the descent panels and the grid search no text is cut off or touches another; frames equal a full redraw."""

import pickle

import numpy as np
import pytest
from audit import check_all_numbers, check_layout, check_painter
from descent_helpers import CLOCK, curve, descent, height, panel, three_panels

from animations import CurveDescent, GridSearch, Heading, SideBySide
from animations.engine.painter import Painter


def diverging():
    return panel(1.1, range(61), window=(-75, 95), most=60)


def grid():
    x = np.linspace(0, 20, 2000)
    return GridSearch(x, height(x), curve(), [*range(0, 2000, 100), 1999], title="Look everywhere", name="grid")


def test_keeps_every_text_of_three_panels_readable():
    _, texts, _ = check_layout(three_panels(), 1, 30, -1)  # in frame 30 one has converged, two have not
    assert {"slope ÷", "30", "✓ converged at step", "0.95", "0.1", "0.0003", "y = (x − 10)²", "100"} <= set(texts)


def test_keeps_every_text_of_large_numbers_readable():
    check_layout(diverging(), 1, 14, 59, -1)


def test_keeps_every_text_of_the_grid_search_readable():
    for texts in check_layout(grid(), 1, 10, -1):
        assert "best so far" in texts


def test_shows_the_rule_and_the_one_clock_in_a_heading():
    heading = Heading("x ← x − slope", [0, 1, 30], 700, said=("first", "next"))
    assert heading.size == (700, 60)
    assert [heading.describe(frame) for frame in (0, 2)] == ["Step 0: x ← x − slope.", "Step 30: x ← x − slope."]
    texts = check_layout(heading, 0, 1, 2)
    assert [set(found) for found in texts] == [
        {"Step", step, said, "x ← x − slope"} for step, said in (("0", "first"), ("1", "next"), ("30", "next"))
    ]
    check_all_numbers(heading, {"step": [0, 1, 30]})


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


@pytest.mark.parametrize("make", [lambda: SideBySide(panel(0.95), panel(0.1)), diverging, grid])
def test_equals_a_full_redraw_in_painted_frames(make):
    check_painter(make, [13, 0, make().frames - 1, 12])


@pytest.mark.parametrize("make", [panel, grid])
def test_sends_a_scene_to_another_process(make):
    """Scenes are pickled before they are drawn."""
    copy = pickle.loads(pickle.dumps(make()))
    np.testing.assert_array_equal(Painter(copy).paint(5), Painter(make()).paint(5))


def test_keeps_digits_in_place_while_a_number_changes():
    scene = panel(0.95)
    painter, ends = Painter(scene), set()
    (number,) = painter.figure.findobj(lambda artist: artist.get_gid() == "rate_0.95.update.x")
    for frame in range(20):
        scene.update(frame)
        ends.add(number.get_window_extent().x1)
    assert len(ends) == 1
