"""Networks of many kinds, trained for a few updates, for the tests of their diagrams."""

import functools
from itertools import pairwise

import numpy as np

import tinylearn as tl


class Holder(tl.Layer):
    """Passes its input on; holds parameters of any shapes, and moves them by their gradients."""

    def __init__(self, shapes, seed=0):
        rng = np.random.default_rng(seed)
        for name, shape in shapes.items():
            self.params[name] = np.array(rng.normal(size=shape))

    def forward(self, x):
        return x * 1.0

    def backward(self, dout):
        for name, value in self.params.items():
            self.grads[name] = np.cos(value)
        return dout


def trained(layers, input_shape, *, epochs=6, rate=0.1, seed=0, **settings):
    """Return a model of the layers and a recording of `epochs` updates; `settings` are those of the Recorder."""
    rng = np.random.default_rng(seed)
    model = tl.Sequential(layers)
    recorder = tl.Recorder(model, **settings)
    x = rng.normal(size=(4, *input_shape))
    y = rng.normal(size=model.forward(x).shape)
    tl.fit(model, x, y, loss=tl.MeanSquaredError(), optimizer=tl.Adam(rate), epochs=epochs, rng=rng,
           callbacks=[recorder])  # fmt: skip
    return model, recorder.recording


def dense(*units, activation=None, seed=1):
    """Return dense layers from units[0] to units[-1], with biases other than zero, and activations between them."""
    rng = np.random.default_rng(seed)
    layers = []
    for n_in, n_out in pairwise(units):
        layers.append(tl.Dense(n_in, n_out, rng=rng))
        layers[-1].params["b"][:] = rng.normal(size=n_out)
        if activation is not None:
            layers.append(activation())
    return layers


def convolutional(seed=1):
    """Return layers for pictures (9, 8, 2): planes, then vectors."""
    rng = np.random.default_rng(seed)
    return [tl.Conv2D(2, 3, 2, rng=rng), tl.MaxPool2D(2), tl.ReLU(), tl.Conv2D(3, 7, 2, rng=rng), tl.Flatten(),
            tl.Dense(42, 10, rng=rng), tl.Softmax()]  # fmt: skip


EVERYTHING = {
    "w": (2, 3),
    "spread over many letters": (40,),
    "kernel": (3, 2, 2, 5),
    "$x_{1}$": (),
    "e": (1,),
    "f": (2,),
}
NETS = {
    "one neuron": (lambda: dense(1, 1), (1,)),
    "xor": (lambda: dense(2, 3, 1, activation=tl.Sigmoid), (2,)),
    "wide": (lambda: dense(300, 128, 9, 10, activation=tl.ReLU), (300,)),
    "pictures": (convolutional, (9, 8, 2)),
    "any parameters": (lambda: [Holder(EVERYTHING), *dense(4, 2), Holder({"only": (7, 2)})], (4,)),
    "any outputs": (lambda: [Holder({"w": (2, 2)})], (2, 3, 4, 2)),
    "two rows": (lambda: dense(*[3] * 8), (3,)),
}


@functools.cache
def trained_net(name):
    """Return model, recording and input shape of one of NETS."""
    layers, shape = NETS[name]
    return *trained(layers(), shape), shape
