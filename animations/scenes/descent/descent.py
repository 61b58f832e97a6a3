"""The facts of a walk down a curve: a recording, and the curve's height and slope at every step."""

from __future__ import annotations

from typing import Any

import numpy as np

from animations import checks, data
from animations.kit.formulas import formula_of
from tinylearn import Recording


class Descent(data.Data):
    """A recorded walk along y = f(x): x ← x − rate · push. All arrays are (S,), S steps, the start first.

    x         as recorded
    y, slope  the curve's height there, and its derivative
    push      the factor of the rate: the slope, or what `push` makes from it, such as its sign
    change    how much y changed in the last step; the walk has converged if it is at most `enough`
    """

    recording: Recording = data.instance(Recording)
    f: Any = data.anything(checks.function)
    slope: Any = data.anything(checks.function)
    rate: float = data.real()
    enough: float = data.real(kw_only=True)
    push: Any = data.anything(checks.function, default=None, kw_only=True)
    parameter: str = data.text(default="x", kw_only=True)

    def prepare(self) -> None:
        recording, x = self.recording, self.recording[self.parameter]
        if x[:1].size != 1:
            raise ValueError(f"Descent: {self.parameter} must be one number, got an array of shape {x.shape[1:]}")
        if len(x) < 2 or not np.array_equal(recording.steps, np.arange(len(x))):
            raise ValueError(f"Descent: expected a record of every step, 0, 1, …, got {recording}")
        self.x = checks.array("Descent", f"{self.parameter} of the recording", x.reshape(-1), ("S",))
        self.height_formula, self.slope_formula = formula_of(self.f), formula_of(self.slope)  # None if not known
        self.y, self.slope = self._values("f", self.x), self._values("slope", self.x)
        self.push = self._values("push", self.slope) if self.push else self.slope
        del self.f  # with a lambda, the scene could not go to another process
        self.last = len(x) - 1
        self.change = abs(float(self.y[-1] - self.y[-2]))
        self.converged = self.change <= self.enough

    def _values(self, name: str, x: np.ndarray) -> np.ndarray:
        return checks.array("Descent", f"what {name} returns", getattr(self, name)(x), x.shape)
