"""Why a number is what it is: the arithmetic that makes it, with the numbers of one frame.

    def why(self, gid, frame):                      a method of a scene
        if gid == "fallen":
            g, t = 9.81, self.times[frame]
            return Why("how far the ball has fallen", g / 2 * t**2, [
                Line("half of g, times the square of the time", g, "/ 2 *", Term(t, "time"), "** 2 =", g / 2 * t**2),
            ])
        return super().why(gid, frame)

Each part says how the number comes about. A `Line` is arithmetic, a `Sum` shows numbers that add up to one, `Code` is
the source that computes it. A `Term` with a gid can be explained in turn, whether the picture shows it or not. That way
you get back, step by step, to the data.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from tinylearn.checks import real_array, shortened

FUNCTIONS = {name: getattr(math, name) for name in ("exp", "log", "log1p", "sqrt", "tanh", "sin", "cos")}
FUNCTIONS |= {"max": max, "min": min, "abs": abs}
CLOSE = 1e-5  # the arithmetic is Python's; numbers may come from float32
ROUNDING = 5e-7  # of float32, as a fraction of the largest sum: much of it may cancel
TINY = 1e-37  # float32 turns anything smaller into 0


class Term(NamedTuple):
    """A number in a line, and the gid by which you can ask for its explanation."""

    value: float
    gid: str = ""


class Line:
    """Arithmetic with the numbers of this frame, in Python's notation. Both sides of "=" have the same value.

    words    says it in words: "p − learning rate · g"
    pieces   numbers, Terms, and the operations between them: "+", "- 0.5 *", "exp(", ")"; without pieces, only words

    >>> line = Line("p − learning rate · g", 2.5, "-", 0.125, "*", Term(9.0, "gradient.w"), "=", 1.375)
    >>> line.arithmetic
    '2.5 - 0.125 * 9.0 = 1.375'
    >>> line.sides()
    [1.375, 1.375]
    """

    def __init__(self, words: str, *pieces: str | float | Term) -> None:
        self.words = _text("Line", "words", words)
        self.pieces = tuple(piece if isinstance(piece, str) else _term("Line", "a piece", piece) for piece in pieces)

    def renamed(self, name: Callable[[str], str]) -> Line:
        """Return the same line with name(gid) for each gid."""
        return Line(self.words, *(piece if isinstance(piece, str) else _renamed(piece, name) for piece in self.pieces))

    @property
    def arithmetic(self) -> str:
        """The line in Python's notation; a negative number after an operator stands in brackets."""
        text = ""
        for piece in self.pieces:
            if isinstance(piece, str):
                text += f" {piece} "
            else:
                number = repr(piece.value)
                text += f"({number})" if number[0] == "-" and re.search(r"[-+*/]\s*$", text) else number
        return re.sub(r"\s+", " ", re.sub(r"\(\s+", "(", re.sub(r"\s+\)", ")", text))).strip()

    def sides(self) -> list[float]:
        """Return the value of each side of "="; ValueError if Python cannot compute one."""
        return [_value(side) for side in self.arithmetic.split("=")] if self.pieces else []

    def size(self) -> float:
        """Return the largest value a side would have if nothing in it cancelled; rounding errors grow with this size.

        >>> Line("old − step", 2.5, "-", 2.25, "=", 0.25).size()
        4.75
        """
        sides = [ast.unparse(_Added().visit(ast.parse(side.strip()))) for side in self.arithmetic.split("=")]
        return max((abs(_value(side)) for side in sides), default=0.0) if self.pieces else 0.0


class Sum:
    """Numbers that add up to `total`, drawn as bars: what each row adds to a gradient, or each input to a sum."""

    def __init__(self, words: str, labels: Sequence[str], terms: Sequence[float | Term], total: float) -> None:
        self.words, self.total = _text("Sum", "words", words), _number("Sum", "total", total)
        self.labels = [_text("Sum", "each label", label) for label in _list("Sum", "labels", labels)]
        self.terms = [_term("Sum", "each term", term) for term in _list("Sum", "terms", terms)]
        if len(self.labels) != len(self.terms):
            raise ValueError(f"Sum: expected one label for each of {len(self.terms)} terms, got {len(self.labels)}")

    def renamed(self, name: Callable[[str], str]) -> Sum:
        """Return the same sum with name(gid) for each gid."""
        return Sum(self.words, self.labels, [_renamed(term, name) for term in self.terms], self.total)


class Code:
    """Lines of source, each with its result in this frame: ("dx = dout * (x > 0)", "1.5 * True = 1.5").

    title   where they are: "ReLU.backward, in tinylearn/layers/activations.py"
    """

    def __init__(self, title: str, lines: Sequence[tuple[str, str]]) -> None:
        self.title = _text("Code", "title", title)
        self.lines = [tuple(_text("Code", "each line and its value", part) for part in _list("Code", "a line", line, 2))
                      for line in _list("Code", "lines", lines)]  # fmt: skip


Part = Line | Sum | Code


