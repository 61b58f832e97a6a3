"""The table of bad input, tinylearn's half: every public name, what it is given, and how it is called.

A layer alone lets NaN pass, as its arithmetic does: `fit`, `predict` and the losses' targets are the doors.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import tinylearn as tl
from tests.bad_input.hostile import WRONG, array, choice, flag, labels, made, new_path, old_path, real, rng, whole
from tests.bad_input.verdict import Subject
from tinylearn import initializers, layers


def seeded() -> np.random.Generator:
    return np.random.default_rng(0)


def small_model(dtype: Any = np.float64) -> tl.Sequential:
    return tl.Sequential([tl.Dense(3, 4, rng=seeded()), tl.Tanh(), tl.Dense(4, 2, rng=seeded())], dtype)


def there_and_back(make: Any) -> Any:
    """Return a call: forward of x, then backward of dout, by a layer made anew."""

    def call(x: Any, dout: Any) -> Any:
        layer = make()
        out = layer.forward(x)
        return out.copy(), layer.backward(dout), {name: grad.copy() for name, grad in layer.grads.items()}

    return call


LAYERS = {
    "Dense": Subject(
        lambda n_in, n_out, rng: repr(tl.Dense(n_in, n_out, rng=rng)), n_in=whole(3), n_out=whole(2), rng=rng()
    ),
    "Dense.forward": Subject(
        there_and_back(lambda: tl.Dense(3, 2, rng=seeded())), x=array(4, 3), dout=array(4, 2)
    ),
}

CASES = {**LAYERS}
