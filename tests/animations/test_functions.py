"""The point that moves along an activation and its slope: every number follows from the function's own formula."""

import numpy as np
import pytest

from animations import FunctionStates
from animations.engine.painter import Painter
from animations.scenes.activations.functions import break_at_jumps, value_and_slope
from chapters.ch04_activations import INPUTS, two_functions
from tests.animations.samples.activations import sigmoid
from tinylearn import ReLU, Sigmoid


@pytest.fixture(scope="module")
def drawn():
    """The scene, drawn once for all tests that only look at it."""
    scene = two_functions(INPUTS)
    Painter(scene)
    return scene


class Lines:
    """The lines that a panel has drawn, above and below."""

    def __init__(self, panel):
        _, above, below = panel.page.figure.axes
        self.curve, self.drop, self.tangent, self.point = above.lines
        self.faint, self.stem, self.traced, self.tip = below.lines


def number(panel, name):
    """Return the number with this name in a panel."""
    (found,) = panel.page.figure.findobj(lambda artist: artist.get_gid() == f"{panel.name}.{name}")
    return found


def test_draws_the_curves_of_the_formulas(drawn):
    functions = (lambda x: np.where(x > 0, x, 0), lambda x: np.where(x > 0, 1, 0)), (
        sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x)))  # fmt: skip
    for panel, (f, slope) in zip(drawn.scenes, functions, strict=True):
        lines = Lines(panel)
        for line, wanted in ((lines.curve, f), (lines.faint, slope)):
            x, y = line.get_data()
            assert (x[0], x[-1]) == (-6, 6)
            assert len(x) > 1000
            assert np.isnan(y).sum() == (panel is drawn.scenes[0] and line is lines.faint)  # one gap: ReLU jumps
            np.testing.assert_allclose(y, np.where(np.isnan(y), y, wanted(x)), rtol=1e-9)


def test_shows_the_slope_of_the_tangent_above_as_height_below(drawn):
    for scene in drawn.scenes:
        lines = Lines(scene)
        for frame in range(scene.frames):
            scene.update(frame)
            (left, right), (low, high) = lines.tangent.get_data()
            (x,), (height,) = lines.tip.get_data()
            assert (x, height) == (scene.states.x[frame], scene.states.slope[frame])
            assert (high - low) / (right - left) == pytest.approx(height, abs=1e-12)
            assert lines.point.get_xydata()[0] == pytest.approx([x, (low + high) / 2])
            np.testing.assert_allclose(lines.stem.get_xydata(), [[x, 0], [x, height]])
            np.testing.assert_array_equal(lines.drop.get_xdata(), [x, x])
            assert tuple(lines.drop.get_ydata()) == (scene.states.y[frame], lines.drop.axes.get_ylim()[0])
            (start, end), (floor, top) = lines.tangent.axes.get_xlim(), lines.tangent.axes.get_ylim()
            assert start < left < right < end, "the tangent is cut off"
            assert floor < min(low, high) <= max(low, high) < top, "the tangent is cut off"


def test_keeps_the_point_on_the_curve_between_two_frames_and_the_numbers_too(drawn):
    functions = (lambda x: (max(x, 0), float(x > 0))), lambda x: (sigmoid(x), sigmoid(x) * (1 - sigmoid(x)))
    for panel, f in zip(drawn.scenes, functions, strict=True):
        for frame in (29.25, 62.5, 90.75):
            panel.update(frame)
            lines = Lines(panel)
            (x, y), (_, slope) = lines.point.get_xydata()[0], lines.tip.get_xydata()[0]
            assert x == pytest.approx(-6 + 0.1 * frame)
            assert (y, slope) == pytest.approx(f(x), abs=1e-5)
            assert number(panel, "x").get_text() == f"{INPUTS[int(frame)]:.1f}"


def test_draws_both_functions_on_the_same_axes_to_compare_how_steep_they_are(drawn):
    relu, sigmoid = (Lines(panel).curve.axes for panel in drawn.scenes)
    assert (relu.get_xlim(), relu.get_ylim()) == (sigmoid.get_xlim(), sigmoid.get_ylim())
    relu, sigmoid = (Lines(panel).tip.axes for panel in drawn.scenes)
    assert relu.get_ylim() == sigmoid.get_ylim()
    low, high = relu.get_ylim()
    assert low < 0 < 1 < high
    top = max(Lines(drawn.scenes[1]).faint.get_ydata())
    assert top == 0.25
    assert drawn.scenes[1].note == "never steeper than 0.25"


def test_draws_the_slope_as_far_as_the_point_has_come(drawn):
    _, scene = drawn.scenes
    for frame in (0, 30, 60, 120):
        scene.update(frame)
        x, slope = Lines(scene).traced.get_data()
        assert (x[0], x[-1]) == pytest.approx((-6, INPUTS[frame]))
        np.testing.assert_allclose(slope, sigmoid(x) * (1 - sigmoid(x)), rtol=1e-9)


def test_draws_no_line_where_the_slope_jumps():
    np.testing.assert_array_equal(break_at_jumps(np.array([0.0, 0.0, 0.0, 1.0, 1.0])), [0, 0, 0, np.nan, 1])
    np.testing.assert_array_equal(break_at_jumps(np.ones(5)), np.ones(5))


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([1.0], r"be at least 2 numbers, each above the one before, got array\(\[1\.\]\)"),
        ([2.0, 1.0], "be at least 2 numbers, each above the one before, got 1 after 2"),
        ([[1.0, 2.0]], r"have shape \(N,\), got \(1, 2\)"),
        ([0.0, np.nan], r"be finite numbers, got nan at x\[1\]"),
        ([0.0, np.inf], r"be finite numbers, got inf at x\[1\]"),
    ],
)
def test_refuses_inputs_that_do_not_grow(x, message):
    with pytest.raises(ValueError, match=f"FunctionStates: x must {message}"):
        FunctionStates(Sigmoid(), np.array(x))


def test_refuses_a_layer_that_does_not_keep_the_shape():
    class Twice(ReLU):
        def forward(self, x):
            return np.hstack([x, x])

    with pytest.raises(ValueError, match=r"value must have shape \(3, 1\), got \(3, 2\)"):
        value_and_slope(Twice(), np.arange(3.0))
