"""An optimiser's step for one number, as lines: found by running `step` on numbers that remember how they were made.

    Number    a setting, a count, and what is made of these; or of a whole vector, as its norm is
    Vector    parameters, gradients, remembered arrays, and what is made of these; its text tells of one number of it,
              that at `place`

They compute what NumPy and Python compute, with the same bits, and put texts together beside it. A line is written when
an array is changed in place, when a number made of settings meets a vector, and for what has a name in the code of
`step`. Each line, computed again, must give the bits that `step` made: otherwise the step is not told.
"""

from __future__ import annotations

import copy
import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from tinylearn.optimizer_base import Memory
from tinylearn.optimizers import Optimizer
from tinylearn.recording.explanation import Term, number

SUM, PRODUCT, SIGN, POWER, WHOLE = range(5)  # how firmly a text holds together: a sum in a product needs brackets
SIGNS = {
    np.add: ("+", SUM),
    np.subtract: ("-", SUM),
    np.multiply: ("*", PRODUCT),
    np.divide: ("/", PRODUCT),
    np.floor_divide: ("//", PRODUCT),
    np.remainder: ("%", PRODUCT),
    np.power: ("**", POWER),
}
IN_PYTHON: dict[np.ufunc, Callable[..., Any]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: operator.truediv,
    np.floor_divide: operator.floordiv,
    np.remainder: operator.mod,
    np.power: operator.pow,
    np.negative: operator.neg,
    np.absolute: abs,
}
PART = "a part of an array, or an array in another order, is not followed"
METHODS = ("sum", "mean", "std", "var", "prod", "max", "min", "dot")  # NumPy tells nobody of them, but of its functions
LIKE = (np.zeros_like, np.ones_like, np.full_like, np.empty_like)
MIXINS = sys.modules[NDArrayOperatorsMixin.__module__].__file__


class Untold(Exception):
    """Why a step cannot be told."""


def terms_of(
    optimizer: Optimizer, parameters: np.ndarray, gradients: np.ndarray, place: int
) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """Return the terms of constants, and those from g to the new p at `place`, of the step that `optimizer` makes next.

    Constants are Python's numbers, as in `step`; where they meet p or g, they are rounded to the dtype of these.
    Nothing that is given is changed. Raises Untold, with the reason.
    """
    real, wanted = copy.deepcopy(optimizer), parameters.copy()
    real.step(wanted, gradients)
    trace, told = Trace(parameters, place), parameters.copy()
    try:
        trace.follow(copy.deepcopy(optimizer), told, gradients.copy())
    except Untold:
        raise
    except Exception as error:
        raise Untold(f"its step cannot be followed: {error}") from error
    if "p" not in [term.name for term in trace.terms]:
        raise Untold("this step does not compute p" if wanted[place] != parameters[place] else "p stays as it was")
    if told.tobytes() != wanted.tobytes() or trace.known["p"].tobytes() != wanted[place].tobytes():
        raise Untold("followed, its step makes other numbers")
    return tuple(trace.constants), tuple(trace.terms)


