"""Is a backward pass right? Nudge every number a little, and see whether the output moves as backward says.

For a random upstream gradient dout, the number  s(x, params) = Σ dout · layer.forward(x)  has the gradients that
`backward(dout)` must return; central differences find them without any derivation:

    ∂s / ∂x[i] ≈ (s(x[i] + h) - s(x[i] - h)) / 2h

The upstream must be random: with all ones, softmax's gradient is zero whatever its backward does. Everything runs in
float64. Keep x away from kinks (0 for ReLU) and ties, where a slope does not exist.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tinylearn.checks import finite, generator, number_between, numbers, shortened
from tinylearn.layers import Layer
from tinylearn.model import Sequential

MEMORY_ORDER = "do not rely on the order of memory: reshape keeps the order of the axes, ravel('K') does not"


class GradientError(AssertionError):
    """A gradient differs from central differences, or a rule of `backward` was broken."""


@dataclass(frozen=True)
class GradientReport:
    """The worst entry: where it is, what backward says there, what central differences say, and the error.

    error = |analytic - numeric|, relative to the largest numeric gradient in the same array (at least 0.001).
    """

    name: str
    index: tuple[int, ...]
    analytic: float
    numeric: float
    error: float

    def __str__(self) -> str:
        return (
            f"{self.name}{list(self.index)}: backward gives {self.analytic:.9g}, central differences "
            f"{self.numeric:.9g} (relative error {self.error:.1e})"
        )


def check_gradients(
    layer: Layer | Sequential,
    x: np.ndarray,
    *,
    rng: np.random.Generator | None = None,
    h: float = 1e-5,  # smaller, rounding spoils the difference; larger, curvature does
    tolerance: float = 1e-6,
) -> GradientReport:
    """Check the gradients of a layer, or of a whole model, at `x` (N, …); return the worst entry.

    Raises GradientError if its error is above `tolerance`, for the batch or for its first row alone; and if forward or
    backward writes into `x` or `dout`, or gives another answer when they are not contiguous in memory. The layer itself
    is left alone: all runs are on copies, so that a layer with an `rng` draws the same numbers in each.

    >>> from tinylearn import Dense
    >>> rng = np.random.default_rng(0)
    >>> check_gradients(Dense(3, 2, rng=rng), rng.normal(size=(5, 3)), rng=rng).error < 1e-8
    True
    """
    rng = np.random.default_rng(0) if rng is None else generator("check_gradients", rng)
    h = number_between("check_gradients", "h", h, 0, math.inf, open_low=True)
    tolerance = number_between("check_gradients", "tolerance", tolerance, 0, math.inf, open_low=True)
    if not isinstance(layer, Layer | Sequential):
        raise TypeError(f"check_gradients: layer must be a Layer or a Sequential, got {shortened(layer)}")
    layer = _float64(layer)
    x = numbers("check_gradients", "x", x, np.float64).copy()
    finite("check_gradients", "x", x)
    if x.ndim < 1 or x.size == 0:
        raise ValueError(f"check_gradients: x must be a batch of at least one row, (N, …), got shape {x.shape}")
    _check_rules(layer, x, copy.deepcopy(rng))
    reports = [_check_batch(layer, batch, rng, h) for batch in ([x] if len(x) < 2 else [x, x[:1].copy()])]
    for report in reports:
        if not report.error <= tolerance:
            raise GradientError(f"{layer}: {report}, above the tolerance of {tolerance:g}")
    return max(reports, key=lambda report: report.error)


def _check_batch(layer: Layer | Sequential, x: np.ndarray, rng: np.random.Generator, h: float) -> GradientReport:
    """Compare every entry of dx and of every parameter's gradient; return the worst."""
    dout = rng.normal(size=copy.deepcopy(layer).forward(x).shape)
    analytic = _gradients(copy.deepcopy(layer), x, dout)
    worst = GradientReport("x", (), 0.0, 0.0, -1.0)
    for name, gradient in analytic.items():
        value = x if name == "x" else _parameters(layer)[name]
        if gradient.shape != value.shape:
            raise GradientError(
                f"{layer}: the gradient of {name} must have its shape {value.shape}, got {gradient.shape}"
            )
        numeric = _central_differences(lambda: float((dout * copy.deepcopy(layer).forward(x)).sum()), value, h)
        if gradient.size == 0:
            continue
        scale = max(np.abs(numeric).max(), 1e-3)
        error = np.nan_to_num(np.abs(gradient - numeric) / scale, nan=np.inf)
        index = np.unravel_index(int(error.argmax()), error.shape)
        if error[index] > worst.error:
            place = tuple(int(i) for i in index)
            worst = GradientReport(name, place, float(gradient[index]), float(numeric[index]), float(error[index]))
    return worst


