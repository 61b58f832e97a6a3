"""The page in a real browser: every key, the slider, the clock, the address; and each picture pixel for pixel."""

import re
import time
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from small_scenes import Gliding, Overlapping

from animations import render
from animations.engine.painter import redraw
from animations.formats.html import KEY
from tests.browser import Browser

LAST = 2 * KEY + 2


class Long(Overlapping):
    """Steps in three groups, each with its own picture and text."""

    frames = LAST + 1

    def update(self, frame):
        self.top.set_alpha(0.3 + 0.6 * frame / LAST)
        return super().update(frame % 7)

    def describe(self, frame):
        return f"the red square, {frame} steps on"


class Wide(Overlapping):
    """A scene that is wider than what it is shown in."""

    size = (1200, 600)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The page, and what `render` writes for some of its frames."""
    folder = tmp_path_factory.mktemp("page")
    render(Long(), folder / "long.html", fps=20, hold_last=0, progress=False)
    for frame in (0, 1, 5, KEY - 1, KEY, KEY + 1, 33, LAST):
        render(Long(), folder / f"{frame}.png", frame=frame)
    return folder


@pytest.fixture
def browser(driver, folder):
    browser = Browser(driver)
    browser.open(folder / "long.html")
    browser.wait_for_frame(0)
    return browser


def frame(browser):
    return int(browser.run("return document.getElementById('slider').value"))


def keys():
    from selenium.webdriver.common.keys import Keys

    return Keys


def test_no_complaint_and_no_request_but_for_the_page_itself(driver, folder):
    browser = Browser(driver)
    browser.open(folder / "long.html", calm=False)
    browser.wait_for("Number(document.getElementById('slider').value) > 4")
    browser.press(keys().END)
    browser.wait_for_frame(LAST)
    assert browser.complaints() == []
    assert browser.requests() == [(folder / "long.html").as_uri()]


def test_a_request_would_be_noticed(browser):
    """The page's own policy stops it, and the console says so."""
    browser.run("new Image().src = 'http://localhost:9/picture.png'")
    complaints, deadline = [], time.monotonic() + 10
    while not complaints and time.monotonic() < deadline:
        complaints = browser.complaints()
    assert any("localhost:9" in complaint for complaint in complaints)


@pytest.mark.parametrize("order", [(0, 1, 5, KEY - 1, KEY, KEY + 1, 33, LAST), (LAST, 33, 5, 1, KEY, 0, KEY - 1)])
def test_every_picture_is_the_png_pixel_for_pixel(browser, folder, order):
    for frame in order:
        browser.run(f"slider.value = {frame}; slider.dispatchEvent(new Event('input'))")
        browser.wait_for_frame(frame)
        with Image.open(folder / f"{frame}.png") as picture:
            np.testing.assert_array_equal(browser.pixels(), np.array(picture), f"step {frame}")


def test_keys(browser):
    Keys = keys()
    for key, expected in (
        (Keys.ARROW_RIGHT, 1),
        (Keys.ARROW_RIGHT, 2),
        (Keys.ARROW_LEFT, 1),
        (Keys.END, LAST),
        (Keys.ARROW_RIGHT, LAST),
        (Keys.ARROW_LEFT, LAST - 1),
        (Keys.HOME, 0),
        (Keys.ARROW_LEFT, 0),
    ):
        browser.press(key)
        browser.wait_for_frame(expected)
        assert frame(browser) == expected


def test_keys_go_one_step_when_the_slider_has_the_focus(browser):
    browser.run("slider.focus()")
    browser.press(keys().ARROW_RIGHT)
    browser.wait_for_frame(1)
    browser.press(keys().ARROW_RIGHT)
    browser.wait_for_frame(2)
    assert frame(browser) == 2


def test_buttons(browser):
    for name, expected in (("forward", 1), ("forward", 2), ("back", 1), ("last", LAST), ("first", 0)):
        browser.driver.find_element("id", name).click()
        browser.wait_for_frame(expected)
        assert frame(browser) == expected


def test_space_plays_and_pauses(browser):
    browser.press(" ")
    browser.wait_for("Number(slider.value) > 3")
    assert browser.run("return element('play').getAttribute('aria-label')") == "pause"
    browser.press(" ")
    stopped = frame(browser)
    browser.wait_for_frame(stopped)
    browser.run("window.waited = false; setTimeout(() => { window.waited = true; }, 300)")
    browser.wait_for("window.waited")
    assert frame(browser) == stopped
    assert browser.run("return element('play').getAttribute('aria-label')") == "play"


def test_space_on_a_button_presses_that_button_only(browser):
    browser.run("element('forward').focus()")
    browser.press(" ")
    browser.wait_for_frame(1)
    assert browser.run("return playing()") is False


