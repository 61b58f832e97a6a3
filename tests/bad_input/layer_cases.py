"""Bad input for layers: their constructors, and x forward and dout back.

A layer lets NaN pass, as its arithmetic does; `fit` refuses it. What its backward is given comes from a layer or a
loss, an array of floats, and its dtype is not asked for: that would cost each update more than all other checks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tinylearn as tl
from tests.bad_input.hostile import Argument, array, choice, real, rng, whole
from tests.bad_input.small_runs import seeded
from tests.bad_input.verdict import Subject
from tinylearn import initializers


def passes(make: Callable[[], tl.Layer]) -> Callable[..., Any]:
    """Return a call: x forward and dout back through a layer that is made anew."""

    def call(x: Any, dout: Any) -> Any:
        layer = make()
        out = layer.forward(x)
        return np.array(out), layer.backward(dout), {name: np.array(grad) for name, grad in layer.grads.items()}

    return call


def layer(make: Callable[[], tl.Layer], x: Argument, dout: Argument) -> Subject:
    return Subject(passes(make), x=x, dout=dout)


pair = choice(2, (2, 1), wrong=[0, -1, 1.5, "2", (1, 2, 3), (2, 0), None, np.nan, [1, [2]]])
pads = choice(0, 1, (1, 0), "valid", "same", wrong=[-1, (0, -1), 1.5, (1, 2, 3), None, np.nan, b"same"], also=[9])
weights = choice(
    initializers.zeros,
    initializers.glorot_uniform,
    wrong=[lambda shape, rng: np.zeros(99), lambda shape, rng: None, lambda shape, rng: np.full(shape, np.nan)],
)

LAYERS = {
    "Layer": Subject(lambda: repr(tl.Layer())),
    "Dense": Subject(
        lambda **given: repr(tl.Dense(**given)),
        n_in=whole(3),
        n_out=whole(2),
        rng=rng(),
        weights=weights,
        biases=weights,
    ),
    "Conv2D": Subject(
        lambda **given: repr(tl.Conv2D(**given)),
        channels_in=whole(3),
        channels_out=whole(2),
        kernel_size=pair,
        stride=choice(1, (2, 1), wrong=[0, -1, "1", 0.5, (1, 0)]),
        padding=pads,
        rng=rng(),
        weights=weights,
    ),
    "MaxPool2D": Subject(
        lambda **given: repr(tl.MaxPool2D(**given)),
        size=pair,
        padding=choice(0, "same", wrong=[-1, 2, 1.5, (0, 9)]),
        stride=choice(None, 1, (1, 2), wrong=[0, -1, "1", 0.5, (1, 0)]),
    ),
    "Dropout": Subject(lambda **given: repr(tl.Dropout(**given)), rate=real(0.5, high=1), rng=rng()),
    "Dense.forward": layer(lambda: tl.Dense(3, 2, rng=seeded()), array(4, 3), array(4, 2, floats=None)),
    "ReLU.forward": layer(tl.ReLU, array(4, 3), array(4, 3, floats=None)),
    "Sigmoid.forward": layer(tl.Sigmoid, array(4, 3), array(4, 3, floats=None)),
    "Tanh.forward": layer(tl.Tanh, array(4, 3), array(4, 3, floats=None)),
    "Softmax.forward": layer(tl.Softmax, array(4, 3), array(4, 3, floats=None)),
    "Flatten.forward": layer(tl.Flatten, array(2, 3, 2, 2), array(2, 12, floats=None)),
    "Dropout.forward": layer(lambda: tl.Dropout(0.5, rng=seeded()), array(4, 3), array(4, 3, floats=None)),
    "Conv2D.forward": layer(
        lambda: tl.Conv2D(2, 3, (3, 2), rng=seeded()), array(2, 4, 4, 2), array(2, 2, 3, 3, floats=None)
    ),
    "Conv2D.forward, same": layer(
        lambda: tl.Conv2D(2, 3, 5, stride=2, padding="same", rng=seeded()),
        array(2, 4, 3, 2),
        array(2, 2, 2, 3, floats=None),
    ),
    "MaxPool2D.forward": layer(lambda: tl.MaxPool2D(2), array(2, 4, 4, 2), array(2, 2, 2, 2, floats=None)),
    "MaxPool2D.forward, padding": layer(
        lambda: tl.MaxPool2D(3, 2, 1), array(2, 4, 4, 2), array(2, 2, 2, 2, floats=None)
    ),
}
