"""Bad input for losses, optimisers and metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tinylearn as tl
from tests.bad_input.hostile import OPEN, WRONG, Argument, array, choice, integer, labels, real
from tests.bad_input.verdict import Subject
from tinylearn import metrics


def loss(make: Callable[[], tl.Loss], predicted: Argument, target: Argument) -> Subject:
    def call(predicted: Any, target: Any) -> Any:
        each = make()
        return each.forward(predicted, target), each.backward()

    return Subject(call, predicted=predicted, target=target)


class OwnOptimizer(tl.Optimizer):
    """What a reader writes: nothing but the rule."""

    remembers = ("v",)

    def step(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        v = self.state["v"]
        v += gradients
        parameters -= self.learning_rate * v


def steps(make: Callable[..., Any], speaks: tuple[str, ...] = (), **settings: Argument) -> Subject:
    """Three steps by an optimiser with the settings given."""

    def call(parameters: Any, gradients: Any, **settings: Any) -> Any:
        optimizer = make(**settings)
        if isinstance(parameters, np.ndarray):
            parameters = parameters.copy()
        for _ in range(3):
            optimizer.step(parameters, gradients)
        return parameters

    arrays = {name: array(3, floats=None) for name in ("parameters", "gradients")}
    return Subject(call, speaks=speaks, **arrays, **settings)


probabilities, yes = array(4, 1, low=0.1, high=0.9, floats=False), array(4, 1, low=0, high=1, whole=True)
rows = array(4, 3, low=0.1, high=0.9, floats=False, distribution=True)
scores, classes, one_hot = array(4, 3, low=0.1, high=0.9, floats=False), labels(4, 3, empty=WRONG), array(4, one_of=3)

NUMBERS = {
    "Loss": Subject(lambda: repr(tl.Loss())),
    "MeanSquaredError": loss(tl.MeanSquaredError, array(4, 2, floats=False), array(4, 2)),
    "BinaryCrossEntropy": loss(tl.BinaryCrossEntropy, probabilities, yes),
    "BinaryCrossEntropy, from_logits": loss(lambda: tl.BinaryCrossEntropy(True), array(4, 1, floats=False), yes),
    "CategoricalCrossEntropy": loss(tl.CategoricalCrossEntropy, rows, classes),
    "CategoricalCrossEntropy, one-hot": loss(tl.CategoricalCrossEntropy, rows, one_hot),
    "CategoricalCrossEntropy, from_logits": loss(lambda: tl.CategoricalCrossEntropy(True), array(4, 3, floats=False),
        classes),
    "Optimizer": steps(OwnOptimizer, ("OwnOptimizer",), learning_rate=real(0.1)),
    "SGD": steps(tl.SGD, learning_rate=real(0.1), momentum=real(0.5, high=1), weight_decay=real(0.1)),
    "RMSprop": steps(tl.RMSprop, learning_rate=real(0.1), rho=real(0.5, high=1), epsilon=real(1e-7),
        weight_decay=real(0.1)),
    "Adam": steps(tl.Adam, learning_rate=real(0.1), beta_1=real(0.5, high=1), beta_2=real(0.5, high=1),
        epsilon=real(1e-7), weight_decay=real(0.1)),
    "accuracy": Subject(tl.accuracy, predicted=scores, target=classes, speaks=("classes",)),
    "accuracy, yes or no": Subject(tl.accuracy, predicted=probabilities, target=labels(4, 2, empty=WRONG),
        speaks=("classes",)),
    "confusion_matrix": Subject(tl.confusion_matrix, predicted=labels(4, 3, larger=OPEN),
        target=labels(4, 3, larger=OPEN), n_classes=integer(3, 5), speaks=("classes",)),
    "majority_baseline": Subject(tl.majority_baseline, target=labels(4, 3, empty=WRONG, larger=OPEN),
        speaks=("classes",)),
    "metrics.classes": Subject(metrics.classes, values=scores, speaks=("values",)),
    "confidence_interval": Subject(tl.confidence_interval, correct=integer(3, low=0), total=integer(7)),
    "Scorecard": Subject(lambda **given: (str(card := tl.Scorecard(**given)), card.as_dict("a model")),
        predicted=labels(4, 3), target=labels(4, 3),
        names=choice(["a", "b", "c"], ("ä", "", "c d"), wrong=[None, [], 3, [1, 2, 3]]),
        speaks=("classes", "confusion_matrix")),
}  # fmt: skip
