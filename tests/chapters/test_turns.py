"""Pages that compute: each equals its recording, and the Python that one copies gives the numbers on the screen."""

import json
from types import SimpleNamespace
from urllib.parse import urlencode

import numpy as np
import pytest

from tests.browser import Browser
from tests.chapters.turns import check_python, given, in_node, write_page
from tinylearn import SGD, Dense, DivergenceError, MeanSquaredError, Sequential, fit
from tinylearn.initializers import ones

TURNS = {  # name → chapter, how far from the recording a state may be, settings of one's own
    "neuron": (3, 1e-13, [{"rate": 0.0006, "update": 50}, {"rate": 0.0006, "update": 8000},
                          {"y": [-40, -22, 14, 32, 41, 50, 68, 104, 140, -80], "update": 1000}]),
    "table": (1, 0, [{"tenths": 13}, {"text": "day;hares;foxes\n3;1,5;2\n1;4;\n2;;-7"}]),
    "curve_walk": (2, 1e-9, [{"rate": 0.95, "start": 18.5, "step": 100}, {"rate": 1.1, "step": 60},
                             {"curve": "hollows", "start": 2, "rate": 0.05, "step": 5}]),
    "valley": (2, 1e-9, [{"step": 7}, {"optimizer": "momentum", "rate": 0.03, "step": 50},
                         {"optimizer": "RMSprop", "rate": 0.3, "start": [2.5, -1], "step": 50},
                         {"optimizer": "Adam", "rate": 0.75, "start": [-9, 0], "step": 90}, {"rate": 1.2, "step": 99}]),
    "curve": (4, 1e-9, [{"update": 0}, {"update": 100, "activation": "tanh", "seed": 1, "first": 4},
                        {"update": 50, "activation": "sigmoid", "second": 0, "first": 16},
                        {"update": 50, "activation": "none", "first": 1, "second": 8},
                        {"update": 100, "heights": [round((k - 20) ** 2 / 200 - 1, 2) for k in range(41)]}]),
    "filter": (6, 0, [{"cell": [2, 0]}, {"dout": "all"},
                      {"picture": "face", "edits": [[0, 0, 1], [3, 4, 0.5]], "padding": 1, "cell": [9, 9],
                       "kernel": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]},
                      {"picture": "horse", "edits": [[31, 0, 1]], "stride": 3, "padding": 2, "dout": "all",
                       "kernel": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]}]),
    "pixels": (5, 1e-6, [{"model": "network", "picture": 1, "right": 4},
                         {"picture": 1, "epoch": 8, "mirrored": True, "turned": -20, "right": 3, "down": -2},
                         {"picture": 8, "drawn": "0a30b30c0", "right": 16, "turned": 45}]),
    "lake": (8, 1e-13, [{}, {"slippery": True, "next": "best"}, {"slippery": True, "ahead": 1},
                        {"rows": ["FFHF", "FHFF", "SFFH", "HFFG"], "slippery": True, "discount": 0.9, "ahead": 7},
                        {"rows": ["FFFH", "HFHF", "FFSF", "FHGF"], "next": "best", "discount": 0.75, "ahead": 3}]),
    "classes": (7, 0.01, [{}, {"picture": 1, "epoch": 1, "mirrored": True, "turned": 20, "right": 3, "down": -3},
                          {"picture": 6, "drawn": "ga7gb7gc6hc5", "turned": -45, "filter": 5}]),
}  # fmt: skip


