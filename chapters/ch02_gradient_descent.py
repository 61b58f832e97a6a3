# %% [markdown]
# # Chapter 2. Walking downhill: gradient descent
#
# Learning is finding the lowest point of a curve. For y = (x − 10)² we know where that is: at x = 10. Three ways to
# find it without knowing: look everywhere (a grid of 2000 points); walk downhill in steps of one size; or make each
# step as long as the slope is steep: x ← x − learning rate · slope.
#
# No one size is right. A step of 8 leaps to and fro over the lowest point for ever; a step of 0.001 is not a quarter
# of the way after 2000 steps; 0.01 arrives, after 877. Steps as long as the slope is steep need 30: they get shorter
# by themselves where the ground is level. The arrow of the slope points uphill along x, and each step goes against it.
#
# The learning rate decides. Each step multiplies the distance to 10 by 1 − 2 · learning rate. A rate of 0.1 makes that
# 0.8; 0.0003 makes it 0.9994, and 2000 steps are not enough; 0.95 makes it −0.9, and x leaps from wall to wall. From
# 1.0 on the leaps do not shrink any more: with 1.1 each is a fifth longer than the one before. Step back by a fifth
# each time, and you see the same picture again and again, until step 1936, when y is larger than any number that the
# computer can write.
#
# In two dimensions the ground can be steep one way and flat the other. The steepest way down leaves its contour line
# at a right angle, and in a narrow valley that is across, not along. Where the walls of a valley are 100 times as
# steep as its floor, a step that the walls allow is short for the floor, and plain descent creeps. Momentum, RMSprop
# and Adam are three answers: after 100 steps they are more than a thousand times lower. Each walks with the best of 15
# learning rates tried. Which of the three ends lowest depends on the start and on the rates tried; that plain descent
# stays far behind does not. (The valley lies along the axes, which suits RMSprop and Adam: they scale every coordinate
# by itself. And with a fixed rate RMSprop never comes to rest: around step 87 it leaps up the walls again.)
#
# ```
# python -m chapters.ch02_gradient_descent
# ```

# %% What this chapter uses
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from animations import (
    AutopsyPicture,
    Clip,
    ContourDescent,
    Curve,
    CurveDescent,
    Descent,
    EndingWith,
    GridSearch,
    Heading,
    Line,
    Series,
    SideBySide,
    Stacked,
    StepChart,
    Term,
    Valley,
    Why,
)
from animations.engine.text import Form
from animations.kit.numbers import decimals_by_size
from animations.scenes.descent.walk import Walk
from tinylearn import SGD, Adam, DivergenceError, Recorder, Recording, RMSprop, Update
from tinylearn.analysis.autopsy import Autopsy
from tinylearn.divergence import DivergenceMonitor
from tinylearn.optimizers import Optimizer
from chapters.tools.run import begin

book = begin("ch02")

# %% What it works with
START, MOST, ENOUGH = 1.2345, 2000, 1e-4  # stop when y changes by no more than this, or after so many steps
SIZES = {8.0: "too large", 0.01: "small enough", 0.001: "too small"}
RATES = {0.95: "too large", 0.1: "moderate", 0.0003: "too small"}
TOO_FAR, BOUND, LEAPS = 1.1, 1.0, 60  # a rate that diverges, the bound between, and for how many steps to watch them
VALLEY_START, VALLEY_STEPS = {"x": -9.0, "y": 2.0}, 100
CURVE, RULE = "y = (x − 10)²", "x ← x − learning rate · slope"
OPTIMIZERS: dict[str, Callable[[float], Optimizer]] = {
    "SGD": SGD,
    "momentum": lambda rate: SGD(rate, momentum=0.9),
    "RMSprop": RMSprop,
    "Adam": Adam,
}
RATES_TO_TRY = (0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0)


# %% A curve and a valley, and their slopes by hand
def height(x: np.ndarray) -> np.ndarray:
    """The curve to find the lowest point of."""
    return (x - 10) ** 2


def slope(x: np.ndarray) -> np.ndarray:
    """Its derivative: ((x + h − 10)² − (x − 10)²) / h = 2 (x − 10) + h, and h goes to 0.

    >>> x, h = np.array(1.2345), 1e-6
    >>> print(((height(x + h) - height(x - h)) / (2 * h)).round(6), slope(x).round(6))
    -17.531 -17.531
    """
    return 2 * (x - 10)


def factor(rate: float) -> float:
    """Return what a step multiplies the distance to 10 by: x − rate · 2 (x − 10) − 10 = (1 − 2 · rate) (x − 10).

    The distance shrinks only while this lies between −1 and 1: for a rate below 1.
    """
    return 1 - 2 * rate


