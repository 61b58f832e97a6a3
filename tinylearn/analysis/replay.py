"""Replay: make an update of a recording again. It must make the recorded parameters, bit for bit.

    what `fit` began with  →  its batches, forward, backward, step, one update after another  →  the update in question

Where an update depends on nothing but the parameters before it, as with SGD without momentum, it is made from the
record before. Elsewhere what the optimiser remembers (Adam's m and v), and what random generators draw, is found again
by making all updates of that call of `fit` again.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from threadpoolctl import threadpool_limits

from tinylearn.batches import Batch, take_rows
from tinylearn.checks import same_state
from tinylearn.optimizers import Optimizer
from tinylearn.recording import Recording
from tinylearn.recording.origin import Origin, Training
from tinylearn.workers import blas_threads, workers_for

KEPT = 16  # places of a recording from which a later replay can go on


class Replayed(NamedTuple):
    """Update `step` of a recording: all that training depended on before and after it, and its batch."""

    step: int
    before: Training
    after: Training
    batch: Batch


_reached: WeakKeyDictionary[Recording, list[Replayed]] = WeakKeyDictionary()


def replay(recording: Recording, step: int) -> Replayed:
    """Make update `step` of the recording again, and return it.

    ValueError if it cannot be made from what was kept, or if it does not make, bit for bit, what was recorded.
    """
    index, reached = recording.index(step), _reached.setdefault(recording, [])
    origin = _origin_of(recording, step)
    for known in reached:
        if known.step == step:
            return known
    kept_before = index > 0 and recording.steps[index - 1] == step - 1 and _is_whole(recording, origin.training)
    is_first = origin.by_fit and origin.step == step - 1  # parameters may have been set since the record before
    with np.errstate(all="ignore"), _threads(origin):  # as in `fit`
        because = _depends_on(origin.training)
        if not because and kept_before and not is_first:
            return _from_the_record_before(recording, origin, step)
        if origin.by_fit:
            found = _from_the_beginning(recording, origin, step, reached)
        else:
            found = _from_the_first_record(recording, origin, step, because or "the parameters before it")
    reached[:] = [*reached[-KEPT + 1 :], found]
    return found


def _from_the_record_before(recording: Recording, origin: Origin, step: int) -> Replayed:
    training = origin.training.copy()
    training.model.assign(recording.at(step - 1), "the recording")
    batch = _recorded_batch(recording, training, step)
    before, after = _update(recording, training, step, batch)
    return Replayed(step, before, after, batch)


def _from_the_beginning(recording: Recording, origin: Origin, step: int, reached: list[Replayed]) -> Replayed:
    """Make all updates of that call of `fit` again, as far as needed, or from where an earlier replay came to."""
    known = [each for each in reached if origin.step < each.step < step]
    latest = max(known, key=lambda each: each.step, default=None)
    now, training = (
        (latest.step, latest.after.copy()) if latest else (origin.step, _beginning(recording, origin, reached))
    )
    with workers_for(training.model, training.loss, training.workers, training.batches.shape) as fill_gradients:
        while True:
            now += 1
            batch = next(iter(training.batches), None)
            if batch is None:
                raise ValueError(f"explain: update {step} is after the last batch of its fit")
            before = training.copy() if now == step else None
            _step(recording, training, now, batch, fill_gradients, before)
            if before is not None:
                return Replayed(step, before, training, batch)


def _beginning(recording: Recording, origin: Origin, reached: list[Replayed]) -> Training:
    """Return what that call of `fit` began with."""
    training = origin.training.copy()
    if origin.goes_on:  # with the optimiser of the call before, of which no copy was kept
        calls = [each for each in recording.origins if each.step < origin.step]
        if not calls:
            raise ValueError(
                f"explain: updates after step {origin.step} need what {training.optimizer} remembers of those before "
                "it, which were not recorded; only the process that trained can explain them"
            )
        with _threads(calls[-1]):
            training.optimizer = _from_the_beginning(recording, calls[-1], origin.step, reached).after.optimizer
    return training


def _from_the_first_record(recording: Recording, origin: Origin, step: int, because: str) -> Replayed:
    """Make all updates again, in a loop of one's own, of which only the records are known."""
    lost = np.setdiff1d(np.arange(recording.steps[0], step + 1), recording.steps)
    if len(lost) or recording.steps[0] != 0 or not _is_whole(recording, origin.training):
        raise ValueError(
            f"explain: in a loop of your own, update {step} needs all updates before it, since it depends on {because}"
            "; record with every=1, without select or budget, from the beginning"
        )
    training = origin.training.copy()
    for now in range(1, step + 1):
        batch = _recorded_batch(recording, training, now)
        before, training = _update(recording, training, now, batch)
    return Replayed(step, before, training, batch)


