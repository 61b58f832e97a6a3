"""A neuron before two pictures: every number, line, circle, bar and word of every frame is what was recorded."""

import numpy as np
import pytest
from audit import check_all_numbers, check_layout, check_painter, nameless_digits, numbers_on, painted
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Circle, Rectangle
from pixel_helpers import (
    ANSWERS,
    EPOCHS,
    PANELS,
    PICTURES,
    PIXELS,
    panel,
    recomputed_panel,
    recomputed_weights,
    states,
    three_panels,
    trained,
)

import tinylearn as tl
from animations import PixelNeuron, PixelStates, style
from animations.kit.images import spread_pixels


@pytest.fixture(scope="module")
def recording():
    return trained()


@pytest.fixture
def made(recording):
    """States on arrays of their own, for a test to spoil."""
    return states(recording)


@pytest.fixture(scope="module")
def drawn(recording):
    """Return name → the painter of a panel that has painted frame 0, for all tests that only look at it."""
    made = states(recording)
    return {name: painted(panel(made, name), 0) for name in PANELS}


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_every_number_of_every_frame_is_the_recorded_one(made, recording):
    values = recomputed_weights(recording)
    for name in PANELS:
        values |= recomputed_panel(recording, name)
    check_all_numbers(three_panels(made), values)


@pytest.mark.parametrize("name", ["w", "b", "sums", "predicted", "x"])
def test_one_wrong_value_is_noticed(made, recording, name):
    array = getattr(made, name)
    array[(0 if name == "x" else 4, *([PIXELS[2]] if name in "wx" else [0] * (array.ndim - 1)))] += 0.1
    with pytest.raises(AssertionError, match="shows"):
        check_all_numbers(panel(made, "horse"), recomputed_panel(recording, "horse"))


def test_every_digit_says_where_it_came_from(made):
    assert nameless_digits(three_panels(made), range(EPOCHS + 1)) == {"1"}, "the input of the bias"


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PANELS)
def test_letter_circle_pixel_and_weight_of_an_input_stand_in_one_row(drawn, name):
    scene = drawn[name].scene
    page = scene.page.axes
    scene.update(0)
    numbers = numbers_on(page.figure)
    circles = [patch for patch in page.patches if isinstance(patch, Circle) and patch.center[0] < 100]
    letters = {text.get_text(): text.get_position() for text in page.texts}
    starts = {line.get_ydata()[0]: line.get_color() for line in page.lines if line.get_xdata()[0] == 226}
    for row, k in enumerate(PIXELS):
        x, w = numbers[f"{name}.x[{k}]"], numbers[f"{name}.dense_1.w[{k},0]"]
        y = x.get_position()[1]
        assert w.get_position()[1] == y
        (circle,) = (circle for circle in circles if circle.center[1] == y)
        assert letters["abcde"[row]][1] == y
        assert letters["abcde"[row]][0] < circle.center[0] < x.get_position()[0] < w.get_position()[0]
        grey = float(PICTURES[list(PANELS).index(name)].reshape(1024, 3)[k, 0])
        assert to_rgb(circle.get_facecolor()) == pytest.approx((grey,) * 3)
        assert starts.pop(y) == style.WEIGHT
    assert starts == {numbers[f"{name}.dense_1.b[0]"].get_position()[1]: style.BIAS}


@pytest.mark.parametrize("name", PANELS)
def test_a_letter_stands_beside_its_pixel_in_the_red_channel(drawn, name):
    red = next(axes for axes in drawn[name].figure.axes if axes.images and axes.images[0].get_array().ndim == 2)
    for letter, k in zip("abcde", PIXELS, strict=True):
        row, column = divmod(k, 32)
        (place,) = (text.get_position() for text in red.texts if text.get_text() == letter)
        assert 1 < place[0] - column < 2
        assert place[1] == row
    framed = {(patch.get_y() + 0.5, patch.get_x() + 0.5) for patch in red.patches if isinstance(patch, Rectangle)}
    assert {divmod(k, 32) for k in PIXELS} <= framed


@pytest.mark.parametrize("name", PANELS)
def test_the_pictures_are_painted_pixel_by_pixel(drawn, name):
    pixels = drawn[name].paint(0).astype(int)
    picture = PICTURES[list(PANELS).index(name)]
    for left, wanted in ((30, picture), (258, np.repeat(picture[..., :1], 3, axis=2))):
        top = 700 - 452 - 192
        drawn = pixels[top + 3 : top + 192 : 6, left + 3 : left + 192 : 6, :3]  # the middle of each pixel, 6 × 6 large
        off = np.abs(drawn - 255 * wanted).max(axis=2)
        assert (off <= 2).mean() > (0.999 if left == 30 else 0.96), "but for frames and letters on the red channel"


# --- what is drawn without digits ------------------------------------------------------------------------------------


