"""An explored recording in a real browser: every number has an answer, and the sheet leads back to the data."""

import numpy as np
import pytest

from animations import explore
from tests.animations.explored import recorded
from tests.animations.player_scenes import Page
from tests.browser import Browser


@pytest.fixture
def opened(driver, tmp_path):
    def open_page(name, **options):
        path = explore(recorded(name), tmp_path / "page.html", progress=False, **options)
        return Page(Browser(driver)).open(path)

    yield open_page
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_answers_for_all_numbers_of_a_page(opened):
    name = "a convolution"
    page = opened(name, steps=recorded(name).steps[[0, 3, 6]])
    page.show(2, motion=1)
    page.wait_for("film.frame === 2")
    drawn = page.run("return [...document.querySelectorAll('[data-gid]')]"
                     ".filter((each) => each.getClientRects().length)"
                     ".map((each) => [each.dataset.gid, each.dataset.text ?? each.textContent])")  # fmt: skip
    assert len(drawn) > 40
    explained = page.get("[...asking.explained].filter(([, frames]) => frames.includes(2)).map(([gid]) => gid)")
    assert {gid for gid, _ in drawn} <= set(explained)
    recording, step = recorded(name), int(recorded(name).steps[6])
    values = recording.at(step)
    for gid, text in drawn:
        parameter, _, index = gid.partition("[")
        if parameter in values and index:
            value = values[parameter][tuple(map(int, index[:-1].split(",")))]
            assert abs(float(text.replace("−", "-")) - value) <= 0.06 * max(1, abs(value)), gid
    assert page.browser.complaints() == []
    assert len(page.browser.requests()) == 1


def test_leads_on_the_sheet_from_a_weight_back_to_the_data(opened):
    page = opened("dense layers", steps=[0, 1, 8])
    page.show(2, motion=1)
    recording = recorded("dense layers")
    rows = recording.batch(8)
    page.ask("dense_1.w[1,2]")
    new = float(recording.at(8)["dense_1.w"][1, 2])
    assert f"{new:.5g}".replace("-", "−") in page.texts(".sheet .told")[0]
    page.run("document.querySelector(`.sheet [data-of='gradient.dense_1.w[1,2]']`).click()")
    page.browser.wait_for("document.querySelector('.sheet .sum') !== null")
    told = page.texts(".sheet .told")[0]
    assert all(f"row {row + 1}" in told for row in rows)
    gradient = recording.gradients(8)["dense_1.w"][1, 2]
    assert f"{abs(gradient):.3g}"[:4] in told


def test_fits_screens(opened):
    page = opened("a layer of one's own", steps=[0, 8])
    for width in (1400, 800, 360):
        page.resize(width)
        assert page.run("return document.documentElement.scrollWidth") <= width
        sizes = page.run(
            "return [...document.querySelectorAll('.stage text')].filter((each) => each.getClientRects().length)"
            ".map((each) => parseFloat(getComputedStyle(each).fontSize) * each.getScreenCTM().a)"
        )
        assert np.min(sizes) > 11.9
