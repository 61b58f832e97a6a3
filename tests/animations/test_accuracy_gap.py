"""The gap of overfitting: every number, line and word, and what is shaded between the lines."""

import numpy as np
import pytest
from audit import check_layout, numbers_on, painted
from matplotlib.patches import Polygon

from animations import AccuracyGap, CorrectCounts, LearningRun
from tests.animations.samples.classes import COUNTS, EPOCHS, TOTALS, gap, gap_values, run


def accuracies(i):
    """Return the accuracies of a run, (2, S)."""
    return np.array(list(COUNTS.values())[i]) / np.array(TOTALS)[:, None]


def plots_of(scene):
    return [axes for axes in scene.page.figure.axes if axes.axison]


@pytest.mark.parametrize("moment", [0, 1, 2.25, 4])
def test_grows_lines_and_shades_the_area_between_them(moment):
    scene, before, fraction = gap(), int(moment), moment % 1
    painted(scene, 0)
    scene.update(moment)
    for i, axes in enumerate(plots_of(scene)):
        after = min(before + 1, 4)
        end = (1 - fraction) * EPOCHS[before] + fraction * EPOCHS[after]
        tips = (1 - fraction) * accuracies(i)[:, before] + fraction * accuracies(i)[:, after]
        lines = axes.lines
        for j in (0, 1):
            np.testing.assert_allclose(lines[2 * j].get_xydata()[-1], [end, tips[j]])
            np.testing.assert_allclose(lines[2 * j + 1].get_xydata(), [[end, tips[j]]])
            np.testing.assert_allclose(lines[2 * j].get_ydata()[: before + 1], accuracies(i)[j, : before + 1])
        np.testing.assert_allclose(lines[4].get_xydata(), [[end, tips[0]], [end, tips[1]]])
        (area,) = axes.patches
        assert isinstance(area, Polygon)
        corners = {tuple(corner) for corner in area.get_xy().round(9)}
        passed = {(x, y) for line in accuracies(i) for x, y in zip(EPOCHS[: before + 1], line.round(9), strict=False)}
        assert corners == passed | {(round(end, 9), round(y, 9)) for y in tips}


def test_names_overfitting_below_its_number_while_there_is_a_gap_after_learning():
    scene = gap()
    painter = painted(scene, 0)
    words = [text for axes in plots_of(scene) for text in axes.texts if text.get_text() == "overfitting"]
    for frame in range(5):
        scene.update(frame)
        for i, word in enumerate(words):
            x, y = numbers_on(painter.figure)[f"run_{i}.gap"].get_position()
            assert word.get_position() == pytest.approx((x, y - 0.06))
            assert word.get_visible() == (gap_values()[f"run_{i}.gap"][frame] > 0.05 and scene.epochs[frame] > 0)


def test_draws_one_run_of_no_epoch_and_three_runs():
    check_layout(AccuracyGap([0], [run("one", [3], [4])]), 0)
    check_layout(AccuracyGap(EPOCHS, [run(name, *COUNTS["changed"]) for name in "abc"]), 4)


def test_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match=r"AccuracyGap: 'as they are' must have a count for each of 2 epochs, got 5"):
        AccuracyGap([0, 1], gap().runs)
    with pytest.raises(ValueError, match="AccuracyGap: expected 1 to 3 runs, got 0"):
        AccuracyGap([0, 1], [])
    with pytest.raises(TypeError, match="AccuracyGap: runs must be a list of LearningRun"):
        AccuracyGap([0, 1], [CorrectCounts("a", [1, 2], 2)])
    with pytest.raises(ValueError, match="LearningRun: new has 3 of S, not 2, as seen has 2"):
        LearningRun("a", CorrectCounts("b", [1, 2], 2), CorrectCounts("c", [1, 2, 3], 3))
    with pytest.raises(ValueError, match="LearningRun: always has 1 of S, not 2, as seen has 2"):
        LearningRun("a", CorrectCounts("b", [1, 2], 2), CorrectCounts("c", [1, 2], 2), CorrectCounts("d", [1], 2))
