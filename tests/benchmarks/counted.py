"""Arrays that count the bytes which NumPy reads and writes with them. The numbers that it computes stay the same.

    with counting():                    tinylearn's modules see arrays that count, in place of NumPy's
        layer.forward(as_counted(x))
    traffic                             {"read": …, "written": …}, in bytes

Each operation reads its inputs once and writes its outputs once, also if they are in the cache. Only memory counts: an
axis with stride 0, windows that overlap, and an array that is given twice are read once; of a slice with gaps, only its
own numbers; a view costs nothing. A product reads its factors once, however often BLAS fetches them from the cache.
`np.zeros` writes, `np.empty` does not. NumPy takes some inputs through a small buffer, block by block, to convert their
dtype or to close gaps: that stays in the cache, and is not seen here.

Nothing may get past the count: an operation that is not known here, an array that one of NumPy's other functions made,
and a plain array of more than a few numbers among the inputs are a RuntimeError.
"""

from __future__ import annotations

import functools
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tinylearn import Dense, Sequential
from tinylearn.parameters import Vectors

FEW = 16  # numbers: a plain array of so many is no traffic
traffic: Counter[str] = Counter()


def covered(array: np.ndarray) -> int:
    """Return how many bytes of memory an array covers.

    >>> covered(np.zeros((4, 3))), covered(np.broadcast_to(np.zeros(3), (4, 3)))
    (96, 24)
    """
    size = span = array.itemsize
    for stride, length in sorted((abs(s), n) for s, n in zip(array.strides, array.shape, strict=True)):
        span += stride * (length - 1)
        size = min(size * length, span)  # the span, where entries overlap
    return size if array.size else 0


def note(read: tuple[Any, ...], written: tuple[Any, ...]) -> None:
    """Add up the bytes of arrays that were read and written; numbers among them do not count."""
    distinct = {id(each): each for each in read if isinstance(each, np.ndarray)}
    traffic["read"] += sum(map(covered, distinct.values()))
    traffic["written"] += sum(covered(each) for each in written if isinstance(each, np.ndarray))


def plain(value: Any) -> Any:
    """Return a value as NumPy's own array, if it is an array; RuntimeError if it was made without being counted."""
    if isinstance(value, np.ndarray) and not isinstance(value, Counted) and value.size > FEW:
        raise RuntimeError(f"an array {value.shape} of {value.dtype} was made by an operation that is not counted")
    return value.view(np.ndarray) if isinstance(value, Counted) else value


def as_counted(value: Any) -> Any:
    """Return an array as one that counts, with the same memory; anything else as it is."""
    return value.view(Counted) if isinstance(value, np.ndarray) else value


class Counted(np.ndarray):
    """An array that counts."""

    def __array_finalize__(self, source: Any) -> None:
        """Refuse an array with memory of its own: here, all of them are views of plain arrays."""
        if self.size > FEW and not np.may_share_memory(self.view(np.ndarray), np.asarray(source)):
            raise RuntimeError(f"an array {self.shape} of {self.dtype} was made by an operation that is not counted")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = (), **options: Any) -> Any:
        if method not in ("__call__", "reduce") or options.get("where", True) is not True:
            raise RuntimeError(f"np.{ufunc.__name__}.{method} with {options} is not counted")
        if out:
            options["out"] = tuple(map(plain, out))
        result = getattr(ufunc, method)(*map(plain, inputs), **options)
        note(inputs, out or (result,))
        return out[0] if out else as_counted(result)

    def __array_function__(self, function: Callable, types: Any, args: Any, kwargs: Any) -> Any:
        if function is np.vdot:
            note(args, ())
        elif function not in (np.shape, np.ndim, np.may_share_memory):  # these read no numbers
            raise RuntimeError(f"np.{function.__name__} is not counted")
        return function(*map(plain, args), **kwargs)

    def __getitem__(self, key: Any) -> Any:
        return _taken(self, plain(self)[key], key)

    def take(self, rows: Any, axis: int) -> Any:
        return _taken(self, plain(self).take(rows, axis=axis), rows)

    def __setitem__(self, key: Any, value: Any) -> None:
        plain(self)[key] = plain(value)
        note((value,), (plain(self)[key],))  # with places in any order, a copy of as many numbers


def _taken(array: np.ndarray, result: Any, key: Any) -> Any:
    """Return the result of indexing; count it if it is a copy."""
    if isinstance(result, np.ndarray) and not np.may_share_memory(result, plain(array)):
        note((result, key), (result,))
    return as_counted(result)


def _method(name: str) -> Callable[..., Any]:
    """Return a method that does what NumPy's does, and counts it unless the result is a view."""

    def method(self: Counted, *args: Any, **kwargs: Any) -> Any:
        result = getattr(plain(self), name)(*map(plain, args), **kwargs)
        if not (isinstance(result, np.ndarray) and np.may_share_memory(result, plain(self))):
            note((self, *args), (result,))
        return as_counted(result)

    return method


