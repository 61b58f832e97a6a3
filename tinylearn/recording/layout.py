"""What a recording looks like: the columns that it consists of, and what a row of parameters holds.

    parameters (R, P)              one row a record: the parameters, one after another, flat
    steps, epochs, losses (R,), learning_rates (R,)
    batch_rows (B,)                the row numbers of all batches, one batch after another
    batch_runs (V, 3)              (r, start, end): from record r on the batch was batch_rows[start:end]; consecutive
                                   records that saw one batch, as all do in full-batch training, share an entry

R records, P numbers per row, B rows in all batches, V runs of records with one batch. A folder holds them as `.npy`
files, and `meta.json`, which names the files.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

META = "meta.json"
FORMAT = "tinylearn recording 1"
PER_RECORD = ("parameters", "losses", "learning_rates", "epochs", "steps")  # the columns with a row for each record


class Layout(NamedTuple):
    """Which parameters a row holds."""

    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    dtype: np.dtype

    @property
    def size(self) -> int:
        """How many numbers a row has."""
        return sum(math.prod(shape) for shape in self.shapes)

    def columns(self) -> dict[str, tuple[np.dtype, tuple[int, ...]]]:
        """Return dtype and shape of a row of every column."""
        whole, real = np.dtype(np.int64), np.dtype(np.float64)
        return {
            "batch_rows": (whole, ()),
            "batch_runs": (whole, (3,)),
            "parameters": (self.dtype, (self.size,)),
            "losses": (real, ()),
            "learning_rates": (real, ()),
            "epochs": (whole, ()),
            "steps": (whole, ()),
        }

    def slices(self) -> dict[str, slice]:
        """Return where in the row each parameter stands."""
        where, start = {}, 0
        for name, shape in zip(self.names, self.shapes, strict=True):
            where[name] = slice(start, start + math.prod(shape))
            start = where[name].stop
        return where

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        parameters = [{"name": name, "shape": shape} for name, shape in zip(self.names, self.shapes, strict=True)]
        return {"dtype": self.dtype.str, "parameters": parameters}

    @classmethod
    def from_json(cls, meta: dict[str, Any]) -> Layout:
        """Return the layout that `as_json` described."""
        names = tuple(str(parameter["name"]) for parameter in meta["parameters"])
        shapes = tuple(tuple(int(length) for length in parameter["shape"]) for parameter in meta["parameters"])
        return cls(names, shapes, np.dtype(meta["dtype"]))
