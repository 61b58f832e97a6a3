"""One update of a small network: its picture is computed here by hand, and equals the recorded update."""

from itertools import pairwise

import numpy as np
import pytest
from audit import painted
from matplotlib.patches import Circle

from animations import Backpropagation, style
from animations.scenes.network.passes import UpdatePasses
from animations.scenes.network.streams import ABOVE, BELOW
from chapters.ch04_activations import one_update
from tinylearn import SGD, Adam, Dense, MeanSquaredError, Recorder, ReLU, Sequential, Tanh, fit

INITIALISE, FORWARD, LOSS, BACKWARD, GRADIENTS, STEP, AGAIN, LAST = 0, range(1, 4), 4, range(5, 8), (8, 9), 10, 11, 14


@pytest.fixture(scope="module")
def recording():
    return one_update()


@pytest.fixture(scope="module")
def drawn(recording):
    """The scene, painted once for all tests that only look at it."""
    return painted(Backpropagation(recording), 0).scene


def learn(*units, activation=ReLU, rows=1, optimizer=None, loss=None, **settings):
    """Return the recording of a network of dense layers with activations between them, after two epochs."""
    rng, layers = np.random.default_rng(1), []
    for n_in, n_out in pairwise(units):
        layers += [Dense(n_in, n_out, rng=rng), activation()]
    model = Sequential(layers[:-1])
    recorder = Recorder(model)
    x, y = rng.normal(size=(rows, units[0])), rng.normal(size=(rows, units[-1]))
    fit(model, x, y, loss=loss or MeanSquaredError(), optimizer=optimizer or SGD(0.1), epochs=2, rng=rng,
        callbacks=[recorder], **settings)  # fmt: skip
    return recorder.recording


class Halved(MeanSquaredError):
    """A loss with other gradients."""

    def backward(self):
        return super().backward() / 2


def test_equals_the_gradients_of_the_update_bit_for_bit(recording):
    passes, wanted = UpdatePasses(recording, 1), recording.gradients(1)
    assert passes.gradients.keys() == wanted.keys()
    for name, gradient in wanted.items():
        assert passes.gradients[name].tobytes() == gradient.tobytes()
        assert passes.before[name].tobytes() == recording.at(0)[name].tobytes()
        assert passes.after[name].tobytes() == recording.at(1)[name].tobytes()


@pytest.mark.parametrize(("units", "activation"), [((1, 3, 1), Tanh), ((3, 1, 2, 1), ReLU), ((2, 1), ReLU)])
def test_takes_the_numbers_of_any_small_network_from_its_recording(units, activation):
    recording = learn(*units, activation=activation, rows=3, batch_size=1)
    for step in (1, 5):
        passes, wanted = UpdatePasses(recording, step), recording.gradients(step)
        for name, gradient in wanted.items():
            assert passes.gradients[name].tobytes() == gradient.tobytes()
        assert passes.losses[0] == recording.losses[recording.index(step)]
        for number, name in enumerate(passes.names):  # what explain says about backward
            if name.startswith("dense"):
                told = recording.explain(step, f"{name}.w[0,0]")
                np.testing.assert_array_equal(told.dout[0], passes.douts[number])
                np.testing.assert_array_equal(told.inputs[0], passes.outputs[0][number - 1] if number else passes.x)


def test_stops_dout_at_the_relu_that_is_off_and_keeps_its_weights(recording):
    passes = UpdatePasses(recording, 1)
    assert [off.tolist() for off in passes.off[0]] == [[False] * 3, [False, True, False], [False]]
    assert passes.douts[1][1] == -1.5
    assert passes.douts[0].tolist() == [-1, 0, 1]
    assert passes.gradients["dense_1.w"][0, 1] == passes.gradients["dense_2.w"][1, 0] == 0
    assert passes.after["dense_1.w"][0, 1] == passes.before["dense_1.w"][0, 1]
    assert passes.losses[1] < passes.losses[0] == 1


def streams(scene, color):
    """Return the lines of a colour that run, each with its beginning and its head."""
    lines = [line for line in scene.page.axes.lines if line.get_color() == color and line.get_marker() == "o"]
    ends = [line.get_xydata()[[0, -1]] if len(line.get_xdata()) else None for line in lines]
    return [each for each in ends if each is not None]


