"""Replay: repeat an update of a recording. The result must be the recorded parameters, bit for bit.

    the start of `fit`  →  its batches, forward, backward, step, one update after another  →  the update in question

If an update depends only on the parameters before it, as with SGD without momentum, replay begins at the previous
record. Otherwise (Adam's m and v, dropout, augmentation) it repeats that call of `fit` from the start.
"""

from __future__ import annotations

import contextlib
import copy
import math
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from tinylearn.batches import Batch, take_rows
from tinylearn.blas import blas_threads, one_blas_thread
from tinylearn.checks import same_state
from tinylearn.optimizers import Optimizer
from tinylearn.recording import Recording
from tinylearn.recording.origin import Origin, Training
from tinylearn.workers import Compute, blas_for, workers_for

KEPT = 8  # replays to keep: without them, to explain update 2, 3, 4, … would take longer each time


class Replayed(NamedTuple):
    """Update `step` of a recording: the whole training before and after it, and its batch."""

    step: int
    before: Training
    after: Training
    batch: Batch


class ReplayMismatchError(ValueError):
    """The repeated update is not the recorded one."""


_reached: WeakKeyDictionary[Origin, list[Replayed]] = WeakKeyDictionary()


def replay(recording: Recording, step: int) -> Replayed:
    """Repeat update `step` of the recording, and return it.

    Raises ValueError if it cannot be repeated, or if the result differs from the recording in a single bit.
    """
    recording.index(step)
    origin = _origin_of(recording, step)
    known = [each for each in _reached.get(origin, ()) if each.step == step]
    if known:
        return known[0]
    try:
        return _replay(recording, origin, step)
    except ReplayMismatchError:
        with contextlib.suppress(ReplayMismatchError):  # for example, a layer or a loss counts its calls
            return _replay(recording, origin, step, from_beginning=True)
        raise


def _replay(recording: Recording, origin: Origin, step: int, from_beginning: bool = False) -> Replayed:
    """Repeat the updates of a call of `fit`, as many as update `step` needs."""
    with np.errstate(all="ignore"), _threads(origin):  # as in `fit`
        now, training, by_batches = _start(recording, origin, step, from_beginning)
        with workers_for(training.model, training.loss, training.workers, training.batches.shape) as fill_gradients:
            while True:
                now += 1
                batch = next(iter(training.batches), None) if by_batches else _recorded_batch(recording, training, now)
                if batch is None:
                    raise ValueError(
                        f"recording: update {step} was made after fit had ended, in your own loop; the recording does "
                        "not know how"
                    )
                before = training.copy() if now == step else None
                _step(recording, training, now, batch, fill_gradients, before)
                if before is not None:
                    break
    found = Replayed(step, before, training, batch)
    if by_batches:  # a later replay can continue from here
        _reached[origin] = [*_reached.get(origin, [])[1 - KEPT :], found]
    return found


def _start(recording: Recording, origin: Origin, step: int, from_beginning: bool) -> tuple[int, Training, bool]:
    """Return the step to start after, the training there, and whether to use the batches of `fit` or of the records."""
    training, index = origin.training.copy(), recording.index(step)
    because = "something that counts" if from_beginning else _depends_on(origin.training)
    whole = set(training.model.named_arrays()) == set(recording.names)
    is_first = origin.by_fit and origin.step == step - 1  # parameters may have been set since the record before
    if not because and whole and index and recording.steps[index - 1] == step - 1 and not is_first:
        training.model.assign(recording.at(step - 1), "the recording")
        return step - 1, training, False
    if origin.by_fit:
        earlier = [each for each in _reached.get(origin, ()) if each.step < step]
        if earlier:
            latest = max(earlier, key=lambda each: each.step)
            return latest.step, latest.after.copy(), True
        if origin.goes_on:
            training.optimizer = _optimizer_before(recording, origin)
        return origin.step, training, True
    if not whole or recording.steps[0] != 0 or index != step:
        because = because or "the parameters before it"
        raise ValueError(
            f"recording: in your own loop, update {step} needs all updates before it, since it depends on {because}; "
            "record with every=1, without select or budget, from the beginning"
        )
    return 0, training, False


def _optimizer_before(recording: Recording, origin: Origin) -> Optimizer:
    """Return the optimiser as the previous call of `fit` left it: no copy was kept."""
    calls = [each for each in recording.origins if each.step < origin.step]
    if not calls:
        raise ValueError(
            f"recording: updates after step {origin.step} need what {origin.training.optimizer} remembers of those "
            "before it, which were not recorded; only the process that trained can explain them"
        )
    return _replay(recording, calls[-1], origin.step, from_beginning=True).after.copy().optimizer