def test_playing_comes_round_to_the_start(browser):
    browser.press(keys().END)
    browser.press(keys().ARROW_LEFT)
    browser.wait_for_frame(LAST - 1)
    browser.press(" ")
    browser.wait_for("Number(slider.value) < 5")
    assert browser.run("return playing()") is True


def test_play_at_the_end_starts_again(driver, folder):
    browser = Browser(driver)
    render(Long(), folder / "held.html", fps=20, hold_last=60, progress=False)
    browser.open(folder / "held.html")
    browser.press(keys().END)
    browser.wait_for_frame(LAST)
    browser.press(" ")
    browser.wait_for("Number(slider.value) > 0 && Number(slider.value) < 9")
    assert browser.run("return playing()") is True


def test_a_step_pauses(browser):
    browser.press(" ")
    browser.wait_for("Number(slider.value) > 2")
    browser.press(keys().ARROW_RIGHT)
    assert browser.run("return playing()") is False


# The clock is told the time, in milliseconds since "play"; in between the browser's own calls are left out.
TICKS = """
const real = window.requestAnimationFrame;
window.requestAnimationFrame = () => -1;
play();
const start = before, shown = [];
for (const time of arguments[0]) { tick(start + time); shown.push(picture); }
window.requestAnimationFrame = real;
stop();
return shown;
"""


def test_the_clock_shows_each_frame_for_its_time(driver, folder):
    render(Long(), folder / "times.html", fps=20, hold_first=0.1, hold_last=0.2, progress=False)
    browser = Browser(driver)
    browser.open(folder / "times.html")
    assert browser.run(TICKS, [90, 149, 151, 199, 201, 252]) == [0, 0, 1, 1, 2, 3]
    browser.run(f"show({LAST - 1})")
    assert browser.run(TICKS, [49, 51, 140, 240, 299, 301]) == [LAST - 1, LAST, LAST, LAST, LAST, 0]


@pytest.fixture
def gliding(driver, tmp_path):
    """A page with four pictures from each frame to the next, that plays twice."""
    render(Gliding(), tmp_path / "gliding.html", fps=10, motion=4, loop=2, hold_last=0, progress=False)
    browser = Browser(driver)
    browser.open(tmp_path / "gliding.html")
    return browser


def test_with_motion_labels_name_the_frame_and_keys_step_through_pictures(gliding):
    for _ in range(5):
        gliding.press(keys().ARROW_RIGHT)
    gliding.wait_for_frame(1.25)
    assert gliding.run("return element('label').textContent") == "frame 1 / 5"
    assert gliding.run("return slider.getAttribute('aria-valuetext')") == "frame 1 of 5"
    assert gliding.run("return canvas.getAttribute('aria-label')") == "Gliding, frame 1 of 5"
    np.testing.assert_array_equal(gliding.pixels(), redraw(Gliding(), 1.25)[..., :3])
    gliding.wait_for("location.hash === '#1.25'")
    gliding.press(keys().END)
    gliding.wait_for_frame(5)
    assert gliding.run("return slider.max") == "20"


def test_a_page_opens_at_a_moment_between_frames(gliding, tmp_path):
    gliding.open(tmp_path / "gliding.html", "#2.5")
    gliding.wait_for_frame(2.5)
    np.testing.assert_array_equal(gliding.pixels(), redraw(Gliding(), 2.5)[..., :3])


def test_it_plays_as_often_as_it_is_told(gliding):
    shown = gliding.run(
        "const real = window.requestAnimationFrame, shown = []; window.requestAnimationFrame = () => -1; play();"
        "for (let time = before; playing() && shown.length < 999; shown.push(picture)) tick(time += 20);"
        "window.requestAnimationFrame = real; return shown;"
    )
    assert shown[-1] == 20
    assert len(shown) == 60  # 1.2 seconds
    assert sum(later < earlier for earlier, later in pairwise(shown)) == 1


def test_speed(browser):
    for speed, expected in (("0.25", 0), ("0.5", 1), ("1", 2), ("2", 4), ("4", 8)):
        browser.run(f"show(0); element('speed').value = '{speed}'")
        assert browser.run(TICKS, [100]) == [expected], f"at speed {speed}"


def test_the_clock_waits_while_nobody_can_look(browser):
    browser.run("visible = false")
    assert browser.run(TICKS, [90, 180, 270]) == [0, 0, 0]
    browser.run("visible = true")
    assert browser.run(TICKS, [60_000, 60_050]) == [2, 3]  # a minute in another tab counts as a tenth of a second


def test_the_step_is_written_and_spoken(browser):
    browser.press(keys().ARROW_RIGHT)
    browser.wait_for_frame(1)
    assert browser.driver.find_element("id", "label").text == f"frame 1 / {LAST}"
    assert browser.run("return slider.getAttribute('aria-valuetext')") == f"frame 1 of {LAST}"
    assert browser.run("return canvas.getAttribute('aria-label')") == Long().describe(1)
    assert browser.run("return element('spoken').textContent") == Long().describe(1)


