"""One update of one number, explained: as data, and as text whose arithmetic gives the recorded number again.

What `Recording.explain` returns; explain.py finds the numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

SHOWN = 8  # rows of a batch that are printed one by one


class Term(NamedTuple):
    """A line of the optimiser's arithmetic: `name` becomes `formula`, in numbers `arithmetic`, which is `value`."""

    name: str
    formula: str
    arithmetic: str
    value: Any

    @classmethod
    def of(cls, name: str, formula: str, values: dict[str, Any]) -> Term:
        """Return the term with `values` in the place of names; the arithmetic is that of their dtype.

        >>> print(Term.of("p", "p - rate * g", {"p": np.float32(1), "rate": np.float32(0.1), "g": np.float32(-3)}))
        p = p - rate * g
          = 1.0 - 0.1 * (-3.0)
          = 1.3
        """
        arithmetic = re.sub(
            r"[A-Za-z_]\w*", lambda word: number(values[word[0]]) if word[0] in values else word[0], formula
        )
        value = eval(formula, {"sqrt": np.sqrt, "__builtins__": {}}, values)  # a formula of an optimiser, not of a file
        return cls(name, formula, arithmetic, value)

    def __str__(self) -> str:
        space = " " * len(self.name)
        return f"{self.name} = {self.formula}\n{space} = {self.arithmetic}\n{space} = {self.value!s}"


def number(value: Any) -> str:
    """Return a number in the fewest digits that tell it from all others of its dtype; a negative one in brackets.

    >>> number(np.float32(0.1)), number(np.float64(-0.1))
    ('0.1', '(-0.1)')
    """
    text = str(value)
    return f"({text})" if text.startswith("-") else text


@dataclass(frozen=True)
class Explanation:
    """How update `step` changed one number, `parameter[index]`. N rows in the batch; numbers have the model's dtype.

    epoch, loss    as recorded: the loss of the batch, before the update
    rows           (N,) the row numbers of the batch
    inputs         (N, …) what the parameter's layer got
    upstream       (N, …) the gradient of the loss with respect to what the layer gave: its `dout`
    shares         (N,) what each row adds to the gradient: their sum is the gradient, but for rounding, since matrix
                   products and sums add in an order of their own
    factors        for a weight of a dense layer, (N, 2): the input and the upstream gradient whose product the share is
    gradient       as the layer's backward computed it, bit for bit
    optimizer      its settings
    terms          the optimiser's arithmetic, line by line, from g to the new p; empty if it does not tell that
    old, new       before and after the update, as recorded
    """

    step: int
    parameter: str
    index: tuple[int, ...]
    epoch: int
    loss: float
    rows: np.ndarray
    inputs: np.ndarray
    upstream: np.ndarray
    shares: np.ndarray
    factors: np.ndarray | None
    gradient: Any
    optimizer: str
    terms: tuple[Term, ...]
    old: Any
    new: Any

    @property
    def name(self) -> str:
        """Parameter and index, as in `dense_1.w[0, 3]`."""
        return f"{self.parameter}[{', '.join(map(str, self.index))}]"

    def __str__(self) -> str:
        lines = [
            f"update {self.step} of {self.name}: epoch {self.epoch}, {len(self.rows)} rows, loss {self.loss:.6g}",
            *self._gradient_lines(),
            f"p, the parameter, by {self.optimizer}:",
        ]
        told = [f"  {line}" for term in self.terms for line in str(term).split("\n")]
        lines += told or ["  (its arithmetic is not told: it has no method `arithmetic`, or another step)"]
        lines.append(f"recorded: {self.old!s} before, {self.new!s} after")
        return "\n".join(lines)

    def _gradient_lines(self) -> list[str]:
        """Return what each row adds to the gradient, and the gradient."""
        what = "what each row adds" if self.factors is None else "input * upstream gradient of each row"
        lines = [f"g, the gradient: the sum of {what}"]
        for place in range(min(SHOWN, len(self.rows))):
            product = "" if self.factors is None else " * ".join(map(number, self.factors[place])) + " = "
            lines.append(f"  row {self.rows[place]}: {product}{self.shares[place]!s}")
        if len(self.rows) > SHOWN:
            lines.append(f"  {len(self.rows) - SHOWN} more rows: {self.shares[SHOWN:].sum()!s}")
        return [*lines, f"  g = {self.gradient!s}"]