@pytest.fixture(scope="module", params=TURNS)
def turn(request, tmp_path_factory):
    chapter, tolerance, settings = TURNS[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    data = given(chapter, tmp_path_factory, folder)[request.param]
    return SimpleNamespace(name=request.param, data=data, tolerance=tolerance, settings=settings, folder=folder)


def test_copies_python_that_gives_the_numbers_of_any_settings(turn, capsys):
    for run in in_node(turn.name, turn.data, turn.folder, turn.settings):
        check_python(run, max(turn.tolerance, 1e-9), turn.folder)
    assert "=" in capsys.readouterr().out


# --- in the browser --------------------------------------------------------------------------------------------------

OWN = "document.querySelector('.turn').classList.contains('own')"
CONTROLS = "[...document.querySelectorAll('.turn :is(.drag, .slider input, select, textarea)')]"
BADGE = "return document.querySelector('.badge').textContent"


@pytest.fixture(scope="module")
def page(driver, turn):
    """The page with its turn, on a telephone, for one test after another."""
    path = turn.folder / "page.html"
    write_page(turn.name, turn.data, path)
    browser = Browser(driver)
    browser.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 360, "height": 1400, "deviceScaleFactor": 1, "mobile": False}
    )
    browser.open(path, "#")
    browser.wait_for(f"window.tinylearnTurns?.{turn.name}?.found")
    yield browser
    assert browser.complaints() == []
    assert {url.split("#")[0] for url in browser.requests()} <= {path.as_uri()}
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def settled(page, turn):
    """Return the settings that the page shows now."""
    page.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    return page.run(f"return tinylearnTurns.{turn.name}.settings")


def put(page, turn, **settings):
    """Let the page show these settings, to the end of their run."""
    page.run(f"tinylearnTurns.{turn.name}.set(arguments[0])", settings)
    settled(page, turn)
    page.wait_for(f"!tinylearnTurns.{turn.name}.going")


def change(page, turn):
    """Change, with the keyboard alone, the first of all controls that makes another run."""
    for i in range(page.run(f"return {CONTROLS}.length")):
        for key in ("\ue014", "\ue013", "\ue015", "\ue012", "0"):  # right, up, down, left, a letter
            page.run(f"{CONTROLS}[{i}].focus()")
            page.press(key)
            if settled(page, turn) and page.run(f"return {OWN}"):
                return
    pytest.fail("no key has changed the run")


def press_button(page, words):
    page.run("[...document.querySelectorAll('.foot button')]"
             ".find((each) => each.textContent.startsWith(arguments[0])).click()", words)  # fmt: skip


def test_equals_the_recording_and_keeps_what_the_keyboard_changed_or_takes_it_back(page, turn):
    found, badge = page.run(f"return tinylearnTurns.{turn.name}.found"), page.run(BADGE)
    assert found["states"] > 1
    assert found["largest"] <= turn.tolerance
    assert f"{found['states']:,}" in badge
    assert ("exactly as in the recording" in badge) == (found["equal"] == found["states"])
    assert page.run("return document.documentElement.scrollWidth") <= 360
    before = settled(page, turn)
    change(page, turn)
    assert page.run(BADGE) == "Your run"
    press_button(page, "Copy")
    page.wait_for("document.querySelector('.turn .python').textContent.includes('import')")
    page.wait_for(f"location.hash.startsWith('#turn-{turn.name}:')")
    kept, address = settled(page, turn), page.run("return location.href")
    assert kept != before
    page.driver.get("about:blank")
    page.driver.get(address)
    page.wait_for(f"window.tinylearnTurns?.{turn.name}?.found")
    assert settled(page, turn) == kept
    press_button(page, "Back")
    assert settled(page, turn) == before
    assert not page.run(f"return {OWN}")


def drag_with_mouse(page, mark):
    from selenium.webdriver.common.action_chains import ActionChains

    hand = ActionChains(page.driver, duration=0).click_and_hold(mark)
    hand.move_by_offset(-30, -20).move_by_offset(0, 90).release().perform()


