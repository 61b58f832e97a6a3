# %% [markdown]
# # Chapter 2. Walking downhill: gradient descent
#
# You are on a hillside, at night and in fog, and you want to get down to the valley. All that you can tell is how high
# you are and, with your feet, how the ground slopes. What do you do?
#
# A machine that learns is in the same position. Its height is how wrong it is. Its place is the numbers that it can
# adjust: two in the next chapter, many thousands in chapter 7. To learn is to find the lowest place, the **minimum**.
#
# In this chapter the hill is so simple that we know where the minimum is, and can judge how well a search does:
#
# $$y = (x - 10)^2$$
#
# A square is never negative. So this curve is lowest where it is zero, at $x = 10$. The searcher does not know that.

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
from chapters.turns import Choose, Turn

book = begin("ch02")
START, MOST, ENOUGH = 1.2345, 2000, 1e-4  # stop when y changes by no more than this, or after so many steps
SIZES = {8.0: "long steps", 0.01: "short steps", 0.001: "tiny steps"}
RATES = {0.95: "large", 0.1: "medium", 0.0003: "small"}
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
LARGE = max(SIZES)
LARGEST, MODERATE, SMALLEST = RATES

# %% [markdown]
# ## Look everywhere
#
# The plainest search looks everywhere, and is called a **grid search**.
#
# Take many values of $x$, evenly spaced. Calculate the height at each, and keep the lowest:


# %%
def height(x: Any) -> Any:
    return (x - 10) ** 2


def grid_search(f: Callable, low: float, high: float, points: int) -> tuple:
    x = np.linspace(low, high, points)
    y = f(x)
    return x, y, float(x[y.argmin()])


points, heights, best = grid_search(height, 0, 20, MOST)
gap = points[1] - points[0]

# %% [markdown]
# In the film a blue dot goes over {MOST:,} such places, and the green ring stays at the lowest so far.


# %% Draw the film: the grid
slowly = {0: 3, 1: 2, 2: 1.5, 3: 1, 4: 0.5}  # step → seconds: the first ones, for their arithmetic to be read


def clock(*steps: int) -> list[int]:
    """Return which steps to show: in a quick run the first ones and then few."""
    first = [step for step in steps if step in slowly]
    return sorted({*first, *steps[::15], steps[-1]}) if book.quick else list(steps)


def curve(low: float = -0.75, high: float = 20.75) -> Curve:
    """Return the curve between two places, for drawing."""
    x = np.linspace(low, high, 201)
    return Curve(x, height(x), CURVE, height)


def look_everywhere(points: np.ndarray, heights: np.ndarray, clock: list[int]) -> Stacked:
    """A way that does not ask where down is."""
    grid = GridSearch(points, heights, curve(), clock, title="Look everywhere", name="grid")
    said = "first point", "next point"
    return Stacked(Heading("keep the lowest", clock, grid.size[0], said=said), grid)


near = ("exactly to ten", "within a hundredth", "only within a tenth")
book.ask(Choose("How close to ten will it come?", f"The best place of the grid is {best:.6f}.",
                options=near, right=near[0 if best == 10 else 1 if abs(best - 10) < 0.01 else 2]))  # fmt: skip
everywhere = look_everywhere(points, heights, clock(*range(0, MOST, 25), MOST - 1))
book.film("ch02_grid_search", Clip(everywhere, **book.pace(10), hold_first=2, colors=32),
          "A grid search. The ring is at the lowest place so far.")  # fmt: skip

# %% [markdown]
# It finds $x$ = {best:.6f}. Neighbours on this grid are {gap:.2f} apart. The method is safe, unless the minimum hides
# between two neighbours.
#
# But look at the price. All these places are for a single number. For two numbers, a grid as fine has {pow(MOST, 2):,}
# places. For ten, their number has {len(str(pow(MOST, 10)))} digits. You have to use your feet.
#
# ## Which way is down?
#
# Put one foot forward, a small distance $h$ to the right, and feel how much higher it stands. Divide that by $h$, and
# you have the slope of the ground:
#
# $$\frac{(x + h - 10)^2 - (x - 10)^2}{h} = 2 (x - 10) + h$$
#
# The shorter $h$ is, the closer this comes to $2 (x - 10)$. That is the slope at the point itself, the **derivative**
# of the curve.
#
# Try both, at the place where our walks begin:


