"""Metrics: accuracy, confusion matrix, baseline, and confidence interval."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinylearn import accuracy, confidence_interval, confusion_matrix, majority_baseline
from tinylearn.metrics import classes

# --- classes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2, 0, 1], [2, 0, 1]),  # class numbers
        ([[2], [0], [1]], [2, 0, 1]),  # the same as a column
        ([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]], [1, 0]),  # scores: the largest
        ([[0, 0, 1], [1, 0, 0]], [2, 0]),  # one-hot
        ([[0.9], [0.2], [0.5]], [1, 0, 1]),  # probabilities of yes, as a column
        ([0.9, 0.2, 0.5], [1, 0, 1]),  # the same, flat
        ([True, False], [1, 0]),
        ([[-5.0, -7.0]], [0]),  # logits
    ],
)
def test_classes_of_every_form(values, expected):
    np.testing.assert_array_equal(classes(values), expected)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (["cat", "dog"], TypeError, "classes: values must hold real numbers, got .'cat', 'dog'"),
        ([0.5, np.nan], ValueError, "classes: expected numbers, got NaN"),
        (np.ones((2, 2, 2)), ValueError, r"classes: expected shape \(N,\), \(N, 1\) or \(N, K\), got \(2, 2, 2\)"),
        (1, ValueError, r"classes: expected shape \(N,\), \(N, 1\) or \(N, K\), got \(\)"),
    ],
)
def test_what_has_no_classes_is_refused(values, error, message):
    with pytest.raises(error, match=message):
        classes(values)


# --- accuracy ----------------------------------------------------------------------------------------------------


def test_accuracy_by_hand():
    assert accuracy([0, 1, 2, 2], [0, 1, 2, 1]) == 0.75
    assert accuracy([[0.9], [0.2], [0.6]], [1, 0, 0]) == pytest.approx(2 / 3)
    assert accuracy([[0.2, 0.8], [0.9, 0.1]], [[0, 1], [0, 1]]) == 0.5  # scores against one-hot
    assert type(accuracy([1], [1])) is float


def test_accuracy_compares_a_column_with_a_row_number_by_number():
    """NumPy would compare each of (3, 1) with each of (3,)."""
    assert accuracy(np.array([[0.9], [0.8], [0.1]]), np.array([1, 1, 0])) == 1.0


def test_refuses_accuracy_of_unequal_lengths_or_of_nothing():
    with pytest.raises(ValueError, match="accuracy: expected one target per prediction, got 2 and 3"):
        accuracy([0, 1], [0, 1, 1])
    with pytest.raises(ValueError, match="accuracy: expected at least one example, got none"):
        accuracy([], [])


# --- confusion matrix ----------------------------------------------------------------------------------------------


def test_confusion_matrix_by_hand():
    """Row: the true class. Column: the predicted one."""
    matrix = confusion_matrix(predicted=[0, 1, 1, 2, 1], target=[0, 1, 2, 2, 2])
    np.testing.assert_array_equal(matrix, [[1, 0, 0], [0, 1, 0], [0, 2, 1]])


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_confusion_matrix_equals_counting_pairs(pairs):
    predicted, target = zip(*pairs, strict=True)
    matrix = confusion_matrix(predicted, target, n_classes=5)
    for row in range(5):
        for column in range(5):
            assert matrix[row, column] == pairs.count((column, row))
    assert matrix.trace() / matrix.sum() == pytest.approx(accuracy(predicted, target))


def test_the_number_of_classes_can_be_given():
    assert confusion_matrix([0], [1]).shape == (2, 2)
    assert confusion_matrix([0], [1], n_classes=10).shape == (10, 10)
    assert confusion_matrix([], [], n_classes=3).sum() == 0


@pytest.mark.parametrize(
    ("predicted", "target", "message"),
    [
        ([0, 3], [0, 1], "class numbers must lie in 0 … 2, got 3"),
        ([0, 1], [0, -1], "class numbers must be at least 0, got -1"),
        ([0, 1], [0], "confusion_matrix: expected one target per prediction, got 2 and 1"),
    ],
)
def test_refuses_wrong_classes(predicted, target, message):
    with pytest.raises(ValueError, match=message):
        confusion_matrix(predicted, target, n_classes=3)


@pytest.mark.parametrize(("n_classes", "error"), [(0, ValueError), (-2, ValueError), (2.5, TypeError)])
def test_refuses_a_wrong_number_of_classes(n_classes, error):
    with pytest.raises(error, match="n_classes"):
        confusion_matrix([], [], n_classes=n_classes)


def test_refuses_class_numbers_as_floats():
    """They would be taken for probabilities."""
    with pytest.raises(ValueError, match="class numbers must be integers"):
        accuracy(np.eye(3), [0.0, 1.0, 2.0])


# --- what an accuracy says ---------------------------------------------------------------------------------------


def test_the_baseline_is_the_share_of_the_most_frequent_class():
    assert majority_baseline([1] * 24 + [0] * 17) == 24 / 41
    assert majority_baseline([3, 7, 7, 9]) == 0.5
    assert majority_baseline([[0, 1], [1, 0], [1, 0]]) == pytest.approx(2 / 3)  # one-hot
    with pytest.raises(ValueError, match="majority_baseline: expected at least one example, got none"):
        majority_baseline([])


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30))
def test_always_saying_the_same_is_right_as_often_as_the_baseline_says(target):
    best = max(accuracy([said] * len(target), target) for said in range(4))
    assert majority_baseline(target) == pytest.approx(best)


@pytest.mark.parametrize(
    ("correct", "total", "low", "high"),
    [(24, 41, 0.4337, 0.7224), (0, 10, 0, 0.2775), (10, 10, 0.7225, 1), (1, 2, 0.0945, 0.9055)],
)
def test_returns_known_intervals(correct, total, low, high):
    assert confidence_interval(correct, total) == pytest.approx((low, high), abs=1e-4)


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


def test_about_95_of_100_intervals_hold_the_truth():
    held = []
    for correct in np.random.default_rng(0).binomial(50, 0.7, size=2000):
        low, high = confidence_interval(correct, 50)
        held.append(low <= 0.7 <= high)
    assert 0.93 < np.mean(held) < 0.97


@pytest.mark.parametrize(
    ("correct", "total", "error", "message"),
    [
        (5, 4, ValueError, "correct must lie in 0 … total = 4, got 5"),
        (-1, 4, ValueError, "correct must lie in 0 … total = 4, got -1"),
        (0, 0, ValueError, "total must be at least 1, got 0"),
        (0.5, 4, TypeError, "correct must be a whole number, got 0.5"),
    ],
)
def test_refuses_wrong_counts(correct, total, error, message):
    with pytest.raises(error, match=f"confidence_interval: {message}"):
        confidence_interval(correct, total)
