"""Callbacks: `fit` calls them after every update. They may look, record, measure or stop.

Any function of an `Update` can be a callback. Early stopping, for example:

    def enough(update):
        if update.last_of_epoch and update.loss < 0.01:
            update.stop()

A callback may also have these methods, which `fit` calls:

    start(run)             before anything changes; if it raises an error, nothing does
    begin(run)             before the first update, when everything is set up, or restored in a resumed run
    with_values(step, epoch, loss, batch, learning_rate)
                           in place of the callback itself: plain values take less time than an Update
    diverged(error)        if training diverged
    close()                at the end, also after an error
    keep(), restore(kept)  to return what a checkpoint should keep; to take that back when the run is resumed
    resuming(step)         before a run is resumed after that step; if it raises an error, nothing changes
    resumed(step, epoch)   when everything is as it was after that step
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from tinylearn.checkpoint import save_checkpoint
from tinylearn.checks import generator, path_of, positive_integer, real_array, shortened, texts
from tinylearn.files import target_of
from tinylearn.identity import checksum
from tinylearn.progress import Bar


@dataclass(slots=True)
class Update:
    """The argument of a callback: it describes one update of the parameters."""

    step: int  # 1, 2, … within this run
    epoch: int = 0  # 1, 2, …: which pass through the data this is
    loss: float = math.nan  # of this batch, before the update
    batch: np.ndarray | None = None  # the row numbers of this batch; None if it has none
    model: Any = None  # with its parameters after the update; copy what you keep
    optimizer: Any = None
    learning_rate: float = math.nan  # of this step
    last_of_epoch: bool = False
    stopped: bool = False  # has a callback called `stop`?

    def stop(self) -> None:
        """End training after this update: `fit` returns its losses, as if all epochs were done."""
        self.stopped = True


class Callback(Protocol):
    """Anything that you can call with an Update."""

    def __call__(self, update: Update) -> Any: ...


def takes_values(callback: Any) -> bool:
    """Does `fit` call its `with_values`? Not if a subclass has a `__call__` of its own."""
    decides = next(kind for kind in type(callback).__mro__ if {"__call__", "with_values"} & vars(kind).keys())
    return "with_values" in vars(decides)


class ProgressBar:
    """A callback that shows the number of updates and the loss on one line.

    `total` is the number of updates of the run, if known: epochs × batches per epoch.
    """

    def __init__(self, total: int | None = None, description: str = "training") -> None:
        self.total = None if total is None else positive_integer("ProgressBar", "total", total)
        (self.description,) = texts("ProgressBar", "description", [description])
        self.bar: Any = None

    def __call__(self, update: Update) -> None:
        if self.bar is None:
            done = update.step - 1  # more than 0 in a resumed run
            self.bar = Bar(total=self.total, desc=self.description, unit=" updates", initial=done, leave=False)
        if self.bar.update():  # True when tqdm has just redrawn the line, a few times a second
            self.bar.set_postfix(loss=f"{update.loss:.4g}", refresh=False)

    def close(self) -> None:
        """End the line; another `fit` starts a new one."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None


class Evaluate:
    """A callback that measures the model at the end of each epoch: `values` are metric(model.predict(x), y).

    Measure on a **validation set**, from which the model does not learn. The values show whether the model
    **generalises**, or **overfits**: then it gets better only on its **training set**.

    >>> from tinylearn import SGD, Dense, MeanSquaredError, Sequential, fit
    >>> x = np.array([[0.0], [1.0]])
    >>> largest = Evaluate(x, 2 * x, lambda predicted, target: float(abs(predicted - target).max()))
    >>> model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    >>> losses = fit(model, x, 2 * x, loss=MeanSquaredError(), optimizer=SGD(0.5), epochs=40, callbacks=[largest])
    >>> len(largest.values), largest.values[-1] < 0.01
    (40, True)
    """

    def __init__(self, x: Any, y: Any, metric: Callable[[np.ndarray, Any], Any]) -> None:
        if not callable(metric) or isinstance(metric, type):
            raise TypeError(f"Evaluate: metric must be a function of (predicted, y), got {shortened(metric)}")
        self.x, self.y, self.metric = real_array("Evaluate", "x", x), y, metric
        if isinstance(y, np.ndarray | list | tuple) and len(y) != len(self.x):
            raise ValueError(f"Evaluate: x and y must have the same number of rows, got {len(self.x)} and {len(y)}")
        self.values: list[Any] = []

    def __call__(self, update: Update) -> None:
        if update.last_of_epoch:
            self.measure(update.model)

    def measure(self, model: Any) -> None:
        """Measure the model now. Call it before `fit` to get a first value for epoch 0."""
        self.values.append(self.metric(model.predict(self.x), self.y))

    @functools.cached_property
    def name(self) -> str:
        """The name of its values in a checkpoint. It keeps the values of several Evaluates apart."""
        return f"{getattr(self.metric, '__name__', 'metric')} of {len(self.x)} rows, checksum {checksum(self.x)}"

    def keep(self) -> list[Any]:
        """Return the values, for a checkpoint."""
        return self.values

    def restore(self, kept: np.ndarray) -> None:
        """Take the values of the run that wrote the checkpoint."""
        self.values = kept.tolist() if kept.ndim == 1 else list(kept)


class Checkpoint:
    """A callback that saves the run after each epoch, or after every `every` updates, so that you can resume it.

    If the run is interrupted, repeat the call of `fit` with `resume=path`. It continues from there and ends with the
    same parameters, bit for bit, as a run without interruption. Pass the same `rng` here and to `fit`. Put the
    checkpoint last in `callbacks`, so that it saves the changes of the others, such as the learning rate. Raises
    OSError if it cannot write.

    >>> import tempfile
    >>> from tinylearn import SGD, Dense, MeanSquaredError, Sequential, fit
    >>> x = np.linspace(-1, 1, 8)[:, None]
    >>> def train(path, epochs, resume=None):
    ...     rng = np.random.default_rng(0)
    ...     return fit(Sequential([Dense(1, 1, rng=rng)]), x, 2 * x, loss=MeanSquaredError(), optimizer=SGD(0.1),
    ...                epochs=epochs, batch_size=4, rng=rng, callbacks=[Checkpoint(path, rng)], resume=resume)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     interrupted = train(f"{folder}/run.npz", epochs=3)
    ...     resumed = train(f"{folder}/run.npz", epochs=5, resume=f"{folder}/run.npz")
    ...     resumed == train(f"{folder}/another.npz", epochs=5)
    True
    """

    def __init__(self, path: str | os.PathLike[str], rng: np.random.Generator, *, every: int | None = None) -> None:
        self.path = path_of("Checkpoint", path)
        target_of(self.path, "Checkpoint")  # an error now, and not after the first epoch
        self.rng = generator("Checkpoint", rng)
        self.every = None if every is None else positive_integer("Checkpoint", "every", every)
        self.run: Any = None

    def start(self, run: Any) -> None:
        """Keep the run, in order to save it later."""
        if run.batches.rng is not self.rng:
            raise ValueError("Checkpoint: rng must be the generator that you pass to fit; write fit(…, rng=rng)")
        self.run = run

    def __call__(self, update: Update) -> None:
        if update.last_of_epoch if self.every is None else update.step % self.every == 0:
            if self.run is None:
                raise ValueError("Checkpoint: call it from fit; in a loop of your own call save_checkpoint")
            save_checkpoint(self.path, update.model, update.optimizer, self.rng, **self.run.to_keep())

    def close(self) -> None:
        """Let the run go."""
        self.run = None
