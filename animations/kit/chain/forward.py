"""Forward: how each kind of layer makes a number of its out from its input."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from animations.kit.chain import images, norms
from animations.kit.chain.arithmetic import Index, Piece, bars, products
from animations.kit.chain.look import Look, last_that_gave, parts_of
from animations.kit.chain.source import code_of
from animations.why import Line, Part, Term
from tinylearn import layers as tl
from tinylearn.layers import convolution, dense, pooling

Explain = Callable[[Look, str, Index], Sequence[Part]]
Known = tuple[str, np.ndarray, Callable[[], Term]]
MOST_ADDED = 4  # numbers to try when looking for a sum


def parts_of_out(look: Look, name: str, index: Index) -> Sequence[Part]:
    """Explain how layer `name` made its out at (row, …)."""
    giver = last_that_gave(look, name)
    if giver != name:
        return [Line(f"the output of {giver}, the last layer in {name}", look.out(giver, index))]
    return FORWARD.get(type(look.layer(name).layer), _own)(look, name, index)


def _dense(look: Look, name: str, index: Index) -> list[Part]:
    *where, unit = index
    x, w = look.layer(name).x[tuple(where)], look.layer(name).layer.params["w"][:, unit]

    def terms(i: int) -> tuple[str, Term, Term]:
        return look.place_in_x(name, (i,)), look.x(name, (*where, i)), look.parameter(name, "w", (i, unit))

    bias = "the bias", look.parameter(name, "b", (unit,))
    return [products("input · weight, added up, plus the bias", x, w, terms, look.out(name, index).value,
                     more=[bias], follow=0)]  # fmt: skip


def _relu(look: Look, name: str, index: Index) -> list[Part]:
    x, out = look.x(name, index), look.out(name, index).value
    is_on = "it is on, and lets x through" if x.value > 0 else "it is off, because x is not above 0"
    return [Line(f"the larger of x and 0: {is_on}", "max(", x, ", 0 ) =", out)]


def _leaky(look: Look, name: str, index: Index) -> list[Part]:
    x, out, slope = look.x(name, index), look.out(name, index).value, look.layer(name).layer.slope
    if x.value > 0:
        return [Line("x is above 0 and stays as it is", x, "=", out)]
    return [Line("x is not above 0: a small part of it, x · slope", x, "*", slope, "=", out)]


def _sigmoid(look: Look, name: str, index: Index) -> list[Part]:
    x, out = look.x(name, index), look.out(name, index).value
    return [sigmoid_line("sigmoid: 1 / (1 + exp(−x))", x, out)]


def sigmoid_line(words: str, x: Term, out: float) -> Line:
    """Write a sigmoid in a form in which no exp is too large."""
    if x.value < 0:
        return Line(f"{words} = exp(x) / (1 + exp(x))", "exp(", x, ") / (1 + exp(", x, ")) =", out)
    return Line(words, "1 / (1 + exp(-", x, ")) =", out)


def _tanh(look: Look, name: str, index: Index) -> list[Part]:
    return [Line("tanh(x)", "tanh(", look.x(name, index), ") =", look.out(name, index).value)]


def _softmax(look: Look, name: str, index: Index) -> list[Part]:
    *where, k = index
    return softmax_lines(look.layer(name).x[tuple(where)], k, lambda j: look.x(name, (*where, j)),
                         look.out(name, index).value)  # fmt: skip


def softmax_lines(x: np.ndarray, k: int, term: Callable[[int], Term], p: float) -> list[Part]:
    """Explain how the logits x (K,) of a row become the probability p of class k."""
    largest = float(x.max())
    powers = np.exp(x.astype(float) - largest)
    total = math.fsum(powers)
    shift = f"exp(x − {largest:.4g}) of every class; the shift by the largest x cancels below"
    return [
        bars(shift, powers, lambda j: (f"class {j}", term(j).gid), total),
        Line(f"the fraction of class {k}", "exp(", term(k), "-", largest, ") /", total, "=", p),
    ]


def _flatten(look: Look, name: str, index: Index) -> list[Part]:
    row, number = index
    x = look.layer(name).x
    place = tuple(int(i) for i in np.unravel_index(number, x.shape[1:]))
    where = look.place_in_x(name, place)
    return [Line(f"only the index changes: number {number} of a row is {where}", look.x(name, (row, *place)))]


def _dropout(look: Look, name: str, index: Index) -> list[Part]:
    x, out, rate = look.x(name, index), look.out(name, index).value, look.layer(name).layer.rate
    if not look.layer(name).layer.training:
        return [Line("predictions drop nothing: x stays as it is", x)]
    if out == 0:
        return [Line("it was dropped this time" if x.value else "its input is 0", x, "* 0 =", out)]
    return [Line(f"it was kept, with probability 1 − {rate:g}: x / (1 − rate)", x, "/ (1 -", rate, ") =", out)]


def _residual(look: Look, name: str, index: Index) -> list[Part]:
    f = parts_of(look, name)[-1]
    return [Line("x plus the output of the layers", look.x(name, index), "+", look.out(f, index), "=",
                 look.out(name, index).value)]  # fmt: skip


def _own(look: Look, name: str, index: Index) -> list[Part]:
    """A layer of a user's own: its source, and its input at this place, if it has that place."""
    seen = look.layer(name)
    known: list[Known] = [("its input here", seen.x, partial(look.x, name, index))]
    known += [(f"the output of {part}, a layer in it, here", look.layer(part).out, partial(look.out, part, index))
              for part in parts_of(look, name)]  # fmt: skip
    made = f"the forward of {type(seen.layer).__name__} made of its x"
    return [code_of(seen.layer, "forward"), *made_of(made, seen.out, look.out(name, index).value, known)]


