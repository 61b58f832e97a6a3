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
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from tinylearn.recording.block_writer import BlockWriter
from tinylearn.recording.reader import FORMAT, META, Layout, Recording

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

    def put(self, row: int, values: array) -> None:
        """Write `values` from row number `row` on."""
        self.file.seek(row * self.row_bytes)
        self.file.write(values)

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
        self.path, self.dtype, self.shape = path, dtype, shape
        self.row_bytes = dtype.itemsize * int(np.prod(shape))
        self.header_bytes = path.write_bytes(self._header(0))
        self.file: BinaryIO | BlockWriter | None = None
        if streamed:
            self.open()

    def open(self) -> None:
        """Open the file for `write`, which appends a row."""
        threaded = self.row_bytes >= THREADED_ROW_BYTES
        self.file = BlockWriter(self.path) if threaded else open(self.path, "ab", buffering=1 << 18)  # noqa: SIM115
        self.write = self.file.write

    def put(self, row: int, values: array) -> None:
        """Write `values` from row number `row` on."""
        with open(self.path, "r+b") as file:
            file.seek(self.header_bytes + row * self.row_bytes)
            file.write(values)

    def publish(self, rows: int) -> None:
        """Make the first `rows` rows visible: first the rows themselves, then the header that counts them."""
        if self.file is not None:
            self.file.flush()
        with open(self.path, "r+b") as file:
            file.write(self._header(rows))

    def truncate(self, rows: int) -> None:
        """Drop all but the first `rows` rows."""
        self.publish(rows)
        with open(self.path, "r+b") as file:
            file.truncate(self.header_bytes + rows * self.row_bytes)

    def close(self) -> None:
        """Close the file."""
        if self.file is not None:
            self.file.close()

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
        self.published = dict.fromkeys(COLUMNS, 0)  # rows that are in the columns; the others wait:
        self.waiting = {name: array(code) for name, (code, _) in COLUMNS.items()}
        self.batch: Any = None  # that of the last record; CHANGED if it cannot be known to be the same still
        self.publish_every, self.published_at = 1, time.monotonic()

    def __len__(self) -> int:
        return self.published["steps"] + len(self.waiting["steps"])

    def append(self, row: Iterable[Any], step: int, epoch: int, loss: float, batch: np.ndarray | None) -> None:
        """Add one record; `row` is its parameters as one or more flat buffers."""
        if batch is not self.batch:
            self._append_batch(batch)
        write = self.parameters.write
        for piece in row:
            write(piece)
        waiting = self.waiting
        waiting["losses"].append(loss)
        waiting["epochs"].append(epoch)
        steps = waiting["steps"]
        steps.append(step)
        if len(steps) >= self.publish_every:
            self.publish()

    def _append_batch(self, batch: np.ndarray | None) -> None:
        """Start a run of records that saw `batch`; records before the first run saw none."""
        rows = np.asarray([] if batch is None else batch, np.int64).ravel()
        self.batch = CHANGED if batch is not None and batch.flags.writeable else batch
        waiting = self.waiting["batch_rows"]
        start = self.published["batch_rows"] + len(waiting)
        waiting.frombytes(rows.tobytes())
        self.waiting["batch_runs"].extend((len(self), start, start + rows.size))

    def publish(self) -> None:
        """Make every record so far visible to readers. Called by itself about twice a second."""
        published = {}
        for name, values in self.waiting.items():
            self.columns[name].put(self.published[name], values)
            width = 3 if name == "batch_runs" else 1
            published[name] = self.published[name] + len(values) // width
        self.parameters.publish(published["steps"])
        for name, rows in published.items():
            self.columns[name].publish(rows)
        now = time.monotonic()
        factor = 2.0 if now - self.published_at < PUBLISH_SECONDS else 0.5
        self.publish_every = min(max(1, int(self.publish_every * factor)), PUBLISH_RECORDS)
        self.published_at = now
        waiting = {name: array(code) for name, (code, _) in COLUMNS.items()}
        self.published, self.waiting = published, waiting  # no Ctrl-C can come between these two

    def trim(self, records: int) -> None:
        """Publish, and drop what is past the first `records` records: half a record, say, after Ctrl-C."""
        complete = len(self.waiting["steps"])
        for name in ("losses", "epochs"):
            del self.waiting[name][complete:]
        self.publish()
        for name in ("steps", "epochs", "losses"):
            self.columns[name].truncate(records)
            self.published[name] = records
        self.parameters.truncate(records)
        self.batch = CHANGED  # so that the next record starts a run of its own

    def size(self) -> int:
        """Return the bytes of all records."""
        waiting = sum(len(values) * 8 for values in self.waiting.values())
        put = sum(self.published[name] * self.columns[name].row_bytes for name in COLUMNS)
        return len(self) * self.parameters.row_bytes + put + waiting

    def read(self, closed: bool) -> Recording:
        """Publish, and return all records; what comes later is not in what is returned."""
        self.publish()
        if self.folder is not None:
            return Recording.load(self.folder)
        columns = {name: column.read(self.published[name]) for name, column in self.columns.items()}
        return Recording(self.layout, self.parameters.read(len(self)), columns, closed=closed, source="memory")

    def write_meta(self, closed: bool) -> None:
        """Say in `meta.json`, all at once, which files the records are in."""
        if self.folder is not None:
            meta = {"format": FORMAT, "closed": closed, "files": self.files, **self.layout.as_json()}
            temporary = self.folder / f"{META}.tmp"
            temporary.write_text(json.dumps(meta, indent=1))
            os.replace(temporary, self.folder / META)

    def reopen(self) -> None:
        """Open the files again after `close`."""
        self.parameters.open()

    def close(self) -> None:
        """Close the files."""
        self.parameters.close()

    def delete(self) -> None:
        """Close and remove the files."""
        self.close()
        if self.folder is not None:
            for name in self.files.values():
                (self.folder / name).unlink()
