"""Metrics: accuracy, confusion matrix, baseline, confidence interval; and scorecards, which claim no more."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import Scorecard, accuracy, confidence_interval, confusion_matrix, majority_baseline
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


def test_accuracy_and_confusion_matrix_by_hand():
    assert accuracy([[0.9], [0.2], [0.6]], [1, 0, 0]) == pytest.approx(2 / 3)  # NumPy would compare each with each
    assert accuracy([[0.2, 0.8], [0.9, 0.1]], [[0, 1], [0, 1]]) == 0.5  # scores against one-hot
    assert type(accuracy([1], [1])) is float
    matrix = confusion_matrix(predicted=[0, 1, 1, 2, 1], target=[0, 1, 2, 2, 2])  # a row for each true class
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


NAMES = ("deer", "horse")


def test_finds_the_book_s_neuron_worth_nothing():
    """It calls all but two of 41 animals a horse: 24 correct, as many as there are horses."""
    card = Scorecard([1] * 23 + [0] + [0] + [1] * 16, [1] * 24 + [0] * 17, names=NAMES)
    assert (card.correct, card.total, card.majority) == (24, 41, "horse")
    assert card.accuracy == card.baseline == 24 / 41
    assert not card.is_better
    assert card.summary() == 'no better than always saying "horse"'
    assert card.summary() in str(card)


@pytest.mark.parametrize(("correct", "summary"), [
    (50, 'no better than always saying "deer"'),
    (59, 'not shown to be better than always saying "deer": 100 examples are too few to tell'),
    (60, 'better than always saying "deer"'),  # from here on the interval lies above 0.5
])  # fmt: skip
def test_a_scorecard_asks_for_more_than_chance(correct, summary):
    target = np.arange(100) % 2
    card = Scorecard(np.where(np.arange(100) < correct, target, 1 - target), target, names=NAMES)
    assert (card.correct, card.summary()) == (correct, summary)
    assert card.is_better == (confidence_interval(correct, 100)[0] > 0.5)


def test_a_scorecard_has_the_numbers_of_the_metrics_in_a_dict_and_in_a_table():
    rng = np.random.default_rng(0)
    scores, target = rng.random((50, 3)), rng.integers(0, 3, 50)
    card = Scorecard(scores, target, names=("ant", "bee", "caterpillar"))
    np.testing.assert_array_equal(card.matrix, confusion_matrix(scores, target))
    assert card.accuracy == pytest.approx(accuracy(scores, target))
    assert card.baseline == majority_baseline(target)
    assert card.interval == confidence_interval(card.correct, 50)
    assert np.bincount(target)[card.names.index(card.majority)] == card.baseline * 50
    *_, heads, first, second, third = str(card).split("\n")
    for line, name, row in zip((first, second, third), card.names, card.matrix, strict=True):
        assert line.split() == [name, *map(str, row)]
        assert len(line) == len(heads)
    for name, number in zip(card.names, card.matrix[0], strict=True):  # each column ends under its name
        assert first[: heads.index(name) + len(name)].endswith(f" {number}")
    numbers = json.loads(json.dumps(Scorecard([[0.9], [0.4], [0.6]], [1, 0, 0], names=NAMES).as_dict("neuron")))
    assert numbers == {
        "neuron, accuracy": pytest.approx(2 / 3),
        "neuron, correct": "2 of 3",
        "neuron, 95 % interval": [0.2077, 0.9385],
        "neuron, baseline": pytest.approx(2 / 3),
        "neuron, confusion matrix": [[1, 1], [0, 1]],
        "neuron, summary": 'no better than always saying "deer"',
    }


@refusals(
    (lambda: classes(["cat", "dog"]), TypeError, "classes: values must hold real numbers, got .'cat', 'dog'"),
    (lambda: classes([0.5, np.nan]), ValueError, "classes: expected numbers, got NaN"),
    (lambda: classes(np.ones((2, 2, 2))), ValueError, r"expected shape \(N,\), \(N, 1\) or \(N, K\), got \(2, 2, 2\)"),
    (lambda: accuracy([0, 1], [0, 1, 1]), ValueError, "accuracy: expected one target per prediction, got 2 and 3"),
    (lambda: accuracy(np.eye(3), [0.0, 1.0, 2.0]), ValueError, "class numbers must be integers"),  # not probabilities
    (lambda: majority_baseline([]), ValueError, "majority_baseline: expected at least one example, got none"),
    (lambda: confusion_matrix([0, 3], [0, 1], 3), ValueError, "class numbers must lie in 0 … 2, got 3"),
    (lambda: confusion_matrix([0, 1], [0, -1], 3), ValueError, "class numbers must be at least 0, got -1"),
    (lambda: confidence_interval(5, 4), ValueError, "^confidence_interval: correct must lie in 0 … total = 4, got 5"),
    (lambda: Scorecard([0, 2], [0, 1], names=NAMES), ValueError, "class numbers must lie in 0 … 1, got 2"),
    (lambda: Scorecard([], [], names=NAMES), ValueError, "Scorecard: expected at least one example, got none"),
    (lambda: confidence_interval(0.5, 4), TypeError, "^confidence_interval: correct must be a whole number, got 0.5"),
)  # fmt: skip
def test_refuses(call, kind, words):
    assert_refused(call, kind, words)
