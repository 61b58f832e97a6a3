"""A function with its slope, and networks that learn a curve, layer by layer and neuron by neuron."""

import functools

import numpy as np

from animations import CurveFit, CurveRace, CurveStates, FunctionAndSlope, FunctionStates, SideBySide
from chapters.ch04_activations import best_line
from tests.animations.samples.sample import Sample
from tinylearn import Adam, Dense, LeakyReLU, MeanSquaredError, Recorder, ReLU, Sequential, Sigmoid, Tanh, fit
from tinylearn.datasets import sine
from tinylearn.layers import Layer

# --- a function and its slope ----------------------------------------------------------------------------------------

INPUTS = np.array([-4.0, -2.5, -0.5, 0.0, 0.75, 4.0])
LARGE = np.array([-800.0, -2.5, 0.0, 0.75, 800.0])


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


def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -700, 700)))


FUNCTIONS = {  # name → layer, value, slope
    "relu": (ReLU(), lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
    "leaky relu": (LeakyReLU(0.2), lambda x: np.where(x > 0, x, x / 5), lambda x: np.where(x > 0, 1, 0.2)),
    "sigmoid": (Sigmoid(), sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "tanh": (Tanh(), np.tanh, lambda x: 1 / np.cosh(np.clip(x, -300, 300)) ** 2),
    "cube": (Cube(), lambda x: x**3, lambda x: 3 * x**2),
}


def function(name, x=INPUTS, note=""):
    return FunctionAndSlope(FunctionStates(FUNCTIONS[name][0], x), title=name, formula="f", name=name, note=note)


def function_values(*names, x=INPUTS):
    values = {}
    for name in names:
        _, f, slope = FUNCTIONS[name]
        values |= {f"{name}.x": x, f"{name}.y": f(x), f"{name}.slope": slope(x)}
    return values


def two_functions():
    return SideBySide(function("relu", note="at 0 itself it takes 0"), function("sigmoid"))


# --- networks that learn a curve -------------------------------------------------------------------------------------

STEPS = [0, 1, 5, 20]
X, Y = sine(90)
BEST = np.polynomial.Polynomial.fit(X[:, 0], Y[:, 0], 1)


@functools.cache
def trained(*middle):
    """Return the recording of a small network that learned a little, with these layers after each hidden one."""
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


def hidden_and_output(step, *middle):
    """Return the inputs of the activations of the first and the second hidden layer, and the output: by hand."""
    p, bend = trained(*middle)[1].at(step), BENDS[middle]
    first = X @ p["dense_1.w"] + p["dense_1.b"]
    second = bend(first) @ p["dense_2.w"] + p["dense_2.b"]
    return first, second, (bend(second) @ p["dense_3.w"] + p["dense_3.b"])[:, 0]


BENDS = {(): lambda z: z, (ReLU,): lambda z: np.maximum(z, 0), (Tanh,): np.tanh, (Sigmoid,): sigmoid,
         (LeakyReLU,): lambda z: np.where(z > 0, z, z / 100), (Cube,): lambda z: z**3}  # fmt: skip


def switches(first, second):
    """Return for each x but the first whether a neuron of the hidden layers has just switched."""
    on = np.hstack([first, second]) > 0
    return (on[1:] != on[:-1]).any(axis=1)


def told_apart(places):
    """Return the growing places where a dot is drawn; they are 12 pixels apart, and 531 pixels are 10.4 units."""
    kept = []
    for place in places:
        if not kept or place >= kept[-1] + 12 * 10.4 / 531.2:
            kept.append(place)
    return kept


def losses(*middle):
    return [((hidden_and_output(step, *middle)[2] - Y[:, 0]) ** 2).mean() for step in STEPS]


def panel_values(*middle, name="net", clock=True):
    """Return gid → the value in each frame, from recorded parameters and data alone."""
    values = {"loss_now": losses(*middle), "best_line": ((BEST(X[:, 0]) - Y[:, 0]) ** 2).mean()}
    values |= {"epoch": STEPS} if clock else {}
    if not middle:
        ends = np.array([hidden_and_output(step)[2] for step in STEPS])
        values["w"] = (ends[:, -1] - ends[:, 0]) / (X[-1, 0] - X[0, 0])
        values["b"] = ends[:, 0] - values["w"] * X[0, 0]
    elif middle == (ReLU,):
        hidden = [hidden_and_output(step, *middle)[:2] for step in STEPS]
        values["bends"] = [len(told_apart(X[1:, 0][switches(*each)])) for each in hidden]
    else:  # others bend everywhere, or are not known to
        values["bends"] = 0
    return {f"{name}.{gid}": value for gid, value in values.items()}


def race_values():
    values = {"epoch": STEPS, "last_epoch": 20, "best_line": ((BEST(X[:, 0]) - Y[:, 0]) ** 2).mean()}
    networks = {"no bends": (), "with ReLU": (ReLU,), "no": (Tanh,)}
    return values | {f"{name}.loss_now": losses(*middle) for name, middle in networks.items()}


SAMPLES = {
    "two functions": Sample(two_functions, lambda: function_values("relu", "sigmoid"), ("at 0 itself it takes 0",)),
    "leaky relu": Sample(lambda: function("leaky relu", LARGE), lambda: function_values("leaky relu", x=LARGE)),
    "tanh": Sample(lambda: function("tanh", LARGE), lambda: function_values("tanh", x=LARGE)),
    "cube": Sample(lambda: function("cube"), lambda: function_values("cube")),
    "line": Sample(panel, panel_values),
    "curve that bends": Sample(lambda: panel(ReLU), lambda: panel_values(ReLU)),
    "two curves": Sample(lambda: SideBySide(panel(Sigmoid, name="left"), panel(LeakyReLU, name="right")),
                         lambda: panel_values(Sigmoid, name="left") | panel_values(LeakyReLU, name="right")),
    "curve of another layer": Sample(lambda: panel(Cube), lambda: panel_values(Cube)),
    "race of curves": Sample(race, race_values),
    "race of one curve": Sample(lambda: race(1), pictured=False),
    "race of four curves": Sample(lambda: race(4), pictured=False),
}  # fmt: skip
