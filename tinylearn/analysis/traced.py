"""An optimiser's step for one number, as lines: found by running `step` on numbers that remember how they were made.

    Number    Python's: a setting, a count, and what is made of these
    Vector    an array: parameters, gradients, what is remembered, and what is made of these; its text tells of the
              number at `place`. One without axes is a single number, such as a norm

    step:    m += 0.1 * (g - m)        parameters -= rate * m
    text:    m + 0.1 * (g - m)         p - rate * m
    lines:   m = m + 0.1 * (g - m)     p = p - rate * m

Beside each number stands a text, its formula. A text becomes a line when an array is changed in place, when a number
made of settings meets a vector, and when it has a name in the code of `step`. Each line, computed again, must give the
bits that `step` made: otherwise the step cannot be shown.
"""

from __future__ import annotations

import ast
import copy
import functools
import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from tinylearn.analysis.explanation import Term, number
from tinylearn.optimizers import Optimizer

# How a ufunc is written, and what Python does instead with numbers of its own. Any other is written as a function.
OPERATORS: dict[np.ufunc, tuple[str, Callable[..., Any]]] = {
    np.add: ("({} + {})", operator.add),
    np.subtract: ("({} - {})", operator.sub),
    np.multiply: ("({} * {})", operator.mul),
    np.divide: ("({} / {})", operator.truediv),
    np.power: ("({} ** {})", operator.pow),
    np.negative: ("(-{})", operator.neg),
    np.absolute: ("abs({})", abs),
    np.square: ("({0} * {0})", np.square),  # also what NumPy makes of g**2
}
PART = "a part of an array, or an array in another order, is not followed"
METHODS = ("sum", "mean", "std", "var", "prod", "max", "min", "dot")  # NumPy tells nobody of them, but of its functions
LIKE = (np.zeros_like, np.ones_like, np.full_like)


class Untold(Exception):
    """Why a step cannot be told."""


def terms_of(
    optimizer: Optimizer, parameters: np.ndarray, gradients: np.ndarray, place: int
) -> tuple[tuple[Term, ...], tuple[Term, ...], str]:
    """Return the terms of constants, and those from g to the new p at `place`, of the step that `optimizer` makes next.

    Or why there are none. Constants are Python's numbers, as in `step`; where they meet p or g, they are rounded to the
    dtype of these. Nothing that is given is changed.
    """
    wanted, told, trace = parameters.copy(), parameters.copy(), Trace(parameters, place)
    copy.deepcopy(optimizer).step(wanted, gradients)
    try:
        trace.follow(copy.deepcopy(optimizer), told, gradients.copy())
    except Untold as why:
        return (), (), str(why)
    except Exception as error:
        return (), (), f"its step cannot be followed: {error}"
    if "p" not in [term.name for term in trace.terms]:
        return (), (), "this step does not compute p" if wanted[place] != parameters[place] else "p stays as it was"
    if told.tobytes() != wanted.tobytes() or trace.known["p"].tobytes() != wanted[place].tobytes():
        return (), (), "followed, its step makes other numbers"
    return tuple(trace.constants), tuple(trace.terms), ""


