"""A table of refusals is one test: each row is a call, the kind of its error, and the words of its message."""

import pytest


def refusals(*rows):
    """Return the decorator of a test that takes ``call``, ``kind`` and ``words``."""
    return pytest.mark.parametrize(("call", "kind", "words"), rows, ids=[row[2][:70] for row in rows])


def assert_refused(call, kind, words):
    with pytest.raises(kind, match=words):
        call()
