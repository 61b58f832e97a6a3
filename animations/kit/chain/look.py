"""A look into one update: its numbers as terms, each with the gid under which it can be asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from animations.kit.chain.arithmetic import Index, gid_of
from animations.why import Term
from tinylearn import Recording
from tinylearn.analysis.every_layer import MODEL, LayerPass, Passes, Source, passes
from tinylearn.analysis.replay import Replayed


class Look:
    """Update `step` of a recording, N rows; every method returns one number of it as a term."""

    def __init__(self, recording: Recording, step: int) -> None:
        self.recording, self.step = recording, step
        self.passes: Passes = passes(recording, step)
        self.made: Replayed = self.passes.made
        self.old = self.made.before.model.named_parameters()
        self.gradients = self.made.after.model.named_gradients()
        self.rows = self.passes.rows
        self.from_logits: bool = self.made.before.loss.from_logits

    def layer(self, name: str) -> LayerPass:
        return self.passes.layers[name]

    def holds(self, kind: str, name: str, index: Index) -> bool:
        """Is there such a number of a layer?"""
        seen = self.passes.layers.get(name)
        array = getattr(seen, {"in": "x"}.get(kind, kind)) if seen else None
        return array is not None and inside(array, index)

    def out(self, name: str, index: Index) -> Term:
        return Term(float(self.layer(name).out[index]), gid_of(f"out.{name}", index))

    def x(self, name: str, index: Index) -> Term:
        """What a layer is given, under the name of who made it."""
        return Term(float(self.layer(name).x[index]), gid_of(self._made_by(self.layer(name).x_from, name), index))

    def dout(self, name: str, index: Index) -> Term:
        dout: Any = self.layer(name).dout
        return Term(float(dout[index]), gid_of(f"dout.{name}", index))

    def dx(self, name: str, index: Index) -> Term:
        dx: Any = self.layer(name).dx
        return Term(float(dx[index]), gid_of(f"dx.{name}", index))

    def before(self, name: str, key: str, index: Index) -> Term:
        """A parameter of a layer before the update."""
        parameter = key if name == MODEL else f"{name}.{key}"
        return Term(float(self.old[parameter][index]), gid_of(f"before.{parameter}", index))

    def target(self, index: Index) -> Term:
        return Term(float(self.passes.target[index]), gid_of("target", index))

    def row(self, number: int) -> str:
        """Say which row of the data a row of the batch is."""
        return f"row {self.rows[number]}"

    def _made_by(self, source: Source, name: str) -> str:
        kind, layer = source
        return {"data": "x", "out": f"out.{layer}"}.get(kind, f"in.{name}")


def inside(array: Any, index: Sequence[int]) -> bool:
    """Is there such an index?"""
    shape = np.shape(array)
    return len(index) == len(shape) and all(0 <= i < n for i, n in zip(index, shape, strict=True))


def parts_of(look: Look, name: str) -> list[str]:
    """Return the names of the layers that a layer holds, in their order."""
    return [each for each, seen in look.passes.layers.items() if each != MODEL and seen.inside == name]


def last_that_gave(look: Look, name: str) -> str:
    """Return the name of the layer inside `name` whose out is its out, or that name itself."""
    whole = look.layer(name).out
    same: Iterable[str] = (part for part in reversed(parts_of(look, name)) if _same(look.layer(part).out, whole))
    part = next(iter(same), "")
    return last_that_gave(look, part) if part else name


def first_that_handed_back(look: Look, name: str) -> str:
    """Return the name of the layer inside `name` whose dx is its dx, or that name itself."""
    whole = look.layer(name).dx
    part = next((part for part in parts_of(look, name) if _same(look.layer(part).dx, whole)), "")
    return first_that_handed_back(look, part) if part else name


def _same(one: Any, other: Any) -> bool:
    return one is not None and other is not None and one.shape == other.shape and one.tobytes() == other.tobytes()
