"""Searches explain their numbers: each step from the one before, height and slope by the curve's own formula."""

import math

import numpy as np
import pytest
from why_checks import check_whys

from animations import Curve, CurveDescent, Descent, GridSearch, Series, StepChart
from animations.scenes.descent.walk import Walk
from chapters import ch02_gradient_descent as chapter
from tests.animations.samples.descent import curve, descent, grid, height, panel, recorded, slope
from tinylearn import SGD, Adam, RMSprop


def walk_of(xs, rate=0.1, f=height, derivative=slope, **settings):
    """Return a panel of a walk through these x."""
    made = Descent(recorded(x=xs), f, derivative, rate, enough=1e-4, **settings)
    return CurveDescent(made, curve(), range(len(xs)), title="Walk", name="walk")


def parts(scene, gid, frame=0):
    return scene.why(gid, frame).parts


def test_explains_a_step_as_the_one_before_minus_rate_times_slope():
    scene = panel(0.1, range(60))
    (line,) = parts(scene, "rate_0.1.update.next_x", 3)
    x = scene.descent.x
    assert line.arithmetic == f"{x[3]} - 0.1 * ({2 * (x[3] - 10)}) = {x[4]}"
    assert [piece.gid for piece in line.pieces if not isinstance(piece, str)] == [
        "rate_0.1.x[3]", "rate_0.1.setting", "rate_0.1.push[3]", ""]  # fmt: skip
    assert scene.why("rate_0.1.x", 4).value == x[4]


def test_explains_the_last_few_steps_and_leaves_others_to_their_frames():
    scene, series = panel(0.1, range(60)), walked("SGD")[1]
    assert [len({*scene.why(f"rate_0.1.x[{step}]", 9).asked()}) for step in (9, 8, 7, 6)] == [3, 3, 3, 1]
    assert [len({*series.why(f"SGD.x[{step}]", 9).asked()}) for step in (9, 8, 7, 6)] == [3, 3, 3, 1]


def test_explains_a_curve_without_a_formula_as_returned():
    scene = walk_of([1.0, 2.0], f=lambda x: np.cosh(x), derivative=lambda x: np.sinh(x))
    check_whys(scene)
    at, returned = parts(scene, "walk.y", 1)
    assert (at.sides(), returned.sides()) == ([2.0], [math.cosh(2)])
    assert returned.words == "the height of the curve, as its function returned it"


def test_explains_a_walk_by_another_rule_as_recorded():
    scene = walk_of([1.0, 2.0, 7.0])
    check_whys(scene)
    assert [line.words for line in parts(scene, "walk.x[2]")] == ["as recorded after step 2"]


def test_names_a_push_of_another_kind():
    scene = walk_of([1.0, 2.5, 2.6], push=lambda slope: slope / 3)
    check_whys(scene)
    assert [line.sides() for line in parts(scene, "walk.push[0]")] == [[-18.0], [-6.0]]


def test_explains_the_lowest_of_a_grid_as_the_lower_of_two():
    (line,) = parts(grid(), "grid.best.y", 4)  # point 999
    x = np.linspace(0, 20, 2000)
    assert line.sides() == [min((x[998] - 10) ** 2, (x[999] - 10) ** 2)] * 2
    assert {*grid().why("grid.best.y", 4).asked()} == {"grid.y[998]", "grid.y[999]"}
    (line,) = parts(grid(), "grid.now.x", 4)
    assert line.arithmetic == f"0.0 + 999.0 * (20.0 - 0.0) / 1999.0 = {x[999]}"


def test_computes_heights_of_a_grid_by_the_formula_of_its_curve():
    x = np.linspace(0, 20, 21)
    curves = [Curve(x, height(x), "y", f) for f in (height, None)]
    known, unknown = (GridSearch(x, height(x), each, [0, 20], title="t", name="grid") for each in curves)
    check_whys(known)
    assert known.why("grid.now.y", 1).parts[0].arithmetic == "(20.0 - 10) ** 2 = 100.0"
    assert unknown.why("grid.now.y", 1).parts[-1].words == "the height of the curve there, as its function returned it"


