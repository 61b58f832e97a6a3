"""For all tests: threads, Ctrl-C, garbage, no deadlines. For pages: a headless Chromium; without it, skipped."""

import gc
import os
import shutil
import signal

import hypothesis
import pytest

from tests.browser import chromium

hypothesis.settings.register_profile("untimed", deadline=None)  # a busy machine is no fault
hypothesis.settings.load_profile("untimed")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # tests run on all cores: more threads would wait for each other


def pytest_sessionstart(session):
    """Let what the tests start hear Ctrl-C, also where a script runs the tests in the background, deaf to it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish(session):
    """Look for garbage less often, and not among what was imported: that was a seventh of the time of drawing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000)


@pytest.fixture(scope="session")
def driver():
    """Chromium, driven by selenium."""
    pytest.importorskip("selenium", reason="needs selenium: pip install -e '.[test]'")
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("needs Chromium and its driver: apt-get install chromium chromium-driver")
    driver = chromium()
    yield driver
    driver.quit()
