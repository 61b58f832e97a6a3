"""A budget of bytes: what a recording may use, and which records go before it would use more."""

from __future__ import annotations

import json

import numpy as np

from tinylearn.recording.arguments import number_of_bytes
from tinylearn.recording.layout import Layout
from tinylearn.recording.reader import Recording
from tinylearn.recording.storage import Store

HEADER_BYTES = 14 * 128  # of the seven files, and of seven more while records are thinned
EXTRA_BYTES = 72  # of a record, beside its row and its batch: step, epoch, loss, learning rate, the entry of the batch


class Budget:
    """At most `total` bytes, given as such or as text. ValueError if they do not hold a handful of records.

    >>> layout = Layout(("dense_1.w",), ((20, 5),), np.dtype(np.float64))
    >>> budget = Budget("20 kB", layout)
    >>> budget.total, budget.has_room(8_000, np.arange(32)), budget.has_room(12_000, np.arange(32))
    (20000, True, False)
    """

    def __init__(self, total: int | str, layout: Layout) -> None:
        self.total = number_of_bytes(total)
        self.record = layout.size * layout.dtype.itemsize + EXTRA_BYTES
        meta_bytes = len(json.dumps(layout.as_json(), indent=1)) + 512  # and the names of the files
        overhead = HEADER_BYTES + 2 * meta_bytes  # twice, since a new one takes the old one's place
        self.limit = (self.total - overhead) * 2 // 3  # of all records: while they are thinned, half are there twice
        if self.limit < 6 * self.record:
            raise ValueError(
                f"Recorder: budget must hold at least six records of {self.record:,} bytes and their batches, and half "
                f"of them once more, {overhead + 9 * self.record:,} bytes, got {total!r}; select fewer parameters"
            )

    def has_room(self, used: int, batch: np.ndarray | None) -> bool:
        """Is there room for a record of such a batch beside records that use so many bytes?"""
        return used + self.record + (0 if batch is None else 8 * np.size(batch)) <= self.limit


def copy_every_other(records: Recording, store: Store, out_of_step: list[int]) -> None:
    """Append every other record to `store`, from the first on, not counting those of the steps `out_of_step`."""
    batch = np.empty(0)
    for index in np.flatnonzero(~np.isin(records.steps, out_of_step))[::2]:
        step, epoch, loss, rows = records.record(index)
        if not np.array_equal(batch, rows):
            batch = np.array(rows)  # consecutive records that saw one batch share the object, and the entry
            batch.flags.writeable = False
        store.append(records.rows[index].tobytes(), step, epoch, loss, batch, float(records.learning_rates[index]))