def _central_differences(function: Callable[[], float], value: np.ndarray, h: float) -> np.ndarray:
    """Return the gradient of `function` with respect to each entry of `value`, which it reads."""
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


def _check_rules(layer: Layer | Sequential, x: np.ndarray, rng: np.random.Generator) -> None:
    """Raise GradientError if forward or backward writes into what it was given, or minds how it lies in memory."""
    trial = copy.deepcopy(layer)
    x_given = x.copy()
    out = trial.forward(x_given)
    dout = rng.normal(size=out.shape)
    if not np.array_equal(x_given, x):
        raise GradientError(f"{layer}: forward wrote into x; work on a copy")
    dout_given = dout.copy()
    trial.backward(dout_given)
    if not np.array_equal(x_given, x):
        raise GradientError(f"{layer}: backward wrote into x, which forward had remembered; work on a copy")
    if not np.array_equal(dout_given, dout):
        raise GradientError(f"{layer}: backward wrote into dout; work on a copy")
    strided_out = copy.deepcopy(layer).forward(_not_contiguous(x))
    if not np.allclose(out, strided_out, rtol=1e-9, atol=1e-12, equal_nan=True):
        raise GradientError(f"{layer}: forward gives something else when x is not contiguous in memory; {MEMORY_ORDER}")
    usual = _gradients(copy.deepcopy(layer), x, dout)
    strided = _gradients(copy.deepcopy(layer), _not_contiguous(x), _not_contiguous(dout))
    for name in usual:
        if not np.allclose(usual[name], strided[name], rtol=1e-9, atol=1e-12, equal_nan=True):
            raise GradientError(
                f"{layer}: the gradient of {name} changes when x and dout are not contiguous in memory; {MEMORY_ORDER}"
            )


def _not_contiguous(values: np.ndarray) -> np.ndarray:
    """Return the same numbers with gaps between them, and with the axes in the other order in memory."""
    other_order = values.T.repeat(2, axis=0)
    return other_order[::2].T


def _gradients(layer: Layer | Sequential, x: np.ndarray, dout: np.ndarray) -> dict[str, np.ndarray]:
    """Return dx and the gradient of every parameter, by name."""
    layer.forward(x)
    dx = layer.backward(dout)
    if dx is None:
        raise GradientError(f"{layer}: backward must return dx, the gradient with respect to x, got None")
    gradients = layer.named_gradients() if isinstance(layer, Sequential) else layer.grads
    names = _parameters(layer)
    for name in names:
        if name not in gradients:
            raise GradientError(f"{layer}: backward gave no gradient for {name}; assign self.grads[{name!r}]")
    for name in gradients:
        if name not in names:
            raise GradientError(f"{layer}: backward gave a gradient for {name!r}, which is no parameter of this layer")
    return {"x": np.asarray(dx), **{name: np.asarray(gradients[name]) for name in names}}


def _parameters(layer: Layer | Sequential) -> dict[str, np.ndarray]:
    return layer.named_parameters() if isinstance(layer, Sequential) else layer.params


def _float64(layer: Layer | Sequential) -> Layer | Sequential:
    """Return a copy whose parameters are float64."""
    layer = copy.deepcopy(layer)
    if isinstance(layer, Sequential):
        return Sequential(copy.deepcopy(layer.layers), np.float64)
    layer.params = {name: np.array(value, dtype=np.float64) for name, value in layer.params.items()}
    layer.grads = {}
    return layer
