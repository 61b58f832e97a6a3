"""Are two runs alike? Texts that say how a part was made and what an array holds: two equal texts, and they are.

Scale(factor=3.0)      the call that made a loss or a layer, with every argument that is no default
Weighted(weights=float64 (40,), checksum 7ba3895f)
"""

from __future__ import annotations

import inspect
import re
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

BLOCK = 1 << 20  # bytes to read at a time when reading a whole array
LONGEST = 1000  # letters of a list to write out


def call_that_made(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Return the call `cls(*args, **kwargs)` as text. TypeError if there are arguments, but no `__init__` to take them.

    Random generators are left out: a checkpoint, or a recording, keeps their states.
    """
    nothing = f"{cls.__name__}()"
    if not (args or kwargs):  # nearly always: also for each copy
        return nothing
    if cls.__init__ is object.__init__:
        got = ", ".join([*map(described, args), *(f"{name}={described(value)}" for name, value in kwargs.items())])
        raise TypeError(f"{cls.__name__} takes no arguments, got {got}; write {nothing}")
    signature = inspect.signature(cls.__init__)
    try:
        given = signature.bind(None, *args, **kwargs).arguments
    except TypeError as error:
        plain = [each.replace(annotation=each.empty) for each in [*signature.parameters.values()][1:]]
        call = re.sub(r"<function (\w+) at 0x\w+>", r"\1", f"{cls.__name__}{inspect.Signature(plain)}")
        raise TypeError(f"{cls.__name__}: {error}; write {call}") from None
    texts: list[str] = []
    for name, value in [*given.items()][1:]:  # without self
        parameter = signature.parameters[name]
        if parameter.kind is parameter.VAR_POSITIONAL:
            texts += map(described, value)
        elif parameter.kind is parameter.VAR_KEYWORD:
            texts += [f"{key}={described(each)}" for key, each in value.items()]
        elif value is not parameter.default and not isinstance(value, np.random.Generator):
            texts.append(f"{name}={described(value)}")
    return f"{cls.__name__}({', '.join(texts)})"


def described(value: Any) -> str:
    """Return a value as text, in full, and the same in every run: arrays and long lists by checksum, no addresses.

    >>> described({"a": [np.array([1.0, 2.0]), object()]})
    "{'a': [float64 (2,), checksum 7ba3895f, <object object>]}"
    """
    if isinstance(value, np.ndarray) and value.ndim and value.dtype != object:
        return digest(value)
    if type(value) is dict:
        return f"{{{', '.join(f'{key!r}: {described(each)}' for key, each in value.items())}}}"
    if type(value) in (set, frozenset):  # whose order changes from process to process
        return f"{type(value).__name__}({', '.join(sorted(map(described, value)))})"
    if type(value) in (list, tuple):
        inside = ", ".join(map(described, value))
        if len(inside) > LONGEST:
            return f"{type(value).__name__} of {len(value)}, checksum {zlib.crc32(inside.encode()):08x}"
        return f"[{inside}]" if type(value) is list else f"({inside},)" if len(value) == 1 else f"({inside})"
    try:
        text = repr(value)
    except Exception:  # whatever a user's object raises, such as one that is not complete yet
        text = object.__repr__(value)
    return re.sub(r" at 0x[0-9A-Fa-f]+", "", text)


def digest(array: np.ndarray) -> str:
    """Return a text that almost certainly changes if any number in the array changes.

    >>> digest(np.array([1.0, 2.0]))
    'float64 (2,), checksum 7ba3895f'
    """
    return f"{array.dtype} {array.shape}, checksum {checksum(array)}"


def checksum(*arrays: np.ndarray) -> str:
    """Return eight hexadecimal digits that almost certainly change if any number in the arrays changes.

    >>> checksum(np.array([1.0, 2.0])), checksum(np.array([1.0, 3.0]))
    ('7ba3895f', 'b37a0357')
    """
    crc = 0
    for array in arrays:
        for _, part in blocks(array):
            crc = zlib.crc32(np.ascontiguousarray(part).view(np.uint8).data, crc)
    return f"{crc:08x}"


def blocks(array: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (number of the first row, rows), about 1 MB at a time: the array may be larger than memory."""
    rows = max(1, BLOCK * len(array) // max(array.nbytes, 1))
    for start in range(0, len(array), rows):
        yield start, array[start : start + rows]
