"""To import a chapter is to get its definitions: functions, classes, constants. Nothing is trained or drawn.

A chapter's script runs from top to bottom, as `python -m chapters.ch03_first_neuron` or as a notebook. Whoever imports
it (a test, a process that draws a scene of the chapter) wants what it defines, and not to wait for a minute.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

from chapters.tools.script import cells_of, is_definition, statements, title_of


class DefinitionsLoader(SourceFileLoader):
    """Runs the definitions of a script alone."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module."""
        path = Path(self.path)
        cells = cells_of(path.read_text(encoding="utf-8"), path.name)
        module.__doc__ = title_of(cells, path.name)
        body = [each for cell in cells if not cell.prose for each in statements(cell, path) if is_definition(each)]
        exec(compile(ast.Module(body, []), str(path), "exec"), module.__dict__)


class ChapterFinder(MetaPathFinder):
    """Finds the chapters' scripts, where Python itself would find them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how a chapter is loaded, None for all other modules."""
        spec = PathFinder.find_spec(fullname, path) if re.fullmatch(r"chapters\.ch\d\d_\w+", fullname) else None
        if spec is not None and spec.origin is not None:
            spec.loader = DefinitionsLoader(fullname, spec.origin)
        return spec


def install() -> None:
    """From now on, to import a chapter is to get its definitions."""
    if not any(isinstance(finder, ChapterFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, ChapterFinder())
