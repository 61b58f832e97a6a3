"""Mistakes of callers: strategies of arrays, numbers, labels, paths and objects, good and hostile.

An `Argument` is two strategies of `Given`: the good ones, and the hostile ones. A `Given` is a value and what is known
of it: the plain value that must give the same answer, or that it must be refused, or nothing (either is right).
"""

import functools
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

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

    def meaning_known(self):
        return self.plain is not WRONG and self.plain is not OPEN


@dataclass(frozen=True)
class Made:
    """A value that is made anew for each call, by `make(folder)`: a generator, a model, a path in the case's folder."""

    make: Any


class Argument(NamedTuple):
    good: st.SearchStrategy
    hostile: st.SearchStrategy


def of(values, plain=OPEN):
    return [Given(value, plain) for value in values]


def sampled(good, wrong, *more):
    """An argument of a few good values, of wrong ones, and of others that are Given."""
    return Argument(st.sampled_from(of(good)), st.sampled_from([*of(wrong, WRONG), *more]))


# --- arrays -----------------------------------------------------------------------------------------------------------

NO_ARRAYS = ["text", None, {}, {1.0, 2.0}, [[1.0, 2.0], [3.0]], [[None]], object(), len, 1j, [["1", "2"]]]


def array(*shape, low=-1, high=1, whole=False, nan=OPEN, one_of=0, floats=True, distribution=False):
    """Real numbers in [low, high] in that shape; whole numbers; or rows with a single 1, for `one_of` classes; or
    rows that sum to 1, for a `distribution`.

    nan      WRONG where NaN must be refused
    floats   whether an integer means the same as a float of that value; for classes and scores it does not; None for
             what only our own code hands on: floats, if of another precision
    """

    def draw(seed):
        rng = np.random.default_rng(seed)
        if one_of:
            return np.eye(one_of)[rng.integers(one_of, size=shape[0])]
        values = rng.uniform(low, high, shape)
        if distribution:
            return values / values.sum(axis=-1, keepdims=True)
        return np.round(values) if whole else values

    return arrays(st.integers(0, 999).map(draw), floats, nan)


def growing(count):
    """Numbers (count,), each larger than the one before."""
    good = st.integers(0, 99).map(lambda seed: np.cumsum(np.random.default_rng(seed).uniform(0.2, 0.5, count)) - 1)
    return arrays(good, True, WRONG, of([np.zeros(count), np.ones(count), np.arange(count)[::-1]], WRONG))


def arrays(good, floats, nan, more=()):
    """Arrays; and the same otherwise in memory, in other dtypes and shapes, with other values, and what is none."""

    def changed(a):
        return st.sampled_from([*layouts(a, floats), *shapes(a), *kinds(a, floats), *values(a, nan), *more])

    return Argument(good.map(Given), good.flatmap(changed) | st.sampled_from(of(NO_ARRAYS, WRONG)))


def layouts(a, floats):
    """The same numbers, otherwise in memory, or as a list."""
    read_only = a.copy()
    read_only.flags.writeable = False
    apart, turned = np.repeat(a, 2, axis=-1)[..., ::2], a[::-1].copy()[::-1]
    others = [np.asfortranarray(a), read_only, apart, turned, a.astype(">f8")]
    return of(others if floats is None else [*others, a.tolist()], a)


def kinds(a, floats):
    """The same numbers, or nearly so, in another dtype: plain is what it holds."""
    if floats is None:
        return [Given(b, b.astype(np.float64)) for b in (a.astype(np.float16), a.astype(np.float32))]
    real = [a.astype(kind) for kind in (np.float32, np.longdouble, np.int64, np.int8, bool)]
    real.append(np.abs(a * 9).astype(np.uint8))
    wrong = [a.astype(kind) for kind in (complex, object, "U8", "S8", "timedelta64[s]")]
    half = a.astype(np.float16)  # a layer alone refuses it
    return [Given(b, b.astype(np.float64) if floats else OPEN) for b in real] + of([half]) + of(wrong, WRONG)


def shapes(a):
    """Too many axes, too few, none; no rows; no columns; a row or a column more or less."""
    other = [a[..., None], a[None], a[0], a.reshape(-1)[0], a[:0], a[..., :0], a[1:], a[..., 1:], a.T]
    return of([*other, np.concatenate([a, a[:1]]), np.concatenate([a, a[..., :1]], axis=-1)])


def values(a, nan):
    """NaN or an infinity in one place; the smallest and very large numbers; zeros, negative ones too."""
    broken = [a.copy() for _ in range(3)]
    for b, value in zip(broken, (np.nan, np.inf, -np.inf), strict=True):
        b[(-1,) * a.ndim] = value
    return of(broken, nan) + of([a * 1e100, a * 5e-324, a * 0.0, a * -0.0, a + 1e9])


def labels(count, classes, *, empty=OPEN, larger=WRONG):
    """Class numbers 0, 1, … for `count` rows, and -1, `classes`, fractions, texts, other shapes."""
    good = st.integers(0, 999).map(lambda seed: np.random.default_rng(seed).integers(classes, size=count))

    def hostile(a):
        def first(*values):
            return [np.where(np.arange(count) == 0, value, a) for value in values]

        other = [a.astype(kind) for kind in ("U8", complex, object, "timedelta64[s]")]
        same = [Given(b, a) for b in (a.astype(np.uint8), a.tolist(), a[::-1].copy()[::-1], a.astype(np.int16))]
        wrong = of([*first(-1, np.nan, np.inf, -0.5), *other, "text", None, {}], WRONG)
        shaped = of([a[1:], a[None, None], a[0], np.append(a, 0), *first(0.5)])
        return wrong + shaped + of([a[:0]], empty) + of(first(classes, 10**9), larger) + same

    return Argument(good.map(Given), good.flatmap(lambda a: st.sampled_from(hostile(a))))


