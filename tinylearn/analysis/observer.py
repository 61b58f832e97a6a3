"""An observer of one forward and backward pass: the arrays that each layer gets and gives, and where they come from.

    x ──► dense_1 ──► relu_1 ──► dense_2 ──► out, loss
         ◄── dout    ◄── dout    ◄── dout  ◄──

It finds the source of an x or a dout by comparison: it is the output of another layer. So your own layers need not tell
how they pass arrays to the layers that they hold.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from tinylearn.layers import Layer

MODEL = "model"  # the name of the whole model; walk() calls it ""


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
