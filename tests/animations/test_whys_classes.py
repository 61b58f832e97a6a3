"""Explanations of classifiers: accuracy and its gap, softmax, logits, chance in augmentation."""

import numpy as np
import pytest

from tests.animations.samples.classes import bars, by_class, gap, softmax


def asked_back(scene, gid, frame=1):
    """Return the names of the numbers on the way if you always ask the first of each explanation."""
    seen = []
    while gid:
        seen.append(gid.split("[")[0])
        gid = next(scene.why(gid, frame).asked(), "")
    return seen


def test_leads_from_a_probability_to_the_feature_of_the_last_layer():
    names = ["predicted", "exp", "logit", "product", "feature"]
    assert asked_back(bars(), "picture_1.predicted[2]") == [f"picture_1.{name}" for name in names]
    assert asked_back(bars([]), "picture_1.predicted[2]") == ["picture_1.predicted"]


def test_leads_from_a_gap_to_counts():
    assert asked_back(gap(), "run_1.gap") == ["run_1.gap", "run_1.accuracy", "run_1.correct"]
    assert gap().why("run_0.accuracy[1]", 1).parts[0].arithmetic == "60.0 / 300.0 = 0.2"


def test_leads_from_correct_answers_to_those_of_a_class():
    why = by_class().why("run_0.correct[0]", 1)
    assert [(label, *term) for label, term in zip(why.parts[0].labels, why.parts[0].terms, strict=True)] == [
        ("cat", 1, "run_0.correct[0].of[0]"),
        ("dog", 3, "run_0.correct[0].of[1]"),
        ("frog", 1, "run_0.correct[0].of[2]"),
    ]
    assert by_class().why("run_0.correct[1].of[0]", 1) is None


@pytest.mark.parametrize(("changed", "message"), [
    ({"of_each": [[1, 0, 2], [1, 3, 0]]}, "of_each of 'training set' must add up to correct"),
    ({"classes": None}, "'training set' needs of_each and classes together"),
])  # fmt: skip
def test_refuses_classes_that_do_not_add_up(changed, message):
    with pytest.raises(ValueError, match=f"CorrectCounts: {message}"):
        by_class(**changed)


def test_leads_from_a_softmax_to_its_input():
    assert asked_back(softmax(), "p_sum") == ["p_sum", "p", "exp", "x"]


@pytest.mark.parametrize(("given", "changed", "message"), [
    (["logits"], {"logits": np.ones((3, 2, 3))}, "probabilities must be the softmax of logits"),
    (["logits", "features"], {}, "give features, weights and biases together to explain logits, got some of them"),
    (["features", "weights", "biases"], {}, "explain logits; give logits, too"),
    (["logits", "features", "weights"], {"biases": np.full((3, 3), 9)}, "logits must be features · weights"),
])  # fmt: skip
def test_refuses_what_does_not_explain_the_probabilities(given, changed, message):
    with pytest.raises(ValueError, match=f"ClassBars: .*{message}"):
        bars(given, **changed)
