"""Reading a recording: any step, any parameter, without reading the rest.

    recording = Recording.load("run")
    recording["dense_1.w"]              (R, D, M): one parameter through all records
    recording.at(100)["dense_1.w"]      (D, M): as it was after update 100
    recording.restore(model, 100)       the model is, bit for bit, as it was after update 100

R records. The folder holds two files. `records.npy` is mapped into memory, so that you read only the parts that you ask
for. `meta.json` says how the recording was made. You can read it without tinylearn, too:

    np.load("run/records.npy", mmap_mode="r")["dense_1.w"]

For a model with more than about 200 named parameters, add `max_header_size=1_000_000`.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from tinylearn.checks import as_int, path_of, shortened
from tinylearn.recording.meta import FORMAT, META
from tinylearn.recording.origin import Origin
from tinylearn.recording.store import ABOUT, TABLE
from tinylearn.recording.table import map_table


class Recording:
    """The records of a Recorder, for reading. It never changes.

    table                   (R,) structured: everything; a field for each of the following, and for each parameter
    steps, epochs, losses   (R,) each: the update of every record, its epoch, and the loss of its batch before the
                            update (NaN for the first record, which comes before all updates)
    learning_rates          (R,) the learning rate of that update; NaN where there is none
    names, shapes           the recorded parameters
    rows                    (R, P) all their numbers, one parameter after another
    closed                  False if the recorder is still at work, or if its process was killed
    divergence              if training diverged: what DivergenceError said of the last update; see `autopsy`
    meta                    how it was made: the content of `meta.json`
    origins                 in the process that trained: how it was made, as copies of model, data and optimiser
    """

    # More methods; tinylearn/analysis adds them.
    explain: Callable[..., Any]  # explain(step, "dense_1.w[0, 3]"): why this number changed
    gradients: Callable[..., Any]  # gradients(step): name → gradient of that update
    autopsy: Callable[..., Any]  # autopsy(last=8): the last states before training diverged
    with_training: Callable[..., Any]  # with_training(model=…, x=…, y=…, loss=…, optimizer=…): one that can explain

    def __init__(self, table: np.ndarray, meta: dict[str, Any], *, source: str, origins: Sequence[Origin] = ()) -> None:
        self.table, self.meta, self.source, self.origins = table, meta, source, tuple(origins)
        self.closed, self.divergence = bool(meta["closed"]), meta.get("divergence")
        dtype: Any = table.dtype
        self.names: tuple[str, ...] = (dtype.names or ())[len(ABOUT) + 1 :]
        self.shapes = {name: dtype[name].shape for name in self.names}
        kinds = {dtype[name].base for name in self.names}
        if [(name, dtype[name].str) for name in dtype.names[: len(ABOUT)]] != list(ABOUT) or len(kinds) != 1:
            raise ValueError(f"its columns must be {', '.join(dict(ABOUT))}, batch, then parameters, got {dtype}")
        self.steps, self.epochs, self.losses = table["step"], table["epoch"], table["loss"]
        self.learning_rates = table["learning_rate"]
        start = dtype.fields[self.names[0]][1]
        (kind,) = kinds
        numbers = (kind, ((dtype.itemsize - start) // kind.itemsize,))
        as_rows: Any = {"names": ["rows"], "formats": [numbers], "offsets": [start], "itemsize": dtype.itemsize}
        self.rows = table.view(np.dtype(as_rows))["rows"]

    @classmethod
    def load(cls, path: str | os.PathLike[str], **training: Any) -> Self:
        """Open the folder that a Recorder wrote, or is writing: all records that are complete now.

        The folder does not hold `model`, `x`, `y`, `loss`, `optimizer` and `augment`. If you pass them, the recording
        can also explain its updates: see `with_training`. Raises FileNotFoundError if there is no recording, and
        ValueError if its files are damaged.
        """
        folder = path_of("Recording.load", path)
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder} is no recording: expected a folder that a Recorder wrote")
        if not (folder / META).is_file():
            raise FileNotFoundError(f"{folder} is no recording: it has no {META}")
        try:
            meta = json.loads((folder / META).read_bytes())
            if not isinstance(meta, dict) or not isinstance(meta["runs"], list):
                raise ValueError(f"{META} must hold an object, with a list of runs")
            if meta["format"] != FORMAT:
                raise ValueError(f"its format is {meta['format']!r}, this version reads {FORMAT!r}")
            recording = cls(map_table(folder / TABLE), meta, source=str(folder))
        except FileNotFoundError as error:
            raise ValueError(f"{folder} is a damaged recording: {TABLE} is missing") from error
        except (KeyError, TypeError, ValueError, OSError, EOFError) as error:
            raise ValueError(f"{folder} is a damaged recording: {error}") from error
        return recording.with_training(**training) if training else recording

    def __len__(self) -> int:
        return len(self.table)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self.shapes

    def __getitem__(self, name: str) -> np.ndarray:
        """Return one parameter through all records, (R, *shape), read-only. A folder is read only where you use it."""
        if name not in self:
            raise KeyError(f"recording: {name!r} was not recorded, only {', '.join(self.names)}")
        return self.table[name]

    def at(self, step: int) -> dict[str, np.ndarray]:
        """Return name → array, the parameters after update `step`; step 0 is before the first update."""
        record = self.table[self.index(step)]
        return {name: record[name].copy() for name in self.names}

    def batch(self, step: int) -> np.ndarray:
        """Return the row numbers of the batch of update `step`; empty for step 0."""
        record = self.table[self.index(step)]
        size, listed = int(record["batch_size"]), record["batch"]
        if size > len(listed) or (size and listed[0] < 0):
            return np.arange(size)
        return listed[:size].copy()

    def index(self, step: int) -> int:
        """Return the index of the record of update `step`. If it was not kept, ValueError names the nearest ones."""
        step = as_int("recording", "step", step)
        index = bisect_left(self.steps, step)  # np.searchsorted would read the whole column
        if index < len(self) and self.steps[index] == step:
            return index
        near = " and ".join(str(kept) for kept in self.steps[max(index - 1, 0) : index + 1])
        raise ValueError(f"step {step} is not in this recording of {len(self)} records; the nearest is {near}")

    def restore(self, model: Any, step: int) -> None:
        """Set the model's parameters, bit for bit, to those after update `step`.

        If the recording does not fit the model, ValueError names the first parameter that differs, and nothing changes.
        """
        if not hasattr(model, "assign"):
            raise TypeError(f"recording: restore needs a Sequential as its model, got {shortened(model)}")
        model.assign(self.at(step), f"the recording in {self.source}")

    def describe(self) -> str:
        """Describe the recording in one line."""
        state = "" if self.closed else ", not closed"
        span = f"steps {self.steps[0]} to {self.steps[-1]}" if len(self) else "no steps"
        return f"{len(self):,} records, {span}, of {', '.join(self.names)}, in {self.source}{state}"

    def __repr__(self) -> str:
        return f"<Recording: {self.describe()}>"
