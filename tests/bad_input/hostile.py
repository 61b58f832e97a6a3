"""Mistakes of callers: strategies of arrays, numbers, labels, paths and objects, good and hostile.

An `Argument` is two strategies of `Given`: the good ones, and the hostile ones. A `Given` is a value and what is known
of it: the plain value that must give the same answer, or that it must be refused, or nothing (either is right).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

WRONG = object()  # must be refused
OPEN = object()  # may be refused, or answered


@dataclass(frozen=True)
class Given:
    """A value to be given; `plain` is another value with the same meaning, or WRONG, or OPEN."""

    value: Any
    plain: Any = OPEN
    hostile: bool = False

    def meaning_known(self) -> bool:
        return self.plain is not WRONG and self.plain is not OPEN


@dataclass(frozen=True)
class Made:
    """A value that is made anew for each call, by `make(folder)`: a generator, a model, a path in the case's folder."""

    make: Callable[[Path], Any]
    text: str

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Argument:
    good: st.SearchStrategy[Given]
    hostile: st.SearchStrategy[Given]


def of(values: Sequence[Any], plain: Any = OPEN) -> list[Given]:
    return [Given(value, plain) for value in values]


# --- arrays -----------------------------------------------------------------------------------------------------------

NO_ARRAYS = ["text", None, {}, {1.0, 2.0}, [[1.0, 2.0], [3.0]], [[None]], object(), len, 1j, [["1", "2"]]]


