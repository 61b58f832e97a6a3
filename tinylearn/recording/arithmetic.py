"""An optimiser's step for one number, as lines of arithmetic: a formula, the same in numbers, and what comes out.

What an optimiser tells of itself, by `arithmetic`, is computed here, and believed only if it gives the bits that its
`step` gave.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinylearn.optimizers import Optimizer

if TYPE_CHECKING:
    from tinylearn.recording.replay import Training

WORD = re.compile(r"\b[A-Za-z_]\w*")
FUNCTIONS = {"sqrt": np.sqrt, "abs": np.abs, "sign": np.sign, "minimum": np.minimum, "maximum": np.maximum}


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
        arithmetic = WORD.sub(lambda word: number(values[word[0]]) if word[0] in values else word[0], formula)
        value = eval(formula, {"__builtins__": {}} | FUNCTIONS, values)  # a formula of an optimiser, not of a file
        return cls(name, formula, arithmetic, value)

    def __str__(self) -> str:
        lines = dict.fromkeys([self.formula, self.arithmetic, str(self.value)])  # `t = 5` is one line
        return f"{self.name} = " + f"\n{' ' * len(self.name)} = ".join(lines)


def number(value: Any) -> str:
    """Return a number in the fewest digits that tell it from all others of its dtype; a negative one in brackets.

    >>> number(np.float32(0.1)), number(np.float64(-0.1))
    ('0.1', '(-0.1)')
    """
    text = str(value)
    return f"({text})" if text.startswith("-") else text


def numbers_at(place: int, training: Training) -> dict[str, Any]:
    """Return name → number at `place` in the vectors: of p, g and every array that the optimiser remembers."""
    p, g = training.model.parameters, training.model.gradients
    memory = {n: v for n, v in vars(training.optimizer).items() if isinstance(v, np.ndarray) and v.size == p.size}
    return {name: vector.reshape(-1)[place] for name, vector in (memory | {"p": p, "g": g}).items()}


def terms_of(
    optimizer: Optimizer, before: dict[str, Any], after: dict[str, Any]
) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """Return the terms of constants, and those from g to the new p, of the step that `optimizer` will make next.

    before, after   what `numbers_at` returned before and after that step

    Constants are Python's numbers, as in `step`; where they meet p or g, they are rounded to the dtype of these. There
    are no terms if one of them makes another number than the step did.
    """
    told = optimizer.arithmetic()
    if told is None:
        return (), ()
    constants, formulas = dict(told[0]), told[1]
    dtype = type(after["p"])
    known = dict.fromkeys(after, dtype(0)) | before | {"g": after["g"]}
    settings = re.split("[(, )]", repr(optimizer))  # these are printed anyway
    of_constants = [Term.of(n, str(v), {}) for n, v in constants.items() if f"{n}={v!r}" not in settings]
    terms = []
    for name, formula in formulas.items():
        if {name, *WORD.findall(formula)}.isdisjoint(known):
            of_constants.append(_computed(optimizer, name, formula, constants))
            constants[name] = of_constants[-1].value
            continue
        rounded = {constant: dtype(value) for constant, value in constants.items()}
        terms.append(_computed(optimizer, name, formula, rounded | known))
        known[name] = terms[-1].value
        if name in after and name != "g" and dtype(known[name]).tobytes() != after[name].tobytes():
            return (), ()
    if list(formulas)[-1:] != ["p"]:
        raise ValueError(f"explain: the arithmetic of {optimizer} must end with a formula of p, got {formulas}")
    return tuple(of_constants), tuple(terms)


def _computed(optimizer: Optimizer, name: str, formula: str, values: dict[str, Any]) -> Term:
    """Return the term; ValueError, with what a formula may hold, if it cannot be computed."""
    try:
        return Term.of(name, formula, values)
    except Exception as error:
        raise ValueError(
            f"explain: the arithmetic of {optimizer} cannot be computed: {name} = {formula}: {error}; a formula may "
            f"hold + - * / **, {', '.join(FUNCTIONS)}, p, g, constants, names of formulas before it, and arrays, of "
            "one number for each parameter, that the optimizer remembers"
        ) from error
