"""Settings for this folder: Hypothesis tries the same examples in every run, and no clock fails a test."""

from hypothesis import settings

settings.register_profile("tinylearn", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("tinylearn")
