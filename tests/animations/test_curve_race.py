"""Networks that learn one curve: losses and curves follow from their recorded parameters at the same epoch."""

import numpy as np
import pytest
from audit import check_layout, painted

from animations import CurveRace, CurveStates, style
from tests.animations.samples.activations import STEPS, X, Y, hidden_and_output, losses, race, states, trained
from tinylearn import ReLU, Tanh

NETWORKS = {"no bends": (), "with ReLU": (ReLU,), "no": (Tanh,)}


@pytest.fixture(scope="module")
def drawn():
    """The scene, drawn once for all tests that only look at it."""
    return painted(race(), 0).scene


def make(made):
    return CurveRace(made, title="Networks", best_line=0.3)


def test_shows_the_loss_of_the_parameters_on_the_picture():
    """The race once showed the loss before this update, which was recorded before the next one."""
    for middle in NETWORKS.values():
        recorded = trained(*middle)[1].losses[np.add(STEPS[:-1], 1)]
        np.testing.assert_allclose(states(*middle).loss[:-1], recorded, rtol=1e-12)


def test_draws_curves_and_losses_of_their_networks(drawn):
    _, falls, *panels = drawn.page.figure.axes
    for frame, step in enumerate(STEPS):
        drawn.update(frame)
        of_now = [line for line in falls.lines if len(line.get_xdata()) == frame + 1]
        for middle, panel, color in zip(NETWORKS.values(), panels, style.SERIES, strict=False):
            _, target, curve = panel.lines
            np.testing.assert_allclose(curve.get_ydata(), hidden_and_output(step, *middle)[2], rtol=1e-9, atol=1e-12)
            np.testing.assert_array_equal(target.get_ydata(), Y[:, 0])
            assert curve.get_color() == color
            fall = next(line for line in of_now if line.get_color() == color)
            np.testing.assert_allclose(fall.get_xydata(), np.c_[STEPS, losses(*middle)][: frame + 1])


def test_gives_all_panels_the_same_axes_with_room_for_the_target(drawn):
    _, losses, *panels = drawn.page.figure.axes
    assert len({(*panel.get_xlim(), *panel.get_ylim()) for panel in panels}) == 1
    low, high = panels[0].get_ylim()
    assert low < -1 < 1 < high
    assert losses.get_ylim()[0] < min(states.loss.min() for states in drawn.states.values())


@pytest.mark.parametrize("count", [1, 4])
def test_finds_room_for_one_to_four_networks(count):
    check_layout(make({f"network {k}": states() for k in range(count)}), 0, 3, words_at_ticks=[])


def test_refuses_states_that_cannot_be_compared():
    model, recording = trained()
    other = CurveStates(recording, model, X, Y, [0, 2])
    with pytest.raises(ValueError, match="CurveRace: all states must have the same steps, got different ones"):
        make({"one": states(), "other": other})
    with pytest.raises(ValueError, match="CurveRace: expected 1 to 5 states, got 0"):
        make({})
    with pytest.raises(TypeError, match="CurveRace: states must be a list of CurveStates"):
        make({"one": 3})
