"""The verdict on one call: a correct answer, an error that helps, or a fault.

A row for another public function, in one of the tables of cases:

    "accuracy": Subject(lambda predicted, target: accuracy(predicted, target),
                        predicted=array(4, 3), target=labels(4, 3)),

All arguments but one or two are then good, and those are hostile. What must hold of every call:

- an answer is the same as that for the plain value, where one is known; finite, where all that came was finite;
- an error is raised by a `raise` of our own (or is an OSError that names the path), and its text names the part, what
  was expected, and what came;
- no warning; nothing that was given is written into; nothing is left of a file but under its final name, and after an
  error nothing at all.
"""

import copy
import dis
import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from tests.bad_input.hostile import OPEN, WRONG, Made, furnish
from tinylearn import DivergenceError, GradientError
from tinylearn.checks import shortened

DOCUMENTED = (ValueError, TypeError, KeyError, OSError, DivergenceError, GradientError)
EXPECTATION = re.compile(
    r"must|expect|need|only|cannot|there is no|has no|is not|is no |diverged|does not|differ|"
    r"; (make|give|take|choose|leave)"
)


class Subject:
    """A public function, or a method: `call(**arguments)` returns what it answers, in arrays, numbers and texts.

    speaks  further names by which a message may call the part
    files   writes into the case's folder what the call reads
    """

    def __init__(self, call, *, speaks=(), files=lambda folder: None, **arguments):
        self.call, self.arguments, self.speaks, self.files = call, arguments, speaks, files

    def cases(self):
        """Return a strategy: a Given for each argument, one or two of them hostile, sometimes none."""
        return _cases(self.arguments)


@st.composite
def _cases(choose, arguments):
    names = list(arguments)
    wild = {choose(st.sampled_from([*3 * names, None])), choose(st.sampled_from([*names, *3 * [None]]))}
    return {
        name: replace(choose(argument.hostile), hostile=True) if name in wild else choose(argument.good)
        for name, argument in arguments.items()
    }


def judge(name, subject, case, folder):
    """Make one call, in a folder of its own in an empty one; return "right" or "refused", or raise AssertionError."""
    around, folder = folder, folder / "case"
    folder.mkdir()
    furnish(folder)
    subject.files(folder)
    arguments = {key: _made(given.value, folder) for key, given in case.items()}

    def plain():
        known = {key: given.value if given.plain is OPEN else given.plain for key, given in case.items()}
        return _call(subject.call, {key: _made(value, folder) for key, value in known.items()})

    kept = {key: copy.deepcopy(data) for key, value in arguments.items() if (data := _data(value))}
    files = _listing(around)
    answer, error, warned = _call(subject.call, arguments)
    finite = all(_finite(value) for value in arguments.values())
    assert not (warned and finite), f"warns: {warned}"
    written = [key for key, before in kept.items() if not _same(before, _data(arguments[key]))]
    assert not written, f"writes into {written}"
    after = _listing(around)
    left = sorted(path for path, content in after.items() if files.get(path) != content)
    if error is not None:
        assert not left, f"an error leaves {left}"
        assert files.keys() <= after.keys(), "an error takes a file away"
        hostile = [given for given in case.values() if given.hostile]
        right = not hostile or (all(given.meaning_known() for given in hostile) and plain()[1] is None)
        assert not right, f"refuses what is right, or the same as plain numbers: {error}"
        _judge_refusal(name, subject, case, arguments, error)
        return "refused"
    assert not any(".tmp" in path for path in left), f"leaves {left}"
    wrong = [key for key, given in case.items() if given.plain is WRONG]
    assert not wrong, f"takes a {wrong[0]} that is wrong, and answers {_short(answer)}"
    assert not finite or _finite(answer), f"finite numbers give {_short(answer)}"
    if any(given.plain is not OPEN for given in case.values()):
        expected, error, _ = plain()
        assert error is None, f"answers {_short(answer)}, but refuses the same as plain numbers: {error}"
        same = f"answers {_short(answer)}, but {_short(expected)} for the same as plain numbers"
        assert _close(answer, expected), same
    return "right"


def _judge_refusal(name, subject, case, arguments, error):
    text = str(error)
    said = f"{type(error).__name__}: {text}"
    assert isinstance(error, DOCUMENTED), f"an error that is not documented, {said}"
    paths = [str(value) for value in arguments.values() if isinstance(value, str | Path) and len(str(value)) > 1]
    came = [arguments[key] for key, given in case.items() if given.hostile]
    path_told = any(isinstance(value, str | Path) and str(value) in text for value in came)
    if isinstance(error, GradientError | DivergenceError) or (isinstance(error, OSError) and path_told):
        return
    assert _raised_on_purpose(error), f"a raw message, {said}"
    parts = {*name.partition(",")[0].split("."), *subject.speaks, *paths}  # "fit, classes" is a row of fit
    assert any(_names(text, part) for part in parts), f"a message that names no part, {said}"
    assert EXPECTATION.search(text), f"a message that says not what is expected, {said}"
    told = any(_tells(text, word) for value in came for word in _words(value))
    assert told, f"a message that says not what came, {said}"


