"""Data in a page: JSON that cannot end the script around it, and arrays as their bytes, deflated, in base64."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np

DTYPES = ("float64", "float32", "int32", "uint16", "int16", "uint8", "int8")


def as_json(value: Any) -> str:
    """Return JSON for the inside of a `<script>`.

    >>> as_json({"a": "</script>"})
    '{"a":"\\\\u003c/script>"}'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def packed(value: Any) -> Any:
    """Return data with its arrays packed, in dicts and lists of any depth. `unpack` in core.js takes it apart again."""
    if isinstance(value, np.ndarray):
        return _packed_array(value)
    if isinstance(value, dict):
        return {name: packed(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [packed(each) for each in value]
    return value.item() if isinstance(value, np.generic) else value


def _packed_array(array: np.ndarray) -> dict[str, Any]:
    """Return an array, bit for bit, in few letters.

    Its bits count as whole numbers. Along the first axis, from update to update say, stand their differences, or the
    differences of these, and so on, as often as that makes it shorter: what changes smoothly becomes small. 0x80 is
    added to each byte of a difference, with carry, so that 1 and -1 differ in one byte and not in all of them.
    """
    if array.dtype.name not in DTYPES:
        raise TypeError(
            f"an array in a page must be one of {', '.join(DTYPES)}, got {array.dtype}; convert it with astype"
        )
    rows, width = array.shape[0] if array.ndim else 1, array.dtype.itemsize
    numbers = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(rows, array.size // max(rows, 1))
    whole, middle = numbers.view(f"<u{width}"), np.frombuffer(b"\x80" * width, f"<u{width}")
    differences, shortest = 0, _planes(whole)
    while True:
        whole = np.concatenate([whole[:1], np.diff(whole, axis=0) + middle])
        if len(shorter := _planes(whole)) >= len(shortest):
            break
        differences, shortest = differences + 1, shorter
    return {"dtype": array.dtype.name, "shape": [*array.shape], "differences": differences, "planes": shortest}


def _planes(numbers: np.ndarray) -> str:
    """Return the first bytes of all numbers, then all second bytes, and so on, deflated, in base64.

    So signs and exponents, which are much the same, come together, and deflate to almost nothing.
    """
    planes = numbers.reshape(-1, 1).view(np.uint8).T.tobytes()
    return base64.b64encode(zlib.compress(planes, 9)).decode()