# %%
def slope(x: Any) -> Any:
    return 2 * (x - 10)


h = 0.000001
felt = (height(START + h) - height(START)) / h
f"felt: {felt:.4f}   calculated: {slope(START):.4f}"

# %% [markdown]
# The slope has a sign and a size. Here the sign is minus: the ground falls to the right. With a plus it would fall to
# the left. So *down is always against the slope*. The size says how steep it is.
#
# ## Steps of one size
#
# First we use the sign alone, and make every step equally long:
#
# $$x \leftarrow x - \text{step size} \cdot \text{sign of slope}$$
#
# How do you know that you are there? A walk on this curve ends when a step changes $y$ by no more than {ENOUGH}; we say
# that it **converges**. A walk that does not is stopped after {MOST:,} steps.
#
# In the film three walkers set out from the same place, with three step sizes. The orange arrow is the slope; it points
# uphill along $x$. The blue arrow is the next step. With the largest size, {LARGE:g}, the first step goes almost to the
# minimum.


# %% Draw the film: steps of one size
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


def under(rule: str, clock: list[int], scenes: SideBySide) -> Stacked:
    """Put scenes under a rule and their one clock."""
    return Stacked(Heading(rule, clock, scenes.size[0]), scenes)


def fixed_steps_beside(walks: dict[float, Recording], clock: list[int]) -> Stacked:
    """Steps of one size: that only asks which way is down, not how steep it is."""
    panels = []
    for size, recording in walks.items():
        walk = Descent(recording, height, slope, size, enough=ENOUGH, push=np.sign)
        panels.append(CurveDescent(walk, curve(), clock, title=SIZES[size].capitalize(), name=f"size_{size}",
                                   setting="step size", push="sign of slope"))  # fmt: skip
    return under("x ← x − step size · sign of slope", clock, SideBySide(*panels))


fixed = {size: fixed_steps(size) for size in SIZES}
faster = np.geomspace(10, MOST, 20).round().astype(int).tolist()
arrived = min((size for size in SIZES if len(fixed[size]) <= MOST), key=lambda size: len(fixed[size]))
book.ask(Choose("Which walker is the first to arrive?", "No other arrives at all.",
                options=tuple(f"steps of {size:g}" for size in SIZES), right=f"steps of {arrived:g}"))  # fmt: skip
sizes = fixed_steps_beside(fixed, clock(*range(10), *faster))
book.film("ch02_fixed_steps", Clip(sizes, **book.pace(4, 3), holds=slowly, hold_last=4, colors=40),
          "Three walkers with steps of one size. The orange arrow is the slope, the blue one the step.")  # fmt: skip
large, middle, small = (fixed[size]["x"][:, 0] for size in SIZES)  # where they were at each step
crept = (small[-1] - START) / (10 - START)

# %% [markdown]
# The walker with the longest steps never arrives. From {large[1]:.4f} it leaps over the minimum to {large[2]:.4f}, then
# back, and so on for ever. The smallest size is no better: all those steps took the walker only {crept:.0%} of the way.
#
# Only the size between them converges, and it needs {len(middle) - 1} steps. No one size is right. Far from the minimum
# you want long steps, and close to it short ones.
#
# ## Steps as long as the slope is steep
#
# The slope offers just that. Far away it is steep, near the minimum almost level. So multiply the whole slope by a
# small fixed number, the **learning rate**, and go that far:
#
# $$x \leftarrow x - \text{learning rate} \cdot \frac{dy}{dx}$$
#
# This is **gradient descent**, and every network in this book learns in this way. It fits in a few lines:


