"""What the guards of layers, losses and optimisers share: how they get round a formula, and what its errors say.

Each base class calls `guard` for its subclasses. The subclass's own method is then the bare formula inside.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tinylearn.checks import FLOATS, numbers, real_array, shortened


def guard(cls: Any, **guards: Callable[[Any, Any], Any]) -> None:
    """Put a guard round methods of a class: name → function of the formula and the class, which returns the guard."""
    for name, around in guards.items():
        method = getattr(cls, name)
        formula = method if name in vars(cls) else getattr(method, "formula", method)
        guarded: Any = functools.wraps(formula)(around(formula, cls))
        guarded.formula = formula
        setattr(cls, name, guarded)


def again(caller: Any, method: Callable[..., Any], error: Exception, *given: Any) -> Any:
    """Call the method again without np.seterr, if that made the error; else raise the error, which names `who` then.

    exp(-1000) is 0, and that is right: an underflow is no error. An overflow becomes an infinity, which `fit` reports.
    """
    if isinstance(error, FloatingPointError) and "raise" in np.geterr().values():
        with np.errstate(all="ignore"):
            return method(caller, *given)
    name_error(caller, error)
    raise error


def name_error(caller: Any, error: Exception) -> None:
    """Put `who` in front of an error's message, unless the part that raised it stands there already.

    The error stays the same object. One that makes its text of more than a message, such as OSError, gets a note.
    """
    text, args = str(error), error.args
    name = type(caller).__name__
    if not (hasattr(error, "named") or text.startswith((str(caller), f"{name}:", f"{name} "))):
        if len(args) < 2:
            error.args = (f"{caller}: {text}",)
        if str(error) == text:
            error.args = args
            error.add_note(f"raised by {caller}")
    error.named = True  # type: ignore[attr-defined]


def as_floats(caller: Any, name: str, values: Any, dtype: np.dtype | None = None) -> np.ndarray:
    """Return `values` as an array of float32 or float64, of `dtype` if one is given; TypeError for float16."""
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
    """Return what a formula gave as an array of `dtype`; TypeError if it is none, ValueError if its shape is wrong."""
    if not isinstance(value, np.ndarray | np.generic):
        raise TypeError(f"{caller}: {must}, as an array, got {shortened(value)}")
    if shape not in (None, value.shape):
        raise ValueError(f"{caller}: {must}, got {value.shape}")
    with np.errstate(all="ignore"):
        return real_array(caller, name, value).astype(dtype)
