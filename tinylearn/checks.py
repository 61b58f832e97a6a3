"""What is checked at the doors of the library, in one place: each error says who asked, for what, and what came."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike


def positive_integer(who: str, name: str, value: Any) -> int:
    """Return `value` as an int of at least 1; TypeError for no whole number, ValueError for a smaller one."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{who}: {name} must be a whole number, got {value!r}") from None
    if number < 1:
        raise ValueError(f"{who}: {name} must be at least 1, got {number}")
    return number


def number_between(who: str, name: str, value: Any, low: float, high: float, *, open_low: bool = False) -> float:
    """Return `value` as a Python float in [low, high), or in (low, high) with `open_low`.

    A Python float, since NumPy 2 turns float32 arrays into float64 when they meet an `np.float64`.
    """
    try:
        number = float(value)
        if isinstance(value, str | bytes):
            raise TypeError("text")
    except (TypeError, ValueError):
        raise TypeError(f"{who}: {name} must be a number, got {value!r}") from None
    if not (low < number if open_low else low <= number) or not number < high:
        bracket = "(" if open_low else "["
        text = f"above {low:g}" if open_low and math.isinf(high) else f"in {bracket}{low:g}, {high:g})"
        raise ValueError(f"{who}: {name} must be {text}, got {number}")
    return number


def generator(who: str, rng: Any) -> np.random.Generator:
    """Return `rng` if it is a NumPy random generator; TypeError with the line to write if it is not."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"{who}: rng must be a NumPy generator, such as np.random.default_rng(0), got {rng!r}")
    return rng


def numbers(who: str, name: str, values: Any, dtype: DTypeLike) -> np.ndarray:
    """Return `values` as an array of `dtype`; TypeError if they are no real numbers (text, objects, complex)."""
    array = np.asarray(values)
    if array.dtype == dtype:
        return array
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{who}: {name} must hold real numbers, got an array of {array.dtype}")
    return array.astype(dtype)


def finite(who: str, name: str, array: np.ndarray) -> None:
    """Raise ValueError that names the first entry of `array` that is NaN or infinite, if there is one."""
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    raise ValueError(
        f"{who}: {name} must be finite numbers, got {array[index]} at {name}{list(index)}; "
        "clean the data before training"
    )
