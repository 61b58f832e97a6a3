"""Four scores and their probabilities: every number and every bar, in every frame."""

import numpy as np
import pytest
from audit import (
    check_all_numbers,
    check_layout,
    check_painter,
    nameless_digits,
    names_beside,
    numbers_on,
    painted,
)
from matplotlib.colors import to_hex

from animations import SoftmaxBars, style
from animations.engine.painter import Painter
from chapters.ch04_activations import MOVING, SCORES, moving_scores
from tinylearn import Softmax

FRAMES = 101
INPUTS = moving_scores(FRAMES)


def make():
    return SoftmaxBars(INPUTS, Softmax().forward(INPUTS), moving=MOVING)


@pytest.fixture(scope="module")
def drawn():
    """The scene, painted once for all tests that only look at it."""
    return painted(make(), 0).scene


def bars_of(scene):
    """Return letter → the bars of a scene, each with its number: of inputs x, powers exp, outputs p."""
    numbers = numbers_on(scene.page.figure)
    panels = zip(("x", "exp", "p"), (axes for axes in scene.page.figure.axes if axes.patches), strict=True)
    return {letter: [(bar, numbers[f"{letter}[{k}]"]) for k, bar in enumerate(axes.patches)] for letter, axes in panels}


def recomputed():
    """Return gid → the value in each frame, from the scores alone."""
    values = {"exp_sum": [], "p_sum": []}
    for k in range(4):
        values |= {f"x[{k}]": [], f"p[{k}]": [], f"exp[{k}]": []}
    for row in INPUTS.tolist():
        total = sum(np.exp(x) for x in row)
        values["exp_sum"].append(total)
        values["p_sum"].append(1)
        for k, x in enumerate(row):
            values[f"x[{k}]"].append(x)
            values[f"exp[{k}]"].append(np.exp(x))
            values[f"p[{k}]"].append(np.exp(x) / total)
    return values


def test_shows_every_number_of_every_frame():
    check_all_numbers(make(), recomputed())


@pytest.mark.parametrize("name", ["inputs", "probabilities", "exponentials"])
def test_notices_one_wrong_value(name):
    scene = make()
    getattr(scene, name)[50, 1] *= 1.05
    with pytest.raises(AssertionError, match="shows"):
        check_all_numbers(scene, recomputed())


def test_starts_and_ends_the_film_with_the_numbers_of_the_book():
    scene = make()
    for frame in (0, -1):
        np.testing.assert_allclose(scene.inputs[frame], SCORES, rtol=1e-12)
        np.testing.assert_allclose(scene.probabilities[frame], [0.00347, 0.93867, 0.00077, 0.05708], atol=5e-6)


def test_moves_one_score_up_and_down_and_keeps_the_others():
    moves = [k for k in range(4) if np.ptp(INPUTS[:, k])]
    assert moves == [MOVING]
    assert (INPUTS[:, MOVING].max(), INPUTS[:, MOVING].min()) == pytest.approx((9.1, 1.1))


def test_draws_bars_as_high_as_their_numbers(drawn):
    scene, values = drawn, recomputed()
    for frame in (0, 33, 100):
        scene.update(frame)
        for letter, bars in bars_of(scene).items():
            for k, (bar, _) in enumerate(bars):
                assert bar.get_height() == pytest.approx(values[f"{letter}[{k}]"][frame])
                assert bar.get_y() == 0
                assert bar.get_y() + bar.get_height() < bar.axes.get_ylim()[1]


def test_places_a_bar_over_its_name_in_the_colour_of_its_numbers(drawn):
    drawn.update(0)
    for name, bars in zip(("input", "eˣ", "output"), bars_of(drawn).values(), strict=True):
        for k, (bar, number) in enumerate(bars):
            middle = bar.get_x() + bar.get_width() / 2
            assert number.get_position()[0] == pytest.approx(middle)
            assert bar.axes.get_xticks()[k] == pytest.approx(middle)
            assert bar.axes.get_xticklabels()[k].get_text().startswith(f"{name} {k + 1}")
            assert {to_hex(bar.get_facecolor()), number.get_color()} == {style.SERIES[k]}


def test_frames_the_moving_input(drawn):
    framed = [k for k, (bar, _) in enumerate(bars_of(drawn)["x"]) if to_hex(bar.get_edgecolor()) == style.INK]
    assert framed == [MOVING]


