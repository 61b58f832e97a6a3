"""Explains straight lines: the one that dense layers in a row make, and the best one through some points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from animations.kit.whys import Table, added, explained, given
from animations.scenes.activations.curve_whys import SHOWN, LossWhys, mean_of
from animations.why import Line, Term, Why


@dataclass(frozen=True)
class LayersWhys:
    """Explains "w" and "b" of the line that a network of dense layers makes. After each layer it is still a line.

    Each unit j of layer l has its own line, line.w[l,j] and line.b[l,j]. A layer multiplies the lines before it by its
    weights and adds them up: (x · w₁ + b₁) · w₂ + b₂ = x · (w₁ · w₂) + (b₁ · w₂ + b₂).
    """

    network: LossWhys

    def why(self, gid: str) -> Why | None:
        prefix, last = self.network.prefix, len(self.network.passes) - 1
        own = gid.removeprefix(prefix)
        whole = {"w": f"line.w[{last},0]", "b": f"line.b[{last},0]"}
        return explained(whole.get(own, own), LAYERS, self) if gid.startswith(prefix) else None

    def line(self, key: str, layer: int) -> np.ndarray:
        """Return w or b of the lines at a layer's units."""
        start = {"w": np.ones(1), "b": np.zeros(1)}[key]
        for each in self.network.passes[: layer + 1]:
            start = start @ each.layer.params["w"] + (each.layer.params["b"] if key == "b" else 0)
        return start

    def composed(self, key: str, layer: int, j: int) -> Why:
        """Explain w or b of the line at unit j of a layer."""
        network, value = self.network, float(self.line(key, layer)[j])
        unit = f"unit {j} of {network.passes[layer].name} is" if layer < len(network.passes) - 1 else "all layers are"
        says = f"{key} of the line that {unit}, {network.when}"
        own = network.parameter(layer, key, *((0, j) if key == "w" else (j,)))
        if layer == 0:
            return Why(says, value, [Line("the first layer's own", own)])
        before, weights = self.line(key, layer - 1), network.passes[layer].layer.params["w"][:, j]
        rows = [(f"from unit {i}", *network.term(f"line.{key}[{layer},{i},{j}]", part))
                for i, part in enumerate((before * weights).tolist())]  # fmt: skip
        words = f"{key} of each line before, times the weight to this unit"
        if key == "b":
            rows, words = [*rows, ("its own bias", *own)], f"{words}, and its bias"
        return Why(says, value, [added(words, rows, value)])

    def part(self, key: str, layer: int, i: int, j: int) -> Why:
        network, before = self.network, self.line(key, layer - 1)[i]
        of_line, weight = network.term(f"line.{key}[{layer - 1},{i}]", before), network.parameter(layer, "w", i, j)
        value = of_line.value * weight.value
        line = Line(f"{key} of the line before · weight", of_line, "*", weight, "=", value)
        return Why(f"what unit {i} adds to {key} of unit {j} of {network.passes[layer].name}", value, [line])


LAYERS: Table = {
    "line.w[{},{}]": lambda line, layer, j: line.composed("w", layer, j),
    "line.b[{},{}]": lambda line, layer, j: line.composed("b", layer, j),
    "line.w[{},{},{}]": lambda line, layer, i, j: line.part("w", layer, i, j),
    "line.b[{},{},{}]": lambda line, layer, i, j: line.part("b", layer, i, j),
}


@dataclass(frozen=True)
class BestLineWhys:
    """Explains the loss of the best straight line through the examples x, target (N,), if `loss` is that loss.

    There, both slopes of the loss are 0: w = Σ (x − x̄)(y − ȳ) / Σ (x − x̄)², and b = ȳ − w x̄, with the means x̄ and
    ȳ.
    """

    prefix: str
    x: np.ndarray
    target: np.ndarray
    given: float

    def why(self, gid: str) -> Why | None:
        return explained(gid.removeprefix(self.prefix), BEST, self) if gid.startswith(self.prefix) else None

    @property
    def off(self) -> tuple[np.ndarray, np.ndarray]:
        """Return how far each x and each target is from its mean."""
        return self.x - self.x.mean(), self.target - self.target.mean()

    @property
    def w(self) -> float:
        off_x, off_y = self.off
        return float((off_x * off_y).sum() / (off_x**2).sum())

    @property
    def b(self) -> float:
        return float(self.target.mean() - self.w * self.x.mean())

    def loss(self) -> Why:
        says, squares = "the lowest loss of any straight line", (self.w * self.x + self.b - self.target) ** 2
        if not np.isclose(squares.mean(), self.given, rtol=1e-6):
            return given(says, self.given)
        rows = [(f"x = {self.x[i]:.3g}", *self.term(f"square[{i}]", float(squares[i]))) for i in range(len(squares))]
        line = Line("the best line's w", self.term("w", self.w)), Line("and its b", self.term("b", self.b))
        return Why(says, self.given, [*line, *mean_of("its squared errors", rows, self.given)])

    def square(self, i: int) -> Why:
        w, b, x, target = self.term("w", self.w), self.term("b", self.b), float(self.x[i]), float(self.target[i])
        value = (w.value * x + b.value - target) ** 2
        line = Line("w · x + b − target, squared", "(", w, "*", x, "+", b, "-", target, ") ** 2 =", value)
        return Why(f"the squared error of the best line at x = {x:.3g}", value, [line])

    def slope(self) -> Why:
        off_x, off_y = self.off
        over, under = float((off_x * off_y).sum()), float((off_x**2).sum())
        return Why("w of the best line", self.w, [
            added("x minus its mean, times target minus its mean", self._rows(off_x * off_y), over, most=SHOWN),
            added("x minus its mean, squared", self._rows(off_x**2), under, most=SHOWN),
            Line("the first sum, divided by the second", over, "/", under, "=", self.w),
        ])  # fmt: skip

    def height(self) -> Why:
        y, x = float(self.target.mean()), float(self.x.mean())
        line = Line("the mean target − w · the mean x", y, "-", self.term("w", self.w), "*", x, "=", self.b)
        return Why("b of the best line", self.b, [line])

    def term(self, key: str, value: float) -> Term:
        return Term(value, f"{self.prefix}best_line.{key}")

    def _rows(self, values: np.ndarray) -> list[tuple[str, float, str]]:
        return [(f"x = {x:.3g}", value, "") for x, value in zip(self.x, values.tolist(), strict=True)]


BEST: Table = {
    "best_line": BestLineWhys.loss,
    "best_line.square[{}]": BestLineWhys.square,
    "best_line.w": BestLineWhys.slope,
    "best_line.b": BestLineWhys.height,
}
