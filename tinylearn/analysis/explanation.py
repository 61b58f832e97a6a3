"""One update of one number, explained: as data, and as text whose arithmetic gives the recorded number again.

`recording.explain` returns it; explain.py finds the numbers.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

WORD = re.compile(r"\b[A-Za-z_]\w*")
SHOWN = 8  # rows of a batch to print one by one


class Term(NamedTuple):
    """A line of the optimiser's arithmetic: `name` = `formula`, with numbers `arithmetic`, and the result `value`."""

    name: str
    formula: str
    arithmetic: str
    value: Any

    @classmethod
    def of(cls, name: str, formula: str, values: dict[str, Any]) -> Term:
        """Return the term with names replaced by `values`; it computes in their dtype.

        >>> print(Term.of("p", "p - rate * g", {"p": np.float32(1), "rate": np.float32(0.1), "g": np.float32(-3)}))
        p = p - rate * g
          = 1.0 - 0.1 * (-3.0)
          = 1.3
        """
        arithmetic = WORD.sub(lambda word: number(values[word[0]]) if word[0] in values else word[0], formula)
        functions = {word: getattr(np, word, None) for word in WORD.findall(formula)}
        value = eval(formula, {"__builtins__": {}} | functions, values)  # traced.py made this text
        return cls(name, formula, arithmetic, value)

    def __str__(self) -> str:
        lines = dict.fromkeys([self.formula, self.arithmetic, str(self.value)])  # a plain number needs one line only
        return f"{self.name} = " + f"\n{' ' * len(self.name)} = ".join(lines)


def number(value: Any) -> str:
    """Return a number with the fewest digits that identify it in its dtype; put a negative one in brackets.

    >>> number(np.float32(0.1)), number(np.float64(-0.1))
    ('0.1', '(-0.1)')
    """
    text = str(value)
    return f"({text})" if text.startswith("-") else text


@dataclass(frozen=True)
class Explanation:
    """How update `step` changed one number, `parameter[index]`. N rows in the batch; numbers have the model's dtype."""

    step: int
    parameter: str
    index: tuple[int, ...]
    epoch: int
    loss: float  # of the batch, before the update
    rows: np.ndarray  # (N,) the row numbers of the batch
    chain: tuple[tuple[str, np.ndarray], ...]  # (layer, the dout that it handed back), from the loss on
    inputs: np.ndarray  # (N, …) the input of the parameter's layer
    dout: np.ndarray  # (N, …) the gradient of the loss with respect to the layer's output
    contributions: np.ndarray | None  # (N,) what each row adds to the gradient; None if unknown
    factors: np.ndarray | None  # (N, 2) for a dense weight: input and dout, the factors of each row
    gradient: Any  # the sum of the contributions, except for rounding: NumPy adds in its own order
    optimizer: str  # its settings
    constants: tuple[Term, ...]  # constants that the optimiser computes for this step, as Python numbers
    terms: tuple[Term, ...]  # its arithmetic from g to the new p; empty, as constants are, if unknown
    untold: str  # why not
    old: Any  # before the update
    new: Any  # after it, as recorded
    old_is_recorded: bool  # else it was found by repeating earlier updates

    @property
    def name(self) -> str:
        """As in `dense_1.w[0, 3]`."""
        return f"{self.parameter}[{', '.join(map(str, self.index))}]"

    def __repr__(self) -> str:  # so that a notebook shows the text
        lines = [f"update {self.step} of {self.name}: epoch {self.epoch}, {len(self.rows)} rows, loss {self.loss:.6g}"]
        if self.old.dtype == np.float32:
            lines.append("to compute a line again in float32, write np.float32(…) around each number, np.sqrt for sqrt")
        lines += [*self._gradient_lines(), *self._optimizer_lines()]
        last = f"recorded: {self.old!s} before, {self.new!s} after"
        if not self.old_is_recorded:
            last = f"recorded: {self.new!s} after; {self.old!s} before was found by replaying the updates"
        return "\n".join([*lines, last])

    def _gradient_lines(self) -> list[str]:
        """Return what each row adds to the gradient, and the gradient."""
        what = f"∂loss/∂out of {self.parameter.rpartition('.')[0] or 'the model'} for x[{self.rows[0]}]"
        lines = [f"dout = {what}, by backpropagation: the chain rule, from the loss back"]
        names = ["from the loss", *(f"through {layer}" for layer, _ in self.chain[1:])]
        for name, (_, dout) in zip(names, self.chain, strict=True):
            row = dout[0].ravel()
            more = f", … of {row.size}" if row.size > 4 else ""
            if dout.shape == self.dout.shape and dout.ndim == 2 and 4 <= self.index[-1] < row.size:
                more = f", … [{self.index[-1]}]: {row[self.index[-1]]!s}{more}"
            lines.append(f"  {name.ljust(max(map(len, names)))}  {', '.join(map(str, row[:4]))}{more}")
        if self.contributions is None:
            why = "the layer has other rows than the batch, or those of each row alone do not add up to g"
            return [*lines, f"g = {self.gradient!s}, the gradient", f"  (what each row adds cannot be shown: {why})"]
        told = "what each row adds" if self.factors is None else "input * dout of each row"
        lines.append(f"g, the gradient: the sum of {told}")
        for place in range(min(SHOWN, len(self.rows))):
            product = "" if self.factors is None else " * ".join(map(number, self.factors[place])) + " = "
            lines.append(f"  x[{self.rows[place]}]: {product}{self.contributions[place]!s}")
        if len(self.rows) > SHOWN:
            lines.append(f"  {len(self.rows) - SHOWN} more rows: {self.contributions[SHOWN:].sum()!s}")
        return [*lines, f"  g = {self.gradient!s} (the order of summation may change the last digits)"]

    def _optimizer_lines(self) -> list[str]:
        """Return the arithmetic of the optimiser's constants, then from g to the new p, then what it keeps."""
        if not self.terms:
            return [f"p, the parameter, by {self.optimizer}:", f"  (its arithmetic cannot be shown: {self.untold})"]
        end = max(number for number, term in enumerate(self.terms, 1) if term.name == "p")
        parts = {
            f"constants of {self.optimizer} at this step, in Python's float64:": self.constants,
            f"p, the parameter{'' if self.constants else f', by {self.optimizer}'}:": self.terms[:end],
            "kept for the next step:": self.terms[end:],
        }
        lines = []
        for title, terms in parts.items():
            lines += [title, *(textwrap.indent(str(term), "  ") for term in terms)] if terms else []
        return lines
