"""A look at every layer in one update: its inputs and outputs, forward and backward.

    x ──► dense_1 ──► relu_1 ──► dense_2 ──► out, loss
         ◄── dout    ◄── dout    ◄── dout  ◄──

`replay` repeats the update, and proves it by the recorded bits. Then its forward and backward pass run once more, while
an observer notes the arrays of each layer. It finds the source of an x or a dout by comparison: it is the output of
another layer. So your own layers need not tell how they pass arrays to the layers that they hold.
"""

from __future__ import annotations

import copy
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from tinylearn.analysis.replay import Replayed, as_in_training, replay
from tinylearn.batches import Batch
from tinylearn.checks import numbers
from tinylearn.layers import Layer
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.recording import Recording
from tinylearn.recording.origin import Training
from tinylearn.workers import ParallelGradients, gradients, workers_for

MODEL = "model"  # the name of the whole model; walk() calls it ""
KEPT = 4  # updates of a recording to keep


class Source(NamedTuple):
    """Where an array comes from: "out" or "dx" of a layer, its "x" or "dout"; "data", "loss"; or a layer "made" it."""

    kind: str
    layer: str


UNKNOWN = Source("made", MODEL)


@dataclass
class LayerPass:
    """One layer in one update of N rows. If backward did not reach it, it has no dout; and its dx may be None.

    layer               a copy, with the parameters before the update
    inside              the name of the layer that holds it
    x, out, dout, dx    (N, …)
    x_from, dout_from   their sources
    calls               how often forward was called; the arrays are those of the last call
    local               name → the last value of each local variable of its backward
    """

    layer: Any
    inside: str
    x: np.ndarray
    out: np.ndarray
    x_from: Source
    dout: np.ndarray | None = None
    dx: np.ndarray | None = None
    dout_from: Source = UNKNOWN
    calls: int = 1
    local: dict[str, Any] = field(default_factory=dict)


@dataclass
class Passes:
    """Both passes of update `made.step`. The name of the whole model is "model".

    layers      name → its LayerPass
    loss        of the batch, before the update
    target      (N, …) as the loss got it
    """

    made: Replayed
    layers: dict[str, LayerPass]
    loss: float
    target: Any

    @property
    def rows(self) -> np.ndarray:
        """The row numbers of the batch (N,)."""
        return self.made.batch[0]


_seen: WeakKeyDictionary[Recording, OrderedDict[tuple[int, bool], Passes]] = WeakKeyDictionary()


def passes(recording: Recording, step: int, again: bool = False) -> Passes:
    """Return the inputs and outputs of every layer in update `step`; the last few updates are cached.

    again   the same batch once more, after the update

    ValueError if the update cannot be repeated, or if the repeated passes give different gradients.
    """
    known = _seen.setdefault(recording, OrderedDict())
    if (step, again) not in known:
        known[step, again] = _watched(recording, replay(recording, step), again)
        while len(known) > KEPT:
            known.popitem(last=False)
    known.move_to_end((step, again))
    return known[step, again]


def prediction(model: Sequential, x: np.ndarray) -> dict[str, LayerPass]:
    """Return the inputs and outputs of every layer when the model predicts for x (N, …). The model does not change."""
    watch = Observer(copy.deepcopy(model))
    watch.model.set_training(False)
    with watch.at_work(), np.errstate(all="ignore"):
        watch.model.forward(numbers("prediction", "x", x, model.dtype))
    return watch.layers


def _watched(recording: Recording, made: Replayed, again: bool) -> Passes:
    """Run forward and backward of an update once more, and observe the layers."""
    training, parts, value = (made.after if again else made.before).copy(), [], 0.0
    summed = np.zeros_like(training.model.gradients)
    with as_in_training(recording, made.step, training):
        for watch, loss in watched(training, made.batch):
            parts.append(watch.layers)
            value += loss
            summed += watch.model.gradients
    wanted = summed if again else made.after.model.gradients
    if not np.allclose(summed, wanted, rtol=1e-3, atol=1e-6 * float(np.abs(wanted).max(initial=0)), equal_nan=True):
        raise ValueError(
            f"recording: the passes of update {made.step}, repeated, give other gradients; a layer or a loss counts "
            "its calls, or draws from something else than its own NumPy generators"
        )
    return Passes(made, _joined(parts), value, made.batch[2])


def watched(training: Training, batch: Batch) -> Iterator[tuple[Observer, float]]:
    """Run forward and backward in the same pieces as the workers; yield what was seen of each, and its loss."""
    _, x, y = batch
    training.model.set_training(True)
    with workers_for(training.model, training.loss, training.workers, training.batches.shape) as fill_gradients:
        for model, loss, rows in _pieces_of(training, fill_gradients, len(x)):
            watch = Observer(model)
            with watch.at_work():
                value = gradients(model, loss, x[rows], y[rows], (rows.stop - rows.start) / len(x))
            yield watch, value


