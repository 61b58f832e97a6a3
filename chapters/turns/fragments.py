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
    """Return data with its arrays packed, in dicts and lists of any depth. `unpack` in core.js takes it apart again.

    Of an array stand the first bytes of all numbers, then all second bytes, and so on: signs and exponents, which are
    much the same, come together, and deflate to almost nothing.
    """
    if isinstance(value, np.ndarray):
        if value.dtype.name not in DTYPES:
            raise TypeError(
                f"an array in a page must be one of {', '.join(DTYPES)}, got {value.dtype}; convert it with astype"
            )
        numbers = np.ascontiguousarray(value, value.dtype.newbyteorder("<"))
        planes = numbers.view(np.uint8).reshape(-1, value.dtype.itemsize).T.tobytes()
        text = base64.b64encode(zlib.compress(planes, 9)).decode()
        return {"dtype": value.dtype.name, "shape": list(value.shape), "planes": text}
    if isinstance(value, dict):
        return {name: packed(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [packed(each) for each in value]
    return value.item() if isinstance(value, np.generic) else value
