"""The table of losses. A new loss is one row: what is asked of every loss is then asked of it too.

`python -m tinylearn` checks the gradients of all rows, the tests much more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tinylearn.losses import BinaryCrossEntropy, CategoricalCrossEntropy, Loss, MeanSquaredError

Values = Callable[[np.random.Generator], np.ndarray]


class Row(NamedTuple):
    make: Callable[[], Loss]
    predicted: Values  # float64, away from 0 and 1 where they are probabilities
    target: Values


def scores(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(scale=2, size=(5, 3))


def images(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(scale=2, size=(2, 3, 4, 1))


def probabilities(rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(0.1, 0.9, size=(5, 3))


def distributions(rng: np.random.Generator) -> np.ndarray:
    rows = probabilities(rng)
    return rows / rows.sum(axis=1, keepdims=True)


def yes_or_no(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(2, size=(5, 3))


def classes(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(3, size=5)


LOSSES = {
    "MeanSquaredError()": Row(MeanSquaredError, scores, scores),
    "MeanSquaredError(), images": Row(MeanSquaredError, images, images),
    "BinaryCrossEntropy()": Row(BinaryCrossEntropy, probabilities, yes_or_no),
    "BinaryCrossEntropy(), soft targets": Row(BinaryCrossEntropy, probabilities, probabilities),
    "BinaryCrossEntropy(from_logits=True)": Row(lambda: BinaryCrossEntropy(True), scores, yes_or_no),
    "CategoricalCrossEntropy()": Row(CategoricalCrossEntropy, distributions, classes),
    "CategoricalCrossEntropy(), soft targets": Row(CategoricalCrossEntropy, distributions, distributions),
    "CategoricalCrossEntropy(from_logits=True)": Row(lambda: CategoricalCrossEntropy(True), scores, classes),
    "CategoricalCrossEntropy(from_logits=True), soft targets": Row(
        lambda: CategoricalCrossEntropy(True), scores, distributions
    ),
}