def test_nothing_is_spoken_while_it_plays(browser):
    said = browser.run("return element('spoken').textContent")
    browser.run("play()")
    browser.wait_for("picture > 3")
    assert browser.run("return element('spoken').textContent") == said
    browser.run("actions.play()")
    assert browser.run("return element('spoken').textContent === texts[picture]")


def test_many_steps_at_once_do_not_overrun_the_address(browser):
    """Chromium takes 200 changes of the address in 30 seconds."""
    browser.run("for (let k = 0; k < 600; k++) jump(k % 40)")
    browser.wait_for("location.hash === '#39'")
    assert browser.complaints() == []


def test_a_damaged_page_says_so(driver, folder):
    page = (folder / "long.html").read_text(encoding="utf-8")
    damaged = re.sub(r'"[A-Za-z0-9+/]{9}', '"AAAAAAAAA', page[page.index('"groups"') :], count=1)
    (folder / "damaged.html").write_text(page[: page.index('"groups"')] + damaged, encoding="utf-8")
    browser = Browser(driver)
    browser.open(folder / "damaged.html")
    browser.wait_for("element('label').textContent.startsWith('This page is damaged')")
    assert browser.run("return drawing") is False  # and what can be drawn, still is


def test_can_be_read_in_the_light_and_in_the_dark(browser):
    for scheme in ("light", "dark"):
        preference = {"name": "prefers-color-scheme", "value": scheme}
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preference]})
        ink, paper = (
            sum(map(int, re.findall(r"\d+", browser.run(f"return getComputedStyle(document.body).{name}"))[:3]))
            for name in ("color", "backgroundColor")
        )
        assert (ink > paper) is (scheme == "dark")
        assert abs(ink - paper) > 3 * 128


def test_a_notebook_gives_it_the_room_it_needs(browser, tmp_path):
    """No scrollbar, wide or narrow, whatever the size of the scene."""
    cells = (f"<div style='width: 700px'>{scene()._repr_mimebundle_()['text/html']}</div>" for scene in (Long, Wide))
    (tmp_path / "notebook.html").write_text(f"<!DOCTYPE html><meta charset='utf-8'>{''.join(cells)}", encoding="utf-8")
    browser.open(tmp_path / "notebook.html")
    for number, size in enumerate((Long.size, Wide.size)):
        browser.driver.switch_to.frame(number)
        browser.wait_for_frame(0)
        assert browser.run("const e = document.documentElement; return e.scrollHeight - e.clientHeight") <= 0
        assert browser.run("return innerHeight - document.querySelector('main').offsetHeight") <= 4
        assert browser.run("return [canvas.width, canvas.height]") == list(size)
        browser.driver.switch_to.default_content()


def test_everything_that_can_be_used_has_a_name(browser):
    for kind in ("button", "input", "select", "canvas", "main"):
        for element in browser.driver.find_elements("css selector", kind):
            assert element.get_attribute("aria-label"), element.get_attribute("outerHTML")


@pytest.mark.parametrize(("fragment", "expected"), [("#33", 33), ("#0", 0), ("#9999", LAST), ("#x", 0)])
def test_the_address_says_the_step(driver, folder, fragment, expected):
    browser = Browser(driver)
    browser.open(folder / "long.html", fragment)
    browser.wait_for_frame(expected)
    browser.press(keys().ARROW_LEFT)
    browser.wait_for_frame(max(expected - 1, 0))
    browser.wait_for(f"location.hash === '#{max(expected - 1, 0)}'")
    browser.run("location.hash = '#7'")
    browser.wait_for_frame(7)
    assert frame(browser) == 7


def test_plays_by_itself_but_not_for_those_who_asked_for_less_motion(driver, folder):
    browser = Browser(driver)
    browser.open(folder / "long.html", calm=False)
    browser.wait_for("Number(slider.value) > 2")
    browser.open(folder / "long.html", calm=True)
    browser.wait_for_frame(0)
    assert browser.run("return playing()") is False


def test_not_when_a_step_is_asked_for(driver, folder):
    browser = Browser(driver)
    browser.open(folder / "long.html", "#5", calm=False)
    browser.wait_for_frame(5)
    assert browser.run("return playing()") is False


def test_fits_a_narrow_screen(browser):
    """On 320 pixels nothing is wider than the screen."""
    screen = {"width": 320, "height": 600, "deviceScaleFactor": 1, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    try:
        assert browser.run("return document.documentElement.scrollWidth") <= 320
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_player_draws_with_no_text_but_its_own(browser):
    """Icons are drawn, not letters of a font that may be missing."""
    for button in browser.driver.find_elements("css selector", "button"):
        assert not re.sub(r"\s", "", button.text)
        assert button.find_elements("css selector", "svg")
