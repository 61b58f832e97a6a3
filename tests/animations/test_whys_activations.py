"""Activations and curves explain their numbers: a value by the function's formula, a loss by the whole forward pass."""

import numpy as np
import pytest
from why_checks import check_whys

from animations import CurveFit, CurveStates
from chapters.ch04_activations import best_line
from tests.animations.samples.activations import Doubled, X, Y, panel
from tinylearn import Dense, Recorder, ReLU, Sequential


def test_names_a_layer_that_changes_the_units():
    rng = np.random.default_rng(0)
    model = Sequential([Dense(1, 2, rng=rng), Doubled(), Dense(4, 1, rng=rng)])
    made = CurveStates(Recorder(model).recording, model, X, Y, [0])
    scene = CurveFit(made, title="t", name="net", best_line=1, heights=(-2, 2), losses=made.loss[[0, 0]])
    check_whys(scene)
    assert scene.why("net.out[1,5,3]", 0).parts[0].words == "the result of Doubled()'s forward for this example"


def test_explains_the_best_line_as_computed_or_as_given():
    w, b, loss = best_line(X, Y)
    scene = panel()
    why = scene.why("net.best_line", 0)
    assert [each.value for each in (why, *map(scene.why, ["net.best_line.w", "net.best_line.b"], [0, 0]))] == (
        pytest.approx([loss, w, b]))  # fmt: skip
    scene.best_line = 0.3
    assert scene.why("net.best_line", 0).parts[0].words == "given to this picture"


def test_draws_the_bends_that_can_be_told_apart_as_dots():
    scene = panel(ReLU)
    scene.states.bends[0], scene.dots[0] = np.zeros((5, 2)), np.zeros((2, 2))
    assert scene.why("net.bends", 0).parts[0].arithmetic == "5.0 - 3.0 = 2.0"


@pytest.mark.parametrize("gid", ["net.out[9,0,0]", "net.square[90]", "net.dense_1.w[1,0]", "net.w", "loss_now"])
def test_knows_nothing_of_what_there_is_not(gid):
    assert panel(ReLU).why(gid, 0) is None