# %%
def descend_by_hand(rate: float) -> np.ndarray:
    path = [START]
    for _ in range(MOST):
        x = path[-1]
        path.append(x - rate * slope(x))
        if abs(height(path[-1]) - height(x)) <= ENOUGH:
            break
    return np.array(path)


# %% [markdown]
# Three walkers again, with three learning rates. Below each curve is the arithmetic of the next step; click on a number
# to ask where it comes from. Watch the length of the blue arrow.


# %% Draw the film: three learning rates
def gradient_descent(rate: float, **settings: Any) -> Recording:
    """Walk down the curve in steps of rate · slope."""
    return descend(Point(x=START), height, slope, SGD(rate), **settings)


def factor(rate: float) -> float:
    """Return what a step multiplies the distance to 10 by: x − rate · 2 (x − 10) − 10 = (1 − 2 · rate) (x − 10).

    The distance shrinks only while this lies between −1 and 1: for a rate below 1.
    """
    return 1 - 2 * rate


def learning_rates(walks: dict[float, Recording], clock: list[int]) -> Stacked:
    """A large, a medium and a small one; which of them is best is a guess."""
    panels = []
    for rate, recording in walks.items():
        walk = Descent(recording, height, slope, rate, enough=ENOUGH)
        panels.append(CurveDescent(walk, curve(), clock, title=RATES[rate].capitalize(), name=f"rate_{rate}"))
    return under(RULE, clock, SideBySide(*panels))


walks = {rate: gradient_descent(rate) for rate in RATES}
fast, moderate, slow = (walks[rate]["x"][:, 0] for rate in RATES)
early = len(fast) - 1  # the steps of the largest rate that converges
later = np.geomspace(early, MOST, 20).round().astype(int).tolist()
first = min(walks, key=lambda rate: len(walks[rate]))
book.ask(Choose("Which learning rate arrives first?", f"It needs {len(walks[first]) - 1} steps.",
                options=tuple(f"{rate:g}" for rate in RATES), right=f"{first:g}"))  # fmt: skip
rates = learning_rates(walks, clock(*range(20), *range(20, early, 3), *later))
book.film("ch02_learning_rates", Clip(rates, **book.pace(6, 3), holds=slowly, hold_last=4, colors=40),
          "Gradient descent with three learning rates.")  # fmt: skip

# %% [markdown]
# The medium rate arrives after {len(moderate) - 1} steps, where steps of one size took {len(middle) - 1}. Its steps
# are long at first, and get shorter without anybody telling them to. With the smallest rate the walker is still at
# {slow[-1]:.2f} when its time is up.
#
# And the large rate? It arrives, too, after {early} steps. It leaps from wall to wall, and each leap is a little
# shorter than the last.
#
# ## What makes a learning rate too large
#
# Put the slope into the rule, with $r$ for the learning rate, and see what a step does to the distance from ten:
#
# $$\left( x - r \cdot 2 (x - 10) \right) - 10 = (1 - 2 r) (x - 10)$$
#
# Every step multiplies the distance by the same factor, $1 - 2 r$. For the medium rate it is {factor(MODERATE):g}:
# each step covers a fifth of the way that is left. For the smallest rate it is {factor(SMALLEST):g}, so almost all of
# the distance is left. For the largest it is {factor(LARGEST):g}, and the minus sign is the leap to the other wall.
#
# The two in $1 - 2 r$ comes from this curve: it is the **curvature**, the amount by which the slope changes when $x$
# grows by one. In general the factor is
#
# $$1 - \text{learning rate} \cdot \text{curvature}$$
#
# The distance shrinks only while this lies between $-1$ and $1$. So the bound for our curve is a learning rate of
# {BOUND:g}, where the walker leaps to and fro between two places. Above it, each leap is longer than the one before.
#
# See it happen, with a rate of {TOO_FAR}. The camera steps back after every leap, so that the picture stays nearly the
# same: look at the numbers on the axes. The chart shows the distances of five walkers. Its scale is logarithmic. There
# a distance that every step multiplies by the same factor makes a straight line. No computer lets numbers grow for
# ever. How will it end?


