"""Activations and curves explain their numbers: a value by the function's formula, a loss by the whole forward pass."""

import functools

import numpy as np
import pytest
from why_checks import check_whys

from animations import CurveFit, CurveRace, CurveStates, FunctionAndSlope, FunctionStates, SideBySide, Sum
from chapters.ch04_activations import best_line
from tinylearn import Adam, Dense, LeakyReLU, MeanSquaredError, Recorder, ReLU, Sequential, Sigmoid, Tanh, fit
from tinylearn.datasets import sine
from tinylearn.layers import Layer

STEPS = [0, 1, 5, 20]
X, Y = sine(90)


class Cube(Layer):
    def forward(self, x):
        self.x = x
        return x**3

    def backward(self, dout):
        return dout * 3 * self.x**2


class Doubled(Layer):
    """Every unit twice."""

    def forward(self, x):
        return np.concatenate([x, x], axis=1)

    def backward(self, dout):
        return dout[:, : dout.shape[1] // 2] + dout[:, dout.shape[1] // 2 :]


def function(layer, x=(-800.0, -2.5, 0.0, 0.75, 800.0)):
    return FunctionAndSlope(FunctionStates(layer, np.array(x)), title="t", formula="f", name="f")


@functools.cache
def states(*middle):
    """Return a small network that has learned a sine a little, with these layers after the first and the second."""
    rng = np.random.default_rng(1)
    hidden = [layer for width in ((1, 6), (6, 3)) for layer in (Dense(*width, rng=rng), *(make() for make in middle))]
    model = Sequential([*hidden, Dense(3, 1, rng=rng)])
    recorder = Recorder(model)
    fit(model, X, Y, loss=MeanSquaredError(), optimizer=Adam(0.02), epochs=20, batch_size=len(X), callbacks=[recorder])
    return CurveStates(recorder.recording, model, X, Y, STEPS)


def panel(*middle, name="net"):
    learned = states(*middle)
    losses = learned.loss.min(), learned.loss.max()
    return CurveFit(learned, title="t", name=name, best_line=best_line(X, Y)[2], heights=(-2, 2), losses=losses)


def race():
    networks = {"no bends": states(), "with ReLU": states(ReLU), "no": states(Tanh)}
    return CurveRace(networks, title="t", best_line=best_line(X, Y)[2])


SCENES = {
    "relu": lambda: function(ReLU()),
    "leaky": lambda: function(LeakyReLU(0.2)),
    "sigmoid": lambda: function(Sigmoid()),
    "tanh": lambda: function(Tanh()),
    "another layer": lambda: function(Cube()),
    "line": panel,
    "bends": lambda: panel(ReLU),
    "other activations": lambda: SideBySide(panel(Sigmoid, name="left"), panel(LeakyReLU, name="right")),
    "layers of one's own": lambda: panel(Cube),
    "race": race,
}


@pytest.mark.parametrize("kind", SCENES)
def test_explains_every_number(kind):
    scene = SCENES[kind]()
    check_whys(scene, range(scene.frames))


def test_names_a_layer_that_changes_the_units():
    rng = np.random.default_rng(0)
    model = Sequential([Dense(1, 2, rng=rng), Doubled(), Dense(4, 1, rng=rng)])
    made = CurveStates(Recorder(model).recording, model, X, Y, [0])
    scene = CurveFit(made, title="t", name="net", best_line=1, heights=(-2, 2), losses=made.loss[[0, 0]])
    check_whys(scene)
    assert scene.why("net.out[1,5,3]", 0).parts[0].words == "the result of Doubled()'s forward for this example"


def test_explains_activations_by_their_formulas():
    assert function(ReLU()).why("f.y", 1).parts[0].arithmetic == "max(-2.5 , 0) = 0.0"
    y = function(Sigmoid()).states.y[3]
    assert function(Sigmoid()).why("f.y", 3).parts[0].arithmetic == f"1 / (1 + exp(-0.75)) = {y}".replace("-0", "- 0")
    assert function(Sigmoid()).why("f.slope", 3).parts[0].arithmetic == f"{y} * (1 - {y}) = {y * (1 - y)}"
    assert function(Cube()).why("f.slope", 1).parts[0].words == "the result of Cube()'s backward for a dout of 1"


def follow(scene, frame, *wanted):
    """Ask the drawn loss, then the gid with the next word that it names, and so on."""
    why = scene.why("net.loss", frame)
    for word in wanted:
        why = scene.why(next(gid for gid in why.asked() if word in gid), frame)
    return why


def test_leads_from_a_loss_through_every_layer_to_data_and_parameters():
    scene, steps = panel(ReLU), ("square", "predicted", "out[4", "out[3", "out[2")
    loss = scene.why("net.loss", 2)
    bars, mean = loss.parts
    assert isinstance(bars, Sum)
    assert (len(bars.terms), bars.labels[-1]) == (10, "the other 81 together")
    squares = (states(ReLU).predicted[2] - Y[:, 0]) ** 2
    assert mean.sides() == pytest.approx([squares.mean()] * 2)
    assert [term.value for term in bars.terms[:-1]] == pytest.approx(sorted(squares)[:-10:-1])
    assert follow(scene, 2, *steps, "product", "out[1", "out[0", "x[").value in X
    weight = follow(scene, 2, *steps, "product", "dense_2.w")
    assert weight.value in states(ReLU).recording.at(5)["dense_2.w"]
    assert weight.parts[0].words == "as recorded after epoch 5"


def test_equals_the_product_of_its_layers():
    scene = panel()
    learned = states().recording.at(20)
    (bars,) = scene.why("net.w", 3).parts
    to_units = (learned["dense_1.w"] @ learned["dense_2.w"])[0]
    np.testing.assert_allclose([term.value for term in bars.terms], to_units * learned["dense_3.w"][:, 0])
    assert scene.why("net.b", 3).parts[0].labels[-1] == "its own bias"
    assert scene.why("net.line.b[0,4]", 3).value == learned["dense_1.b"][4]


def test_explains_the_best_line_as_computed_or_as_given():
    w, b, loss = best_line(X, Y)
    scene = panel()
    why = scene.why("net.best_line", 0)
    assert [each.value for each in (why, *map(scene.why, ["net.best_line.w", "net.best_line.b"], [0, 0]))] == (
        pytest.approx([loss, w, b]))  # fmt: skip
    scene.best_line = 0.3
    assert scene.why("net.best_line", 0).parts[0].words == "given to this picture"


def test_draws_the_bends_that_can_be_told_apart_as_dots():
    scene = panel(ReLU)
    scene.states.bends[0], scene.dots[0] = np.zeros((5, 2)), np.zeros((2, 2))
    assert scene.why("net.bends", 0).parts[0].arithmetic == "5.0 - 3.0 = 2.0"


def test_tells_networks_apart_by_their_names():
    scene = race()
    losses = [scene.why(f"{name}.loss", 3).value for name in scene.states]
    assert losses == [each.loss[3] for each in scene.states.values()]
    assert scene.why("no bends.best_line", 0) is None


@pytest.mark.parametrize("gid", ["net.out[9,0,0]", "net.square[90]", "net.dense_1.w[1,0]", "net.w", "loss"])
def test_knows_nothing_of_what_there_is_not(gid):
    assert panel(ReLU).why(gid, 0) is None


def test_counts_frames_in_epochs_and_in_x():
    assert panel(name="a").moments() == ("epoch", STEPS)
    assert SideBySide(function(ReLU()), function(Tanh())).moments() == ("x", [-800.0, -2.5, 0.0, 0.75, 800.0])
