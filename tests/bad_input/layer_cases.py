"""Bad input for layers: their constructors, and for each row of the table of layers, x forward and dout back.

So a new layer needs no line here. A layer lets NaN pass, as its arithmetic does; `fit` refuses it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import tinylearn as tl
from tests.bad_input.hostile import WRONG, Argument, Given, array, choice, integer, of, real, rng
from tests.bad_input.small_runs import seeded
from tests.bad_input.verdict import Subject
from tinylearn import initializers, layer_table


def _key(name: str) -> str:
    """Return "Conv2D.forward, same" for the row "Conv2D, same" of the table of layers."""
    kind, *rest = name.split(", ")
    return ", ".join([f"{kind}.forward", *rest])


def _there_and_back(name: str) -> Subject:
    """Send x forward and dout back through the layer of that row, made anew for each call."""
    shape = layer_table.LAYERS[name].shape
    one = layer_table.make_layer(name, seeded())
    out_shape = one.forward(np.zeros(shape)).shape

    def call(x: Any, dout: Any) -> Any:
        layer = layer_table.make_layer(name, seeded())
        out = np.array(layer.forward(x))
        dx = layer.backward(dout)
        return out, dx, {key: np.array(grad) for key, grad in layer.named_gradients().items()}

    inside = tuple(type(part).__name__ for _, part in one.walk())  # the innermost layer that cannot take it speaks
    return Subject(call, speaks=inside, x=array(*shape), dout=array(*out_shape, floats=None))


def _normalised_while_training(x: Any) -> Any:
    layer = tl.BatchNorm(3)
    layer.training = True
    return np.array(layer.forward(x)), dict(layer.state)


pair = choice(2, (2, 1), wrong=[0, -1, 1.5, "2", (1, 2, 3), (2, 0), None, np.nan, [1, [2]]])
pads = choice(0, 1, (1, 0), "valid", "same", wrong=[-1, (0, -1), 1.5, (1, 2, 3), None, np.nan, b"same"], also=[9])
weights = choice(
    initializers.zeros,
    initializers.glorot_uniform,
    wrong=[lambda shape, rng: np.zeros(99), lambda shape, rng: None, lambda shape, rng: np.full(shape, np.nan)],
)


def constructed(kind: type[tl.Layer], **arguments: Argument) -> Subject:
    return Subject(lambda **given: repr(kind(**given)), **arguments)


strides = [0, -1, "1", 0.5, (1, 0)]
pool = {"size": pair, "padding": choice(0, "same", wrong=[-1, 2, 1.5, (0, 9)]),
        "stride": choice(None, 1, (1, 2), wrong=strides)}  # fmt: skip
LAYERS = {
    "Layer": constructed(tl.Layer),
    "Dense": constructed(tl.Dense, n_in=integer(3), n_out=integer(2), rng=rng(), weights=weights, biases=weights),
    "Conv2D": constructed(
        tl.Conv2D, channels_in=integer(3), channels_out=integer(2), kernel_size=pair, padding=pads, rng=rng(),
        stride=choice(1, (2, 1), wrong=strides), weights=weights,
    ),
    "MaxPool2D": constructed(tl.MaxPool2D, **pool),
    "AveragePool2D": constructed(tl.AveragePool2D, **pool),
    "BatchNorm": constructed(tl.BatchNorm, n_in=integer(3), momentum=real(0.5, high=1), epsilon=real(0.1)),
    "BatchNorm.forward, training": Subject(_normalised_while_training, x=array(4, 3)),
    "LayerNorm": constructed(tl.LayerNorm, n_in=integer(3), epsilon=real(0.1)),
    "LeakyReLU": constructed(tl.LeakyReLU, slope=real(0.5, high=1)),
    "Residual": Subject(lambda layer: repr(tl.Residual(layer)), layer=Argument(
        st.builds(lambda: Given(tl.ReLU())), st.sampled_from(of([None, tl.ReLU, "ReLU", [], 3], WRONG)))),
    "Dropout": constructed(tl.Dropout, rate=real(0.5, high=1), rng=rng()),
}  # fmt: skip
LAYERS |= {_key(name): _there_and_back(name) for name in layer_table.LAYERS}
