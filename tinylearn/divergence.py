"""Divergence: how `fit` notices that the parameters or the loss grow without bound, and what it says then.

A cheap check comes after each update: it looks at the loss, and at the sum of the squares of all parameters. The full
check measures the norm of every parameter. It runs if the loss is not finite, or if the sum is more than ten times as
large as at the last measurement. It also runs in the ten updates after such a jump, in the first ten updates, and once
in 256 updates. So a healthy run pays little.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

GROWTH = 1e6  # the norm of a parameter may not grow by more than this factor in one update
NEARLY_ZERO = 1e-6  # a parameter with a smaller fraction of the total norm has no size of its own to grow from
REST = 256  # updates from one measurement to the next, as long as all is well
ALERT = 10  # updates to measure one by one after the start, or after a jump of the sum
HUGE = 1e30  # if the sum of squares is larger, measure every update
KNOWN = 5  # gradient norms to keep


class DivergenceError(ArithmeticError):
    """Training has diverged: update `step` broke `parameter`, and `reason` says how.

    parameter        the first one that broke; if only the loss did, the one with the largest norm
    learning_rate    the optimiser's
    gradient_norm    of that update
    gradient_norms   step → norm for up to five last updates; only one if a healthy run breaks suddenly

    >>> print(DivergenceError(3, "dense_1.w", 1000.0, 2e9, gradient_norms={2: 4e4, 3: 2e9}))
    training diverged: update 3 made dense_1.w NaN or infinite (learning rate 1000, gradient norm 2e+09; before it: \
update 2 4e+04); try a learning rate ten times smaller, or scale inputs and targets to mean 0 and variance 1
    """

    def __init__(
        self, step: int, parameter: str, learning_rate: float, gradient_norm: float, reason: str = "",
        gradient_norms: dict[int, float] | None = None,
    ) -> None:  # fmt: skip
        reason, gradient_norms = reason or f"made {parameter} NaN or infinite", gradient_norms or {}
        self.step, self.parameter, self.reason = step, parameter, reason
        self.learning_rate, self.gradient_norm, self.gradient_norms = learning_rate, gradient_norm, gradient_norms
        super().__init__(step, parameter, learning_rate, gradient_norm, reason, gradient_norms)

    def __str__(self) -> str:
        earlier = [f"update {step} {norm:.3g}" for step, norm in self.gradient_norms.items() if step != self.step]
        before = f"; before it: {', '.join(earlier)}" if earlier else ""
        return (
            f"training diverged: update {self.step} {self.reason} "
            f"(learning rate {self.learning_rate:g}, gradient norm {self.gradient_norm:.3g}{before}); "
            "try a learning rate ten times smaller, or scale inputs and targets to mean 0 and variance 1"
        )


def diagnose(
    before: dict[str, float], total: float, after: dict[str, float], loss: float, known_at: int | None = None,
    loss_again: Callable[[], float] | None = None,
) -> tuple[str, str] | None:  # fmt: skip
    """Return which parameter an update broke, and the reason; None if all is well.

    before, after   the norm of each parameter, by name; NaN or infinite if one of its numbers is
    total           the norm of all parameters together, before
    loss            of the update's batch, before
    known_at        the update after which `before` was measured, if that is not the previous one
    loss_again      returns the loss of the same batch after the update; None if nothing can compute it

    An update is broken if, in this order: a parameter is NaN or infinite; the loss is; or a norm is above 1 and more
    than 10⁶ times as large as before. The last is no fault if the loss became smaller, or if the total norm grew less
    than tenfold: a line that learns targets of a million takes such a step, and it is a good one. Biases start at zero.
    A parameter that was zero or nearly so has no size to grow from: it is compared with the total norm.

    >>> start = {"w": 1.0, "b": 0.0}
    >>> diagnose(start, 1.0, {"w": 3.0, "b": 2e5}, loss=1.0)
    >>> diagnose(start, 1.0, {"w": 2e6, "b": 0.0}, loss=1.0)
    ('w', 'grew w from norm 1 to 2e+06')
    >>> diagnose(start, 1.0, {"w": 2e6, "b": 0.0}, loss=1.0, loss_again=lambda: 0.5)
    """
    when = "" if known_at is None else f" (after update {known_at})"
    for name, now in after.items():
        if not math.isfinite(now):
            return name, f"made {name} NaN or infinite"
    if not math.isfinite(loss):
        largest = max(before, key=before.__getitem__, default="")  # a model may have nothing to learn
        at = f", with {largest} at norm {before[largest]:.3g}{when}" if before else ""
        return largest, f"met a loss of {loss:g}{at}"
    if math.hypot(*after.values()) <= 10 * total:
        return None
    for name, now in after.items():
        was = before[name]
        size = was if was >= NEARLY_ZERO * total else total
        if now > GROWTH * size > 0 and now > 1:
            if loss_again is not None and loss_again() < loss:
                return None
            return name, f"grew {name} from norm {was:.3g}{when} to {now:.3g}"
    return None


def norm(values: np.ndarray) -> float:
    """Return the root of the sum of squares, even if a square is too large or too small for its dtype."""
    with np.errstate(all="ignore"):
        square = float(np.vdot(values, values))
        if 1e-30 < square < 1e30:
            return math.sqrt(square)
        values = np.asarray(values, np.float64)
        largest = float(np.abs(values).max(initial=0))
        if not 0 < largest < math.inf:
            return largest
        return largest * float(np.linalg.norm(values / largest))


def norms_of(named: dict[str, np.ndarray]) -> dict[str, float]:
    """Return name → norm."""
    return {name: norm(values) for name, values in named.items()}


class DivergenceMonitor:
    """Checks the updates of a model, and raises DivergenceError for a broken one.

    model       anything with `parameters`, a vector, and `named_parameters()`
    loss_again  returns the loss of the last batch after the update; without it, a norm that grows too much counts as
                divergence whatever the loss does

    `fit` calls `check` after every update; it measures only when it must. A loop like chapter 2's calls `measure`.
    """

    def __init__(self, model: Any, optimizer: Any, loss_again: Callable[[], float] | None = None) -> None:
        self.model, self.optimizer, self.loss_again, self.parameters = model, optimizer, loss_again, model.parameters
        self.square = math.nan  # the sum of the squares of all parameters, not known yet
        self.high, self.due, self.alert = 0.0, 0, ALERT  # measure if the sum reaches `high`, or at update `due`
        self.named = model.named_parameters()
        self.norms, self.measured_at = norms_of(self.named), 0
        self.gradient_norms: dict[int, float] = {}  # of the last updates, if all of them were measured

    def check(self, step: int, loss: float) -> None:
        """Measure update `step` if its loss or its parameters look suspicious, or if a measurement is due."""
        before, self.square = self.square, self.parameters.dot(self.parameters)
        if not (math.isfinite(loss) and self.square < self.high and step < self.due):
            self.measure(step, loss, self.model.gradients, before)

    def measure(self, step: int, loss: float, gradients: np.ndarray, square: float = math.nan) -> None:
        """Raise DivergenceError if update `step` broke something. `square`: the previous sum of squares, if known."""
        earlier = self.gradient_norms if step - 1 in self.gradient_norms else {}
        self.gradient_norms = dict([*earlier.items(), (step, norm(gradients))][-KNOWN:])
        total = math.sqrt(square) if 0 < square < math.inf else math.hypot(*self.norms.values())
        before, self.norms = self.norms, norms_of(self.named)
        known_at = self.measured_at if 0 < self.measured_at < step - 1 else None
        fault = diagnose(before, total, self.norms, loss, known_at, self.loss_again)
        if fault is not None:
            (parameter, reason), norms = fault, self.gradient_norms
            raise DivergenceError(step, parameter, self.optimizer.learning_rate, norms[step], reason, norms)
        self.measured_at = step
        total = math.hypot(*self.norms.values())
        square = total * total  # `total**2` would raise OverflowError where this is infinite
        self.alert = ALERT if square >= self.high > 0 else self.alert
        self.high, self.due = 10 * square, step + (1 if self.alert or square > HUGE else REST)
        self.alert = max(self.alert - 1, 0)