def _refused(name: str) -> Callable[..., Any]:
    def method(self: Counted, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(f"{name}, of an array, is not counted")

    return method


for _name in ("astype", "copy", "dot", "reshape"):
    setattr(Counted, _name, _method(_name))
for _name in ("argmax", "argmin", "fill", "nonzero", "partition", "put", "searchsorted", "sort"):
    setattr(Counted, _name, _refused(_name))


class CountingNumPy:
    """What tinylearn's modules see as `np`."""

    ndarray = Counted

    def __getattr__(self, name: str) -> Any:
        function = getattr(np, name)
        return _making(function) if name in ("empty", "zeros", "zeros_like", "ones", "full", "eye") else function

    def reshape(self, arrays: Any, shape: Any) -> Any:
        """Return an array in another shape, or those of a list as one: NumPy does not ask an array in a list."""
        if isinstance(arrays, Counted):
            return arrays.reshape(shape)
        result = np.reshape([plain(each) for each in arrays], shape)
        note(tuple(arrays), (result,))
        return as_counted(result)


def _making(function: Callable[..., np.ndarray]) -> Callable[..., Any]:
    """Return a function that makes an array that counts, and counts what is written into it."""

    def make(*args: Any, **kwargs: Any) -> Any:
        result = function(*map(plain, args), **kwargs)
        note((), () if function is np.empty else (result,))
        return as_counted(result)

    return make


@contextmanager
def counting() -> Iterator[None]:
    """Give tinylearn's modules arrays that count, until the end."""
    stand_ins = {
        "np": (np, CountingNumPy()),
        "NDARRAY": (np.ndarray, Counted),
        "as_strided": (as_strided, functools.partial(as_strided, subok=True)),
    }
    with ExitStack() as at_the_end:
        for module in [module for name, module in sys.modules.items() if name.startswith("tinylearn.")]:
            for name, (original, stand_in) in stand_ins.items():
                if vars(module).get(name) is original:
                    at_the_end.enter_context(patch.object(module, name, stand_in))
        yield


def make_countable(*models: Any) -> None:
    """Have the parameters, gradients and random numbers of models count, in the memory that they have."""
    for part in (part for model in models for _, part in model.walk()):
        part.vectors = Vectors(*map(as_counted, part.vectors))
        for views in (part.params, part.grads):
            for name, array in views.items():
                dict.__setitem__(views, name, as_counted(array))
        if hasattr(part, "rng"):
            part.rng = SimpleNamespace(random=_making(part.rng.random))


def check_by_hand() -> None:
    """RuntimeError unless what is counted of small arrays is what was counted by hand."""
    x, row = as_counted(np.ones((6, 4), np.float32)), as_counted(np.ones(4, np.float32))  # 96 and 16 bytes
    windows = as_strided(x, (5, 8), (16, 4), subok=True)  # two rows each
    layer = Dense(2, 4, rng=np.random.default_rng(0))  # w 32 bytes, b 16
    make_countable(Sequential([layer], np.float32))
    a, dout = as_counted(np.ones((3, 2), np.float32)), as_counted(np.ones((3, 4), np.float32))  # 24 and 48

    def assign() -> None:
        x[:, ::2] = row[:2]

    by_hand: dict[Callable[[], Any], tuple[int, int]] = {
        lambda: x + row: (96 + 16, 96),
        lambda: np.multiply(x, x, out=x): (96, 96),
        lambda: x > 0: (96, 24),
        lambda: x.sum(axis=0): (96, 16),
        lambda: x @ row: (96 + 16, 24),
        lambda: x[1:].T.reshape(2, -1)[0]: (80, 80),
        lambda: x.reshape(-1)[::2]: (0, 0),
        lambda: windows.copy(): (96, 160),
        lambda: x.take(np.array([0, 5]), axis=0): (32 + 16, 32),
        assign: (8, 48),
        lambda: layer.forward(a): (24 + 32 + 48 + 16, 12 + 48 + 48),  # ones; a.dot(w); out += b
        lambda: layer.backward(dout): (72 + 60 + 80 + 48, 32 + 16 + 24 + 48),  # dw, db, dx; into the model's vector
    }
    with counting():
        for number, (run, expected) in enumerate(by_hand.items()):
            traffic.clear()
            run()
            if (traffic["read"], traffic["written"]) != expected:
                raise RuntimeError(f"case {number}: {expected} bytes were read and written, counted: {traffic}")
    plain_array = np.ones(x.shape)
    for missed in (
        lambda: x + plain_array, lambda: x.cumsum(), lambda: np.sort(x), lambda: x.argmax(), lambda: x.ravel("F"),
        lambda: np.add.accumulate(x), lambda: x.__setitem__(..., plain_array),
    ):  # fmt: skip
        try:
            missed()
        except RuntimeError:
            continue
        raise RuntimeError("an operation that is not counted was not refused")
