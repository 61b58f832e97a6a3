"""Training: *initialise*, then *adjust*, then *repeat*.

The loop is four lines; `fit` puts batches, epochs and callbacks around them:

    value = loss.forward(model.forward(x), y)               how wrong?
    model.backward(loss.backward())                         which way is down?
    optimizer.step(model.parameters, model.gradients)       one step there
    callback(Update(step, epoch, value, batch, model, optimizer, learning_rate))

Nothing in a model, a loss or an optimiser knows who listens: recorders and progress bars are callbacks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from tqdm import tqdm

from tinylearn.checks import generator, numbers, positive_integer, texts
from tinylearn.divergence import DivergenceError, Watch
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizers import Optimizer
from tinylearn.progress import Progress
from tinylearn.training_arguments import check_data, check_functions, check_memory, check_parts
from tinylearn.workers import workers_for


@dataclass(slots=True)
class Update:
    """What a callback is told after one update of the parameters.

    step       1, 2, … within this call of `fit`, and within the run that it resumes
    epoch      1, 2, …: how often the data has been, or is being, gone through
    loss       the loss of this batch, before the update
    batch      the row numbers of this batch; None if there are none
    model      its parameters are those after the update; copy what you keep
    optimizer  the one that made the step
    learning_rate  the one that the step was made with; a callback may set that of the next one
    progress   a function; `save_checkpoint(…, **update.progress())`, before the callback returns, keeps what
               `fit(…, resume=…)` needs to go on from here
    """

    step: int
    epoch: int = 0
    loss: float = math.nan
    batch: np.ndarray | None = None
    model: Any = None
    optimizer: Any = None
    learning_rate: float = math.nan
    progress: Any = None


class Callback(Protocol):
    """Anything that can be called with an Update.

    If it has a `close`, `fit` calls that at the end, however it comes; before it, if training diverged, `diverged` with
    the DivergenceError, if there is such a method. If it has a `listener(model)`, `fit` calls the function that this
    returns, with step, epoch, loss, batch and learning rate, in its place. If it has a `resumed`, `fit(…, resume=…)`
    calls that first, with step and epoch of the update after which the run goes on.
    """

    def __call__(self, update: Update) -> Any: ...


def fit(
    model: Sequential,
    x: Any,
    y: Any,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 32,
    shuffle: bool = True,
    augment: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
    rng: np.random.Generator | None = None,
    workers: int = 1,
    callbacks: Iterable[Callback] = (),
    resume: Mapping[str, Any] | None = None,
) -> list[float]:
    """Train `model` on the inputs `x` (N, …) and targets `y` (N, …); return the mean loss of every epoch.

    Each epoch goes through the rows once, `batch_size` at a time, in an order that `rng` shuffles anew (unless
    `shuffle` is off or one batch holds all rows). `augment(x, rng)` may change the inputs of a batch. After each
    update every callback is called with an `Update`. Without `rng` the order differs from run to run. With `workers`
    above 1 that many threads share the work of a batch, if the network is large enough for that to pay; the same seed
    and the same number of workers give the same bits (a layer that learns otherwise than by gradients needs one).
    With `resume`, what `load_checkpoint` returned, the same call finishes the run that wrote the checkpoint, bit for
    bit; its steps and epochs count on (see `progress.py`).

    Raises ValueError for data that do not fit or hold NaN, before the first update, and DivergenceError when a
    parameter or the loss becomes NaN or infinite, or an update makes the norm of a parameter more than 10⁶ times as
    large (see `divergence.py`).

    >>> from tinylearn import SGD, Dense, MeanSquaredError
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(100, 1))
    >>> model = Sequential([Dense(1, 1, rng=rng)])
    >>> losses = fit(model, x, 3 * x - 1, loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=20, rng=rng)
    >>> model.predict([[2.0]]).round(3)
    array([[5.]])
    """
    check_parts("fit", model, loss, optimizer)
    check_memory(optimizer, model.parameters)
    callbacks = check_functions(callbacks, augment)
    x, y = check_data("fit", x, y, model.dtype)
    epochs = positive_integer("fit", "epochs", epochs)
    batch_size = positive_integer("fit", "batch_size", batch_size)
    workers = positive_integer("fit", "workers", workers)
    rng = np.random.default_rng() if rng is None else generator("fit", rng)
    start = Progress.of(resume, len(x), batch_size, epochs)
    parameters, gradients, watch, isfinite = model.parameters, model.gradients, Watch(model, optimizer), math.isfinite
    square = math.nan  # the sum of the squares of all parameters, not known yet
    history, step, total, order = start.losses, start.step, start.loss_sum, start.rest
    one_batch = augment is None and len(x) <= batch_size
    if one_batch:
        order = _order(len(x), None)
    whole = list(_batches(x, y, batch_size, order)) if one_batch else None  # the same one in every epoch

    def progress() -> dict[str, Any]:
        rest = order[(step - before) * batch_size :]
        return vars(Progress(step, epoch, rest, total, [*history], len(x), batch_size))

    if resume is not None:
        _tell_of_resuming(callbacks, int(resume["step"]), int(resume["epoch"]))
    listeners = _listeners(callbacks, model, optimizer, progress)
    batch_shape = (min(batch_size, len(x)), *x.shape[1:])
    with _training(model, callbacks), workers_for(model, loss, workers, batch_shape) as fill_gradients:
        for epoch in range(start.epoch, epochs + 1):
            before = step
            if not one_batch and (epoch > start.epoch or not len(order)):
                order = _order(len(x), rng if shuffle else None)
            for rows, x_batch, y_batch in whole or _batches(x, y, batch_size, order):
                step += 1
                if augment is not None:
                    x_batch = _augmented(augment, x_batch, rng)
                value = fill_gradients(x_batch, y_batch)  # forward and backward
                optimizer.step(parameters, gradients)
                learning_rate = optimizer.learning_rate  # a callback may change it
                total += value * len(rows)
                square_before, square = square, parameters.dot(parameters)
                if not (isfinite(value) and square < watch.high and step < watch.due):
                    watch.look(step, value, gradients, square_before)
                for tell in listeners:
                    tell(step, epoch, value, rows, learning_rate)
            history.append(total / len(x))
            total = 0.0
    return history


def _listeners(
    callbacks: tuple[Callback, ...], model: Sequential, optimizer: Optimizer, progress: Callable[[], dict[str, Any]]
) -> list[Callable[..., Any]]:
    """Return for each callback a function (step, epoch, loss, batch, learning_rate) that tells of an update.

    It makes the Update, unless the callback has a `listener(model)`, as recorders have, that returns such a function:
    an Update less saves a twentieth of a step of chapter 3's neuron.
    """

    def listener(callback: Any) -> Callable[..., Any]:
        if hasattr(callback, "listener"):
            return callback.listener(model)
        return lambda step, epoch, loss, batch, learning_rate: callback(
            Update(step, epoch, loss, batch, model, optimizer, learning_rate, progress)
        )

    return [listener(callback) for callback in callbacks]


def _tell_of_resuming(callbacks: Iterable[Any], step: int, epoch: int) -> None:
    """Tell those who ask for it, recorders, that the run goes on after this update."""
    for callback in callbacks:
        if hasattr(callback, "resumed"):
            callback.resumed(step, epoch)


@contextmanager
def _training(model: Sequential, callbacks: Iterable[Any]) -> Iterator[None]:
    """Turn the model's `training` on, and at the end, however it comes, off; close the callbacks then."""
    with ExitStack() as at_the_end, np.errstate(over="ignore", invalid="ignore"):  # DivergenceError reports those
        for callback in callbacks:
            if hasattr(callback, "close"):
                at_the_end.callback(callback.close)
        at_the_end.callback(model.set_training, False)
        model.set_training(True)
        try:
            yield
        except DivergenceError as error:
            for callback in callbacks:
                if hasattr(callback, "diverged"):
                    callback.diverged(error)
            raise


