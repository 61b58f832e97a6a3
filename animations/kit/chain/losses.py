"""Where the chain begins: the loss of each row by its formula, and how it grows with each number of the last layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from animations.kit.chain.arithmetic import Index, Piece, bars, gid_of
from animations.kit.chain.forward import sigmoid_line, softmax_lines
from animations.kit.chain.look import Update, last_that_gave
from animations.kit.chain.source import code_of
from animations.why import Line, Part, Term
from tinylearn.analysis.observer import MODEL
from tinylearn.losses import TINY, BinaryCrossEntropy, CategoricalCrossEntropy, MeanSquaredError


class Formula(NamedTuple):
    """The formulas of a loss: for one number, for one row, and for how the whole loss grows with a number."""

    of_row: Callable[[Update, int], tuple[list[Part], float]]
    slope: Callable[[Update, Index, float], list[Part]]


def formula_of(look: Update) -> Formula | None:
    """Return the formula of the loss; None for a loss of the user's own."""
    return LOSSES.get(type(look.made.before.loss))


def parts_of_loss(look: Update) -> Sequence[Part]:
    """Explain the loss of the batch as the mean over its rows."""
    formula, rows = formula_of(look), len(look.labels)
    if formula is None:
        return _own(look, "forward", look.loss)
    of_rows = np.array([formula.of_row(look, row)[1] for row in range(rows)])

    def bar(row: int) -> tuple[str, str]:
        return look.row(row), f"loss[{row}]"

    return [bars(f"the mean: the loss of each row, divided by {rows}", of_rows / rows, bar, look.loss)]


def parts_of_dout(look: Update, index: Index, dout: float) -> Sequence[Part]:
    """Explain how the loss grows with a number of the last layer."""
    formula = formula_of(look)
    return formula.slope(look, index, dout) if formula else _own(look, "backward", dout)


def predicted(look: Update, index: Index) -> Term:
    """Return a prediction, under the name of the last layer."""
    return look.out(last_that_gave(look, MODEL), index)


def _own(look: Update, method: str, value: float) -> list[Part]:
    loss = look.made.before.loss
    return [code_of(loss, method), Line(f"the {method} of {type(loss).__name__} made it", value)]


def _mean(look: Update, row: int, one: Callable[[Index], tuple[list[Part], float]]) -> tuple[list[Part], float]:
    """Return the mean over the numbers of a row, each computed by its formula."""
    shape = look.layer(MODEL).out.shape[1:]
    places = list(np.ndindex(*shape))
    told = [one((row, *place)) for place in places]
    if len(places) == 1:
        return told[0]
    values = np.array([value for _, value in told])
    mean = float(values.mean())

    def bar(k: int) -> tuple[str, str]:
        return f"{gid_of('output', places[k])}: {values[k]:.4g} / {len(values)}", predicted(look, (row, *places[k])).gid

    return [bars("the mean over the numbers of this row", values / len(values), bar, mean)], mean


# --- mean squared error -----------------------------------------------------------------------------------------------


def _squared(look: Update, index: Index) -> tuple[list[Part], float]:
    p, t = predicted(look, index), look.target(index)
    value = (p.value - t.value) * (p.value - t.value)
    return [Line("(predicted − target)²", "(", p, "-", t, ") ** 2 =", value)], value


def _squared_slope(look: Update, index: Index, dout: float) -> list[Part]:
    size = look.layer(MODEL).out.size
    words = f"2 · (predicted − target) / {size}: the slope of the square, and the loss is a mean of {size}"
    return [Line(words, "2 * (", predicted(look, index), "-", look.target(index), f") / {size} =", dout)]


# --- binary cross-entropy ---------------------------------------------------------------------------------------------


def _binary(look: Update, index: Index) -> tuple[list[Part], float]:
    p, t = predicted(look, index), look.target(index)
    told = [(weight, *_surprise(look, p, yes)) for weight, yes in ((t.value, True), (1 - t.value, False)) if weight]
    if len(told) == 1:
        ((_, value, pieces, words),) = told
        return [Line(f"the target is {t.value:g}: {words}", *pieces, "=", value)], value
    lines: list[Part] = [Line(words, weight, "* (", *pieces, ") =", weight * value)
                         for weight, value, pieces, words in told]  # fmt: skip
    yes, no = (weight * value for weight, value, *_ in told)
    return [*lines, Line(f"both, as the target is {t.value:g}", yes, "+", no, "=", yes + no)], yes + no


