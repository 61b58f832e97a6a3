"""A neuron that learns from small random pictures, and what its scenes should show, computed number by number."""

import math

import numpy as np

import tinylearn as tl
from animations import PixelNeuron, PixelStates, SideBySide, Tally, WeightPicture

EPOCHS, UPDATES = 8, 2  # two updates an epoch
ANSWERS = ("deer", "horse")
PANELS = {"horse": 1, "deer": 0}  # name → target; the order is that of the pictures
PIXELS = (6 * 32 + 6, 6 * 32 + 25, 16 * 32 + 16, 25 * 32 + 6, 25 * 32 + 25)
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
    return PixelStates(recording, PICTURES, range(EPOCHS + 1))


def tallies():
    return [Tally(name, RIGHT[name], TOTALS[name]) for name in RIGHT]


def panel(made, name):
    which = list(PANELS).index(name)
    return PixelNeuron(made, which, answers=ANSWERS, target=PANELS[name], note="never seen", name=name)


def three_panels(made):
    return SideBySide(panel(made, "horse"), WeightPicture(made, tallies(), answers=ANSWERS), panel(made, "deer"))


def recomputed_panel(recording, name):
    """Return gid → the value in each frame, from the recorded parameters and the picture alone."""
    red = [float(x) for x in PICTURES[list(PANELS).index(name), :, :, 0].ravel()]
    values = {"others": [1019] * (EPOCHS + 1), "dense_1.b[0]": [], "sum": [], "predicted": []}
    for k in PIXELS:
        values |= {f"x[{k}]": [red[k]] * (EPOCHS + 1), f"dense_1.w[{k},0]": []}
    for epoch in range(EPOCHS + 1):
        parameters = recording.at(epoch * UPDATES)
        w, b = parameters["dense_1.w"][:, 0].tolist(), parameters["dense_1.b"].item()
        total = sum(w[k] * red[k] for k in range(1024)) + b
        values["dense_1.b[0]"].append(b)
        values["sum"].append(total)
        values["predicted"].append(1 / (1 + math.exp(-total)))
        for k in PIXELS:
            values[f"dense_1.w[{k},0]"].append(w[k])
    return {f"{name}.{gid}": each for gid, each in values.items()}


def recomputed_weights(recording):
    """Return the same for the scene of the weights."""
    every = range(EPOCHS + 1)
    limit = max(abs(recording["dense_1.w"][epoch * UPDATES]).max() for epoch in every)
    values = {"epoch": list(every), "last_epoch": [EPOCHS] * 9, "weights": [1024] * 9}
    values |= {f"scale[{share}]": [share * limit] * 9 for share in (-1, 0, 1)}
    for row, name in enumerate(RIGHT):
        values |= {f"right[{row}]": RIGHT[name], f"total[{row}]": [TOTALS[name]] * 9}
    return values
