"""A neuron that learns from small random pictures, and the right contents of its scenes, number by number."""

import math

import numpy as np

import tinylearn as tl
from animations import CorrectCounts, PixelNeuron, PixelStates

EPOCHS, UPDATES = 4, 2  # two updates per epoch
STEPS = range(EPOCHS * UPDATES + 1)
ANSWERS = ("deer", "horse")
PANELS = {"horse": 1, "deer": 0}  # name → target, in the order of the pictures
RIGHT = {"seen": np.arange(9), "new": np.array([3, 1, 4, 1, 5, 2, 6, 5, 3]), "always deer": np.full(9, 4)}
TOTALS = {"seen": 16, "new": 7, "always deer": 7}

rng = np.random.default_rng(5)
PICTURES = rng.random((2, 32, 32, 3), dtype=np.float32)


def trained():
    """Return the recording of a neuron that sees 16 pictures in batches of 8."""
    rng = np.random.default_rng(0)
    model = tl.Sequential([tl.Dense(1024, 1, rng=rng), tl.Sigmoid()])
    recorder = tl.Recorder(model)
    x = np.concatenate([PICTURES[..., 0].reshape(2, -1), rng.random((14, 1024))])
    y = np.array([1, 0] * 8)[:, None]
    tl.fit(model, x, y, loss=tl.BinaryCrossEntropy(), optimizer=tl.Adam(0.01), epochs=EPOCHS, batch_size=8, rng=rng,
           callbacks=[recorder])  # fmt: skip
    return recorder.recording


def states(recording):
    return PixelStates(recording, PICTURES, STEPS)


def counts():
    return [CorrectCounts(name, RIGHT[name], TOTALS[name]) for name in RIGHT]


def neuron(made, targets=(1, 0)):
    return PixelNeuron(made, targets, counts()[1:], names=list(PANELS), answers=ANSWERS, notes=["test set", "new"])


def limits_of(recording):
    """Return the largest size of a weight up to each step."""
    largest = [abs(recording.at(step)["dense_1.w"]).max() for step in STEPS]
    return [max(largest[: step + 1]) for step in STEPS]


def recomputed(recording):
    """Return gid → the value in each frame, from the recorded parameters and the pictures alone."""
    limits = limits_of(recording)
    values = {"step": list(STEPS), "last_step": [STEPS[-1]] * 9, "weights": [1024] * 9}
    values |= {"scale[-1]": [-limit for limit in limits], "scale[1]": limits}
    for row, name in enumerate(("new", "always deer")):
        values |= {f"correct[{row}]": RIGHT[name], f"total[{row}]": [TOTALS[name]] * 9}
    for picture, name in enumerate(PANELS):
        red = [float(x) for x in PICTURES[picture, :, :, 0].ravel()]
        of_one = {gid: [] for gid in ("plus", "minus", "dense_1.b[0]", "sum", "predicted")}
        for step in STEPS:
            parameters = recording.at(step)
            b = parameters["dense_1.b"].item()
            products = [w * x for w, x in zip(parameters["dense_1.w"][:, 0].tolist(), red, strict=True)]
            plus, minus = (sum(p for p in products if sign * p > 0) for sign in (1, -1))
            total = sum(products) + b
            for gid, value in zip(of_one, (plus, minus, b, total, 1 / (1 + math.exp(-total))), strict=True):
                of_one[gid].append(value)
        values |= {f"{name}.{gid}": each for gid, each in of_one.items()}
    return values
