"""Every number of the neuron scenes has an explanation, back to data and initial values."""

import numpy as np
import pytest

import tinylearn as tl
from animations import (
    CorrectCounts,
    LineFit,
    NeuronDiagram,
    NeuronStates,
    NeuronUpdates,
    PixelNeuron,
    PixelStates,
    SideBySide,
)
from animations.why import Code, Sum
from tests.animations.why_checks import check_whys
from tinylearn.datasets import celsius_fahrenheit
from tinylearn.initializers import ones

UNITS = ("°C", "°F")


@pytest.fixture(scope="module")
def rows():
    x, y = celsius_fahrenheit()
    return x[:, 0], y[:, 0]


@pytest.fixture(scope="module")
def celsius():
    x, y = celsius_fahrenheit()
    model = tl.Sequential([tl.Dense(1, 1, rng=np.random.default_rng(0), weights=ones, biases=ones)])
    recorder = tl.Recorder(model)
    tl.fit(model, x, y, loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.0005), epochs=40, batch_size=len(x),
           callbacks=[recorder])  # fmt: skip
    return recorder.recording


def pixel_scene(zeros=True):
    """Return two pictures and a neuron that learned from ten, and the recording."""
    rng = np.random.default_rng(3)
    pictures, labels = rng.random((10, 4, 5, 3)), rng.integers(2, size=10)
    start = tl.initializers.zeros if zeros else tl.initializers.he_normal
    model = tl.Sequential([tl.Dense(20, 1, rng=rng, weights=start), tl.Sigmoid()])
    recorder = tl.Recorder(model)
    tl.fit(model, pictures[..., 0].reshape(10, -1), labels[:, None] * 1.0, loss=tl.BinaryCrossEntropy(),
           optimizer=tl.Adam(), epochs=5, batch_size=4, rng=rng, callbacks=[recorder])  # fmt: skip
    states = PixelStates(recorder.recording, pictures[:2], [0, 3, 9, 15])
    count = CorrectCounts("training set", [4, 5, 6, 7], 10)
    return PixelNeuron(states, (0, 1), [count], names=("horse", "deer"), answers=("deer", "horse"), notes=["", ""])


def test_opens_the_diagram_and_the_line(celsius, rows):
    states = NeuronStates(celsius, *rows, [0, 1, 2, 4, 20, 40])
    both = SideBySide(NeuronDiagram(states, units=UNITS, ask=50), LineFit(states, units=UNITS))
    assert check_whys(both) > 3 * 44
    assert both.moments() == ("update", pytest.approx([0, 1, 2, 4, 20, 40]))
    assert LineFit(states, units=UNITS).moments()[0] == "update"


def test_leads_from_a_weight_to_the_pull_of_every_row(celsius, rows):
    scene = NeuronDiagram(NeuronStates(celsius, *rows, [0, 1, 2]), units=UNITS)
    step = scene.why("dense_1.w[0,0]", 2)
    assert [*step.asked()] == ["before.dense_1.w[0,0]", "learning_rate", "gradient.dense_1.w[0,0]"]
    bars, code = scene.why("gradient.dense_1.w[0,0]", 2).parts
    assert isinstance(bars, Sum)
    assert len(bars.terms) == 10
    assert isinstance(code, Code)
    assert "every number" not in scene.why("dense_1.w[0,0]", 0).parts[0].words  # there is only one
    assert scene.why("dense_1.w[0,0]", 0).parts[0].words == "initialise: set before the first update"


def test_explains_updates_in_slow_motion(celsius, rows):
    scene = NeuronUpdates(celsius, *rows, [1, 2, 5], 0.0005, units=UNITS)
    assert check_whys(scene, range(scene.frames)) > 10 * 40
    gradient = scene.why("gradient.dense_1.w[0,0]", 3)
    assert gradient.value == celsius.gradients(1)["dense_1.w"].item()
    assert isinstance(gradient.parts[-1], Code)
    earlier = scene.why("dense_1.w[0,0]", 8)  # before update 5
    assert "after update 4" in earlier.says
    told = scene.why("earlier.gradient.dense_1.w[0,0]", 8)
    assert told.value == celsius.gradients(4)["dense_1.w"].item()
    assert scene.why("nothing", 0) is None


@pytest.mark.parametrize("zeros", [True, False])
def test_explains_a_neuron_with_pictures(zeros):
    scene = pixel_scene(zeros)
    assert check_whys(scene, range(scene.frames)) > 4 * 40
    plus = scene.why("horse.plus", 2)
    assert plus.value == scene.states.plus[2, 0]
    product = scene.why(plus.parts[0].terms[0].gid, 2)
    assert [*product.asked()][1].startswith("dense_1.w[")


def test_sends_a_scene_to_another_process_without_its_cached_answers(celsius, rows):
    import pickle

    scene = NeuronDiagram(NeuronStates(celsius, *rows, [0, 1, 2]), units=UNITS)
    before = len(pickle.dumps(scene))
    assert scene.why("gradient.dense_1.w[0,0]", 2)
    assert len(pickle.dumps(scene)) == before
    assert pickle.loads(pickle.dumps(scene)).why("loss", 1).value == scene.why("loss", 1).value