def drag_with_finger(page, mark):
    box = page.run("const { x, y, width, height } = arguments[0].getBoundingClientRect();"
                   "return [x + width / 2, y + height / 2]", mark)  # fmt: skip
    page.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for kind, *away in (("touchStart", 0, 0), ("touchMove", -30, -20), ("touchMove", -30, 70), ("touchEnd",)):
        points = [{"x": box[0] + away[0], "y": box[1] + away[1]}] if away else []
        page.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    page.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_drags_with_mouse_or_finger_and_leads_to_settings_by_a_link_in_the_text(page, turn):
    for drag in (drag_with_mouse, drag_with_finger):
        before, marks = settled(page, turn), page.driver.find_elements("css selector", ".turn .drag")
        marks = marks or page.driver.find_elements("css selector", ".turn .slider input")
        page.run("arguments[0].scrollIntoView({ block: 'center' })", marks[-1])
        page.run("window.cancelled = 0; addEventListener('pointercancel', () => { cancelled++; })")
        drag(page, marks[-1])
        assert settled(page, turn) != before
        assert page.run("return cancelled") == 0  # the page has not scrolled instead
        page.run(f"tinylearnTurns.{turn.name}.set(arguments[0])", before)
    wanted = turn.settings[-1]
    there = urlencode({name: json.dumps(value) for name, value in wanted.items()})
    page.run(f"document.body.style.padding = '3000px 0'; location.hash = '#turn-{turn.name}:{there}'")
    page.wait_for("Math.abs(document.querySelector('.turn').getBoundingClientRect().top) < 5")
    assert {name: settled(page, turn)[name] for name in wanted} == wanted
    press_button(page, "Back")


# --- what only one of them has ---------------------------------------------------------------------------------------


def is_drawn_to_the_last_step_before_it_diverged(page, turn):
    put(page, turn, **{"curve_walk": {"rate": 1.2, "step": 2000}, "valley": {"rate": 0.591, "step": 100},
                       "neuron": {"rate": 0.0006, "update": 8000}}[turn.name])  # fmt: skip
    said = page.run("return document.querySelector('.turn').innerText")
    assert "diverges" in said or "Each leap is longer" in said
    if turn.name == "neuron":
        x = np.array([-40.0, -30, -10, 0, 5, 10, 20, 40, 60, 100])[:, None]
        model = Sequential([Dense(1, 1, rng=np.random.default_rng(0), weights=ones, biases=ones)])
        with pytest.raises(DivergenceError) as stopped:
            fit(model, x, 1.8 * x + 32, loss=MeanSquaredError(), optimizer=SGD(0.0006), epochs=8000, batch_size=10)
        assert page.run("return tinylearnTurns.neuron.result.last") == stopped.value.step - 2


def makes_a_hole_by_a_click_and_ice_again_by_a_key_but_not_of_start_and_flag(page, turn):
    page.run("document.body.style.padding = 0")
    tiles = page.driver.find_elements("css selector", ".tile")
    for tile, row in ((0, 0), (15, 3)):
        page.run("arguments[0].dispatchEvent(new MouseEvent('click', { bubbles: true }))", tiles[tile])
        assert settled(page, turn)["rows"][row] == ("SFFF", "HFFG")[row // 3]
    tiles[4].click()
    page.wait_for("tinylearnTurns.lake.settings.rows[1] === 'HHFH'")
    page.run("document.querySelectorAll('.tile')[0].focus()")
    for key in ("\ue015", "\ue007"):  # down, Enter
        page.press(key)
    page.wait_for("tinylearnTurns.lake.settings.rows[1] === 'FHFH'")


def says_that_a_neuron_is_dead_and_the_curve_without_it_is_the_same(page, turn):
    for first, dead in ((7, False), (1, True)):
        put(page, turn, first=first)
        page.run("document.querySelector('.neuron').focus()")
        paths = [
            page.run(f"return document.querySelector('.{each}').getAttribute('d')") for each in ("line", "without")
        ]
        line, without = (path.split("L")[:130] for path in paths)  # from x = -8 to 5
        assert (line == without) == dead
        assert len(without) == 130
        said = page.run("return document.querySelector('.panels [role=status]').textContent")
        assert ("it is dead for good" if dead else "gradient of its weight") in said


MORE = dict.fromkeys(("curve_walk", "valley", "neuron"), is_drawn_to_the_last_step_before_it_diverged) | {
    "lake": makes_a_hole_by_a_click_and_ice_again_by_a_key_but_not_of_start_and_flag,
    "curve": says_that_a_neuron_is_dead_and_the_curve_without_it_is_the_same,
}


def test_has_what_only_this_one_has(page, turn):
    if turn.name in MORE:
        settled(page, turn)
        MORE[turn.name](page, turn)
