"""Every number that the neuron's scenes draw, in every frame, is the recorded one: read back from the drawn text."""

import numpy as np
import pytest
from audit import lines_and_tips, painted

import tinylearn as tl
from animations import NeuronStates, style
from animations.engine.painter import Painter
from tests.animations.samples.neurons import STEPS, TARGET, X, celsius, celsius_values, diagram
from tests.animations.samples.neurons import line as make_line
from tests.animations.samples.neurons import states as make_states


@pytest.fixture
def recording():
    return celsius()


@pytest.fixture
def states():
    return make_states()


def test_shows_the_loss_that_the_next_update_recorded_in_states(states, recording):
    np.testing.assert_allclose(states.loss[:-1], recording.losses[np.add(STEPS[:-1], 1)], rtol=1e-12)


# --- what is drawn without digits: line, errors, falling loss, arrows ----------------------------------------------


def drawn_parts(figure):
    """Return line, errors and points of a LineFit, by their names in the legend, and the falling loss with its dot."""
    parts = {artist.get_label(): artist for artist in (*figure.axes[1].lines, *figure.axes[1].collections)}
    return parts["w · x + b"], parts["error"], parts["targets"], *lines_and_tips(figure)[0]


@pytest.mark.parametrize("frame", range(6))
def test_draws_line_errors_and_loss_of_the_step(recording, frame):
    line, errors, points, fall, dot = drawn_parts(painted(make_line(), frame).figure)
    x, target = X, TARGET
    w, b = recording["dense_1.w"][STEPS[frame], 0, 0], recording["dense_1.b"][STEPS[frame], 0]
    ends, heights = line.get_data()
    np.testing.assert_allclose(heights, w * ends + b, rtol=1e-12)
    np.testing.assert_array_equal(points.get_xydata(), np.column_stack([x, target]))
    ends_of_errors = np.array([path.vertices for path in errors.get_paths()])
    np.testing.assert_allclose(ends_of_errors[:, 0], np.column_stack([x, target]), rtol=1e-12)
    np.testing.assert_allclose(ends_of_errors[:, 1], np.column_stack([x, w * x + b]), rtol=1e-12)
    np.testing.assert_allclose(dot.get_xydata(), [[STEPS[frame], celsius_values()["loss"][frame]]], rtol=1e-12)
    path = np.column_stack([STEPS[: frame + 1], celsius_values()["loss"][: frame + 1]])
    np.testing.assert_allclose(fall.get_xydata(), path, rtol=1e-12)


def test_leaves_lines_of_earlier_steps_behind(recording):
    scene = make_line()
    Painter(scene)
    left = [(frame, ghost) for frame in range(6) for ghost in scene.trail(frame)]
    assert len(left) > 2
    for frame, ghost in left:
        w, b = recording["dense_1.w"][STEPS[frame], 0, 0], recording["dense_1.b"][STEPS[frame], 0]
        ends, heights = ghost.get_data()
        np.testing.assert_allclose(heights, w * ends + b, rtol=1e-12)


def test_draws_arrows_thicker_for_larger_weights_and_dashed_for_negative_ones(states):
    states.w[:3] = -2.0, 0.5, 3.0
    scene = diagram(states)
    Painter(scene)
    widths, styles = [], []
    for frame in range(3):
        scene.update(frame)
        (arrow,) = [line for line in scene.page.axes.lines if line.get_color() == style.WEIGHT]
        widths.append(arrow.get_linewidth())
        styles.append(arrow.get_linestyle())
    assert widths[1] < widths[0] < widths[2]
    assert styles[0] != styles[1] == styles[2] == "-"


# --- states --------------------------------------------------------------------------------------------------------


def test_holds_w_b_predictions_and_loss_of_the_same_step(states, recording):
    for frame, step in enumerate(STEPS):
        parameters = recording.at(step)
        assert states.w[frame] == parameters["dense_1.w"][0, 0]
        assert states.b[frame] == parameters["dense_1.b"][0]
        np.testing.assert_array_equal(states.predicted[frame], states.w[frame] * states.x + states.b[frame])
        np.testing.assert_array_equal(states.squared_error[frame], (states.predicted[frame] - states.target) ** 2)
        assert states.loss[frame] == pytest.approx(states.squared_error[frame].mean(), rel=1e-14)


def test_refuses_a_layer_of_another_shape_in_states():
    model = tl.Sequential([tl.Dense(2, 1, rng=np.random.default_rng(0))])
    x, target = np.ones(3), np.ones(3)
    with pytest.raises(ValueError, match=r"dense_1.w, of one input and one neuron, .* \(1, 1, 1\), got \(1, 2, 1\)"):
        NeuronStates(tl.Recorder(model).recording, x, target, [0])


def test_refuses_targets_that_do_not_fit_in_states(recording):
    with pytest.raises(ValueError, match=r"target must have shape \(10,\), as x has 10, got \(9,\)"):
        NeuronStates(recording, np.ones(10), np.ones(9), [0])


# --- layout --------------------------------------------------------------------------------------------------------


def test_keeps_digits_in_place_while_a_number_grows():
    """A right-aligned number ends at the same pixel, whatever its value."""
    scene = diagram()
    (number,) = Painter(scene).figure.findobj(lambda artist: artist.get_gid() == "predicted[9]")
    ends = set()
    for frame in range(6):
        scene.update(frame)
        ends.add(number.get_window_extent().x1)
    assert len(ends) == 1
