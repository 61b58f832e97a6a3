"""Training: initialise, adjust, repeat.

    for rows, x_batch, y_batch in batches:                  repeat:
        value = loss.forward(model.forward(x_batch), y_batch)   how wrong?
        model.backward(loss.backward())                         which way is down?
        optimizer.step(model.parameters, model.gradients)       adjust: one step there

Models, losses and optimisers do not know who listens: recorders, progress bars and checkpoints are callbacks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tinylearn.batches import Batches
from tinylearn.callbacks import Callback
from tinylearn.divergence import DivergenceMonitor
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizers import Optimizer
from tinylearn.run import Run
from tinylearn.training_arguments import check_data, check_functions, check_memory, check_numbers, check_parts
from tinylearn.workers import workers_for


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
    resume: str | os.PathLike[str] | None = None,
) -> list[float]:
    """Train `model` on the inputs `x` (N, …) and targets `y` (N, …); return the mean loss of every epoch.

    Each epoch goes through the rows once, `batch_size` at a time, and `rng` shuffles them anew (unless `shuffle` is
    False or one batch holds all rows). Without `rng` the order differs from run to run. After each update `fit` calls
    every callback with an `Update`. x and y may be larger than memory.

    augment   `augment(x, rng)` may change the inputs of a batch (**data augmentation**); it must draw from `rng` alone
    workers   split each batch over this many threads, if the network is large enough to benefit. The same seed and the
              same number of workers give the same bits. The loss must be a mean over the rows, and the layers must
              treat each row alone, as all do here
    resume    the file that a `Checkpoint` wrote: repeat the call with it, and it finishes the run, bit for bit. Steps
              and epochs continue from there

    Ctrl-C ends training after the current update: parameters, optimiser, records and checkpoints are complete.

    Raises ValueError before the first update if the data do not fit or hold NaN. Raises DivergenceError if a parameter
    or the loss becomes NaN or infinite, or if an update makes the norm of a parameter more than 10⁶ times as large and
    the loss no smaller (see `divergence.py`).

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
    epochs, batch_size, workers, rng = check_numbers(epochs, batch_size, workers, rng)
    batches = Batches(x, y, batch_size, epochs, dtype=model.dtype, shuffle=shuffle, augment=augment, rng=rng)
    run = Run(model, loss, optimizer, batches, workers, callbacks)
    parameters, gradients = model.parameters, model.gradients
    with run.going_on(resume), workers_for(model, loss, workers, batches.shape) as forward_and_backward:
        monitor = DivergenceMonitor(model, optimizer, run.loss_again)  # begins where the run starts or continues
        for rows, x_batch, y_batch in batches:
            value = forward_and_backward(x_batch, y_batch)  # how wrong? which way is down? See workers.py
            optimizer.step(parameters, gradients)
            monitor.check(batches.step, value)
            run.tell(value, rows)
            if run.stopped:
                break
    return run.losses
