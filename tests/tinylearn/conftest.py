"""Hypothesis tries the same examples in every run, no clock fails a test, and recorders have a place to write."""

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.tinylearn.recording_helpers")  # so that its asserts say what differs

settings.register_profile("tinylearn", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("tinylearn")


@pytest.fixture(params=["in memory", "in a folder"])
def place(request, tmp_path):
    """Where a recorder writes: every test that takes it runs twice."""
    return None if request.param == "in memory" else tmp_path / "run"
