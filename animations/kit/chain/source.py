"""Shows the lines of a layer's own source that make a number, with their results."""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from animations.why import Code
from tinylearn.analysis.observer import LayerPass

MOST = 6  # lines


def code_of(owner: Any, method: str, key: str = "", seen: LayerPass | None = None, value: float | None = None) -> Code:
    """Return the lines of `method` that assign grads[key], or without a key the lines that lead to its return value.

    seen    shows its local variables beside the lines that assign them
    value   of the explained number: shown beside the last line
    """
    formula = getattr(getattr(type(owner), method), "formula", getattr(type(owner), method))
    title = f"{formula.__qualname__}, in {_file_of(formula)}"
    lines = _lines(formula, key)
    if not lines:
        return Code(title, [("(its source cannot be found)", "")])
    local = seen.local if seen else {}
    told = [(text, ", ".join(f"{name}: {_in_words(local[name])}" for name in names if name in local))
            for text, names in lines]  # fmt: skip
    if value is not None:
        told[-1] = told[-1][0], f"here {value:.6g}"
    return Code(title, told)


@cache
def _lines(formula: Any, key: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return (statement, the names that it assigns) for the relevant statements, as the source has them."""
    try:
        source = textwrap.dedent(inspect.getsource(formula))
        (function,) = ast.parse(source).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return []
    statements = [node for node in ast.walk(function) if isinstance(node, ast.Assign | ast.AugAssign | ast.Return)]
    statements.sort(key=lambda node: node.lineno)
    wanted = [node for node in statements if _assigns_grads(node, key)] if key else []
    if not wanted:
        returns = [node for node in statements if isinstance(node, ast.Return)]
        wanted = [*returns[-1:]] or statements[-MOST:]
    needed = set[str]().union(*map(_reads, wanted))
    for node in reversed(statements):
        if node not in wanted and node.lineno < wanted[-1].lineno and needed & set(_names(node)):
            wanted.append(node)
            needed |= _reads(node)
    wanted = sorted(wanted, key=lambda node: node.lineno)[-MOST:]
    return [(_text(source, node), _names(node)) for node in wanted]


def _assigns_grads(node: ast.AST, key: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else []
    text = " ".join(ast.unparse(target) for target in targets)
    return "grads" in text and (f"'{key}'" in text or "'" not in text)


def _names(node: ast.AST) -> tuple[str, ...]:
    """Return the local variables that a statement assigns."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    return tuple(each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)
                 and isinstance(each.ctx, ast.Store))  # fmt: skip


def _reads(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}


def _text(source: str, node: ast.stmt) -> str:
    """Return a statement on one line, without comments."""
    lines = (ast.get_source_segment(source, node) or "").splitlines()
    return " ".join(line.split("  #")[0].strip() for line in lines)


def _file_of(formula: Any) -> str:
    """Return the file of a function, from its package on."""
    try:
        path = Path(inspect.getsourcefile(formula) or "")
    except TypeError:
        return "a file that cannot be found"
    depth = formula.__module__.count(".") + 1
    return "/".join(path.parts[-depth:])


def _in_words(value: Any) -> str:
    return f"shape {value}" if isinstance(value, tuple) else f"{value:.6g}"