def test_says_that_a_chart_was_given_its_numbers():
    one = Series("A", {"fixed": 2.0, "f": [3.0, 2.0]})
    scene = StepChart([one], [0, 1, 5], shown="f", title="t")
    words = [scene.why("A.f", frame).parts[0].words for frame in range(3)]
    assert words == 2 * ["given to this picture"] + ["given to this picture: that of step 1, the last of A"]
    assert scene.why("A.fixed", 2).parts[0].words == "given to this picture, the same for all steps"
    assert scene.why("B.f", 0) is None


@pytest.mark.parametrize("gid", ["rate_0.1.x[31]", "rate_0.1.other", "x", "rate_0.95.x"])
def test_knows_nothing_of_others(gid):
    assert descent(0.1).last == 30
    assert panel(0.1, range(60)).why(gid, 0) is None


OPTIMIZERS = {"SGD": lambda: SGD(0.01), "momentum": lambda: SGD(0.01, momentum=0.9), "RMSprop": lambda: RMSprop(0.1),
              "Adam": lambda: Adam(0.2)}  # fmt: skip


def walked(name, steps=12):
    """Return a walk in chapter 2's valley, and its series for a chart."""
    point = chapter.Point(**chapter.VALLEY_START)
    recording = chapter.descend(point, chapter.valley, chapter.valley_slope, OPTIMIZERS[name](), most=steps, enough=-1)
    walk = Walk(recording, OPTIMIZERS[name](), chapter.valley, chapter.valley_slope)
    places = {axis: recording[axis][:, 0] for axis in "xy"}
    columns = {"learning rate": OPTIMIZERS[name]().learning_rate, **places, "f": chapter.valley(walk.places)}
    return walk, Series(name, columns, whys=walk.why)


def test_explains_every_number_of_a_chart_of_optimisers():
    series = [walked(name, steps)[1] for name, steps in zip(OPTIMIZERS, (12, 12, 5, 12), strict=True)]
    scene = StepChart(series, [0, 1, 4, 12], shown="f", title="t")
    check_whys(scene, range(4))
    assert scene.why("RMSprop.x", 3).says.startswith("x after step 5, by RMSprop")


def test_explains_a_place_by_the_lines_of_its_optimiser():
    walk, series = walked("momentum")
    lines = series.why("momentum.y", 2).parts
    (x, y), (_, slope) = walk.places[:, 1], walk.slopes[:, 1]
    assert [line.words for line in lines[:2]] == ["p is y before the step", "g is the slope along y there"]
    assert [line.sides()[0] for line in lines[:2]] == [y, slope]
    assert {*series.why("momentum.y", 2).asked()} == {
        "momentum.y[1]", "momentum.gradient.y[1]", "momentum.learning rate"}  # fmt: skip
    assert lines[-1].sides()[0] == walk.places[1, 2]
    (line,) = series.why("momentum.gradient.y[1]", 2).parts
    assert (line.words, line.arithmetic) == ("the gradient's formula: 100 * y", f"100 * {y} = {slope}")
    (line,) = series.why("momentum.f", 1).parts
    assert line.words == "its formula: (x ** 2 + 100 * y ** 2) / 2"
    assert line.sides() == pytest.approx([(x**2 + 100 * y**2) / 2] * 2)


def test_explains_functions_without_formulas_as_returned():
    recording = walked("SGD")[0].recording
    walk = Walk(recording, SGD(0.01), lambda at: chapter.valley(at), lambda at: chapter.valley_slope(at))
    assert [line.words for line in walk.why("f", 1).parts] == ["at this x", "at this y", "as its function returned it"]
    assert walk.why("f", 1).faults() == []


@pytest.mark.parametrize("gid", ["z", "x[13]", "gradient.f[0]", "gradient.x", "other.x"])
def test_explains_nothing_of_other_walks(gid):
    assert walked("SGD")[0].why(gid, 1) is None
