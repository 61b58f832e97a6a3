"""The store behind a recorder: the table of records, and a buffer for records that are not written yet.

    step epoch loss learning_rate   of the update
    batch_size, batch               the number of its rows, and their row numbers, padded with -1. A batch of the rows
                                    0 … n-1 in their order stores only n
    dense_1.w, dense_1.b, …         the parameters after it

A new record goes into the buffer, in memory. A thread flushes it to disk twice a second, or more often if records are
large. A reader flushes it, too, and so does training when the buffer is full. So `append`, in every step of training,
is little more than a copy:

    place of record k: k modulo `places`        [ · · · b b b b · · · ]    b buffered: from `table.rows` to `appended`
"""

from __future__ import annotations

import contextlib
import os
import struct
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tinylearn.checks import real_array, shortened
from tinylearn.ctrl_c import ctrl_c_later
from tinylearn.recording.table import Table

ABOUT = (("step", "<i8"), ("epoch", "<i8"), ("loss", "<f8"), ("learning_rate", "<f8"), ("batch_size", "<i8"))
TABLE = "records.npy"
WAITING_BYTES, WAITING = 4 << 20, 4096  # the most that waits
LARGE = 4096  # bytes of a record
SECONDS, SECONDS_IF_LARGE = 0.5, 0.005  # between two writes of the thread
NO_ROW = b"\xff" * 8  # -1
CHANGED = object()  # stands for a batch that may have changed since

HEAD = struct.Struct("<qqddq")
pack_into = HEAD.pack_into


def record_dtype(names: Iterable[str], arrays: Iterable[np.ndarray], batch: int = 0) -> np.dtype:
    """Return the dtype of a record, for batches with at most `batch` row numbers."""
    own = [(name, array.dtype.newbyteorder("<").str, array.shape) for name, array in zip(names, arrays, strict=True)]
    return np.dtype([*ABOUT, ("batch", "<i8", (batch,)), *own])


