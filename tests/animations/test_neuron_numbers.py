"""Every number that the neuron's scenes draw, in every frame, is the recorded one: read back from the drawn text."""

import numpy as np
import pytest
from audit import check_all_numbers, check_numbers, lines_and_tips, nameless_digits, painted
from conftest import ASK, FRAMES

import tinylearn as tl
from animations import NeuronStates, log_spaced_steps, style
from animations.engine.painter import Painter
from tinylearn.datasets import celsius_fahrenheit

STEPS = log_spaced_steps(8000, FRAMES)


@pytest.fixture(scope="module")
def recomputed(recording):
    """Return gid → the value in each frame, from the two recorded parameters and the data alone."""
    x, target = (column[:, 0] for column in celsius_fahrenheit())
    values = {"step": [], "last_step": [], "dense_1.w[0,0]": [], "dense_1.b[0]": [], "loss": [], f"answer({ASK})": []}
    for i in range(10):
        values |= {f"x[{i}]": [], f"target[{i}]": [], f"predicted[{i}]": [], f"squared_error[{i}]": []}
    for step in STEPS:
        w, b = recording["dense_1.w"][step, 0, 0], recording["dense_1.b"][step, 0]
        values["step"].append(step)
        values["last_step"].append(STEPS[-1])
        values["dense_1.w[0,0]"].append(w)
        values["dense_1.b[0]"].append(b)
        values["loss"].append(sum((w * x[i] + b - target[i]) ** 2 for i in range(10)) / 10)
        values[f"answer({ASK})"].append(w * ASK + b)
        for i in range(10):
            values[f"x[{i}]"].append(x[i])
            values[f"target[{i}]"].append(target[i])
            values[f"predicted[{i}]"].append(w * x[i] + b)
            values[f"squared_error[{i}]"].append((w * x[i] + b - target[i]) ** 2)
    return values


@pytest.mark.parametrize("kind", ["diagram", "both"])
def test_takes_every_number_of_every_frame_from_the_recording(make, recomputed, kind):
    check_all_numbers(getattr(make, kind)(), recomputed)


