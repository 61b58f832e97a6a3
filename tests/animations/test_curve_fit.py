"""Two networks that learn a sine: everything drawn is computed by hand from the recorded parameters of that step."""

from itertools import product

import numpy as np
import pytest

from animations import CurveFit, CurveStates
from animations.engine.painter import Painter
from animations.scenes.activations.curve_fit import bends, straight_line
from chapters import ch04_activations as chapter
from tests.animations.samples.activations import (
    STEPS,
    X,
    Y,
    hidden_and_output,
    panel_values,
    states,
    switches,
    told_apart,
    trained,
)
from tinylearn import Dense, Recorder, ReLU, Sequential
from tinylearn.datasets import sine


class Lines:
    """The lines that a panel has drawn."""

    def __init__(self, panel):
        _, above, below = panel.page.figure.axes
        self.wanted, self.curve, self.dots = above.lines
        self.best, self.fall, self.tip = below.lines


NETWORKS = {"line": (), "relu": (ReLU,)}  # name of the panel → the activation


@pytest.fixture(scope="module")
def drawn():
    """The scene, drawn once for all tests that only look at it."""
    scene = chapter.two_networks(states(), states(ReLU), chapter.best_line(X, Y)[2])
    Painter(scene)
    return scene


def test_draws_curves_dots_and_losses_of_the_step(drawn):
    scene, x = drawn, X[:, 0]
    for frame, (shown, (name, middle)) in product(range(4), zip(scene.scenes, NETWORKS.items(), strict=True)):
        scene.update(frame)
        lines, recomputed = Lines(shown), panel_values(*middle, name=name)
        first, second, said = hidden_and_output(STEPS[frame], *middle)
        for line, y in ((lines.curve, said), (lines.wanted, np.sin(x))):
            np.testing.assert_allclose(line.get_xydata(), np.column_stack([x, y]), rtol=1e-9, atol=1e-12)
        loss = np.column_stack([STEPS[: frame + 1], recomputed[f"{name}.loss"][: frame + 1]])
        np.testing.assert_allclose(lines.fall.get_xydata(), loss, rtol=1e-9)
        np.testing.assert_allclose(lines.tip.get_xydata(), loss[-1:], rtol=1e-9)
        np.testing.assert_allclose(lines.best.get_ydata(), recomputed[f"{name}.best_line"], rtol=1e-9)
        dots = told_apart(x[1:][switches(first, second)] if middle else [])
        np.testing.assert_allclose(lines.dots.get_xydata(), np.c_[dots, np.interp(dots, x, said)], rtol=1e-9, atol=1e-9)


def test_counts_the_dots_that_can_be_told_apart(drawn):
    """The text said eleven places over nine dots, because some dots hid others."""
    panel = drawn.scenes[1]
    lines, fewer = Lines(panel), 0
    (number,) = panel.page.figure.findobj(lambda artist: artist.get_gid() == "relu.bends")
    for frame in range(4):
        panel.update(frame)
        dots = lines.dots.axes.transData.transform(lines.dots.get_xydata())
        assert number.get_text() == str(len(dots))
        assert (np.diff(dots[:, 0]) > 11.9).all()
        fewer += len(dots) < len(panel.states.bends[frame])
    assert fewer > 0


def test_keeps_curves_and_losses_within_their_axes(drawn):
    drawn.update(3)
    for each in drawn.scenes:
        lines, made = Lines(each), each.states
        low, high = lines.curve.axes.get_ylim()
        assert low < made.predicted.min() <= made.predicted.max() < high
        (left, right), (low, high) = lines.fall.axes.get_xlim(), lines.fall.axes.get_ylim()
        assert left < 0 < 20 < right
        assert low < made.loss.min() <= made.loss.max() < high


def test_keeps_the_curve_straight_between_two_bends():
    """The dots mark all places where the curve can bend: elsewhere its slope does not change."""
    relu = states(ReLU)
    for predicted, dots in zip(relu.predicted, relu.bends, strict=True):
        change = np.abs(np.diff(predicted, n=2))  # at x[1], x[2], …
        near = np.isin(relu.x[1:-1], dots[:, 0]) | np.isin(relu.x[2:], dots[:, 0])
        assert change[~near].max() < 1e-12


def test_draws_a_straight_line_at_every_step_without_activations():
    line = states()
    np.testing.assert_allclose(line.predicted, line.line[:, :1] * line.x + line.line[:, 1:], rtol=1e-9, atol=1e-12)
    assert states(ReLU).line is None
    assert all(len(dots) == 0 for dots in line.bends)


def test_keeps_the_parameters_of_the_callers_model():
    model, recording = trained(ReLU)
    before = model.parameters.copy()
    CurveStates(recording, model, *sine(), [0, 5])
    np.testing.assert_array_equal(model.parameters, before)


def test_bends_where_the_neuron_switches():
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0)), ReLU()])
    model.parameters = np.array([2.0, -1.0])  # on from x = 0.5
    x = np.array([0.0, 0.25, 0.75, 1.0])
    np.testing.assert_array_equal(bends(model, x, model.forward(x[:, None])[:, 0]), [[0.75, 0.5]])
    assert straight_line(model) is None


def test_refuses_data_that_cannot_be_drawn():
    x, y = sine(5)
    model = chapter.network(0, ReLU)
    recording = Recorder(model).recording
    with pytest.raises(ValueError, match=r"target must have shape \(5,\), as x has 5, got \(4,\)"):
        CurveStates(recording, model, x, y[:4], [0])
    with pytest.raises(ValueError, match=r"CurveStates: x, .* must be at least 2 numbers, each above the one before"):
        CurveStates(recording, model, x[::-1], y, [0])
    with pytest.raises(
        ValueError, match=r"steps must be a list of whole numbers, one for each frame, got shape \(0,\)"
    ):
        CurveStates(recording, model, x, y, [])
    wide = Sequential([Dense(1, 2, rng=np.random.default_rng(0))])
    with pytest.raises(ValueError, match=r"what the model says must have shape \(5, 1\), got \(5, 2\)"):
        CurveStates(Recorder(wide).recording, wide, x, y, [0])


@pytest.mark.parametrize(
    ("losses", "message"),
    [
        ((0.0, 1.0), "be 1e-100 or more, got 0 to 1"),
        ((2.0, 1.0), r"be two numbers, the lowest and the highest, got \[2. 1.\]"),
        ((0.1, np.inf), "be finite numbers"),
        ((np.nan, 1.0), "be finite numbers"),
    ],
)
def test_refuses_losses_that_a_log_scale_cannot_show(losses, message):
    with pytest.raises(ValueError, match=f"CurveFit: losses must {message}"):
        CurveFit(states(), title="", name="line", best_line=0.5, heights=(-1, 1), losses=losses)
