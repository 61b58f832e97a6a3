"""Counts of right answers as curves, and the gap of overfitting between them: numbers, lines and areas, every frame."""

import numpy as np
import pytest
from audit import check_all_numbers, check_layout, check_painter, lines_and_tips, nameless_digits, names_beside, painted
from matplotlib.patches import Polygon
from matplotlib.path import Path
from pixel_helpers import RIGHT, TOTALS, tallies

from animations import ClockStrip, OverfittingGap, Tally, TallyCurves

EPOCHS = 8


def curves():
    return TallyCurves(range(EPOCHS + 1), tallies(), title="one neuron", name="net")


def recomputed_curves():
    values = {"net.epoch": range(EPOCHS + 1)}
    for row, name in enumerate(RIGHT):
        values |= {f"net.right[{row}]": RIGHT[name], f"net.total[{row}]": [TOTALS[name]] * (EPOCHS + 1)}
    return values


# --- right answers ---------------------------------------------------------------------------------------------------


def test_every_count_of_every_frame_stands_behind_its_name():
    check_all_numbers(curves(), recomputed_curves())
    names = names_beside(curves())
    assert [names[f"net.right[{row}]"] for row in range(3)] == list(RIGHT)
    assert {names[f"net.total[{row}]"] for row in range(3)} == {"of"}


def test_lines_have_grown_to_the_share_that_is_right():
    scene = curves()
    grown = lines_and_tips(painted(scene, 0).figure)
    for frame in (0, 4, EPOCHS):
        scene.update(frame)
        for (line, tip), name in zip(grown, RIGHT, strict=True):
            share = RIGHT[name] / TOTALS[name]
            np.testing.assert_allclose(line.get_xydata(), np.column_stack([range(frame + 1), share[: frame + 1]]))
            np.testing.assert_allclose(tip.get_xydata(), [[frame, share[frame]]])


def test_a_line_looks_like_the_sample_beside_its_name():
    figure = painted(curves(), 0).figure
    samples = sorted(figure.axes[0].lines, key=lambda line: -line.get_ydata()[0])
    for (line, tip), sample in zip(lines_and_tips(figure), samples, strict=True):
        assert (line.get_color(), line.get_linestyle()) == (sample.get_color(), sample.get_linestyle())
        assert (tip.get_color(), tip.get_marker()) == (sample.get_color(), sample.get_marker())
    assert len({sample.get_linestyle() for sample in samples}) == 3


def test_the_curves_have_room():
    for texts in check_layout(curves(), 0, EPOCHS, words_at_ticks=[]):
        assert "share of right answers" in texts
    assert nameless_digits(curves(), [0, EPOCHS]) == set()


def test_curves_in_any_order_and_in_words():
    check_painter(curves, [5, 0])
    assert curves().describe(2) == "one neuron, epoch 2: right are seen 2 of 16, new 4 of 7, always deer 4 of 7."


def test_the_last_epoch_is_marked():
    marks = [axes.get_xticks().tolist() for axes in painted(curves(), 0).figure.axes if axes.axison]
    assert marks == [[0, 2, 4, 6, 8]] or marks[0][-1] == EPOCHS


def test_tallies_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"TallyCurves: 'seen' must have a count for each of 3 epochs, got \(2,\)"):
        TallyCurves([0, 1, 2], [Tally("seen", np.array([1, 2]), 4)], title="", name="")
    for wrong, got in (([1, 5], r"\[1\. 5\.\]"), ([-1, 4], r"\[-1\.  4\.\]"), ([0.5, 1], r"\[0\.5 1\. \]")):
        with pytest.raises(ValueError, match=rf"Tally: 'seen' must count 0 to 4 right answers, got {got}"):
            Tally("seen", wrong, 4)
    with pytest.raises(ValueError, match="TallyCurves: expected 1 to 3 tallies, got 4"):
        TallyCurves(range(9), [*tallies(), tallies()[0]], title="", name="")


# --- the gap ---------------------------------------------------------------------------------------------------------

CROSSING = ([2, 3, 9, 14, 16, 16], [6, 5, 5, 6, 7, 6])  # of 16, of 10: the test set is ahead at first
APART = ([8, 10, 12, 14, 15, 16, 16, 16, 16], [5, 5, 6, 6, 5, 6, 6, 5, 6])


