"""What a recording says of a whole network, at the steps of a picture.

Of a parameter with few numbers all are shown, of a larger one a sample. As a picture it has rows and columns: those of
a matrix as they are, a vector as one row, and of a kernel (KH, KW, C, F) a column for each filter.

S steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from animations import checks
from animations.kit.steps import spaced_steps
from tinylearn import Recording, Sequential
from tinylearn.checks import shortened

FRAMES = 61  # unless steps are given
ROWS, COLUMNS = 64, 128  # of a parameter, at most; of a larger one evenly spaced rows and columns


class ParameterStates:
    """One parameter at some steps of its recording.

    name, key, shape           "dense_1.w", "w", (D, M); `records` are those of the steps
    recorded                   False if the recording was told to leave it out: then there is nothing of what follows
    largest                    the largest number in all of the recording, without its sign: the scale of its picture
    norms (S,)                 the root of the sum of all squares
    places (rows, columns)     where the numbers of the picture stand in the flat parameter
    pictures (S, rows, columns)
    """

    def __init__(
        self, recording: Recording, layer: str, key: str, shape: tuple[int, ...], records: Sequence[int]
    ) -> None:
        name = f"{layer}.{key}"
        self.name, self.key, self.shape = name, key, shape
        self.recorded = name in recording
        table = np.arange(math.prod(shape)).reshape(-1, shape[-1] if shape else 1)
        self.places = table[np.ix_(_spaced(table.shape[0], ROWS), _spaced(table.shape[1], COLUMNS))]
        self.largest, self.norms = 0.0, np.zeros(0)
        if self.recorded:
            self.values, self.records = recording[name], records
            self.largest = _largest(self.values)
            rows = [self.values[record].ravel() for record in records]
            self.norms = np.array([np.linalg.norm(row.astype(np.float64)) for row in rows])
            self.pictures = np.array([row[self.places] for row in rows])

    def shares(self, where: tuple[np.ndarray, ...]) -> np.ndarray:
        """Return the numbers at `where`, made by `np.ix_`, divided by the largest: (S, …), within -1 … 1."""
        return np.array([self.values[record][where] for record in self.records]) / (self.largest or 1.0)

    def index(self, row: int, column: int) -> str:
        """Return what stands behind the name of a number of the picture: `[2,0]`, or nothing for a single number."""
        where = np.unravel_index(self.places[row, column], self.shape)
        return f"[{','.join(str(int(i)) for i in where)}]" if self.shape else ""


class NetworkStates:
    """All parameters of `model` at S steps, as they were recorded.

    steps, epochs, losses (S,)   losses as in the recording: of the batch, before the update
    last, last_epoch             of the recording
    parameters                   layer name → its parameters

    Without `steps` there are 61, dense at first and sparse later; or all, if fewer were recorded.
    """

    def __init__(self, recording: Recording, model: Sequential, steps: Sequence[int] | None = None) -> None:
        _check(recording, model)
        if steps is None:
            count = min(FRAMES, len(recording))
            records = spaced_steps(len(recording) - 1, count) if count > 1 else [0]
        else:
            records = [recording.index(step) for step in checks.clock("NetworkDiagram", "steps", steps)]
        self.steps, self.epochs = recording.steps[records], recording.epochs[records]
        self.losses = recording.losses[records]
        self.last, self.last_epoch = int(recording.steps[-1]), int(recording.epochs[-1])
        self.parameters = {
            name: [
                ParameterStates(recording, name, key, value.shape, records)
                for key, value in layer.named_parameters().items()
                if value.size
            ]
            for name, layer in zip(model.layer_names, model.layers, strict=True)
        }


def _check(recording: Recording, model: Sequential) -> None:
    """Raise TypeError or ValueError unless this is a recording of such a model, with something in it."""
    if not isinstance(recording, Recording):
        raise TypeError(f"NetworkDiagram: expected a Recording, then its model, got {shortened(recording)}")
    if not isinstance(model, Sequential):
        raise TypeError(f"NetworkDiagram: expected a Sequential as the model, got {shortened(model)}")
    if not len(recording):
        raise ValueError("NetworkDiagram: there is nothing in the recording yet")
    own = model.named_arrays()
    for name, shape in recording.shapes.items():
        mine = f"has shape {own[name].shape}" if name in own else "is not there"
        if name not in own or own[name].shape != shape:
            raise ValueError(
                f"NetworkDiagram: the recording is not of this model: {name} has shape {shape} in the "
                f"recording, and {mine} in the model"
            )


def _largest(values: np.ndarray) -> float:
    """Return the largest finite number without its sign, 0 if there is none; a large recording is not copied."""
    low, high = values.min(), values.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        values = values[np.isfinite(values)]
        low, high = values.min(initial=0), values.max(initial=0)
    return float(max(-low, high))


def _spaced(length: int, most: int) -> np.ndarray:
    """Return at most `most` of 0 … length - 1, from the first to the last.

    >>> _spaced(9, 5), _spaced(3, 5)
    (array([0, 2, 4, 6, 8]), array([0, 1, 2]))
    """
    return np.linspace(0, length - 1, min(length, most)).round().astype(int)
