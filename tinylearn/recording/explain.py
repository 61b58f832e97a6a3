"""Explain one update of one number, from the recording: replay it, and look at every step of it.

    p(step - 1), recorded → forward, loss, backward → g → optimiser → p(step), which must be the recorded one

What the optimiser remembers (momentum, Adam's m and v) was not recorded: it is found again by replaying all updates
from the first. So is what random generators drew. Each replayed update is compared with the recorded one, bit for bit.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from tinylearn.checks import generator, positive_integer
from tinylearn.layers import Dense
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizers import Optimizer
from tinylearn.recording.explanation import Explanation, Term
from tinylearn.training import _augmented
from tinylearn.training_arguments import check_data, check_parts
from tinylearn.workers import workers_for

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
    workers = positive_integer("explain", "workers", workers)
    check_parts("explain", model, loss, optimizer)
    index = _checked_index(model, name, index)
    _check_recorded(recording, model)
    x, y = check_data("explain", x, y, model.dtype)
    rng = None if rng is None else generator("explain", rng)
    model, loss, rng = copy.deepcopy((model, loss, rng))  # together: a layer may draw from that rng
    optimizer, model.gradients[...] = optimizer.fresh(), 0
    model.set_training(True)
    if workers > 1 and any(layer.generators() for layer in model.layers):
        raise ValueError("explain: layers that draw random numbers, as dropout does, need workers=1, got more")
    because = _why_from_the_start(model, optimizer, augment)
    first = 1 if because else step
    _check_kept(recording, first, step, because)

    batches = _batches(recording, range(first, step + 1), x, y, augment, rng)
    start = recording.index(first) - 1
    batch_shape = (max(len(recording.batch(int(recording.steps[start + 1]))), 1), *x.shape[1:])
    with workers_for(model, loss, workers, batch_shape) as fill_gradients, np.errstate(over="ignore", invalid="ignore"):
        for record, (rows, x_batch, y_batch) in enumerate(batches, start + 1):  # noqa: B007 (used below)
            model.parameters = recording.rows[record - 1]
            if record - start == step - first + 1:
                before, loss_before, optimizer_before = copy.deepcopy((model, loss, optimizer))
                before.set_training(True)
            fill_gradients(x_batch, y_batch)
            optimizer.step(model.parameters, model.gradients)
            _check_replayed(recording, record, model)
    with np.errstate(over="ignore", invalid="ignore"):
        inputs, upstream, shares, factors = _shares(before, loss_before, x_batch, y_batch, name, index)
    old, new = before.named_parameters()[name][index], model.named_parameters()[name][index]
    gradient = model.named_gradients()[name][index]
    terms = _terms(optimizer_before, optimizer, old, gradient, new, _place(model, name, index))
    _, epoch, value, _ = recording.record(recording.index(step))
    return Explanation(step, name, index, epoch, value, rows, inputs, upstream, shares, factors, gradient,
                       repr(optimizer), terms, old, new)  # fmt: skip


# --- the replay -------------------------------------------------------------------------------------------------------


def _why_from_the_start(model: Sequential, optimizer: Optimizer, augment: Any) -> str:
    """Return what depends on all updates before, or "" if each can be replayed alone."""
    if _remembers(optimizer):
        return f"what {optimizer} remembers"
    if augment is not None or any(layer.generators() for layer in model.layers):
        return "what the random generators draw"
    return ""


def _remembers(optimizer: Optimizer) -> bool:
    """Return whether the optimiser is another one after a step."""
    trial = copy.deepcopy(optimizer)
    trial.step(np.zeros(1), np.ones(1))
    same = all(value is vars(trial)[name] or value == vars(trial)[name] for name, value in vars(optimizer).items())
    return len(vars(trial)) != len(vars(optimizer)) or not same


def _batches(
    recording: Recording, steps: range, x: np.ndarray, y: np.ndarray, augment: Any, rng: np.random.Generator | None
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield row numbers, inputs and targets of each update, as `fit` made them; draw from `rng` what `fit` drew."""
    epoch = 0
    for step in steps:
        _, of, _, rows = recording.record(recording.index(step))
        rows = np.array(rows if len(rows) else range(len(x)))
        if rows.max() >= len(x):
            raise ValueError(
                f"explain: update {step} saw row {rows.max()}, but x has only {len(x)}; give the same x, y"
            )
        if of != epoch and rng is not None and (rows != np.arange(len(rows))).any():  # an epoch that was shuffled
            rng.permutation(len(x))
        epoch = of
        x_batch = x.take(rows, axis=0)
        if augment is not None:
            if rng is None:
                raise ValueError("explain: augment needs rng, as it was before training; make model and rng anew")
            x_batch = _augmented(augment, x_batch, rng)
        yield rows, x_batch, y.take(rows, axis=0)


