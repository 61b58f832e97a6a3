"""The table of layers. Add one row for a new layer: all tests of layers then test it, too.

`python -m tinylearn` checks the gradients of all rows. The tests check much more, also against PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tinylearn import layers
from tinylearn.layers import Layer


class Row(NamedTuple):
    make: Callable[[np.random.Generator], Layer]
    shape: tuple[int, ...]  # of an input, the batch first; small, odd and unequal, to reveal mixed-up axes


LAYERS = {
    "Dense": Row(lambda rng: layers.Dense(5, 3, rng=rng), (7, 5)),
    "Dense, one number": Row(lambda rng: layers.Dense(1, 1, rng=rng), (3, 1)),
    "Dense, two axes of rows": Row(lambda rng: layers.Dense(4, 2, rng=rng), (3, 5, 4)),
    "ReLU": Row(lambda rng: layers.ReLU(), (5, 3)),
    "ReLU, images": Row(lambda rng: layers.ReLU(), (3, 5, 4, 2)),
    "LeakyReLU": Row(lambda rng: layers.LeakyReLU(0.1), (5, 3)),
    "Sigmoid": Row(lambda rng: layers.Sigmoid(), (5, 3)),
    "Softmax": Row(lambda rng: layers.Softmax(), (5, 7)),
    "Softmax, two axes of rows": Row(lambda rng: layers.Softmax(), (3, 2, 4)),
    "Tanh": Row(lambda rng: layers.Tanh(), (5, 3)),
    "Conv2D": Row(lambda rng: layers.Conv2D(2, 3, 3, rng=rng), (2, 5, 4, 2)),
    "Conv2D, stride that does not divide": Row(
        lambda rng: layers.Conv2D(1, 2, (2, 3), stride=(3, 2), padding=(1, 2), rng=rng), (3, 6, 5, 1)
    ),
    "Conv2D, same": Row(lambda rng: layers.Conv2D(3, 2, (4, 1), stride=(1, 2), padding="same", rng=rng), (2, 5, 4, 3)),
    "Conv2D, pixels between the windows": Row(lambda rng: layers.Conv2D(2, 2, (1, 2), stride=3, rng=rng), (2, 6, 5, 2)),
    "Conv2D, many channels": Row(lambda rng: layers.Conv2D(16, 2, (3, 2), padding=1, rng=rng), (2, 3, 2, 16)),
    "MaxPool2D": Row(lambda rng: layers.MaxPool2D(2), (2, 4, 7, 3)),
    "MaxPool2D, overlapping": Row(lambda rng: layers.MaxPool2D((3, 2), stride=(2, 1), padding=1), (2, 5, 4, 2)),
    "MaxPool2D, same": Row(lambda rng: layers.MaxPool2D((2, 3), stride=(3, 2), padding="same"), (2, 5, 6, 2)),
    "AveragePool2D": Row(lambda rng: layers.AveragePool2D(2), (2, 4, 7, 3)),
    "AveragePool2D, overlapping": Row(lambda rng: layers.AveragePool2D((3, 2), stride=(2, 1), padding=1), (2, 5, 4, 2)),
    "AveragePool2D, same": Row(lambda rng: layers.AveragePool2D((2, 3), stride=(3, 2), padding="same"), (2, 5, 6, 2)),
    "BatchNorm": Row(lambda rng: layers.BatchNorm(3), (7, 3)),
    "BatchNorm, images": Row(lambda rng: layers.BatchNorm(2, momentum=0.3, epsilon=0.01), (3, 5, 4, 2)),
    "LayerNorm": Row(lambda rng: layers.LayerNorm(5), (3, 5)),
    "LayerNorm, two axes of rows": Row(lambda rng: layers.LayerNorm(4, epsilon=0.01), (3, 2, 4)),
    "Dropout": Row(lambda rng: layers.Dropout(0.4, rng=rng), (5, 3)),
    "Flatten": Row(lambda rng: layers.Flatten(), (3, 5, 4, 2)),
    "Residual": Row(lambda rng: layers.Residual(layers.Dense(3, 3, rng=rng), layers.Tanh()), (5, 3)),
}


def make_layer(name: str, rng: np.random.Generator) -> Layer:
    """Return the layer of this row. Its parameters are all different from zero, and its state is not the first one."""
    layer = LAYERS[name].make(rng)
    for parameter in layer.named_parameters().values():
        parameter += rng.normal(size=parameter.shape)  # biases start at zero, which would hide errors
    for state in layer.named_state().values():
        state += rng.uniform(0.5, 1.5, size=state.shape)  # a variance stays positive
    return layer


def make_input(name: str, rng: np.random.Generator) -> np.ndarray:
    """Return an input for the layer of this row. No two numbers are equal, and none is near 0, the kink of ReLU."""
    shape = LAYERS[name].shape
    steps = np.arange(1, np.prod(shape) + 1) / np.prod(shape)  # evenly spaced: no ties for pooling, either
    signs = rng.choice([-2.0, 2.0], size=steps.size)
    return (rng.permutation(steps) * signs).reshape(shape)