def _pieces_of(training: Training, fill_gradients: Any, rows: int) -> Iterator[tuple[Sequential, Loss, slice]]:
    """Yield model, loss and rows of each piece in which the batch was computed."""
    workers = getattr(fill_gradients, "__self__", None)
    if not isinstance(workers, ParallelGradients):
        yield training.model, training.loss, slice(0, rows)
        return
    workers.deal_random_numbers()
    for (model, loss), of_replica in zip(workers.replicas, workers.slices(rows), strict=True):
        for piece in workers.pieces(of_replica):
            yield model, loss, piece


def _joined(parts: list[dict[str, LayerPass]]) -> dict[str, LayerPass]:
    """Return the rows of all pieces, one after the other."""
    first, *others = parts
    for name, seen in first.items() if others else ():
        for key in ("x", "out", "dout", "dx"):
            arrays = [getattr(part[name], key) for part in parts]
            whole = None if any(array is None for array in arrays) else np.concatenate(arrays)
            setattr(seen, key, whole)
    return first


class Observer:
    """Wraps forward and backward of every layer of a model, and notes their arguments and results."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.layers: dict[str, LayerPass] = {}
        self.events: list[tuple[Source, np.ndarray, np.ndarray]] = []  # whose, the array itself, its numbers
        self.handed_on: dict[Source, Source] = {}  # the "x" or "dout" of a layer → whose that is

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Observe inside the `with` block."""
        for name, part in self.model.walk():
            kind = type(part)
            vars(part)["forward"] = self._forward(name or MODEL, part, kind.forward.__get__(part))
            vars(part)["backward"] = self._backward(name or MODEL, part, kind.backward.__get__(part))
        try:
            yield
        finally:
            for _, part in self.model.walk():
                del vars(part)["forward"], vars(part)["backward"]

    def _forward(self, name: str, layer: Layer, forward: Callable[..., Any]) -> Callable[..., Any]:
        def watched(x: np.ndarray) -> np.ndarray:
            x_from = self._take(Source("x", name), x, Source("data", ""))
            given = self.events[-1][-1]
            out = forward(x)
            again = self.layers[name].calls + 1 if name in self.layers else 1
            kept = self._note(Source("out", name), out)
            self.layers[name] = LayerPass(layer, _holder(name), given, kept, x_from, calls=again)
            return out

        return watched

    def _backward(self, name: str, layer: Layer, backward: Callable[..., Any]) -> Callable[..., Any]:
        def watched(dout: np.ndarray) -> np.ndarray | None:
            seen = self.layers[name]
            seen.dout_from = self._take(Source("dout", name), dout, Source("loss", ""))
            seen.dout = self.events[-1][-1]
            with _locals_of(type(layer).backward, seen.local):
                dx = backward(dout)
            seen.dx = None if dx is None else self._note(Source("dx", name), dx)
            return dx

        return watched

    def _note(self, whose: Source, array: np.ndarray) -> np.ndarray:
        kept = np.array(array)
        self.events.append((whose, array, kept))
        return kept

    def _take(self, given: Source, array: np.ndarray, of_model: Source) -> Source:
        """Note the argument of a layer, and return its source; that of the model itself is `of_model`."""
        whose = of_model if given.layer == MODEL else self._whose(array, *given)
        self.handed_on[given] = whose
        self._note(given, array)
        return whose

    def _whose(self, array: np.ndarray, kind: str, name: str) -> Source:
        """Return the source of an array: the same object, else the latest array with the same bits, else its holder.

        If a layer only hands an array on to a layer inside it, the source is the one that made the array.
        """
        kinds = ("x", "out") if kind == "x" else ("dout", "dx")
        events = [event for event in self.events if event[0].kind in kinds]
        same = [whose for whose, given, _ in events if given is array]
        if not same:
            shape, data = array.shape, array.tobytes()
            same = [whose for whose, _, kept in events if kept.shape == shape and kept.tobytes() == data]
        whose = same[-1] if same else Source("made", _holder(name))
        return self.handed_on.get(whose, whose)


def _holder(name: str) -> str:
    """Return the name of the layer that holds this one."""
    return name.rpartition(".")[0] or MODEL


@contextmanager
def _locals_of(method: Any, into: dict[str, Any]) -> Iterator[None]:
    """Note the local variables of a formula when it returns: numbers as they are, arrays by their shapes."""
    code, before = getattr(getattr(method, "formula", method), "__code__", None), sys.gettrace()

    def on_return(frame: Any, event: str, _: Any) -> Any:
        if event == "return":
            into.update(
                {
                    name: np.shape(value) if isinstance(value, np.ndarray) else value
                    for name, value in frame.f_locals.items()
                    if isinstance(value, np.ndarray | int | float)
                }
            )
        return on_return

    sys.settrace(lambda frame, event, _: on_return if frame.f_code is code else None)
    try:
        yield
    finally:
        sys.settrace(before)
