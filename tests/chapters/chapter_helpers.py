"""A quick run of a chapter, a look at all its films, and what is asked of every accuracy that it states."""

import copy
import importlib
from typing import Any, NamedTuple

import numpy as np
import pytest

from animations import audit


class QuickRun(NamedTuple):
    """What a quick run returned, its films as they were before they were drawn, where their files are."""

    headline: dict
    films: dict
    folder: Any
    sources: Any  # what the films should show: of tests/chapters/sources
    handed: dict  # name → (arguments, what was returned) of each call that they ask for


def quick_run(chapter, folder, formats):
    """Run a chapter quickly, and watch it."""
    number = chapter.__name__.removeprefix("chapters.")[:4]
    sources = importlib.import_module(f"tests.chapters.sources.{number}")
    films = {}

    def draw(found, *others):
        films.update(copy.deepcopy(found))
        really_draw(found, *others)

    with pytest.MonkeyPatch.context() as patch:
        really_draw = chapter.draw
        patch.setattr(chapter, "draw", draw)
        handed = watched(patch, chapter, sources.HANDED)
        headline = chapter.main(folder, quick=True, formats=formats)
    return QuickRun(headline, films, folder, sources, handed)


def watched(patch, chapter, names):
    """Return name → (arguments, what it returned) of each call, filled while the chapter runs."""
    handed = {name: [] for name in names}

    def watch(name, function):
        def call(*given, **settings):
            returned = function(*given, **settings)
            handed[name].append((given, returned))
            return returned

        patch.setattr(chapter, name, call)

    for name in names:
        watch(name, getattr(chapter, name))
    return handed


def check_films(run):
    """In every frame of every film: right numbers at their places, and legible for all."""
    expected, captions = run.sources.films(run.handed), set()
    assert run.films.keys() == expected.keys()
    for name, film in run.films.items():
        report = audit(film.scene, allowed=run.sources.CAPTIONS, **expected[name])
        assert report.ok, f"{name}: {report}"
        assert report.frames == film.scene.frames
        assert report.compared == report.numbers
        assert report.unplaced <= run.sources.UNPLACED
        captions |= report.captions
    assert captions == run.sources.CAPTIONS, "one of these is not needed"


def check_scorecard(headline, name, count):
    """The accuracy of `name` on `count` pictures comes with count, matrix, baseline, interval, and a true verdict."""
    right, total = (int(word) for word in headline[f"{name}, right"].split(" of "))
    matrix = np.array(headline[f"{name}, confusion matrix"])
    assert (matrix.trace(), matrix.sum(), total) == (right, total, count)
    assert headline[f"{name}, accuracy"] == right / total
    assert headline[f"{name}, baseline"] == matrix.sum(axis=1).max() / total
    low, high = headline[f"{name}, 95 % interval"]
    assert low < right / total < high
    assert headline[f"{name}, verdict"].startswith("better than") == (low > headline[f"{name}, baseline"])
