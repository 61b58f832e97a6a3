"""The start of every chapter's tests: a quick run of it."""

import contextlib
from functools import partial

import pytest

from chapters.tools.chapter import CHAPTERS
from chapters.tools.run import run_alone
from tests.chapters.chapter_helpers import quick_run
from tests.chapters.turns import keep, shared


@pytest.fixture(scope="module")
def drawn(request, tmp_path_factory):
    """A quick run of the `chapter` in a test file; its films are not drawn."""
    keep_it = partial(keep, folder=shared(tmp_path_factory))
    return quick_run(request.module.chapter, tmp_path_factory.mktemp("gallery"), keep=keep_it)


@pytest.fixture(scope="session")
def chapter_3(tmp_path_factory):
    """A folder that all share, with the page and the slides of a quick run; nobody may write into it."""
    folder, out = shared(tmp_path_factory) / "chapter 3", tmp_path_factory.mktemp("chapter 3")
    if not folder.exists():
        run_alone(CHAPTERS[3], ["--quick", "--processes", "1", "--slides", "--out", str(out)])
        with contextlib.suppress(OSError):  # another process has made it in the meantime
            out.rename(folder)
    return folder
