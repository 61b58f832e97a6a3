"""For all tests: threads, Ctrl-C, garbage. For those of pages: a headless Chromium; without it they are skipped."""

import gc
import os
import shutil
import signal

import pytest

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
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium: pip install -e '.[test]'")
    if not (chromium and chromedriver):
        pytest.skip("needs Chromium and its driver: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking",
                 "disable-component-update", "disable-sync", "window-size=1000,800"):  # fmt: skip
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
    driver.set_script_timeout(20)
    yield driver
    driver.quit()
