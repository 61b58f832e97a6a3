"""Metrics: accuracy, confusion matrix, baseline, and confidence interval."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import accuracy, confidence_interval, confusion_matrix, majority_baseline
from tinylearn.metrics import classes


@pytest.mark.parametrize(("values", "expected"), [
    ([2, 0, 1], [2, 0, 1]),  # class numbers
    ([[2], [0], [1]], [2, 0, 1]),  # the same as a column
    ([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]], [1, 0]),  # scores: the largest
    ([[0, 0, 1], [1, 0, 0]], [2, 0]),  # one-hot
    ([[0.9], [0.2], [0.5]], [1, 0, 1]),  # probabilities of yes, as a column
    ([0.9, 0.2, 0.5], [1, 0, 1]),  # the same, flat
    ([True, False], [1, 0]),
    ([[-5.0, -7.0]], [0]),  # logits
])  # fmt: skip
def test_finds_classes_in_every_form(values, expected):
    np.testing.assert_array_equal(classes(values), expected)


def test_accuracy_by_hand():
    assert accuracy([0, 1, 2, 2], [0, 1, 2, 1]) == 0.75
    assert accuracy([[0.9], [0.2], [0.6]], [1, 0, 0]) == pytest.approx(2 / 3)  # NumPy would compare each with each
    assert accuracy([[0.2, 0.8], [0.9, 0.1]], [[0, 1], [0, 1]]) == 0.5  # scores against one-hot
    assert type(accuracy([1], [1])) is float


def test_confusion_matrix_has_a_row_for_the_true_class_and_a_column_for_the_predicted_one():
    matrix = confusion_matrix(predicted=[0, 1, 1, 2, 1], target=[0, 1, 2, 2, 2])
    np.testing.assert_array_equal(matrix, [[1, 0, 0], [0, 1, 0], [0, 2, 1]])
    assert confusion_matrix([0], [1]).shape == (2, 2)
    assert confusion_matrix([0], [1], n_classes=10).shape == (10, 10)
    assert confusion_matrix([], [], n_classes=3).sum() == 0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_counts_pairs(pairs):
    predicted, target = zip(*pairs, strict=True)
    matrix = confusion_matrix(predicted, target, n_classes=5)
    assert all(matrix[row, column] == pairs.count((column, row)) for row, column in np.ndindex(5, 5))
    assert matrix.trace() / matrix.sum() == pytest.approx(accuracy(predicted, target))
    best = max(accuracy([said] * len(target), target) for said in range(5))
    assert majority_baseline(target) == pytest.approx(best)  # always saying the same is right as often


@given(st.integers(1, 500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_ends_of_the_interval_are_1_96_standard_deviations_off(counts):
    correct, total = counts
    fraction, (low, high) = correct / total, confidence_interval(correct, total)
    assert 0 <= low <= fraction + 1e-12  # rounding
    assert fraction - 1e-12 <= high <= 1
    assert high - low < 3.93 / (2 * math.sqrt(total)), "wider than where the variance is largest"
    for end in (low, high):
        assert (fraction - end) ** 2 == pytest.approx(1.959964**2 * end * (1 - end) / total, abs=1e-12)
    assert confidence_interval(total - correct, total) == pytest.approx((1 - high, 1 - low)), "right and wrong swapped"


@refusals(
    (lambda: classes(["cat", "dog"]), TypeError, "classes: values must hold real numbers, got .'cat', 'dog'"),
    (lambda: classes([0.5, np.nan]), ValueError, "classes: expected numbers, got NaN"),
    (lambda: classes(np.ones((2, 2, 2))), ValueError, r"expected shape \(N,\), \(N, 1\) or \(N, K\), got \(2, 2, 2\)"),
    (lambda: classes(1), ValueError, r"classes: expected shape \(N,\), \(N, 1\) or \(N, K\), got \(\)"),
    (lambda: accuracy([0, 1], [0, 1, 1]), ValueError, "accuracy: expected one target per prediction, got 2 and 3"),
    (lambda: accuracy([], []), ValueError, "accuracy: expected at least one example, got none"),
    (lambda: accuracy(np.eye(3), [0.0, 1.0, 2.0]), ValueError, "class numbers must be integers"),  # not probabilities
    (lambda: majority_baseline([]), ValueError, "majority_baseline: expected at least one example, got none"),
    (lambda: confusion_matrix([0, 3], [0, 1], 3), ValueError, "class numbers must lie in 0 … 2, got 3"),
    (lambda: confusion_matrix([0, 1], [0, -1], 3), ValueError, "class numbers must be at least 0, got -1"),
    (lambda: confusion_matrix([0, 1], [0], 3), ValueError, "confusion_matrix: expected one target per prediction"),
    (lambda: confusion_matrix([], [], n_classes=0), ValueError, "confusion_matrix: n_classes must be at least 1"),
    (lambda: confusion_matrix([], [], n_classes=2.5), TypeError, "confusion_matrix: n_classes must be a whole number"),
    (lambda: confidence_interval(5, 4), ValueError, "^confidence_interval: correct must lie in 0 … total = 4, got 5"),
    (lambda: confidence_interval(-1, 4), ValueError, "correct must lie in 0 … total = 4, got -1"),
    (lambda: confidence_interval(0, 0), ValueError, "^confidence_interval: total must be at least 1, got 0"),
    (lambda: confidence_interval(0.5, 4), TypeError, "^confidence_interval: correct must be a whole number, got 0.5"),
)  # fmt: skip
def test_refuses(call, kind, words):
    assert_refused(call, kind, words)