# --- single values ----------------------------------------------------------------------------------------------------


def integer(*good, low=1):
    """A whole number of at least `low`, and what else may come."""
    small = [n for n in (-2, -1, 0) if n < low]
    wrong = [*small, 1.5, 2.0, np.nan, np.inf, "3", b"3", (), [2.5], {}, 1j, np.float64(2), Decimal(2), len]
    return sampled(good, wrong, *(Given(kind(good[0]), good[0]) for kind in (np.int64, np.uint8, np.array)))


def real(*good, low=0.0, high=np.inf):
    """A number in (low, high), and what else may come."""
    outside = [value for value in (-np.inf, -1.0, 1.5, 1e6, np.inf) if not low <= value <= high or np.isinf(value)]
    wrong = [*outside, np.nan, "0.1", b"1", None, 1j, [], [0.1, 0.2], {}, len]
    return sampled(good, wrong, *(Given(kind(good[0]), good[0]) for kind in (np.float64, np.array)))


def choice(*good, wrong=(), also=()):
    """One of a few values; `also` may be taken or refused."""
    known = {repr(value) for value in (*good, *also)}
    strange = [each for each in ("nonsense", 3.5, {}, object()) if repr(each) not in known]
    return sampled(good, [*wrong, *strange], *of(also))


def flag():
    return Argument(st.sampled_from(of([False, True])), st.sampled_from(of([0, 1, np.True_, "yes", None, 2.5])))


def never_none(argument):
    """The same, but None means something else, such as a generator without a seed."""
    return Argument(argument.good, argument.hostile.filter(lambda given: given.value is not None))


def always(good, argument):
    """A single good value; the hostile ones of an argument."""
    return Argument(st.just(Given(good)), argument.hostile)


def optional(argument):
    """The same, or None."""
    return Argument(argument.good | st.just(Given(None)), never_none(argument).hostile)


def made(make, *wrong):
    """An object that is made for each call, such as a model, and what is none."""
    return sampled([Made(lambda folder: make())], [None, "text", 3, [], object(), *wrong])


def one_of(make, *wrong):
    """A thing that is only read, made once; and what is none."""
    return made(functools.cache(make), *wrong)


def objects(*good, wrong=()):
    """A list of things, made once; and what is none."""
    return one_of(lambda: tuple(make() for make in good), (), [None], ["text"], [3, 4], *wrong)


def rng():
    return made(lambda: np.random.default_rng(0), 0, np.random, np.random.RandomState(0))


def word(*good):
    """A text of one line."""
    odd = ["", "$", "5 $ or 6 $", r"a $\frac$ b", "_^{}", "é ö → ✓", "a" * 300, "'\"<&>%s"]
    wrong = [None, 3, 2.5, b"x", ["a"], {}, "two\nlines", "\t", "nul\0", "\ud800", np.float64(1)]
    return sampled(good, wrong, *of(odd))


def words(*good):
    """A list of texts."""
    wrong = [None, "text", 3, [1, 2], list(good)[1:], [*good, "more"], [list(good)], [], {}, ["\t", *good[1:]], len]
    return sampled([list(good)], wrong, Given(tuple(good), list(good)))


def clock(*good, wrong=()):
    """Whole numbers, one for each frame, that never fall; `wrong` are further ones that must be refused."""
    first, others = list(good), [*good[:-1], -1]
    bad = [None, "012", 3, [], [[0, 1]], others, [*good[:-1], 0.5], [*good[:-1], np.nan], [*good[:-1], np.inf], {},
           [True] * len(good), [str(step) for step in good], good[::-1], [None] * len(good), *wrong]  # fmt: skip
    alike = [good, np.array(good), np.array(good, np.uint8), np.array(good, float), np.repeat(good, 2)[::2]]
    return sampled([first], bad, *of(alike, first))


# --- paths ------------------------------------------------------------------------------------------------------------

NO_PATHS = [None, 3, 2.5, b"bytes.npz", [], {}, "nul\0byte.npz"]


def inside(name, kind=str):
    """A path in the folder of the case; see `furnish`."""
    return Made(lambda folder: kind(folder / name))


def furnish(folder):
    """Put into an empty folder what hostile paths speak of."""
    (folder / "Ordner mit ö 雪").mkdir()
    (folder / "file.txt").write_text("no array\n")
    (folder / "empty").write_bytes(b"")


def new_path(suffix):
    """A path to write to."""
    good = [inside("a" + suffix), inside("Ordner mit ö 雪/b c ü" + suffix), inside("d'e" + suffix, Path)]
    wrong = [inside("missing/a" + suffix), inside("file.txt/a" + suffix), inside("n" * 300 + suffix), inside("")]
    return sampled(good, wrong + NO_PATHS)


def new_folder():
    """A folder to record into, or None for memory; missing ones are made."""
    good = [None, inside("a"), inside("Ordner mit ö 雪/ü", Path), inside("new/folders")]
    return sampled(good, [inside("file.txt/a"), inside("n" * 300), inside("file.txt"), *NO_PATHS[1:]])


def old_path(name):
    """The path of a file or a folder that the case's own `files` has written, and what is none."""
    wrong = [inside("missing"), inside("file.txt"), inside("empty"), inside("Ordner mit ö 雪"), inside("file.txt/a")]
    return sampled([inside(name), inside(name, Path)], wrong + NO_PATHS)
