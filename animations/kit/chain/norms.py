"""Normalising layers: over the batch, one feature at a time, or over the features, one row at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from animations.kit.chain.arithmetic import Index, bars
from animations.kit.chain.look import Look
from animations.why import Line, Part
from tinylearn.layers import BatchNorm


class Norm:
    """The numbers of a normalising layer, computed with its own formulas and in its dtype, so that rounding is the
    same.

    mean, variance, std   for every number of x (N, …, D), or broadcast to it
    z, dz                 the normalised numbers (N, …, D), and how the loss grows with them
    over                  says what mean and variance are taken over
    fixed                 do they come from the layer's state? They do for a prediction, and for a single row
    """

    def __init__(self, look: Look, name: str) -> None:
        seen = look.layer(name)
        x, self.layer = seen.x, seen.layer
        self.by_batch = isinstance(seen.layer, BatchNorm)
        self.over, self.fixed = ("the batch" if self.by_batch else "the row"), False
        if not self.by_batch:
            self.mean, self.variance = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
        elif x.size > x.shape[-1] and seen.layer.training:
            rows = x.reshape(-1, x.shape[-1])
            self.mean, self.variance = rows.mean(axis=0), rows.var(axis=0)
        else:
            self.mean, self.variance = (look.state[f"{name}.{key}"] for key in ("mean", "var"))
            self.over, self.fixed = "the earlier batches, as the layer keeps it", True
        self.std = np.sqrt(self.variance + seen.layer.epsilon)
        self.z = (x - self.mean) / self.std
        self.dz = (seen.dout if seen.dout is not None else np.zeros_like(x)) * seen.layer.params["gamma"]

    def members(self, values: np.ndarray, index: Index) -> np.ndarray:
        """Return the values that a number is normalised with, (M,)."""
        return (values[..., index[-1]].ravel() if self.by_batch else values[index[:-1]]).astype(float)

    def mean_of(self, values: np.ndarray, index: Index) -> float:
        """Return their mean, as the layer computes it."""
        means = values.reshape(-1, values.shape[-1]).mean(axis=0) if self.by_batch else values.mean(axis=-1)
        return float(means[index[-1] if self.by_batch else index[:-1]])

    def member(self, k: int, index: Index) -> Index:
        """Return the index of the k-th of them."""
        shape = self.z.shape[:-1]
        where = tuple(int(i) for i in np.unravel_index(k, shape)) if self.by_batch else index[:-1]
        return (*where, index[-1] if self.by_batch else k)

    def at(self, values: np.ndarray, index: Index) -> float:
        return float(np.broadcast_to(values, self.z.shape)[index])


def out(look: Look, name: str, index: Index) -> list[Part]:
    norm = Norm(look, name)
    mean, variance, std, z = (norm.at(each, index) for each in (norm.mean, norm.variance, norm.std, norm.z))
    return [
        Line(f"the mean of {norm.over}", mean),
        Line(f"√(variance of {norm.over} + epsilon)", "sqrt(", variance, "+", norm.layer.epsilon, ") =", std),
        Line("z = (x − mean) / that", "(", look.x(name, index), "-", mean, ") /", std, "=", z),
        Line("gamma · z + beta", look.parameter(name, "gamma", index[-1:]), "*", z, "+",
             look.parameter(name, "beta", index[-1:]), "=", look.out(name, index).value),
    ]  # fmt: skip


def dx(look: Look, name: str, index: Index) -> list[Part]:
    norm, dx = Norm(look, name), look.dx(name, index).value
    z, dz, std = (norm.at(each, index) for each in (norm.z, norm.dz, norm.std))
    first = Line("dz = dout · gamma", look.dout(name, index), "*", look.parameter(name, "gamma", index[-1:]), "=", dz)
    if norm.fixed:
        return [first, Line("dz / std", dz, "/", std, "=", dx)]
    means: list[Part] = []
    for words, values in ((f"the mean of dz over {norm.over}, since x moves the mean", norm.dz),
                          ("the mean of dz · z, since x moves the std", norm.dz * norm.z)):  # fmt: skip
        each, mean = norm.members(values, index), norm.mean_of(values, index)
        means.append(bars(words, each / len(each), lambda k: _bar(look, name, norm.member(k, index)), mean))
    mean, stretch = (part.total for part in means)  # type: ignore[union-attr]
    return [first, *means, Line("(dz − mean of dz − z · mean of dz · z) / std", "(", dz, "-", mean, "-", z, "*",
                                stretch, ") /", std, "=", dx)]  # fmt: skip


def _bar(look: Look, name: str, member: Index) -> tuple[str, str]:
    rest: Any = ", ".join(map(str, member[1:]))
    return f"{look.row(member[0])}, {rest}", look.dout(name, member).gid
