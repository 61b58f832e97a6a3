"""How good are the predictions: accuracy, confusion matrix, baseline, confidence interval. N examples, K classes.

An accuracy says little alone. How many examples is it measured on? And what is the accuracy of a model that always says
the same? `tinylearn.Scorecard` puts the three together.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinylearn.checks import as_int, positive_integer, real_array

Z95 = 1.959964  # a normally distributed number lies within so many standard deviations in 95 of 100 cases


def classes(values: Any) -> np.ndarray:
    """Return class numbers (N,) for class numbers, for (N, K) rows of scores, or for (N, 1) probabilities of class 1.

    >>> classes([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]])
    array([1, 0])
    >>> classes([[0.9], [0.2]])
    array([1, 0])
    """
    array = real_array("classes", "values", values)
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise ValueError("classes: expected numbers, got NaN: what is the class of that?")
    if array.ndim == 2 and array.shape[1] > 1:
        return array.argmax(axis=1)
    if array.ndim != 1 and array.shape[1:] != (1,):
        raise ValueError(f"classes: expected shape (N,), (N, 1) or (N, K), got {array.shape}")
    array = array.ravel()
    if array.dtype.kind != "f":
        if array.min(initial=0) < 0:
            raise ValueError(f"classes: class numbers must be at least 0, got {array.min()}")
        return array.astype(np.intp)
    if array.size and not (array.min() >= 0 and array.max() <= 1):
        raise ValueError(
            f"classes: a column of floats must hold probabilities in [0, 1], got {array.min()} to {array.max()}; "
            "class numbers must be integers, and logits go through a sigmoid first"
        )
    return (array >= 0.5).astype(np.intp)


def accuracy(predicted: Any, target: Any) -> float:
    """Return the fraction of correct predictions. Both arguments may have any form that `classes` accepts.

    >>> accuracy([[0.9], [0.2], [0.6], [0.4]], [1, 0, 0, 0])
    0.75
    """
    predicted, target = _pair("accuracy", predicted, target)
    if len(target) == 0:
        raise ValueError("accuracy: expected at least one example, got none")
    return float((predicted == target).mean())


def confusion_matrix(predicted: Any, target: Any, n_classes: int | None = None) -> np.ndarray:
    """Return counts (K, K): row is the true class, column the predicted one, so that right answers are the diagonal.

    >>> confusion_matrix([0, 1, 1, 2], [0, 1, 2, 2])
    array([[1, 0, 0],
           [0, 1, 0],
           [0, 1, 1]])
    """
    predicted, target = _pair("confusion_matrix", predicted, target)
    seen = int(max(predicted.max(initial=-1), target.max(initial=-1))) + 1
    k = seen if n_classes is None else positive_integer("confusion_matrix", "n_classes", n_classes)
    if seen > k:
        raise ValueError(f"confusion_matrix: class numbers must lie in 0 … {k - 1}, got {seen - 1}")
    return np.bincount(target * k + predicted, minlength=k * k).reshape(k, k)


def majority_baseline(target: Any) -> float:
    """Return the fraction of the most frequent class: the accuracy of a model that always predicts it.

    >>> majority_baseline([1, 0, 1, 1])
    0.75
    """
    target = classes(target)
    if len(target) == 0:
        raise ValueError("majority_baseline: expected at least one example, got none")
    _, counts = np.unique(target, return_counts=True)
    return float(counts.max() / len(target))


def confidence_interval(correct: int, total: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of an accuracy of `correct` out of `total`, by Wilson's formula.

    Let p be the accuracy on all pictures of the world. On a random sample the accuracy scatters around p with variance
    p (1 - p) / total. In 95 of 100 samples it is off by less than z = 1.96 standard deviations. The interval holds
    every p that is no further than that from the accuracy that was counted:
    (correct / total - p)² ≤ z² p (1 - p) / total. Solved for p, the interval never leaves [0, 1].
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

    >>> low, high = confidence_interval(24, 41)
    >>> print(f"{low:.3f} to {high:.3f}")
    0.434 to 0.722
    """
    total = positive_integer("confidence_interval", "total", total)
    correct = as_int("confidence_interval", "correct", correct)
    if not 0 <= correct <= total:
        raise ValueError(f"confidence_interval: correct must lie in 0 … total = {total}, got {correct}")
    fraction, z2 = correct / total, Z95**2 / total
    middle = (fraction + z2 / 2) / (1 + z2)
    half = math.sqrt(z2 * fraction * (1 - fraction) + z2**2 / 4) / (1 + z2)
    return max(middle - half, 0.0), min(middle + half, 1.0)  # rounding may miss 0 and 1 by a hair


def _pair(caller: str, predicted: Any, target: Any) -> tuple[np.ndarray, np.ndarray]:
    scores = real_array(caller, "predicted", predicted).shape
    predicted, target = classes(predicted), classes(target)
    if predicted.shape != target.shape:
        raise ValueError(f"{caller}: expected one target per prediction, got {len(predicted)} and {len(target)}")
    k = max(scores[1], 2) if len(scores) == 2 else math.inf
    if target.max(initial=0) >= k:
        hint = "; count the classes from 0" if target.max() == k else ""
        raise ValueError(
            f"{caller}: class numbers must lie in 0 … {k - 1}, for predictions of shape {scores}, got {target.max()}"
            f"{hint}"
        )
    return predicted, target
