"""A function with its slope, and networks that learn a curve, layer by layer and neuron by neuron."""

import functools

import numpy as np

from animations import CurveFit, CurveRace, CurveStates, FunctionAndSlope, FunctionStates, SideBySide
from chapters.ch04_activations import best_line
from tests.animations.samples.sample import Sample, unpictured
from tinylearn import Adam, Dense, LeakyReLU, MeanSquaredError, Recorder, ReLU, Sequential, Sigmoid, Tanh, fit
from tinylearn.datasets import sine
from tinylearn.layers import Layer


class Cube(Layer):
    def forward(self, x):
        self.x = x
        return x**3

    def backward(self, dout):
        return dout * 3 * self.x**2


LAYERS = {"relu": ReLU(), "leaky relu": LeakyReLU(0.2), "sigmoid": Sigmoid(), "tanh": Tanh(), "cube": Cube()}


AT_0 = "at 0 itself it takes 0"
INPUTS = np.array([-4.0, -2.5, -0.5, 0.0, 0.75, 4.0])
LARGE = np.array([-800.0, -2.5, 0.0, 0.75, 800.0])


def function(name, x=INPUTS, note=""):
    return FunctionAndSlope(FunctionStates(LAYERS[name], x), title=name, formula="f", name=name, note=note)


STEPS = [0, 1, 5, 20]
X, Y = sine(90)


@functools.cache
def trained(*middle):
    """Return a small network that learned a little, with these layers after each hidden one, and its recording."""
    rng = np.random.default_rng(1)
    hidden = [layer for width in ((1, 6), (6, 3)) for layer in (Dense(*width, rng=rng), *(make() for make in middle))]
    model = Sequential([*hidden, Dense(3, 1, rng=rng)])
    recorder = Recorder(model)
    fit(model, X, Y, loss=MeanSquaredError(), optimizer=Adam(0.02), epochs=20, batch_size=len(X), callbacks=[recorder])
    return model, recorder.recording


def states(*middle):
    model, recording = trained(*middle)
    return CurveStates(recording, model, X, Y, STEPS)


def panel(*middle, name="net"):
    learned = states(*middle)
    losses, heights = ((each.min(), each.max()) for each in (learned.loss, learned.predicted.clip(-13, 13)))
    return CurveFit(learned, title="t", name=name, best_line=best_line(X, Y)[2], heights=heights, losses=losses)


def race(count=3):
    networks = {"no bends": states(), "with ReLU": states(ReLU), "no": states(Tanh), "sigmoid": states(Sigmoid)}
    return CurveRace(dict([*networks.items()][:count]), title="Networks", best_line=best_line(X, Y)[2])


SAMPLES = {
    "two functions": Sample(lambda: SideBySide(function("relu", note=AT_0), function("sigmoid")), allowed=(AT_0,)),
    "leaky relu": Sample(lambda: function("leaky relu", LARGE)),
    "tanh": Sample(lambda: function("tanh", LARGE)),
    "cube": Sample(lambda: function("cube")),
    "line": Sample(panel),
    "curve that bends": Sample(lambda: panel(ReLU)),
    "two curves": Sample(lambda: SideBySide(panel(Sigmoid, name="left"), panel(LeakyReLU, name="right"))),
    "curve of another layer": Sample(lambda: panel(Cube)),
    "race of curves": Sample(race),
} | unpictured({"race of one curve": lambda: race(1), "race of four curves": lambda: race(4)})