def test_stops_off_neurons_half_way_and_greys_them(drawn):
    drawn.update(7)
    (left, y), right = drawn.places[1][1], drawn.places[2][1]
    stopped = [head for start, head in streams(drawn, style.ERROR) if start[0] == right[0] and abs(start[1] - y) < 20]
    (head,) = stopped
    assert (left + right[0]) / 2 < head[0] < right[0]
    circles = {circle.center: circle for circle in drawn.page.axes.patches if isinstance(circle, Circle)}
    grey = [centre for centre, circle in circles.items() if circle.get_facecolor()[:3] != (1, 1, 1)]
    assert grey == [right]


def test_draws_a_line_red_and_dashed_below_zero_blue_above_with_a_gap_for_its_number(drawn):
    drawn.update(LAST)
    w = {**drawn.passes.after}
    lines = [line for line in drawn.page.axes.lines if line.get_color() in (ABOVE, BELOW)]
    values = [*w["dense_1.w"].ravel(), *w["dense_2.w"].ravel()]
    assert [line.get_color() == ABOVE for line in lines] == [value > 0 for value in values]
    assert [line.get_linestyle() == "-" for line in lines] == [value > 0 for value in values]
    widths = np.array([line.get_linewidth() for line in lines])
    assert (np.argsort(widths, kind="stable")[-1], widths.max()) == (int(np.argmax(np.abs(values))), 5.5)
    assert all(np.isnan(line.get_xydata()).any() for line in lines)


def test_removes_what_the_old_parameters_made_with_the_step(drawn):
    drawn.update(STEP)
    for color in (ABOVE, BELOW, style.ERROR):
        assert streams(drawn, color) == []


def test_says_every_beat_and_frame_in_words(drawn):
    phases = [drawn.beats.said[frame].phase for frame in range(drawn.frames)]
    assert phases == ["initialise", *["forward"] * 3, "loss", *["backward"] * 3, "gradients", "gradients", "step",
                      *["forward again"] * 3, "loss"]  # fmt: skip
    assert drawn.describe(7) == (
        "Update 1, backward: relu_1: dout × slope: a neuron that is off has slope 0, and stops it (-1.00, 0.00, 1.00)."
    )
    assert "it fell" in drawn.describe(LAST)


def test_calls_a_step_too_large():
    scene = Backpropagation(learn(1, 2, 1, activation=Tanh, optimizer=SGD(5.0)))
    assert scene.passes.losses[1] > scene.passes.losses[0]
    assert "this step was too large" in scene.describe(scene.frames - 1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rows": 2}, r"a batch of one row; train with batch_size=1, got \(2, 1\)"),
        ({"optimizer": Adam(0.1)}, r"SGD without momentum and weight decay, got Adam"),
        ({"optimizer": SGD(0.1, momentum=0.5)}, "SGD without momentum and weight decay, got SGD"),
        ({"loss": Halved()}, r"MeanSquaredError of one output, got Halved"),
        ({"units": (1, 4, 1)}, r"at most 3 weights in each layer, got \[Dense\(1, 4\)\]"),
        ({"units": (1, 1, 1, 1, 1)}, "at most 5 layers, got 7"),
        ({"units": (1, 2)}, r"MeanSquaredError of one output, got MeanSquaredError\(\) of \(2,\)"),
    ],
)
def test_refuses_updates_that_it_would_tell_wrongly(settings, message):
    recording = learn(*settings.pop("units", (1, 1)), **settings)
    with pytest.raises(ValueError, match=f"UpdatePasses: update 1 must have {message}"):
        Backpropagation(recording)


def test_refuses_layers_that_mix_numbers():
    rng = np.random.default_rng(0)
    model = Sequential([Dense(1, 2, rng=rng), Sequential([Dense(2, 1, rng=rng)])])
    recorder = Recorder(model)
    fit(model, [[1.0]], [[1.0]], loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=1, callbacks=[recorder])
    with pytest.raises(ValueError, match="must have layers that are Dense, ReLU, LeakyReLU, Sigmoid, Tanh, got"):
        Backpropagation(recorder.recording)


def test_refuses_an_update_that_is_not_recorded(recording):
    with pytest.raises(ValueError, match="step 2 is not in this recording"):
        Backpropagation(recording, 2)
