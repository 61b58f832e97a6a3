"""Argument validation, in one place. Each error names the caller and says what it expected, and what it got."""

from __future__ import annotations

import contextlib
import math
import operator
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike

T = TypeVar("T")

HOLDERS = (list, tuple, dict)  # in which layers, generators, optimisers are found
FLOATS = (np.dtype(np.float32), np.dtype(np.float64))  # what tinylearn computes in


def as_int(caller: str, name: str, value: Any) -> int:
    """Return `value` as an int. TypeError if it is not a whole number; for "3" or 3.0 a hint says to write 3."""
    try:
        if isinstance(value, bool):  # it passes for 0 or 1
            raise TypeError
        return operator.index(value)
    except TypeError:
        got = shortened(value) + _meant(value, int)
        raise TypeError(f"{caller}: {name} must be a whole number, got {got}") from None


def positive_integer(caller: str, name: str, value: Any) -> int:
    """Return `value` as an int of at least 1. TypeError if it is not a whole number, ValueError if it is smaller."""
    given = as_int(caller, name, value)
    if given < 1:
        raise ValueError(f"{caller}: {name} must be at least 1, got {given}")
    return given


def boolean(caller: str, name: str, value: Any) -> bool:
    """Return `value` as a bool. TypeError if it is anything but True or False: the text "no" would count as True."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{caller}: {name} must be True or False, got {shortened(value)}")
    return bool(value)


def number(caller: str, name: str, value: Any) -> float:
    """Return `value` as a Python float. TypeError if it is not a single number; for "0.1" a hint says to write 0.1.

    It must be a Python float: in NumPy 2, a float32 array and an `np.float64` give float64.
    """
    try:
        if isinstance(value, str | bytes) or np.ndim(value):
            raise TypeError("a text, or several numbers")
        return float(value)
    except (TypeError, ValueError):
        got = shortened(value) + _meant(value, float)
        raise TypeError(f"{caller}: {name} must be a number, got {got}") from None


def number_between(caller: str, name: str, value: Any, low: float, high: float, *, open_low: bool = False) -> float:
    """Return `value` as a Python float in [low, high), or in (low, high) with `open_low`.

    TypeError if it is not a number, ValueError if it lies outside.
    """
    given = number(caller, name, value)
    if not (low < given if open_low else low <= given) or not given < high:
        bracket = "(" if open_low else "["
        text = f"above {low:g}" if open_low and math.isinf(high) else f"in {bracket}{low:g}, {high:g})"
        raise ValueError(f"{caller}: {name} must be {text}, got {given}")
    return given


def _meant(value: Any, kind: type[int] | type[float]) -> str:
    """Return a hint for a number in quotes, or for a whole number with a point: what to write. Else return "".

    >>> _meant("0.1", float), _meant(100.0, int), _meant(2.5, int)
    ('; write 0.1', '; write 100', '')
    """
    if isinstance(value, str | float):
        with contextlib.suppress(ValueError):
            meant = float(value)
            if math.isfinite(meant) and (kind is float or meant.is_integer()):
                return f"; write {kind(meant)}"
    return ""


def generator(caller: str, rng: Any) -> np.random.Generator:
    """Return `rng` if it is a NumPy random generator; else raise TypeError with the line to write."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"{caller}: rng must be a NumPy generator, such as np.random.default_rng(0), got {rng!r}")
    return rng


def float_type(caller: str, dtype: DTypeLike) -> np.dtype:
    """Return the dtype; TypeError unless it is float32 or float64. (The limit of float16 is 65,504: too small.)"""
    with contextlib.suppress(TypeError, ValueError):
        if dtype is not None and np.dtype(dtype) in FLOATS:
            return np.dtype(dtype)
    got = dtype.__name__ if isinstance(dtype, type) else shortened(dtype)
    raise TypeError(f"{caller}: dtype must be np.float32 or np.float64, got {got}")


def numbers(caller: object, name: str, values: Any, dtype: DTypeLike | None = None) -> np.ndarray:
    """Return `values` as an array of `dtype`. Without dtype, floats stay as they are; whole numbers become float64.

    TypeError if they are not real numbers (text, objects, complex), ValueError if one is too large for the dtype.
    """
    array = real_array(caller, name, values)
    if array.dtype == dtype or (dtype is None and array.dtype.kind == "f"):
        return array
    try:
        with np.errstate(all="ignore", over="raise"):
            return array.astype(dtype or np.float64)
    except FloatingPointError:
        largest = max(array[np.isfinite(array)].tolist(), key=abs)
        raise ValueError(f"{caller}: {name} must fit into {np.dtype(dtype)}, got {largest:g}") from None


def real_array(caller: object, name: str, values: Any) -> np.ndarray:
    """Return `values` as a plain array of real numbers, also if it is a matrix or a memory map.

    TypeError for text, objects and complex numbers, ValueError if a masked array masks an entry.
    """
    if type(values) is np.ndarray and values.dtype.kind in "fiub":
        return values
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        index = [int(i) for i in np.argwhere(np.ma.getmaskarray(values))[0]]
        raise ValueError(f"{caller}: {name} must hold numbers only, got a masked entry at {name}{index}; leave it out")
    must = f"{caller}: {name} must hold real numbers, got"
    try:
        array = np.asarray(values)
    except ValueError:
        raise TypeError(f"{must} {shortened(values)}; give all rows the same length") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{must} {_content(values, array)}{_conversion(name, array)}")
    return array


