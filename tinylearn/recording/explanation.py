"""One update of one number, explained: as data, and as text whose arithmetic gives the recorded number again.

What `Recording.explain` returns; explain.py finds the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinylearn.recording.arithmetic import Term, number

SHOWN = 8  # rows of a batch that are printed one by one


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
    constants      what the optimiser makes of its settings for this step, term by term, in Python's numbers
    terms          its arithmetic from g to the new p; empty, as `constants` are, if it does not tell that
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
    constants: tuple[Term, ...]
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
            *self._optimizer_lines(),
            f"recorded: {self.old!s} before, {self.new!s} after",
        ]
        dtype = self.old.dtype
        if dtype != np.float64:
            how = f"write np.{dtype}(…) around each number, np.sqrt for sqrt"
            lines.insert(1, f"to compute a line again in {dtype}, {how}")
        return "\n".join(lines)

    def _gradient_lines(self) -> list[str]:
        """Return what each row adds to the gradient, and the gradient."""
        told = "what each row adds"
        if self.factors is not None:
            told = "input * dout of each row; dout is how much the loss grows with this output"
        lines = [f"g, the gradient: the sum of {told}"]
        for place in range(min(SHOWN, len(self.rows))):
            product = "" if self.factors is None else " * ".join(map(number, self.factors[place])) + " = "
            lines.append(f"  row {self.rows[place]}: {product}{self.shares[place]!s}")
        if len(self.rows) > SHOWN:
            lines.append(f"  {len(self.rows) - SHOWN} more rows: {self.shares[SHOWN:].sum()!s}")
        return [*lines, f"  g = {self.gradient!s} (another order of adding may change the last digits)"]

    def _optimizer_lines(self) -> list[str]:
        """Return the arithmetic from g to the new p, and before it that of the optimiser's constants."""
        if not self.terms:
            why = "it has no method `arithmetic`, or another step"
            return [f"p, the parameter, by {self.optimizer}:", f"  (its arithmetic is not told: {why})"]
        if not self.constants:
            return [f"p, the parameter, by {self.optimizer}:", *_indented(self.terms)]
        first = f"constants of {self.optimizer} at this step, in Python's float64:"
        return [first, *_indented(self.constants), "p, the parameter:", *_indented(self.terms)]


def _indented(terms: tuple[Term, ...]) -> list[str]:
    """Return the lines of the terms."""
    return [f"  {line}" for term in terms for line in str(term).split("\n")]
