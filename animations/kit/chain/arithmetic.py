"""Sums and products as a reader sees them: a few as one line, many as bars, and of very many the largest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from animations.why import Line, Part, Sum, Term

Index = tuple[int, ...]
Piece = str | float | Term
FEW, BARS = 4, 40  # products in one line; bars


def gid_of(name: str, index: Index) -> str:
    """Return a gid: `dense_1.w[0,3]`.

    >>> gid_of("dense_1.w", (0, 3)), gid_of("scale_1.s", ())
    ('dense_1.w[0,3]', 'scale_1.s')
    """
    return f"{name}[{','.join(str(int(i)) for i in index)}]" if index else name


def products(
    words: str, left: np.ndarray, right: np.ndarray, terms: Callable[[int], tuple[str, Term, Term]], total: float, *,
    more: Sequence[tuple[str, Term]] = (), follow: int = 1,
) -> Part:  # fmt: skip
    """Explain the sum of products (K,) and of `more`.

    terms    k → a label and both factors; called only for products that are shown
    follow   which factor a bar leads to, 0 or 1
    """
    if not len(left) and not more:
        return Line("no input arrives here", total)
    if len(left) <= FEW:
        pieces: list[str | Term] = []
        for k in range(len(left)):
            _, one, other = terms(k)
            pieces += ["+", one, "*", other]
        for _, term in more:
            pieces += ["+", term]
        return Line(words, *pieces[1:], "=", total)

    def bar(k: int) -> tuple[str, str]:
        label, *factors = terms(k)
        return f"{label}: {_short(left[k])} · {_short(right[k])}", factors[follow].gid

    return bars(words, left.astype(float) * right.astype(float), bar, total, more)


def bars(
    words: str, values: np.ndarray, bar: Callable[[int], tuple[str, str]], total: float,
    more: Sequence[tuple[str, Term]] = (),
) -> Sum:  # fmt: skip
    """Explain the sum of values (K,); bar(k) returns the label and the gid of one. If many, the largest come first."""
    order, room = np.arange(len(values)), BARS - len(more)
    if len(values) > room:
        order = np.argsort(-np.abs(values), kind="stable")[: room - 1]
    labels, terms = list[str](), list[Term]()
    for k in order:
        label, gid = bar(int(k))
        labels, terms = [*labels, label], [*terms, Term(float(values[k]), gid)]
    if len(order) < len(values):
        rest = np.delete(values, order)
        labels, terms = [*labels, f"the other {len(rest)} together"], [*terms, Term(float(rest.sum()))]
    return Sum(words, [*labels, *(label for label, _ in more)], [*terms, *(term for _, term in more)], total)


def _short(value: float) -> str:
    digits = ".0f" if 10 <= abs(value) < 1e6 else ".2g"  # 100, not 1e+02
    return f"{value + 0.0:{digits}}".replace("-", "−")  # turns -0.0 into 0.0