def _order(rows: int, rng: np.random.Generator | None) -> np.ndarray:
    """Return the numbers of all rows, shuffled by `rng`, or as they stand without it."""
    order = np.arange(rows) if rng is None else rng.permutation(rows)
    order.flags.writeable = False  # callbacks may keep parts of it
    return order


def _batches(
    x: np.ndarray, y: np.ndarray, size: int, order: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield (row numbers, x rows, y rows) per batch, as copies, in that order."""
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        yield rows, x.take(rows, axis=0), y.take(rows, axis=0)  # a third of the time of x[rows]


def _augmented(augment: Callable[..., Any], x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return `augment(x, rng)` in the dtype of x; ValueError if it has not as many rows."""
    changed = numbers("fit", "augment(x, rng)", augment(x, rng), x.dtype)
    if changed.ndim != x.ndim or len(changed) != len(x):
        raise ValueError(f"fit: augment(x, rng) must return a batch like x, {x.shape}, got {changed.shape}")
    return changed


class ProgressBar:
    """A callback that shows the updates made so far, and the loss, on one line.

    `total` is the number of updates to come, if known: epochs × batches per epoch.
    """

    def __init__(self, total: int | None = None, description: str = "training") -> None:
        self.total = None if total is None else positive_integer("ProgressBar", "total", total)
        (self.description,) = texts("ProgressBar", "description", [description])
        self.bar: Any = None

    def __call__(self, update: Update) -> None:
        if self.bar is None:
            self.bar = tqdm(total=self.total, desc=self.description, unit=" updates", leave=False)
        if self.bar.update():  # True when tqdm has just redrawn the line, a few times a second
            self.bar.set_postfix(loss=f"{update.loss:.4g}", refresh=False)

    def close(self) -> None:
        """End the line; another `fit` starts a new one."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None
