"""Neurons: chapter 3's, of Celsius and Fahrenheit, also in slow motion; and one that looks at two pictures."""

import functools
import math

import numpy as np

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
from tests.animations.samples.sample import Sample
from tests.chapters.sources.ch03 import in_slow_motion
from tinylearn.datasets import celsius_fahrenheit
from tinylearn.initializers import ones

# --- Celsius and Fahrenheit ------------------------------------------------------------------------------------------

UNITS, ASK = ("°C", "°F"), 50
X, TARGET = (column[:, 0] for column in celsius_fahrenheit())
STEPS, UPDATES = [0, 1, 2, 10, 200, 2000], [1, 2, 6]


@functools.cache
def celsius():
    """The recording of 2000 full-batch updates, from w = b = 1."""
    model = tl.Sequential([tl.Dense(1, 1, rng=np.random.default_rng(0), weights=ones, biases=ones)])
    recorder = tl.Recorder(model)
    tl.fit(model, *celsius_fahrenheit(), loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.0005), epochs=2000,
           batch_size=len(X), callbacks=[recorder])  # fmt: skip
    return recorder.recording


def states(steps=STEPS):
    return NeuronStates(celsius(), X.copy(), TARGET.copy(), steps)


def diagram(made=None):
    return NeuronDiagram(made or states(), units=UNITS, ask=ASK)


def line(made=None):
    return LineFit(made or states(), units=UNITS)


def celsius_values():
    """Return gid → the value in each frame, from the two recorded parameters and the data alone."""
    w, b = (celsius()[f"dense_1.{name}"].ravel()[STEPS] for name in "wb")
    said = w[:, None] * X + b[:, None]
    off = (said - TARGET) ** 2
    values = {"step": STEPS, "last_step": STEPS[-1], "dense_1.w[0,0]": w, "dense_1.b[0]": b,
              "loss_now": off.mean(axis=1), f"answer({ASK})": w * ASK + b}  # fmt: skip
    for i in range(len(X)):
        values |= {f"x[{i}]": X[i], f"target[{i}]": TARGET[i], f"predicted[{i}]": said[:, i],
                   f"squared_error[{i}]": off[:, i]}  # fmt: skip
    return values


def slow_motion(**changed):
    given = {"recording": celsius(), "x": X, "target": TARGET, "updates": UPDATES, "units": UNITS}
    return NeuronUpdates(**given | changed)


def slow_values(frame):
    return in_slow_motion(celsius(), UPDATES, frame) | {"last_step": STEPS[-1]}


# --- two pictures ----------------------------------------------------------------------------------------------------

EPOCHS = 4  # of two updates
ANSWERS = ("deer", "horse")
PANELS = {"horse": 1, "deer": 0}  # name → target, in the order of the pictures
RIGHT = {"new": np.array([3, 1, 4, 1, 5, 2, 6, 5, 3]), "always deer": np.full(9, 4)}
PICTURES = np.random.default_rng(5).random((2, 32, 32, 3), dtype=np.float32)


@functools.cache
def of_pictures(zeros=False):
    """Return the recording of a neuron that sees 16 pictures in batches of 8."""
    rng = np.random.default_rng(0)
    start = tl.initializers.zeros if zeros else tl.initializers.he_normal
    model = tl.Sequential([tl.Dense(1024, 1, rng=rng, weights=start), tl.Sigmoid()])
    recorder = tl.Recorder(model)
    x = np.concatenate([PICTURES[..., 0].reshape(2, -1), rng.random((14, 1024))])
    y = np.array([1, 0] * 8)[:, None]
    tl.fit(model, x, y, loss=tl.BinaryCrossEntropy(), optimizer=tl.Adam(0.01), epochs=EPOCHS, batch_size=8, rng=rng,
           callbacks=[recorder])  # fmt: skip
    return recorder.recording


def pixel_states(zeros=False):
    return PixelStates(of_pictures(zeros), PICTURES, range(9))


def counts():
    return [CorrectCounts(name, right, 7) for name, right in RIGHT.items()]


def pixel_neuron(made=None, targets=(1, 0)):
    return PixelNeuron(made or pixel_states(), targets, counts(), names=list(PANELS), answers=ANSWERS,
                       notes=["test set", "new"])  # fmt: skip


def limits_of(recording):
    """Return the largest size of a weight up to each step; at first that of the first weights that are not all 0."""
    largest = np.maximum.accumulate(np.abs(recording["dense_1.w"]).max(axis=(1, 2)))
    return np.where(largest > 0, largest, largest[largest > 0][0]).tolist()


def pixel_values(zeros=False):
    """Return gid → the value in each frame, from the recorded parameters and the pictures alone."""
    recording = of_pictures(zeros)
    limits = limits_of(recording)
    values = {"step": range(9), "last_step": 8, "weights": 1024}
    values |= {"scale[-1]": [-limit for limit in limits], "scale[1]": limits}
    for row, name in enumerate(RIGHT):
        values |= {f"correct[{row}]": RIGHT[name], f"total[{row}]": 7}
    for picture, name in enumerate(PANELS):
        red = [float(x) for x in PICTURES[picture, :, :, 0].ravel()]
        of_one = {gid: [] for gid in ("plus", "minus", "dense_1.b[0]", "sum", "predicted")}
        for step in range(9):
            parameters = recording.at(step)
            b = parameters["dense_1.b"].item()
            products = [w * x for w, x in zip(parameters["dense_1.w"][:, 0].tolist(), red, strict=True)]
            plus, minus = (sum(p for p in products if sign * p > 0) for sign in (1, -1))
            total = sum(products) + b
            for gid, value in zip(of_one, (plus, minus, b, total, 1 / (1 + math.exp(-total))), strict=True):
                of_one[gid].append(value)
        values |= {f"{name}.{gid}": each for gid, each in of_one.items()}
    return values


NEVER_SHOWN = f"never shown: {ASK} °C →"
SAMPLES = {
    "neuron": Sample(diagram, celsius_values, ("1", NEVER_SHOWN)),
    "neuron and line": Sample(lambda: SideBySide(diagram(), line()), celsius_values, ("1", NEVER_SHOWN)),
    "neuron in slow motion": Sample(slow_motion, lambda: slow_values,
                                    ("pull on w = 2/N · error · x",), also=(1, 2, 2.5, 3)),
    "neuron of pixels": Sample(pixel_neuron, pixel_values),
    "neuron of pixels, from zeros": Sample(
        lambda: pixel_neuron(pixel_states(True)), lambda: pixel_values(True), pictured=False),
}  # fmt: skip
