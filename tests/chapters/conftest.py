"""The start of every chapter's tests: a quick run of it."""

import functools
from functools import partial

import numpy as np
import pytest

from tests.chapters.chapter_helpers import quick_run
from tests.chapters.turns import keep, shared


@pytest.fixture(scope="module")
def drawn(request, tmp_path_factory):
    """A quick run of the `chapter` in a test file, with films in that file's `FORMATS`."""
    tests, folder = request.module, shared(tmp_path_factory)
    return quick_run(tests.chapter, tmp_path_factory.mktemp("gallery"), tests.FORMATS, partial(keep, folder=folder))


@pytest.fixture(scope="module")
def each_sketch_is_drawn_once(request):
    """The horses and deer of a seed are always the same; tests share them, so none may write into them."""
    chapter = request.module.chapter
    draw = chapter.horses_and_deer

    @functools.cache
    def horses_and_deer(*given, **settings):
        found = draw(*given, **settings)
        for array in found:
            if isinstance(array, np.ndarray):
                array.flags.writeable = False
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chapter, "horses_and_deer", horses_and_deer)
        yield
