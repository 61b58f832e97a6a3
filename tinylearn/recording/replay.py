"""Replay updates of a recording: done again, each must make the recorded parameters, bit for bit.

What the optimiser remembers (momentum, Adam's m and v) was not recorded: it is found again by replaying all updates
from the first. So is what random generators drew.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tinylearn.batches import augmented, take_rows
from tinylearn.checks import same_state
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizers import Optimizer
from tinylearn.workers import workers_for

if TYPE_CHECKING:
    from tinylearn.recording.reader import Recording

Batch = tuple[np.ndarray, np.ndarray, np.ndarray]  # row numbers, inputs, targets


@dataclass
class Training:
    """What `fit` was given, as it is at some moment of training. It is copied as a whole: its parts may share `rng`."""

    model: Sequential
    loss: Loss
    optimizer: Optimizer
    augment: Callable[..., Any] | None
    rng: np.random.Generator | None
    workers: int

    def draws(self) -> bool:
        """Return whether an update draws random numbers."""
        return self.augment is not None or any(layer.generators() for layer in self.model.layers)


def replay(recording: Recording, training: Training, step: int, x: np.ndarray, y: np.ndarray) -> tuple[Training, Batch]:
    """Bring `training`, of which no update was made yet, to where it was after update `step`.

    Return a copy of it from just before that update, and that update's batch. ValueError if an update that is needed
    was not kept, or if one that is replayed differs from the recorded one.
    """
    because = _why_from_the_start(training)
    first = 1 if because else step
    _check_kept(recording, first, step, because)
    model, optimizer, last = training.model, training.optimizer, recording.index(step)
    records = range(last - (step - first), last + 1)
    rates_change = _only_learning_rate(recording) is None
    model.set_training(True)
    size = 1 if training.workers == 1 else _batch_size(recording, len(x))
    with workers_for(model, training.loss, training.workers, (size, *x.shape[1:])) as fill_gradients:
        for record, batch in zip(records, _batches(recording, records, training, x, y), strict=True):
            _set(model, recording.rows[record - 1])
            if record == last:
                before = copy.deepcopy(training)
            fill_gradients(*batch[1:])
            if rates_change:
                _set_learning_rate(optimizer, float(recording.learning_rates[record]), model)
            if record == last:
                before.optimizer = copy.deepcopy(optimizer)
            optimizer.step(model.parameters, model.gradients)
            _check_replayed(recording, record, model)
    return before, batch


def at_the_start(optimizer: Optimizer, recording: Recording) -> Optimizer:
    """Return the optimiser as it was before training, whatever it is now."""
    made, rate = optimizer.as_made(), _only_learning_rate(recording)
    return made if rate is None or rate == made.learning_rate else optimizer.clone()


def _only_learning_rate(recording: Recording) -> float | None:
    """Return the learning rate of the whole run, NaN if that was not told; None if it changed, or may have."""
    rates = np.unique(recording.learning_rates[1:])
    complete = len(recording) == 1 + recording.steps[-1] - recording.steps[0]
    return float(rates[0]) if len(rates) == 1 and (complete or np.isnan(rates[0])) else None


def _set_learning_rate(optimizer: Optimizer, rate: float, model: Sequential) -> None:
    """Give the optimiser the recorded learning rate, unless that is what its step, being a schedule's, sets itself."""
    if math.isnan(rate) or rate == optimizer.learning_rate:
        return
    trial = copy.deepcopy(optimizer)
    trial.step(model.parameters.copy(), model.gradients)
    if trial.learning_rate != rate:
        optimizer.learning_rate = rate


def _set(model: Sequential, row: np.ndarray) -> None:
    """Give the model the parameters and the state of a record."""
    model.parameters = row[: model.parameters.size]
    model.vectors.state[...] = row[model.parameters.size :]


def _why_from_the_start(training: Training) -> str:
    """Return what depends on all updates before, or "" if each can be replayed alone."""
    if _remembers(training.optimizer, training.model.parameters):
        return f"what {training.optimizer} remembers"
    return "what the random generators draw" if training.draws() else ""


def _remembers(optimizer: Optimizer, parameters: np.ndarray) -> bool:
    """Return whether the optimiser is another one after a step."""
    trial = copy.deepcopy(optimizer)
    trial.step(parameters.copy(), np.ones_like(parameters))
    return not same_state(vars(optimizer), vars(trial))


