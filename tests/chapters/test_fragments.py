"""Data of a page: what the browser unpacks is what was packed, bit for bit."""

import json
import subprocess
from pathlib import Path

import numpy as np

from chapters.turns import turn
from chapters.turns.fragments import DTYPES, packed
from tests.chapters.turns import node

RUNNER = Path(__file__).with_name("unpack_in_node.mjs")


def unpacked(arrays):
    """Return (shape, bytes in hexadecimal digits) of each array, as the program of the page unpacks it."""
    core = Path(str(turn.PROGRAMS.joinpath("core.js")))
    given = json.dumps(packed(arrays))
    done = subprocess.run([node(), RUNNER, core], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def arrays_of(dtype):
    walk = np.arange(60) ** 2
    anything = np.frombuffer(np.random.default_rng(0).bytes(480), dtype)
    smooth = np.linspace(-3, 3, 60).astype(dtype) if dtype.startswith("float") else (walk % 120).astype(dtype)
    return anything, smooth, smooth.reshape(20, 3), smooth.reshape(5, 4, 3), np.zeros(0, dtype), np.array(7, dtype)


def test_unpacks_every_type_bit_for_bit_and_what_is_no_number():
    values = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, 1.7976931348623157e308])
    floats = values, values[:5].astype(np.float32), np.cumsum(np.full(500, 0.1)), -np.geomspace(1e-3, 1e3, 400)
    arrays = [*(array for dtype in DTYPES for array in arrays_of(dtype)), *floats]
    for array, (shape, found) in zip(arrays, unpacked(arrays), strict=True):
        assert (tuple(shape), found) == (array.shape, array.tobytes().hex()), array.dtype


def test_packs_what_changes_smoothly_as_small_differences():
    path = 2 + np.exp(-np.arange(4000) / 900)
    found = packed(path)
    assert found["differences"] >= 2
    assert len(found["planes"]) < path.nbytes / 4
    assert packed(np.random.default_rng(0).random(500))["differences"] == 0
