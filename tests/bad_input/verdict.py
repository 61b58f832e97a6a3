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

from __future__ import annotations

import copy
import dis
import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.bad_input.hostile import OPEN, WRONG, Argument, Given, Made, furnish
from tinylearn import DivergenceError, GradientError
from tinylearn.checks import shortened

DOCUMENTED = (ValueError, TypeError, KeyError, OSError, DivergenceError, GradientError)
EXPECTATION = re.compile(
    r"must|expect|need|only|cannot|there is no|has no|is not|is no |diverged|does not|differ|"
    r"; (make|give|take|choose|leave)"
)


@dataclass(frozen=True)
class Verdict:
    kind: str  # "right", "refused" or "fault"
    text: str


@dataclass
class Subject:
    """A public function, or a method: `call(**arguments)` returns what it answers, in arrays, numbers and texts.

    speaks  further names by which a message may call the part
    files   writes into the case's folder what the call reads
    """

    call: Callable[..., Any]
    arguments: Mapping[str, Argument]
    speaks: tuple[str, ...] = ()
    files: Callable[[Path], Any] | None = None

    def __init__(
        self, call: Callable[..., Any], *, speaks: tuple[str, ...] = (), files: Any = None, **arguments: Argument
    ) -> None:
        self.call, self.arguments, self.speaks, self.files = call, arguments, speaks, files

    def cases(self) -> st.SearchStrategy[dict[str, Given]]:
        """Return a strategy: a Given for each argument, one or two of them hostile, sometimes none."""
        return _cases(self.arguments)


@st.composite
def _cases(choose: Any, arguments: Mapping[str, Argument]) -> dict[str, Given]:
    names = list(arguments)
    wild = {choose(st.sampled_from([*3 * names, None])), choose(st.sampled_from([*names, *3 * [None]]))}
    return {
        name: replace(choose(argument.hostile), hostile=True) if name in wild else choose(argument.good)
        for name, argument in arguments.items()
    }


def judge(name: str, subject: Subject, case: Mapping[str, Given], folder: Path) -> Verdict:
    """Make one call, in a folder of its own in an empty one, and say what came of it."""
    around, folder = folder, folder / "case"
    folder.mkdir()
    furnish(folder)
    if subject.files is not None:
        subject.files(folder)
    arguments = {key: _made(given.value, folder) for key, given in case.items()}
    kept = {key: copy.deepcopy(data) for key, value in arguments.items() if (data := _data(value))}
    files = _listing(around)
    answer, error, warned = _call(subject.call, arguments)
    if warned and all(_finite(value) for value in arguments.values()):
        return Verdict("fault", f"warns: {warned}")
    if written := [key for key, before in kept.items() if not _same(before, _data(arguments[key]))]:
        return Verdict("fault", f"writes into {written[0]}")
    after = _listing(around)
    left = {path: content for path, content in after.items() if files.get(path) != content}
    if error is not None:
        if left or files.keys() - after.keys():
            return Verdict("fault", f"an error leaves {sorted(left)}")
        if all(not given.hostile or given.meaning_known() for given in case.values()):
            _, plain_error, _ = _call(subject.call, _plain(case, folder))
            if plain_error is None or not any(given.hostile for given in case.values()):
                return Verdict("fault", f"refuses what is right, or the same as plain numbers: {error}")
        return _refusal(name, subject, case, arguments, error)
    if any(".tmp" in path for path in left):
        return Verdict("fault", f"leaves {sorted(left)}")
    if wrong := [key for key, given in case.items() if given.plain is WRONG]:
        return Verdict("fault", f"takes a {wrong[0]} that is wrong, and answers {_short(answer)}")
    return _answer(subject, case, arguments, answer, folder)


def _answer(
    subject: Subject, case: Mapping[str, Given], arguments: Mapping[str, Any], answer: Any, folder: Path
) -> Verdict:
    """Judge what was answered."""
    if all(_finite(value) for value in arguments.values()) and not _finite(answer):
        return Verdict("fault", f"finite numbers give {_short(answer)}")
    if any(given.plain is not OPEN for given in case.values()):
        expected, error, _ = _call(subject.call, _plain(case, folder))
        if error is not None:
            return Verdict("fault", f"answers {_short(answer)}, but refuses the same as plain numbers: {error}")
        if not _close(answer, expected):
            return Verdict("fault", f"answers {_short(answer)}, but {_short(expected)} for the same as plain numbers")
    return Verdict("right", _short(answer))


def _refusal(
    name: str, subject: Subject, case: Mapping[str, Given], arguments: Mapping[str, Any], error: BaseException
) -> Verdict:
    """Judge an error."""
    text, kind = str(error), type(error).__name__
    said = f"{kind}: {text}"
    if not isinstance(error, DOCUMENTED):
        return Verdict("fault", f"an error that is not documented, {said}")
    paths = [str(value) for value in arguments.values() if isinstance(value, str | Path) and len(str(value)) > 1]
    came = [arguments[key] for key, given in case.items() if given.hostile]
    path_told = any(isinstance(value, str | Path) and str(value) in text for value in came)
    if isinstance(error, GradientError | DivergenceError) or (isinstance(error, OSError) and path_told):
        return Verdict("refused", said)
    if not _raised_on_purpose(error):
        return Verdict("fault", f"a raw message, {said}")
    parts = {*name.partition(",")[0].split("."), *subject.speaks, *paths}  # "fit, classes" is a row of fit
    if not any(_names(text, part) for part in parts):
        return Verdict("fault", f"a message that names no part, {said}")
    if not EXPECTATION.search(text):
        return Verdict("fault", f"a message that says not what is expected, {said}")
    if not any(_tells(text, word) for value in came for word in _words(value)):
        return Verdict("fault", f"a message that says not what came, {said}")
    return Verdict("refused", said)


