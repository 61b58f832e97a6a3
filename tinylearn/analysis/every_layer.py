"""A look at every layer in one update: its inputs and outputs, forward and backward.

`replay` repeats the update, and proves it by the recorded bits. Then its forward and backward pass run once more, while
an observer notes the arrays of each layer.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from tinylearn.analysis.observer import LayerPass, Observer
from tinylearn.analysis.replay import Replayed, as_in_training, replay
from tinylearn.batches import Batch
from tinylearn.checks import numbers
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.recording import Recording
from tinylearn.recording.origin import Training
from tinylearn.workers import ParallelGradients, gradients, workers_for

KEPT = 4  # updates of a recording to keep


@dataclass
class Passes:
    """Both passes of update `made.step`. The name of the whole model is "model".

    layers      name → its LayerPass
    loss        of the batch, before the update
    target      (N, …) as the loss got it
    """

    made: Replayed
    layers: dict[str, LayerPass]
    loss: float
    target: Any

    @property
    def rows(self) -> np.ndarray:
        """The row numbers of the batch (N,)."""
        return self.made.batch[0]


_seen: WeakKeyDictionary[Recording, OrderedDict[tuple[int, bool], Passes]] = WeakKeyDictionary()


def passes(recording: Recording, step: int, again: bool = False) -> Passes:
    """Return the inputs and outputs of every layer in update `step`; the last few updates are cached.

    again   the same batch once more, after the update

    ValueError if the update cannot be repeated, or if the repeated passes give different gradients.
    """
    known = _seen.setdefault(recording, OrderedDict())
    if (step, again) not in known:
        known[step, again] = _watched(recording, replay(recording, step), again)
        while len(known) > KEPT:
            known.popitem(last=False)
    known.move_to_end((step, again))
    return known[step, again]


def prediction(model: Sequential, x: np.ndarray) -> dict[str, LayerPass]:
    """Return the inputs and outputs of every layer when the model predicts for x (N, …). The model does not change."""
    watch = Observer(copy.deepcopy(model))
    watch.model.set_training(False)
    with watch.at_work(), np.errstate(all="ignore"):
        watch.model.forward(numbers("prediction", "x", x, model.dtype))
    return watch.layers


def _watched(recording: Recording, made: Replayed, again: bool) -> Passes:
    """Run forward and backward of an update once more, and observe the layers."""
    training, parts, value = (made.after if again else made.before).copy(), [], 0.0
    summed = np.zeros_like(training.model.gradients)
    with as_in_training(recording, made.step, training):
        for watch, loss in watched(training, made.batch):
            parts.append(watch.layers)
            value += loss
            summed += watch.model.gradients
    wanted = summed if again else made.after.model.gradients
    if not np.allclose(summed, wanted, rtol=1e-3, atol=1e-6 * float(np.abs(wanted).max(initial=0)), equal_nan=True):
        raise ValueError(
            f"recording: the passes of update {made.step}, repeated, give other gradients; a layer or a loss counts "
            "its calls, or draws from something else than its own NumPy generators"
        )
    return Passes(made, _joined(parts), value, made.batch[2])


def watched(training: Training, batch: Batch) -> Iterator[tuple[Observer, float]]:
    """Run forward and backward in the same pieces as the workers; yield what was seen of each, and its loss."""
    _, x, y = batch
    training.model.set_training(True)
    with workers_for(training.model, training.loss, training.workers, training.batches.shape) as fill_gradients:
        for model, loss, rows in _pieces_of(training, fill_gradients, len(x)):
            watch = Observer(model)
            with watch.at_work():
                value = gradients(model, loss, x[rows], y[rows], (rows.stop - rows.start) / len(x))
            yield watch, value


def _pieces_of(training: Training, fill_gradients: Any, rows: int) -> Iterator[tuple[Sequential, Loss, slice]]:
    """Yield model, loss and rows of each piece in which the batch was computed."""
    workers = getattr(fill_gradients, "__self__", None)
    if not isinstance(workers, ParallelGradients):
        yield training.model, training.loss, slice(0, rows)
        return
    workers.deal_random_numbers()
    for (model, loss), of_replica in zip(workers.replicas, workers.slices(rows), strict=True):
        for piece in workers.pieces(of_replica):
            yield model, loss, piece


def _joined(parts: list[dict[str, LayerPass]]) -> dict[str, LayerPass]:
    """Return the rows of all pieces, one after the other."""
    first, *others = parts
    for name, seen in first.items() if others else ():
        for key in ("x", "out", "dout", "dx"):
            arrays = [getattr(part[name], key) for part in parts]
            whole = None if any(array is None for array in arrays) else np.concatenate(arrays)
            setattr(seen, key, whole)
    return first
