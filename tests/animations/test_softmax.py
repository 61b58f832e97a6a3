"""Four scores and their probabilities: every number and every bar, in every frame."""

import numpy as np
import pytest
from audit import (
    numbers_on,
    painted,
)

from animations import SoftmaxBars
from animations.engine.painter import Painter
from tests.animations.samples.classes import INPUTS, softmax, softmax_values
from tinylearn import Softmax


@pytest.fixture(scope="module")
def drawn():
    """The scene, painted once for all tests that only look at it."""
    return painted(softmax(), 0).scene


def bars_of(scene):
    """Return letter → the bars of a scene, each with its number: of inputs x, powers exp, outputs p."""
    numbers = numbers_on(scene.page.figure)
    panels = zip(("x", "exp", "p"), (axes for axes in scene.page.figure.axes if axes.patches), strict=True)
    return {letter: [(bar, numbers[f"{letter}[{k}]"]) for k, bar in enumerate(axes.patches)] for letter, axes in panels}


def test_draws_bars_as_high_as_their_numbers(drawn):
    scene, values = drawn, softmax_values()
    for frame in range(3):
        scene.update(frame)
        for letter, bars in bars_of(scene).items():
            for k, (bar, _) in enumerate(bars):
                assert bar.get_height() == pytest.approx(values[f"{letter}[{k}]"][frame])
                assert bar.get_y() == 0
                assert bar.get_y() + bar.get_height() < bar.axes.get_ylim()[1]


def test_moves_numbers_with_the_tops_of_their_bars_also_below_0():
    inputs = INPUTS - 5
    scene = SoftmaxBars(inputs, Softmax().forward(inputs), moving=1)
    Painter(scene)
    for frame in range(3):
        scene.update(frame)
        for bar, number in (pair for bars in bars_of(scene).values() for pair in bars):
            gap = number.get_position()[1] - max(bar.get_height(), 0)
            low, high = bar.axes.get_ylim()
            assert 0 < gap < 0.02 * (high - low)
            assert low <= bar.get_height(), "the bar goes through the floor"


def test_refuses_arrays_that_do_not_fit():
    with pytest.raises(ValueError, match=r"probabilities must have shape \(3, 4\), as inputs has 3, .*got \(2, 4\)"):
        SoftmaxBars(INPUTS, Softmax().forward(INPUTS[:2]), moving=0)
    with pytest.raises(ValueError, match="moving must lie in 0 … 3, got 4"):
        SoftmaxBars(INPUTS, Softmax().forward(INPUTS), moving=4)
    with pytest.raises(ValueError, match="expected 1 to 5 inputs, got 8"):
        SoftmaxBars(np.ones((2, 8)), np.ones((2, 8)), moving=0)
    with pytest.raises(ValueError, match=r"inputs must have shape \(S, K\), got \(0, 4\)"):
        SoftmaxBars(INPUTS[:0], INPUTS[:0], moving=0)
    with pytest.raises(ValueError, match="probabilities must be those of the inputs"):
        SoftmaxBars(INPUTS, Softmax().forward(2 * INPUTS), moving=0)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1000])
def test_refuses_inputs_too_large_for_an_exponential(wrong):
    with pytest.raises(ValueError, match=r"inputs must (be finite numbers|lie in \[-700, 700\]), got"):
        SoftmaxBars(np.array([[0.0, wrong]]), np.array([[0.0, 1.0]]), moving=0)
