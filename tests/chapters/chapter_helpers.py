"""A quick run of a chapter, a look at all its films, and checks of every accuracy that it states."""

import copy
import importlib
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from animations import audit
from animations.audit.every_frame import CHECKS, OF_NUMBERS
from chapters.tools.chapter import CHAPTERS, Book, Chapter


class QuickRun(NamedTuple):
    """A quick run: its result, its films as they were before they were drawn, and the folder of their files."""

    headline: dict
    films: dict
    folder: Any
    sources: Any  # what the films should show, from tests/chapters/sources
    handed: dict  # name → (arguments, result) of each call of these functions
    cells: list  # the texts of its cells


class ChapterUnderTest(Chapter):
    """A chapter that runs with a test's replacements for its definitions, while the test watches."""

    def __init__(self, module, look=lambda names: None):
        super().__init__(Path(module.__file__))
        defined = DEFINED[self.name]
        self.planted = {name: value for name, value in vars(module).items() if defined.get(name) is not value}
        self.look = look

    def main(self, out, **settings):
        return super().main(out, watch=self.plant, **settings)

    def plant(self, names):
        names.update((name, self.planted[name]) for name in self.planted.keys() & names.keys())
        self.look(names)


DEFINED = {each.name: dict(vars(importlib.import_module(each.module))) for each in CHAPTERS.values()}


def run_chapter(module, out, **settings):
    """Run a chapter with a test's replacements for its definitions; return its numbers."""
    return ChapterUnderTest(module).main(out, **settings)["numbers"]


def undrawn(module, out, **settings):
    """Run a chapter that draws no film; return name → clip, and its record."""
    films = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chapters.tools.chapter.draw", lambda found, *_: films.update(found))
        return films, ChapterUnderTest(module).main(out, **settings)


def uncoloured(page):
    """Return a page without the colours of its code."""
    return re.sub("</?span[^>]*>", "", page)


def quick_run(module, folder, formats=(), keep=lambda *_: None):
    """Run a chapter quickly, and watch it; `keep` is given its name, its record and its folder."""
    number = module.__name__.removeprefix("chapters.")[:4]
    sources = importlib.import_module(f"tests.chapters.sources.{number}")
    films, handed = {}, {name: [] for name in sources.HANDED}

    def look(names):
        for name in handed.keys() & names.keys():
            if not hasattr(names[name], "calls"):
                names[name] = watched(names[name], handed[name])

    with pytest.MonkeyPatch.context() as patch:
        film = Book.film
        patch.setattr(Book, "film", lambda book, name, clip, *caption: (
            films.update({name: copy.deepcopy(clip)}), film(book, name, clip, *caption))[1])  # fmt: skip
        record = ChapterUnderTest(module, look).main(folder, quick=True, formats=formats)
    keep(number, record, folder)
    return QuickRun(record["numbers"], films, folder, sources, handed, record["cells"])


def watched(function, calls):
    def call(*given, **settings):
        returned = function(*given, **settings)
        calls.append((given, returned))
        return returned

    call.calls = calls
    return call


def check_films(run):
    """Check every number in every frame of every film, and that five or six frames and the last can be read by all.

    The tests of scenes draw each of them from scratch; here that is for those that a chapter defines.
    """
    expected = run.sources.films(run.handed)
    assert run.films.keys() == expected.keys()
    for name, film in run.films.items():
        numbers = audit(copy.deepcopy(film.scene), checks=OF_NUMBERS, **expected[name]).check()
        assert numbers.compared == (numbers.numbers if expected[name] else 0)
        checks = {*CHECKS} - (set() if type(film.scene).__module__.startswith("chapters.") else {"redraw"})
        frames = sorted({*range(0, film.scene.frames, 1 + film.scene.frames // 5), film.scene.frames - 1})
        report = audit(film.scene, allowed=run.sources.CAPTIONS, checks=checks - OF_NUMBERS, frames=frames)
        assert report.ok, f"{name}: {report}"


def check_scorecard(headline, name, count):
    """Check that the accuracy of `name` on `count` pictures has count, matrix, baseline, interval, and summary."""
    correct, total = (int(word) for word in headline[f"{name}, correct"].split(" of "))
    matrix = np.array(headline[f"{name}, confusion matrix"])
    assert (matrix.trace(), matrix.sum(), total) == (correct, total, count)
    assert headline[f"{name}, accuracy"] == correct / total
    assert headline[f"{name}, baseline"] == matrix.sum(axis=1).max() / total
    low, high = headline[f"{name}, 95 % interval"]
    assert low < correct / total < high
    assert headline[f"{name}, summary"].startswith("better than") == (low > headline[f"{name}, baseline"])