def read_only(array: np.ndarray) -> np.ndarray:
    """Return a view that nobody can write into."""
    view = array.view()
    view.flags.writeable = False
    return view


def _content(values: Any, array: np.ndarray) -> str:
    """Say in words what `values` holds instead of numbers; `array` holds the same values."""
    if not hasattr(values, "__array__"):  # a list, a text, …
        return shortened(values)
    kind = {"U": "texts", "S": "bytes", "O": "objects"}.get(array.dtype.kind, array.dtype)
    example = f", such as {shortened(array.ravel()[:1].tolist()[0])}" if array.size else ""
    return f"{'an array' if values is array else f'a {type(values).__name__}'} of {kind}{example}"


def _conversion(name: str, array: np.ndarray) -> str:
    """Return a hint: how to turn texts or objects into numbers. Else return ""."""
    entries = array.ravel().tolist()
    if array.ndim == 0 or array.dtype.kind not in "UO" or None in entries:
        return ""
    try:
        array.astype(np.float64)
    except (TypeError, ValueError):
        words = all(isinstance(entry, str | int | float) for entry in entries)
        return "; give each text a number first, such as 0, 1, … for classes" if words else ""
    return f"; write np.array({name}, float)"


def same_state(one: Any, other: Any) -> bool:
    """Are two values equal, with everything that they hold: arrays, dicts, lists, objects with attributes?"""
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
    """Return `value` as text, on one line of at most `most` letters. For a class, say that its brackets are missing.

    >>> shortened([1, 2]), shortened(Path)
    ('[1, 2]', 'the class Path; write Path(…)')
    """
    if isinstance(value, type):
        return f"the class {value.__name__}; write {value.__name__}(…)"
    text = " ".join(repr(value).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def instance(caller: str, name: str, value: Any, kind: type[T], example: str = "") -> T:
    """Return `value` if it is of this kind; else raise TypeError with an example."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        example = f" such as {example}" if example else ""
        raise TypeError(f"{caller}: {name} must be {article} {kind.__name__}{example}, got {shortened(value)}")
    return value


def path_of(caller: str, path: Any) -> Path:
    """Return `path` as an absolute Path, so that a later chdir changes nothing. `~` is the home folder.

    TypeError if it is neither a text nor a Path, ValueError if it cannot be the name of a file.
    """
    if not isinstance(path, str | os.PathLike) or isinstance(os.fspath(path), bytes):
        raise TypeError(f"{caller}: path must be a text or a pathlib.Path, got {shortened(path)}")
    if "\0" in os.fspath(path):
        raise ValueError(f"{caller}: path must not hold a zero byte, got {shortened(os.fspath(path))}")
    if not os.fspath(path):
        raise ValueError(f"{caller}: path must name a file or a folder, got ''; the current folder is '.'")
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError:  # there is no such user
        raise ValueError(f"{caller}: there is no home folder for {os.fspath(path)}; write it out") from None


def existing_path(caller: str, path: Any) -> Path:
    """Return `path` as `path_of` does; FileNotFoundError if nothing is there."""
    path = path_of(caller, path)
    try:
        path.stat()
    except FileNotFoundError:
        raise FileNotFoundError(f"{caller}: there is no file {path}") from None
    except OSError:
        pass  # such as a folder without rights: opening the file says so
    return path


def texts(caller: object, name: str, values: Any) -> tuple[str, ...]:
    """Return a list of texts as a tuple; TypeError for anything else, also for a single text."""
    if isinstance(values, str) or not isinstance(values, Sequence) or not all(isinstance(text, str) for text in values):
        hint = f"; write [{values!r}]" if isinstance(values, str) else ""
        raise TypeError(f"{caller}: {name} must be a list of texts, got {shortened(values)}{hint}")
    return tuple(values)


def finite(
    caller: object, name: str, array: np.ndarray, hint: str = "clean the data before training", first_row: int = 0
) -> None:
    """Raise ValueError if `array` holds NaN or infinity; the message names the first such entry.

    If the array is part of a larger one, `first_row` is the number of its first row there.
    """
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    place = [index[0] + first_row, *index[1:]] if index else []
    raise ValueError(f"{caller}: {name} must be finite numbers, got {array[index]} at {name}{place}; {hint}")


def found_in(name: str, value: Any, kind: type[T]) -> Iterator[tuple[str, T]]:
    """Yield (name, value) if it is of that type; from a list, tuple or dict, each value that is: `rngs[0]`."""
    if isinstance(value, kind):
        yield name, value
    elif isinstance(value, HOLDERS):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(each, (kind, *HOLDERS)):  # asked first: most are numbers
                yield from found_in(f"{name}[{key}]", each, kind)