@dataclass(frozen=True)
class Why:
    """Why a number is what it is.

    says    names the number in a few words: "the weight after update 12"
    value   the number itself, with all its digits
    parts   how it comes about, in reading order
    """

    says: str
    value: float
    parts: Sequence[Part] = ()

    def __post_init__(self) -> None:
        _text("Why", "says", self.says)
        object.__setattr__(self, "value", _number("Why", "value", self.value))
        if isinstance(self.parts, Part):
            kind = type(self.parts).__name__
            raise TypeError(f"Why: parts must be a list, got one {kind}; write [{kind}(…)]")
        for part in _list("Why", "parts", self.parts):
            if not isinstance(part, Part):
                raise TypeError(f"Why: each part must be a Line, a Sum or Code, got {shortened(part)}")

    def asked(self) -> Iterator[str]:
        """Yield the gids of all numbers that you can ask about next."""
        for part in self.parts:
            terms = part.pieces if isinstance(part, Line) else part.terms if isinstance(part, Sum) else ()
            yield from (term.gid for term in terms if isinstance(term, Term) and term.gid)

    def renamed(self, name: Callable[[str], str]) -> Why:
        """Return the same explanation with name(gid) for each gid that can be asked.

        >>> why = Why("w", 2.0, [Line("w", Term(2.0, "before.w"))])
        >>> list(why.renamed(lambda gid: f"earlier.{gid}").asked())
        ['earlier.before.w']
        """
        return replace(self, parts=[part if isinstance(part, Code) else part.renamed(name) for part in self.parts])

    def faults(self) -> list[str]:
        """Return all faults of the arithmetic: two sides that differ or cannot be computed, a wrong sum, a last line
        with another value.

        >>> Why("a sum", 3.0, [Line("one and one", 1, "+", 1, "=", 2)]).faults()
        ['a sum is 3.0, but the arithmetic ends on 2.0']
        """
        found, last = [], None
        for part in self.parts:
            if isinstance(part, Line) and part.pieces:
                try:
                    last = (sides := part.sides())[-1]
                except ValueError as error:
                    found.append(f"{part.words}: {str(error).removeprefix('Line: ')}")
                    last = None
                    continue
                apart = [abs(side - last) for side in sides if not _close(side, last)]
                rounding = ROUNDING * part.size() if apart else 0.0  # it takes long to find
                if not all(distance <= rounding for distance in apart):
                    found.append(f"{part.words}: {part.arithmetic} has the values {sides} on its sides")
            elif isinstance(part, Sum):
                values, last = [term.value for term in part.terms], part.total
                scale = sum(map(abs, values))
                if not _close(math.fsum(values), last, scale):
                    found.append(f"{part.words}: the bars add up to {math.fsum(values)}, not {last}")
        if last is not None and not _close(last, self.value):
            found.append(f"{self.says} is {self.value}, but the arithmetic ends on {last}")
        return found


def _text(caller: str, name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{caller}: {name} must be text, got {shortened(value)}")
    return value


def _number(caller: str, name: str, value: Any) -> float:
    """Return a number as a float, which may be infinite or nan; TypeError for anything else."""
    if type(value) is float:  # nearly always
        return value
    if np.ndim(value) or not isinstance(value, int | float | np.number | np.bool | np.ndarray):
        raise TypeError(f"{caller}: {name} must be a number, got {shortened(value)}")
    return float(real_array(caller, name, value))


def _term(caller: str, name: str, value: Any) -> Term:
    if isinstance(value, Term):
        return Term(_number(caller, name, value.value), _text(caller, f"the gid of {name}", value.gid))
    return Term(_number(caller, name, value))


def _renamed(term: Term, name: Callable[[str], str]) -> Term:
    return Term(term.value, name(term.gid)) if term.gid else term


def _list(caller: str, name: str, value: Any, length: int | None = None) -> Sequence[Any]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError(f"{caller}: {name} must be a list, got {shortened(value)}")
    if length is not None and len(value) != length:
        raise ValueError(f"{caller}: {name} must have {length} parts, got {shortened(value)}")
    return value


class _Added(ast.NodeTransformer):
    """Turn differences into sums, and all numbers positive; leave functions as they are."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return ast.BinOp(node.left, ast.Add() if isinstance(node.op, ast.Sub) else node.op, node.right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        return self.visit(node.operand)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return node


def _value(arithmetic: str) -> float:
    """Return the value that Python computes; a value too large for a float is infinite."""
    names = {"__builtins__": {}, "inf": math.inf, "nan": math.nan} | FUNCTIONS
    try:
        return float(eval(arithmetic, names))
    except OverflowError:
        return math.inf
    except (SyntaxError, NameError, TypeError, AttributeError) as error:
        raise ValueError(f"Line: the pieces must be arithmetic in Python, got {arithmetic!r}: {error}") from None
    except (ZeroDivisionError, ValueError) as error:  # 1 / 0, sqrt(-1)
        raise ValueError(f"Line: {arithmetic.strip()} has no value: {error}") from None


def _close(one: float, other: float, scale: float = 0) -> bool:
    """Are two numbers the same, apart from rounding?"""
    same = one == other or (math.isnan(one) and math.isnan(other))
    return same or abs(one - other) <= max(CLOSE * max(abs(one), abs(other), scale), TINY)
