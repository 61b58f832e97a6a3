"""Parts of the explanations of many scenes: parsing gids, long sums, sigmoids, changes by training.

TABLE = {"product[{},{}]": product, "sum": whole_sum}         what explains a gid: product(scene, frame, i, j) → Why
explained("product[2,0]", TABLE, scene, frame)                calls product(scene, frame, 2, 0)
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from animations.why import Line, Sum, Term, Why

MOST = 40  # bars of a sum
Table = Mapping[str, Callable[..., Why | None]]


def explained(gid: str, table: Table, *given: Any) -> Why | None:
    """Return the explanation by the table's function for this gid; None if there is no such function or number.

    >>> explained("w[1,2]", {"w[{},{}]": lambda i, j: Why("w", 10 * i + j)})
    Why(says='w', value=12.0, parts=())
    """
    for template, explain in table.items():
        if found := _pattern(template).fullmatch(gid):
            try:
                return explain(*given, *map(int, found.groups()))
            except IndexError:
                return None
    return None


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    """Return the pattern of a template: {} is a whole number, {±} one that may be negative."""
    return re.compile(re.escape(template).replace(r"\{\}", r"(\d+)").replace(r"\{±\}", r"(-?\d+)"))


def noted(says: str, words: str, value: float) -> Why:
    """Explain a number that was not computed: data, a setting, a count."""
    return Why(says, float(value), [Line(words, value)])


def given(says: str, value: float) -> Why:
    """Explain a number of which only this is known: the picture was given it."""
    return noted(says, "given to this picture", value)


def added(words: str, rows: Iterable[tuple[str, float, str]], total: float, most: int = MOST) -> Sum:
    """Return a sum of (label, number, gid); if there are more than `most`, the largest ones, and all others together.

    >>> added("all", [("a", 1, ""), ("b", -5, ""), ("c", 2, "")], -2, most=2).labels
    ['b', 'the other 2 together']
    """
    rows = list(rows)
    if len(rows) > most:
        rows.sort(key=lambda row: -abs(row[1]))
        rest = rows[most - 1 :]
        together = math.fsum(value for _, value, _ in rest)
        rows = [*rows[: most - 1], (f"the other {len(rest)} together", together, "")]
    return Sum(words, [label for label, *_ in rows], [Term(float(value), gid) for _, value, gid in rows], float(total))


def largest(words: str, terms: Sequence[Term]) -> Line:
    """Return a line for the largest of some numbers.

    >>> largest("of all", [Term(1.0), Term(-2.0)]).arithmetic
    'max(1.0 , -2.0) = 1.0'
    """
    if len(terms) == 1:
        return Line(words, *terms)
    listed = [piece for term in terms for piece in (",", term)][1:]
    return Line(words, "max(", *listed, ") =", max(term.value for term in terms))


def sigmoid(total: Term) -> Line:
    """Return a line for the sigmoid of a sum, of any size.

    >>> sigmoid(Term(-2.0)).arithmetic
    '1 / (1 + exp(- (-2.0))) = 0.11920292202211755'
    """
    s = total.value
    if s < -700:  # below that, e to the -s is too large for a float
        return Line("the sigmoid of the sum: e to the sum", "exp(", total, ") =", math.exp(s))
    return Line("the sigmoid of the sum: 1 / (1 + e to the −sum)", "1 / ( 1 + exp( -", total, ") ) =",
                1 / (1 + math.exp(-s)))  # fmt: skip


def learned(says: str, values: Sequence[float], steps: Sequence[int], frame: int) -> Why:
    """Explain a parameter that is known at some updates: its earlier value, and the change by training since then.

    >>> learned("b", [0.5, 0.25], [0, 10], 1).parts[0].arithmetic
    '0.5 + (-0.25) = 0.25'
    """
    now = float(values[frame])
    if not frame:
        words = "the initial value" if steps[0] == 0 else f"the value after update {steps[0]}, the first shown"
        return noted(says, words, now)
    before = float(values[frame - 1])
    words = f"after update {steps[frame - 1]}, plus the change until update {steps[frame]}"
    return Why(says, now, [Line(words, before, "+", now - before, "=", now)])


def place(row: int, column: int) -> str:
    """Return the row and column of a number, counted from 1.

    >>> place(0, 4)
    'row 1, column 5'
    """
    return f"row {row + 1}, column {column + 1}"
