"""Is a backward pass correct? Nudge every number a little, and see whether the output moves as backward says.

For a random upstream gradient dout, the number  s(x, params) = Σ dout · layer.forward(x)  has the gradients that
`backward(dout)` must return; central differences find them without any derivation:

    ∂s / ∂x[i] ≈ (s(x[i] + h) - s(x[i] - h)) / 2h

dout must be random: if it is all ones, the gradient of softmax is zero, whatever its backward does. Everything runs in
float64. Keep x away from kinks (0 for ReLU) and ties, because there is no slope there.
"""

from __future__ import annotations

import contextlib
import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinylearn.analysis.gradient_rules import DX, RULES, GradientError, after_forward, clone, gradients, x_name
from tinylearn.analysis.observer import MODEL, Observer
from tinylearn.checks import finite, generator, number_between, real_array, same_state, shortened
from tinylearn.layers import Layer
from tinylearn.losses import Loss
from tinylearn.sharing import refuse_sharing


@dataclass(frozen=True)
class GradientReport:
    """The entry with the largest error: its index, the number from backward, and that from central differences.

    error = |analytic - numeric|, relative to the largest numeric gradient in the same array (at least 0.001).
    """

    name: str
    index: tuple[int, ...]
    analytic: float
    numeric: float
    error: float

    def __repr__(self) -> str:
        return (
            f"{self.name}{list(self.index)}: backward gives {self.analytic:.9g}, central differences "
            f"{self.numeric:.9g} (relative error {self.error:.1e})"
        )


def check_gradients(
    layer: Layer | Loss, x: Any, target: Any = None, *, rng: np.random.Generator | None = None,
    h: float = 1e-5,  # with a smaller step, rounding spoils the difference; with a larger one, curvature does
    tolerance: float = 1e-6,
) -> GradientReport:  # fmt: skip
    """Check the gradients of a layer or a model at `x` (N, …), or those of a loss; return the worst entry.

        check_gradients(layer, x)      check_gradients(model, x)      check_gradients(loss, predicted, target)

    It checks both modes, training and predicting, with the batch and with its first row alone. Raises GradientError if
    an error is above `tolerance`, or if `forward` or `backward` breaks a rule of `gradient_rules.py`. The error names
    the innermost layer that is wrong. All runs use copies, so your arguments stay as they are.

    Whole numbers, such as the word numbers of an embedding, cannot be nudged, so their dx is not checked.

    >>> from tinylearn import Dense, MeanSquaredError
    >>> rng = np.random.default_rng(0)
    >>> check_gradients(Dense(3, 2, rng=rng), rng.normal(size=(5, 3)), rng=rng).error < 1e-8
    True
    >>> check_gradients(MeanSquaredError(), np.array([[1.0], [5.0]]), [[1.0], [2.0]]).error < 1e-8
    True
    """
    layer, x = _checked(layer, x, target)
    rng = np.random.default_rng(0) if rng is None else generator("check_gradients", rng)
    h = number_between("check_gradients", "h", h, 0, math.inf, open_low=True)
    tolerance = number_between("check_gradients", "tolerance", tolerance, 0, math.inf, open_low=True)
    reports: list[GradientReport] = []
    failed: dict[str, GradientError] = {}
    for mode, douts in (("training", copy.deepcopy(rng)), ("predicting", rng)):  # the same in both modes
        trial = clone(layer)
        trial.set_training(mode == "training")
        try:
            reports += _check_with_parts(trial, x, douts, h, tolerance)
        except GradientError as found:
            failed[mode] = found
    for mode, error in failed.items():
        raise GradientError(f"{error}{f', only while {mode}' if len(failed) == 1 else ''}") from error
    return max(reports, key=lambda report: report.error, default=GradientReport("x", (), 0.0, 0.0, 0.0))


def _check_with_parts(
    layer: Layer, x: np.ndarray, rng: np.random.Generator, h: float, tolerance: float
) -> list[GradientReport]:
    """Check the layer, and the rules for the layers inside it. If a gradient is wrong, find the innermost cause."""
    parts = _given_to_parts(layer, x)
    try:
        for name, part, given in parts:
            with _named(name):
                _check_rules(part, given, copy.deepcopy(rng))
        return _check(layer, x, rng, h, tolerance)
    except GradientError:
        for name, part, given in parts:
            with _named(name):
                _check(part, given + rng.normal(scale=0.01, size=given.shape), rng, h, tolerance)  # off kinks
        raise


def _check(layer: Layer, x: np.ndarray, rng: np.random.Generator, h: float, tolerance: float) -> list[GradientReport]:
    """Check the rules, and compare with central differences; return the worst entry of each array."""
    reports: list[GradientReport] = []
    for batch in _batches(layer, x):
        dout = _check_rules(layer, batch, rng)
        reports += _compare(layer, batch, dout, h, tolerance)
    worst = max(reports, key=lambda report: report.error, default=None)
    if worst and not worst.error <= tolerance:
        raise GradientError(f"{layer}: {worst}, above the tolerance of {tolerance:g}")
    return reports


