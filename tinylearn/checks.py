"""What is checked at the doors of the library, in one place: each error says who asked, for what, and what came."""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Sequence
from pathlib import Path
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


def numbers(who: object, name: str, values: Any, dtype: DTypeLike | None = None) -> np.ndarray:
    """Return `values` as an array of `dtype`; without one, of floats: as they are, or whole numbers as float64.

    TypeError if they are no real numbers (text, objects, complex), ValueError for one too large for the dtype.
    """
    array = real_array(who, name, values)
    if array.dtype == dtype or (dtype is None and array.dtype.kind == "f"):
        return array
    try:
        with np.errstate(over="raise"):
            return array.astype(dtype or np.float64)
    except FloatingPointError:
        largest = np.abs(array[np.isfinite(array)]).max()
        raise ValueError(f"{who}: {name} must fit into {np.dtype(dtype)}, got {largest:g}") from None


def real_array(who: object, name: str, values: Any) -> np.ndarray:
    """Return `values` as the array of real numbers that they are; TypeError for text, objects and complex numbers."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub":
        return values
    try:
        array = np.asarray(values)
    except ValueError:  # rows of different lengths
        array = np.array(None)
    if array.dtype.kind not in "fiub":
        got = f"an array of {array.dtype}" if isinstance(values, np.ndarray) else shortened(values)
        raise TypeError(f"{who}: {name} must hold real numbers, got {got}")
    return array


def same_state(one: Any, other: Any) -> bool:
    """Return whether two values, and what they hold, are the same: arrays, dicts, lists, objects with attributes."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same_state(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same_state, one, other))
    if hasattr(one, "__dict__") and not callable(one):
        return same_state(vars(one), vars(other))
    return one is other or bool(one == other)


def shortened(value: Any, most: int = 80) -> str:
    """Return what `value` looks like, on one line of at most so many letters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def path_of(who: str, path: Any) -> Path:
    """Return `path` as a Path; TypeError if it is no text and no Path, ValueError for a text that no file can have."""
    if not isinstance(path, str | os.PathLike) or isinstance(os.fspath(path), bytes):
        raise TypeError(f"{who}: path must be a text or a pathlib.Path, got {shortened(path)}")
    if "\0" in os.fspath(path):
        raise ValueError(f"{who}: path must not hold a zero byte, got {shortened(os.fspath(path))}")
    return Path(path)


def texts(who: object, name: str, values: Any) -> tuple[str, ...]:
    """Return a list of texts as a tuple; TypeError if it is none, or a single text."""
    if isinstance(values, str) or not isinstance(values, Sequence) or not all(isinstance(text, str) for text in values):
        hint = f"; write [{values!r}]" if isinstance(values, str) else ""
        raise TypeError(f"{who}: {name} must be a list of texts, got {shortened(values)}{hint}")
    return tuple(values)


def finite(who: object, name: str, array: np.ndarray, hint: str = "clean the data before training") -> None:
    """Raise ValueError that names the first entry of `array` that is NaN or infinite, if there is one."""
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    raise ValueError(f"{who}: {name} must be finite numbers, got {array[index]} at {name}{list(index)}; {hint}")