# %% Draw the film: a learning rate that is too large
def diverge(rate: float) -> Recording:
    """Walk with a rate that is too large until y is too large to be written; `autopsy()` of this says when."""
    point = Point(x=START)
    recorder = Recorder(point)
    with suppress(DivergenceError), np.errstate(over="ignore"):
        descend(point, height, slope, SGD(rate), recorder=recorder)
    return recorder.recording


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


leaps = {rate: gradient_descent(rate, most=LEAPS, enough=-1) for rate in (TOO_FAR, BOUND)}
diverged = diverge(TOO_FAR)
end = diverged.autopsy(last=len(diverged) - 1)  # all that came of updates
too_far = diverging(leaps | walks, end, clock(*range(11), *range(12, LEAPS + 1, 3)))
book.film("ch02_diverging", Clip(too_far, **book.pace(5, 3), holds=slowly | {-2: 3}, hold_last=6, colors=48),
          "A learning rate beyond the bound: the picture stays, the numbers explode.")  # fmt: skip
bound = 2 / 100  # of the learning rate in the valley to come, whose walls have the curvature 100
explodes = leaps[TOO_FAR]["x"][:, 0]

# %% [markdown]
# The walk **diverges**. Each distance is {abs(factor(TOO_FAR)):g} times the one before. After {LEAPS} steps $x$ is
# {explodes[-1]:,.0f}.
#
# The end comes when $y$ is larger than any number that the computer can store. Then it is `inf`, infinity, and at
# step {end.step:,} the walk is over. The last picture is an autopsy, which tinylearn can make of any recorded training
# that has diverged. There a step is called an update, the height the loss, and the size of $x$ its
# norm. When a training of your own stops with a `DivergenceError`, first try a smaller learning rate.
#
# In the chart, the walker at the bound and the slowest one seem to share a line: too small looks as hopeless as too
# large.
#
# ## Your turn
#
# Here your browser walks. Find the largest rate that still arrives. Then take the other curve, which has two hollows,
# and find a start from which the walk ends in the wrong one.

# %% Let the browser walk on the curve
book.your_turn(Turn("curve_walk", "Drag the start, change the learning rate", {
    "start": START, "rate": MODERATE, "most": MOST, "enough": ENOUGH,
    "walks": [[rate, walk["x"][:, 0]] for rate, walk in walks.items()],
}))  # fmt: skip

# %% [markdown]
# ## Two numbers at once
#
# With two numbers to adjust, the curve becomes a landscape, and we draw it as a map. From here on $x$ and $y$ are the
# place, and $f$ is the height. Ours is a long, narrow valley with its minimum in the middle, where both are zero:
#
# $$f = \frac{1}{2} \left( x^2 + 100 y^2 \right)$$
#
# The ground now has a slope along $x$ and a slope along $y$. Both together, as a list, are the **gradient**:
#
# $$\nabla f = \begin{pmatrix} \partial f / \partial x \\ \partial f / \partial y \end{pmatrix}
# = \begin{pmatrix} x \\ 100 y \end{pmatrix}$$


# %%
def valley(place: np.ndarray) -> np.ndarray:
    x, y = place
    return (x**2 + 100 * y**2) / 2


def valley_slope(place: np.ndarray) -> np.ndarray:
    x, y = place
    return np.array([x, 100 * y])


