"""Explains the probabilities of a softmax: e to the x, divided by the sum of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from animations.kit.whys import Table, added, given, noted
from animations.why import Line, Term, Why


def power(says: str, x: Term, value: float) -> Why:
    """Explain e to the x."""
    return Why(says, value, [Line("e to the x", "exp(", x, ") =", value)])


def total_power(powers: Sequence[Term], names: Sequence[str], total: float) -> Why:
    """Explain the sum of all eˣ."""
    rows = [(name, *term) for name, term in zip(names, powers, strict=True)]
    return Why("the sum of all eˣ", total, [added("eˣ of each", rows, total)])


def as_fraction(says: str, part: Term, total: Term, value: float) -> Why:
    """Explain a probability: a part of the sum of all eˣ."""
    return Why(says, value, [Line("eˣ, divided by the sum of all eˣ", part, "/", total, "=", value)])


def _input(scene: Any, frame: int, k: int) -> Why:
    says, value = f"input {k + 1}", scene.inputs[frame, k]
    return noted(says, "moved from frame to frame, to see what follows", value) if k == scene.moving else given(
        says, value)  # fmt: skip


def _term(values: np.ndarray, letter: str, frame: int, k: int) -> Term:
    return Term(float(values[frame, k]), f"{letter}[{k}]")


def _power(scene: Any, frame: int, k: int) -> Why:
    return power(f"e to the input {k + 1}", _term(scene.inputs, "x", frame, k), float(scene.exponentials[frame, k]))


def _total(scene: Any, frame: int) -> Why:
    names = [f"eˣ {k + 1}" for k in range(scene.count)]
    powers = [_term(scene.exponentials, "exp", frame, k) for k in range(scene.count)]
    return total_power(powers, names, float(scene.exponentials[frame].sum()))


def _probability(scene: Any, frame: int, k: int) -> Why:
    total = Term(float(scene.exponentials[frame].sum()), "exp_sum")
    return as_fraction(f"output {k + 1}, a probability", _term(scene.exponentials, "exp", frame, k), total,
                 float(scene.probabilities[frame, k]))  # fmt: skip


def _all_probabilities(scene: Any, frame: int) -> Why:
    total = float(scene.probabilities[frame].sum())
    rows = [(f"output {k + 1}", p, f"p[{k}]") for k, p in enumerate(scene.probabilities[frame].tolist())]
    return Why("the sum of all probabilities", total, [added("the probability of each", rows, total)])


SOFTMAX: Table = {
    "x[{}]": _input,
    "exp[{}]": _power,
    "exp_sum": _total,
    "p[{}]": _probability,
    "p_sum": _all_probabilities,
}
