"""Explanations of classifiers: accuracy and its gap, softmax, scores, chance in augmentation."""

import numpy as np
import pytest
from why_checks import check_whys

import tinylearn as tl
from animations import (
    AccuracyGap,
    AugmentationSteps,
    ClassBars,
    CorrectCounts,
    ImageGrid,
    LearningRun,
    SideBySide,
    SoftmaxBars,
)

NAMES, STEPS = ("cat", "dog", "frog"), [0, 1, 20]


def gap(always=None):
    runs = [LearningRun(name, CorrectCounts("training set", [3, 40, 41], 41), CorrectCounts("test set", [7, 5, 6], 12),
                        *([CorrectCounts("always the same", [5, 5, 5], 12)] if name == "dense" else []))
            for name in ("dense", "convolutional")]  # fmt: skip
    return AccuracyGap([0, 1, 5], runs)


def by_class(**changed):
    """A run whose correct answers are known class by class."""
    counted = {"correct": [3, 5], "total": 9, "of_each": [[1, 0, 2], [1, 3, 1]], "classes": NAMES} | changed
    return AccuracyGap(
        [0, 1], [LearningRun("dense", CorrectCounts("training set", **counted), CorrectCounts("test set", [1, 2], 4))]
    )


def augmentation():
    picture = np.random.default_rng(1).random((6, 8, 3))
    steps = AugmentationSteps(picture, [1, 0, 0], [-12.5, 0, 7], [[0.1, -0.2], [0, 0], [-0.05, 0.3]], name="a truck")
    grid = np.zeros((steps.frames, 1, 3, 6, 8, 3))
    return SideBySide(steps, ImageGrid(grid, [""]))


def softmax(kind=float):
    inputs = np.array([[1, 2, -3], [0.5, 2, -3], [700, -700, 0]], kind)
    return SoftmaxBars(inputs, tl.Softmax().forward(inputs), moving=0)


def bars(given=("scores", "features", "weights", "biases"), **changed):
    """A small network that learns from noise; its last layer is given for each update."""
    rng = np.random.default_rng(3)
    model = tl.Sequential([tl.Flatten(), tl.Dense(48, 60, rng=rng), tl.ReLU(), tl.Dropout(0.2, rng=rng),
                           tl.Dense(60, 3, rng=rng)], dtype=np.float32)  # fmt: skip
    model.set_training(False)
    pictures = rng.random((2, 4, 4, 3), dtype=np.float32)
    found = {name: [] for name in ("features", "weights", "biases", "scores")}
    for _ in STEPS:
        model.parameters = model.parameters + rng.normal(size=model.parameters.size) / 5
        x = pictures
        for layer in model.layers[:-1]:
            x = layer.forward(x)
        last = model.layers[-1]
        for name, value in zip(found, (x, last.params["w"], last.params["b"], last.forward(x)), strict=True):
            found[name].append(value.copy())
    shown = np.array([tl.Softmax().forward(scores) for scores in found["scores"]], float)
    known = {name: np.array(found[name]) for name in given}
    return ClassBars(pictures, shown, NAMES, targets=[1, 2], model=model, steps=STEPS, epochs=[0, 1, 2],
                     **known | changed)  # fmt: skip


SCENES = {
    "gap": gap, "gap by class": by_class, "augmentation": augmentation, "softmax": softmax, "class bars": bars,
    "class bars, scores alone": lambda: bars(["scores"]), "class bars, probabilities alone": lambda: bars([]),
    "softmax of float32": lambda: SoftmaxBars(
        np.array([[1, 2.5]], np.float32), tl.Softmax().forward(np.array([[1, 2.5]], np.float32)), moving=1
    ),
}  # fmt: skip


@pytest.mark.parametrize("make", SCENES.values(), ids=SCENES.keys())
def test_explains_every_number(make):
    scene = make()
    assert check_whys(scene, range(scene.frames)) > 0


def asked_back(scene, gid, frame=1):
    """Return the names of the numbers on the way if you always ask the first of each explanation."""
    seen = []
    while gid:
        seen.append(gid.split("[")[0])
        gid = next(scene.why(gid, frame).asked(), "")
    return seen


def test_leads_from_a_probability_to_the_feature_of_the_last_layer():
    names = ["predicted", "exp", "score", "product", "feature"]
    assert asked_back(bars(), "picture_1.predicted[2]") == [f"picture_1.{name}" for name in names]
    assert asked_back(bars([]), "picture_1.predicted[2]") == ["picture_1.predicted"]


def test_names_the_layer_before_the_last():
    assert bars().why("picture_0.feature[5]", 0).parts[0].words == "the output of relu_1"


def test_leads_from_a_gap_to_counts():
    assert asked_back(gap(), "run_1.gap") == ["run_1.gap", "run_1.accuracy", "run_1.correct"]
    assert gap().why("run_0.accuracy[1]", 1).parts[0].arithmetic == "5.0 / 12.0 = 0.4166666666666667"


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


def test_says_which_way_chance_has_turned_and_moved():
    scene = augmentation()
    assert "turned right" in scene.why("angle", 0).parts[0].words
    assert "turned left" in scene.why("angle", scene.frames - 1).parts[0].words
    assert scene.why("right", 0).value == pytest.approx(0.2 * 8)


def test_counts_the_parameters_layer_by_layer():
    why = bars().why("parameters", 0)
    assert (why.value, list(why.parts[0].labels)) == (48 * 60 + 60 + 60 * 3 + 3, ["dense_1.w", "dense_1.b", "dense_2.w",
                                                                                  "dense_2.b"])  # fmt: skip
    assert bars().why("parameters[0]", 0).parts[0].arithmetic == "48.0 * 60.0 = 2880.0"


@pytest.mark.parametrize(("given", "changed", "message"), [
    (["scores"], {"scores": np.ones((3, 2, 3))}, "probabilities must be the softmax of scores"),
    (["scores", "features"], {}, "give features, weights and biases together to explain scores, got some of them"),
    (["features", "weights", "biases"], {}, "explain scores; give scores, too"),
    (["scores", "features", "weights"], {"biases": np.full((3, 3), 9)}, "scores must be features · weights"),
])  # fmt: skip
def test_refuses_what_does_not_explain_the_probabilities(given, changed, message):
    with pytest.raises(ValueError, match=f"ClassBars: .*{message}"):
        bars(given, **changed)


@pytest.mark.parametrize("gid", ["run_2.gap", "run_0.correct[3]", "run_1.correct[2]", "nothing"])
def test_says_nothing_of_counts_that_are_not_there(gid):
    assert gap().why(gid, 0) is None


def test_counts_moves_of_the_input_that_moves():
    scene = softmax()
    assert scene.moments() == ("move", range(scene.frames))


def test_counts_sheets():
    assert ImageGrid(np.zeros((3, 1, 2, 4, 4, 1)), [""]).moments() == ("grid", range(3))