# --- the layer and the optimiser at work ------------------------------------------------------------------------------


def _shares(
    model: Sequential, loss: Loss, x: np.ndarray, y: np.ndarray, name: str, index: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]:
    """Return the layer's inputs (N, …), its dout (N, …), and the share of each row in the gradient (N,), with factors.

    A gradient is linear in dout, so for any layer the share of a row is what backward finds when all other rows of dout
    are 0. For a dense layer it is known as a product, or as dout itself.
    """
    layer_name, key = name.split(".", 1)
    position = model.layer_names.index(layer_name)
    out = x
    for place, layer in enumerate(model.layers):
        if place == position:
            inputs = out.copy()
        out = layer.forward(out)
    loss.forward(out, y)
    dout = loss.backward()
    for layer in reversed(model.layers[position + 1 :]):
        dout = layer.backward(dout)
    layer = model.layers[position]
    if type(layer) is Dense:
        upstream = dout[:, index[-1]]
        if key == "b":
            return inputs, dout, upstream.copy(), None
        factors = np.stack([inputs[:, index[0]], upstream], axis=1)
        return inputs, dout, factors[:, 0] * factors[:, 1], factors
    shares = np.zeros(len(dout), model.dtype)
    for row in range(len(dout)):
        alone = np.zeros_like(dout)
        alone[row] = dout[row]
        layer.fill_grads(alone)
        shares[row] = layer.grads[key][index]
    return inputs, dout, shares, None


def _terms(before: Optimizer, after: Optimizer, old: Any, gradient: Any, new: Any, place: int) -> tuple[Term, ...]:
    """Return the arithmetic of an optimiser's step for one number, `place` in the vector.

    () unless it gives, bit for bit, `new` and what the optimiser remembers after the step.
    """
    told = before.arithmetic()
    if told is None:
        return ()
    constants, formulas = told
    values = {name: old.dtype.type(value) for name, value in constants.items()} | {"p": old, "g": gradient}
    terms = []
    for name, formula in formulas.items():
        if name not in values:
            memory = getattr(before, name)
            values[name] = old.dtype.type(0) if memory is None else memory.reshape(-1)[place]
        terms.append(Term.of(name, formula, values))
        values[name] = terms[-1].value
        if values[name].tobytes() != (new if name == "p" else getattr(after, name).reshape(-1)[place]).tobytes():
            return ()
    return tuple(terms)


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


def _check_recorded(recording: Recording, model: Sequential) -> None:
    """Raise ValueError unless the recording holds every parameter of the model, as it is there."""
    missing = [name for name in model.named_parameters() if name not in recording]
    if missing:
        raise ValueError(
            f"explain: {missing[0]} was not recorded, only {', '.join(recording.names)}; an update depends on all "
            "parameters: record them without select"
        )
    recording.restore(copy.deepcopy(model), int(recording.steps[0]))


def _check_kept(recording: Recording, first: int, step: int, because: str) -> None:
    """Raise ValueError unless every update that is to be replayed, and the parameters before it, were kept."""
    recording.index(step)
    kept = np.isin(np.arange(first - 1, step + 1), recording.steps)
    if not kept.all():
        lost = first - 1 + int(np.argmin(kept))
        why = f"{because} at update {step} needs all updates before it" if because else "it is where the update began"
        raise ValueError(
            f"explain: step {lost} is not in this recording, and {why}; record with every=1 and without budget"
        )


def _check_replayed(recording: Recording, record: int, model: Sequential) -> None:
    """Raise ValueError, with what may differ, unless the model's parameters are, bit for bit, those of the record."""
    if model.parameters.tobytes() == recording.rows[record].tobytes():
        return
    recorded = recording.at(int(recording.steps[record]))
    name = next(n for n, view in model.named_parameters().items() if view.tobytes() != recorded[n].tobytes())
    raise ValueError(
        f"explain: update {recording.steps[record]}, replayed, makes another {name} than the recorded one; give x, y, "
        "loss, optimizer, augment, workers as in training (a learning rate that changed on the way is not recorded), "
        "and where numbers are drawn, by dropout or augment, a model and an rng made anew, as they were before training"
    )
