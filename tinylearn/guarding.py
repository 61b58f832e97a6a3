"""Shared by the guards of layers, losses and optimisers: how to wrap a formula, and how to name its errors.

Each base class calls `guard` for its subclasses. The method of the subclass is then the bare formula inside.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tinylearn.checks import FLOATS, numbers, real_array, shortened


def guard(cls: Any, **guards: Callable[[Any, Any], Any]) -> None:
    """Wrap methods of a class in guards: name → a function that turns the formula and the class into the guard."""
    for name, around in guards.items():
        method = getattr(cls, name)
        formula = method if name in vars(cls) else getattr(method, "formula", method)
        guarded: Any = functools.wraps(formula)(around(formula, cls))
        guarded.formula = formula
        setattr(cls, name, guarded)


def again(caller: Any, method: Callable[..., Any], error: Exception, *given: Any) -> Any:
    """If np.seterr caused the error, call the method again without it. Else raise the error, with the caller's name.

    exp(-1000) is 0, and that is correct: an underflow is not an error. An overflow becomes infinity; `fit` reports it.
    """
    if isinstance(error, FloatingPointError) and "raise" in np.geterr().values():
        with np.errstate(all="ignore"):
            return method(caller, *given)
    name_error(caller, error)
    raise error


def name_error(caller: Any, error: Exception) -> None:
    """Put the caller in front of an error's message, unless the message names it already.

    The error stays the same object. If its text is made of more than a message, as in OSError, it gets a note.
    """
    text, args = str(error), error.args
    name = type(caller).__name__
    if text.endswith("is read-only"):  # NumPy's words
        text += "; what it is given may only be read: work on a copy"
    if not (hasattr(error, "named") or text.startswith((str(caller), f"{name}:", f"{name} "))):
        if len(args) < 2:
            error.args = (f"{caller}: {text}",)
        if str(error) == text:
            error.args = args
            error.add_note(f"raised by {caller}")
    error.named = True  # type: ignore[attr-defined]


def as_floats(caller: Any, name: str, values: Any, dtype: np.dtype | None = None) -> np.ndarray:
    """Return `values` as an array of float32 or float64 (of `dtype`, if given); TypeError for float16."""
    array = numbers(caller, name, values, dtype)
    if array.dtype in FLOATS:
        return array
    if array.dtype.itemsize < 4:
        raise TypeError(
            f"{caller}: {name} must hold float32 or float64, got {array.dtype}; write {name}.astype(np.float32)"
        )
    return array.astype(np.float32 if array.dtype.itemsize == 4 else np.float64)  # of another byte order, or longer


def returned(
    caller: Any, name: str, must: str, value: Any, dtype: np.dtype, shape: tuple[int, ...] | None = None
) -> np.ndarray:
    """Return the result of a formula as an array of `dtype`. TypeError if it is not one, ValueError for its shape."""
    if not isinstance(value, np.ndarray | np.generic):
        raise TypeError(f"{caller}: {must}, as an array, got {shortened(value)}")
    if shape not in (None, value.shape):
        raise ValueError(f"{caller}: {must}, got {value.shape}")
    with np.errstate(all="ignore"):
        return real_array(caller, name, value).astype(dtype)
