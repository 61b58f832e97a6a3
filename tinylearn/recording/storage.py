"""How records are kept: as columns that grow at their end, in memory or as `.npy` files of one folder.

Not needed to understand learning: how records reach the disk, safely and fast. `layout.py` says what the columns are.
New records wait in memory; about twice a second `publish` puts them to their places in the files and then writes into
the headers how many rows are complete. So `np.load` reads the files at any moment, and after a process was killed in
the middle of anything; and a `publish` that Ctrl-C interrupted can simply be done again.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import struct
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tinylearn.files import complete_or_absent
from tinylearn.recording.block_writer import BlockWriter
from tinylearn.recording.layout import FORMAT, META, Layout
from tinylearn.recording.reader import Recording, map_array

THREADED_ROW_BYTES = 4096  # from here on a thread writes the rows of a folder
PUBLISH_SECONDS = 0.5
WAITING_BYTES = 1 << 20
CHANGED = object()  # equal to no batch


class MemoryColumn:
    """A column in memory."""

    def __init__(self, dtype: np.dtype, shape: tuple[int, ...]) -> None:
        self.dtype, self.shape = dtype, shape
        self.row_bytes = dtype.itemsize * math.prod(shape)
        self.file = io.BytesIO()

    def open(self) -> None:
        """Nothing to do, as in `publish` and `close`: memory is read as it is."""

    def put(self, row: int, data: bytes | bytearray) -> None:
        """Write `data`, whole rows, from row number `row` on."""
        self.file.seek(row * self.row_bytes)
        self.file.write(data)

    def publish(self, rows: int) -> None:
        """Nothing to do."""

    def truncate(self, rows: int) -> None:
        """Drop all but the first `rows` rows."""
        self.file.truncate(rows * self.row_bytes)

    def read(self, rows: int) -> np.ndarray:
        """Return the first `rows` rows; what is appended later does not touch them."""
        values = np.frombuffer(self.file.getvalue(), self.dtype, rows * math.prod(self.shape))
        return values.reshape(rows, *self.shape)

    def close(self) -> None:
        """Nothing to do."""


class FileColumn:
    """A column in a `.npy` file, whose header counts the rows that are complete."""

    def __init__(self, path: Path, dtype: np.dtype, shape: tuple[int, ...]) -> None:
        self.path, self.dtype, self.shape = path, dtype, shape
        self.row_bytes = dtype.itemsize * math.prod(shape)
        self.header_bytes = len(self._header(0))
        open(path, "xb").close()  # a file that is there already is somebody's
        self.open()
        try:
            self.publish(0)
        except BaseException:  # also Ctrl-C
            self.close()
            path.unlink()
            raise

    def open(self) -> None:
        """Open the file, as at first so after `close`."""
        self.file = open(self.path, "r+b", buffering=0)  # noqa: SIM115 (closed by close)

    def put(self, row: int, data: bytes | bytearray) -> None:
        """Write `data`, whole rows, from row number `row` on."""
        self._write_at(self.header_bytes + row * self.row_bytes, data)

    def publish(self, rows: int) -> None:
        """Make the first `rows` rows, which are in the file, visible to readers."""
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
        self.file.close()

    def _write_at(self, position: int, data: bytes | bytearray) -> None:
        self.file.seek(position)
        rest = memoryview(data)
        while rest:  # a disk that is nearly full takes a part, and then nothing
            rest = rest[self.file.write(rest) :]

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
        kinds = layout.columns()
        self.files = {name: f"{name}{suffix}.npy" for name in kinds}
        self.columns: dict[str, MemoryColumn | FileColumn] = {}
        self.blocks: BlockWriter | None = None
        self.divergence: dict[str, Any] | None = None  # how training ended, if so
        with contextlib.ExitStack() as if_that_fails:
            if_that_fails.callback(self.delete)
            for name, kind in kinds.items():
                path = None if folder is None else folder / self.files[name]
                self.columns[name] = MemoryColumn(*kind) if path is None else FileColumn(path, *kind)
            if_that_fails.pop_all()
        self.row_bytes = self.columns["parameters"].row_bytes
        self.published = dict.fromkeys(kinds, 0)  # rows that are in the columns; what comes later waits:
        self.waiting: list[float] = []  # learning rate, loss, epoch, step, learning rate, …
        self.rows, self.batch_rows, self.batch_runs = bytearray(), array("q"), array("q")
        self.batch: Any = None  # that of the last record; CHANGED if it cannot be known to be the same still
        self.last_step = self.last_epoch = 0  # published
        self.publish_when_waiting = 4  # numbers in `waiting`
        self.last_publish = time.monotonic()
        self.write: Callable[[Any], Any]  # appends a row
        self._start_writing()

    def _start_writing(self) -> None:
        """Let a thread write the rows if they are large and go to a file."""
        threaded = self.folder is not None and self.row_bytes >= THREADED_ROW_BYTES
        self.blocks = BlockWriter(self.folder / self.files["parameters"]) if self.folder and threaded else None
        self.write = self.rows.extend if self.blocks is None else self.blocks.write

    def __len__(self) -> int:
        return self.published["steps"] + len(self.waiting) // 4

    def append(
        self, row: memoryview | bytes, step: int, epoch: int, loss: float, batch: np.ndarray | None, rate: float
    ) -> None:
        """Add one record; `row` is its parameters as flat bytes, `rate` the learning rate."""
        if batch is not self.batch:
            self.start_batch(batch)
        self.write(row)
        self.waiting += (rate, loss, epoch, step)  # all at once: Ctrl-C cannot leave half of it
        if len(self.waiting) >= self.publish_when_waiting:
            self.publish()

    def replace_first(self, row: bytes, step: int, epoch: int) -> None:
        """Make the only record, which no update made, that of update `step`: a run goes on from there."""
        self.columns["steps"].publish(0)  # so that nobody sees half of it
        self.columns["parameters"].put(0, row)
        for name, number in (("steps", step), ("epochs", epoch)):
            self.columns[name].put(0, np.int64(number).tobytes())
        self.columns["steps"].publish(1)
        self.last_step, self.last_epoch = step, epoch

    def start_batch(self, batch: np.ndarray | None) -> None:
        """Start a run of records that saw `batch`; records before the first run saw none."""
        rows = np.asarray([] if batch is None else batch, np.int64).ravel()
        changeable = batch is not None and not (isinstance(batch, np.ndarray) and not batch.flags.writeable)
        self.batch = CHANGED if changeable else batch
        start = self.published["batch_rows"] + len(self.batch_rows)
        self.batch_rows.frombytes(rows.tobytes())
        self.batch_runs.extend((len(self), start, start + rows.size))

    def publish(self) -> None:
        """Make every record so far visible to readers. Called by itself about twice a second."""
        records = len(self.waiting) // 4
        packed = struct.pack(f"{len(self.waiting)}d", *self.waiting)  # four times as fast as np.array; exact below 2⁵³
        rates, losses, epochs, steps = np.frombuffer(packed).reshape(-1, 4).T
        new = {
            "batch_rows": self.batch_rows.tobytes(),
            "batch_runs": self.batch_runs.tobytes(),
            "losses": losses.tobytes(),
            "learning_rates": rates.tobytes(),
            "epochs": epochs.astype(np.int64).tobytes(),
            "steps": steps.astype(np.int64).tobytes(),
        }
        columns = self.columns
        published = {name: self.published[name] + len(data) // columns[name].row_bytes for name, data in new.items()}
        published["parameters"] = published["steps"]
        if self.blocks is None:
            new["parameters"] = bytes(self.rows[: records * self.row_bytes])  # without half a row that Ctrl-C left
        else:
            self.blocks.flush()
        for name, data in new.items():
            columns[name].put(self.published[name], data)
        for name, column in columns.items():
            column.publish(published[name])
        if records:
            self.last_step, self.last_epoch = int(steps[-1]), int(epochs[-1])
            self._choose_next_publish(records)
        rows, batch_rows, batch_runs = bytearray(), array("q"), array("q")
        write = rows.extend if self.blocks is None else self.blocks.write
        self.published, self.waiting = published, []  # between these two lines no Ctrl-C is noticed
        self.rows, self.batch_rows, self.batch_runs, self.write = rows, batch_rows, batch_runs, write

    def _choose_next_publish(self, records: int) -> None:
        """Aim at PUBLISH_SECONDS from now, at no more than WAITING_BYTES."""
        now = time.monotonic()
        factor = min(PUBLISH_SECONDS / max(now - self.last_publish, 1e-9), 16)
        most = max(1, WAITING_BYTES // (72 if self.blocks else 72 + self.row_bytes))
        self.publish_when_waiting = 4 * min(max(1, int(records * factor)), most)
        self.last_publish = now

    def trim(self) -> None:
        """Publish, and cut off half a record that Ctrl-C may have left."""
        self.publish()
        self.columns["parameters"].truncate(len(self))
        self.batch = CHANGED  # so that the next record starts a run of its own

    def size(self) -> int:
        """Return the bytes of all records."""
        batches = 8 * (self.published["batch_rows"] + len(self.batch_rows) + len(self.batch_runs))
        return len(self) * (self.row_bytes + 32) + batches + 24 * self.published["batch_runs"]

    def read(self, closed: bool) -> Recording:
        """Publish, and return all records; what comes later is not in what is returned."""
        if not closed:
            self.publish()
        columns = {name: column.read(self.published[name]) for name, column in self.columns.items()}
        source = str(self.folder or "memory")
        return Recording(self.layout, columns, closed=closed, source=source, divergence=self.divergence)

    def write_meta(self, closed: bool) -> None:
        """Say in `meta.json`, all at once, which files the records are in."""
        if self.folder is not None:
            with complete_or_absent(self.folder / META, "Recorder", survives_power_loss=False) as file:
                file.write(self.meta(closed))

    def meta(self, closed: bool) -> bytes:
        """Return the content of `meta.json`."""
        meta = {"format": FORMAT, "closed": closed, "files": self.files, **self.layout.as_json()}
        meta |= {"divergence": self.divergence} if self.divergence else {}
        return json.dumps(meta, indent=1).encode()

    def reopen(self) -> None:
        """Open the files again after `close`."""
        for column in self.columns.values():
            column.open()
        self._start_writing()

    def close(self) -> None:
        """Close the files."""
        with contextlib.ExitStack() as all_of_them:  # the others too if one fails
            for column in self.columns.values():
                all_of_them.callback(column.close)
            if self.blocks is not None:
                all_of_them.callback(self.blocks.close)

    def finish(self) -> None:
        """Publish and close, for a recorder that nobody closed."""
        with contextlib.suppress(OSError):
            self.publish()
        with contextlib.suppress(OSError):
            self.close()

    def delete(self) -> None:
        """Close and remove the files; one that somebody still reads stays where the system wants that."""
        with contextlib.suppress(OSError):
            self.close()
        if self.folder is not None:
            for name in self.columns:
                with contextlib.suppress(PermissionError):
                    (self.folder / self.files[name]).unlink()