def array(
    *shape: int,
    low: float = -1,
    high: float = 1,
    whole: bool = False,
    nan: Any = OPEN,
    one_of: int = 0,
    floats: bool | None = True,
    distribution: bool = False,
) -> Any:
    """Real numbers in [low, high] in that shape; whole numbers; or rows with a single 1, for `one_of` classes; or
    rows that sum to 1, for a `distribution`.

    nan      WRONG where NaN must be refused
    floats   whether an integer means the same as a float of that value; for classes and scores it does not; None for
             what only our own code hands on: floats, if of another precision
    """

    def draw(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        if one_of:
            return np.eye(one_of)[rng.integers(one_of, size=shape[0])]
        values = rng.uniform(low, high, shape)
        if distribution:
            return values / values.sum(axis=-1, keepdims=True)
        return np.round(values) if whole else values

    arrays = st.integers(0, 999).map(draw)
    hostile = arrays.flatmap(
        lambda a: st.sampled_from(layouts(a, floats) + shapes(a) + kinds(a, floats) + values(a, nan))
    )
    return Argument(arrays.map(lambda a: Given(a, OPEN)), hostile | st.sampled_from(of(NO_ARRAYS, WRONG)))


def layouts(a: np.ndarray, floats: bool | None) -> list[Given]:
    """The same numbers, otherwise in memory, or as a list."""
    read_only = a.copy()
    read_only.flags.writeable = False
    apart, turned = np.repeat(a, 2, axis=-1)[..., ::2], a[::-1].copy()[::-1]
    others = [np.asfortranarray(a), read_only, apart, turned, a.astype(">f8")]
    return of(others if floats is None else [*others, a.tolist()], a)


def kinds(a: np.ndarray, floats: bool | None) -> list[Given]:
    """The same numbers, or nearly so, in another dtype: plain is what it holds."""
    if floats is None:
        return [Given(b, b.astype(np.float64)) for b in (a.astype(np.float16), a.astype(np.float32))]
    half = a.astype(np.float16)  # a layer alone refuses it
    real = [a.astype(kind) for kind in (np.float32, np.longdouble, np.int64, np.int8, bool)]
    unsigned = np.abs(a * 9).astype(np.uint8)
    wrong = [a.astype(kind) for kind in (complex, object, "U8", "S8", "timedelta64[s]")]
    return (
        [Given(b, b.astype(np.float64) if floats else OPEN) for b in [*real, unsigned]] + of([half]) + of(wrong, WRONG)
    )


def shapes(a: np.ndarray) -> list[Given]:
    """Too many axes, too few, none; no rows; no columns; a row or a column more or less."""
    other = [a[..., None], a[None], a[0], a.reshape(-1)[0], a[:0], a[..., :0], a[1:], a[..., 1:], a.T]
    return of([*other, np.concatenate([a, a[:1]]), np.concatenate([a, a[..., :1]], axis=-1)])


def values(a: np.ndarray, nan: Any) -> list[Given]:
    """NaN or an infinity in one place; the smallest and very large numbers; zeros, negative ones too."""
    last = (-1,) * a.ndim
    broken = [a.copy() for _ in range(3)]
    for b, value in zip(broken, (np.nan, np.inf, -np.inf), strict=True):
        b[last] = value
    return of(broken, nan) + of([a * 1e100, a * 5e-324, a * 0.0, a * -0.0, a + 1e9])


# --- single values ----------------------------------------------------------------------------------------------------


def integer(*good: int, low: int = 1) -> Argument:
    """A whole number of at least `low`, and what else may come."""
    small = [n for n in (-2, -1, 0) if n < low]
    wrong = [*small, 1.5, 2.0, np.nan, np.inf, "3", b"3", (), [2.5], {}, 1j, np.float64(2), Decimal(2), len]
    alike = [Given(kind(good[0]), good[0]) for kind in (np.int64, np.uint8, np.array)]
    return Argument(st.sampled_from(of(good)), st.sampled_from(of(wrong, WRONG) + alike))


def real(*good: float, low: float = 0.0, high: float = np.inf) -> Argument:
    """A number in (low, high), and what else may come."""
    outside = [value for value in (-np.inf, -1.0, 1.5, 1e6, np.inf) if not low <= value <= high or np.isinf(value)]
    wrong = [*outside, np.nan, "0.1", b"1", None, 1j, [], [0.1, 0.2], {}, len]
    alike = [Given(kind(good[0]), good[0]) for kind in (np.float64, np.array)]
    return Argument(st.sampled_from(of(good)), st.sampled_from(of(wrong, WRONG) + alike))


def choice(*good: Any, wrong: Sequence[Any] = (), also: Sequence[Any] = ()) -> Argument:
    """One of a few values; `also` may be taken or refused."""
    known = {repr(value) for value in (*good, *also)}
    strange = [each for each in ("nonsense", 3.5, {}, object()) if repr(each) not in known]
    return Argument(st.sampled_from(of(good)), st.sampled_from(of([*wrong, *strange], WRONG) + of(also)))


def never_none(argument: Argument) -> Argument:
    """The same, but None means something else, such as a generator without a seed."""
    return Argument(argument.good, argument.hostile.filter(lambda given: given.value is not None))


def fixed(text: str, make: Callable[[], Any]) -> Argument:
    """An object that is made for each call, and is always as it should be."""
    return Argument(*2 * [st.just(Given(Made(lambda folder: make(), text)))])


def made(text: str, make: Callable[[], Any], wrong: Sequence[Any] = ()) -> Argument:
    """An object that is made for each call, such as a model, and what is none."""
    others = [None, "text", 3, [], object(), *wrong]
    return Argument(st.just(Given(Made(lambda folder: make(), text))), st.sampled_from(of(others, WRONG)))


def rng() -> Argument:
    return made("np.random.default_rng(0)", lambda: np.random.default_rng(0), [0, np.random, np.random.RandomState(0)])


def flag() -> Argument:
    return Argument(st.sampled_from(of([False, True])), st.sampled_from(of([0, 1, np.True_, "yes", None, 2.5])))


def labels(count: int, classes: int, *, empty: Any = OPEN, larger: Any = WRONG) -> Argument:
    """Class numbers 0, 1, … for `count` rows, and -1, `classes`, fractions, texts, other shapes."""
    good = st.integers(0, 999).map(lambda seed: np.random.default_rng(seed).integers(classes, size=count))

    def hostile(a: np.ndarray) -> list[Given]:
        outside = [np.where(np.arange(count) == 0, value, a) for value in (-1, np.nan, np.inf, -0.5)]
        beyond = [np.where(np.arange(count) == 0, value, a) for value in (classes, 10**9)]
        other = [a.astype(kind) for kind in ("U8", complex, object, "timedelta64[s]")]
        shaped = [a[1:], a[None, None], a[0], np.append(a, 0), np.where(np.arange(count) == 0, 0.5, a)]
        same = [Given(b, a) for b in (a.astype(np.uint8), a.tolist(), a[::-1].copy()[::-1], a.astype(np.int16))]
        wrong = of([*outside, *other, "text", None, {}], WRONG)
        return wrong + of(shaped) + of([a[:0]], empty) + of(beyond, larger) + same

    return Argument(good.map(Given), good.flatmap(lambda a: st.sampled_from(hostile(a))))


# --- paths ------------------------------------------------------------------------------------------------------------


def inside(name: str, kind: Callable[[Any], Any] = str) -> Made:
    """A path in the folder of the case; see `furnish`."""
    return Made(lambda folder: kind(folder / name), repr(name))


def furnish(folder: Path) -> None:
    """Put into an empty folder what hostile paths speak of."""
    (folder / "Ordner mit ö 雪").mkdir()
    (folder / "file.txt").write_text("no array\n")
    (folder / "empty").write_bytes(b"")


NO_PATHS = [None, 3, 2.5, b"bytes.npz", [], {}, "nul\0byte.npz"]


def new_path(suffix: str) -> Argument:
    """A path to write to."""
    good = [inside("a" + suffix), inside("Ordner mit ö 雪/b c ü" + suffix), inside("d'e" + suffix, Path)]
    wrong = [inside("missing/a" + suffix), inside("file.txt/a" + suffix), inside("n" * 300 + suffix), inside("")]
    return Argument(st.sampled_from(of(good)), st.sampled_from(of([*wrong, *NO_PATHS], WRONG)))


def new_folder() -> Argument:
    """A folder to record into, or None for memory; missing ones are made."""
    good = [None, inside("a"), inside("Ordner mit ö 雪/ü", Path), inside("new/folders")]
    wrong = [inside("file.txt/a"), inside("n" * 300), inside("file.txt"), *NO_PATHS[1:]]
    return Argument(st.sampled_from(of(good)), st.sampled_from(of(wrong, WRONG)))


def old_path(name: str) -> Argument:
    """The path of a file or a folder that the case's own `files` has written, and what is none."""
    wrong = [inside("missing"), inside("file.txt"), inside("empty"), inside("Ordner mit ö 雪"), inside("file.txt/a")]
    good = of([inside(name), inside(name, Path)])
    return Argument(st.sampled_from(good), st.sampled_from(of([*wrong, *NO_PATHS], WRONG)))
