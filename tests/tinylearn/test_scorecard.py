"""Scorecards: their claims are true, and go no further than the number of examples allows."""

import json

import numpy as np
import pytest

from tinylearn import Scorecard, accuracy, confidence_interval, confusion_matrix, majority_baseline

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
    (20, 'no better than always saying "deer"'),
    (50, 'no better than always saying "deer"'),
    (59, 'not shown to be better than always saying "deer": 100 examples are too few to tell'),
    (60, 'better than always saying "deer"'),  # from here on the interval lies above 0.5
])  # fmt: skip
def test_asks_for_more_than_chance(correct, summary):
    target = np.arange(100) % 2
    predicted = np.where(np.arange(100) < correct, target, 1 - target)
    card = Scorecard(predicted, target, names=NAMES)
    assert card.correct == correct
    assert card.summary() == summary
    assert card.is_better == (confidence_interval(correct, 100)[0] > 0.5)


def test_has_the_numbers_of_the_metrics():
    rng = np.random.default_rng(0)
    scores, target = rng.random((50, 3)), rng.integers(0, 3, 50)
    card = Scorecard(scores, target, names=("a", "b", "c"))
    np.testing.assert_array_equal(card.matrix, confusion_matrix(scores, target))
    assert card.accuracy == pytest.approx(accuracy(scores, target))
    assert card.baseline == majority_baseline(target)
    assert card.interval == confidence_interval(card.correct, 50)
    assert np.bincount(target)[card.names.index(card.majority)] == card.baseline * 50


def test_gives_a_dict_that_is_ready_for_a_file():
    numbers = json.loads(json.dumps(Scorecard([[0.9], [0.4], [0.6]], [1, 0, 0], names=NAMES).as_dict("neuron")))
    assert numbers == {
        "neuron, accuracy": pytest.approx(2 / 3),
        "neuron, correct": "2 of 3",
        "neuron, 95 % interval": [0.2077, 0.9385],
        "neuron, baseline": pytest.approx(2 / 3),
        "neuron, confusion matrix": [[1, 1], [0, 1]],
        "neuron, summary": 'no better than always saying "deer"',
    }


def test_puts_the_columns_of_the_table_under_their_names():
    predicted, target = [0, 1, 1, 2, 2, 2], [0, 1, 2, 2, 2, 0]
    *_, heads, first, second, third = str(Scorecard(predicted, target, names=("ant", "bee", "caterpillar"))).split("\n")
    assert [line.split() for line in (first, second, third)] == [
        ["ant", "1", "0", "1"], ["bee", "0", "1", "0"], ["caterpillar", "0", "1", "2"]
    ]  # fmt: skip
    assert {len(line) for line in (heads, first, second, third)} == {len(heads)}
    assert [heads.index(name) + len(name) - 1 for name in ("ant", "bee")] == [
        column for column, letter in enumerate(first) if letter in "10"
    ][:2]


def test_refuses_more_classes_than_names_and_no_examples():
    with pytest.raises(ValueError, match="class numbers must lie in 0 … 1, got 2"):
        Scorecard([0, 2], [0, 1], names=NAMES)
    with pytest.raises(ValueError, match="Scorecard: expected at least one example, got none"):
        Scorecard([], [], names=NAMES)
