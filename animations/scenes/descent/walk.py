"""Explains the walk of an optimiser over a plane, step by step, for `Series(…, whys=walk.why)`."""

from __future__ import annotations

import copy
import re
from typing import Any

import numpy as np

from animations import checks, data
from animations.kit.chain.parameters import line_of
from animations.kit.formulas import Formula, checked, formula_of
from animations.kit.whys import noted
from animations.why import Line, Part, Term, Why
from tinylearn import Recording
from tinylearn.analysis.traced import terms_of
from tinylearn.optimizers import Optimizer

REACH = 3  # how many steps you can go back; the frames of earlier ones explain them
GID = re.compile(r"(gradient\.)?([^\[\]]+)\[(\d+)\]")


class Walk(data.Data):
    """A recorded walk with all its steps, of parameters that are one number each: S steps, D parameters.

    optimizer   as it was before the first step; ValueError if it does not make the recorded steps
    f           the height of places (D, S), to (S,), and `gradient` of them, to (D, S)
    height      the name of the column with the heights

    Explains the columns of its parameters, `height`, and "learning rate"; with a step, also numbers of other steps,
    "x[3]", and the gradient there, "gradient.x[3]".
    """

    recording: Recording = data.instance(Recording)
    optimizer: Optimizer = data.instance(Optimizer)
    f: Any = data.anything(checks.function)
    gradient: Any = data.anything(checks.function)
    height: str = data.text(default="f", kw_only=True)

    def prepare(self) -> None:
        names, steps = self.recording.names, self.recording.steps
        if not np.array_equal(steps, np.arange(len(steps))):
            raise ValueError(f"Walk: expected a record of every step, 0, 1, …, got {self.recording}")
        self.names, shape = list(names), (len(names), len(steps))
        self.places = checks.array("Walk", "the recorded places",
                                   np.array([self.recording[name].reshape(len(steps), -1)[:, 0] for name in names]),
                                   shape)  # fmt: skip
        self.slopes = checks.array("Walk", "what gradient returns", self.gradient(self.places), shape)
        self.heights = checks.array("Walk", "what f returns", self.f(self.places), shape[1:])
        self.height_formula = formula_of(self.f)
        self.slope_formulas = [formula_of(self.gradient, axis) for axis in range(len(names))]
        del self.f, self.gradient  # with a lambda, the scene could not go to another process
        self.optimizers = self._followed()
        self.told: dict[tuple[int, int], Any] = {}  # (axis, step) → its terms: many frames explain the same step

    def _followed(self) -> list[Optimizer]:
        """Return the optimiser as it was before each step."""
        found, optimizer, place = [], copy.deepcopy(self.optimizer), self.places[:, 0].copy()
        for step in range(1, self.places.shape[1]):
            found.append(copy.deepcopy(optimizer))
            optimizer.step(place, self.slopes[:, step - 1].copy())
            if not np.array_equal(place, self.places[:, step]):
                raise ValueError(
                    f"Walk: {self.optimizer} must make the recorded steps, got {place} after step {step} "
                    f"instead of {self.places[:, step]}"
                )
        return found

    def why(self, gid: str, step: int) -> Why | None:
        """Explain a number; `step` is its step if its gid has none."""
        if gid == "learning rate":
            rate = self.optimizer.learning_rate
            return noted("the learning rate", "a setting, chosen before the walk", rate)
        now = min(step, len(self.heights) - 1)  # after its end, a walk keeps its last place
        found = GID.fullmatch(f"{gid}[{now}]" if gid in (*self.names, self.height) else gid)
        if not found or int(found[3]) >= len(self.heights):
            return None
        kind, name, at = found[1], found[2], int(found[3])
        if name == self.height and not kind:
            return self._height(at)
        if name not in self.names:
            return None
        axis = self.names.index(name)
        return self._slope(axis, at) if kind else self._place(axis, at, is_last=at <= now - REACH)

    def term(self, axis: int, step: int, kind: str = "") -> Term:
        """Return a coordinate, or the gradient along it, as a term that can be asked."""
        values = self.slopes if kind else self.places
        return Term(float(values[axis, step]), f"{kind}{self.names[axis]}[{step}]")

    def _place(self, axis: int, step: int, is_last: bool) -> Why:
        """Explain a coordinate from the one before; the last one that can be asked gets no way back."""
        name, value = self.names[axis], float(self.places[axis, step])
        if step == 0:
            return noted(f"{name} at the start", "where the walk starts, chosen", value)
        optimizer = self.optimizers[step - 1]
        if (axis, step) not in self.told:
            place, slopes = self.places[:, step - 1].copy(), self.slopes[:, step - 1].copy()
            self.told[axis, step] = terms_of(optimizer, place, slopes, axis)
        constants, terms, untold = self.told[axis, step]
        p, g = self.term(axis, step - 1), self.term(axis, step - 1, "gradient.")
        if is_last:
            p, g = Term(p.value), Term(g.value)
        lines = [Line(f"p is {name} before the step", p), Line(f"g is the slope along {name} there", g)]
        known = {"p": p, "g": g, "learning_rate": Term(optimizer.learning_rate, "learning rate")}
        for told in (*constants, *terms):
            lines.append(line_of(told, known))
            known[told.name] = Term(float(told.value))  # from here on, the name has this value
        if not terms:
            lines.append(Line(f"{optimizer} made it from them; its arithmetic cannot be shown: {untold}", value))
        return Why(f"{name} after step {step}, by {optimizer}", value, lines)

    def _slope(self, axis: int, step: int) -> Why:
        says, value = f"the slope along {self.names[axis]} at step {step}", float(self.slopes[axis, step])
        return Why(says, value, self._at(step, self.slope_formulas[axis], value, "the gradient's formula"))

    def _height(self, step: int) -> Why:
        value = float(self.heights[step])
        return Why(f"the height at step {step}", value, self._at(step, self.height_formula, value, "its formula"))

    def _at(self, step: int, formula: Formula | None, value: float, words: str) -> list[Part]:
        """Explain how a function made a number from a place."""
        here = {name: self.term(axis, step) for axis, name in enumerate(self.names)}
        if formula and {*formula.names} <= here.keys():
            line = checked(formula.line(f"{words}: {formula.text}", here, value), value, "")
            if line.words:
                return [line]
        at = [Line(f"at this {name}", term) for name, term in here.items()]
        return [*at, Line("as its function returned it", value)]
