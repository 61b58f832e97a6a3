"""Weights as a picture, and counts of right answers: colours and numbers are the recorded ones, in every frame."""

import numpy as np
import pytest
from audit import (
    check_all_numbers,
    check_layout,
    check_painter,
    lines_and_tips,
    nameless_digits,
    names_beside,
    painted,
)
from matplotlib import colormaps
from pixel_helpers import ANSWERS, EPOCHS, PIXELS, RIGHT, TOTALS, UPDATES, recomputed_weights, states, tallies, trained

from animations import Tally, TallyCurves, WeightPicture
from animations.engine.painter import Painter


@pytest.fixture(scope="module")
def recording():
    return trained()


@pytest.fixture
def make(recording):
    made = states(recording)
    return lambda: WeightPicture(made, tallies(), answers=ANSWERS)


def curves():
    return TallyCurves(range(EPOCHS + 1), tallies(), title="one neuron", name="net")


def recomputed_curves():
    values = {"net.epoch": range(EPOCHS + 1)}
    for row, name in enumerate(RIGHT):
        values |= {f"net.right[{row}]": RIGHT[name], f"net.total[{row}]": [TOTALS[name]] * (EPOCHS + 1)}
    return values


# --- the weights -----------------------------------------------------------------------------------------------------


def test_every_number_of_every_frame(make, recording):
    check_all_numbers(make(), recomputed_weights(recording))


def test_every_weight_is_painted_at_its_place_in_its_colour(make, recording):
    painter = Painter(make())
    limit = np.abs(recording["dense_1.w"][::UPDATES]).max()
    plain = np.ones((32, 32), bool)
    for row, column in (divmod(k, 32) for k in PIXELS):
        plain[row - 1 : row + 2, column - 1 : column + 2] = False  # frames lie there
    for epoch in (0, 1, 5, EPOCHS):
        w = recording.at(epoch * UPDATES)["dense_1.w"].reshape(32, 32)  # row after row
        wanted = colormaps["RdBu"]((w / limit + 1) / 2, bytes=True)[..., :3].astype(int)
        top = 700 - 298 - 320
        drawn = painter.paint(epoch)[top + 5 : top + 320 : 10, 35:350:10, :3].astype(int)
        assert np.abs(drawn - wanted)[plain].max() <= 3  # neighbours in a table of 256 colours


def test_the_scale_has_the_colours_and_the_limits_of_the_weights(make):
    scene = make()
    weights, scale = (axes.images[0] for axes in painted(scene, 0).figure.axes if axes.images)
    assert weights.get_array().shape == (32, 32)
    assert weights.get_cmap() == scale.get_cmap()
    assert weights.get_clim() == scale.get_clim() == (-scene.limit, scene.limit)
    values = scale.get_array()[0]
    assert (values[0], values[-1]) == (-scene.limit, scene.limit)
    assert (np.diff(values) > 0).all()


def test_words_stand_below_the_ends_of_the_scale(make):
    scene = make()
    Painter(scene)
    places = {text.get_text(): text.get_window_extent() for text in scene.page.axes.texts}
    assert places["for deer"].x0 == pytest.approx(30, abs=2)
    assert places["for horse"].x1 == pytest.approx(350, abs=2)


def test_a_neuron_that_has_learned_nothing_is_drawn(make):
    scene = make()
    scene.states.w[:] = 0
    again = WeightPicture(scene.states, tallies(), answers=ANSWERS)
    assert again.limit == 1
    Painter(again).paint(0)


def test_every_text_has_its_place_and_can_be_read(make):
    for texts in check_layout(make(), 0, 1, EPOCHS):
        assert len(texts) > 20


def test_clock_and_words(make):
    scene = make()
    painted(scene, 0)
    words = []
    for frame in (0, 1, EPOCHS):
        scene.update(frame)
        words.append({text.get_text() for text in scene.page.axes.texts} & {"initialise", "adjust, repeat"})
    assert words == [{"initialise"}, {"adjust, repeat"}, {"adjust, repeat"}]
    assert scene.describe(1).endswith("right are seen 1 of 16, new 1 of 7, always deer 4 of 7.")
    assert nameless_digits(make(), [0, 1]) == set()


def test_frames_in_any_order(make):
    check_painter(make, [5, 0])


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


def test_tallies_that_do_not_fit_are_refused(make):
    with pytest.raises(ValueError, match=r"TallyCurves: 'seen' must have a count for each of 3 epochs, got \(2,\)"):
        TallyCurves([0, 1, 2], [Tally("seen", np.array([1, 2]), 4)], title="", name="")
    for wrong, got in (([1, 5], r"\[1\. 5\.\]"), ([-1, 4], r"\[-1\.  4\.\]"), ([0.5, 1], r"\[0\.5 1\. \]")):
        with pytest.raises(ValueError, match=rf"Tally: 'seen' must count 0 to 4 right answers, got {got}"):
            Tally("seen", wrong, 4)
    with pytest.raises(ValueError, match="WeightPicture: expected 1 to 3 tallies, got 4"):
        WeightPicture(make().states, [*tallies(), tallies()[0]], answers=ANSWERS)
