"""Backward: how each kind of layer makes a number of its dx from its dout."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from animations.kit.chain import images, losses, norms
from animations.kit.chain.arithmetic import Index, Piece, bars, products
from animations.kit.chain.forward import Explain, Known, made_of
from animations.kit.chain.look import Look, Update, first_that_handed_back, parts_of
from animations.kit.chain.source import code_of
from animations.why import Line, Part, Term
from tinylearn import layers as tl
from tinylearn.layers import convolution, dense, pooling


def parts_of_dout(look: Look, name: str, index: Index) -> Sequence[Part]:
    """Say where a layer's dout comes from: the loss, the layer after it, or the layer that holds it."""
    kind, other = look.layer(name).dout_from
    if kind == "loss" and isinstance(look, Update):
        return losses.parts_of_dout(look, index, look.dout(name, index).value)
    if kind == "dx":
        return parts_of_dx(look, other, index)
    return [code_of(look.layer(other).layer, "backward"),
            Line(f"the backward of {other}, which holds {name}, made it", look.dout(name, index).value)]  # fmt: skip


def parts_of_dx(look: Look, name: str, index: Index) -> Sequence[Part]:
    """Explain how layer `name` made its dx at (row, …), and show the lines of its source that did it."""
    giver = first_that_handed_back(look, name)
    if giver != name:
        return parts_of_dx(look, giver, index)
    layer = look.layer(name).layer
    if type(layer) not in BACKWARD:
        return _own(look, name, index)
    code = code_of(layer, "backward", seen=look.layer(name), value=look.dx(name, index).value)
    return [code, *BACKWARD[type(layer)](look, name, index)]


def _dense(look: Look, name: str, index: Index) -> list[Part]:
    *where, i = index
    seen = look.layer(name)
    w, dout = seen.layer.params["w"][i], seen.dout[tuple(where)]  # type: ignore[index]  # it has handed dx back

    def terms(j: int) -> tuple[str, Term, Term]:
        return look.place(name, (j,)), look.parameter(name, "w", (i, j)), look.dout(name, (*where, j))

    words = f"weight · dout of {name}, over all its units: this number reaches the loss through each"
    return [products(words, w, dout, terms, look.dx(name, index).value)]


def _bent(look: Look, name: str, index: Index) -> list[Part]:
    """An activation, which treats each number on its own."""
    words, pieces = SLOPES[type(look.layer(name).layer)](look, name, index)
    slope: list[Piece] = ["* (", *pieces, ") ="] if len(pieces) > 1 else ["*", *pieces, "="]
    return [Line(f"dout · slope; the slope is {words}", look.dout(name, index), *slope, look.dx(name, index).value)]


def _softmax(look: Look, name: str, index: Index) -> list[Part]:
    *where, _ = index
    seen = look.layer(name)
    products = seen.dout[tuple(where)].astype(float) * seen.out[tuple(where)]  # type: ignore[index]
    total = math.fsum(products)
    return [
        bars("dout · out of every class", products, lambda k: (f"class {k}", look.dout(name, (*where, k)).gid), total),
        Line("out · (dout − that sum)", look.out(name, index), "* (", look.dout(name, index), "-", total, ") =",
             look.dx(name, index).value),
    ]  # fmt: skip


def _flatten(look: Look, name: str, index: Index) -> list[Part]:
    shape, number = look.layer(name).x.shape[1:], 0
    for i, length in zip(index[1:], shape, strict=True):
        number = number * length + i
    return [Line(f"{look.place_in_x(name, index[1:])} is number {number} of the row: only the index changes",
                 look.dout(name, (index[0], number)))]  # fmt: skip


def _dropout(look: Look, name: str, index: Index) -> list[Part]:
    dout, dx, rate = look.dout(name, index), look.dx(name, index).value, look.layer(name).layer.rate
    if dx == 0:
        return [Line("it was dropped: nothing comes back" if dout.value else "nothing comes", dout, "* 0 =", dx)]
    return [Line("it was kept: dout / (1 − rate)", dout, "/ (1 -", rate, ") =", dx)]


def _residual(look: Look, name: str, index: Index) -> list[Part]:
    f = parts_of(look, name)[0]
    return [Line("dout, past the layers, and what comes back through them", look.dout(name, index), "+",
                 look.dx(f, index), "=", look.dx(name, index).value)]  # fmt: skip


def _own(look: Look, name: str, index: Index) -> list[Part]:
    """A layer of a user's own: its source, and its dout at this place, if it has that place."""
    seen, value = look.layer(name), look.dx(name, index).value
    whole: Any = seen.dx
    known: list[Known] = []
    if seen.dout is not None:
        known.append((f"dout of {name} here", seen.dout, partial(look.dout, name, index)))
    known += [(f"what {part}, a layer in it, hands back here", dx, partial(look.dx, part, index))
              for part in parts_of(look, name) if (dx := look.layer(part).dx) is not None]  # fmt: skip
    made = f"the backward of {type(seen.layer).__name__} made of its dout"
    return [code_of(seen.layer, "backward", seen=seen, value=value), *made_of(made, whole, value, known)]


# --- slopes of activations: words, and arithmetic ---------------------------------------------------------------------

Slope = Callable[[Look, str, Index], tuple[str, list[Piece]]]


def slope_of(look: Look, name: str, index: Index) -> tuple[float, list[Part]] | None:
    """Return the slope of an activation at its x, and its explanation; None for other layers."""
    find = SLOPES.get(type(look.layer(name).layer))
    if find is None or not look.holds("out", name, index):
        return None
    words, pieces = find(look, name, index)
    value = Line("", *pieces).sides()[0]
    return value, [Line(f"the slope is {words}", *pieces, "=", value)]


def _relu(look: Look, name: str, index: Index) -> tuple[str, list[Piece]]:
    is_on = look.out(name, index).value > 0
    return ("1: the ReLU is on", ["1"]) if is_on else ("0: the ReLU is off and stops the gradient", ["0"])


def _leaky(look: Look, name: str, index: Index) -> tuple[str, list[Piece]]:
    is_above = look.x(name, index).value > 0
    return ("1: x is above 0", ["1"]) if is_above else ("small: x is not above 0", [look.layer(name).layer.slope])


def _sigmoid(look: Look, name: str, index: Index) -> tuple[str, list[Piece]]:
    out = look.out(name, index)
    return "out · (1 − out), never above 0.25", [out, "* (1 -", out, ")"]


def _tanh(look: Look, name: str, index: Index) -> tuple[str, list[Piece]]:
    out = look.out(name, index)
    return "1 − out²", ["1 -", out, "*", out]


SLOPES: dict[type, Slope] = {tl.ReLU: _relu, tl.LeakyReLU: _leaky, tl.Sigmoid: _sigmoid, tl.Tanh: _tanh}
BACKWARD: dict[type, Explain] = {
    dense.Dense: _dense,
    tl.Dense: _dense,
    tl.ReLU: _bent,
    tl.LeakyReLU: _bent,
    tl.Sigmoid: _bent,
    tl.Tanh: _bent,
    tl.Softmax: _softmax,
    tl.Flatten: _flatten,
    tl.Dropout: _dropout,
    tl.Residual: _residual,
    convolution.Conv2D: images.convolution_dx,
    tl.Conv2D: images.convolution_dx,
    pooling.MaxPool2D: images.largest_dx,
    tl.MaxPool2D: images.largest_dx,
    tl.AveragePool2D: images.mean_dx,
    tl.BatchNorm: norms.dx,
    tl.LayerNorm: norms.dx,
}
