"""A table that grows: a structured `.npy` file, or the same bytes in memory.

    header          says how many rows are complete
    row row row …   each with the fields of the dtype

A write first puts rows in their place, and then counts them in the header. So `np.load` can read the file at any
moment, even after a kill in the middle of a write. And you can simply repeat a write that was interrupted.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from tinylearn.files import complete_or_absent

BLOCK = 1 << 20  # bytes to copy at a time


class Table:
    """Rows of `dtype`, in the file `path`, which must not exist yet, or in memory.

    >>> table = Table(np.dtype([("step", "<i8"), ("w", "<f8", (2,))]))
    >>> table.write_rows(0, [np.int64(7).tobytes(), np.array([1.0, 2.0]).tobytes()])
    >>> table.commit(1)
    >>> table.read()["w"]
    array([[1., 2.]])
    """

    def __init__(self, dtype: np.dtype, path: Path | None = None) -> None:
        self.path, self.dtype, self.rows, self.header_bytes = path, dtype, 0, len(_header(dtype, 0))
        self.visible = self.reached = -1  # rows that the header counts; where the last write ended
        self.file: io.BytesIO | io.FileIO = io.BytesIO()
        if path is None:
            return
        open(path, "xb").close()  # an existing file belongs to another recording
        try:
            self.file = open(path, "r+b", buffering=0)  # noqa: SIM115 (closed by close)
            self.commit(0)
        except BaseException:  # also Ctrl-C
            self.delete()
            raise

    def open(self) -> None:
        """Open the file again, after `close`, or after another file has replaced it."""
        if self.path is not None:
            self.file.close()
            self.file = open(self.path, "r+b", buffering=0)  # noqa: SIM115 (closed by close)
            self.dtype, self.rows, self.header_bytes = _read_header(self.file)
            self.visible = self.rows

    def write_rows(self, row: int, parts: Iterable[bytes | memoryview]) -> None:
        """Write complete rows, in one part or several, from row number `row` on. Readers do not see them yet."""
        at = self.header_bytes + row * self.dtype.itemsize
        for part in parts:
            at = self._write(at, part)

    def rows_until_here(self) -> int:
        """Return how many complete rows `write_rows` wrote before it failed."""
        return (self.reached - self.header_bytes) // self.dtype.itemsize

    def commit(self, rows: int) -> None:
        """Let readers see the first `rows` rows; they must be in the file."""
        if rows != self.visible:
            self._write(0, _header(self.dtype, rows))
        self.rows = self.visible = rows

    def read(self) -> np.ndarray:
        """Return all rows that are counted; later writes do not change them. A file is mapped, not read."""
        if self.path is not None:
            return map_table(self.path)[: self.rows]
        data = self.file.getvalue()  # type: ignore[union-attr]
        return np.frombuffer(data, self.dtype, self.rows, offset=self.header_bytes)

    def rewrite(self, dtype: np.dtype, rows: np.ndarray) -> None:
        """Keep only the rows with these numbers, and convert them to `dtype`. A longer field is padded with -1.

        This is atomic: a reader of the file sees the old table or the new one. Call `open` before you write again.
        """
        old, at_a_time = self.read(), max(1, BLOCK // dtype.itemsize)
        header, memory = _header(dtype, len(rows)), io.BytesIO()
        whole: AbstractContextManager[Any] = (
            nullcontext(memory) if self.path is None else complete_or_absent(self.path, survives_power_loss=False)
        )
        with whole as file:
            file.write(header)
            for start in range(0, len(rows), at_a_time):
                file.write(_converted(old[rows[start : start + at_a_time]], dtype).tobytes())
        if self.path is None:
            self.file, self.dtype, self.rows, self.header_bytes = memory, dtype, len(rows), len(header)
            self.visible = self.rows

    def close(self) -> None:
        """Close the file, and cut off anything that an interruption left behind its last row."""
        if self.path is not None and not self.file.closed:
            try:
                self.file.truncate(self.header_bytes + self.rows * self.dtype.itemsize)
            finally:
                self.file.close()

    def delete(self) -> None:
        """Close and remove the file."""
        self.file.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def _write(self, at: int, data: bytes | memoryview) -> int:
        """Write all of `data` from byte `at` on; return where it ends."""
        rest = memoryview(data)
        while rest:  # a disk that is nearly full takes a part, and then nothing
            self.reached = at
            if self.path is not None and hasattr(os, "pwrite"):  # one call, where seek and write would be two
                done = os.pwrite(self.file.fileno(), rest, at)
            else:
                self.file.seek(at)
                done = self.file.write(rest)
            at, rest = at + done, rest[done:]
        self.reached = at
        return at


def map_table(path: Path) -> np.ndarray:
    """Return the rows of a table's file without reading them: a plain array over the mapped file.

    (np.load opens the file twice, and another file may replace it in between.)
    """
    with open(path, "rb") as file:
        dtype, rows, header_bytes = _read_header(file)
        mapped = np.memmap(file, dtype, "r", header_bytes, (rows,))
    return mapped.view(np.ndarray)


def _header(dtype: np.dtype, rows: int) -> bytes:
    """Return the header of a `.npy` file with `rows` rows. NumPy pads it, so its length is always the same."""
    header = io.BytesIO()
    description = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (rows,)}
    np.lib.format.write_array_header_2_0(header, description)
    return header.getvalue()


def _read_header(file: Any) -> tuple[np.dtype, int, int]:
    """Read the header of a file; return dtype, number of rows and its length. ValueError if it is not a table."""
    if np.lib.format.read_magic(file) != (2, 0):
        raise ValueError("it is not a table that a Recorder wrote")
    shape, _, dtype = np.lib.format.read_array_header_2_0(file, max_header_size=1 << 30)
    if dtype.names is None or dtype.hasobject or len(shape) != 1:
        raise ValueError(f"a table must have named columns of numbers, got {dtype}")
    return dtype, shape[0], file.tell()


def _converted(rows: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return the rows with the fields of `dtype`; a longer field is filled up with -1."""
    if rows.dtype == dtype:
        return rows
    new = np.empty(len(rows), dtype)
    for name in dtype.names or ():
        old = rows[name]
        if old.shape == new[name].shape:
            new[name] = old
        else:
            new[name] = -1
            new[name][:, : old.shape[1]] = old
    return new
