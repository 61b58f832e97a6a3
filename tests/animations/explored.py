"""Recordings of many kinds, for the tests of `explore`."""

import functools

import numpy as np

import tinylearn as tl


class Gated(tl.Layer):
    """A residual layer of a user's own: out = x + scale · tanh(x @ w + b), with layers inside."""

    def __init__(self, units, rng):
        self.inner, self.squash = tl.Dense(units, units, rng=rng), tl.Tanh()
        self.params["scale"] = np.ones(units)

    def forward(self, x):
        self.inside = self.squash.forward(self.inner.forward(x))
        return x + self.params["scale"] * self.inside

    def backward(self, dout):
        self.grads["scale"] = (dout * self.inside).sum(axis=0)
        return dout + self.inner.backward(self.squash.backward(dout * self.params["scale"]))

    def __repr__(self):
        return f"Gated({self.inner.n_in})"


def two_moons(rows=24):
    rng = np.random.default_rng(0)
    angle, which = rng.uniform(0, np.pi, rows), np.arange(rows) % 2
    up = np.where(which, 0.5 - np.sin(angle), np.sin(angle))
    return np.c_[np.cos(angle) + which, up], which[:, None].astype(float)


def stripes(rows=12):
    """Return pictures (N, 6, 6, 1) with a bright row, and the number of that row."""
    which = np.arange(rows) % 3
    x = np.random.default_rng(1).normal(0, 0.1, (rows, 6, 6, 1))
    x[np.arange(rows), 2 * which] += 1
    return x, np.eye(3)[which]


def dense(rng):
    first, second = tl.Dense(2, 5, rng=rng), tl.Dense(5, 6, rng=rng)
    return [first, tl.ReLU(), second, tl.ReLU(), tl.Dense(6, 1, rng=rng), tl.Sigmoid()]


def convolution(rng):
    filters, last = tl.Conv2D(1, 3, 3, rng=rng), tl.Dense(12, 3, rng=rng)
    return [filters, tl.ReLU(), tl.MaxPool2D(2), tl.Flatten(), last, tl.Softmax()]


def gated(rng):
    first, own = tl.Dense(2, 6, rng=rng), Gated(6, rng)
    residual = tl.Residual(tl.Dense(6, 4, rng=rng), tl.ReLU(), tl.Dense(4, 6, rng=rng))
    return [first, own, residual, tl.Dense(6, 1, rng=rng), tl.Sigmoid()]


RUNS = {  # layers, data, loss, optimiser, settings of the recorder
    "dense layers": (dense, two_moons, tl.BinaryCrossEntropy, tl.SGD(0.3), {}),
    "a convolution": (convolution, stripes, tl.CategoricalCrossEntropy, tl.SGD(0.2, momentum=0.9), {}),
    "a layer of one's own": (gated, two_moons, tl.BinaryCrossEntropy, tl.Adam(0.01), {}),
    "Adam, thinned": (dense, two_moons, tl.BinaryCrossEntropy, tl.Adam(0.02), {"every": 2, "budget": 12_000}),
}


def learn(model, x, y, loss, optimizer, path=None, recorder=None, **settings):
    """Return the recording of a model that learned y from x; `recorder`: the recorder's settings."""
    with tl.Recorder(model, path, **recorder or {}) as watching:
        tl.fit(model, x, y, loss=loss, optimizer=optimizer, callbacks=[watching], **settings)
    return watching.recording


def run(name, path=None, epochs=8):
    """Train one of RUNS; return its recording, and the arguments that `Recording.load` needs."""
    layers, data, loss, optimizer, settings = RUNS[name]
    (x, y), model = data(), tl.Sequential(layers(np.random.default_rng(2)))
    parts = {"x": x, "y": y, "loss": loss(), "optimizer": optimizer.clone()}
    recording = learn(model, **parts, path=path, recorder=settings, epochs=epochs, batch_size=6,
                      rng=np.random.default_rng(3))  # fmt: skip
    return recording, {**parts, "model": tl.Sequential(layers(np.random.default_rng(2)))}


@functools.cache
def recorded(name):
    return run(name)[0]