def _update(recording: Recording, training: Training, step: int, batch: Batch) -> tuple[Training, Training]:
    """Make one update; return what it depended on, before and after it."""
    before = training.copy()
    with workers_for(training.model, training.loss, training.workers, training.batches.shape) as fill_gradients:
        _step(recording, training, step, batch, fill_gradients, before)
    return before, training


def _step(recording, training, step, batch, fill_gradients, before) -> None:  # type: ignore[no-untyped-def]
    """Make one update, as `fit` does, with the recorded learning rate; `before` gets that too."""
    model, optimizer = training.model, training.optimizer
    index = int(np.searchsorted(recording.steps, step))
    kept = index < len(recording) and recording.steps[index] == step
    if kept and len(rows := recording.batch(step)) and not np.array_equal(rows, batch[0]):
        raise ValueError(_mismatch(recording, training, step, "another batch"))
    fill_gradients(*batch[1:])
    if kept:
        _set_learning_rate(optimizer, float(recording.learning_rates[index]), training)
    if before is not None:
        before.optimizer = copy.deepcopy(optimizer)
    optimizer.step(model.parameters, model.gradients)
    if kept:
        named, record = model.named_arrays(), recording.table[index]
        for name in recording.names:
            if named[name].tobytes() != record[name].tobytes():
                raise ValueError(_mismatch(recording, training, step, f"another {name}"))


def _mismatch(recording: Recording, training: Training, step: int, what: str) -> str:
    whole = _is_whole(recording, training)
    of_model = "" if whole else "a model that was told began with other numbers in what was not recorded, "
    return (
        f"explain: update {step}, made again, has {what} than the recorded one. So something is not as it was: "
        f"{of_model}x or y were changed since, a callback changed the model or the optimizer, or a layer or augment "
        "draws from something else than its own NumPy generators"
    )


def _set_learning_rate(optimizer: Optimizer, rate: float, training: Training) -> None:
    """Give the optimiser the recorded learning rate, unless that is what its step, being a schedule's, sets itself."""
    if rate == rate and rate != optimizer.learning_rate:
        trial = copy.deepcopy(optimizer)
        trial.step(training.model.parameters.copy(), training.model.gradients)
        if rate != trial.learning_rate:
            optimizer.learning_rate = rate


def _recorded_batch(recording: Recording, training: Training, step: int) -> Batch:
    """Return the batch of the rows that update `step` saw; all rows if that was not told."""
    rows, data = recording.batch(step), training.batches
    rows = rows if len(rows) else np.arange(len(data.x))
    if rows.max() >= len(data.x):
        raise ValueError(f"explain: update {step} saw row {rows.max()}, but x has only {len(data.x)}; give the same x")
    return rows, *take_rows(data.x, data.y, rows, data.dtype)


def _depends_on(training: Training) -> str:
    """Return on what an update depends besides the parameters before it and its batch; nothing, perhaps."""
    if training.batches.augment is not None or training.model.generators():
        return "what random generators draw"
    trial = copy.deepcopy(training.optimizer)
    trial.step(training.model.parameters.copy(), np.ones_like(training.model.parameters))
    same = same_state(vars(training.optimizer), vars(trial))
    return "" if same else f"what {training.optimizer} remembers"


def _is_whole(recording: Recording, training: Training) -> bool:
    """Does a record hold all that the model has?"""
    return set(training.model.named_arrays()) == set(recording.names)


def _origin_of(recording: Recording, step: int) -> Origin:
    """Return the call of `fit` that made update `step`; ValueError, with what to do, if that is not known."""
    if not recording.origins:
        raise ValueError(
            "explain: this recording does not know how it was made; tell it, Recording.load(path, model=…, x=…, y=…, "
            "loss=…, optimizer=…), or recording.told(model=…, …) for one in memory"
        )
    began = [origin for origin in recording.origins if origin.step < step]
    if not began:
        raise ValueError(
            f"explain: no update that was recorded made step {step}; the first is {recording.steps[0] + 1}"
        )
    return began[-1]


@contextmanager
def as_in_training(recording: Recording, step: int, training: Training) -> Iterator[None]:
    """Let BLAS use as many threads as it did in that update, and NumPy tell nobody of NaN and infinity."""
    as_workers_did = workers_for(training.model, training.loss, training.workers, training.batches.shape)
    with np.errstate(all="ignore"), _threads(_origin_of(recording, step)), as_workers_did:
        yield


@contextmanager
def _threads(origin: Origin) -> Iterator[None]:
    """Let BLAS use as many threads as it did: with another number, products may differ in their last bits."""
    if origin.blas_threads in (0, blas_threads()):
        yield
    else:
        with threadpool_limits(origin.blas_threads, user_api="blas"):
            yield
