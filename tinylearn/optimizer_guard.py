"""The guard around every optimiser's `step`: it checks arguments, makes the state, and puts names into errors."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np

from tinylearn.checks import FLOATS, numbers, shortened
from tinylearn.guarding import name_error

AS_IT_IS = nullcontext()
NOT_STEPPED = None, None, None, False  # shape, dtype and a weak reference to the parameters; does NumPy raise errors?


class UndeclaredError(KeyError):
    """A step asks for something that the optimiser does not remember."""

    def __str__(self) -> str:  # without the quotes around a KeyError's text
        return str(self.args[0])


class State(dict[str, Any]):
    """The state of an optimiser. `zeros` are shape and dtype of the arrays that it makes when a step asks for them."""

    zeros: dict[str, tuple[Any, Any]] = {}  # noqa: RUF012 (never changed)

    def __missing__(self, name: str) -> np.ndarray:
        if name not in self.zeros:
            raise UndeclaredError(f"its state has no {name!r} yet; declare what it remembers: remembers = ({name!r},)")
        self[name] = np.zeros(*self.zeros[name])
        return self[name]


class OfInner:
    """The learning rate of an optimiser without its own: it uses that of the optimiser that it holds."""

    def __get__(self, optimizer: Any, kind: Any = None) -> Any:
        inner = [*optimizer.parts().values()][1:]
        if not inner:
            raise AttributeError(f"{type(optimizer).__name__} has no learning rate; give one to super().__init__")
        return inner[0].learning_rate


def guarded_step(formula: Callable[..., Any], _: type) -> Callable[..., None]:
    def step(optimizer: Any, parameters: np.ndarray, gradients: np.ndarray) -> None:
        shape, dtype, _, raises = optimizer._stepped
        try:
            if not (  # the arrays are like those of the last step
                type(parameters) is type(gradients) is np.ndarray
                and parameters.shape == gradients.shape == shape
                and parameters.dtype is gradients.dtype is dtype
                and type(optimizer.state) is State
            ):
                gradients = _checked(optimizer, parameters, gradients)
                raises = optimizer._stepped[3]
            decays = optimizer.weight_decay and type(optimizer).step is step  # and this is no super().step
            with np.errstate(all="ignore") if raises else AS_IT_IS:
                if decays:
                    optimizer.shrink(parameters)
                if (given := formula(optimizer, parameters, gradients)) is not None:
                    must = "step must change parameters in place, parameters[...] = …, and return nothing"
                    raise TypeError(f"{optimizer}: {must}, got {shortened(given)}")
        except Exception as error:  # also one of np.seterr: calling again would be a second step
            name_error(optimizer, error)
            raise

    return step


def _checked(optimizer: Any, parameters: Any, gradients: Any) -> Any:
    """Return the gradients, as floats, and note shape and dtype of the parameters. TypeError or ValueError if they
    do not fit: NumPy would silently broadcast gradients of another shape.
    """
    if not _plain_floats(parameters):
        array = isinstance(parameters, np.ndarray)
        got = f"{type(parameters).__name__} of {parameters.dtype}" if array else shortened(parameters)
        must = "parameters must be a plain array of float32 or float64, to be changed in place"
        raise TypeError(f"{optimizer}: {must}, got {got}")
    shape, dtype = parameters.shape, parameters.dtype
    if not _plain_floats(gradients):
        gradients = numbers(optimizer, "gradients", gradients, dtype)
    if gradients.shape != shape:
        must = f"gradients must have the shape of the parameters, {shape}"
        raise ValueError(f"{optimizer}: {must}, got {gradients.shape}")
    if not isinstance(optimizer.state, State):
        optimizer.state = State(optimizer.state)
    for array in [optimizer.state[name] for name in optimizer.remembers if name in optimizer.state]:
        if (array.shape, array.dtype) != (shape, dtype):
            stepped = f"has stepped parameters of {array.dtype} {array.shape}"
            raise ValueError(
                f"{optimizer} {stepped}, now got {dtype} {shape}; use a new optimizer for other parameters"
            )
    optimizer.state.zeros = dict.fromkeys(optimizer.remembers, (shape, dtype))
    raises = "raise" in np.geterr().values()  # not in every step: errstate takes half as long as a step
    optimizer._stepped = shape, dtype, weakref.ref(owner_of(parameters)), raises
    return gradients


def _plain_floats(value: Any) -> bool:
    """Can a step use this value as it is?"""
    odd = np.ma.MaskedArray | np.matrix
    return isinstance(value, np.ndarray) and not isinstance(value, odd) and value.dtype in FLOATS


def owner_of(array: np.ndarray) -> np.ndarray:
    """Return the array that owns this memory: the one behind a view, or the array itself."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