# %% [markdown]
# On the map the gradient is an arrow that points straight uphill, at a right angle to the **contour line**, along which
# the height stays the same. The steepest way down is the opposite way. But that need not be the way to the minimum. In
# a narrow valley it leads across to the other wall, not along the floor.
#
# The factor from above says how bad this is. A step multiplies $x$ by $1 - r$ and $y$ by $1 - 100 r$. For $y$ the bound
# is a rate of {bound:g}. With that rate, each step still leaves {1 - bound:.0%} of $x$. A step that the walls allow
# hardly moves you along the floor.
#
# ## Three cures
#
# A rule that turns gradients into steps is called an **optimiser**. Gradient descent is one.
#
# In tinylearn its name is `SGD`, *stochastic* gradient descent, because later on each step will see only a random
# sample of the data. The last line is the rule that you know:
#
# ::source tinylearn/optimizers.py SGD.step
#
# The lines above it are the first cure, **momentum**. Here `v` is a velocity: each step keeps a part of the step before
# it. Leaps to and fro cancel, and steps in the same direction add up.
#
# The second cure is **RMSprop**. Here `v` is a running mean of each slope's square. Its root says how large that slope
# usually is, and the step is divided by it:
#
# ::source tinylearn/optimizers.py RMSprop.step
#
# So it goes at one pace in both directions, however steep they are. The third cure, **Adam**, unites the two: it goes
# along a running mean of the gradient, divided by the usual size.
#
# All optimisers are used in the same way. This is a walk with momentum:


# %%
place, optimizer = np.array([-9.0, 2.0]), SGD(0.015, momentum=0.9)
for _ in range(VALLEY_STEPS):
    optimizer.step(place, valley_slope(place))

place.round(4)

# %% [markdown]
# It ends close to zero. In the film you see how, beside three others. Each walks with the best of {len(RATES_TO_TRY)}
# learning rates. The orange arrow is the steepest way down for plain gradient descent, at a right angle to the contour
# line. Near the minimum a window shows the walkers larger. The chart has their heights, again on a logarithmic scale.
# Which walker goes straight, and which one swings?


# %% Draw the film: four optimisers in a valley
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


in_the_valley = {name: best_walk(make) for name, make in OPTIMIZERS.items()}
falls = {name: valley_heights(walk) for name, (_, walk) in in_the_valley.items()}
deepest = min(falls, key=lambda name: falls[name][-1])
book.ask(Choose(f"Which is lowest after {VALLEY_STEPS} steps?", "Look at the order a few steps earlier, though.",
                options=tuple(falls), right=deepest))  # fmt: skip
paths = two_dimensions(in_the_valley, clock(*range(30), *range(30, VALLEY_STEPS + 1, 2)))
book.film("ch02_two_dimensions", Clip(paths, **book.pace(6, 2), holds=slowly, hold_last=4, colors=64),
          "Four optimisers in a narrow valley, each with the best of the rates tried.")  # fmt: skip