def gap(train=CROSSING[0], test=CROSSING[1]):
    counted = [Tally("training set", train, 16), Tally("test set", test, 10)]
    return OverfittingGap(range(len(train)), counted, title="three layers", name="net")


def shaded(scene):
    (area,) = (area for axes in scene.page.figure.axes if axes.axison for area in axes.patches)
    assert isinstance(area, Polygon)
    return Path(area.get_xy())


def test_every_number_of_the_gap():
    values = {}
    for row, (right, total) in enumerate(zip(CROSSING, (16, 10), strict=True)):
        values |= {f"net.right[{row}]": right, f"net.total[{row}]": [total] * 6}
    values["net.gap"] = [100 * (a / 16 - b / 10) for a, b in zip(*CROSSING, strict=True)]
    check_all_numbers(gap(), values)
    assert names_beside(gap())["net.gap"] == "gap: overfitting"
    values["net.gap"][4] += 1
    with pytest.raises(AssertionError, match=r"net\.gap shows"):
        check_all_numbers(gap(), values)


@pytest.mark.parametrize("moment", [2, 3, 3.5, 5])
def test_shaded_is_what_lies_between_the_lines_until_now(moment):
    scene = gap()
    painted(scene, 0)
    scene.update(moment)
    area = shaded(scene)
    for x in np.arange(0.05, 5, 0.1):
        train, test = (np.interp(x, range(6), right) / total for right, total in zip(CROSSING, (16, 10), strict=True))
        for share in np.arange(0.01, 1, 0.02):
            if min(abs(share - train), abs(share - test)) > 0.005:
                assert area.contains_point((x, share)) == (test < share < train and x < moment), (x, share)


def test_nothing_is_shaded_before_there_is_a_gap():
    scene = gap()
    painted(scene, 0)
    for moment in (0, 0.5, 1):
        scene.update(moment)
        corners = shaded(scene).vertices
        assert np.ptp(corners[:, 0]) == 0 or np.allclose(corners, corners[::-1])


def test_the_gap_is_named_where_it_has_room_once_it_has_passed():
    scene = gap(*APART)
    painted(scene, 0)
    (word,) = (text for axes in scene.page.figure.axes for text in axes.texts if text.get_text() == "overfitting")
    seen = []
    for frame in range(9):
        scene.update(frame)
        seen.append(word.get_visible())
    assert seen == [False] * 7 + [True] * 2
    x, y = word.get_position()
    assert 0.6 < y < 1
    assert x == 6
    assert shaded(scene).contains_point((x, y))
    same = gap([10] * 9, [6] * 9)
    painted(same, 8)
    assert not [text for axes in same.page.figure.axes for text in axes.texts if text.get_text() == "overfitting"]


@pytest.mark.parametrize("counts", [CROSSING, APART])
def test_the_gap_has_room_and_frames_come_in_any_order(counts):
    for texts in check_layout(gap(*counts), 0, -1, words_at_ticks=[]):
        assert {"training set", "test set", "gap: overfitting", "points"} <= set(texts)
    check_painter(lambda: gap(*counts), [5, 0])


def test_one_tally_has_no_gap():
    with pytest.raises(ValueError, match="OverfittingGap: expected tallies of training set and test set, got 1"):
        OverfittingGap([0, 1], [Tally("seen", [1, 2], 4)], title="", name="")


# --- one clock for several scenes ------------------------------------------------------------------------------------


def test_the_strip_tells_the_time():
    def make():
        return ClockStrip([0, 5, 125], 900, title="do more neurons help?")

    assert make().size == (900, 56)
    check_all_numbers(make(), {"clock": [0, 5, 125], "last_clock": [125] * 3})
    names = names_beside(make())
    assert (names["clock"], names["last_clock"]) == ("Epoch", "of")
    for texts, phase in zip(check_layout(make(), 0, 1), ("initialise", "adjust, repeat"), strict=True):
        assert {"do more neurons help?", phase} <= set(texts)
    assert make().describe(1) == "do more neurons help?: Epoch 5 of 125."
    assert ClockStrip([0, 3], word="Update").describe(1) == "Update 3 of 3."
