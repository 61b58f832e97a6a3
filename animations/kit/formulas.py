"""Reads formulas from the source of a function, to write them with numbers for the letters."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from animations.why import FUNCTIONS, Line, Term, Why

ARITHMETIC = (ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Constant, ast.Name, ast.Load, ast.Call)


class Formula(NamedTuple):
    """The formula that a function returns, as its source has it: "2 * (x - 10)", with the letters `names`."""

    function: str
    text: str
    names: tuple[str, ...]

    def line(self, words: str, values: Mapping[str, float | Term], result: float) -> Line:
        """Return the formula with numbers: `values` are those of its letters.

        >>> Formula("slope", "2 * (x - 10)", ("x",)).line("the slope", {"x": 1.5}, -17.0).arithmetic
        '2 * (1.5 - 10) = -17.0'
        >>> Formula("bowl", "x ** 2", ("x",)).line("the height", {"x": -3.0}, 9.0).arithmetic
        '(-3.0) ** 2 = 9.0'
        """
        parts = re.split(rf"\b({'|'.join(map(re.escape, self.names))})\b", self.text)
        pieces: list[str | float | Term] = [parts[0]]
        for letter, text in zip(parts[1::2], parts[2::2], strict=True):
            value = values[letter]
            raised = text.lstrip().startswith("**") and (value[0] if isinstance(value, tuple) else value) < 0
            pieces += ["(", value, ")", text] if raised else [value, text]
        return Line(words, *pieces, "=", result)


def formula_of(function: Callable[..., Any], part: int | None = None) -> Formula | None:
    """Return the formula that a function of numbers returns; None if its source is missing or is not plain.

    A plain formula is arithmetic with its arguments, or with the parts of its one argument, as in `x, y = place`.

    part   which element of `return np.array([…])`
    """
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
    if not isinstance(tree, ast.FunctionDef) or not isinstance(tree.body[-1], ast.Return):
        return None
    names = [argument.arg for argument in tree.args.args]
    for step in tree.body[:-1]:
        if isinstance(step, ast.Assign) and isinstance(step.targets[0], ast.Tuple) and len(names) == 1:
            names = [part.id for part in step.targets[0].elts if isinstance(part, ast.Name)]
        elif not (isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)):  # not a docstring
            return None
    formula = tree.body[-1].value
    if part is not None:
        formula = _part(formula, part)
    return Formula(tree.name, ast.unparse(formula), tuple(names)) if formula and _is_plain(formula, names) else None


def _part(formula: ast.expr | None, part: int) -> ast.expr | None:
    """Return one of the elements of `np.array([…])`, or of a list."""
    listed = formula.args[0] if isinstance(formula, ast.Call) and formula.args else formula
    if isinstance(listed, ast.List | ast.Tuple) and part < len(listed.elts):
        return listed.elts[part]
    return None


def _is_plain(formula: ast.expr, names: list[str]) -> bool:
    """Is this arithmetic with these names only, and only with functions that lines know?"""
    known = {*names, *FUNCTIONS}
    return all(
        isinstance(node, ARITHMETIC) and (not isinstance(node, ast.Name) or node.id in known)
        for node in ast.walk(formula)
    )


def checked(line: Line, value: float, otherwise: str) -> Line:
    """Return a line if its value is `value`; otherwise the words `otherwise`: the number was made in another way.

    >>> checked(Line("one and one", 1, "+", 1, "=", 2), 2.0, "as recorded").arithmetic
    '1.0 + 1.0 = 2.0'
    >>> checked(Line("one and one", 1, "+", 1), 3.0, "as recorded").words
    'as recorded'
    """
    return Line(otherwise, float(value)) if Why(line.words, float(value), [line]).faults() else line
