"""Reading a recording: any step, any parameter, without reading the rest.

    recording = Recording.load("run")
    recording["dense_1.w"]              (R, D, M): one parameter through all records
    recording.at(100)["dense_1.w"]      (D, M): as it was after update 100
    recording.restore(model, 100)       the model is, bit for bit, as it was after update 100

R records. A folder is read as the `.npy` files that it is, mapped into memory: no pickle, and only what is asked for.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Self

import numpy as np

from tinylearn.checks import as_int, path_of, shortened
from tinylearn.recording.autopsy import Autopsy, autopsy
from tinylearn.recording.explanation import Explanation
from tinylearn.recording.layout import FORMAT, META, PER_RECORD, Layout


class Recording:
    """What a Recorder wrote, to be read; never changes.

    steps, epochs, losses   (R,) each: of every record, its update, that update's epoch and the loss of its batch
                            before the update (NaN for the first record, which no update made)
    learning_rates          (R,) the learning rate of that update; NaN where there is none
    names                   the recorded parameters
    closed                  False if the recorder is still at work, or its process was killed
    divergence              what DivergenceError told of the update that ended training, if that happened; see `autopsy`
    """

    def __init__(
        self, layout: Layout, columns: dict[str, np.ndarray], *, closed: bool, source: str,
        divergence: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.layout, self.closed, self.source, self.divergence = layout, closed, source, divergence
        self.names = layout.names
        self.rows = columns["parameters"]  # (R, P)
        self.steps, self.epochs, self.losses = columns["steps"], columns["epochs"], columns["losses"]
        self.learning_rates = columns["learning_rates"]
        self._batch_rows, self._batch_runs = columns["batch_rows"], columns["batch_runs"]
        self._slices = layout.slices()

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Open the folder that a Recorder wrote, or is writing: all records that are complete now.

        FileNotFoundError if there is no recording there, ValueError if its files are damaged.
        """
        folder = path_of("Recording.load", path)
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder} is no recording: expected a folder that a Recorder wrote")
        if not (folder / META).is_file():
            raise FileNotFoundError(f"{folder} is no recording: it has no {META}")
        meta = (folder / META).read_bytes()
        try:
            return cls._open(folder, json.loads(meta))
        except FileNotFoundError as error:
            if (folder / META).read_bytes() != meta:  # a recorder at work has just moved to thinner files
                return cls.load(path)
            raise ValueError(f"{folder} is a damaged recording: {Path(error.filename).name} is missing") from error
        except (KeyError, TypeError, ValueError, OSError, EOFError) as error:
            raise ValueError(f"{folder} is a damaged recording: {error}") from error

    @classmethod
    def _open(cls, folder: Path, meta: Any) -> Self:
        """Map the files that `meta` names; any error means that they are damaged."""
        if not isinstance(meta, dict) or not isinstance(meta.get("files"), dict):
            raise ValueError(f"{META} must hold a table of files")
        if meta["format"] != FORMAT:
            raise ValueError(f"its format is {meta['format']!r}, this version reads {FORMAT!r}")
        layout, columns = Layout.from_json(meta), {}
        for name, (dtype, shape) in layout.columns().items():
            column = map_array(folder / meta["files"][name])
            if column.dtype != dtype or column.shape[1:] != shape or column.ndim != 1 + len(shape):
                raise ValueError(
                    f"{name} must be {dtype} of shape (records, *{shape}), got {column.dtype} {column.shape}"
                )
            columns[name] = column
        complete = min(len(columns[name]) for name in PER_RECORD)
        columns |= {name: columns[name][:complete] for name in PER_RECORD}
        divergence = meta.get("divergence")
        return cls(layout, columns, closed=bool(meta["closed"]), source=str(folder), divergence=divergence)

    def __len__(self) -> int:
        return len(self.steps)

    def __contains__(self, name: object) -> bool:
        return name in self._slices

    def __getitem__(self, name: str) -> np.ndarray:
        """Return one parameter through all records, (R, *shape); read-only, from a folder read as it is used."""
        if not isinstance(name, str) or name not in self._slices:
            raise KeyError(f"recording: {name!r} was not recorded, only {', '.join(self.names)}")
        shape = self.layout.shapes[self.names.index(name)]
        return self.rows[:, self._slices[name]].reshape(len(self), *shape)

    def at(self, step: int) -> dict[str, np.ndarray]:
        """Return name → array as they were after update `step`; 0 is before the first."""
        row = self.rows[self.index(step)].copy()
        return {
            name: row[where].reshape(shape)
            for (name, where), shape in zip(self._slices.items(), self.layout.shapes, strict=True)
        }

    def batch(self, step: int) -> np.ndarray:
        """Return the row numbers of the batch that update `step` saw; empty for step 0."""
        return self.record(self.index(step))[3]

    def record(self, index: int) -> tuple[int, int, float, np.ndarray]:
        """Return step, epoch, loss and batch of the record of that index, 0 … R-1."""
        run = int(np.searchsorted(self._batch_runs[:, 0], index, side="right")) - 1
        _, start, end = self._batch_runs[run] if run >= 0 else (0, 0, 0)
        batch = self._batch_rows[start:end]
        return int(self.steps[index]), int(self.epochs[index]), float(self.losses[index]), batch

    def index(self, step: int) -> int:
        """Return the index of the record of update `step`; ValueError with the nearest ones if it was not kept."""
        step = as_int("recording", "step", step)
        index = int(np.searchsorted(self.steps, step))
        if index < len(self) and self.steps[index] == step:
            return index
        near = ", ".join(str(kept) for kept in self.steps[max(index - 1, 0) : index + 1])
        raise ValueError(f"step {step} is not in this recording of {len(self)} records; the nearest is {near}")

    def restore(self, model: Any, step: int) -> None:
        """Set the model's parameters, bit for bit, to those after update `step`.

        ValueError with the first name that differs, and an unchanged model, if the recording is not of such a model.
        """
        if not hasattr(model, "assign"):
            raise TypeError(f"recording: restore needs a Sequential as its model, got {shortened(model)}")
        model.assign(self.at(step), f"the recording in {self.source}")

    def explain(
        self,
        model: Any,
        step: int,
        name: str,
        index: tuple[int, ...] | int,
        x: Any,
        y: Any,
        loss: Any,
        optimizer: Any,
        **settings: Any,
    ) -> Explanation:
        """Explain how update `step` changed one number, `name`[`index`]: print what this returns, or read its numbers.

        From the gradient g on, the printed arithmetic gives the recorded number again, bit for bit. The rows add up to
        g but for rounding, since NumPy adds in an order of its own.

        x, y, loss, optimizer   those of the training. Neither they nor the model are changed, and what the optimiser
                                remembers does not count: the updates from 1 on are replayed (only the one that is asked
                                for if nothing is remembered, as by SGD without momentum)
        augment, workers        as given to `fit`; with several workers, no layer may draw random numbers
        rng                     where numbers were drawn, by dropout or `augment`: the generator given to `fit`, made
                                anew, as it was before training; so the model, whose layers may share it

        Raises ValueError if an update that is needed was not kept (by `every`, `select`, `budget`), or if a replayed
        update is not, bit for bit, the recorded one.

        >>> import numpy as np
        >>> from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Sequential, fit
        >>> x, model = np.array([[1.0], [3.0]]), Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
        >>> model.parameters = np.zeros(2)
        >>> recorder, loss, optimizer = Recorder(model), MeanSquaredError(), SGD(0.125)
        >>> losses = fit(model, x, 2 * x, loss=loss, optimizer=optimizer, epochs=5, callbacks=[recorder])
        >>> print(recorder.recording.explain(model, 2, "dense_1.w", (0, 0), x, 2 * x, loss, optimizer))
        update 2 of dense_1.w[0, 0]: epoch 2, 2 rows, loss 4.25
        g, the gradient: the sum of input * dout of each row; dout is how much the loss grows with this output
          row 0: 1.0 * 1.5 = 1.5
          row 1: 3.0 * 2.5 = 7.5
          g = 9.0 (another order of adding may change the last digits)
        p, the parameter, by SGD(learning_rate=0.125, momentum=0.0, weight_decay=0.0):
          p = p - learning_rate * g
            = 2.5 - 0.125 * 9.0
            = 1.375
        recorded: 2.5 before, 1.375 after
        """
        from tinylearn.recording.explain import explain  # it trains, so only who asks needs it

        return explain(self, model, step, name, index, x, y, loss, optimizer, **settings)

    def autopsy(self, last: int = 8) -> Autopsy:
        """Return the `last` finite states of a training that diverged, and what broke first: print it, or read it.

        ValueError if it did not diverge.

        >>> import numpy as np
        >>> from tinylearn import SGD, Dense, DivergenceError, MeanSquaredError, Recorder, Sequential, fit
        >>> x, model = np.array([[1.0], [3.0]]), Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
        >>> recorder = Recorder(model)
        >>> settings = {"loss": MeanSquaredError(), "optimizer": SGD(1000), "callbacks": [recorder]}
        >>> try:
        ...     losses = fit(model, x, 2 * x, epochs=100, **settings)
        ... except DivergenceError:
        ...     print(recorder.recording.autopsy(last=3))
        update 39 met a loss of inf, with dense_1.w at norm ...e+158, with learning rate 1000; ... before it:
        after update                36          37          38
        loss before it      ...e+285  ...e+294  ...e+302
        gradient norm       ...e+143  ...e+147  ...e+151
        step length         ...e+146  ...e+150  ...e+154
        dense_1.w, norm     ...e+146  ...e+150  ...e+154
        dense_1.w, largest  ...e+146  ...e+150  ...e+154
        dense_1.b, norm     ...e+146  ...e+150  ...e+154
        dense_1.b, largest  ...e+146  ...e+150  ...e+154
        """
        return autopsy(self, last)

    def describe(self) -> str:
        """Say in a line what is recorded."""
        state = "" if self.closed else ", not closed"
        span = f"steps {self.steps[0]} to {self.steps[-1]}" if len(self) else "no steps"
        return f"{len(self):,} records, {span}, of {', '.join(self.names)}, in {self.source}{state}"

    def __repr__(self) -> str:
        return f"<Recording: {self.describe()}>"


def map_array(path: Path) -> np.ndarray:
    """Return the array of a `.npy` file without reading it: a plain array over the mapped file."""
    array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    return array.view(np.ndarray)
