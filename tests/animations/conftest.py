"""For the tests of pages: a browser with a screen of its own, and the page of a neuron in it."""

import pytest

from animations import render
from tests.animations.player_scenes import Page, neuron
from tests.browser import Browser


@pytest.fixture
def browser(driver):
    yield Browser(driver)
    driver.switch_to.default_content()
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    """A page with one film."""
    return render(neuron(), tmp_path_factory.mktemp("page") / "neuron.html", fps=15, motion=4, loop=1, progress=False)


@pytest.fixture
def page(browser, film):
    page = Page(browser)
    page.resize(1280)
    return page.open(film)
