"""Rules that every `forward` and `backward` must keep, besides correct numbers. All runs use copies of the layer.

A gradient can be correct in a check and wrong in training: if backward adds it to the last one, say, or if it belongs
to another batch. Central differences do not notice that; these rules do.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from tinylearn.layers import Layer
from tinylearn.parameters import pack, twin

MEMORY_ORDER = "do not rely on the order of memory: reshape keeps the order of the axes, ravel('K') does not"
PENALTY = (
    "backward must be linear in dout. A penalty on large weights is no part of it: that is the optimiser's weight_decay"
)
DX = "the gradient of x"  # no parameter is called so

Gradients = dict[str, Any]  # name of a parameter → its gradient; DX → dx, or None


class GradientError(AssertionError):
    """A gradient differs from central differences, or `backward` breaks a rule."""


def clone(layer: Layer) -> Any:
    """Return a copy in float64, packed as in a model; its random generators are in the same state."""
    other = copy.deepcopy(layer)  # its needs_dx is always True
    pack(other, np.dtype(np.float64))
    return other


def after_forward(layer: Layer, x: np.ndarray) -> Any:
    """Return a copy that has run forward(x)."""
    other = clone(layer)
    other.forward(x)
    return other


def gradients(layer: Layer, dout: np.ndarray) -> Gradients:
    """Run backward; return copies of dx and of the gradients of all parameters."""
    try:
        dx = layer.backward(dout)
    except (AttributeError, TypeError, ValueError) as error:  # from the guard; or a part returned no dx
        raise GradientError(str(error)) from error
    return {DX: dx if dx is None else dx.copy()} | {name: each.copy() for name, each in layer.named_gradients().items()}


def must_agree(layer: Layer, one: Gradients, two: Gradients, otherwise: str) -> None:
    """If a gradient differs by more than rounding, raise GradientError: it names the first one, then `otherwise`."""
    for name, gradient in one.items():
        if not same(gradient, two[name]):
            subject = f"d{x_name(layer)}" if name == DX else f"the gradient of {name}"
            raise GradientError(f"{layer}: {subject} {otherwise}")


def same(one: np.ndarray | None, two: np.ndarray | None) -> bool:
    """Are the numbers equal, up to rounding, wherever those of the first array are finite?"""
    if one is None or two is None or one.shape != two.shape:
        return one is two
    one, two = one[np.isfinite(one)], two[np.isfinite(one)]
    return bool(np.all(np.abs(one - two) <= 1e-9 * np.abs(one).max(initial=0) + 1e-12))


def not_contiguous(values: np.ndarray) -> np.ndarray:
    """Return the same numbers with gaps between them, and with the axes in the other order in memory."""
    return values.T.repeat(2, axis=0)[::2].T


def x_name(layer: Layer) -> str:
    """Return the name of the layer's input: a loss has no x."""
    return getattr(layer, "x_name", "x")


# --- the rules --------------------------------------------------------------------------------------------------------


def copies_compute_the_same(layer: Layer, x: np.ndarray, dout: np.ndarray) -> None:
    if not same(clone(layer).forward(x.copy()), clone(layer).forward(x.copy())):
        raise GradientError(
            f"{layer}: two copies give different outputs for one {x_name(layer)}; keep all that forward reads in "
            "attributes, also a random generator, as in self.rng = rng"
        )


def what_is_given_is_only_read(layer: Layer, x: np.ndarray, dout: np.ndarray) -> None:
    x_given, dout_given = x.copy(), dout.copy()
    trial = after_forward(layer, x_given)
    if not np.array_equal(x_given, x, equal_nan=True):
        raise GradientError(f"{layer}: forward wrote into {x_name(layer)}; work on a copy")
    gradients(trial, dout_given)
    if not np.array_equal(x_given, x, equal_nan=True):
        raise GradientError(f"{layer}: backward wrote into {x_name(layer)}, which forward had cached; work on a copy")
    if not np.array_equal(dout_given, dout):
        raise GradientError(f"{layer}: backward wrote into dout; work on a copy")
    if not np.array_equal(trial.vectors.parameters, clone(layer).vectors.parameters, equal_nan=True):
        raise GradientError(f"{layer}: forward or backward changed a parameter; that is what the optimiser does")


