"""A quick run of a chapter, a look at all its films, and checks of every accuracy that it states."""

import copy
import importlib
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from animations import audit
from animations.audit.every_frame import CHECKS
from chapters.tools.chapter import CHAPTERS, Book, Chapter
from tests.chapters.sources import ch02, update_by_hand
from tests.chapters.sources.ch03 import in_slow_motion


class Sources(NamedTuple):
    """What is known of the films of a chapter.

    captions   digits that no recording and no table knows: of sources, formulas, and of what was chosen before
    handed     what the chapter hands on while it runs: names of its functions
    films      what they show: it is told of each call of these (`handed[name]`: the arguments, and what was returned),
               and returns film → what `animations.audit` is told about it
    """

    captions: set
    handed: tuple = ()
    films: Callable = lambda handed: {}


LAYERS = {"conv2d", "maxpool2d", "relu", "dense", "flatten", "dropout"}
WINDOWS = ("3 × 3 filter, stride 1, padding 1", "2 × 2 filter, stride 2, no padding",
           "2 × 2 max pooling, stride 1, no padding", "2 × 2 max pooling, stride 2, no padding")  # fmt: skip
SOURCES = {
    "ch01": Sources({"Source: World Bank, NY.GDP.MKTP.CD, CC BY 4.0"}),
    "ch02": Sources(ch02.CAPTIONS, films=ch02.films),
    "ch03": Sources({"1", "never shown: 50 °C →", "pull on w = 2/N · error · x"}, ("NeuronStates",), lambda handed: {
        "ch03_first_updates": {"source": partial(in_slow_motion, handed["NeuronStates"][0][0][0], [1, 2])},
    }),
    "ch04": Sources(
        update_by_hand.SAID | {"f(x) = max(x, 0)", "f(x) = 1 / (1 + e⁻ˣ)", "at 0 itself tinylearn takes 0",
                               "never steeper than 0.25"}, ("learn", "one_update"),
        lambda handed: {"ch04_one_update": {"source": update_by_hand.update_by_hand(handed["one_update"][0][1])}},
    ),
    "ch05": Sources(set(), ("learn", "telling_neurons")),
    "ch06": Sources({*WINDOWS}, ("feature_maps",)),
    "ch07": Sources({"15 × 15 × 64", "6 × 6 × 32", "128", "10"} | {f"{name}_{k}" for name in LAYERS for k in (1, 2, 3)},
                    ("learning_run", "Recorder")),
    "ch08": Sources(set(), ("learned_from",)),
}  # fmt: skip


class QuickRun(NamedTuple):
    """A quick run: its result, its films, which are not drawn, and the folder of its files."""

    headline: dict
    films: dict
    folder: Any
    sources: Any
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
    sources, films = SOURCES[number], {}
    handed = {name: [] for name in sources.handed}

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
    known = sources._replace(films=lambda handed: {name: {} for name in films} | sources.films(handed))
    return QuickRun(record["numbers"], films, folder, known, handed, record["cells"])


def watched(function, calls):
    def call(*given, **settings):
        returned = function(*given, **settings)
        calls.append((given, returned))
        return returned

    call.calls = calls
    return call


def check_films(run):
    """Check five or six frames of every film, and the last: right numbers, readable for everybody.

    The tests of scenes look at each of them in every frame, compare each number with its source, and draw it from
    scratch; here that is for what a chapter defines.
    """
    expected = run.sources.films(run.handed)
    for name, film in run.films.items():
        checks = {*CHECKS} - (set() if type(film.scene).__module__.startswith("chapters.") else {"redraw"})
        frames = sorted({*range(0, film.scene.frames, 1 + film.scene.frames // 5), film.scene.frames - 1})
        report = audit(film.scene, allowed=run.sources.captions, checks=checks, frames=frames, **expected[name])
        assert report.ok, f"{name}: {report}"
        assert report.compared == (report.numbers if expected[name] else 0)


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
