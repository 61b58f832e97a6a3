"""Why a number is what it is: the lines of arithmetic that make it, with the numbers of one frame.

    def why(self, gid, frame):                      a method of a scene
        if gid == "fallen":
            g, t = 9.81, self.times[frame]
            return Why("how far the ball has fallen", g / 2 * t**2, [
                Line("half of g, times the square of the time", g, "/ 2 *", Term(t, "time"), "** 2 =", g / 2 * t**2),
            ])
        return super().why(gid, frame)

Each part says how the number comes about: a `Line` is arithmetic, `Sum` numbers that add up to one, `Code` is the
source that computes it. A `Term` with a gid can be asked in its turn, whether it is drawn or not: so you go back, step
by step, to the data.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

FUNCTIONS = {name: getattr(math, name) for name in ("exp", "log", "log1p", "sqrt", "tanh", "sin", "cos")}
FUNCTIONS |= {"max": max, "min": min, "abs": abs}
CLOSE = 1e-5  # the arithmetic is that of Python; numbers may have been made in float32
ROUNDING = 5e-7  # of float32, as a part of what was added up: much of it may cancel
TINY = 1e-37  # what is smaller, float32 makes 0


class Term(NamedTuple):
    """A number in a line, and the gid under which it can be asked."""

    value: float
    gid: str = ""


class Line:
    """Arithmetic with the numbers of this frame, in Python's notation. On both sides of "=" stands the same number.

    words    what it says: "p − learning rate · g"
    pieces   numbers, Terms, and between them what is done: "+", "- 0.5 *", "exp(", ")"; none: only words

    >>> line = Line("p − learning rate · g", 2.5, "-", 0.125, "*", Term(9.0, "gradient.w"), "=", 1.375)
    >>> line.arithmetic
    '2.5 - 0.125 * 9.0 = 1.375'
    >>> line.sides()
    [1.375, 1.375]
    """

    def __init__(self, words: str, *pieces: str | float | Term) -> None:
        self.words = words
        self.pieces = tuple(
            piece if isinstance(piece, str) else Term(float(piece[0]), piece[1])
            if isinstance(piece, tuple) else Term(float(piece))
            for piece in pieces
        )  # fmt: skip

    @property
    def arithmetic(self) -> str:
        """The line in Python's notation; a negative number that follows an operator stands in brackets."""
        text = ""
        for piece in self.pieces:
            if isinstance(piece, str):
                text += f" {piece} "
            else:
                number = repr(piece.value)
                text += f"({number})" if number[0] == "-" and re.search(r"[-+*/]\s*$", text) else number
        return re.sub(r"\s+", " ", re.sub(r"\(\s+", "(", re.sub(r"\s+\)", ")", text))).strip()

    def sides(self) -> list[float]:
        """Return what each side of "=" comes to."""
        return [_value(side) for side in self.arithmetic.split("=")] if self.pieces else []

    def size(self) -> float:
        """Return what a side would come to if nothing in it cancelled: rounding is as large as that makes it.

        >>> Line("old − step", 2.5, "-", 2.25, "=", 0.25).size()
        4.75
        """
        sides = [ast.unparse(_Added().visit(ast.parse(side.strip()))) for side in self.arithmetic.split("=")]
        return max((abs(_value(side)) for side in sides), default=0.0) if self.pieces else 0.0


class Sum(NamedTuple):
    """Numbers that add up to `total`, drawn as bars: what each row adds to a gradient, each input to a sum."""

    words: str
    labels: Sequence[str]
    terms: Sequence[Term]
    total: float


class Code(NamedTuple):
    """Lines of source, each with what it computes in this frame: ("dx = dout * (x > 0)", "1.5 * True = 1.5")."""

    title: str  # "ReLU.backward, in tinylearn/layers/activations.py"
    lines: Sequence[tuple[str, str]]


Part = Line | Sum | Code


@dataclass(frozen=True)
class Why:
    """Why a number is what it is.

    says    what it is, in a few words: "the weight after update 12"
    value   the number itself, with all its digits
    parts   how it comes about, in the order in which one reads
    """

    says: str
    value: float
    parts: Sequence[Part] = ()

    def asked(self) -> Iterator[str]:
        """Yield the gids that can be asked next."""
        for part in self.parts:
            terms = part.pieces if isinstance(part, Line) else part.terms if isinstance(part, Sum) else ()
            yield from (term.gid for term in terms if isinstance(term, Term) and term.gid)

    def faults(self) -> list[str]:
        """Return what is wrong with the arithmetic: sides that differ, a sum that is another, a last line that is.

        >>> Why("a sum", 3.0, [Line("one and one", 1, "+", 1, "=", 2)]).faults()
        ['a sum is 3.0, but the arithmetic ends on 2.0']
        """
        found, last = [], None
        for part in self.parts:
            if isinstance(part, Line) and part.pieces:
                sides = part.sides()
                last, rounding = sides[-1], ROUNDING * part.size()
                if not all(_close(side, last) or abs(side - last) <= rounding for side in sides):
                    found.append(f"{part.words}: {part.arithmetic} comes to {sides}")
            elif isinstance(part, Sum):
                values, last = [term.value for term in part.terms], part.total
                scale = sum(map(abs, values))
                if not _close(math.fsum(values), last, scale):
                    found.append(f"{part.words}: the bars add up to {math.fsum(values)}, not {last}")
        if last is not None and not _close(last, self.value):
            found.append(f"{self.says} is {self.value}, but the arithmetic ends on {last}")
        return found


class _Added(ast.NodeTransformer):
    """Make differences sums, and numbers positive; leave functions as they are."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return ast.BinOp(node.left, ast.Add() if isinstance(node.op, ast.Sub) else node.op, node.right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        return self.visit(node.operand)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return node


def _value(arithmetic: str) -> float:
    """Return what Python makes of it; what is too large for a float is infinite."""
    names = {"__builtins__": {}, "inf": math.inf, "nan": math.nan} | FUNCTIONS
    try:
        return float(eval(arithmetic, names))
    except OverflowError:
        return math.inf


def _close(one: float, other: float, scale: float = 0) -> bool:
    """Are two numbers the same but for rounding?"""
    same = one == other or (math.isnan(one) and math.isnan(other))
    return same or abs(one - other) <= max(CLOSE * max(abs(one), abs(other), scale), TINY)
