"""A training run in its own process, for tests that interrupt it: `python interrupted_run.py FOLDER KIND`.

It trains until it is killed, and says "ready" after two updates.
"""

import re
import resource
import sys
from pathlib import Path

import numpy as np

from tinylearn import Adam, BinaryCrossEntropy, Dense, Recorder, ReLU, Sequential, Sigmoid, fit

BATCHES = 4  # an epoch
KINDS = {  # name → units of the hidden layer, settings of the recorder
    "tiny rows": (2, {}),
    "rows over 4 KiB": (64, {}),
    "under a budget": (2, {"budget": "50 kB"}),
}


def make_model(kind):
    rng, hidden = np.random.default_rng(0), KINDS[kind][0]
    return Sequential([Dense(20, hidden, rng=rng), ReLU(), Dense(hidden, 1, rng=rng), Sigmoid()])


def train(model, epochs, callbacks):
    """Always the same run: what differs is when it ends."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(32, 20))
    settings = {"loss": BinaryCrossEntropy(), "optimizer": Adam(0.001), "batch_size": 8, "rng": rng}
    fit(model, x, x[:, :1] > 0, epochs=epochs, callbacks=callbacks, **settings)


def most_memory():
    """Return the most kilobytes that this process ever used; its ru_maxrss is never below that of who started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1])


def say(update):
    if update.step == 2:
        print("ready", flush=True)


if __name__ == "__main__":
    folder, kind = sys.argv[1:]
    model = make_model(kind)
    train(model, 10**9, [Recorder(model, folder, **KINDS[kind][1]), say])
