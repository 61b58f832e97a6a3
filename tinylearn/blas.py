"""The threads of BLAS, the library that computes NumPy's matrix products.

To divide a small product among threads takes longer than to compute it, on a busy machine up to 25 times as long.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import ThreadpoolController

from tinylearn.ctrl_c import ctrl_c_later

_lock = threading.RLock()  # a signal may come while this thread has it
_holders: set[object] = set()  # who wants BLAS to have one thread
_before: list[tuple[Any, int]] = []  # (library, its threads when the first of them came)


@functools.cache
def _blas() -> list[Any]:
    """Return the loaded libraries. (Looking for them takes longer than a small `fit`.)"""
    return ThreadpoolController().select(user_api="blas").lib_controllers


def blas_threads() -> int:
    """Return how many threads BLAS uses."""
    return max((library.num_threads for library in _blas()), default=1)


@contextmanager
def one_blas_thread(number: int = 1) -> Iterator[None]:
    """Hold BLAS to one thread, in the whole process. If several callers overlap, the last one restores its threads.

    Another `number` has no effect while another caller holds BLAS to one thread.
    """
    holder = object()
    try:
        with ctrl_c_later(), _lock:
            if number == 1 or not _holders:
                _holders.add(holder)
                _before[:] = _before or [(library, library.num_threads) for library in _blas()]
                for library in _blas():
                    _set_threads(library, number)
        yield
    finally:
        try:
            _let_go(holder)
        finally:  # again, in case Ctrl-C interrupts the first
            _let_go(holder)


def _let_go(holder: object) -> None:
    """Give BLAS its threads back, unless another caller still holds it."""
    with ctrl_c_later(), _lock:
        _holders.discard(holder)
        if not _holders:
            for library, threads in _before:
                _set_threads(library, threads)
            _before.clear()


def _set_threads(library: Any, number: int) -> None:
    """Set how many threads a library uses, from any thread: threadpoolctl lets only the first one do it."""
    if library.num_threads == number:
        return
    take_over = getattr(library, "clear_controlling_thread", lambda force: None)
    take_over(force=True)
    library.set_num_threads(number)
    take_over(force=True)
