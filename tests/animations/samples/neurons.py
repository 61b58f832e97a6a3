"""Neurons: chapter 3's, of Celsius and Fahrenheit, also in slow motion; and one that looks at two pictures."""

import functools

import numpy as np

import animations as an
import tinylearn as tl
from tests.animations.samples.sample import Sample, unpictured
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
    return an.NeuronStates(celsius(), X.copy(), TARGET.copy(), steps)


def diagram(made=None):
    return an.NeuronDiagram(made or states(), units=UNITS, ask=ASK)


def slow_motion(**changed):
    given = {"recording": celsius(), "x": X, "target": TARGET, "updates": UPDATES, "units": UNITS}
    return an.NeuronUpdates(**given | changed)


# --- two pictures ----------------------------------------------------------------------------------------------------

ANSWERS = ("deer", "horse")
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
    tl.fit(model, x, y, loss=tl.BinaryCrossEntropy(), optimizer=tl.Adam(0.01), epochs=4, batch_size=8, rng=rng,
           callbacks=[recorder])  # fmt: skip
    return recorder.recording


def pixel_states(zeros=False):
    return an.PixelStates(of_pictures(zeros), PICTURES, range(9))


def counts():
    return [an.CorrectCounts(name, right, 7) for name, right in RIGHT.items()]


def pixel_neuron(made=None, targets=(1, 0)):
    return an.PixelNeuron(made or pixel_states(), targets, counts(), names=["horse", "deer"], answers=ANSWERS,
                       notes=["test set", "new"])  # fmt: skip


SAMPLES = {
    "neuron and line": Sample(
        lambda: an.SideBySide(diagram(), an.LineFit(states(), units=UNITS)), None, ("1", f"never shown: {ASK} °C →")
    ),
    "neuron in slow motion": Sample(slow_motion, None, ("pull on w = 2/N · error · x",), also=(1, 2, 2.5, 3)),
    "neuron of pixels": Sample(pixel_neuron),
} | unpictured({"neuron of pixels, from zeros": lambda: pixel_neuron(pixel_states(True))})