def _step(
    recording: Recording, training: Training, step: int, batch: Batch, fill_gradients: Compute, before: Training | None
) -> None:
    """Make one update, as `fit` does, with the recorded learning rate; set that in `before`, too."""
    model, optimizer = training.model, training.optimizer
    index = bisect_left(recording.steps, step)
    kept = index < len(recording) and recording.steps[index] == step
    if kept and len(rows := recording.batch(step)) and not np.array_equal(rows, batch[0]):
        raise ReplayMismatchError(_mismatch(recording, training, step, "a different batch"))
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
                raise ReplayMismatchError(_mismatch(recording, training, step, f"a different {name}"))


def _mismatch(recording: Recording, training: Training, step: int, what: str) -> str:
    whole = set(training.model.named_arrays()) == set(recording.names)
    of_model = "" if whole else "the model that you passed has other initial values where nothing was recorded, "
    complete = len(recording) == np.ptp(recording.steps) + 1
    of_rate = "" if complete else "the learning rate changed in an update that was not kept (then keep all, every=1), "
    return (
        f"recording: replaying update {step} gives {what}. So something has changed: {of_rate}"
        f"{of_model}x or y are different now, a callback changed the model or the optimizer, or a layer or augment "
        "draws from something else than its own NumPy generators"
    )


def _set_learning_rate(optimizer: Optimizer, rate: float, training: Training) -> None:
    """Set the recorded learning rate, unless the optimiser's own schedule will set it in this step."""
    if not math.isnan(rate) and rate != optimizer.learning_rate:
        trial = copy.deepcopy(optimizer)
        trial.step(training.model.parameters.copy(), training.model.gradients)
        if rate != trial.learning_rate:
            optimizer.learning_rate = rate


def _recorded_batch(recording: Recording, training: Training, step: int) -> Batch:
    """Return the batch of update `step`; all rows if its row numbers are unknown."""
    rows, data = recording.batch(step), training.batches
    rows = rows if len(rows) else np.arange(len(data.x))
    if rows.max() >= len(data.x):
        raise ValueError(f"recording: update {step} saw row {rows.max()}, x has only {len(data.x)}; pass the same x")
    x, y = take_rows(data.x, data.y, rows, data.dtype)
    if np.array_equal(rows, np.arange(len(data.x))):  # your loop passed x itself, not a copy in another memory order
        x = data.x.astype(data.dtype, copy=False)
    return rows, x, y


def _depends_on(training: Training) -> str:
    """Return in words what an update depends on, besides its batch and the parameters before it; "" if nothing."""
    if training.batches.augment is not None or training.model.generators():
        return "what random generators draw"
    trial = copy.deepcopy(training.optimizer)
    trial.step(training.model.parameters.copy(), np.ones_like(training.model.parameters))
    same = same_state(vars(training.optimizer), vars(trial))
    return "" if same else f"what {training.optimizer} remembers"


def _origin_of(recording: Recording, step: int) -> Origin:
    """Return the call of `fit` that made update `step`; ValueError with a hint if that is unknown."""
    if not recording.origins:
        raise ValueError(
            "recording: it does not say how it was made; load it with Recording.load(path, model=…, x=…, y=…, "
            "loss=…, optimizer=…) or, if it is in memory, use recording.with_training(model=…, …)"
        )
    if step == recording.steps[0]:
        raise ValueError(f"recording: step {step} is where the recording begins; no recorded update made it")
    began = [origin for origin in recording.origins if origin.step < step]
    unknown = began[-1].unknown if began else "no call of fit that is still known made it"
    if unknown:
        raise ValueError(f"recording: it is unknown how update {step} was made: {unknown}")
    return began[-1]


@contextlib.contextmanager
def as_in_training(recording: Recording, step: int, training: Training) -> Iterator[None]:
    """Let BLAS use as many threads as it did in that update, and silence NumPy's warnings of NaN and infinity."""
    in_fit = blas_for(training.model, training.workers, training.batches.shape)
    with np.errstate(all="ignore"), _threads(_origin_of(recording, step)), in_fit:
        yield


def _threads(origin: Origin) -> contextlib.AbstractContextManager[None]:
    """Let BLAS use as many threads as it did then: with another number, products may differ in their last bits."""
    same = origin.blas_threads in (0, blas_threads())
    return contextlib.nullcontext() if same else one_blas_thread(origin.blas_threads)