def made_of(words: str, whole: np.ndarray, value: float, known: Sequence[Known]) -> list[Part]:
    """Find the known numbers that make up one of a layer of a user's own.

    known   words, all numbers of their kind, the term at this place; those in the shape of `whole` have such a place

    If some add up to the whole, in every row and place, that sum is the arithmetic; otherwise they are only named.
    """
    known = [each for each in known if each[1].shape == whole.shape]
    for count in range(2, min(len(known), MOST_ADDED) + 1):
        for some in itertools.combinations(known, count):
            if whole.any() and np.allclose(sum(array for _, array, _ in some), whole, rtol=1e-5, atol=0):
                pieces: list[Piece] = [piece for _, _, term in some for piece in ("+", term())]
                return [Line(", and ".join(said for said, *_ in some), *pieces[1:], "=", value)]
    return [*(Line(said, term()) for said, _, term in known), Line(words, value)]


def own_input(look: Look, name: str, index: Index) -> list[Part]:
    """Explain what a layer of a user's own gives to a layer inside it."""
    outer = look.layer(name).inside
    term = Term(float(look.layer(name).x[index]))
    return [code_of(look.layer(outer).layer, "forward"), Line(f"{outer} made it and passed it to {name}", term)]


FORWARD: dict[type, Explain] = {
    dense.Dense: _dense,
    tl.Dense: _dense,
    tl.ReLU: _relu,
    tl.LeakyReLU: _leaky,
    tl.Sigmoid: _sigmoid,
    tl.Tanh: _tanh,
    tl.Softmax: _softmax,
    tl.Flatten: _flatten,
    tl.Dropout: _dropout,
    tl.Residual: _residual,
    convolution.Conv2D: images.convolution_out,
    tl.Conv2D: images.convolution_out,
    pooling.MaxPool2D: images.largest_out,
    tl.MaxPool2D: images.largest_out,
    tl.AveragePool2D: images.mean_out,
    tl.BatchNorm: norms.out,
    tl.LayerNorm: norms.out,
}