def the_order_of_memory_does_not_matter(layer: Layer, x: np.ndarray, dout: np.ndarray) -> None:
    usual, strided = clone(layer), clone(layer)
    if not same(usual.forward(x), strided.forward(not_contiguous(x))):
        raise GradientError(
            f"{layer}: forward gives something else when {x_name(layer)} is not contiguous in memory; {MEMORY_ORDER}"
        )
    otherwise = f"changes when x and dout are not contiguous in memory; {MEMORY_ORDER}"
    must_agree(layer, gradients(usual, dout), gradients(strided, not_contiguous(dout)), otherwise)


def a_second_backward_gives_the_same(layer: Layer, x: np.ndarray, dout: np.ndarray) -> None:
    trial = after_forward(layer, x)
    otherwise = "differs in a second backward; backward must assign, not add, and leave what forward cached"
    must_agree(layer, gradients(trial, dout), gradients(trial, dout), otherwise)


def backward_belongs_to_the_last_forward(layer: Layer, x: np.ndarray, dout: np.ndarray) -> None:
    usual, other = after_forward(layer, x), after_forward(layer, np.flip(x))
    for trial in (usual, other):
        trial.vectors.state[:] = clone(layer).vectors.state  # the first forward may have changed it
        trial.forward(x)
    otherwise = "is not that of the last of two forwards; cache anew in each forward"
    must_agree(layer, gradients(usual, dout), gradients(other, dout), otherwise)


def a_copy_has_a_cache_of_its_own(layer: Layer, x: np.ndarray, dout: np.ndarray) -> None:
    usual, trial = gradients(after_forward(layer, x), dout), after_forward(layer, x)
    idle = twin(trial)  # it shares parameters and state; predict computes with one
    idle.set_training(False)
    for other in (clone(trial), idle):
        other.forward(np.flip(x))
    otherwise = "changes when a copy runs forward in between, as in predict; cache in attributes of self"
    must_agree(layer, usual, gradients(trial, dout), otherwise)


def backward_is_linear(layer: Layer, x: np.ndarray, dout: np.ndarray) -> None:
    trial, other = after_forward(layer, x), np.flip(dout) - 0.5
    one, two, both, none = (gradients(trial, each) for each in (dout, other, dout + other, 0 * dout))
    given = [name for name, gradient in one.items() if gradient is not None]
    with np.errstate(invalid="ignore"):  # the comparison with central differences deals with infinity
        must_agree(layer, {name: 0 * one[name] for name in given}, none, f"is not 0 for a dout of 0; {PENALTY}")
        otherwise = "for dout_1 + dout_2 is not the sum of both; backward must be linear in dout"
        must_agree(layer, {name: one[name] + two[name] for name in given}, both, otherwise)


def without_dx_the_rest_is_the_same(layer: Layer, x: np.ndarray, dout: np.ndarray) -> None:
    usual, trial = gradients(after_forward(layer, x), dout), clone(layer)
    trial.needs_dx = False
    trial.forward(x)
    try:
        found = gradients(trial, dout)
    except GradientError as error:
        raise GradientError(f"{error}, when needs_dx is False") from error
    otherwise = "changes when needs_dx is False; leave out only dx then"
    must_agree(layer, usual | {DX: None}, found | {DX: None}, otherwise)


RULES: tuple[Callable[[Layer, np.ndarray, np.ndarray], None], ...] = (
    copies_compute_the_same, what_is_given_is_only_read, the_order_of_memory_does_not_matter,
    a_second_backward_gives_the_same, backward_belongs_to_the_last_forward, a_copy_has_a_cache_of_its_own,
    backward_is_linear, without_dx_the_rest_is_the_same,
)  # fmt: skip
