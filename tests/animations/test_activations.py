"""Networks that learn a curve: what is drawn of their recorded parameters, where they bend, and what is said of it."""

import numpy as np
import pytest

from animations import CurveFit, CurveStates
from animations.scenes.activations.curve_fit import bends, straight_line
from animations.scenes.activations.functions import break_at_jumps
from tests.animations.samples.activations import STEPS, X, Y, panel, states, trained
from tests.animations.why_checks import check_whys
from tinylearn import Dense, Layer, Recorder, ReLU, Sequential, Tanh


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


@pytest.mark.parametrize("middle", [(), (ReLU,), (Tanh,)])
def test_shows_the_loss_of_the_parameters_on_the_picture(middle):
    """The race once showed the loss before this update, which was recorded before the next one."""
    model, recording = trained(*middle)
    before = model.parameters.copy()
    recorded = recording.losses[np.add(STEPS[:-1], 1)]
    np.testing.assert_allclose(states(*middle).loss[:-1], recorded, rtol=1e-12)
    np.testing.assert_array_equal(model.parameters, before)  # the caller's model stays as it was


def test_bends_where_the_neuron_switches():
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0)), ReLU()])
    model.parameters = np.array([2.0, -1.0])  # on from x = 0.5
    x = np.array([0.0, 0.25, 0.75, 1.0])
    np.testing.assert_array_equal(bends(model, x, model.forward(x[:, None])[:, 0]), [[0.75, 0.5]])
    assert straight_line(model) is None


def test_draws_no_line_where_the_slope_jumps():
    np.testing.assert_array_equal(break_at_jumps(np.array([0.0, 0.0, 0.0, 1.0, 1.0])), [0, 0, 0, np.nan, 1])
    np.testing.assert_array_equal(break_at_jumps(np.ones(5)), np.ones(5))


class Doubled(Layer):
    """Every unit twice."""

    def forward(self, x):
        return np.concatenate([x, x], axis=1)

    def backward(self, dout):
        return dout[:, : dout.shape[1] // 2] + dout[:, dout.shape[1] // 2 :]


def test_names_a_layer_that_changes_the_units():
    rng = np.random.default_rng(0)
    model = Sequential([Dense(1, 2, rng=rng), Doubled(), Dense(4, 1, rng=rng)])
    made = CurveStates(Recorder(model).recording, model, X, Y, [0])
    scene = CurveFit(made, title="t", name="net", best_line=1, heights=(-2, 2), losses=made.loss[[0, 0]])
    check_whys(scene)
    assert scene.why("net.out[1,5,3]", 0).parts[0].words == "the result of Doubled()'s forward for this example"


def test_explains_a_best_line_of_someone_else_as_given():
    scene = panel()
    scene.best_line = 0.3
    assert scene.why("net.best_line", 0).parts[0].words == "given to this picture"


def test_draws_the_bends_that_can_be_told_apart_as_dots():
    scene = panel(ReLU)
    scene.states.bends[0], scene.dots[0] = np.zeros((5, 2)), np.zeros((2, 2))
    assert scene.why("net.bends", 0).parts[0].arithmetic == "5.0 - 3.0 = 2.0"
    assert panel(ReLU).why("net.out[1,5,0]", 1), "whatever frame is asked first"
    for gid in ("net.out[9,0,0]", "net.square[90]", "net.dense_1.w[1,0]", "net.w", "loss_now"):
        assert panel(ReLU).why(gid, 0) is None
