"""A recording's facts about a network's parameters, at the steps of a picture.

A parameter with few numbers is shown completely, a larger one as a sample. As a picture it has rows and columns: a
matrix keeps its own, a vector is one row, and a kernel (KH, KW, C, F) has a column for each filter. S steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from animations.kit.steps import log_spaced_steps
from tinylearn import Recording, Sequential

FRAMES = 61  # by default
ROWS, COLUMNS = 64, 128  # of a parameter, at most; a larger one shows evenly spaced rows and columns


class ParameterStates:
    """One parameter at some steps of its recording.

    name, key, shape           "dense_1.w", "w", (D, M); `records` are those of the steps
    recorded                   False if the recording left it out; then the rest is missing
    largest                    the largest size in the whole recording: the scale of its picture
    norms (S,)                 the root of the sum of all squares
    places (rows, columns)     the places of the picture's numbers in the flat parameter
    pictures (S, rows, columns)
    """

    def __init__(self, recording: Recording, name: str, shape: tuple[int, ...], records: Sequence[int]) -> None:
        self.name, self.key, self.shape = name, name.partition(".")[2], shape
        self.recorded = name in recording
        table = np.arange(math.prod(shape)).reshape(-1, shape[-1] if shape else 1)
        self.places = table[np.ix_(_spaced(table.shape[0], ROWS), _spaced(table.shape[1], COLUMNS))]
        self.largest, self.norms = 0.0, np.zeros(0)
        if self.recorded:
            self.largest = _largest(recording[name])
            self.values = [recording[name][record] for record in records]
            self.norms = np.array([np.linalg.norm(value.ravel().astype(np.float64)) for value in self.values])
            self.pictures = np.array([value.ravel()[self.places] for value in self.values])

    def fractions(self, *where: Sequence[int]) -> np.ndarray:
        """Return the numbers of some rows and columns, divided by the largest: (S, …), within -1 … 1."""
        return np.array([value[np.ix_(*where)] for value in self.values]) / (self.largest or 1.0)

    def index(self, row: int, column: int) -> str:
        """Return the index of a number of the picture, as in its name: `[2,0]`, or "" for a single number."""
        where = np.unravel_index(self.places[row, column], self.shape)
        return f"[{','.join(str(int(i)) for i in where)}]" if self.shape else ""


def check_belongs(recording: Recording, model: Sequential) -> None:
    """Raise ValueError unless this is a recording of this model."""
    own = model.named_arrays()
    for name, shape in recording.shapes.items():
        mine = f"has shape {own[name].shape}" if name in own else "is not there"
        if name not in own or own[name].shape != shape:
            raise ValueError(
                f"NetworkDiagram: the recording is not of this model: {name} has shape {shape} in the recording, and "
                f"{mine} in the model"
            )


def records_of(recording: Recording, steps: Iterable[int] | None) -> list[int]:
    """Return the records of the steps; by default 61, dense at first, or all if there are fewer."""
    if not len(recording):
        raise ValueError("NetworkDiagram: the recording is still empty")
    if steps is not None:
        return [recording.index(step) for step in steps]
    count = min(FRAMES, len(recording))
    return log_spaced_steps(len(recording) - 1, count) if count > 1 else [0]


def _largest(values: np.ndarray) -> float:
    """Return the largest size of a finite number, or 0; a large recording is not copied."""
    low, high = values.min(), values.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        values = values[np.isfinite(values)]
        low, high = values.min(initial=0), values.max(initial=0)
    return float(max(-low, high))


def _spaced(length: int, most: int) -> np.ndarray:
    """Return at most `most` of 0 … length - 1, with the first and the last.

    >>> _spaced(9, 5), _spaced(3, 5)
    (array([0, 2, 4, 6, 8]), array([0, 1, 2]))
    """
    return np.linspace(0, length - 1, min(length, most)).round().astype(int)
