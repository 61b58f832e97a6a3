"""Importing a chapter gives its definitions: functions, classes, constants. It trains and draws nothing.

If you run a chapter's script, as `python -m chapters.ch03_first_neuron` or in a notebook, it runs from top to bottom. A
test, or a process that draws one of the chapter's scenes, imports it. It needs the definitions, without waiting.
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
    """Runs only the definitions of a script."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module."""
        path = Path(self.path)
        cells = cells_of(path.read_text(encoding="utf-8"), path.name)
        module.__doc__ = title_of(cells, path.name)
        body = [each for cell in cells if not cell.prose for each in statements(cell, path) if is_definition(each)]
        exec(compile(ast.Module(body, []), str(path), "exec"), module.__dict__)


class ChapterFinder(MetaPathFinder):
    """Finds the chapters' scripts in the same places as Python itself."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load a chapter; None for all other modules."""
        spec = PathFinder.find_spec(fullname, path) if re.fullmatch(r"chapters\.ch\d\d_\w+", fullname) else None
        if spec is not None and spec.origin is not None:
            spec.loader = DefinitionsLoader(fullname, spec.origin)
        return spec


def install() -> None:
    """From now on, importing a chapter gives only its definitions."""
    if not any(isinstance(finder, ChapterFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, ChapterFinder())
