"""A look at one pass, of an update or a prediction: its numbers as terms, each with the gid to ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from animations.kit.chain.arithmetic import Index, gid_of
from animations.kit.chain.words import names_of_rows, place_of, places_in
from animations.why import Term
from tinylearn import Recording, Sequential
from tinylearn import layers as tl
from tinylearn.analysis.every_layer import passes, prediction
from tinylearn.analysis.observer import MODEL, LayerPass, Source
from tinylearn.analysis.replay import Replayed

ONE_BY_ONE = (tl.ReLU, tl.LeakyReLU, tl.Sigmoid, tl.Tanh, tl.Dropout)  # each number goes through alone


class Look:
    """What every layer computes for N rows; most methods return one number as a term.

    layers      name → what was seen of the layer; "model" is the whole model
    parameters  name → array, as in this pass; `prefix` stands before their gids
    state       name → array, what the layers kept from before this pass
    labels      the names of the rows (N,): "row 17", "row x = 0.5"
    inputs      the names of the D numbers of x (N, D): ["height", "weight"]; empty if they have none
    """

    layers: dict[str, LayerPass]
    parameters: dict[str, np.ndarray]
    state: dict[str, np.ndarray]
    labels: Sequence[str]
    inputs: Sequence[str] = ()
    prefix = ""
    when = ""  # in words

    def layer(self, name: str) -> LayerPass:
        return self.layers[name]

    def holds(self, kind: str, name: str, index: Index) -> bool:
        """Does a layer have such a number?"""
        seen = self.layers.get(name)
        array = getattr(seen, {"in": "x"}.get(kind, kind)) if seen else None
        return array is not None and inside(array, index)

    def out(self, name: str, index: Index) -> Term:
        return Term(float(self.layer(name).out[index]), gid_of(f"out.{name}", index))

    def x(self, name: str, index: Index) -> Term:
        """The input of a layer, under the name of the layer that made it."""
        return Term(float(self.layer(name).x[index]), gid_of(self._made_by(self.layer(name).x_from, name), index))

    def dout(self, name: str, index: Index) -> Term:
        dout: Any = self.layer(name).dout
        return Term(float(dout[index]), gid_of(f"dout.{name}", index))

    def dx(self, name: str, index: Index) -> Term:
        dx: Any = self.layer(name).dx
        return Term(float(dx[index]), gid_of(f"dx.{name}", index))

    def parameter(self, name: str, key: str, index: Index) -> Term:
        """A parameter of a layer."""
        whole = key if name == MODEL else f"{name}.{key}"
        return Term(float(self.parameters[whole][index]), gid_of(f"{self.prefix}{whole}", index))

    def row(self, number: int) -> str:
        """Return the name of a row."""
        return self.labels[number]

    def place(self, name: str, index: Index) -> str:
        """Name the place of a number in the output of a layer, or in its dout."""
        return place_of(index, self.names(Source("out", name)))

    def place_in_x(self, name: str, index: Index) -> str:
        """Name the place of a number in the input of a layer."""
        return place_of(index, self.names(self.layer(name).x_from), self._in_colour(name))

    def names(self, source: Source) -> Sequence[str]:
        """Return the names of the units of the data, or of a layer's output; empty if they have none."""
        kind, name = source
        if kind == "data":
            return self.inputs
        seen = self.layers.get(name)
        if kind != "out" or seen is None:
            return ()
        if isinstance(seen.layer, tl.Flatten) and seen.x.ndim == 4:
            return places_in(seen.x.shape[1:], self._in_colour(name))
        return self.names(seen.x_from) if isinstance(seen.layer, ONE_BY_ONE) else ()

    def _in_colour(self, name: str) -> bool:
        seen = self.layer(name)
        return seen.x_from[0] == "data" and seen.x.ndim == 4 and seen.x.shape[-1] == 3

    def _made_by(self, source: Source, name: str) -> str:
        kind, layer = source
        return {"data": "x", "out": f"out.{layer}"}.get(kind, f"in.{name}")


class Prediction(Look):
    """A look at a model's predictions for x (N, …), with its current parameters: those after update `step`."""

    def __init__(
        self, model: Sequential, x: np.ndarray, labels: Sequence[str], step: int, inputs: Sequence[str] = ()
    ) -> None:
        self.layers, self.labels, self.inputs = prediction(model, x), labels, inputs
        self.parameters = {name: array.copy() for name, array in model.named_parameters().items()}
        self.state = {name: array.copy() for name, array in model.named_state().items()}
        self.when = f"after update {step}"


class Update(Look):
    """A look at both passes of update `step` of a recording; `again`: with the parameters that it made."""

    def __init__(self, recording: Recording, step: int, again: bool = False, inputs: Sequence[str] = ()) -> None:
        self.recording, self.step, self.inputs = recording, step, inputs
        seen = passes(recording, step, again)
        self.made: Replayed = seen.made
        self.layers, self.loss, self.targets = seen.layers, seen.loss, seen.target
        self.labels = names_of_rows(seen.rows, self.layers[MODEL].x)
        self.gradients = self.made.after.model.named_gradients()
        training = self.made.after if again else self.made.before
        self.parameters, self.state = training.model.named_parameters(), training.model.named_state()
        self.from_logits: bool = training.loss.from_logits
        self.prefix = "" if again else "before."
        self.when = f"with the new parameters of update {step}" if again else f"in update {step}"

    def target(self, index: Index) -> Term:
        return Term(float(self.targets[index]), gid_of("target", index))


def inside(array: Any, index: Sequence[int]) -> bool:
    """Does this index exist?"""
    shape = np.shape(array)
    return len(index) == len(shape) and all(0 <= i < n for i, n in zip(index, shape, strict=True))


def parts_of(look: Look, name: str) -> list[str]:
    """Return the names of the layers inside a layer, in their order."""
    return [each for each, seen in look.layers.items() if each != MODEL and seen.inside == name]


def last_that_gave(look: Look, name: str) -> str:
    """Return the name of the layer inside `name` that makes its out, or `name` itself."""
    whole = look.layer(name).out
    same: Iterable[str] = (part for part in reversed(parts_of(look, name)) if _same(look.layer(part).out, whole))
    part = next(iter(same), "")
    return last_that_gave(look, part) if part else name


def first_that_handed_back(look: Look, name: str) -> str:
    """Return the name of the layer inside `name` that makes its dx, or `name` itself."""
    whole = look.layer(name).dx
    part = next((part for part in parts_of(look, name) if _same(look.layer(part).dx, whole)), "")
    return first_that_handed_back(look, part) if part else name


def _same(one: Any, other: Any) -> bool:
    return one is not None and other is not None and one.shape == other.shape and one.tobytes() == other.tobytes()
