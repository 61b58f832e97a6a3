"""Explanations of classifiers: accuracy and its gap, softmax, logits, chance in augmentation."""

from tests.animations.samples.classes import by_class


def test_leads_from_correct_answers_to_those_of_a_class():
    why = by_class().why("run_0.correct[0]", 1)
    assert [(label, *term) for label, term in zip(why.parts[0].labels, why.parts[0].terms, strict=True)] == [
        ("cat", 1, "run_0.correct[0].of[0]"),
        ("dog", 3, "run_0.correct[0].of[1]"),
        ("frog", 1, "run_0.correct[0].of[2]"),
    ]
    assert by_class().why("run_0.correct[1].of[0]", 1) is None
