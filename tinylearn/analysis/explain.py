"""Explain one update of one number, from the recording: replay it, and look at every step of it.

    p(step - 1), recorded → forward, loss, backward → g → optimiser → p(step), which must be the recorded one

replay.py makes the update again, traced.py finds how the optimiser made it, explanation.py prints.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tinylearn.checks import generator, positive_integer
from tinylearn.layers import Dense, Layer
from tinylearn.layers.guard import required_dx
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizers import Optimizer
from tinylearn.recording.explanation import Explanation
from tinylearn.recording.replay import Training, replay
from tinylearn.recording.traced import terms_of
from tinylearn.training_arguments import check_data, check_parts

if TYPE_CHECKING:
    from tinylearn.recording.reader import Recording


def explain(
    recording: Recording, model: Sequential, step: int, name: str, index: Any, x: Any, y: Any, loss: Loss,
    optimizer: Optimizer, *, augment: Callable[..., Any] | None = None, rng: Any = None, workers: int = 1,
) -> Explanation:  # fmt: skip
    """Do what `Recording.explain` says."""
    step = positive_integer("explain", "step", step)
    check_parts("explain", model, loss, optimizer)
    index = _checked_index(model, name, index)
    x, y = check_data("explain", x, y, model.dtype)
    training = Training(model, loss, optimizer, augment, rng, positive_integer("explain", "workers", workers))
    _check_training(training, recording)
    place = recording.layout.slices()[name].start
    place += int(np.ravel_multi_index(index, model.named_parameters()[name].shape))
    with np.errstate(over="ignore", invalid="ignore"):  # as in `fit`
        before, after, (rows, x_batch, y_batch) = replay(recording, training, step, x, y)
        inputs, upstream, contributions, factors = _contributions(before, x_batch, y_batch, name, index)
        told = terms_of(before.optimizer, before.model.parameters, after.model.gradients, place)
    old, g, new = before.model.parameters[place], after.model.gradients[place], after.model.parameters[place]
    _, epoch, value, _ = recording.record(recording.index(step))
    return Explanation(step, name, index, epoch, value, rows, inputs, upstream, contributions, factors, g,
                       repr(before.optimizer), *told, old, new)  # fmt: skip


def _contributions(
    training: Training, x: np.ndarray, y: np.ndarray, name: str, index: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Return the layer's inputs and its dout, and what each row adds to the gradient (N,), with factors.

    A gradient is linear in dout, so for any layer a row adds what backward finds when dout is 0 for all other rows. For
    a dense layer it is known as a product, or as dout itself. Where the layer does not see the rows of the batch, since
    one before it has put them in another shape, the rows of the loss's dout are taken. N rows.
    """
    of, _, key = name.partition(".")
    position, layers = training.model.layer_names.index(of), list(training.model.layers)
    out, outputs = x, []
    for each in layers:
        outputs.append(out := each.forward(out))
    training.loss.forward(out, y)
    inputs = outputs[position - 1] if position else x
    layer, later, upstream = layers[position], layers[position + 1 :], training.loss.backward()
    dout = _through(later, upstream)
    if len(dout) == len(x):
        later, upstream = [], dout
    if len(upstream) != len(x):
        return inputs, dout, None, None
    if type(layer) is Dense and not later and dout.ndim == 2:  # a subclass may derive otherwise
        column = dout[:, index[-1]]
        if key == "b":
            return inputs, dout, column, None
        factors = np.stack([inputs[:, index[0]], column], axis=1)
        return inputs, dout, factors[:, 0] * factors[:, 1], factors
    contributions = np.zeros(len(x), dout.dtype)
    for row in range(len(x)):
        alone = np.zeros_like(upstream)
        alone[row] = upstream[row]
        layer.backward(_through(later, alone))
        contributions[row] = layer.named_gradients()[key][index]
    return inputs, dout, contributions, None


def _through(layers: list[Layer], dout: Any) -> Any:
    """Return dout after it has gone back through these layers."""
    for layer in reversed(layers):
        dout = required_dx(layer, layer.backward(dout))
    return dout


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


def _check_training(training: Training, recording: Recording) -> None:
    """Raise an error for what cannot be replayed: random numbers without rng, parameters that were not recorded."""
    model, workers = training.model, training.workers
    if training.rng is not None:
        generator("explain", training.rng)
    elif training.augment is not None:
        raise ValueError("explain: augment needs rng, as it was before training; make model and rng anew")
    if workers > 1 and any(layer.generators() for layer in model.layers):
        raise ValueError(f"explain: layers that draw random numbers, as dropout does, need workers=1, got {workers}")
    missing = [name for name in model.named_arrays() if name not in recording]
    if missing:
        raise ValueError(
            f"explain: {missing[0]} was not recorded, only {', '.join(recording.names)}; an update depends on all "
            "parameters: record them without select"
        )
    recording.restore(copy.deepcopy(model), int(recording.steps[0]))  # an error if the shapes are others
