"""The arithmetic of activations: the output for a number, and the slope there."""

from __future__ import annotations

from collections.abc import Callable

from animations.kit.formulas import checked
from animations.kit.whys import noted
from animations.why import Line, Term, Why
from tinylearn.layers import Layer, LeakyReLU, ReLU, Sigmoid, Tanh

Arithmetic = Callable[[Layer, Term, float], Line]


def _relu(layer: Layer, x: Term, out: float) -> Line:
    return Line("the larger of x and 0", "max(", x, ", 0 ) =", out)


def _leaky(layer: Layer, x: Term, out: float) -> Line:
    above = "x is above 0: it stays" if x.value > 0 else "x is not above 0: a small part of it"
    return Line(above, x, "*", 1 if x.value > 0 else layer.slope, "=", out)  # type: ignore[attr-defined]


def _sigmoid(layer: Layer, x: Term, out: float) -> Line:
    if x.value < 0:  # otherwise exp(−x) may be too large for a float
        return Line("1 / (1 + exp(−x)), which is exp(x) / (1 + exp(x))", "exp(", x, ") / (1 + exp(", x, ")) =", out)
    return Line("1 / (1 + exp(−x))", "1 / (1 + exp(-", x, ")) =", out)


def _tanh(layer: Layer, x: Term, out: float) -> Line:
    return Line("tanh(x)", "tanh(", x, ") =", out)


def _relu_slope(layer: Layer, out: Term, slope: float) -> Line:
    words = "f(x) is above 0: there f(x) = x, with slope 1" if out.value > 0 else "f(x) is 0: the curve is level there"
    return Line(words, slope)


def _leaky_slope(layer: Layer, out: Term, slope: float) -> Line:
    words = "f(x) is above 0: there f(x) = x, with slope 1" if out.value > 0 else "there f(x) = slope · x, a setting"
    return Line(words, slope)


def _sigmoid_slope(layer: Layer, out: Term, slope: float) -> Line:
    return Line("f(x) · (1 − f(x))", out, "* (1 -", out, ") =", slope)


def _tanh_slope(layer: Layer, out: Term, slope: float) -> Line:
    return Line("1 − f(x)²", "1 -", out, "*", out, "=", slope)


VALUES: dict[type[Layer], Arithmetic] = {ReLU: _relu, LeakyReLU: _leaky, Sigmoid: _sigmoid, Tanh: _tanh}
SLOPES: dict[type[Layer], Arithmetic] = {
    ReLU: _relu_slope,
    LeakyReLU: _leaky_slope,
    Sigmoid: _sigmoid_slope,
    Tanh: _tanh_slope,
}


def value_line(layer: Layer, x: Term, out: float) -> Line:
    """Explain how an activation makes `out` from x; for another kind of layer, only that it did.

    >>> value_line(Tanh(), Term(0.0), 0.0).arithmetic, value_line(ReLU(), Term(-2.0), 0.0).arithmetic
    ('tanh(0.0) = 0.0', 'max(-2.0 , 0) = 0.0')
    """
    return _line(VALUES, f"the result of {layer}'s forward for x", layer, x, out)


def slope_line(layer: Layer, out: Term, slope: float) -> Line:
    """Explain the slope of an activation from its output there.

    >>> slope_line(Sigmoid(), Term(0.5), 0.25).arithmetic
    '0.5 * (1 - 0.5) = 0.25'
    """
    return _line(SLOPES, f"the result of {layer}'s backward for a dout of 1", layer, out, slope)


def _line(table: dict[type[Layer], Arithmetic], words: str, layer: Layer, term: Term, value: float) -> Line:
    known = table.get(type(layer))
    return checked(known(layer, term, value), value, words) if known else Line(words, value)


def function_why(prefix: str, layer: Layer, gid: str, x: float, y: float, slope: float) -> Why | None:
    """Explain the numbers of a point that moves along an activation: x, y, slope."""
    at_x, at_y = Term(x, f"{prefix}x"), Term(y, f"{prefix}y")
    whys = {
        at_x.gid: noted("x", "chosen for this frame", x),
        at_y.gid: Why("f(x)", y, [value_line(layer, at_x, y)]),
        f"{prefix}slope": Why("the slope f′(x)", slope, [slope_line(layer, at_y, slope)]),
    }
    return whys.get(gid)