def valley(place: np.ndarray) -> np.ndarray:
    """A valley along the x axis, its walls 100 times as steep as its floor. `place`: x and y, numbers or arrays."""
    x, y = place
    return (x**2 + 100 * y**2) / 2


def valley_slope(place: np.ndarray) -> np.ndarray:
    """Its gradient, the slope along each axis: ∂f/∂x = x, ∂f/∂y = 100 y."""
    x, y = place
    return np.array([x, 100 * y])


# %% Ways down
def grid_search(f: Callable, low: float, high: float, points: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Look at `points` places from low to high; return them, their heights, and the lowest place."""
    x = np.linspace(low, high, points)
    y = f(x)
    return x, y, float(x[y.argmin()])


def descend_by_hand(rate: float) -> np.ndarray:
    """Walk down the curve until y changes little: what `descend` does with SGD. Return x at every step, (S,)."""
    x = np.array(START)
    path = [x]
    for _ in range(MOST):
        x = x - rate * slope(x)
        path.append(x)
        if abs(height(path[-1]) - height(path[-2])) <= ENOUGH:
            break
    return np.array(path)


class Point:
    """A place on a curve or a map, in the form in which a Recorder knows a model: parameters that have names."""

    def __init__(self, **coordinates: float) -> None:
        self.names, self.parameters = list(coordinates), np.array(list(coordinates.values()))

    def named_parameters(self) -> dict[str, np.ndarray]:
        """Return name → view."""
        return {name: self.parameters[i : i + 1] for i, name in enumerate(self.names)}


def descend(
    point: Point, f: Callable, gradient: Callable, optimizer: Optimizer, *, most: int = MOST, enough: float = ENOUGH,
    recorder: Recorder | None = None,
) -> Recording:  # fmt: skip
    """Let `optimizer` move the point downhill until f changes by no more than `enough`; return the recording.

    The same loop for every walk that is drawn: on the curve and in the valley, with every rate and every optimiser.
    With an `enough` below 0 it does not stop before it has made `most` steps. DivergenceError if f or the point leave
    all bounds; a `recorder` of the point then keeps what was recorded until then.
    """
    place, monitor = point.parameters, DivergenceMonitor(point, optimizer)
    with recorder or Recorder(point) as recorder:
        now = f(place).item()
        for step in range(1, most + 1):
            before, uphill = now, gradient(place)
            optimizer.step(place, uphill)  # adjust
            monitor.measure(step, before, uphill)
            recorder(Update(step, loss=before, model=point, optimizer=optimizer))
            now = f(place).item()
            if abs(now - before) <= enough:
                break
    return recorder.recording


def fixed_steps(size: float) -> Recording:
    """Walk down the curve in steps of one size: of the slope only the sign is used, to know which way is down."""
    return descend(Point(x=START), height, lambda x: np.sign(slope(x)), SGD(size))


def gradient_descent(rate: float, **settings: Any) -> Recording:
    """Walk down the curve in steps of rate · slope."""
    return descend(Point(x=START), height, slope, SGD(rate), **settings)


def diverge(rate: float) -> Recording:
    """Walk with a rate that is too large until y is too large to be written; `autopsy()` of this says when."""
    point = Point(x=START)
    recorder = Recorder(point)
    with suppress(DivergenceError), np.errstate(over="ignore"):
        descend(point, height, slope, SGD(rate), recorder=recorder)
    return recorder.recording


def best_walk(make: Callable[[float], Optimizer]) -> tuple[float, Recording]:
    """Walk down the valley with each of the rates; return the rate that ends lowest, and its walk."""
    walks = {}
    with np.errstate(over="ignore"):  # where the rate is far too large, f grows beyond all numbers
        for rate in RATES_TO_TRY:
            point = Point(**VALLEY_START)
            with suppress(DivergenceError):
                walks[rate] = descend(point, valley, valley_slope, make(rate), most=VALLEY_STEPS, enough=-1)
        best = min(walks, key=lambda rate: valley_heights(walks[rate])[-1])
    return best, walks[best]


def valley_heights(walk: Recording) -> np.ndarray:
    """Return f at every step of a walk in the valley, (S,)."""
    return valley(np.array([walk["x"][:, 0], walk["y"][:, 0]]))


# %% The pictures
def curve(low: float = -0.75, high: float = 20.75) -> Curve:
    """Return the curve between two places, for drawing."""
    x = np.linspace(low, high, 201)
    return Curve(x, height(x), CURVE, height)


def under(rule: str, clock: list[int], scenes: SideBySide) -> Stacked:
    """Put scenes under a rule and their one clock."""
    return Stacked(Heading(rule, clock, scenes.size[0]), scenes)


def look_everywhere(points: np.ndarray, heights: np.ndarray, clock: list[int]) -> Stacked:
    """A way that does not ask where down is."""
    grid = GridSearch(points, heights, curve(), clock, title="Look everywhere", name="grid")
    said = "first point", "next point"
    return Stacked(Heading("keep the lowest", clock, grid.size[0], said=said), grid)


def fixed_steps_beside(walks: dict[float, Recording], clock: list[int]) -> Stacked:
    """Steps of one size: that only asks which way is down, not how steep it is."""
    panels = []
    for size, recording in walks.items():
        walk = Descent(recording, height, slope, size, enough=ENOUGH, push=np.sign)
        panels.append(CurveDescent(walk, curve(), clock, title=SIZES[size].capitalize(), name=f"size_{size}",
                                   setting="step size", push="sign of slope"))  # fmt: skip
    return under("x ← x − step size · sign of slope", clock, SideBySide(*panels))


def learning_rates(walks: dict[float, Recording], clock: list[int]) -> Stacked:
    """Too large, moderate and too small."""
    panels = []
    for rate, recording in walks.items():
        walk = Descent(recording, height, slope, rate, enough=ENOUGH)
        panels.append(CurveDescent(walk, curve(), clock, title=RATES[rate].capitalize(), name=f"rate_{rate}"))
    return under(RULE, clock, SideBySide(*panels))


def diverging(walks: dict[float, Recording], end: Autopsy, clock: list[int]) -> EndingWith:
    """A rate that is too large by far, how far x and others are from 10, and how it ends.

    A camera steps back as far as x leaps: the picture stays the same, while the numbers explode.
    """
    names = {TOO_FAR: "diverges", BOUND: "the bound"} | RATES
    series = []
    for rate, recording in walks.items():
        distance = np.abs(recording["x"][: LEAPS + 1, 0] - 10)
        columns = {"learning rate": rate, "× each step": abs(factor(rate)), "|x − 10|": distance}
        whys = partial(distance_why, recording["x"][: LEAPS + 1, 0].tolist(), rate)
        series.append(Series(names[rate], columns, whys=whys))
    walk = Descent(walks[TOO_FAR], height, slope, TOO_FAR, enough=ENOUGH)
    reach = 1.5 * np.abs(walk.x[clock] - 10)
    far = np.geomspace(reach[0] / 50, reach[-1] * 1.01, 400)  # as dense in each picture
    x = np.concatenate([10 - far[::-1], [10], 10 + far])
    views = np.stack([10 - reach, 10 + reach], axis=1)
    forms: dict[str, Form] = {"|x − 10|": decimals_by_size}
    panels = SideBySide(
        CurveDescent(walk, Curve(x, height(x), CURVE), clock, title="Diverges", name=f"rate_{TOO_FAR}", views=views),
        StepChart(series, clock, shown="|x − 10|", title="How far from the lowest point", forms=forms),
    )
    return EndingWith(under(RULE, clock, panels), AutopsyPicture(end))


def distance_why(x: list[float], rate: float, column: str, step: int) -> Why | None:
    """Explain a number beside a walk x: its rate, and how far it is from 10."""
    if column == "learning rate":
        return Why("the learning rate", rate, [Line("a setting, chosen before the walk", rate)])
    grows = Term(abs(factor(rate)), "× each step")
    if column == "× each step":
        return Why("what each step multiplies the distance to 10 by", grows.value, [
            Line("|1 − 2 · learning rate|, for x − rate · 2 (x − 10) − 10 = (1 − 2 · rate) (x − 10)", "abs( 1 - 2 *",
                 Term(rate, "learning rate"), ") =", grows)])  # fmt: skip
    step = min(step, len(x) - 1)  # what has ended keeps its last
    now, before = abs(x[step] - 10), abs(x[max(step - 1, 0)] - 10)
    lines = [Line("so much of the distance before", before, "*", grows, "=", now)] if step else []
    lines.append(Line("from x to the lowest point", "abs(", x[step], "- 10 ) =", now))
    return Why(f"the distance to 10 after step {step}", now, lines) if column == "|x − 10|" else None


def two_dimensions(walks: dict[str, tuple[float, Recording]], clock: list[int]) -> SideBySide:
    """Four optimisers on one map, and how high each is, step by step."""
    ground = valley_map((-10, 4), (-3.9, 3.9), [1, 5, 20, 50, 100, 200, 400], numbers_at=3.3)
    middle = valley_map((-0.7, 0.7), (-0.17, 0.17), [0.01, 0.1, 0.5], numbers_at=0)
    series = []
    for name, (rate, walk) in walks.items():
        place = {"x": walk["x"][:, 0], "y": walk["y"][:, 0]}
        columns = {"learning rate": rate, **place, "f": valley_heights(walk)}
        whys = Walk(walk, OPTIMIZERS[name](rate), valley, valley_slope).why
        series.append(Series(name, columns, whys=whys))
    title = f"Height, each with the best of {len(RATES_TO_TRY)} rates tried"
    forms: dict[str, Form] = {"x": "{:z.3f}", "y": "{:z.3f}", "f": decimals_by_size}
    chart = StepChart(series, clock, shown="f", title=title, forms=forms)
    paths = ContourDescent(
        ground, series, clock, gradient=valley_slope, closer=middle, closer_at=(-6.8, -3.8), closer_by=6
    )
    return SideBySide(paths, chart)


def valley_map(x: tuple[float, float], y: tuple[float, float], levels: list[float], numbers_at: float) -> Valley:
    """Return a part of the valley, for drawing."""
    across, along = np.linspace(*x, 141), np.linspace(*y, 235)
    f = valley(np.array(np.meshgrid(across, along)))
    return Valley(across, along, f, levels, "f = ½ (x² + 100 y²)", bottom=(0, 0), numbers_at=numbers_at)


# %% All walks
points, heights, best = grid_search(height, 0, 20, MOST)
fixed = {size: fixed_steps(size) for size in SIZES}
walks = {rate: gradient_descent(rate) for rate in RATES}
leaps = {rate: gradient_descent(rate, most=LEAPS, enough=-1) for rate in (TOO_FAR, BOUND)}
diverged = diverge(TOO_FAR)
end = diverged.autopsy(last=len(diverged) - 1)  # all that came of updates
in_the_valley = {name: best_walk(make) for name, make in OPTIMIZERS.items()}


def clock(*steps: int) -> list[int]:
    """Return which steps to show: in a quick run few of them."""
    return sorted({*steps[::15], steps[-1]}) if book.quick else list(steps)


early = len(walks[0.95]) - 1  # the steps of the largest rate that converges
later, faster = (np.geomspace(start, MOST, 20).round().astype(int).tolist() for start in (early, 10))
slowly = {} if book.quick else {0: 3, 1: 2, 2: 1.5, 3: 1, 4: 0.5}  # the first steps, for their arithmetic to be read

# %% The films
everywhere = look_everywhere(points, heights, clock(*range(0, MOST, 25), MOST - 1))
book.film("ch02_grid_search", Clip(everywhere, fps=10, hold_first=1, colors=32))
sizes = fixed_steps_beside(fixed, clock(*range(10), *faster))
book.film("ch02_fixed_steps", Clip(sizes, fps=4, motion=3, holds=slowly, hold_last=4, colors=40))
rates = learning_rates(walks, clock(*range(20), *range(20, early, 3), *later))
book.film("ch02_learning_rates", Clip(rates, fps=6, motion=3, holds=slowly, hold_last=4, colors=40))
too_far = diverging(leaps | walks, end, clock(*range(11), *range(12, LEAPS + 1, 3)))
book.film("ch02_diverging", Clip(too_far, fps=5, motion=3, holds=slowly, hold_last=6, colors=48))
paths = two_dimensions(in_the_valley, clock(*range(30), *range(30, VALLEY_STEPS + 1, 2)))
book.film("ch02_two_dimensions", Clip(paths, fps=6, motion=2, holds=slowly, hold_last=4, colors=64))

# %% The numbers
on_the_curve = {"fixed size": fixed[0.01]} | {f"fixed size {size:g}": fixed[size] for size in (8.0, 0.001)}
on_the_curve |= {f"rate {rate}": walk for rate, walk in walks.items()}
book.numbers({"grid search, x": best})
for name, walk in on_the_curve.items():
    x = walk["x"][-1]
    book.numbers({f"{name}, steps": len(walk) - 1, f"{name}, x": x.item(), f"{name}, y": height(x).item()})
book.numbers({f"rate {TOO_FAR}, diverges at step": end.step})
book.numbers({f"rate {TOO_FAR}, x after {LEAPS} steps": leaps[TOO_FAR]["x"][-1].item()})
for name, (best_rate, walk) in in_the_valley.items():
    f = valley_heights(walk)[-1].item()
    book.numbers({f"{name}, best rate": best_rate, f"{name}, f after {VALLEY_STEPS} steps": f})