def _check_rules(layer: Layer, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Try out the rules with a random dout, and return it. For a loss, dout is 1, so the gradients are its own."""
    out = clone(layer).forward(x.copy())
    if out.ndim < 1:
        raise GradientError(f"{layer}: forward must return a batch (N, …), got a single number, {out}")
    dout = np.ones(1) if isinstance(layer, _LossAsLayer) else rng.normal(size=out.shape)
    for rule in RULES:
        rule(layer, x, dout)
    return dout


def _compare(layer: Layer, x: np.ndarray, dout: np.ndarray, h: float, tolerance: float) -> Iterator[GradientReport]:
    """Compare every entry of dx and of every parameter's gradient; yield the worst entry of each."""
    for name, gradient in gradients(after_forward(layer, x), dout).items():
        value = x if name == DX else layer.named_parameters()[name]
        if value.size == 0 or value.dtype.kind != "f":
            continue
        numeric = _central_differences(lambda: float((dout * copy.deepcopy(layer).forward(x)).sum()), value, h)
        analytic = np.zeros(value.shape) if gradient is None else gradient
        error = np.nan_to_num(np.abs(analytic - numeric) / max(np.abs(numeric).max(), 1e-3), nan=np.inf)
        index = tuple(int(i) for i in np.unravel_index(int(error.argmax()), error.shape))
        if gradient is None and error[index] > tolerance:
            hint = ", or give x as integers" if np.array_equal(x, np.rint(x)) else ""
            raise GradientError(
                f"{layer}: backward returned None, but out changes with x{list(index)}; return dx{hint}"
            )
        name = x_name(layer) if name == DX else name
        yield GradientReport(name, index, float(analytic[index]), float(numeric[index]), float(error[index]))


def _central_differences(function: Callable[[], float], value: np.ndarray, h: float) -> np.ndarray:
    """Return the gradient of `function`, which reads `value`, with respect to each entry of `value`."""
    gradient = np.empty(value.shape)
    for index in np.ndindex(value.shape):
        before = value[index]
        value[index] = before + h
        above = function()
        value[index] = before - h
        below = function()
        value[index] = before
        gradient[index] = (above - below) / (2 * h)
    return gradient


def _batches(layer: Layer, x: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the batch, then its first row alone. In training a layer may refuse a single row: it has no variance."""
    yield x
    if len(x) > 1:
        try:
            clone(layer).forward(x[:1].copy())
        except ValueError:
            if not layer.training:
                raise
        else:
            yield x[:1].copy()


def _given_to_parts(layer: Layer, x: np.ndarray) -> list[tuple[str, Layer, np.ndarray]]:
    """Return the name of each layer inside this one, a copy, and its x; the innermost come first."""
    watch, parts = Observer(clone(layer)), dict(clone(layer).walk())
    with watch.at_work():
        watch.model.forward(x.copy())
    return [(name, parts[name], seen.x) for name, seen in watch.layers.items() if name != MODEL]


@contextlib.contextmanager
def _named(part: str) -> Iterator[None]:
    """Add to a GradientError the name of the inner layer."""
    try:
        yield
    except GradientError as error:
        raise GradientError(f"{part}, {error}") from error


# --- what it is given -------------------------------------------------------------------------------------------------


class _LossAsLayer(Layer):
    """A loss, seen as a layer: x is predicted, out is the loss, of shape (1,)."""

    x_name = "predicted"

    def __init__(self, loss: Loss, target: Any) -> None:
        self.loss, self.target = loss, target

    def forward(self, x: np.ndarray) -> np.ndarray:
        target = copy.deepcopy(self.target)
        rows = target[: len(x)] if isinstance(target, np.ndarray | list | tuple) else target
        loss = self.loss.forward(x, rows)
        if not same_state(target, self.target):
            raise GradientError(f"{self}: forward wrote into target; work on a copy")
        return np.array([loss])

    def backward(self, dout: np.ndarray) -> np.ndarray:
        return dout * self.loss.backward()

    def __repr__(self) -> str:
        return repr(self.loss)


def _checked(layer: Any, x: Any, target: Any) -> tuple[Layer, np.ndarray]:
    """Return the layer, or the loss as a layer, and a copy of x; TypeError or ValueError if they cannot be checked."""
    if isinstance(layer, Loss):
        if target is None:
            raise TypeError(f"check_gradients: {layer} needs a target, got None; write (loss, predicted, target)")
        layer = _LossAsLayer(layer, target)
    elif not isinstance(layer, Layer):
        raise TypeError(f"check_gradients: layer must be a Layer, a Sequential or a Loss, got {shortened(layer)}")
    elif target is not None:
        raise TypeError(f"check_gradients: only a loss has a target, got {shortened(target)} for {layer}")
    elif layer.out_shape is None and type(layer.params) is dict:  # not in a model, not used
        refuse_sharing(layer)
    name = x_name(layer)
    x = real_array("check_gradients", name, x)
    if x.dtype.kind == "f" or isinstance(layer, _LossAsLayer):
        x = x.astype(np.float64)
    finite("check_gradients", name, x)
    if x.ndim < 1 or x.size == 0:
        raise ValueError(f"check_gradients: {name} must be a batch of at least one row, (N, …), got shape {x.shape}")
    return layer, x
