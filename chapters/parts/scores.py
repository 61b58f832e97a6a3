"""Measures how good a model is, in the same way in every chapter of pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from chapters.parts.images import DEER_OR_HORSE, HorsesAndDeer
from tinylearn import Evaluate, Recording, Scorecard, Sequential, accuracy


def correct(predicted: np.ndarray, labels: np.ndarray) -> int:
    """Return how many answers are correct; a probability of 0.5 counts as class 1."""
    return round(accuracy(predicted, labels) * len(labels))


def counters(model: Sequential, *sets: tuple[np.ndarray, np.ndarray]) -> list[Evaluate]:
    """Return for each (x, labels) a callback whose `values` count the correct answers after each epoch, from 0 on."""
    found = [Evaluate(x, labels, correct) for x, labels in sets]
    for each in found:
        each.measure(model)
    return found


def recorded_counts(
    recording: Recording, model: Sequential, steps: Sequence[int], *sets: tuple[np.ndarray, np.ndarray]
) -> list[np.ndarray]:
    """Return, for each (x, labels), the correct answers (S,) of the recorded model after each of the S `steps`.

    Afterwards the model is as it was after the last step.
    """
    counts = np.empty((len(sets), len(steps)), np.intp)
    for column, step in enumerate(steps):
        recording.restore(model, step)
        counts[:, column] = [correct(model.predict(x), labels) for x, labels in sets]
    return list(counts)


def scores(
    name: str, model: Sequential, data: HorsesAndDeer, view: Callable[[np.ndarray], np.ndarray]
) -> dict[str, Any]:
    """Return how good a model is that sees `view(pictures)`: on the 160, on the book's 41, and on further ones."""
    known = correct(model.predict(view(data.x_train)), data.y_train)
    found: dict[str, Any] = {f"{name}, correct of those it learned from": f"{known} of {len(data.y_train)}"}
    for x, y in ((data.x_test, data.y_test), (data.x_more, data.y_more)):
        card = Scorecard(model.predict(view(x)), y, names=DEER_OR_HORSE)
        found |= card.as_dict(f"{name}, {card.total} unseen")
    return found
