"""How a recording was made: for each call of `fit`, everything that training depends on, before the first update.

In the process that trained, this is a copy, from which `analysis/` repeats any update. On disk it is a description. If
you later pass a model and data, `with_training` compares them with it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinylearn.batches import Batches
from tinylearn.identity import described, digest
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizer_state import has_stepped
from tinylearn.optimizers import Optimizer


@dataclass
class Training:
    """All that `fit` works with, at some moment. Copy it as a whole, since its parts may share a generator."""

    model: Sequential
    loss: Loss
    optimizer: Optimizer
    batches: Batches
    workers: int = 1

    def copy(self) -> Training:
        """Return a copy that shares nothing but the data."""
        return copy.deepcopy(self, {id(data): data for data in (self.batches.x, self.batches.y)})


@dataclass(frozen=True, eq=False)
class Origin:
    """One call of `fit`: it made the updates after `step`, up to the next call."""

    step: int
    training: Training
    blas_threads: int = 0  # 0 if unknown
    by_fit: bool = True  # or a loop of one's own, of which only the records are known
    goes_on: bool = False  # had its optimiser stepped, and is its state unknown? Then replay the previous call
    unknown: str = ""  # why its updates cannot be explained, if so


def description(origin: Origin) -> dict[str, Any]:
    """Describe a call of `fit` for `meta.json`."""
    training, batches = origin.training, origin.training.batches
    return {
        "after_step": origin.step,
        "loss": described(training.loss),
        "optimizer": described(training.optimizer._rebuilt()),
        "optimizer_has_stepped": has_stepped(training.optimizer),
        "epochs": batches.epochs,
        "batch_size": batches.size,
        "shuffle": bool(batches.shuffle),
        "augment": described(batches.augment),
        "workers": training.workers,
        "blas_threads": origin.blas_threads,
        "began": {"step": batches.step, "epoch": batches.epoch, "rest": batches.rest.tolist()},
        "generators": states_of({"rng": batches.rng} | training.model.generators()),
        "x": digest(batches.x),
        "y": digest(batches.y),
    }


def states_of(generators: dict[str, np.random.Generator]) -> dict[str, Any]:
    """Return name → the state of each generator. A second name for the same object gets "the same as" the first."""
    first = {id(rng): name for name, rng in reversed(generators.items())}
    return {
        name: rng.bit_generator.state if first[id(rng)] == name else f"the same as {first[id(rng)]}"
        for name, rng in generators.items()
    }
