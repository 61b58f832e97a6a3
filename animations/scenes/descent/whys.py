"""Explains the numbers of a search along a curve: each place from the one before, back to the start.

x[s] = x[s−1] − rate · push[s−1]; y[s] and slope[s] are those of the curve at x[s].
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from animations.kit.formulas import Formula, checked
from animations.kit.whys import Table, explained, noted
from animations.scenes.descent.descent import Descent
from animations.why import Line, Term, Why


def clock_why(step: int) -> Why:
    """Explain the step that a frame shows."""
    return noted("the step that this frame shows", "steps made since the start, which is step 0", step)


REACH = 3  # how many steps you can go back; the frames of earlier ones explain them


@dataclass(frozen=True)
class WalkWhys:
    """Explains the numbers of a walk: those drawn at step `now`, and those of any other step, as x[3].

    prefix         precedes its gids: "slow."
    setting, push  the name of the rate, and of its factor
    divisor        how many times shorter the slope's arrow is
    """

    walk: Descent
    prefix: str
    setting: str
    push: str
    now: int
    divisor: float

    def why(self, gid: str) -> Why | None:
        return explained(gid.removeprefix(self.prefix), TABLE, self) if gid.startswith(self.prefix) else None

    def term(self, name: str, step: int) -> Term:
        """Return x, y, slope or push of a step as a term; for the last few steps it can be asked."""
        values: np.ndarray = getattr(self.walk, name)
        return Term(float(values[step]), f"{self.prefix}{name}[{step}]" if step >= self.now - REACH else "")

    def rate(self) -> Why:
        return noted(f"the {self.setting}", "a setting, chosen before the walk", self.walk.rate)

    def x(self, step: int) -> Why:
        value = float(self.walk.x[step])
        if step == 0:
            return noted("x at the start", "where the walk starts, chosen", value)
        rate = Term(self.walk.rate, f"{self.prefix}setting")
        words = f"x − {self.setting} · {self.push}, all of step {step - 1}"
        line = Line(words, self.term("x", step - 1), "-", rate, "*", self.term("push", step - 1), "=", value)
        return Why(f"x after step {step}", value, [checked(line, value, f"as recorded after step {step}")])

    def y(self, step: int) -> Why:
        return self._on_the_curve("y", step, "the height of the curve", self.walk.height_formula)

    def slope(self, step: int) -> Why:
        return self._on_the_curve("slope", step, "the derivative of the curve", self.walk.slope_formula)

    def pushed(self, step: int) -> Why:
        """Explain the factor of the rate: the slope, its sign, or another number made from it."""
        value, slope = float(self.walk.push[step]), self.term("slope", step)
        says = f"the {self.push} at x, step {step}"
        if value == slope.value:
            return self.slope(step)
        if value in (-1, 1):
            words = "the slope, divided by its size: only the sign is left"
            return Why(says, value, [checked(Line(words, slope, "/ abs(", slope, ") =", value), value, self.push)])
        return Why(says, value, [Line("made from the slope", slope), Line(self.push, value)])

    def change(self) -> Why:
        last = self.walk.last
        line = Line("how far y moved, up or down", "abs(", self.term("y", last), "-", self.term("y", last - 1), ") =",
                    self.walk.change)  # fmt: skip
        return Why(f"the change of y in the last step, {last}", self.walk.change, [line])

    def last_step(self) -> Why:
        words = "in it, y changed by no more than" if self.walk.converged else "y still changes by more than"
        enough = Line(words, Term(self.walk.enough, f"{self.prefix}enough"))
        recorded = Line("the steps that were recorded; the start is step 0", self.walk.last)
        return Why("the last step of the walk", self.walk.last, [enough, recorded])

    def enough(self) -> Why:
        return noted("the change of y that is small enough", "a setting: the walk ends when y changes by no more",
                     self.walk.enough)  # fmt: skip

    def shortening(self) -> Why:
        power = round(math.log10(self.divisor))
        words = "a power of 10, so that the steepest slope's arrow takes no more than a tenth of the width"
        says = "how many times shorter the slope's arrow is than the slope"
        return Why(says, self.divisor, [Line(words, "10 **", power, "=", self.divisor)])

    def _on_the_curve(self, name: str, step: int, words: str, formula: Formula | None) -> Why:
        """Explain a number that a function of x returned: by its formula, if it can be read."""
        x, value = self.term("x", step), float(getattr(self.walk, name)[step])
        says = f"{words} at x, step {step}"
        return Why(says, value, by_formula(formula, x, value, words))


def by_formula(formula: Formula | None, x: Term, value: float, words: str) -> list[Line]:
    """Explain how a function of x made a value: by its formula, if it is known and gives that value."""
    if formula and len(formula.names) == 1:
        name, *_ = formula.names
        line = formula.line(f"{words}: {formula.function}({name}) = {formula.text}", {name: x}, value)
        if (line := checked(line, value, "")).words:
            return [line]
    return [Line("at this x", x), Line(f"{words}, as its function returned it", value)]


TABLE: Table = {
    "setting": WalkWhys.rate,
    "update.rate": WalkWhys.rate,
    "divisor": WalkWhys.shortening,
    "change": WalkWhys.change,
    "enough": WalkWhys.enough,
    "last_step": WalkWhys.last_step,
    "x": lambda walk: walk.x(walk.now),
    "y": lambda walk: walk.y(walk.now),
    "slope": lambda walk: walk.slope(walk.now),
    "update.x": lambda walk: walk.x(walk.now),
    "update.push": lambda walk: walk.pushed(walk.now),
    "update.next_x": lambda walk: walk.x(min(walk.now + 1, walk.walk.last)),
    "x[{}]": WalkWhys.x,
    "y[{}]": WalkWhys.y,
    "slope[{}]": WalkWhys.slope,
    "push[{}]": WalkWhys.pushed,
}


@dataclass(frozen=True)
class GridWhys:
    """Explains the numbers of a grid search at point `now`, and those of any other point, as y[3].

    x, y   (N,) the points
    best   (N,) the number of the best point so far
    curve  the formula of the curve, if it is known
    """

    x: np.ndarray
    y: np.ndarray
    best: np.ndarray
    curve: Formula | None
    prefix: str
    now: int

    def why(self, gid: str) -> Why | None:
        return explained(gid.removeprefix(self.prefix), GRID, self) if gid.startswith(self.prefix) else None

    def term(self, axis: str, point: int) -> Term:
        """Return x or y of a point as a term that can be asked."""
        values: np.ndarray = getattr(self, axis)
        return Term(float(values[point]), f"{self.prefix}{axis}[{point}]")

    def count(self) -> Why:
        return noted("the points of the grid", "a setting: the number of points", len(self.x))

    def last_step(self) -> Why:
        count = len(self.x)
        points = Term(count, f"{self.prefix}setting")
        line = Line("one point is seen in each step; the first in step 0", points, "- 1 =", count - 1)
        return Why("the step in which the last point is seen", count - 1, [line])

    def x_of(self, point: int) -> Why:
        """Explain the place of a point: if the points are evenly spaced, from the first, the last and its number."""
        first, last, value, count = float(self.x[0]), float(self.x[-1]), float(self.x[point]), len(self.x)
        words = f"point {point} of 0 … {count - 1}, evenly from {first:g} to {last:g}"
        line = Line(words, first, "+", point, "* (", last, "-", first, ") /", count - 1, "=", value)
        return Why(f"x of point {point}", value, [checked(line, value, "a point of the grid, given to this picture")])

    def y_of(self, point: int) -> Why:
        y = float(self.y[point])
        lines = by_formula(self.curve, self.term("x", point), y, "the height of the curve there")
        return Why(f"y of point {point}", y, lines)

    def best_x(self) -> Why:
        best = int(self.best[self.now])
        lowest = Line(f"the lowest y so far is that of point {best}", self.term("y", best))
        x = Line("and this is its x", self.term("x", best))
        return Why("x of the lowest point so far", float(self.x[best]), [lowest, x])

    def best_y(self) -> Why:
        """Explain the lowest y so far: the lower of this point's and the lowest before."""
        now = self.now
        value, own = float(self.y[self.best[now]]), self.term("y", now)
        says = f"the lowest y of the points 0 … {now}"
        if now == 0:
            return Why(says, value, [Line("the first point is the lowest until now", own)])
        before = self.term("y", int(self.best[now - 1]))
        line = Line("the lower of the lowest before and this one", "min(", before, ",", own, ") =", value)
        return Why(says, value, [line])


GRID: Table = {
    "setting": GridWhys.count,
    "last_step": GridWhys.last_step,
    "now.x": lambda grid: grid.x_of(grid.now),
    "now.y": lambda grid: grid.y_of(grid.now),
    "best.x": GridWhys.best_x,
    "best.y": GridWhys.best_y,
    "x[{}]": GridWhys.x_of,
    "y[{}]": GridWhys.y_of,
}
