"""A budget of bytes: what a recording may use, and when records must go so that it uses no more."""

from __future__ import annotations

import contextlib
import re

from tinylearn.checks import positive_integer
from tinylearn.recording.store import Store

UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


class Budget:
    """At most `total` bytes, given as such or as text. ValueError if they do not hold a handful of records.

    While records are thinned, half of them are there twice; while `meta.json` is replaced, it is.
    """

    def __init__(self, total: int | str, store: Store, meta_bytes: int) -> None:
        self.total = number_of_bytes(total)
        size, least = store.table.dtype.itemsize, self._needed(store, 6, store.table.dtype.itemsize, meta_bytes)
        if least > self.total:
            raise ValueError(
                f"Recorder: budget must hold at least six records of {size:,} bytes and their batches, and half of "
                f"them once more, {least:,} bytes, got {total!r}; select fewer parameters"
            )

    def is_full(self, store: Store, size: int, meta_bytes: int) -> bool:
        """Would a further record, of `size` bytes, be too much?"""
        return self._needed(store, len(store) + 1, size, meta_bytes) > self.total

    @staticmethod
    def _needed(store: Store, records: int, size: int, meta_bytes: int) -> int:
        """Return the most bytes that so many records take while they, or meta.json, are replaced."""
        now = store.table.dtype.itemsize
        twice = (now + size) * records if size > now else size * (records + records // 2 + 1)
        return twice + 2 * store.table.header_bytes + 2 * meta_bytes


def number_of_bytes(budget: int | str) -> int:
    """Return a number of bytes given as such or as text: 2_000_000, "2 MB", "0.5 GB", "64 KiB"."""
    if isinstance(budget, str):
        match = re.fullmatch(r"\s*([\d_.]+)\s*([A-Za-z]*)\s*", budget)
        if match and match[2].upper() in UNITS:
            with contextlib.suppress(ValueError):
                return int(float(match[1]) * UNITS[match[2].upper()])
        raise ValueError(f"Recorder: budget must be bytes, such as 2_000_000 or '2 MB', got {budget!r}")
    return positive_integer("Recorder", "budget", budget)
