"""Counts of right answers in a strip below other scenes: every number, line and word."""

import numpy as np
import pytest
from audit import check_all_numbers, check_layout, lines_and_tips, names_beside, numbers_on, painted
from matplotlib.text import Text

from animations import Tally, TallyStrip
from animations.kit.page import SPACE

EPOCHS = [0, 1, 2, 60, 125]
SMALL = {"seen": ([0, 3, 5, 6, 7], 7), "new": ([1, 1, 2, 2, 3], 3)}
LARGE = {"training pictures": ([0, 9_999, 25_000, 49_999, 50_000], 50_000),
         "test pictures": ([10, 100, 1_000, 9_000, 10_000], 10_000),
         "always a frog": ([1_000] * 5, 10_000)}  # fmt: skip


def make(counts):
    return TallyStrip(EPOCHS, [Tally(name, np.array(right), total) for name, (right, total) in counts.items()],
                      title="right answers", name="net")  # fmt: skip


@pytest.mark.parametrize("counts", [SMALL, LARGE])
def test_every_number_of_every_frame(counts):
    values = {"net.epoch": EPOCHS, "net.last_epoch": [125] * 5}
    for row, (right, total) in enumerate(counts.values()):
        values |= {f"net.right[{row}]": right, f"net.total[{row}]": [total] * 5}
        values[f"net.share[{row}]"] = [each / total for each in right]
    check_all_numbers(make(counts), values)


def test_thousands_are_set_apart():
    shown = {gid: number.get_text() for gid, number in numbers_on(painted(make(LARGE), 3).figure).items()}
    assert (shown["net.right[0]"], shown["net.share[0]"], shown["net.right[1]"]) == ("49,999", "100.0%", "9,000")


@pytest.mark.parametrize("counts", [SMALL, LARGE])
def test_every_text_has_its_place_and_can_be_read_and_every_tick_stands_at_its_number(counts):
    for texts in check_layout(make(counts), 0, 4, words_at_ticks=[]):
        assert set(counts) <= set(texts)


def test_a_share_and_a_count_stand_beside_their_name():
    names = names_beside(make(LARGE))
    for row, name in enumerate(LARGE):
        assert names[f"net.share[{row}]"] == name
        assert names[f"net.total[{row}]"] == "of"
    assert names["net.epoch"] == "Epoch"


def test_a_count_ends_before_of_whatever_its_total():
    """Totals of 7 and 50,000: each column has one edge, and no word more room than it needs."""
    mixed = {"few": ([0, 3, 5, 6, 7], 7), "many": ([0, 9_999, 25_000, 49_999, 50_000], 50_000)}
    figure = painted(make(mixed), 4).figure
    boxes = {gid: number.get_window_extent() for gid, number in numbers_on(figure).items()}
    words = figure.findobj(lambda artist: isinstance(artist, Text) and artist.get_text() == "of")
    (of,) = {text.get_window_extent().x0 for text in words if text.get_position()[1] < 180}
    for row in range(2):
        assert of - boxes[f"net.right[{row}]"].x1 == SPACE
        assert boxes[f"net.total[{row}]"].x1 == 526
    assert boxes["net.total[1]"].x0 - max(text.get_window_extent().x1 for text in words) == SPACE


def test_lines_grow_epoch_by_epoch_and_look_like_their_samples():
    scene = make(LARGE)
    grown = lines_and_tips(painted(scene, 0).figure)
    for frame in range(5):
        scene.update(frame)
        for (line, tip), (right, total) in zip(grown, LARGE.values(), strict=True):
            np.testing.assert_array_equal(line.get_xdata(), EPOCHS[: frame + 1])
            np.testing.assert_allclose(line.get_ydata(), np.array(right[: frame + 1]) / total)
            assert (tip.get_xdata(), tip.get_ydata()) == ([EPOCHS[frame]], [right[frame] / total])
    page = scene.page.axes
    heights = {text.get_text(): text.get_position()[1] for text in page.texts}
    for sample, (line, tip), name in zip(page.lines, grown, LARGE, strict=True):
        assert sample.get_ydata()[0] == heights[name]
        assert (sample.get_color(), sample.get_linestyle()) == (line.get_color(), line.get_linestyle())
        assert (sample.get_color(), sample.get_marker()) == (tip.get_color(), tip.get_marker())


def test_between_two_epochs_lines_grow_on_and_numbers_stay():
    scene = make(LARGE)
    figure = painted(scene, 2).figure
    before = {gid: number.get_text() for gid, number in numbers_on(figure).items()}
    scene.update(2.25)
    for (line, tip), (right, total) in zip(lines_and_tips(figure), LARGE.values(), strict=True):
        end = [2 + 0.25 * 58, (0.75 * right[2] + 0.25 * right[3]) / total]
        np.testing.assert_allclose(line.get_xydata()[-1], end)
        np.testing.assert_allclose(tip.get_xydata(), [end])
        np.testing.assert_array_equal(line.get_xdata()[:-1], EPOCHS[:3])
    assert {gid: number.get_text() for gid, number in numbers_on(figure).items()} == before


def test_initialise_comes_first_then_adjust_and_repeat():
    scene = make(SMALL)
    painted(scene, 0)
    words = []
    for frame in range(5):
        scene.update(frame)
        words.append({text.get_text() for text in scene.page.axes.texts} & {"initialise", "adjust, repeat"})
    assert words == [{"initialise"}] + [{"adjust, repeat"}] * 4
    assert scene.describe(4) == "right answers, epoch 125: right are seen 7 of 7, new 3 of 3."


def test_an_error_names_the_strip():
    with pytest.raises(ValueError, match=r"TallyStrip: 'seen' must have a count for each of 5 epochs, got \(2,\)"):
        make({"seen": ([1, 2], 7)})