def test_writes_sums_and_headings_next_to_what_they_name():
    scene = make()
    names = names_beside(scene)
    assert (names["exp_sum"], names["p_sum"]) == ("sum of eˣ", "sum of p")
    headings = {text.get_text(): text.get_position()[0] for text in scene.page.axes.texts}
    left = [headings[title] for title in ("inputs x", "powers eˣ", "probabilities p = eˣ / sum")]
    assert left == [axes.get_position().x0 * scene.size[0] for axes in scene.page.figure.axes if axes.patches]
    assert left == sorted(left)


def test_fits_all_powers_on_an_axis_from_0(drawn):
    low, high = bars_of(drawn)["exp"][0][0].axes.get_ylim()
    assert (low, high) == (0, pytest.approx(1.12 * np.exp(9.1)))


def test_writes_powers_of_any_size_in_few_letters():
    inputs = np.array([[700.0, -700.0], [30.0, 1.0]])
    scene = SoftmaxBars(inputs, Softmax().forward(inputs), moving=0)
    check_layout(scene, 0, 1)
    scene.update(0)
    assert numbers_on(scene.page.figure)["exp[0]"].get_text() == "1.01e+304"


def test_moves_numbers_with_the_tops_of_their_bars_also_below_0():
    inputs = INPUTS - 5
    scene = SoftmaxBars(inputs, Softmax().forward(inputs), moving=MOVING)
    Painter(scene)
    for frame in (0, 30, 75):
        scene.update(frame)
        for bar, number in (pair for bars in bars_of(scene).values() for pair in bars):
            gap = number.get_position()[1] - max(bar.get_height(), 0)
            low, high = bar.axes.get_ylim()
            assert 0 < gap < 0.02 * (high - low)
            assert low <= bar.get_height(), "the bar goes through the floor"


def test_glides_bars_and_their_numbers_between_two_frames_and_keeps_digits():
    scene = make()
    painted(scene, 0)
    bar, number = bars_of(scene)["x"][MOVING]
    shown = {}
    for frame in (10, 11, 10.5):
        scene.update(frame)
        shown[frame] = bar.get_height(), number.get_position()[1], number.get_text()
    (first, low, digits), (last, high, others), (height, y, between) = shown.values()
    assert between == digits != others
    assert (height, y) == pytest.approx(((first + last) / 2, (low + high) / 2))


def test_keeps_every_text_readable_and_every_tick_at_its_number():
    names = [
        "input 1",
        "input 2",
        "input 3",
        "input 4 ↕",
        *(f"{of} {k}" for of in ("eˣ", "output") for k in (1, 2, 3, 4)),
    ]
    for texts in check_layout(make(), 0, 25, 75, words_at_ticks=names):
        assert len(texts) > 30


def test_says_where_every_digit_comes_from():
    assert nameless_digits(make(), range(0, FRAMES, 10)) == set()


def test_draws_frames_in_any_order():
    check_painter(make, [60, 20, 100])


def test_says_a_frame_in_words():
    assert make().describe(0).startswith("Softmax: 2.3 becomes 0.00347, 7.9 becomes 0.93867,")


def test_refuses_arrays_that_do_not_fit():
    with pytest.raises(ValueError, match=r"probabilities must have shape \(5, 4\), as inputs has 5, .*got \(4, 4\)"):
        SoftmaxBars(INPUTS[:5], INPUTS[:4], moving=0)
    with pytest.raises(ValueError, match="moving must lie in 0 … 3, got 4"):
        SoftmaxBars(INPUTS, Softmax().forward(INPUTS), moving=4)
    with pytest.raises(ValueError, match="expected 1 to 5 inputs, got 8"):
        SoftmaxBars(np.ones((2, 8)), np.ones((2, 8)), moving=0)
    with pytest.raises(ValueError, match=r"inputs must have shape \(S, K\), got \(0, 4\)"):
        SoftmaxBars(INPUTS[:0], INPUTS[:0], moving=0)
    with pytest.raises(ValueError, match="probabilities must be those of the inputs"):
        SoftmaxBars(INPUTS, Softmax().forward(2 * INPUTS), moving=0)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1000])
def test_refuses_inputs_too_large_for_an_exponential(wrong):
    with pytest.raises(ValueError, match=r"inputs must (be finite numbers|lie in \[-700, 700\]), got"):
        SoftmaxBars(np.array([[0.0, wrong]]), np.array([[0.0, 1.0]]), moving=0)
