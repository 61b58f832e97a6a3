"""Networks that learn a curve: what is drawn of their recorded parameters, and where they bend."""

import numpy as np
import pytest

from animations import CurveStates
from animations.scenes.activations.curve_fit import bends, straight_line
from animations.scenes.activations.functions import break_at_jumps
from tests.animations.samples.activations import STEPS, states, trained
from tinylearn import Dense, ReLU, Sequential, Tanh
from tinylearn.datasets import sine


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
    recorded = trained(*middle)[1].losses[np.add(STEPS[:-1], 1)]
    np.testing.assert_allclose(states(*middle).loss[:-1], recorded, rtol=1e-12)


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


def test_draws_no_line_where_the_slope_jumps():
    np.testing.assert_array_equal(break_at_jumps(np.array([0.0, 0.0, 0.0, 1.0, 1.0])), [0, 0, 0, np.nan, 1])
    np.testing.assert_array_equal(break_at_jumps(np.ones(5)), np.ones(5))
