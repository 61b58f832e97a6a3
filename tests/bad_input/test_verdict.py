"""The judge of bad input, tried on functions with planted faults: it must find each one."""

import re
import warnings
from pathlib import Path

import numpy as np
import pytest

from tests.bad_input.hostile import OPEN, WRONG, Given, Made, array
from tests.bad_input.verdict import Subject, judge


def writes(x):
    x[...] = 7
    return 1.0


def leaves(name, error=""):
    """A function that writes beside its path, or far from it, and answers, or raises an error."""

    def call(path):
        Path(path).parents[0].joinpath(name).write_text("left")
        return refuse(error) if error else 1.0

    return call


def refuse(text):
    """Raise as the library does: the verdict asks in which module a `raise` stands."""
    planted = {"__name__": "tinylearn"}
    exec("def refuse(text):\n    raise ValueError(text)", planted)
    planted["refuse"](text)


def refuses(text):
    return lambda x: refuse(f"{text}, got {x.shape}")


GOOD, BAD = np.arange(6.0).reshape(3, 2).copy(), np.ones((5, 4))
PATH = {"path": Given(Made(lambda folder: str(folder / "file.npz")))}
FINE, SHAPE, TEXT = {"x": Given(GOOD)}, {"x": Given(BAD, OPEN, True)}, {"x": Given("text", WRONG, True)}
APART = Given(np.repeat(GOOD, 2, axis=1)[:, ::2], GOOD, True)
OTHER = "planted: path must be another, got file.npz"
FAULTS = [  # the text of the fault, the function, what it is given
    ("raw message", lambda x: np.ones((2, 3)) @ x, SHAPE),
    ("raw message", lambda x: {}["x"].y, TEXT),
    ("an error that is not documented", lambda x: 1 // 0, TEXT),
    ("finite numbers give", lambda x: np.nan, FINE),
    ("warns", lambda x: warnings.warn("something is odd", stacklevel=1), FINE),
    ("writes into ['x']", writes, {"x": Given(GOOD.copy())}),
    ("writes into ['x']", lambda x: writes(x[1]), {"x": Given((GOOD.copy(), GOOD.copy()))}),
    ("an error leaves ['case/file.npz']", leaves("file.npz", OTHER), PATH),
    ("leaves ['case/file.npz.tmp']", leaves("file.npz.tmp"), PATH),
    ("an error leaves ['elsewhere']", leaves("../elsewhere", OTHER), PATH),
    ("takes a x that is wrong", lambda x: 1.0, TEXT),
    ("same as plain", lambda x: float(np.asarray(x).astype(np.int8).sum()), {"x": Given(100 * GOOD, GOOD, True)}),
    ("same as plain", lambda x: 1.0 if x.flags.owndata else refuses("planted: x must own it")(x), {"x": APART}),
    ("refuses what is right", refuses("planted: x must be none"), FINE),
    ("names no part", refuses("x must be"), SHAPE),
    ("names no part", refuses("x must be another, this is not planted"), SHAPE),
    ("what is expected", refuses("planted: bad x"), SHAPE),
    ("what came", lambda x: refuse("planted: x must fit"), SHAPE),
    ("what came", lambda x: refuse("planted: x must have 5 axes"), SHAPE),  # a digit by chance
    ("what came", lambda x: refuse("planted: x must be a list"), {"x": Given([1], OPEN, True)}),  # a type by chance
    ("what came", lambda x, y: refuse(f"planted: y must fit, got {y.shape}"), TEXT | {"y": Given(GOOD)}),
]
WELL_DONE = [
    ("right", lambda x: x.sum(), FINE),
    ("right", lambda x: np.asarray(x).sum(), {"x": Given(GOOD.tolist(), GOOD, True)}),
    ("refused", refuses("planted: x must have shape (3, 2)"), SHAPE),
    ("refused", lambda x: Path(x).read_text(), {"x": Given(Made(lambda folder: f"{folder}/missing"), WRONG, True)}),
]


def judged(call, case, folder):
    return judge("planted", Subject(call, **dict.fromkeys(case, array(3, 2))), case, folder)


@pytest.mark.parametrize(("text", "call", "case"), FAULTS)
def test_finds_a_fault(text, call, case, tmp_path):
    with pytest.raises(AssertionError, match=re.escape(text)):
        judged(call, case, tmp_path)


@pytest.mark.parametrize(("verdict", "call", "case"), WELL_DONE)
def test_what_is_well_done_is_no_fault(verdict, call, case, tmp_path):
    assert judged(call, case, tmp_path) == verdict
