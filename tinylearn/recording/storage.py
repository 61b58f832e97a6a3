"""How records are kept: as columns that grow at their end, in memory or as `.npy` files of one folder.

    parameters (R, P)              one row a record
    steps, epochs, losses (R,)
    batch_rows (B,)                the row numbers of all batches, one batch after another
    batch_runs (V, 3)              (r, start, end): from record r on the batch was batch_rows[start:end]; consecutive
                                   records that saw one batch, as all do in full-batch training, share an entry

R records, P numbers a row. From time to time `publish` writes into the files' headers how many rows are complete, so
`np.load` reads them at any moment, and after a process was killed in the middle of anything. Everything but
`parameters` waits in memory until then, and is put to its place in the file, so that an interrupted `publish` can
simply be done again.
"""

from __future__ import annotations

import io
import json
import os
import time
from array import array
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from tinylearn.files import complete_or_absent
from tinylearn.recording.block_writer import BlockWriter
from tinylearn.recording.reader import FORMAT, META, Layout, Recording, map_array

THREADED_ROW_BYTES = 4096  # from here on a thread writes the rows
PUBLISH_SECONDS = 0.5
CHANGED = object()
PUBLISH_RECORDS = 1 << 16  # at the latest

# name → (type code, shape of a row), in the order of writing: a record is complete once its step is written
COLUMNS: dict[str, tuple[str, tuple[int, ...]]] = {
    "batch_rows": ("q", ()),
    "batch_runs": ("q", (3,)),
    "losses": ("d", ()),
    "epochs": ("q", ()),
    "steps": ("q", ()),
}


