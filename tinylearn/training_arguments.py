"""What is checked before training starts: the parts, and the data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from tinylearn.checks import finite, instance, numbers, real_array, shortened
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizer_memory import remembers_other
from tinylearn.optimizers import Optimizer


def check_data(who: str, x: Any, y: Any, dtype: DTypeLike) -> tuple[np.ndarray, np.ndarray]:
    """Return x (N, …) as `dtype`, and y (N, …) too unless it holds whole numbers, which may be classes.

    TypeError for what holds no real numbers; ValueError for NaN, no rows, or another number of rows in y than in x.
    """
    x, y = numbers(who, "x", x, dtype), real_array(who, "y", y)
    if y.dtype.kind not in "iu":
        y = numbers(who, "y", y, dtype)
    if x.ndim < 2:
        got = x.shape if x.ndim else x
        raise ValueError(f"{who}: x must have shape (N, …), a row per example, got {got}; reshape it with x[:, None]")
    if y.ndim < 1 or len(x) != len(y):
        raise ValueError(f"{who}: x and y must have one row per example, got shapes {x.shape} and {y.shape}")
    if len(x) == 0:
        raise ValueError(f"{who}: x must hold at least one example, got none")
    finite(who, "x", x)
    finite(who, "y", y)
    return x, y


def check_parts(who: str, model: Any, loss: Any, optimizer: Any) -> None:
    """Raise TypeError, with what to write instead, if one of them is no part of training."""
    instance(who, "model", model, Sequential, such_as="Sequential([Dense(…), …])")
    instance(who, "loss", loss, Loss, such_as="MeanSquaredError()")
    instance(who, "optimizer", optimizer, Optimizer, such_as="SGD(0.1)")
    if not hasattr(optimizer, "learning_rate"):
        raise TypeError(f"{who}: {type(optimizer).__name__} has no learning rate; give one to super().__init__")


def check_memory(optimizer: Optimizer, parameters: np.ndarray) -> None:
    """Raise ValueError, with the way out, for an optimiser that remembers the gradients of another model."""
    if remembers_other(optimizer, parameters):
        raise ValueError(
            f"fit: {optimizer} remembers the gradients of another model, which would move this one too; write "
            "optimizer=optimizer.clone(), which has the same settings and remembers nothing"
        )


def check_functions(callbacks: Any, augment: Any) -> tuple[Callable[..., Any], ...]:
    """Return the callbacks; TypeError if one of them, or `augment`, is no function."""
    if not isinstance(callbacks, Iterable) or isinstance(callbacks, str | Mapping):
        raise TypeError(f"fit: callbacks must be a list, got {shortened(callbacks)}; write callbacks=[…]")
    callbacks = tuple(callbacks)
    for callback in callbacks:
        if not callable(callback) or isinstance(callback, type):
            raise TypeError(f"fit: a callback must be a function of an Update, got {shortened(callback)}")
    if augment is not None and (not callable(augment) or isinstance(augment, type)):
        raise TypeError(f"fit: augment must be a function of (x, rng), such as an Augment(…), got {shortened(augment)}")
    return callbacks
