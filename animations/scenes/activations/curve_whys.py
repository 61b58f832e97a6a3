"""Explains the numbers of a network that learns a curve, at one step: its loss, and back through every layer.

loss_now → square[i], of example i → predicted[i] → out[2,i,0], of the last layer → product[2,i,0,k]
     → out[1,i,k], of the layer before it → … → x[i], and the parameters: dense_1.w[0,k]
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from animations.kit.whys import Table, added, explained, given, noted
from animations.scenes.activations.whys import value_line
from animations.why import Line, Part, Term, Why
from tinylearn.layers import Layer
from tinylearn.layers.dense import Dense

SHOWN = 10  # examples shown in a loss
FEW = 4  # products in one line


def epoch_why(says: str, epoch: int) -> Why:
    """Explain a number of a clock that counts epochs."""
    return noted(says, "how often training has gone through all examples", epoch)


def mean_of(words: str, rows: list[tuple[str, float, str]], mean: float) -> list[Part]:
    """Explain a mean: the numbers (label, number, gid) are added up and divided by how many there are."""
    total = math.fsum(value for _, value, _ in rows)
    largest = max(range(len(rows)), key=lambda i: abs(rows[i][1]))  # only it can be asked: a page has little room
    rows = [(label, value, gid if i == largest else "") for i, (label, value, gid) in enumerate(rows)]
    divided = Line("divided by their number, the mean", total, "/", len(rows), "=", mean)
    return [added(words, rows, total, most=SHOWN), divided]


class Pass(NamedTuple):
    """One layer in a forward pass of N examples: its input and its output, both (N, units)."""

    name: str
    layer: Layer
    x: np.ndarray
    out: np.ndarray


@dataclass(frozen=True)
class LossWhys:
    """Explains the loss of a network after epoch `step`, and everything it is made from.

    prefix              precedes the gids: "relu."
    x, target           (N,) the inputs and the targets of the examples
    predicted, loss     (N,) the predictions, and one number, the mean squared error
    passes              of the layers, in order, with the parameters of this step
    """

    prefix: str
    step: int
    x: np.ndarray
    target: np.ndarray
    predicted: np.ndarray
    loss: float
    passes: list[Pass]

    def why(self, gid: str) -> Why | None:
        own = gid.removeprefix(self.prefix)
        if not gid.startswith(self.prefix):
            return None
        for layer, each in enumerate(self.passes):
            if own.startswith(f"{each.name}."):
                return explained(own.removeprefix(f"{each.name}."), PARAMETERS, self, layer)
        return explained(own, TABLE, self)

    def term(self, gid: str, value: float) -> Term:
        return Term(float(value), f"{self.prefix}{gid}")

    @property
    def when(self) -> str:
        return f"after epoch {self.step}" if self.step else "before training"

    # --- the whole network ----------------------------------------------------------------------------------------

    def mean_of_squares(self) -> Why:
        squares = ((self.predicted - self.target) ** 2).tolist()
        rows = [(f"x = {self.x[i]:.3g}", *self.term(f"square[{i}]", squares[i])) for i in range(len(squares))]
        return Why(f"the loss {self.when}: the mean squared error", self.loss,
                   mean_of("the squared errors of all examples", rows, self.loss))  # fmt: skip

    def square(self, i: int) -> Why:
        value = float((self.predicted[i] - self.target[i]) ** 2)
        said, target = self.term(f"predicted[{i}]", self.predicted[i]), self.term(f"target[{i}]", self.target[i])
        line = Line("prediction − target, squared", "(", said, "-", target, ") ** 2 =", value)
        return Why(f"the squared error of example {i}, x = {self.x[i]:.3g}", value, [line])

    def prediction(self, i: int) -> Why:
        value = float(self.predicted[i])
        says = f"the network's prediction for x = {self.x[i]:.3g}, {self.when}"
        if not self.passes or self.passes[-1].out[i].item() != value:
            return noted(says, "the output of the model's forward pass; no more is known", value)
        last = len(self.passes) - 1
        return Why(says, value, [Line("the output of its last layer", self.term(f"out[{last},{i},0]", value))])

    def input(self, i: int) -> Why:
        return given(f"x of example {i}", self.x[i])

    def wanted(self, i: int) -> Why:
        return given(f"the target of example {i}", self.target[i])

    # --- one of its layers ----------------------------------------------------------------------------------------

    def out(self, layer: int, i: int, j: int) -> Why:
        """Explain the output of unit j of a layer for example i: of a dense layer, an activation, or another."""
        name, made, x, out = self.passes[layer]
        value = float(out[i, j])
        says = f"unit {j} of {name}, for x = {self.x[i]:.3g}"
        if isinstance(made, Dense):
            return Why(says, value, [self._weighted(layer, i, j, value)])
        if x.shape != out.shape:
            return noted(says, f"the result of {made}'s forward for this example", value)
        return Why(says, value, [value_line(made, self.into(layer, i, j), value)])

    def into(self, layer: int, i: int, k: int) -> Term:
        """Return input k of a layer: x, or the output of the layer before it."""
        return self.term(f"out[{layer - 1},{i},{k}]" if layer else f"x[{i}]", self.passes[layer].x[i, k])

    def parameter(self, layer: int, key: str, *index: int) -> Term:
        name, made, *_ = self.passes[layer]
        return self.term(f"{name}.{key}[{','.join(map(str, index))}]", made.params[key][index])

    def product(self, layer: int, i: int, j: int, k: int) -> Why:
        x, w = self.into(layer, i, k), self.parameter(layer, "w", k, j)
        says = f"input {k} of {self.passes[layer].name}, times its weight to unit {j}"
        return Why(says, x.value * w.value, [Line("input · weight", x, "*", w, "=", x.value * w.value)])

    def learned(self, layer: int, key: str, *index: int) -> Why:
        value, gid = self.parameter(layer, key, *index)
        words = f"as recorded {self.when}" if self.step else "initialise: as it was before training"
        return noted(f"{gid.removeprefix(self.prefix)} {self.when}", words, value)

    def _weighted(self, layer: int, i: int, j: int, total: float) -> Part:
        """Explain the sum of a dense layer: each input times its weight, plus the bias."""
        words, weights = "input · weight, added up, and the bias", self.passes[layer].layer.params["w"][:, j]
        bias = self.parameter(layer, "b", j)
        if len(weights) <= FEW:
            pieces: list[str | Term] = []
            for k in range(len(weights)):
                pieces += [self.into(layer, i, k), "*", self.parameter(layer, "w", k, j), "+"]
            return Line(words, *pieces, bias, "=", total)
        products = (self.passes[layer].x[i] * weights).tolist()
        rows = [(f"unit {k}", *self.term(f"product[{layer},{i},{j},{k}]", each)) for k, each in enumerate(products)]
        return added(words, [*rows, ("the bias", *bias)], total)


TABLE: Table = {
    "loss_now": LossWhys.mean_of_squares,
    "square[{}]": LossWhys.square,
    "predicted[{}]": LossWhys.prediction,
    "x[{}]": LossWhys.input,
    "target[{}]": LossWhys.wanted,
    "out[{},{},{}]": LossWhys.out,
    "product[{},{},{},{}]": LossWhys.product,
}
PARAMETERS: Table = {
    "w[{},{}]": lambda loss, layer, i, j: loss.learned(layer, "w", i, j),
    "b[{}]": lambda loss, layer, j: loss.learned(layer, "b", j),
}