# --- the batches ------------------------------------------------------------------------------------------------------


def _batches(recording: Recording, records: range, training: Training, x: np.ndarray, y: np.ndarray) -> Iterator[Batch]:
    """Yield the batch of each record, as `fit` made it; draw from the generator what `fit` drew."""
    epoch = None
    for record in records:
        rows = _rows(recording, record, len(x))
        if recording.epochs[record] != epoch:
            epoch = recording.epochs[record]
            one_batch = training.augment is None and len(rows) == len(x)  # it is never shuffled
            if training.rng is not None and not one_batch and _was_shuffled(recording, epoch, training.rng, len(x)):
                training.rng.permutation(len(x))
        x_batch, y_batch = take_rows(x, y, rows, training.model.vectors.parameters.dtype)
        if training.augment is not None:
            if training.rng is None:
                raise ValueError("explain: augment needs rng, as it was before training; make model and rng anew")
            x_batch = augmented(training.augment, x_batch, training.rng)
        yield rows, x_batch, y_batch


def _was_shuffled(recording: Recording, epoch: int, rng: np.random.Generator, n: int) -> bool:
    """Return whether `fit` drew the order of this epoch: whether `rng`, as it is now, would draw the recorded one.

    Of a few rows it may draw 0, 1, 2, … by chance, as they stand without shuffling: then the other epochs tell.
    """
    order = _order(recording, epoch, n)
    if not np.array_equal(order, copy.deepcopy(rng).permutation(n)[: len(order)]):
        return False
    if not _sorted(order):
        return True
    others = set(recording.epochs[1:].tolist()) - {epoch}
    return not others or not all(_sorted(_order(recording, other, n)) for other in others)


def _sorted(rows: np.ndarray) -> bool:
    """Return whether rows are 0, 1, 2, …"""
    return np.array_equal(rows, np.arange(len(rows)))


def _order(recording: Recording, epoch: int, n: int) -> np.ndarray:
    """Return the row numbers of all recorded batches of an epoch, one after another."""
    first, end = np.searchsorted(recording.epochs, [epoch, epoch + 1])
    return np.concatenate([_rows(recording, record, n) for record in range(max(first, 1), end)])


def _rows(recording: Recording, record: int, n: int) -> np.ndarray:
    """Return the row numbers of a record's batch; all n if it was recorded without. ValueError if x is too short."""
    step, _, _, rows = recording.record(record)
    if not len(rows):
        return np.arange(n)
    if rows.max() >= n:
        raise ValueError(f"explain: update {step} saw row {rows.max()}, but x has only {n}; give the same x, y")
    return np.array(rows)


def _batch_size(recording: Recording, n: int) -> int:
    """Return the size of a full batch, by which `fit` decides how many workers pay off."""
    return max(len(recording.record(record)[3]) or n for record in range(1, len(recording)))


# --- what can be wrong ------------------------------------------------------------------------------------------------


def _check_kept(recording: Recording, first: int, step: int, because: str) -> None:
    """Raise ValueError unless every update that is to be replayed, and the parameters before it, were kept."""
    recording.index(step)
    kept = np.isin(np.arange(first - 1, step + 1), recording.steps)
    if not kept.all():
        lost = first - 1 + int(np.argmin(kept))
        why = f"{because} at update {step} needs all updates before it" if because else "it is where the update began"
        raise ValueError(
            f"explain: step {lost} is not in this recording, and {why}; record with every=1, without budget, and from "
            "the beginning of the run"
        )


def _check_replayed(recording: Recording, record: int, model: Sequential) -> None:
    """Raise ValueError, with what may differ, unless the model's parameters are, bit for bit, those of the record."""
    if model.parameters.tobytes() + model.vectors.state.tobytes() == recording.rows[record].tobytes():
        return
    recorded = recording.at(int(recording.steps[record]))
    name = next(n for n, view in model.named_arrays().items() if view.tobytes() != recorded[n].tobytes())
    raise ValueError(
        f"explain: update {recording.steps[record]}, replayed, makes another {name} than the recorded one; give x, y, "
        "loss, optimizer, augment, workers as in training, and "
        "where numbers are drawn, by dropout or augment, a model and an rng made anew, as they were before training"
    )
