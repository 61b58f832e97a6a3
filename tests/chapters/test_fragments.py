"""Data of a page: what the browser unpacks is what was packed, bit for bit."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

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


def check(arrays):
    assert unpacked(arrays) == [[[*each.shape], each.tobytes().hex()] for each in arrays]


@pytest.mark.parametrize("dtype", DTYPES)
def test_unpacks_every_type_bit_for_bit(dtype):
    rng, walk = np.random.default_rng(0), np.arange(60) ** 2
    anything = np.frombuffer(rng.bytes(480), dtype)
    smooth = np.linspace(-3, 3, 60).astype(dtype) if dtype.startswith("float") else (walk % 120).astype(dtype)
    check([anything, smooth, smooth.reshape(20, 3), smooth.reshape(5, 4, 3), np.zeros(0, dtype), np.array(7, dtype)])


def test_unpacks_what_is_no_number():
    values = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, 1.7976931348623157e308])
    check([values, values[:5].astype(np.float32), np.cumsum(np.full(500, 0.1)), -np.geomspace(1e-3, 1e3, 400)])


def test_packs_what_changes_smoothly_as_small_differences():
    path = 2 + np.exp(-np.arange(4000) / 900)
    found = packed(path)
    assert found["differences"] >= 2
    assert len(found["planes"]) < path.nbytes / 4
    assert packed(np.random.default_rng(0).random(500))["differences"] == 0
