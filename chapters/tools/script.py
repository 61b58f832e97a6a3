"""Reads a chapter: a script of prose and code cells, which editors and Jupyter open as a notebook.

    # %% [markdown]                 prose follows, in Markdown: each line is a comment
    # %%                            code follows
    # %% The four networks          code follows, which the page folds away under this title

This is the percent format of jupytext. `python` reads the script from top to bottom, and so does the book.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

MARKER = re.compile(r"# %%(?: (?P<title>[^\[\n]*))?(?P<prose>\[markdown\])?\s*")


class Cell(NamedTuple):
    """A part of a script.

    prose   is it Markdown? Otherwise it is Python
    title   the page hides the code under this title; "" if the code is shown
    text    without the `# ` in front of each line of prose
    line    the number of its first line in the script, counted from 1
    """

    prose: bool
    title: str
    text: str
    line: int


def cells_of(source: str, name: str = "script") -> list[Cell]:
    """Return the cells of a script; ValueError if it does not begin with a cell, or has code among its prose.

    >>> cells_of("# %% [markdown]\\n# # One\\n#\\n# Two.\\n\\n# %% Three\\nx = 4\\n")[1]
    Cell(prose=False, title='Three', text='x = 4', line=7)
    """
    cells: list[Cell] = []
    kind: tuple[bool, str] | None = None
    lines: list[str] = []
    for number, line in enumerate([*source.splitlines(), "# %%"], 1):
        marker = MARKER.fullmatch(line)
        if marker is None:
            lines.append(line)
            continue
        if kind is not None:
            cells.append(_cell(*kind, lines, number - len(lines), name))
        elif "".join(lines).strip():
            raise ValueError(f"{name}: a chapter must begin with a cell, a line with # %%, got {lines[0]!r}")
        kind, lines = (marker["prose"] is not None, (marker["title"] or "").strip()), []
    return cells


def _cell(prose: bool, title: str, lines: list[str], line: int, name: str) -> Cell:
    while lines and not lines[0].strip():
        lines, line = lines[1:], line + 1
    if prose:
        for number, text in enumerate(lines, line):
            if text.strip() and not re.match("#( |$)", text):
                raise ValueError(f"{name}, line {number}: in prose every line must begin with '# ', got {text!r}")
        lines = [text[2:] for text in lines]
    return Cell(prose, title, "\n".join(lines).rstrip(), line)


def title_of(cells: list[Cell], name: str) -> str:
    """Return the heading that a chapter begins with; ValueError if there is none."""
    found = re.match(r"# (.+)", cells[0].text) if cells and cells[0].prose else None
    if found is None:
        raise ValueError(f"{name}: a chapter must begin with prose whose first line is its title: # # Chapter …")
    return found[1]


def statements(cell: Cell, path: Path) -> list[ast.stmt]:
    """Return the statements of a code cell, with their line numbers in the script."""
    return ast.parse("\n" * (cell.line - 1) + cell.text, str(path)).body


def is_definition(statement: ast.stmt) -> bool:
    """Is this an import, a function, a class, or a constant (its name is in capitals)?

    >>> [is_definition(statement) for statement in ast.parse("import re; RATE, N = 0.1, 3; w = RATE").body]
    [True, True, False]
    """
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        names = [node for target in targets for node in ast.walk(target) if isinstance(node, ast.expr)]
        return all(isinstance(node, ast.Tuple) or (isinstance(node, ast.Name) and node.id.isupper()) for node in names)
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)
