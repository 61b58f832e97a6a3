"""The judge of bad input, tried on functions with planted faults: it must find each one."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from tests.bad_input.hostile import OPEN, WRONG, Given, Made, array
from tests.bad_input.verdict import Subject, judge

GOOD, BAD = np.arange(6.0).reshape(3, 2).copy(), np.ones((5, 4))


def raw(x):
    return np.ones((2, 3)) @ x


def writes(x):
    x[...] = 7
    return 1.0


def half_a_file(x, path):
    Path(path).write_text("half of")
    refuse(f"planted: x must have shape (3, 2), got {x.shape}")


def temporary(path):
    Path(f"{path}.tmp").write_text("left")
    return 1.0


def elsewhere(path):
    Path(path).parents[1].joinpath("elsewhere").write_text("left")
    refuse(f"planted: path must be another, got {path}")


def warns(x):
    warnings.warn("something is odd", stacklevel=1)
    return 1.0


def refuse(text):
    """Raise as the library does: the verdict asks in which module a `raise` stands."""
    exec(
        compile("def refuse(text):\n    raise ValueError(text)", "planted", "exec"),
        planted := {"__name__": "tinylearn"},
    )
    planted["refuse"](text)


PATH = Given(Made(lambda folder: str(folder / "file.npz"), "'/file.npz'"))
MISSING = Made(lambda folder: f"{folder}/missing", "'/missing'")
FAULTS = {
    "a raw message": (raw, {"x": Given(BAD, OPEN, True)}, "raw message"),
    "NaN for finite numbers": (lambda x: np.nan, {"x": Given(GOOD)}, "finite numbers give"),
    "writes into what it was given": (writes, {"x": Given(GOOD.copy())}, "writes into x"),
    "half a file": (half_a_file, {"x": Given(BAD, OPEN, True), "path": PATH}, "leaves"),
    "a temporary file": (temporary, {"path": PATH}, "leaves"),
    "a file elsewhere": (elsewhere, {"path": PATH}, "leaves"),
    "a warning": (warns, {"x": Given(GOOD)}, "warns"),
    "takes what is wrong": (lambda x: 1.0, {"x": Given("text", WRONG, True)}, "takes a x that is wrong"),
    "another answer than for the same numbers": (
        lambda x: float(np.asarray(x).astype(np.int8).sum()), {"x": Given(100 * GOOD, GOOD, True)}, "same as plain",
    ),
    "refuses what is right": (
        lambda x: refuse(f"planted: x must be none, got {x.shape}"), {"x": Given(GOOD)}, "refuses what is right",
    ),
    "refuses another layout": (
        lambda x: 1.0 if x.flags.owndata else refuse(f"planted: x must own it, got {x.shape}"),
        {"x": Given(np.repeat(GOOD, 2, axis=1)[:, ::2], GOOD, True)}, "same as plain",
    ),
    "an error that is not documented": (lambda x: {}["x"].y, {"x": Given("text", WRONG, True)}, "raw message"),
    "names no part": (lambda x: refuse(f"x must be, got {x.shape}"), {"x": Given(BAD, OPEN, True)}, "names no part"),
    "says no expectation": (lambda x: refuse(f"planted: bad {x.shape}"), {"x": Given(BAD, OPEN, True)}, "expected"),
    "says not what came": (lambda x: refuse("planted: x must fit"), {"x": Given(BAD, OPEN, True)}, "what came"),
    "blames the other argument": (
        lambda x, y: refuse(f"planted: y must fit, got {y.shape}"), {"x": Given("text", WRONG, True), "y": Given(GOOD)},
        "what came",
    ),
    "fits, but names no part": (
        lambda x: refuse(f"x must be another, this is not planted, got {x.shape}"), {"x": Given(BAD, OPEN, True)},
        "names no part",
    ),
    "a type by chance": (lambda x: refuse("planted: x must be a list"), {"x": Given([1], OPEN, True)}, "what came"),
    "writes into a pair": (lambda x: writes(x[1]), {"x": Given((GOOD.copy(), GOOD.copy()))}, "writes into x"),
    "a digit by chance": (lambda x: refuse("planted: x must have 5 axes"), {"x": Given(BAD, OPEN, True)}, "what came"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_finds_a_fault(name, tmp_path):
    call, case, text = FAULTS[name]
    verdict = judge("planted", Subject(call, **dict.fromkeys(case, array(3, 2))), case, tmp_path)
    assert verdict.kind == "fault"
    assert text in verdict.text


@pytest.mark.parametrize(("call", "given", "kind"), [
    (lambda x: x.sum(), Given(GOOD), "right"),
    (lambda x: np.asarray(x).sum(), Given(GOOD.tolist(), GOOD, True), "right"),
    (lambda x: refuse(f"planted: x must have shape (3, 2), got {x.shape}"), Given(BAD, OPEN, True), "refused"),
    (lambda x: Path(x).read_text(), Given(MISSING, WRONG, True), "refused"),
])  # fmt: skip
def test_what_is_well_done_is_no_fault(call, given, kind, tmp_path):
    assert judge("planted", Subject(call, x=array(3, 2)), {"x": given}, tmp_path).kind == kind