class Store:
    """The records of one recording, in `folder`, or in memory if that is None. Any thread may flush."""

    def __init__(self, dtype: np.dtype, folder: Path | None) -> None:
        self.table, self.folder = Table(dtype, None if folder is None else folder / TABLE), folder
        self.process, self.lock = os.getpid(), threading.RLock()
        self.appended = 0  # how many records there are
        self.committed_at = 0.0  # when other processes could see all records
        self.batch: Any = None  # that of the last record; CHANGED if it cannot be known to be the same still
        self.batch_size, self.batch_bytes = 0, b""
        self.stop, self.abandoned = threading.Event(), False
        self.rewriting = False  # also after an error has cut a rewrite short: then the next call ends it
        self._measure()
        self._start_thread()

    def __len__(self) -> int:
        return self.appended

    def append(self, step: int, epoch: int, loss: float, rate: float, batch: Any, parameters: Any) -> None:
        """Add one record; `parameters` are its numbers as flat bytes."""
        if self.rewriting or self.appended - self.table.rows >= self.limit:
            self.flush()
        if batch is not self.batch:
            self._take_batch(batch)
        start = self.appended % self.places * self.size
        pack_into(self.buffer, start, step, epoch, loss, rate, self.batch_size)
        if self.batch_bytes:
            self.buffer[start + HEAD.size : start + self.head_bytes] = self.batch_bytes
        self.buffer[start + self.head_bytes : start + self.size] = parameters
        self.appended += 1  # the last: until now an interruption leaves nothing

    def flush(self, commit: bool = True) -> None:
        """Write all records so far, and let readers see them. After an error, the next flush does it again."""
        self.check_process()
        with ctrl_c_later(), self.lock:
            self._end_rewrite()
            table, rows = self.table, self.appended
            first, last = table.rows % self.places, (rows - 1) % self.places + 1
            parts = [(first, last)] if first < last else [(first, self.places), (0, last)]
            try:
                if rows > table.rows:
                    table.write_rows(table.rows, [self.buffer[i * self.size : j * self.size] for i, j in parts])
            except OSError:  # a disk that is full now had room for some of them
                table.commit(max(table.rows, table.rows_until_here()))
                raise
            table.rows = rows
            if commit:
                table.commit(rows)

    def read(self) -> np.ndarray:
        """Return all records so far."""
        if self.is_of_another_process() or (self.table.file.closed and not self.rewriting):
            return self.table.read()
        with ctrl_c_later(), self.lock:
            self.flush()
            return self.table.read()

    def rewrite(self, keep: np.ndarray | None = None, batch: int | None = None) -> None:
        """Keep only the records of these indices, with room for `batch` row numbers."""
        self.check_process()
        dtype = self.table.dtype
        kinds: list[Any] = [(name, dtype[name].base, dtype[name].shape) for name in dtype.names or ()]
        kinds = [(name, kind, (batch,) if name == "batch" and batch else shape) for name, kind, shape in kinds]
        with ctrl_c_later(), self.lock:
            self.flush()
            self.rewriting = True
            try:
                self.table.rewrite(np.dtype(kinds), np.arange(self.table.rows) if keep is None else keep)
            finally:
                self._end_rewrite()

    def _end_rewrite(self) -> None:
        """Continue with the file as it is: the new table, or the old one if a rewrite failed."""
        if self.rewriting:
            self.table.open()
            self._measure()
            self.rewriting = False

    def room_for(self, batch: Any) -> int:
        """Return the bytes of a record of such a batch."""
        return self.table.dtype.itemsize + 8 * (self._width_for(_listed(_row_numbers(batch))) - self.listed)

    def _width_for(self, listed: np.ndarray) -> int:
        """Return the row numbers for which a record must have room."""
        return self.listed if len(listed) <= self.listed else max(len(listed), 2 * self.listed)

    def _take_batch(self, batch: Any) -> None:
        """Encode the row numbers of this batch."""
        rows = _row_numbers(batch)
        listed = _listed(rows)
        if len(listed) > self.listed:
            self.rewrite(batch=self._width_for(listed))
        self.batch_size = len(rows)
        self.batch_bytes = listed.tobytes() + NO_ROW * (self.listed - len(listed))
        frozen = batch is None or (isinstance(batch, np.ndarray) and not batch.flags.writeable)
        self.batch = batch if frozen else CHANGED

    def _measure(self) -> None:
        """Set everything that depends on the size of a record."""
        self.appended, self.size = self.table.rows, self.table.dtype.itemsize
        self.listed = self.table.dtype["batch"].shape[0]  # row numbers for which a record has room
        self.head_bytes = HEAD.size + 8 * self.listed  # before the parameters
        self.large, self.places = self.size >= LARGE, min(max(1, WAITING_BYTES // self.size), WAITING)
        self.buffer = np.empty(self.places * self.size, np.uint8).data
        self.limit = self.places  # if so many records wait, the next `append` flushes first
        self.batch = CHANGED

    # --- threads and processes ----------------------------------------------------------------------------------------

    def _start_thread(self) -> None:
        """Start a thread that flushes to the folder."""
        self.stop.clear()
        self.thread = threading.Thread(target=self._look_now_and_then, name="recorder", daemon=True)
        if self.folder is not None:
            with ctrl_c_later():  # or the thread may wait for ever for a lock of `start`
                self.thread.start()

    def _look_now_and_then(self) -> None:
        """Flush now and then, until the store is closed."""
        try:
            while not self.stop.wait(SECONDS_IF_LARGE if self.large else SECONDS):
                now = time.monotonic()
                due = now - self.committed_at >= SECONDS
                self.flush(commit=due)  # seldom: it takes turns with training twice more
                self.committed_at = now if due else self.committed_at
        except OSError:
            self.limit = 0  # so that the next `append` flushes first, meets the same error, and tells
        if self.abandoned:
            self.finish()

    def _stop_thread(self) -> None:
        with ctrl_c_later():
            self.stop.set()
            if self.thread.is_alive() and self.thread is not threading.current_thread():
                self.thread.join()

    def is_of_another_process(self) -> bool:
        """Is this process a fork of the one that writes to the folder?"""
        return self.folder is not None and os.getpid() != self.process

    def check_process(self) -> None:
        """In a forked process, raise OSError if there is a folder: it belongs to the parent. Memory does not."""
        if self.is_of_another_process():
            raise OSError("this process is a fork of the one that records there; make a new Recorder, in a new folder")
        if os.getpid() != self.process:
            self.process, self.lock = os.getpid(), threading.RLock()  # a thread of the parent may hold the old lock

    def reopen(self) -> None:
        """Continue after `close`."""
        self.check_process()
        self.table.open()
        self._start_thread()

    def close(self) -> None:
        """Flush the buffer, and close the file."""
        self.check_process()
        self._stop_thread()
        with ctrl_c_later(), self.lock:
            self.flush()
            self.table.close()

    def finish(self) -> None:
        """Close the store of a recorder that was deleted without `close`."""
        if self.thread is threading.current_thread() and not self.abandoned:  # which may be in the middle of `flush`
            self.abandoned = True
            self.stop.set()
        elif not self.is_of_another_process():
            with contextlib.suppress(OSError):
                self.close()

    def delete(self) -> None:
        """Close and remove the file."""
        self._stop_thread()
        self.table.delete()

    def give_up(self) -> None:
        """Close the file as it is, after an error."""
        self._stop_thread()
        if self.is_of_another_process():
            self.table.file.close()
        else:
            with contextlib.suppress(OSError):
                self.table.close()


def _row_numbers(batch: Any) -> np.ndarray:
    """Return the row numbers of a batch as int64, flat; TypeError or ValueError for anything else."""
    if isinstance(batch, np.ndarray) and batch.dtype == np.int64 and not batch.flags.writeable:  # one of `fit`
        return batch.ravel()
    rows = real_array("Recorder", "batch", () if batch is None else batch)
    if rows.size and (rows.dtype.kind not in "iu" or rows.min() < 0):
        raise ValueError(f"Recorder: batch must hold row numbers, 0 and above, got {shortened(batch)}")
    return rows.astype(np.int64).ravel()


def _listed(rows: np.ndarray) -> np.ndarray:
    """Return the row numbers to list: none if they are 0, 1, 2, …"""
    return rows[:0] if len(rows) and not rows[0] and np.array_equal(rows, np.arange(len(rows))) else rows