def _surprise(look: Update, p: Term, yes: bool) -> tuple[float, list[Piece], str]:
    """Return −log of the probability of an answer, as value, pieces and words."""
    if look.from_logits:
        x = p.value if yes else -p.value  # 1 − sigmoid(x) = sigmoid(−x)
        value = float(np.logaddexp(0, -x))
        words = f"−log of the probability of {'yes, sigmoid(x)' if yes else 'no, 1 − sigmoid(x)'}"
        if x > 0:  # avoids a large exp
            return value, ["log1p(exp(", *(["-"] if yes else []), p, "))"], words
        return value, [*(["-"] if yes else []), p, "+ log1p(exp(", *([] if yes else ["-"]), p, "))"], words
    tiny = float(TINY[look.layer(MODEL).out.dtype])
    q = p.value if yes else 1 - p.value
    words = f"−log of the probability of {'yes, p' if yes else 'no, 1 − p'}"
    if q <= tiny:
        return -float(np.log(tiny)), ["- log(", tiny, ")"], f"{words}, which is 0 and counts as the smallest number"
    return -float(np.log(q)), ["- log(", p, ")"] if yes else ["- log(1 -", p, ")"], words


def _binary_slope(look: Update, index: Index, dout: float) -> list[Part]:
    seen, p, t = look.layer(MODEL), predicted(look, index), look.target(index)
    size = seen.out.size
    if look.from_logits:
        said = float(np.exp(-np.logaddexp(0, -p.value)))
        return [
            sigmoid_line("the probability p", p, said),
            Line(f"(p − target) / {size}: the loss is a mean of {size}", "(", said, "-", t, f") / {size} =", dout),
        ]
    tiny, product = float(TINY[seen.out.dtype]), p.value * (1 - p.value)
    below: list[Piece] = [p, "* (1 -", p, ")"] if product > tiny else [tiny]
    words = f"(p − target) / (p · (1 − p)) / {size}: the loss is a mean of {size}"
    return [Line(words, "(", p, "-", t, ") / (", *below, f") / {size} =", dout)]


# --- categorical cross-entropy ----------------------------------------------------------------------------------------


def _classes(look: Update) -> np.ndarray:
    """Return the targets as rows of probabilities (N, K)."""
    target, k = np.asarray(look.targets), look.layer(MODEL).out.shape[1]
    return (target[:, None] == np.arange(k)).astype(float) if target.ndim == 1 else target


def _categorical(look: Update, row: int) -> tuple[list[Part], float]:
    t, parts, values = _classes(look)[row], list[Part](), list[float]()
    for k in np.flatnonzero(t):
        p, lines = _probability(look, row, int(k))
        value = -float(t[k]) * float(np.log(p.value))
        times: list[Piece] = [float(t[k]), "*"] if t[k] != 1 else []
        values.append(value)
        parts += [
            *lines,
            Line(f"−log of the probability of the true class, {k}", "-", *times, "log(", p, ") =", value),
        ]
    if len(values) > 1:
        parts.append(bars("the sum of all these", np.array(values), lambda k: ("a class", ""), sum(values)))
    return parts, float(sum(values))


def _probability(look: Update, row: int, k: int) -> tuple[Term, list[Part]]:
    """Return the probability of a class, and how it was made if the loss made it."""
    out = look.layer(MODEL).out[row]
    tiny = float(TINY[out.dtype])
    if not look.from_logits:
        p = predicted(look, (row, k))
        return (p, []) if p.value > tiny else (Term(tiny), [])
    powers = np.exp(out.astype(float) - float(out.max()))
    p = Term(float(powers[k] / powers.sum()))
    return p, softmax_lines(out, k, lambda j: predicted(look, (row, j)), p.value)


def _categorical_slope(look: Update, index: Index, dout: float) -> list[Part]:
    (row, k), rows = index, len(look.labels)
    t = float(_classes(look)[index])
    p, lines = _probability(look, row, k)
    if look.from_logits:
        words = f"(p − target) / {rows}: the loss is a mean of {rows} rows; target is 1 for the true class"
        return [*lines, Line(words, "(", p, "-", t, f") / {rows} =", dout)]
    return [Line(f"−target / p / {rows}: only the true class counts", "-", t, "/", p, f"/ {rows} =", dout)]


LOSSES = {
    MeanSquaredError: Formula(lambda look, row: _mean(look, row, lambda index: _squared(look, index)), _squared_slope),
    BinaryCrossEntropy: Formula(lambda look, row: _mean(look, row, lambda index: _binary(look, index)), _binary_slope),
    CategoricalCrossEntropy: Formula(_categorical, _categorical_slope),
}
