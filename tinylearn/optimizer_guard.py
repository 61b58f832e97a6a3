"""What stands between an optimiser's `step` and who calls it; no part of any rule.

NumPy would stretch gradients of another shape over the parameters, silently, and what was remembered of one model would
move another.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from tinylearn.checks import FLOATS, numbers, shortened
from tinylearn.guarding import name_error


class Memory(dict[str, Any]):
    """What an optimiser remembers; `zeros` are shape and dtype of the arrays that are made when they are asked for."""

    zeros: dict[str, tuple[Any, Any]] = {}  # noqa: RUF012 (never changed)

    def __missing__(self, name: str) -> np.ndarray:
        if name not in self.zeros:
            raise KeyError(name)
        self[name] = np.zeros(*self.zeros[name])
        return self[name]


def guarded_step(formula: Callable[..., None], _: type) -> Callable[..., None]:
    def step(optimizer: Any, parameters: np.ndarray, gradients: np.ndarray) -> None:
        shape, dtype, _ = optimizer._stepped
        try:
            if not (  # the arrays are like those of the last step
                type(parameters) is type(gradients) is np.ndarray
                and parameters.shape == gradients.shape == shape
                and parameters.dtype is gradients.dtype is dtype
                and type(optimizer.state) is Memory
            ):
                gradients = _checked(optimizer, parameters, gradients)
            formula(optimizer, parameters, gradients)
        except Exception as error:  # a second call after one of np.seterr would be a second step
            name_error(optimizer, error)
            raise

    return step


def owner_of(array: np.ndarray) -> np.ndarray:
    """Return the array whose memory this one views, or itself."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _checked(optimizer: Any, parameters: Any, gradients: Any) -> Any:
    """Return the gradients, as floats; note the parameters, and what `remembers` says.

    TypeError unless the parameters are an array of floats, and the gradients real numbers, ValueError unless both have
    one shape, and that of what is remembered.
    """
    for name, value in (("parameters", parameters), ("gradients", gradients)):
        if isinstance(value, np.ma.MaskedArray | np.matrix):
            kind = type(value).__name__
            raise TypeError(f"{optimizer}: {name} must be a plain array, got a {kind}; write np.asarray(…)")
    if not isinstance(parameters, np.ndarray) or parameters.dtype not in FLOATS:
        got = f"one of {parameters.dtype}" if isinstance(parameters, np.ndarray) else shortened(parameters)
        must = "parameters must be an array of float32 or float64, to be changed in place"
        raise TypeError(f"{optimizer}: {must}, got {got}")
    if not isinstance(gradients, np.ndarray) or gradients.dtype not in FLOATS:
        gradients = numbers(optimizer, "gradients", gradients, parameters.dtype)
    shape, dtype = parameters.shape, parameters.dtype
    if gradients.shape != shape:
        must = f"gradients must have the shape of the parameters, {shape}"
        raise ValueError(f"{optimizer}: {must}, got {gradients.shape}")
    if not isinstance(optimizer.state, Memory):
        optimizer.state = Memory(optimizer.state)
    for array in [optimizer.state[name] for name in optimizer.remembers if name in optimizer.state]:
        if (array.shape, array.dtype) != (shape, dtype):
            stepped = f"has stepped parameters of {array.dtype} {array.shape}"
            raise ValueError(
                f"{optimizer} {stepped}, now got {dtype} {shape}; use a new optimizer for other parameters"
            )
    optimizer.state.zeros = dict.fromkeys(optimizer.remembers, (shape, dtype))
    optimizer._stepped = shape, dtype, weakref.ref(owner_of(parameters))
    return gradients
