"""A chapter, and a run of it: its cells one after the other, as a notebook runs them.

What a cell asks of the run, and what it gives to it, goes through the `book` that it got from `begin`:

    book.quick, book.seed, book.data, …     the settings of this run
    book.film("ch03_first_neuron", clip, "What it shows.")    the page shows this film here
    book.ask(Place("Where will $w$ be?", …))                   the page asks here
    book.your_turn(Turn("neuron", …))                         and here one changes what was seen
    book.numbers({"w": w, "b": b})          go into `ch03.json`, and into the table at the end of the page
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from animations import Clip
from chapters.tools.films import draw
from chapters.tools.options import OWN, Own
from chapters.tools.placeholders import evaluated, placeholders
from chapters.tools.script import Cell, cells_of, statements, title_of
from chapters.tools.settings import FORMATS, checked
from chapters.turns import Guess, Turn

Record = dict[str, Any]  # what a run leaves beside its films: "numbers", "cells" and "asked"
Watch = Callable[[dict[str, Any]], Any]
RUNNING: list[Book] = []


class Book:
    """What the cells of a chapter know of the run, and what they have given to it. `settings` are its attributes, too.

    films     name → clip, in the order in which the chapter shows them
    cells     for each cell that has run: the texts of the placeholders of prose, or what the last line of code is
    asked     the number of a cell → the guesses and turns behind it, as HTML
    """

    def __init__(self, name: str, settings: Mapping[str, Any], *, in_notebook: bool = False) -> None:
        self.name, self.settings, self.in_notebook = name, dict(settings), in_notebook
        self.films: dict[str, Clip] = {}
        self.found: dict[str, Any] = {}
        self.cells: list[list[str] | str] = []
        self.asked: dict[str, list[str]] = {}

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["settings"][name]
        except KeyError:
            raise AttributeError(f"{self.name}: a run has no setting {name!r}") from None

    def film(self, name: str, clip: Clip, caption: str = "") -> Any:
        """Show a film here, over its caption. It is drawn at once, or with all others if processes share the work."""
        if not name.startswith(f"{self.name}_") or name in self.films:
            raise ValueError(f"{self.name}: a film needs a name of its own that begins with {self.name}_, got {name!r}")
        self.films[name] = clip
        if self.in_notebook:
            return clip.scene  # which the notebook shows
        if self.processes == 1:
            draw({name: clip}, self.out, self.formats)
        return None

    def ask(self, guess: Guess) -> None:
        """Ask for a guess here, in front of the film of the same cell."""
        self._put(guess.fragment())

    def your_turn(self, turn: Turn) -> None:
        """Let one change here what was shown."""
        self._put(turn.fragment())

    def _put(self, fragment: str) -> None:
        self.asked.setdefault(str(len(self.cells)), []).append(fragment)

    def numbers(self, found: Mapping[str, Any]) -> None:
        """Keep numbers of this run, by their names."""
        self.found |= found

    def end(self) -> Record:
        """Draw what is left to draw; return what the run leaves beside its films."""
        if self.processes > 1:
            draw(self.films, self.out, self.formats, self.processes)
        return {"numbers": self.found, "cells": self.cells, "asked": self.asked}


class Chapter:
    """A chapter's script."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.stem[:4]  # ch03
        self.module = f"chapters.{path.stem}"

    @cached_property
    def source(self) -> str:
        """All of the script."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def script(self) -> list[Cell]:
        """Its cells."""
        return cells_of(self.source, self.path.name)

    @property
    def title(self) -> str:
        """Its heading."""
        return title_of(self.script, self.path.name)

    @property
    def own(self) -> Own:
        """Its own settings."""
        return OWN.get(self.name, Own())

    @property
    def takes(self) -> set[str]:
        """The names of the settings that it takes."""
        return {"seed", "quick", "formats", "processes", *self.own.defaults}

    def main(
        self,
        out: Path,
        *,
        seed: int = 0,
        quick: bool = False,
        formats: tuple[str, ...] = ("gif",),
        processes: int = 1,
        watch: Watch = lambda names: None,
        **own: Any,
    ) -> Record:
        """Run the chapter, write its films into the folder `out`; return what it leaves beside them.

        `watch` is called with all names of the chapter after each of its statements, and may change them.
        """
        folder = checked(self.name, out, seed, quick, formats, processes)
        if unknown := own.keys() - self.own.defaults.keys():
            raise TypeError(f"{self.name}: there is no setting {', '.join(sorted(unknown))}")
        own = {**self.own.defaults, **own}
        common = {"out": folder, "seed": seed, "quick": quick, "formats": formats, "processes": processes}
        book = Book(self.name, common | own)
        if self.own.instead is not None and self.own.instead(book):
            return book.end()
        with _running(book, self.module) as names:
            for number, cell in enumerate(self.script, 1):
                where = f"{self.path.name}, line {cell.line} (cell {number})"
                if cell.prose:
                    book.cells.append([evaluated(inside, names, where) for inside in placeholders(cell.text)])
                else:
                    book.cells.append(_value(_run(cell, self.path, names, watch)))
            return book.end()


@contextmanager
def _running(book: Book, name: str) -> Iterator[dict[str, Any]]:
    """Let `begin` find the run, and pickle the classes of the chapter; yield the chapter's names."""
    module, before = ModuleType(name), sys.modules.get(name)
    RUNNING.append(book)
    sys.modules[name] = module
    try:
        yield module.__dict__
    finally:
        RUNNING.remove(book)
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before


def _run(cell: Cell, path: Path, names: dict[str, Any], watch: Watch) -> Any:
    """Run a cell, statement by statement; return the value of its last line, None if that has none."""
    value = None
    for statement in statements(cell, path):
        value = None
        if isinstance(statement, ast.Expr):
            value = eval(compile(ast.Expression(statement.value), str(path), "eval"), names)
        else:
            exec(compile(ast.Module([statement], []), str(path), "exec"), names)
        watch(names)
    return value


def _value(value: Any) -> str:
    """Return what a notebook shows of the last line of a cell; of NumPy's numbers, the number."""
    with np.printoptions(legacy="1.25"):
        return "" if value is None else value if isinstance(value, str) else repr(value)


SCRIPTS = sorted(Path(__file__).parents[1].glob("ch[0-9][0-9]_*.py"))
CHAPTERS = {int(path.stem[2:4]): Chapter(path) for path in SCRIPTS}
DEFAULTS: dict[str, Any] = {"out": Path(), "seed": 0, "quick": False, "formats": FORMATS[:1], "processes": 1}
