"""The initial values of the parameters: *initialise*, before *adjust* and *repeat*.

An initializer is a function `(shape, rng) -> array`. The last axis of `shape` counts the outputs. The axes before it
count the terms in the sum of one output, its fan-in: D for dense weights (D, M), KH·KW·C for filters (KH, KW, C, F).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tinylearn.checks import finite, generator, number_between, numbers, shortened

Rng = np.random.Generator
Initializer = Callable[[tuple[int, ...], Rng], np.ndarray]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (fan-in, fan-out): the number of terms in one output, and the number of outputs that one input reaches.

    >>> fans((3, 3, 16, 32))
    (144, 288)
    """
    whole = isinstance(shape, tuple) and all(isinstance(n, int | np.integer) and n > 0 for n in shape)
    if not whole or not shape:
        raise ValueError(f"initializers: shape must be a tuple of whole numbers from 1 on, got {shortened(shape)}")
    return math.prod(shape[:-1]), math.prod(shape[:-2]) * shape[-1]


def init_parameter(caller: str, name: str, initializer: Initializer, shape: tuple[int, ...], rng: Any) -> np.ndarray:
    """Return `initializer(shape, rng)`. ValueError that names the parameter for a wrong shape, NaN or infinity."""
    generator(caller, rng)
    if not callable(initializer):
        raise TypeError(
            f"{caller}: the initializer of {name} must be a function of (shape, rng), such as initializers.zeros, "
            f"got {shortened(initializer)}"
        )
    values = numbers(caller, f"the initial {name}", initializer(shape, rng))
    if values.shape != shape:
        raise ValueError(f"{caller}: the initializer of {name} must return shape {shape}, got {values.shape}")
    finite(caller, f"the initial {name}", values, "let the initializer return finite numbers")
    return values


def he_normal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Normal numbers of variance 2 / fan-in. He et al. 2015, arXiv:1502.01852.

    The variance of a sum of fan-in terms is fan-in times that of one term, and a ReLU keeps half of it. The 2 makes up
    for that, so that signals neither fade nor explode from layer to layer.
    """
    fan_in, _ = fans(shape)
    return rng.normal(0.0, math.sqrt(2 / fan_in), shape)


def glorot_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Uniform numbers of variance 2 / (fan-in + fan-out), for sigmoid and tanh. Glorot and Bengio 2010.

    Numbers that are uniform in [-a, a] have the variance a² / 3.
    """
    limit = math.sqrt(6 / sum(fans(shape)))
    return rng.uniform(-limit, limit, shape)


def zeros(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """All zeros: right for biases, wrong for hidden weights (equal neurons get equal gradients and stay equal)."""
    return np.zeros(shape)


def ones(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """All ones: chapter 3 starts its w and b with them."""
    return np.ones(shape)


def constant(value: float) -> Initializer:
    """Return an initializer that sets every number to `value`.

    >>> constant(0.5)((2, 1), np.random.default_rng(0))
    array([[0.5],
           [0.5]])
    """
    number = number_between("constant", "value", value, -math.inf, math.inf, open_low=True)
    return lambda shape, rng: np.full(shape, number)
