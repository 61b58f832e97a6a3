"""Explain one update of one number, from the recording: replay it, and look at every step of it.

    p(step - 1), recorded → forward, loss, backward → g → optimiser → p(step), which must be the recorded one

replay.py makes the update again, arithmetic.py says how the optimiser made it, explanation.py prints.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tinylearn.checks import generator, positive_integer
from tinylearn.layers import Dense
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizers import Optimizer
from tinylearn.recording.arithmetic import numbers_at, terms_of
from tinylearn.recording.explanation import Explanation
from tinylearn.recording.replay import Training, replay
from tinylearn.training_arguments import check_data, check_parts

if TYPE_CHECKING:
    from tinylearn.recording.reader import Recording


def explain(
    recording: Recording,
    model: Sequential,
    step: int,
    name: str,
    index: tuple[int, ...] | int,
    x: Any,
    y: Any,
    loss: Loss,
    optimizer: Optimizer,
    *,
    augment: Callable[..., Any] | None = None,
    rng: np.random.Generator | None = None,
    workers: int = 1,
) -> Explanation:
    """Do what `Recording.explain` says."""
    step = positive_integer("explain", "step", step)
    check_parts("explain", model, loss, optimizer)
    index = _checked_index(model, name, index)
    x, y = check_data("explain", x, y, model.dtype)
    after = copy.deepcopy(Training(model, loss, optimizer.fresh(), augment, rng, workers))
    _check_training(after)
    _check_recorded(recording, after.model)
    with np.errstate(over="ignore", invalid="ignore"):  # as in `fit`
        before, (rows, x_batch, y_batch) = replay(recording, after, step, x, y)
        inputs, upstream, shares, factors = _shares(before, x_batch, y_batch, name, index)
        old, new = (numbers_at(_place(model, name, index), training) for training in (before, after))
        constants, terms = terms_of(before.optimizer, old, new)
    _, epoch, value, _ = recording.record(recording.index(step))
    return Explanation(step, name, index, epoch, value, rows, inputs, upstream, shares, factors, new["g"],
                       repr(optimizer), constants, terms, old["p"], new["p"])  # fmt: skip


def _shares(
    training: Training, x: np.ndarray, y: np.ndarray, name: str, index: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]:
    """Return the layer's inputs (N, …), its dout (N, …), and the share of each row in the gradient (N,), with factors.

    A gradient is linear in dout, so for any layer the share of a row is what backward finds when all other rows of dout
    are 0. For a dense layer it is known as a product, or as dout itself.
    """
    layers, key = training.model.layers, name.split(".", 1)[1]
    position = training.model.layer_names.index(name.split(".", 1)[0])
    layer, inputs = layers[position], x
    for earlier in layers[:position]:
        inputs = earlier.forward(inputs)
    out = inputs
    for each in layers[position:]:
        out = each.forward(out)
    training.loss.forward(out, y)
    dout = training.loss.backward()
    for later in reversed(layers[position + 1 :]):
        dout = later.backward(dout)
    if type(layer) is Dense:  # one that inherits from it may derive otherwise
        upstream = dout[:, index[-1]]
        if key == "b":
            return inputs, dout, upstream, None
        factors = np.stack([inputs[:, index[0]], upstream], axis=1)
        return inputs, dout, factors[:, 0] * factors[:, 1], factors
    shares = np.zeros(len(dout), dout.dtype)
    for row in range(len(dout)):
        alone = np.zeros_like(dout)
        alone[row] = dout[row]
        layer.backward(alone)
        shares[row] = layer.grads[key][index]
    return inputs, dout, shares, None


def _place(model: Sequential, name: str, index: tuple[int, ...]) -> int:
    """Return where in the model's vector a number stands."""
    named = model.named_parameters()
    before = list(named)[: list(named).index(name)]
    return sum(named[other].size for other in before) + int(np.ravel_multi_index(index, named[name].shape))


# --- what can be wrong ------------------------------------------------------------------------------------------------


def _checked_index(model: Sequential, name: str, index: Any) -> tuple[int, ...]:
    """Return the index as a tuple of numbers from 0 on; ValueError if the model has no such number."""
    named = model.named_parameters()
    if not isinstance(name, str) or name not in named:
        raise ValueError(f"explain: the model has no parameter {name!r}, only {', '.join(named) or 'none'}")
    shape = named[name].shape
    try:
        given = tuple(operator.index(i) for i in (index if isinstance(index, tuple | list) else (index,)))
    except TypeError:
        raise TypeError(f"explain: index must be whole numbers, one for each axis of {shape}, got {index!r}") from None
    if len(given) != len(shape) or not all(-n <= i < n for i, n in zip(given, shape, strict=True)):
        raise ValueError(f"explain: {name} has shape {shape}, there is no number at {index}")
    return tuple(i % n for i, n in zip(given, shape, strict=True))


def _check_training(training: Training) -> None:
    """Raise an error for a generator that is none, and for workers that cannot be replayed."""
    workers = positive_integer("explain", "workers", training.workers)
    if training.rng is not None:
        generator("explain", training.rng)
    if workers > 1 and any(layer.generators() for layer in training.model.layers):
        raise ValueError(f"explain: layers that draw random numbers, as dropout does, need workers=1, got {workers}")


def _check_recorded(recording: Recording, model: Sequential) -> None:
    """Raise ValueError unless the recording holds every parameter of the model, as it is there."""
    missing = [name for name in model.named_parameters() if name not in recording]
    if missing:
        raise ValueError(
            f"explain: {missing[0]} was not recorded, only {', '.join(recording.names)}; an update depends on all "
            "parameters: record them without select"
        )
    recording.restore(model, int(recording.steps[0]))