# --- one call ---------------------------------------------------------------------------------------------------------


def _call(call, arguments):
    """Return what a call answers, the error it raises, and the first warning, as far as they are."""
    answer = error = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = call(**arguments)
        except Exception as raised:
            error = raised
    return answer, error, str(caught[0].message) if caught else ""


def _made(value, folder):
    return value.make(folder) if isinstance(value, Made) else value


def _listing(folder):
    """Return the content of each file in a folder, by its path; b"" for a folder in it."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(place, name)
            found[os.path.relpath(path, folder)] = Path(path).read_bytes() if name in files else b""
    return found


def _raised_on_purpose(error):
    """Return whether the error comes from a `raise` in tinylearn, animations or chapters."""
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    code, module = trace.tb_frame.f_code, trace.tb_frame.f_globals.get("__name__", "")
    raises = dis.opname[code.co_code[trace.tb_lasti]] == "RAISE_VARARGS"
    return raises and module.split(".")[0] in ("tinylearn", "animations", "chapters")


# --- values -----------------------------------------------------------------------------------------------------------


def _leaves(value):
    """Yield the arrays, numbers, texts and objects that a value is made of."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple | set):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


def _data(value):
    """Return the leaves of a value that are no objects."""
    return [leaf for leaf in _leaves(value) if isinstance(leaf, np.ndarray | int | float | str | type(None))]


def _finite(value):
    leaves = [np.asarray(leaf) for leaf in _leaves(value) if isinstance(leaf, np.ndarray | np.generic | float)]
    return all(np.isfinite(leaf).all() for leaf in leaves if leaf.dtype.kind in "fc")


def _same(before, after):
    """Return whether the same leaves are there still, bit for bit."""

    def same(one, other):
        if isinstance(one, np.ndarray) and one.dtype != object:
            return one.tobytes() == other.tobytes() and one.dtype == other.dtype
        return repr(one) == repr(other)

    return len(before) == len(after) and all(map(same, before, after))


def _close(one, other):
    """Return whether two answers are the same, but for rounding in float32."""

    def close(a, b):
        if np.asarray(a).dtype.kind in "fiubc" and np.asarray(b).dtype.kind in "fiubc":
            return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-3, atol=1e-3, equal_nan=True)
        return str(a) == str(b)

    one, other = list(_leaves(one)), list(_leaves(other))
    return len(one) == len(other) and all(map(close, one, other))


def _names(text, part):
    """Return whether a message names this part, as a word of its own: "does not fit" names no fit."""
    return bool(re.search(rf"(?<!\w)(?<!not ){re.escape(part)}(?!\w)", text, re.IGNORECASE))


def _tells(text, word):
    """Return whether a message tells what came: a whole word, and one that it may hold anyway only after "got"."""
    if (len(word) > 2 and not word.isalpha()) or word == "()":
        return word.lower() in text.lower()
    alone = rf"(?<!\w){re.escape(word)}(?!\w)"
    told = rf"['\"]{alone}|(\b(got|rows|is|are|has|returned)\b|=).*{alone}|{alone} (is|was)\b"
    return bool(word) and bool(re.search(told, text, re.IGNORECASE))


def _words(value):
    """Return the words by which a message may tell a value: itself, its shape, its dtype, its type, an entry."""
    words = [repr(value), shortened(value), str(value), type(value).__name__, getattr(value, "__name__", "")]
    if callable(value) or hasattr(value, "__dict__"):  # what it returned, or holds, may be told instead
        words += ["got ", "none was", *getattr(value, "names", ())]
    if isinstance(value, float | int | np.number) and not isinstance(value, np.complexfloating):
        words += [f"{value:g}", f"{value:,}", "()"]
    if isinstance(value, str | Path | bytes):
        words += [Path(str(value)).name, Path(str(value)).suffix]
    if isinstance(value, list | tuple | set | dict):
        parts = [*value, *(value.values() if isinstance(value, dict) else ())]
        words += ["none", "has no", str(len(value)), *map(repr, parts), *map(str, parts)]
        words += [part.__name__ for part in parts if isinstance(part, type)]
        words += [str(np.shape(part)) for part in parts if isinstance(part, np.ndarray)]
        words += [f"({len(part)},)" for part in parts if isinstance(part, list)]
    if isinstance(value, np.ndarray | np.generic | list):
        words += _words_of_numbers(value)
    return words


def _words_of_numbers(value):
    try:
        array = np.asarray(value)
    except ValueError:  # ragged
        return []
    entries = array.reshape(-1)[:50].tolist()
    if array.size and array.dtype.kind in "fiu":
        entries += [array.min().item(), array.max().item() + 0.0]  # -0 is told as 0
    words = [str(array.shape), str(array.dtype), *map(str, array.shape), *map(repr, entries), *map(str, entries)]
    numbers = [entry for entry in entries if isinstance(entry, float | bool | np.floating)]
    return [*words, *(f"{number:{form}}" for number in numbers for form in ("g", ".10g")), "nan", "inf", "none"]


def _short(value):
    text = " ".join(repr(value).split())
    return text if len(text) < 120 else text[:117] + "..."
