"""Checks before training starts: the parts, and the data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from tinylearn.checks import finite, generator, instance, numbers, positive_integer, real_array, shortened
from tinylearn.identity import blocks
from tinylearn.layers.activations import Sigmoid, Softmax
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizer_state import remembers_other
from tinylearn.optimizers import Optimizer
from tinylearn.sharing import refuse_changes


def check_data(caller: str, x: Any, y: Any, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """Return x (N, …) and y (N, …) as arrays of numbers that are finite in `dtype`. `fit` converts them by batches.

    TypeError for anything but real numbers; ValueError for NaN, for no rows, or if x and y differ in their rows.
    """
    x, y = real_array(caller, "x", x), real_array(caller, "y", y)
    if x.ndim < 2:
        got = x.shape if x.ndim else x
        raise ValueError(f"{caller}: x must have shape (N, …), a row per example, got {got}; reshape it: x[:, None]")
    if y.ndim < 1 or len(x) != len(y):
        raise ValueError(f"{caller}: x and y must have one row per example, got shapes {x.shape} and {y.shape}")
    if len(x) == 0:
        raise ValueError(f"{caller}: x must hold at least one example, got none")
    for name, array in (("x", x), ("y", y)):
        if array.dtype.kind == "f":
            for start, rows in blocks(array):
                finite(caller, name, rows, first_row=start)
                numbers(caller, name, rows, dtype)
    return x, y


def check_numbers(epochs: Any, batch_size: Any, workers: Any, rng: Any) -> tuple[int, int, int, np.random.Generator]:
    """Return epochs, batch size and workers as ints of at least 1, and a generator."""
    named = {"epochs": epochs, "batch_size": batch_size, "workers": workers}
    counts = (positive_integer("fit", name, value) for name, value in named.items())
    return *counts, np.random.default_rng() if rng is None else generator("fit", rng)  # type: ignore[return-value]


def check_parts(caller: str, model: Any, loss: Any, optimizer: Any) -> None:
    """Raise TypeError, with a hint, if one of them is not a model, a loss or an optimiser."""
    instance(caller, "model", model, Sequential, example="Sequential([Dense(…), …])")
    refuse_changes(model)
    instance(caller, "loss", loss, Loss, example="MeanSquaredError()")
    instance(caller, "optimizer", optimizer, Optimizer, example="SGD(0.1)")
    last = model.layers[-1]
    if loss.from_logits is True and isinstance(last, Softmax | Sigmoid):
        before = f"{loss} must get the numbers before the sigmoid or softmax"
        raise ValueError(f"{caller}: {before}, got a model that ends with {last}; leave out that layer, or from_logits")
    if not hasattr(optimizer, "learning_rate"):
        raise TypeError(f"{caller}: {type(optimizer).__name__} has no learning rate; give one to super().__init__")


def check_memory(optimizer: Optimizer, parameters: np.ndarray) -> None:
    """Raise ValueError, with a hint, for an optimiser that remembers the gradients of another model."""
    if remembers_other(optimizer, parameters):
        raise ValueError(
            f"fit: {optimizer} remembers the gradients of another model, which would move this one too; write "
            "optimizer=optimizer.clone(), which has the same settings and remembers nothing"
        )


def check_functions(callbacks: Any, augment: Any) -> tuple[Callable[..., Any], ...]:
    """Return the callbacks; TypeError if one of them, or `augment`, is not a function."""
    if not isinstance(callbacks, Iterable) or isinstance(callbacks, str | Mapping):
        raise TypeError(f"fit: callbacks must be a list, got {shortened(callbacks)}; write callbacks=[…]")
    callbacks = tuple(callbacks)
    for callback in callbacks:
        if not callable(callback) or isinstance(callback, type):
            raise TypeError(f"fit: a callback must be a function of an Update, got {shortened(callback)}")
    if augment is not None and (not callable(augment) or isinstance(augment, type)):
        raise TypeError(f"fit: augment must be a function of (x, rng), such as an Augment(…), got {shortened(augment)}")
    return callbacks