highest_cure = max(falls[name][-1] for name in ("momentum", "RMSprop", "Adam"))
times = int(falls["SGD"][-1] / highest_cure // 100 * 100)
creeps, swing = in_the_valley["SGD"][1]["x"][-1].item(), in_the_valley["momentum"][1]["x"].max()
jump = VALLEY_STEPS // 2 + int(falls["RMSprop"][VALLEY_STEPS // 2 :].argmax())  # the highest point of the second half

# %% [markdown]
# Plain gradient descent leaps across the valley a few times, and then creeps along its floor. At the end it is still at
# $x$ = {creeps:.3f}. Momentum swings from wall to wall, gathers speed along the floor, and shoots past the minimum as
# far as {swing:.2f} before it turns back.
#
# RMSprop and Adam set out diagonally, because they go at one pace in both directions. All three cures end more than
# {times:,} times lower than plain gradient descent.
#
# Did you see what RMSprop does at step {jump}? It leaps up the walls again. As the gradient gets smaller, RMSprop
# divides by less and less, until its steps are too long for these walls. With a fixed learning rate it does not come to
# rest.
#
# Now walk yourself. Give plain gradient descent and momentum the same rate. Then start on the floor of the valley,
# where $y$ is zero.

# %% Let the browser walk in the valley
book.your_turn(Turn("valley", "Drag the start, choose the optimiser and its rate", {
    "start": [*VALLEY_START.values()], "steps": VALLEY_STEPS,
    "walks": [[name, rate, np.stack([walk["x"][:, 0], walk["y"][:, 0]], axis=1).ravel()]
              for name, (rate, walk) in in_the_valley.items()],
}))  # fmt: skip

# %% [markdown]
# ## Where it is wrong to generalise
#
# *No learning rate is good in itself.* Our medium one, {MODERATE}, is {MODERATE / bound:.0f} times the bound in the
# valley. The bound is two divided by the curvature, and in a network you do not know the curvature, which also changes
# on the way. So in practice you try several rates, and keep the best, as we did for the film.
#
# *No optimiser is always best.* The lines of the three cures cross again and again, so the order depends on when you
# look. And this valley lies along the axes, which suits RMSprop and Adam, since they scale each coordinate on its own.
# The last exercise turns it.
#
# *The lowest place around you may not be the lowest of all.* The walker knows only the ground under its feet. Here is a
# curve with two hollows, a walk from each side, and a grid search:


# %%
def hollows(x: Any) -> Any:
    return x**4 - 2 * x**2 + x / 2


left, right = -2.0, 2.0
for _ in range(200):
    left -= 0.05 * (4 * left**3 - 4 * left + 0.5)
    right -= 0.05 * (4 * right**3 - 4 * right + 0.5)

lowest = grid_search(hollows, -2, 2, MOST)[2]
f"from the left {left:.2f}, from the right {right:.2f}, grid {lowest:.2f}"

# %% [markdown]
# Both walks converge, but the one from the right ends {hollows(right) - hollows(left):.1f} higher. It is caught in a
# *local* minimum, and steps as short as these never climb out of one. The grid search has seen both hollows. With
# gradient descent, where you end depends on where you begin.
#
# ## Exercises
#
# ### Exercise 1. In one step
#
# With one learning rate, gradient descent on our curve reaches the minimum in a single step, wherever it starts. Which
# one?

# %% Answer 1
at_once = gradient_descent(0.5)["x"][:, 0]
assert factor(0.5) == 0  # nothing is left of the distance
assert at_once[1] == 10
f"With a learning rate of 0.5: from {at_once[0]} to {at_once[1]:g}"

# %% [markdown]
# ### Exercise 2. Have you arrived?
#
# Use a learning rate of a ten-millionth. The walk converges faster than any in this chapter. Where is it then, and what
# is wrong?

# %% Answer 2
tiny = gradient_descent(1e-7)["x"][:, 0]
assert len(tiny) == 2  # the start and one step
assert abs(tiny[1] - START) < 1e-5
f"It stops after {len(tiny) - 1} step, at {tiny[1]:.6f}: y hardly changed, because the step was short"

# %% [markdown]
# ### Exercise 3. Turn the valley
#
# Turn the valley and the starting point by forty-five degrees, and let all four walk again, each with its best learning
# rate. Which do not notice, and why?

# %% Answer 3
TURN = np.array([[1, -1], [1, 1]]) / np.sqrt(2)  # TURN @ place is the place turned; TURN.T turns it back


def turned_end(make: Callable[[float], Optimizer], rate: float) -> float:
    """Return the height after all steps in the turned valley, infinity if the walk diverges."""
    place, optimizer = TURN @ list(VALLEY_START.values()), make(rate)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(VALLEY_STEPS):
            optimizer.step(place, TURN @ valley_slope(TURN.T @ place))
        return float(np.nan_to_num(valley(TURN.T @ place), nan=np.inf))


ends = {name: min(turned_end(make, rate) for rate in RATES_TO_TRY) for name, make in OPTIMIZERS.items()}
for name in ("SGD", "momentum"):  # sums of gradients turn with the valley
    assert np.isclose(ends[name], falls[name][-1], rtol=1e-6)
assert ends["RMSprop"] > 100 * falls["RMSprop"][-1]  # neither axis is steep or flat now: it scales both alike
"; ".join(f"{name} {falls[name][-1]:.3g} → {end_there:.3g}" for name, end_there in ends.items())

# %% Keep the numbers of this run
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