def test_the_bar_is_as_high_as_the_probability(drawn, recording):
    scene = drawn["deer"].scene
    page = scene.page.axes
    box, bar = (patch for patch in page.patches if isinstance(patch, Rectangle))
    (half,) = (line for line in page.lines if line.get_linestyle() == "--" and line.get_color() == style.INK)
    assert to_hex(bar.get_facecolor()) == style.FAINT
    for frame in (0, 3, EPOCHS):
        scene.update(frame)
        p = recomputed_panel(recording, "deer")["deer.predicted"][frame]
        assert bar.get_y() == box.get_y()
        assert bar.get_height() / box.get_height() == pytest.approx(p)
        assert half.get_ydata()[0] == box.get_y() + box.get_height() / 2
    heights = {text.get_text(): text.get_position()[1] for text in page.texts}
    assert heights["deer"] < box.get_y() < box.get_y() + box.get_height() < heights["horse"]


@pytest.mark.parametrize(
    ("total", "name", "said", "colour"),
    [
        (2.0, "horse", "says horse ✓", style.TARGET),
        (-2.0, "horse", "says deer ✗", style.ERROR),
        (2.0, "deer", "says horse ✗", style.ERROR),
        (-2.0, "deer", "says deer ✓", style.TARGET),
        (0.0, "deer", "cannot tell", style.QUIET),
    ],
)
def test_the_verdict(made, total, name, said, colour):
    made.sums[4] = total
    scene = panel(made, name)
    painted(scene, 4)
    (verdict,) = (text for text in scene.page.axes.texts if text.get_text() == said)
    assert verdict.get_color() == colour
    assert said in scene.describe(4)


def test_a_line_is_thicker_for_a_larger_weight_and_dashed_for_a_negative_one(made):
    made.w[:3, PIXELS[0]] = -0.5, 0.1, 0.9
    made.w[3:, PIXELS[0]] = 0.1
    made.w[:, PIXELS[1]], made.w[:, PIXELS[2]] = 0.45, 0
    scene = panel(made, "horse")
    painted(scene, 0)
    first, second, third, *_ = (line for line in scene.page.axes.lines if line.get_xdata()[0] == 226)
    widths, styles = [], []
    for frame in range(3):
        scene.update(frame)
        widths.append(first.get_linewidth())
        styles.append(first.get_linestyle())
        assert (second.get_linewidth(), third.get_linewidth()) == (3.5, 1), "the same scale for all lines"
    assert widths == [4, 1.5, 6], "1 for 0, up to 6, in steps"
    assert styles[0] != styles[1] == styles[2] == "-"


# --- layout ----------------------------------------------------------------------------------------------------------


def test_every_text_has_its_place_and_can_be_read(made):
    words = {"a horse", "a deer", "never seen", "its red channel", "Σ", "sigmoid", "1024", "1019", "for deer"}
    for texts in check_layout(three_panels(made), 0, 1, EPOCHS):
        assert words <= set(texts)


def test_frames_in_any_order(made):
    check_painter(lambda: three_panels(made), [5, 0])


# --- states ----------------------------------------------------------------------------------------------------------


def test_states_are_those_of_the_ends_of_epochs(recording):
    found = PixelStates(recording, PICTURES, [0, 3, EPOCHS])
    for row, step in enumerate((0, 6, 16)):
        np.testing.assert_array_equal(found.w[row], recording.at(step)["dense_1.w"][:, 0])
        assert found.b[row] == recording.at(step)["dense_1.b"]
    assert found.last == EPOCHS


def test_states_of_what_was_not_recorded_are_refused(recording):
    with pytest.raises(ValueError, match=r"epochs must be recorded ones, 0 to 8, got \[0, 9\]"):
        PixelStates(recording, PICTURES, [0, 9])
    with pytest.raises(ValueError, match=r"dense_1.w, of one neuron .* \(1, 16, 1\), got \(1, 1024, 1\)"):
        PixelStates(recording, PICTURES[:, :4, :4], [0])
    with pytest.raises(ValueError, match=r"pictures must have shape \(P, H, W, 3\), got \(2, 32, 32\)"):
        PixelStates(recording, PICTURES[..., 0], [0])
    model = tl.Sequential([tl.Dense(1024, 2, rng=np.random.default_rng(0))])
    with pytest.raises(ValueError, match=r"got \(1, 1024, 2\)"):
        PixelStates(tl.Recorder(model).recording, PICTURES, [0])


def test_a_picture_that_is_not_there_is_refused(made):
    with pytest.raises(ValueError, match="PixelNeuron: which must lie in 0 … 1, got 2"):
        PixelNeuron(made, 2, answers=ANSWERS, target=0, note="", name="third")


def test_spread_pixels_lie_within_small_pictures_too():
    assert [divmod(k, 5) for k in spread_pixels(4, 5)] == [(0, 1), (0, 4), (2, 2), (3, 1), (3, 4)]
