"""The gap of overfitting: every number, line and word, and what is shaded between the lines."""

import numpy as np
import pytest
from audit import check_all_numbers, check_layout, check_painter, nameless_digits, numbers_on, painted
from matplotlib.patches import Polygon

from animations import AccuracyGap, CorrectCounts, LearningRun, style

EPOCHS = [0, 1, 2, 4, 16]
COUNTS = {"as they are": ([30, 90, 200, 310, 320], [31, 60, 120, 201, 199]),
          "changed": ([30, 80, 99, 150, 250], [31, 60, 105, 140, 200])}  # fmt: skip
TOTALS = 320, 300


def run(name, seen, new):
    return LearningRun(
        name, CorrectCounts("training set", np.array(seen), 320), CorrectCounts("test set", np.array(new), 300)
    )


def make():
    return AccuracyGap(EPOCHS, [run(name, *counts) for name, counts in COUNTS.items()])


def accuracies(i):
    """Return the accuracies of a run, (2, S)."""
    return np.array(list(COUNTS.values())[i]) / np.array(TOTALS)[:, None]


def recomputed():
    values = {"epoch": EPOCHS, "last_epoch": 16}
    for i, counts in enumerate(COUNTS.values()):
        for j, correct in enumerate(counts):
            values |= {f"run_{i}.correct[{j}]": correct, f"run_{i}.total[{j}]": TOTALS[j]}
        values[f"run_{i}.gap"] = [seen / 320 - new / 300 for seen, new in zip(*counts, strict=True)]
    return values


def plots_of(scene):
    return [axes for axes in scene.page.figure.axes if axes.axison]


def test_shows_every_number_of_every_frame():
    check_all_numbers(make(), recomputed())
    assert nameless_digits(make(), range(5)) == set()


@pytest.mark.parametrize("name", ["seen", "new", "gaps"])
def test_notices_one_wrong_number(name):
    scene = make()
    values = getattr(scene.runs[1], name)
    (values if name == "gaps" else values.correct)[3] += 1
    with pytest.raises(AssertionError, match="shows"):
        check_all_numbers(scene, recomputed())


@pytest.mark.parametrize("moment", [0, 1, 2.25, 4])
def test_grows_lines_and_shades_the_area_between_them(moment):
    scene, before, fraction = make(), int(moment), moment % 1
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


def test_moves_the_gap_with_its_bracket():
    scene = make()
    painter = painted(scene, 0)
    for moment in (0, 2, 2.5, 4):
        scene.update(moment)
        numbers = numbers_on(painter.figure)
        for i, axes in enumerate(plots_of(scene)):
            x, y = axes.lines[4].get_xydata().mean(axis=0)
            assert numbers[f"run_{i}.gap"].get_position() == pytest.approx((x + 0.04 * 16, y))
            assert numbers[f"run_{i}.gap"].get_color() == axes.lines[4].get_color() == style.ERROR
    scene.update(2.5)
    assert numbers_on(painter.figure)["run_0.gap"].get_text() == "gap 22.5%", "digits are those of the epoch before"


def test_names_overfitting_below_its_number_while_there_is_a_gap_after_learning():
    scene = make()
    painter = painted(scene, 0)
    words = [text for axes in plots_of(scene) for text in axes.texts if text.get_text() == "overfitting"]
    for frame in range(5):
        scene.update(frame)
        for i, word in enumerate(words):
            x, y = numbers_on(painter.figure)[f"run_{i}.gap"].get_position()
            assert word.get_position() == pytest.approx((x, y - 0.06))
            assert word.get_visible() == (recomputed()[f"run_{i}.gap"][frame] > 0.05 and scene.epochs[frame] > 0)


def test_draws_a_line_for_always_giving_the_same_answer():
    counts = COUNTS["as they are"]
    always = CorrectCounts("always deer", np.full(5, 150), 300)
    first = LearningRun(
        "with", CorrectCounts("training set", counts[0], 320), CorrectCounts("test set", counts[1], 300), always
    )

    def both():
        return AccuracyGap(EPOCHS, [first, run("without", *counts)])

    values = recomputed() | {
        f"run_1.{gid}": recomputed()[f"run_0.{gid}"] for gid in ("correct[0]", "correct[1]", "gap")
    }
    check_all_numbers(both(), values | {"run_0.correct[2]": [150] * 5, "run_0.total[2]": [300] * 5})
    for texts in check_layout(both(), 0, 4, words_at_ticks=[]):
        assert texts.count("always deer") == 1
    scene = both()
    painted(scene, 4)
    with_it, without = plots_of(scene)
    np.testing.assert_allclose(with_it.lines[4].get_ydata(), 0.5)
    assert (len(with_it.lines), len(without.lines)) == (7, 5)
    with pytest.raises(ValueError, match="LearningRun: always has 1 of S, not 2, as seen has 2"):
        LearningRun("a", CorrectCounts("b", [1, 2], 2), CorrectCounts("c", [1, 2], 2), CorrectCounts("d", [1], 2))


def test_shows_the_sign_of_a_gap_below_zero():
    assert numbers_on(painted(make(), 0).figure)["run_0.gap"].get_text() == "gap -1.0%"


def test_matches_lines_with_their_samples():
    scene = make()
    painted(scene, 0)
    samples = scene.page.axes.lines
    for i, axes in enumerate(plots_of(scene)):
        for j in (0, 1):
            sample, line, tip = samples[2 * i + j], axes.lines[2 * j], axes.lines[2 * j + 1]
            assert (sample.get_color(), sample.get_linestyle()) == (line.get_color(), line.get_linestyle())
            assert (sample.get_color(), sample.get_marker()) == (tip.get_color(), tip.get_marker())


def test_keeps_every_text_in_place_and_every_tick_at_its_number():
    for frame, texts in zip((0, 2, 4), check_layout(make(), 0, 2, 4, words_at_ticks=[]), strict=True):
        assert {"as they are", "changed", "training set", "test set"} <= set(texts)
        assert ("initialise" in texts) == (frame == 0)
        assert texts.count("Epoch") == 1, "one clock"


def test_draws_one_run_of_no_epoch_and_three_runs():
    check_layout(AccuracyGap([0], [run("one", [3], [4])]), 0)
    check_layout(AccuracyGap(EPOCHS, [run(name, *COUNTS["changed"]) for name in "abc"]), 4)


def test_draws_frames_in_any_order():
    check_painter(make, [4, 0, 2])


def test_says_a_frame_in_words():
    assert make().describe(3) == (
        "Epoch 4 of 16: as they are, correct answers: training set 310 of 320, test set 201 of 300, a gap of 29.9%; "
        "changed, correct answers: training set 150 of 320, test set 140 of 300, a gap of 0.2%."
    )


def test_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match=r"AccuracyGap: 'as they are' must have a count for each of 2 epochs, got 5"):
        AccuracyGap([0, 1], make().runs)
    with pytest.raises(ValueError, match="AccuracyGap: expected 1 to 3 runs, got 0"):
        AccuracyGap([0, 1], [])
    with pytest.raises(TypeError, match="AccuracyGap: runs must be a list of LearningRun"):
        AccuracyGap([0, 1], [CorrectCounts("a", [1, 2], 2)])
    with pytest.raises(ValueError, match="LearningRun: new has 3 of S, not 2, as seen has 2"):
        LearningRun("a", CorrectCounts("b", [1, 2], 2), CorrectCounts("c", [1, 2, 3], 3))
