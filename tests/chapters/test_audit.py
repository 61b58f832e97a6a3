"""No chapter is forgotten: the tests of each one look at every frame of every film of its own quick run."""

import importlib

import pytest

from chapters.tools.chapter import CHAPTERS


@pytest.mark.parametrize("number", CHAPTERS)
def test_looks_at_all_films_of_a_chapter(number, monkeypatch):
    """The test with that name exists, and passes the run of this chapter to `check_films`."""
    tests = importlib.import_module(f"tests.chapters.test_ch{number:02}")
    looked_at = []
    monkeypatch.setattr(tests, "check_films", looked_at.append)
    tests.test_checks_every_frame_of_every_film(drawn="the run")
    assert looked_at == ["the run"]
    assert tests.chapter.__name__ == CHAPTERS[number].module
    assert not hasattr(tests, "drawn"), "a run of its own would stand in the place of the one that all files have"