# --- one call ---------------------------------------------------------------------------------------------------------


def _call(call: Callable[..., Any], arguments: Mapping[str, Any]) -> tuple[Any, BaseException | None, str]:
    """Return what a call answers, the error it raises, and the first warning, as far as they are."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer, error = call(**arguments), None
        except Exception as raised:
            answer, error = None, raised
    return answer, error, str(caught[0].message) if caught else ""


def _plain(case: Mapping[str, Given], folder: Path) -> dict[str, Any]:
    """Return the arguments of a case with plain values, where they are known."""
    return {key: _made(given.value if given.plain is OPEN else given.plain, folder) for key, given in case.items()}


def _made(value: Any, folder: Path) -> Any:
    return value.make(folder) if isinstance(value, Made) else value


def _listing(folder: Path) -> dict[str, bytes]:
    """Return the content of each file in a folder, by its path; b"" for a folder in it."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(place, name)
            found[os.path.relpath(path, folder)] = Path(path).read_bytes() if name in files else b""
    return found


def _raised_on_purpose(error: BaseException) -> bool:
    """Return whether the error comes from a `raise` in tinylearn, animations or chapters."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return False
    code, module = trace.tb_frame.f_code, trace.tb_frame.f_globals.get("__name__", "")
    raises = dis.opname[code.co_code[trace.tb_lasti]] == "RAISE_VARARGS"
    return raises and module.split(".")[0] in ("tinylearn", "animations", "chapters")


# --- values -----------------------------------------------------------------------------------------------------------


def _data(value: Any) -> list[Any]:
    """Return the arrays, numbers and texts that a value is made of, without objects."""
    return [leaf for leaf in _leaves(value) if isinstance(leaf, np.ndarray | int | float | str | type(None))]


def _leaves(value: Any) -> Iterator[Any]:
    """Yield the arrays, numbers and texts that a value is made of."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple | set):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


def _finite(value: Any) -> bool:
    leaves = [np.asarray(leaf) for leaf in _leaves(value) if isinstance(leaf, np.ndarray | np.generic | float)]
    return all(np.isfinite(leaf).all() for leaf in leaves if leaf.dtype.kind in "fc")


def _same(before: list[Any], after: list[Any]) -> bool:
    """Return whether the same leaves are there still, bit for bit."""
    return len(before) == len(after) and all(map(_same_leaf, before, after))


def _same_leaf(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) and one.dtype != object:
        return one.tobytes() == other.tobytes() and one.dtype == other.dtype
    return repr(one) == repr(other)


def _close(one: Any, other: Any) -> bool:
    """Return whether two answers are the same, but for rounding in float32."""
    one, other = list(_leaves(one)), list(_leaves(other))
    if len(one) != len(other):
        return False
    for a, b in zip(one, other, strict=True):
        numbers = np.asarray(a).dtype.kind in "fiubc" and np.asarray(b).dtype.kind in "fiubc"
        if numbers and not (np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-3, atol=1e-3, equal_nan=True)):
            return False
        if not numbers and str(a) != str(b):
            return False
    return True


def _names(text: str, part: str) -> bool:
    """Return whether a message names this part, as a word of its own: "does not fit" names no fit."""
    return bool(re.search(rf"(?<!\w)(?<!not ){re.escape(part)}(?!\w)", text, re.IGNORECASE))


def _tells(text: str, word: str) -> bool:
    """Return whether a message tells what came: a whole word, and one that it may hold anyway only after "got"."""
    alone = rf"(?<!\w){re.escape(word)}(?!\w)"
    if (len(word) > 2 and not word.isalpha()) or word == "()":
        return word.lower() in text.lower()
    told = rf"['\"]{alone}|(\b(got|rows|is|are|has|returned)\b|=).*{alone}|{alone} (is|was)\b"
    return bool(word) and bool(re.search(told, text, re.IGNORECASE))


def _words(value: Any) -> list[str]:
    """Return the words by which a message may tell a value: itself, its shape, its dtype, its type, an entry."""
    words = [repr(value), shortened(value), str(value), type(value).__name__, getattr(value, "__name__", "")]
    if callable(value) or hasattr(value, "__dict__"):  # what it returned, or holds, may be told instead
        words += ["got ", "none was", *getattr(value, "names", ())]
    if isinstance(value, float | int | np.number):
        words += [f"{value:g}", f"{value:,}", "()"] if not isinstance(value, complex | np.complexfloating) else []
    if isinstance(value, str | Path | bytes):
        return [word for word in [*words, Path(str(value)).name, Path(str(value)).suffix] if word]
    if isinstance(value, list | tuple | set | dict):
        parts = [*value, *(value.values() if isinstance(value, dict) else ())]
        words += ["none", "has no", str(len(value)), *map(repr, parts), *map(str, parts)]
        words += [part.__name__ for part in parts if isinstance(part, type)]
        words += [str(part.shape) for part in parts if isinstance(part, np.ndarray)]
        words += [f"({len(part)},)" for part in parts if isinstance(part, list)]
    if not isinstance(value, np.ndarray | np.generic | list):
        return words
    try:
        array = np.asarray(value)
    except ValueError:  # ragged
        return words
    entries = array.reshape(-1)[:50].tolist()
    if array.size and array.dtype.kind in "fiu":
        entries += [array.min().item(), array.max().item() + 0.0]  # -0 is told as 0
    described = [str(array.shape), str(array.dtype), *map(str, array.shape), *map(repr, entries), *map(str, entries)]
    numbers = [value for value in entries if isinstance(value, float | bool | np.floating)]
    described += [f"{value:{form}}" for value in numbers for form in ("g", ".10g")]
    return [*words, *described, "nan", "inf", "none"]


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) < 120 else text[:117] + "..."
