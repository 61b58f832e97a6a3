"""Thinning: which updates a recording keeps, so that it stays within its budget.

every=3            0 . . 3 . . 6 . . 9 . . 12
a budget is full   0 . . . . . 6 . . . . . 12      drop every other record; keep half as many from now on
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from tinylearn.checks import positive_integer
from tinylearn.recording.store import Store
from tinylearn.recording.table import Table

UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


class Thinning:
    """Keeps one update in `every`, or those for which `every(step)` is True, in at most `budget` bytes."""

    def __init__(self, every: int | Callable[[int], Any], budget: int | str | None) -> None:
        self.every = every if callable(every) else positive_integer("Recorder", "every", every)
        self.budget, self.asked = None if budget is None else number_of_bytes(budget), budget
        self.keeps_all = every == 1 and budget is None
        self.stride = 1  # keep each stride-th of the updates that `every` selects
        self.accepted = 0
        self.skipped: tuple[Any, ...] | None = None  # the record of the last update, if it was not kept
        self.off_stride: list[int] = []  # steps that were kept only because they were the last of a fit

    def check(self, table: Table, other_bytes: int) -> None:
        """Raise ValueError if the budget has no room for a handful of records beside the other bytes."""
        size = table.dtype.itemsize
        least = _needed(table, 6, size, other_bytes)
        if self.budget is not None and least > self.budget:
            raise ValueError(
                f"Recorder: budget must hold at least six records of {size:,} bytes and their batches, and half of "
                f"them once more, {least:,} bytes, got {self.asked!r}; select fewer parameters"
            )

    def add(self, store: Store, record: tuple[Any, ...], other_bytes: int) -> None:
        """Append a record (step, epoch, loss, rate, batch, parameters). If it is not selected, only remember it."""
        step, *numbers, batch, parameters = record
        if self.every(step) if callable(self.every) else step % self.every == 0:
            self.accepted += 1
            self.make_room(store, batch, other_bytes)
            if self.accepted % self.stride == 0:
                store.append(*record)
                self.skipped = None
                return
        kept = None if batch is None else np.array(batch)
        self.skipped = (step, *numbers, kept, bytes(parameters))  # in case it is the last update

    def add_last(self, store: Store, other_bytes: int) -> None:
        """Append the record of the last update, if it was not kept."""
        if self.skipped is not None and self.skipped[0] > store.read()["step"][-1]:  # Ctrl-C may have come in between
            self.make_room(store, self.skipped[4], other_bytes)
            store.append(*self.skipped)
            self.off_stride.append(self.skipped[0])
        self.skipped = None

    def make_room(self, store: Store, batch: Any, other_bytes: int) -> None:
        """Make room for one more record: first drop those that are only the end of a fit, then every other one."""
        while self.budget and len(store) > 1:
            if _needed(store.table, len(store) + 1, store.room_for(batch), other_bytes) <= self.budget:
                return
            in_step = np.flatnonzero(~np.isin(store.read()["step"], self.off_stride))
            if len(in_step) == len(store):
                in_step = in_step[::2]
                self.stride *= 2
            store.rewrite(keep=in_step)
            self.off_stride = []


def _needed(table: Table, records: int, size: int, other_bytes: int) -> int:
    """Return the peak of bytes in a rewrite, while the old and the new file both exist.

    When records are thinned, half of them exist twice; when they become larger, all of them do.
    """
    now = table.dtype.itemsize
    twice = (now + size) * records if size > now else size * (records + records // 2 + 1)
    return twice + 2 * table.header_bytes + 2 * other_bytes


def number_of_bytes(budget: int | str) -> int:
    """Return a number of bytes, given as a number or as text: 2_000_000, "2 MB", "0.5 GB", "64 KiB"."""
    if isinstance(budget, str):
        match = re.fullmatch(r"\s*([\d_.]+)\s*([A-Za-z]*)\s*", budget)
        if match and match[2].upper() in UNITS:
            with contextlib.suppress(ValueError):
                return int(float(match[1]) * UNITS[match[2].upper()])
        raise ValueError(f"Recorder: budget must be bytes, such as 2_000_000 or '2 MB', got {budget!r}")
    return positive_integer("Recorder", "budget", budget)
