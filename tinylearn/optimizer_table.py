"""The table of optimisers. A new one is one row: what is asked of every optimiser is then asked of it too.

`python -m tinylearn` compares steps of all rows with those of `by_hand`, in plain Python; the tests do more, also
with PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tinylearn.optimizers import SGD, Adam, Optimizer, RMSprop


def sgd(
    p: float, gradients: Sequence[float], learning_rate: float, momentum: float = 0.0, weight_decay: float = 0.0
) -> float:
    """Return p after a step of SGD for each gradient."""
    v = 0.0
    for g in gradients:
        v = momentum * v - learning_rate * g
        p += v - learning_rate * weight_decay * p
    return p


def rmsprop(
    p: float, gradients: Sequence[float], learning_rate: float, rho: float = 0.9, epsilon: float = 1e-7,
    weight_decay: float = 0.0,
) -> float:  # fmt: skip
    """Return p after a step of RMSprop for each gradient."""
    v = 0.0
    for g in gradients:
        v = rho * v + (1 - rho) * g**2
        p -= learning_rate * g / (math.sqrt(v) + epsilon) + learning_rate * weight_decay * p
    return p


def adam(
    p: float, gradients: Sequence[float], learning_rate: float, beta_1: float = 0.9, beta_2: float = 0.999,
    epsilon: float = 1e-7, weight_decay: float = 0.0,
) -> float:  # fmt: skip
    """Return p after a step of Adam for each gradient."""
    m = v = 0.0
    for t, g in enumerate(gradients, 1):
        m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2
        m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
        p -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon) + learning_rate * weight_decay * p
    return p


class Row(NamedTuple):
    kind: type[Optimizer]
    by_hand: Callable[..., float]
    settings: dict[str, float]

    def make(self) -> Optimizer:
        """Return a new optimiser of this row."""
        return self.kind(**self.settings)


OPTIMIZERS = {
    "SGD": Row(SGD, sgd, {"learning_rate": 0.1}),
    "SGD, momentum": Row(SGD, sgd, {"learning_rate": 0.05, "momentum": 0.9}),
    "SGD, weight decay": Row(SGD, sgd, {"learning_rate": 0.1, "weight_decay": 0.2}),
    "SGD, momentum, weight decay": Row(SGD, sgd, {"learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0.2}),
    "RMSprop": Row(RMSprop, rmsprop, {"learning_rate": 0.1}),
    "RMSprop, weight decay": Row(RMSprop, rmsprop, {"learning_rate": 0.01, "rho": 0.8, "weight_decay": 0.5}),
    "Adam": Row(Adam, adam, {"learning_rate": 0.1}),
    "Adam, other settings": Row(Adam, adam, {"learning_rate": 0.05, "beta_1": 0.6, "beta_2": 0.8, "epsilon": 1e-3}),
    "Adam, weight decay": Row(Adam, adam, {"learning_rate": 0.01, "weight_decay": 0.5}),
}
