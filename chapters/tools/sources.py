"""Returns parts of the source as it is now, so that a page cannot show anything but the code that runs."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]


def source_lines(path: str, name: str) -> tuple[int, str]:
    """Return a function or class of a source file: the number of its first line, and its text.

    The text has no common indentation and no docstring, since the prose explains it. `path` is relative to the project;
    ValueError if the file has no such name.

    >>> print(source_lines("tinylearn/layers/dense.py", "Dense.forward")[1])
    def forward(self, x: np.ndarray) -> np.ndarray:
        self.x = x
        return x @ self.params["w"] + self.params["b"]
    """
    file = ROOT / path
    if not file.is_file():
        raise ValueError(f"::source {path} {name}: the project has no file {path}")
    text = file.read_text(encoding="utf-8")
    node: ast.AST = ast.parse(text)
    for part in name.split("."):
        found = [each for each in ast.iter_child_nodes(node) if getattr(each, "name", None) == part]
        if not found:
            raise ValueError(f"::source {path} {name}: the file has no {part}")
        node = found[-1]
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    lines, first = text.splitlines(), min([node.lineno, *(each.lineno for each in node.decorator_list)])
    left_out: range | tuple[()] = ()
    if ast.get_docstring(node) is not None and len(node.body) > 1:
        left_out = range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    kept = [lines[n - 1] for n in range(first, (node.end_lineno or first) + 1) if n not in left_out]
    return first, textwrap.dedent("\n".join(kept)).strip("\n")
