"""What the runners of a race share: the picture says so, and no more."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tinylearn.analysis.race import Runner
from tinylearn.identity import described
from tinylearn.recording.origin import Training

ALL = "The same start, the same batches"
APART = {  # what differs → what is still the same
    "data": "The same start, different data: do not compare the losses",
    "batches": "The same start, different batches",
    "augment": "The same start, the same rows, augmented differently",
    "loss": "The same start and batches, different loss functions: do not compare the losses",
}


def what_differs(runners: Iterable[Runner]) -> str:
    """Return "data", "batches", "augment" or "loss" if that differs between runners; otherwise ""."""
    made = [runner.recording.origins[0].training for runner in runners if runner.recording.origins]
    same: dict[str, Callable[[Training, Training], bool]] = {
        "data": lambda one, other: _equal(one.batches.x, other.batches.x) and _equal(one.batches.y, other.batches.y),
        "batches": lambda one, other: _order(one) == _order(other),
        "augment": lambda one, other: _variations(one) == _variations(other),
        "loss": lambda one, other: described(one.loss) == described(other.loss),
    }
    return next((what for what, are in same.items() if not all(are(made[0], other) for other in made[1:])), "")


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return one is other or np.array_equal(one, other)


def _order(training: Training) -> tuple[int, bool]:
    batches = training.batches
    return min(batches.size, len(batches.x)), bool(batches.shuffle)


def _variations(training: Training) -> Any:
    """Return what tells one `augment` from another, whatever it has drawn."""
    augment = getattr(training.batches.augment, "augment", training.batches.augment)  # as `race` wraps it
    return augment if inspect.isroutine(augment) else described(augment)