@pytest.mark.parametrize("name", ["w", "b", "predicted", "squared_error", "loss", "steps", "x", "target"])
def test_notices_one_wrong_value(make, states, recomputed, name):
    """The check above must notice one entry of one array that is off by 5 %."""
    values = getattr(states, name)
    frame_or_pair = 5 if values.size in (10, FRAMES) else (FRAMES // 2, 5)
    values[frame_or_pair] += 1 if name == "steps" else abs(values[frame_or_pair]) / 20
    with pytest.raises(AssertionError, match="shows"):
        check_all_numbers(make.diagram(), recomputed)


def test_notices_one_wrong_text(make, recomputed):
    scene = make.diagram()
    painter = Painter(scene)
    scene.update(40)
    check_numbers(painter.figure, 40, recomputed)
    (number,) = painter.figure.findobj(lambda artist: artist.get_gid() == "predicted[7]")
    number.set_value(recomputed["predicted[7]"][40] + 0.1)
    with pytest.raises(AssertionError, match=r"predicted\[7\] shows"):
        check_numbers(painter.figure, 40, recomputed)


def test_notices_numbers_of_another_step(make, recomputed):
    """The book shows weights after an update next to predictions from before it."""
    scene = make.diagram()
    painter, values = Painter(scene), recomputed.copy()
    scene.update(1)
    for name in ("dense_1.w[0,0]", "dense_1.b[0]", "step"):
        values[name] = [values[name][0], *values[name]]
    with pytest.raises(AssertionError, match="shows"):
        check_numbers(painter.figure, 1, values)


def test_draws_no_number_without_its_source(make):
    """The only digits without a gid are the input of the bias, 1, and the label of the question."""
    assert nameless_digits(make.diagram(), range(FRAMES)) == {"1", f"never shown: {ASK} °C →"}


def test_shows_the_loss_that_the_next_update_recorded(recording):
    """`losses` holds the loss before each update, and the scene the loss after it."""
    x, target = (column[:, 0] for column in celsius_fahrenheit())
    w, b = recording["dense_1.w"][:, 0, 0], recording["dense_1.b"][:, 0]
    loss = ((w[:, None] * x + b[:, None] - target) ** 2).mean(axis=1)
    np.testing.assert_allclose(loss[:-1], recording.losses[1:], rtol=1e-12)
    assert len(loss) == 8001


def test_shows_the_loss_that_the_next_update_recorded_in_states(states, recording):
    np.testing.assert_allclose(states.loss[:-1], recording.losses[states.steps[:-1] + 1], rtol=1e-12)


# --- what is drawn without digits: line, errors, falling loss, arrows ----------------------------------------------


def drawn_parts(figure):
    """Return line, errors and points of a LineFit, by their names in the legend, and the falling loss with its dot."""
    parts = {artist.get_label(): artist for artist in (*figure.axes[1].lines, *figure.axes[1].collections)}
    return parts["w · x + b"], parts["error"], parts["targets"], *lines_and_tips(figure)[0]


@pytest.mark.parametrize("frame", [0, 1, 17, 80])
def test_draws_line_errors_and_loss_of_the_step(make, recording, recomputed, frame):
    line, errors, points, fall, dot = drawn_parts(painted(make.line(), frame).figure)
    x, target = (column[:, 0] for column in celsius_fahrenheit())
    w, b = recording["dense_1.w"][STEPS[frame], 0, 0], recording["dense_1.b"][STEPS[frame], 0]
    ends, heights = line.get_data()
    np.testing.assert_allclose(heights, w * ends + b, rtol=1e-12)
    np.testing.assert_array_equal(points.get_xydata(), np.column_stack([x, target]))
    ends_of_errors = np.array([path.vertices for path in errors.get_paths()])
    np.testing.assert_allclose(ends_of_errors[:, 0], np.column_stack([x, target]), rtol=1e-12)
    np.testing.assert_allclose(ends_of_errors[:, 1], np.column_stack([x, w * x + b]), rtol=1e-12)
    np.testing.assert_allclose(dot.get_xydata(), [[STEPS[frame], recomputed["loss"][frame]]], rtol=1e-12)
    path = np.column_stack([STEPS[: frame + 1], recomputed["loss"][: frame + 1]])
    np.testing.assert_allclose(fall.get_xydata(), path, rtol=1e-12)


def test_turns_the_line_between_two_steps_and_keeps_the_dot_on_the_visible_line(make):
    scene = make.line()
    figure = painted(scene, 30).figure
    line, errors, points, fall, dot = drawn_parts(figure)
    shown = {}
    for frame in (30, 31, 30.5):
        scene.update(frame)
        seen = dot.axes.transData.transform(dot.get_xydata())[0]
        shown[frame] = line.get_ydata().copy(), np.array(errors.get_segments()), seen
    for first, last, between in zip(*shown.values(), strict=True):
        assert np.abs(last - first).max() > 0
        np.testing.assert_allclose(between, (first + last) / 2)
    np.testing.assert_array_equal(fall.get_xydata()[-1], dot.get_xydata()[0])
    np.testing.assert_array_equal(fall.get_xdata()[:-1], STEPS[:31])
    assert errors.get_segments()[0][0].tolist() == points.get_xydata()[0].tolist()


def test_leaves_lines_of_earlier_steps_behind(make, recording):
    scene = make.line()
    Painter(scene)
    left = [(frame, ghost) for frame in range(FRAMES) for ghost in scene.trail(frame)]
    assert len(left) > 5
    for frame, ghost in left:
        w, b = recording["dense_1.w"][STEPS[frame], 0, 0], recording["dense_1.b"][STEPS[frame], 0]
        ends, heights = ghost.get_data()
        np.testing.assert_allclose(heights, w * ends + b, rtol=1e-12)


def test_draws_arrows_thicker_for_larger_weights_and_dashed_for_negative_ones(make, states):
    states.w[:3] = -2.0, 0.5, 3.0
    scene = make.diagram()
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


def test_shows_the_first_and_last_state_of_the_book(states):
    assert (states.w[0], states.b[0]) == (1, 1)
    np.testing.assert_allclose([states.w[-1], states.b[-1]], [1.8002504858014874, 31.970400154777106], rtol=1e-12)


def test_refuses_a_layer_of_another_shape_in_states():
    model = tl.Sequential([tl.Dense(2, 1, rng=np.random.default_rng(0))])
    x, target = np.ones(3), np.ones(3)
    with pytest.raises(ValueError, match=r"dense_1.w, of one input and one neuron, .* \(1, 1, 1\), got \(1, 2, 1\)"):
        NeuronStates(tl.Recorder(model).recording, x, target, [0])


def test_refuses_targets_that_do_not_fit_in_states(recording):
    with pytest.raises(ValueError, match=r"target must have shape \(10,\), as x has 10, got \(9,\)"):
        NeuronStates(recording, np.ones(10), np.ones(9), [0])