class MemoryColumn:
    """A column in memory."""

    def __init__(self, dtype: np.dtype, shape: tuple[int, ...]) -> None:
        self.dtype, self.shape = dtype, shape
        self.row_bytes = dtype.itemsize * int(np.prod(shape))
        self.file = io.BytesIO()
        self.write = self.file.write  # appends a row

    def put(self, row: int, data: bytes) -> None:
        """Write `data`, whole rows, from row number `row` on."""
        self.file.seek(row * self.row_bytes)
        self.file.write(data)

    def publish(self, rows: int) -> None:
        """Nothing to do: memory is read as it is."""

    def truncate(self, rows: int) -> None:
        """Drop all but the first `rows` rows."""
        self.file.truncate(rows * self.row_bytes)
        self.file.seek(0, os.SEEK_END)

    def read(self, rows: int) -> np.ndarray:
        """Return the first `rows` rows; what is appended later does not touch them."""
        values = np.frombuffer(self.file.getvalue(), self.dtype, rows * int(np.prod(self.shape)))
        return values.reshape(rows, *self.shape)

    def open(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


class FileColumn:
    """A column in a `.npy` file, whose header counts the rows that are complete."""

    def __init__(self, path: Path, dtype: np.dtype, shape: tuple[int, ...], streamed: bool = False) -> None:
        self.path, self.dtype, self.shape, self.streamed = path, dtype, shape, streamed
        self.row_bytes = dtype.itemsize * int(np.prod(shape))
        self.header_bytes = path.write_bytes(self._header(0))
        self.open()

    def open(self) -> None:
        """Open the file, for `put` and, if it is streamed, for `write`, which appends a row."""
        self.file = open(self.path, "r+b", buffering=0)  # noqa: SIM115 (closed by close)
        self.stream: BinaryIO | BlockWriter | None = None
        if self.streamed:
            threaded = self.row_bytes >= THREADED_ROW_BYTES
            self.stream = BlockWriter(self.path) if threaded else open(self.path, "ab", buffering=1 << 18)  # noqa: SIM115
            self.write = self.stream.write

    def put(self, row: int, data: bytes) -> None:
        """Write `data`, whole rows, from row number `row` on."""
        self._write_at(self.header_bytes + row * self.row_bytes, data)

    def publish(self, rows: int) -> None:
        """Make the first `rows` rows visible: first the rows themselves, then the header that counts them."""
        if self.stream is not None:
            self.stream.flush()
        if not self.file.closed:
            self._write_at(0, self._header(rows))

    def truncate(self, rows: int) -> None:
        """Drop all but the first `rows` rows."""
        self.publish(rows)
        self.file.truncate(self.header_bytes + rows * self.row_bytes)

    def read(self, rows: int) -> np.ndarray:
        """Return the first `rows` rows, mapped into memory, not read."""
        return map_array(self.path)[:rows]

    def close(self) -> None:
        """Close the file."""
        stream, self.stream = self.stream, None
        self.file.close()
        if stream is not None:
            stream.close()

    def _write_at(self, position: int, data: bytes) -> None:
        self.file.seek(position)
        while data:  # a disk that is nearly full takes a part
            data = data[self.file.write(data) :]

    def _header(self, rows: int) -> bytes:
        """Return the header of a `.npy` file of `rows` rows; NumPy pads it, so that its length is always the same."""
        header = io.BytesIO()
        description = {"descr": self.dtype.str, "fortran_order": False, "shape": (rows, *self.shape)}
        np.lib.format.write_array_header_1_0(header, description)
        return header.getvalue()


class Store:
    """The columns of one recording, in `folder` or, if that is None, in memory."""

    def __init__(self, layout: Layout, folder: Path | None, suffix: str = "") -> None:
        self.layout, self.folder = layout, folder
        self.files = {name: f"{name}{suffix}.npy" for name in ("parameters", *COLUMNS)}
        kinds = {name: (np.dtype(code), shape) for name, (code, shape) in COLUMNS.items()}
        row = (layout.dtype, (layout.size,))
        self.parameters: MemoryColumn | FileColumn
        self.columns: dict[str, MemoryColumn | FileColumn]
        if folder is None:
            self.parameters = MemoryColumn(*row)
            self.columns = {name: MemoryColumn(*kind) for name, kind in kinds.items()}
        else:
            self.parameters = FileColumn(folder / self.files["parameters"], *row, streamed=True)
            self.columns = {name: FileColumn(folder / self.files[name], *kind) for name, kind in kinds.items()}
        self.write = self.parameters.write
        self.published = dict.fromkeys(COLUMNS, 0)  # rows that are in the columns; what comes later waits:
        self.waiting: list[float] = []  # loss, epoch, step, loss, epoch, step, …
        self.batch_rows, self.batch_runs = array("q"), array("q")
        self.batch: Any = None  # that of the last record; CHANGED if it cannot be known to be the same still
        self._published_epoch = 0
        self.publish_at, self.published_at = 3, time.monotonic()  # at how many waiting numbers; when it was last done

    def __len__(self) -> int:
        return self.published["steps"] + len(self.waiting) // 3

    def append(self, row: memoryview | bytes, step: int, epoch: int, loss: float, batch: np.ndarray | None) -> None:
        """Add one record; `row` is its parameters as flat bytes."""
        if batch is not self.batch:
            self.start_batch(batch)
        self.write(row)
        self.waiting += (loss, epoch, step)  # all at once: Ctrl-C cannot leave half of it
        if len(self.waiting) >= self.publish_at:
            self.publish()

    def start_batch(self, batch: np.ndarray | None) -> None:
        """Start a run of records that saw `batch`; records before the first run saw none."""
        rows = np.asarray([] if batch is None else batch, np.int64).ravel()
        self.batch = CHANGED if batch is not None and batch.flags.writeable else batch
        start = self.published["batch_rows"] + len(self.batch_rows)
        self.batch_rows.frombytes(rows.tobytes())
        self.batch_runs.extend((len(self), start, start + rows.size))

    def publish(self) -> None:
        """Make every record so far visible to readers. Called by itself about twice a second."""
        losses, epochs, steps = np.array(self.waiting, np.float64).reshape(-1, 3).T  # whole numbers below 2⁵³: exact
        new = {
            "batch_rows": self.batch_rows.tobytes(),
            "batch_runs": self.batch_runs.tobytes(),
            "losses": losses.tobytes(),
            "epochs": epochs.astype(np.int64).tobytes(),
            "steps": steps.astype(np.int64).tobytes(),
        }
        published = {}
        for name, data in new.items():
            self.columns[name].put(self.published[name], data)
            published[name] = self.published[name] + len(data) // self.columns[name].row_bytes
        self.parameters.publish(published["steps"])
        for name, rows in published.items():
            self.columns[name].publish(rows)
        self._choose_next_publish()
        self._published_epoch = self.last_epoch()
        batch_rows, batch_runs = array("q"), array("q")
        self.published, self.waiting, self.batch_rows, self.batch_runs = published, [], batch_rows, batch_runs

    def last_epoch(self) -> int:
        """Return the epoch of the last record."""
        return int(self.waiting[-2]) if self.waiting else self._published_epoch

    def _choose_next_publish(self) -> None:
        now = time.monotonic()
        factor = PUBLISH_SECONDS / max(now - self.published_at, PUBLISH_SECONDS / 16)  # at most 16
        self.publish_at = 3 * min(max(1, int(self.publish_at / 3 * factor)), PUBLISH_RECORDS)
        self.published_at = now

    def trim(self, records: int) -> None:
        """Publish, and drop what is past the first `records` records: half a record, say, after Ctrl-C."""
        self.publish()
        for name in ("losses", "epochs", "steps"):
            self.columns[name].truncate(records)
            self.published[name] = records
        self.parameters.truncate(records)
        self.batch = CHANGED  # so that the next record starts a run of its own

    def size(self) -> int:
        """Return the bytes of all records."""
        waiting = 8 * (len(self.waiting) + len(self.batch_rows) + len(self.batch_runs))
        put = sum(self.published[name] * self.columns[name].row_bytes for name in COLUMNS)
        return len(self) * self.parameters.row_bytes + put + waiting

    def read(self, closed: bool) -> Recording:
        """Publish, and return all records; what comes later is not in what is returned."""
        if not closed:
            self.publish()
        columns = {name: column.read(self.published[name]) for name, column in self.columns.items()}
        rows = self.parameters.read(len(self))
        return Recording(self.layout, rows, columns, closed=closed, source=str(self.folder or "memory"))

    def write_meta(self, closed: bool) -> None:
        """Say in `meta.json`, all at once, which files the records are in."""
        if self.folder is not None:
            meta = {"format": FORMAT, "closed": closed, "files": self.files, **self.layout.as_json()}
            with complete_or_absent(self.folder / META) as file:
                file.write(json.dumps(meta, indent=1).encode())

    def reopen(self) -> None:
        """Open the files again after `close`."""
        for column in (self.parameters, *self.columns.values()):
            column.open()
        self.write = self.parameters.write

    def close(self) -> None:
        """Close the files."""
        for column in (self.parameters, *self.columns.values()):
            column.close()

    def delete(self) -> None:
        """Close and remove the files."""
        self.close()
        if self.folder is not None:
            for name in self.files.values():
                (self.folder / name).unlink()