class Trace:
    """The lines of one step, in the order in which they are found."""

    def __init__(self, parameters: np.ndarray, place: int) -> None:
        self.shape, self.dtype, self.place = parameters.shape, parameters.dtype, place
        self.constants: list[Term] = []
        self.terms: list[Term] = []
        self.known: dict[str, Any] = {}  # name → number, as it is now

    def follow(self, optimizer: Optimizer, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Run the step on numbers that remember how they were made."""
        p, g = self.leaf("p", parameters), self.leaf("g", gradients)
        for part in optimizer.parts().values():
            for name in part.remembers:
                part.state.setdefault(name, np.zeros_like(parameters))  # as they are before the first step
            for values in (vars(part), part.state):
                values |= {name: self.leaf(name, value) for name, value in values.items()}
        optimizer.step(p, g)

    def leaf(self, name: str, value: Any) -> Any:
        """Give a number, or an array in the shape of the parameters, its name; return anything else as it is."""
        name = name.lstrip("_")
        if not (isinstance(value, float) and value == self.known.get(name)):
            name = self.new_name(name)  # two optimisers, one in the other, may have the same names
        if isinstance(value, np.ndarray) and value.shape == self.shape and value.dtype == self.dtype:
            self.known[name] = value[self.place]
            return Vector.of(value, self, name, leaf=name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            self.known[name] = value
            return Number(value, self, name)
        return value

    def compute(self, ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], out: Any = (), **settings: Any) -> Any:
        """Run a ufunc or an operator; return the result with its text."""
        raw = [raw_of(value) for value in inputs]
        if method != "__call__" or ufunc.signature is not None:  # a reduction, or a product of vectors
            return self.of_all_numbers(ufunc.__name__, inputs, getattr(ufunc, method)(*raw, **settings))
        if {"d->?", "dd->?"} & set(ufunc.types):
            return ufunc(*raw)  # a decision
        of_data = any(isinstance(value, np.ndarray) for value in raw)
        texts = [self.operand(value, of_data) for value in inputs]
        form, in_python = OPERATORS.get(ufunc, (f"{ufunc.__name__}({', '.join(['{}'] * len(texts))})", ufunc))
        text = form.format(*texts)
        if not of_data:
            return Number(in_python(*raw), self, text)
        changed = tuple(raw_of(each) for each in out if not isinstance(each, Number))  # rate *= g makes a new array
        value = ufunc(*raw, out=changed or None, **settings)
        return self.change(out[0], text) if changed else Vector.of(value, self, text)

    def call(self, function: Any, args: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        """Run a NumPy function that is not a ufunc."""
        if function.__name__ == "clip":
            return function._implementation(*args, **settings)  # made of ufuncs
        if function is np.where and len(args) == 3:
            condition, *either = args
            taken = either[0 if np.broadcast_to(raw_of(condition), self.shape)[self.place] else 1]
            return Vector.of(function(*raw_of(args)), self, self.operand(taken))
        result = function(*raw_of(args), **settings)
        if function in LIKE:
            return Vector.of(result, self, self.operand(result))
        return self.of_all_numbers(function.__name__, args, result)

    def operand(self, value: Any, of_data: bool = True) -> str:
        """Return the text of an operand. Named operands, and constants among data, first get a line of their own."""
        if isinstance(value, Followed):
            if not value.text.isidentifier():
                name = name_in_code(value)
                if name or (of_data and isinstance(value, Number)):
                    self.write(name or self.new_name("c"), value)
            return value.text
        if isinstance(value, np.ndarray):
            value = np.broadcast_to(value, self.shape)[self.place]
        return number(value)

    def new_name(self, name: str) -> str:
        """Return the name, with a count if it is already in use."""
        names = [name, *(f"{name}_{count}" for count in range(2, 3 + len(self.known)))]
        return next(each for each in names if each not in self.known)

    def write(self, name: str, value: Any) -> None:
        """Write a line for a number or a vector, which is called `name` from now on."""
        constant = isinstance(value, Number)
        formula = _without_needless_brackets(value.text)
        known = self.known if constant else {known: self.dtype.type(each) for known, each in self.known.items()}
        term = Term.of(name, formula, known)
        if np.float64(term.value).tobytes() != np.float64(value.now).tobytes():
            raise Untold(f"{name} = {formula} gives other bits, computed for a number alone")
        (self.constants if constant else self.terms).append(term)
        self.known[name], value.text = value.now, name

    def change(self, vector: Any, text: str) -> Any:
        """Note that a vector was changed in place; it already holds the new numbers."""
        if not isinstance(vector, Vector):
            raise Untold("a plain array is changed in place")
        vector.text = text
        if vector.leaf:
            self.write(vector.leaf, vector)
        return vector

    def of_all_numbers(self, name: str, inputs: Any, result: Any) -> Any:
        """Return a result that needs all numbers of a vector, such as a norm; its line shows no arithmetic."""
        if isinstance(result, np.ndarray) and result.dtype.kind == "f":
            raise Untold(f"{name} is not followed")
        if not isinstance(result, np.floating):
            return result
        texts = dict.fromkeys(self.operand(value) for value in inputs if isinstance(value, Vector))
        name, formula = self.new_name(name), f"{name} of all {' and '.join(texts)}"
        self.terms.append(Term(name, formula, str(result), result))
        self.known[name] = result
        return Vector.of(result, self, name)


@functools.lru_cache(maxsize=1024)  # pages that explain many numbers ask for the same ones again and again
def _without_needless_brackets(formula: str) -> str:
    return ast.unparse(ast.parse(formula, mode="eval"))


def raw_of(value: Any) -> Any:
    """Return the number or array without its text."""
    if isinstance(value, tuple | list):
        return type(value)(map(raw_of, value))
    return value.now if isinstance(value, Number) else value.view(np.ndarray) if isinstance(value, Vector) else value


def name_in_code(value: Any) -> str:
    """Return the name of the local variable that holds `value` in the calling code, or ""."""
    frame: Any = sys._getframe(1)
    while frame.f_globals.get("__name__") in (__name__, NDArrayOperatorsMixin.__module__):
        frame = frame.f_back
    name = next((name for name, each in frame.f_locals.items() if each is value), "")
    return {"gradients": "g"}.get(name, name)


class Followed:
    """A number or an array with a text. NumPy's operations on it go through `lines`."""

    lines: Trace
    text: str

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Any:
        return self.lines.compute(ufunc, method, inputs, **settings)

    def __array_function__(self, function: Any, types: Any, args: Any, settings: Any) -> Any:
        return self.lines.call(function, args, settings)


class Number(Followed, NDArrayOperatorsMixin):
    """One of Python's numbers, `now`, with its text."""

    def __init__(self, now: Any, lines: Trace, text: str) -> None:
        self.now, self.lines, self.text = now, lines, text

    def item(self) -> Number:
        return Number(self.now.item(), self.lines, self.text)

    def __float__(self) -> float:
        return float(self.now)

    def __bool__(self) -> bool:
        return bool(self.now)

    def __repr__(self) -> str:
        return repr(self.now)


class Vector(Followed, np.ndarray):
    """An array with the text of its number at `lines.place`."""

    leaf: str  # the name of this very array: changes of it are lines

    @classmethod
    def of(cls, values: Any, lines: Trace, text: str, leaf: str = "") -> Any:
        if values.dtype != lines.dtype:
            raise Untold(f"it computes in {values.dtype}, while the parameters are {lines.dtype}")
        if values.shape not in (lines.shape, ()):
            raise Untold(f"an array of shape {values.shape} is not followed")
        vector: Any = np.asarray(values).view(cls)
        vector.lines, vector.text, vector.leaf = lines, text, leaf
        return vector

    def __getattr__(self, name: str) -> Any:
        raise Untold(PART)  # views, and whatever NumPy makes without telling, have no lines

    @property
    def now(self) -> Any:
        return raw_of(self)[self.lines.place if self.shape else ()]

    def copy(self, order: Any = "C") -> Any:
        copied = Vector.of(raw_of(self).copy(), self.lines, self.text)
        self.lines.write(self.lines.new_name("copy"), copied)  # the array itself may change
        return copied

    def __getitem__(self, key: Any) -> Any:
        return self if _is_all(key) else super().__getitem__(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        if not _is_all(key):
            raise Untold(PART)
        if value is not self:  # as it is after p[:] += …
            text = self.lines.operand(value)
            raw_of(self)[...] = raw_of(value)
            self.lines.change(self, text)


for _name in METHODS:
    setattr(Vector, _name, lambda self, *args, _name=_name, **settings: getattr(np, _name)(self, *args, **settings))


def _is_all(key: Any) -> bool:
    return key is Ellipsis or (isinstance(key, slice) and key == slice(None))
