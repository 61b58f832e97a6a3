"""A chapter and its run: the cells run one after the other, as in a notebook.

A cell talks to the run through `book`, which `begin` returned:

    book.quick, book.seed, book.data, …     the settings of this run
    book.film("ch03_first_neuron", clip, "What it shows.")    shows this film here on the page
    Clip(scene, **book.pace(10), …)                            10 frames a second, in a quick run fewer
    book.ask(Place("Where will $w$ be?", …))                   asks the reader here
    book.your_turn(Turn("neuron", …))                          lets the reader change here what the film showed
    book.numbers({"w": w, "b": b})          writes them into `ch03.json`, and into the table at the end of the page
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

Record = dict[str, Any]  # the results of a run beside its films: "numbers", "cells" and "asked"
Watch = Callable[[dict[str, Any]], Any]
RUNNING: list[Book] = []
QUICK_FPS = 2  # frames a second


class Book:
    """What cells know of the run, and what they have handed to it. Its attributes include all `settings`.

    films     name → clip, in the order in which the chapter shows them
    cells     for each cell so far: the texts of the placeholders of prose, or the value of the last line of code
    asked     the number of a cell → the guesses and turns after it, as HTML
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
        """Show a film here, over its caption. Draw it now, or later with all others if processes share the work."""
        if not name.startswith(f"{self.name}_") or name in self.films:
            raise ValueError(f"{self.name}: a film needs a name of its own that begins with {self.name}_, got {name!r}")
        self.films[name] = clip
        if self.in_notebook:
            return clip.scene  # the notebook shows it
        if self.processes == 1:
            draw({name: clip}, self.out, self.formats, 1, self.scale, self.first)
        return None

    def pace(self, fps: float, motion: int = 1) -> dict[str, Any]:
        """Return how fast a film goes, for its clip. A quick run shows few frames, far apart: each can be read."""
        return {"fps": QUICK_FPS} if self.quick else {"fps": fps, "motion": motion}

    def ask(self, guess: Guess) -> None:
        """Ask the reader for a guess here, before the film of the same cell."""
        self._put(guess.fragment())

    def your_turn(self, turn: Turn) -> None:
        """Let the reader change here what the film showed."""
        self._put(turn.fragment())

    def _put(self, fragment: str) -> None:
        self.asked.setdefault(str(len(self.cells)), []).append(fragment)

    @property
    def first(self) -> str | None:
        """The name of the first film, which moves on the cover."""
        return next(iter(self.films), None)

    def numbers(self, found: Mapping[str, Any]) -> None:
        """Keep numbers of this run, under their names."""
        self.found |= found

    def end(self) -> Record:
        """Draw the films that are still to be drawn; return the record of the run."""
        if self.processes > 1:
            draw(self.films, self.out, self.formats, self.processes, self.scale, self.first)
        return {"numbers": self.found, "cells": self.cells, "asked": self.asked}


class Chapter:
    """A chapter's script."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.stem[:4]  # ch03
        self.module = f"chapters.{path.stem}"

    @cached_property
    def source(self) -> str:
        """The whole script."""
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
        """The names of the settings that it accepts."""
        return {"seed", "quick", "formats", "processes", "scale", *self.own.defaults}

    def main(
        self,
        out: Path,
        *,
        seed: int = 0,
        quick: bool = False,
        formats: tuple[str, ...] = ("gif",),
        processes: int = 1,
        scale: float = 1,
        watch: Watch = lambda names: None,
        **own: Any,
    ) -> Record:
        """Run the chapter and write its films into the folder `out`; return its record.

        After each statement, `watch` is called with all names of the chapter, and may change them.
        """
        folder = checked(self.name, out, seed, quick, formats, processes, scale)
        if unknown := own.keys() - self.own.defaults.keys():
            raise TypeError(
                f"{self.name}: there is no setting {', '.join(sorted(unknown))}; it has {', '.join(sorted(self.takes))}"
            )
        own = {**self.own.defaults, **own}
        common = {"out": folder, "seed": seed, "quick": quick, "formats": formats, "processes": processes,
                  "scale": scale}  # fmt: skip
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
    """Let `begin` find the run, and let the classes of the chapter be pickled; yield the chapter's names."""
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
    """Run a cell, statement by statement; return the value of its last line, or None if it has none."""
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
    """Return what a notebook shows for the last line of a cell, but NumPy's numbers as plain numbers."""
    with np.printoptions(legacy="1.25"):
        return "" if value is None else value if isinstance(value, str) else repr(value)


SCRIPTS = sorted(Path(__file__).parents[1].glob("ch[0-9][0-9]_*.py"))
CHAPTERS = {int(path.stem[2:4]): Chapter(path) for path in SCRIPTS}
DEFAULTS: dict[str, Any] = {"out": Path(), "seed": 0, "quick": False, "formats": FORMATS[:1], "processes": 1,
                            "scale": 1}  # fmt: skip