class Trace:
    """The lines of one step, as they are found."""

    def __init__(self, parameters: np.ndarray, place: int) -> None:
        self.shape, self.dtype, self.place = parameters.shape, parameters.dtype, place
        self.constants: list[Term] = []
        self.terms: list[Term] = []
        self.known: dict[str, Any] = {}  # name → number, as it is now

    def follow(self, optimizer: Optimizer, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Run the step on what remembers how it was made."""
        p, g = self.leaf("p", parameters), self.leaf("g", gradients)
        for part in optimizer.parts().values():
            attributes = vars(part)
            attributes |= {name: self.leaf(name, value) for name, value in attributes.items()}
            part.state = State(self, part.state)
        optimizer.step(p, g)

    def leaf(self, name: str, value: Any) -> Any:
        """Return a number, or an array in the shape of the parameters, under its name; anything else as it is."""
        name = name.lstrip("_")
        if not (isinstance(value, float) and value == self.known.get(name)):
            name = self.new_name(name)  # two optimisers, one in the other, may have the same names
        if isinstance(value, np.ndarray) and value.shape == self.shape and value.dtype == self.dtype:
            self.known[name] = value[self.place]
            return Vector.of(value, self, name, leaf=True)
        if isinstance(value, int | float | np.floating) and not isinstance(value, bool):
            self.known[name] = value
            return Number(value, self, name)
        return value

    def compute(self, ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], out: Any = (), **settings: Any) -> Any:
        """Do what a ufunc or an operator does; return it with its text."""
        raw = [raw_of(value) for value in inputs]
        if method != "__call__" or ufunc.signature is not None:  # a reduction, or a product of vectors
            called = ufunc if method == "__call__" else getattr(ufunc, method)
            return self.whole({"add": "sum"}.get(ufunc.__name__, ufunc.__name__), inputs[0], called(*raw, **settings))
        if settings or ufunc.nout > 1:
            raise Untold(f"{ufunc.__name__} is not followed with {', '.join(settings) or 'two results'}")
        if {"d->?", "dd->?"} & set(ufunc.types):
            return ufunc(*raw)  # a decision
        vectors = any(isinstance(value, np.ndarray) for value in raw)
        of_data = vectors or any(isinstance(each, Number) and each.of_data for each in inputs)
        text, rank = self.formula(ufunc, [self.operand(each, of_data) for each in inputs])
        if not vectors:
            return Number(IN_PYTHON.get(ufunc, ufunc)(*raw), self, text, rank, of_data)
        value = ufunc(*raw, out=tuple(map(raw_of, out)) or None)
        return self.change(out[0], text, rank) if out else Vector.of(value, self, text, rank)

    @staticmethod
    def formula(ufunc: np.ufunc, operands: list[tuple[str, int]]) -> tuple[str, int]:
        """Return the text of a ufunc of these texts, and how firmly it holds together."""
        if ufunc is np.square:
            ufunc, operands = np.multiply, operands * 2
        if ufunc is np.reciprocal:
            ufunc, operands = np.divide, [("1", WHOLE), *operands]
        if ufunc is np.negative:
            (text, rank) = operands[0]
            return (f"-{text}" if rank >= SIGN else f"-({text})"), SIGN
        if ufunc not in SIGNS:
            name = {"absolute": "abs"}.get(ufunc.__name__, ufunc.__name__)
            return f"{name}({', '.join(text for text, _ in operands)})", WHOLE
        sign, rank = SIGNS[ufunc]
        (left, left_rank), (right, right_rank) = operands
        left = left if left_rank > rank or (left_rank == rank != POWER) else f"({left})"
        right = right if right_rank > rank else f"({right})"
        return (f"{left}{sign}{right}" if rank == POWER else f"{left} {sign} {right}"), rank

    def operand(self, value: Any, of_data: bool) -> tuple[str, int]:
        """Return the text of what is computed with, and how firmly it holds together; first write lines for it.

        of_data   whether it is computed with in the dtype of the parameters
        """
        if isinstance(value, Vector | Number):
            if value.trace is None:
                raise Untold(PART)
            if value.text.isidentifier() and not same_bits(value.now, self.known[value.text]):
                value.text, value.summary = f"{value.text} before it changed", True  # a copy that was kept
            if not value.text.isidentifier():
                name = name_in_code(value)
                if name or value.summary or (isinstance(value, Number) and of_data and not value.of_data):
                    self.write(name or self.new_name(value.text.split()[0] if value.summary else "c"), value)
            return value.text, value.rank
        if isinstance(value, np.ndarray):
            value = np.broadcast_to(value, self.shape)[self.place]
        return number(value), WHOLE

    def new_name(self, name: str) -> str:
        """Return the name, with a count if there is such a number already."""
        names = [name, *(f"{name}_{count}" for count in range(2, 3 + len(self.known)))]
        return next(each for each in names if each not in self.known)

    def write(self, name: str, value: Any) -> None:
        """Write a line for a number or a vector that is `name` from now on."""
        now = value.now
        if value.summary:
            term = Term(name, value.text, str(now), now)
        elif isinstance(value.now, int):  # a count
            term = Term(name, str(now), str(now), now)
        elif isinstance(value, Number) and not value.of_data:
            term = Term.of(name, value.text, self.known)
        else:
            now = self.dtype.type(now)
            term = Term.of(name, value.text, {known: self.dtype.type(each) for known, each in self.known.items()})
        if not same_bits(term.value, now):
            raise Untold(f"{name} = {value.text} gives other bits, computed for a number alone")
        lines = self.terms if getattr(value, "of_data", True) else self.constants
        lines.append(term)
        self.known[name], value.text, value.rank, value.summary = now, name, WHOLE, False

    def change(self, vector: Any, text: str, rank: int) -> Any:
        """Note that a vector, whose numbers are new already, was changed in place."""
        if not isinstance(vector, Vector) or vector.trace is None:
            raise Untold("a plain array is changed in place")
        name, vector.text, vector.rank = vector.text, text, rank
        if vector.leaf:
            self.write(name, vector)
        return vector

    def whole(self, name: str, value: Any, result: Any) -> Any:
        """Return what was computed of all numbers of a vector at once; its line says so, without arithmetic."""
        if np.ndim(result) or not isinstance(result, np.floating):
            if isinstance(result, np.ndarray) and result.dtype.kind == "f":
                raise Untold(f"{name} is not followed")
            return result
        return Number(result, self, f"{name} of all {self.operand(value, True)[0]}", summary=True, of_data=True)


def same_bits(one: Any, other: Any) -> bool:
    return np.float64(one).tobytes() == np.float64(other).tobytes()


def raw_of(value: Any) -> Any:
    """Return the number or array without its text."""
    if isinstance(value, tuple | list):
        return type(value)(map(raw_of, value))
    return value.value if isinstance(value, Number) else value.view(np.ndarray) if isinstance(value, Vector) else value


def name_in_code(value: Any) -> str:
    """Return the name of the local variable that holds `value` in the code that computes with it, or ""."""
    frame: Any = sys._getframe(1)
    while frame.f_code.co_filename in (__file__, MIXINS):
        frame = frame.f_back
    name = next((name for name, each in frame.f_locals.items() if each is value), "")
    return {"gradients": "g"}.get(name, name)


class Number(NDArrayOperatorsMixin):
    """A number with its text.

    of_data   whether it depends on parameters or gradients, and has their dtype; else it is one of Python's
    summary   whether it was computed of all numbers of a vector
    """

    def __init__(
        self, value: Any, trace: Trace, text: str, rank: int = WHOLE, of_data: bool = False, summary: bool = False
    ) -> None:
        if of_data and isinstance(value, np.floating) and value.dtype != trace.dtype:
            raise Untold(f"it computes in {value.dtype}, while the parameters are {trace.dtype}")
        self.value, self.trace, self.text, self.rank = value, trace, text, rank
        self.of_data, self.summary, self.leaf = of_data, summary, False

    @property
    def now(self) -> Any:
        return self.value

    def item(self) -> Any:
        """Return Python's number; one of data is none that a line in their dtype could hold, so it loses its text."""
        value = self.value.item() if isinstance(self.value, np.generic) else self.value
        return value if self.of_data else Number(value, self.trace, self.text, self.rank)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Any:
        return self.trace.compute(ufunc, method, inputs, **settings | {"out": ()})

    def __array_function__(self, function: Any, types: Any, args: Any, settings: Any) -> Any:
        return call(self.trace, function, args, settings)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __index__(self) -> int:
        return operator.index(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return repr(self.value)


class Vector(np.ndarray):
    """An array with the text of its number at `trace.place`; `leaf`: the text is the name of this very array."""

    trace: Any = None  # as views of it have, and whatever NumPy makes without telling
    leaf = summary = False
    text: str
    rank: int

    @classmethod
    def of(cls, values: np.ndarray, trace: Trace, text: str, rank: int = WHOLE, leaf: bool = False) -> Any:
        if values.dtype != trace.dtype:
            raise Untold(f"it computes in {values.dtype}, while the parameters are {trace.dtype}")
        if values.shape != trace.shape:
            raise Untold(f"an array of shape {values.shape} is not followed")
        vector: Any = values.view(cls)
        vector.trace, vector.text, vector.rank, vector.leaf = trace, text, rank, leaf
        return vector

    @property
    def now(self) -> Any:
        return raw_of(self)[self.trace.place]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Any:
        trace = next(each.trace for each in (*inputs, self) if isinstance(each, Vector | Number))
        if trace is None:
            raise Untold(PART)
        return trace.compute(ufunc, method, inputs, **settings)

    def __array_function__(self, function: Any, types: Any, args: Any, settings: Any) -> Any:
        return call(self.trace, function, args, settings)

    def copy(self, order: Any = "C") -> Any:
        return Vector.of(raw_of(self).copy(), self.trace, self.text, self.rank)

    def __getitem__(self, key: Any) -> Any:
        return self if _is_all(key) else super().__getitem__(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        """Change all numbers, or some: then those that are set where `place` is must be set to a single number."""
        touched = np.zeros(self.shape, bool)
        touched[raw_of(key)] = True
        if touched[self.trace.place] and not _is_all(key) and np.ndim(raw_of(value)):
            raise Untold("an array of which some numbers are set to those of another is not followed")
        told = self.trace.operand(value, True)
        raw_of(self)[raw_of(key)] = raw_of(value)
        if touched[self.trace.place]:
            self.trace.change(self, *told)


for _name in METHODS:
    setattr(Vector, _name, lambda self, *args, _name=_name, **settings: getattr(np, _name)(self, *args, **settings))


def _is_all(key: Any) -> bool:
    return key is Ellipsis or (isinstance(key, slice) and key == slice(None))


def call(trace: Any, function: Any, args: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """Do what a function of NumPy's does that is no ufunc."""
    if function.__name__ == "clip":
        return function._implementation(*args, **settings)  # made of ufuncs
    if function is np.copyto and not settings:
        args[0][...] = args[1]
        return None
    if function is np.where and len(args) == 3:
        condition, *either = args
        taken = either[0 if np.broadcast_to(raw_of(condition), trace.shape)[trace.place] else 1]
        return Vector.of(function(*raw_of(args)), trace, *trace.operand(taken, True))
    result = function(*raw_of(args), **{name: raw_of(value) for name, value in settings.items()})
    if function in LIKE:
        return Vector.of(result, trace, *trace.operand(result, True))
    return trace.whole(function.__name__, args[0], result)


class State(Memory):
    """What an optimiser remembers: each value has, once it is read or set, the text of its name."""

    def __init__(self, trace: Trace, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.trace = trace

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)  # or zeros
        if not isinstance(value, Vector | Number):
            value = self.trace.leaf(name, value)
            super().__setitem__(name, value)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        if name in self:
            return self[name]
        return default if default is None else self.trace.leaf(name, default)

    def setdefault(self, name: str, default: Any = None) -> Any:
        self[name] = self.get(name, default)
        return self[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(value, Vector | Number) and value.text != name and not value.leaf:
            self.trace.write(name, value)
            value.leaf = True
        super().__setitem__(name, value)
