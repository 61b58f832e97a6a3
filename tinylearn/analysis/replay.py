"""Replay updates of a recording: done again, each must make the recorded parameters, bit for bit.

What the optimiser remembers (momentum, Adam's m and v) was not recorded: it is found again by replaying all updates
from the first. So is what random generators drew.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tinylearn.batches import Batch, augmented, take_rows
from tinylearn.checks import same_state
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizers import Optimizer
from tinylearn.workers import workers_for

if TYPE_CHECKING:
    from tinylearn.recording.reader import Recording


class OtherUpdateError(ValueError):
    """An update that was replayed is not the recorded one."""


@dataclass
class Training:
    """What `fit` was given, as it is at some moment of training. It is copied as a whole: its parts may share `rng`."""

    model: Sequential
    loss: Loss
    optimizer: Optimizer
    augment: Callable[..., Any] | None
    rng: Any  # a generator; None if nothing draws from it
    workers: int


def replay(
    recording: Recording, training: Training, step: int, x: np.ndarray, y: np.ndarray
) -> tuple[Training, Training, Batch]:
    """Return copies of `training` from just before update `step`, and from after it, and that update's batch.

    No update of `training` was made yet. ValueError if an update that is needed was not kept, or if one that is
    replayed differs from the recorded one.
    """
    if training.rng is not None:
        try:
            return _replay(recording, copy.deepcopy(training), step, x, y, shuffled=True)
        except OtherUpdateError:
            pass  # then `fit` drew no order of rows from rng
    return _replay(recording, copy.deepcopy(training), step, x, y, shuffled=False)


def _replay(
    recording: Recording, training: Training, step: int, x: np.ndarray, y: np.ndarray, shuffled: bool
) -> tuple[Training, Training, Batch]:
    model, last = training.model, recording.index(step)
    rates = np.unique(recording.learning_rates[recording.steps > 0])  # NaN where that was not told
    optimizer = training.optimizer._as_made()  # as it was before training, whatever it is now
    if len(rates) == 1 and optimizer.learning_rate not in rates:
        optimizer = training.optimizer.clone()  # but it was given another learning rate
    training.optimizer = optimizer
    draws = training.augment is not None or any(layer.generators() for layer in model.layers)
    because = "what the random generators draw" if draws else ""
    if _remembers(optimizer, model.parameters):
        because = f"what {optimizer} remembers"
    first = 1 if because else step
    _check_kept(recording, first, step, because)
    model.set_training(True)
    sizes = [len(recording.record(record)[3]) or len(x) for record in range(1, len(recording))]  # 0: not told, so all
    with workers_for(model, training.loss, training.workers, (max(sizes), *x.shape[1:])) as fill_gradients:
        for record, batch in _batches(recording, range(last - (step - first), last + 1), training, x, y, shuffled):
            row = recording.rows[record - 1]
            model.parameters, model.vectors.state[...] = np.split(row, [model.parameters.size])
            before = copy.deepcopy(training) if record == last else training
            fill_gradients(*batch[1:])
            if len(rates) > 1:
                _set_learning_rate(optimizer, float(recording.learning_rates[record]), model)
            if record == last:
                before.optimizer = copy.deepcopy(optimizer)
            optimizer.step(model.parameters, model.gradients)
            _check_replayed(recording, record, model)
    return before, training, batch


def _set_learning_rate(optimizer: Optimizer, rate: float, model: Sequential) -> None:
    """Give the optimiser the recorded learning rate, unless that is what its step, being a schedule's, sets itself."""
    if rate != optimizer.learning_rate:
        trial = copy.deepcopy(optimizer)
        trial.step(model.parameters.copy(), model.gradients)
        if rate != trial.learning_rate:
            optimizer.learning_rate = rate


def _remembers(optimizer: Optimizer, parameters: np.ndarray) -> bool:
    """Return whether the optimiser is another one after a step."""
    trial = copy.deepcopy(optimizer)
    trial.step(parameters.copy(), np.ones_like(parameters))
    return not same_state(vars(optimizer), vars(trial))


def _batches(
    recording: Recording, records: range, training: Training, x: np.ndarray, y: np.ndarray, shuffled: bool
) -> Iterator[tuple[int, Batch]]:
    """Yield each record and its batch, as `fit` made it; draw from the generator what `fit` drew."""
    epoch = None
    for record in records:
        step, now, _, rows = recording.record(record)
        rows = np.array(rows) if len(rows) else np.arange(len(x))
        if rows.max() >= len(x):
            saw = f"update {step} saw row {rows.max()}"
            raise ValueError(f"explain: {saw}, but x has only {len(x)}; give the same x, y")
        one_batch = training.augment is None and len(rows) == len(x)  # it is never shuffled
        if shuffled and now != epoch and not one_batch:
            training.rng.permutation(len(x))
        epoch = now
        x_batch, y_batch = take_rows(x, y, rows, training.model.dtype)
        if training.augment is not None:
            x_batch = augmented(training.augment, x_batch, training.rng)
        yield record, (rows, x_batch, y_batch)


def _check_kept(recording: Recording, first: int, step: int, because: str) -> None:
    """Raise ValueError unless every update that is to be replayed, and the parameters before it, were kept."""
    recording.index(step)
    lost = np.setdiff1d(np.arange(first - 1, step + 1), recording.steps)
    if len(lost):
        why = f"{because} at update {step} needs all updates before it" if because else "it is where the update began"
        raise ValueError(
            f"explain: step {lost[0]} is not in this recording, and {why}; record with every=1, without budget, and "
            "from the beginning of the run"
        )


def _check_replayed(recording: Recording, record: int, model: Sequential) -> None:
    """Raise OtherUpdateError, with what may differ, unless the model has, bit for bit, the parameters of the record."""
    if model.parameters.tobytes() + model.vectors.state.tobytes() == recording.rows[record].tobytes():
        return
    recorded = recording.at(int(recording.steps[record]))
    name = next(n for n, view in model.named_arrays().items() if view.tobytes() != recorded[n].tobytes())
    raise OtherUpdateError(
        f"explain: update {recording.steps[record]}, replayed, makes another {name} than the recorded one; give x, y, "
        "loss, optimizer, augment, workers as in training, and where numbers are drawn, by dropout or augment, a model "
        "and an rng made anew, as they were before training"
    )
