"""The table of losses. Add one row for a new loss: all tests of losses then test it, too.

`python -m tinylearn` checks the gradients of all rows. The tests check much more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tinylearn.losses import BinaryCrossEntropy, CategoricalCrossEntropy, Loss, MeanSquaredError

DRAW: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "scores": lambda rng: rng.normal(scale=2, size=(5, 3)),
    "images": lambda rng: rng.normal(scale=2, size=(2, 3, 4, 1)),
    "probabilities": lambda rng: rng.uniform(0.1, 0.9, size=(5, 3)),  # away from 0 and 1
    "distributions": lambda rng: rng.dirichlet([9, 9, 9], size=5),
    "yes or no": lambda rng: rng.integers(2, size=(5, 3)),
    "classes": lambda rng: rng.integers(3, size=5),
}


class Row(NamedTuple):
    make: Callable[[], Loss]
    predicted_are: str
    target_are: str

    def predicted(self, rng: np.random.Generator) -> np.ndarray:
        return DRAW[self.predicted_are](rng)

    def target(self, rng: np.random.Generator) -> np.ndarray:
        return DRAW[self.target_are](rng)


LOSSES = {
    "MeanSquaredError()": Row(MeanSquaredError, "scores", "scores"),
    "MeanSquaredError(), images": Row(MeanSquaredError, "images", "images"),
    "BinaryCrossEntropy()": Row(BinaryCrossEntropy, "probabilities", "yes or no"),
    "BinaryCrossEntropy(), soft targets": Row(BinaryCrossEntropy, "probabilities", "probabilities"),
    "BinaryCrossEntropy(from_logits=True)": Row(lambda: BinaryCrossEntropy(True), "scores", "yes or no"),
    "CategoricalCrossEntropy()": Row(CategoricalCrossEntropy, "distributions", "classes"),
    "CategoricalCrossEntropy(), soft targets": Row(CategoricalCrossEntropy, "distributions", "distributions"),
    "CategoricalCrossEntropy(from_logits=True)": Row(lambda: CategoricalCrossEntropy(True), "scores", "classes"),
    "CategoricalCrossEntropy(from_logits=True), soft targets": Row(
        lambda: CategoricalCrossEntropy(True), "scores", "distributions"
    ),
}
