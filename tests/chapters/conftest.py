"""What the tests of every chapter begin with: a quick run of it."""

import pytest

from tests.chapters.chapter_helpers import quick_run


@pytest.fixture(scope="module")
def drawn(request, tmp_path_factory):
    """A quick run of the `chapter` that a file of tests imports, its films drawn in the `FORMATS` of that file."""
    tests = request.module
    return quick_run(tests.chapter, tmp_path_factory.mktemp("gallery"), tests.FORMATS)
