"""The player in a real browser: every picture, keys, buttons, the clock, the address, panels, the night, print."""

import re

import pytest

from animations import render
from animations.engine.painter import Painter
from tests.animations.player_scenes import MOMENTS, Numbers, Page
from tests.animations.small_scenes import Overlapping

LAST, MOTION = len(MOMENTS) - 1, 4
END = LAST * MOTION


@pytest.fixture(scope="module")
def book(film):
    """A page with three films, and words between them."""
    page = film.read_text(encoding="utf-8")
    start, end = page.index("<section"), page.index("</section>") + len("</section>")
    films = [page[start:end].replace("film-neuron", f"film-{name}") for name in ("one", "two", "three")]
    path = film.with_name("book.html")
    path.write_text(page[:start] + "<p style='height: 500px'>words</p>".join(films) + page[end:], encoding="utf-8")
    return path


def test_shows_and_labels_every_frame_in_any_order_and_glides_between(page):
    scene = Numbers()
    painter = Painter(scene)
    for frame in (3, 0, LAST, 4, 0, 1, 5):
        painter.show(frame)
        page.show(frame)
        shown = page.run("return Object.fromEntries([...document.querySelectorAll('[data-gid]')].map("
                         "(each) => [each.dataset.gid, each.textContent]))")  # fmt: skip
        drawn = {gid: number.get_text().replace("-", "−") for gid, number in scene.numbers.items()}
        assert shown == drawn, f"frame {frame}"
    assert page.get("controls.output.textContent") == "update 10 / 100"
    assert page.get("controls.slider.getAttribute('aria-valuetext')") == "update 10 of 100"
    for words in ("film.stage.getAttribute('aria-label')", "controls.spoken.textContent"):
        assert page.get(words).replace(". ", " ") == "The numbers at update 10 Beside it: Curve, frame 5 of 10"
    lines = set()
    for picture in range(2 * MOTION + 1):
        page.show(picture / MOTION)
        lines.add(page.get("film.tracks.find(({ attribute }) => attribute === 'd').element.getAttribute('d')"))
        trails = page.get("film.tracks.filter((track) => track.attribute === 'display' && track.pictures.length === 2"
                          " && getComputedStyle(track.element).display !== 'none').length")  # fmt: skip
        assert trails == picture // MOTION
    assert len(lines) == 2 * MOTION + 1


def test_reacts_to_keys_and_named_buttons_with_icons(page):
    for key, picture in (("ARROW_LEFT", 0), ("ARROW_RIGHT", 1), ("END", END), ("ARROW_RIGHT", END),
                         ("ARROW_LEFT", END - 1), ("HOME", 0)):  # fmt: skip
        page.browser.press(key)
        assert page.get("film.picture") == picture
    for name, picture in (("forward", 1), ("forward", 2), ("back", 1), ("last", END), ("first", 0)):
        page.browser.driver.find_element("css selector", f"button.{name}").click()
        assert page.get("film.picture") == picture
    page.run("document.querySelector('button.forward').focus()")
    page.browser.press(" ")  # presses that button, and does not play
    assert page.get("[film.picture, clock.playing]") == [1, None]
    page.get("controls.slider.focus()")
    page.browser.press("ARROW_RIGHT")  # one picture, also in the slider
    assert page.get("film.picture") == 2
    buttons = page.run("return [...document.querySelectorAll('.controls button')].map((each) => ["
                       "each.textContent.trim(), each.querySelectorAll('svg').length > 0])")  # fmt: skip
    assert buttons == [["", True]] * 6
    assert all(page.run("return [...document.querySelectorAll('button, input, select')].map((each) => each.ariaLabel)"))


def test_plays_and_pauses_on_space_and_speaks_only_while_it_stands(page):
    said = page.get("controls.spoken.textContent")
    page.browser.press(" ")
    page.wait_for("film.frame > 1")
    assert page.get("[controls.button.getAttribute('aria-label'), controls.spoken.textContent]") == ["pause", said]
    page.browser.press(" ")
    assert page.get("controls.spoken.textContent === film.texts[film.frame]")
    stopped = page.get("film.picture")
    page.run("return new Promise((done) => setTimeout(done, 200))")
    assert page.get("[film.picture, controls.button.getAttribute('aria-label')]") == [stopped, "play"]


def test_plays_to_its_end_and_again_without_complaint_and_requests_only_the_page(browser, film):
    page = Page(browser).open(film, calm=False)
    page.set_speed("4")
    page.wait_for(f"film.picture === {END} && clock.playing === null")
    page.run("const { film } = tinylearnFilms.players[0], { show } = film; window.seen = [];"
             "film.show = (picture) => { seen.push(picture); return show.call(film, picture); };")  # fmt: skip
    browser.press(" ")
    page.wait_for(f"seen.length > 1 && clock.playing === null && film.picture === {END}")
    assert page.run("return seen[0]") == 0
    page.ask("gradient.w")
    assert browser.complaints() == []
    assert browser.requests() == [film.as_uri()]


def test_shows_each_picture_for_its_time(page):
    """The test sets the clock; the browser's own calls are left out."""
    for speed, picture in (("0.25", 0), ("1", 1), ("4", 6)):
        page.set_speed(speed)
        shown = page.run(
            "window.requestAnimationFrame = () => -1; const { clock, players: [{ film }] } = tinylearnFilms;"
            "film.milliseconds.fill(13); film.show(0); clock.play(film); clock.tick(clock.before + 20);"
            "clock.pause(film); return film.picture"
        )
        assert shown == picture


def test_needs_no_clock_for_a_scene_with_one_frame(browser, tmp_path):
    one = type("One", (Overlapping,), {"frames": 1})
    browser.open(render(one(), tmp_path / "one.html", progress=False), calm=False)
    browser.wait_for("tinylearnFilms.players[0].film.tracks !== null")
    browser.press(" ")
    assert browser.run("return [tinylearnFilms.clock.playing, tinylearnFilms.players[0].film.picture]") == [None, 0]
    assert browser.complaints() == []


def test_goes_where_the_address_says_and_keeps_it_up_to_date(browser, film):
    page = Page(browser)
    for fragment, calm, picture in (("#update=8", False, 4 * MOTION), ("", True, 0), ("#update=x", True, 0),
                                    ("#year=4", True, 0), ("#5", True, 0)):  # fmt: skip
        page.open(film, fragment, calm=calm)
        assert page.get("[film.picture, clock.playing, film.paused]") == [picture, None, True], fragment
    for fragment, picture in (("update=99", 9 * MOTION), ("frame=3", 3 * MOTION), ("update=9", 4 * MOTION),
                              ("frame=2.5", 10), ("update=7000", END)):  # fmt: skip
        page.run(f"location.hash = '{fragment}'")
        page.wait_for(f"film.picture === {picture}")
    browser.press("HOME")
    browser.wait_for("location.hash === '#update=0'")
    page.run(
        "for (let k = 0; k < 600; k++) tinylearnFilms.show(0, k % 40)"
    )  # Chromium allows 200 changes in 30 seconds
    browser.wait_for("location.hash === '#frame=9.75'")
    assert browser.complaints() == []


def test_plays_only_the_film_in_the_middle(browser, book):
    page = Page(browser).open(book, calm=False)
    page.wait_for("clock.playing?.id === 'film-one'")
    page.run("document.getElementById('film-two').scrollIntoView()")
    page.wait_for("clock.playing?.id === 'film-two'")
    held = page.get("film.picture")
    browser.press(" ")  # the one in the middle: it stays paused
    page.run("scrollTo(0, 0)")
    page.wait_for("clock.playing?.id === 'film-one'")
    assert held < page.get("film.last")
    page.run("document.getElementById('film-two').scrollIntoView()")
    page.wait_for("clock.playing === null")


def test_inflates_what_is_near_and_prints_the_last_picture_of_what_was_not_started(browser, book):
    page = Page(browser).open(book)
    assert page.run("return tinylearnFilms.players[2].asking.explained.size") == 0
    page.run("tinylearnFilms.show(0, 8)")
    browser.wait_for("tinylearnFilms.players.every(({ film }) => film.tracks)")
    page.run("addEventListener('beforeprint', () => { window.printed = [...document.querySelectorAll('.film')]"
             ".map(({ dataset }) => Number(dataset.picture)); })")  # fmt: skip
    browser.driver.execute_cdp_cmd("Page.printToPDF", {})
    assert page.run("return printed") == [8, END, END]
    assert page.run("return tinylearnFilms.players.map(({ film }) => film.picture)") == [8, 0, 0]
    page.run("scrollTo(0, document.body.scrollHeight)")
    browser.wait_for("tinylearnFilms.players[2].asking.explained.size > 0")


def test_names_one_of_several_films_in_the_address_and_opens_one_sheet(browser, book):
    page = Page(browser, film=1).open(book, "#film-two:update=8")
    assert page.get("film.picture") == 4 * MOTION
    assert page.get("Math.abs(film.section.getBoundingClientRect().top) < 2")
    page.show(5)
    browser.wait_for("location.hash === '#film-two:update=10'")
    Page(browser).ask("w")
    page.ask("loss")
    assert page.run("return document.querySelectorAll('.sheet').length") == 1
    assert page.get("film.section.contains(asking.sheet)")


def test_keeps_text_readable_and_controls_usable_on_any_screen(page):
    heights = []
    for width in (1280, 800, 360):
        page.resize(width)
        assert page.smallest_text() > 11.9
        assert page.run("return document.documentElement.scrollWidth") <= width
        assert page.run("return document.querySelector('.row').classList.contains('stacked')") is (width < 1000)
        heights.append(page.run("return document.querySelector('.controls').offsetHeight"))
    assert heights[-1] <= heights[0] / 2
    boxes = page.run("return [...document.querySelectorAll('.controls > *')]"
                     ".map((each) => each.getBoundingClientRect()).filter(({ width }) => width)"
                     ".map(({ width, height, right }) => [width, height, right])")  # fmt: skip
    assert len(boxes) == 7
    assert all(width >= 24 and right <= 360 and (height >= 24 or width >= 40) for width, height, right in boxes)
    ((left, top, _, _),) = page.boxes(".controls .play")  # a finger is higher
    above = "return document.elementFromPoint(arguments[0], arguments[1]).closest('button')?.className"
    assert page.run(above, left + 9, top - 6) == "play"


def test_scrolls_a_wide_picture_in_its_own_box_and_shows_on_which_sides_it_continues(page):
    page.resize(360)
    panel = "document.querySelector('.panel')"
    assert page.run(f"return {panel}.scrollWidth") > 400
    for left, shown in ((0, "hidden,visible"), (30, "visible,visible"), (9999, "visible,hidden")):
        page.run(f"{panel}.scrollLeft = {left}")
        hints = f"['before', 'after'].map((side) => getComputedStyle({panel}, `::${{side}}`).visibility)"
        page.browser.wait_for(f"String({hints}) === '{shown}'")
    page.run(f"{panel}.scrollLeft = 0; {panel}.focus()")
    page.browser.press("ARROW_RIGHT")
    page.browser.wait_for(f"{panel}.scrollLeft > 0")
    assert page.get("film.picture") == 0
    assert page.run(f"return {panel}.getAttribute('role')") == "region"
    page.resize(1280)
    page.browser.wait_for(f"!{panel}.matches('.scrolls, .more-left, .more-right')")


def test_leads_a_wide_picture_to_what_changes_until_one_scrolls_it_by_hand(page):
    page.resize(360)
    panel = "document.querySelector('.panel')"
    page.run(f"{panel}.querySelector('svg').style.paddingLeft = '400px'")  # numbers that change are far to the right
    page.show(3)
    page.browser.wait_for(f"{panel}.scrollLeft > 100")
    page.run("players[0].controls.actions.first()")
    page.browser.wait_for(f"{panel}.scrollLeft === 0")
    page.run(f"{panel}.scrollLeft = 30")
    page.show(6)
    page.browser.wait_for("players[0].film.changed.size === 0")
    assert page.run(f"return {panel}.scrollLeft") == 30


def test_fills_the_screen_with_the_whole_film(page):
    whole, box = "button.whole", "document.querySelector('.stage').getBoundingClientRect()"
    for size in ((1280, 1800), (740, 360), (360, 740)):
        page.resize(*size)
        page.browser.driver.find_element("css selector", whole).click()
        page.browser.wait_for("document.fullscreenElement === document.querySelector('.film')")
        page.browser.wait_for("!document.querySelector('.film .scrolls')")
        page.browser.wait_for(
            f"(({{ right, bottom, width, height }}) => right <= innerWidth + 1 && bottom <= innerHeight - 47"
            f" && (Math.abs(width - innerWidth) < 2 || Math.abs(height - innerHeight + 48) < 2))({box})"
        )
        page.browser.driver.find_element("css selector", whole).click()
        page.browser.wait_for("document.fullscreenElement === null")


def test_inverts_maps_and_brightens_ink_at_night_and_prints_the_whole_picture_and_nothing_else(page):
    for scheme in ("light", "dark"):
        page.prefer(scheme=scheme)
        ink, paper = (
            sum(map(int, re.findall(r"\d+", page.get(f"getComputedStyle(film.section).{name}"))[:3]))
            for name in ("color", "backgroundColor")
        )
        assert (ink > paper) is (scheme == "dark")
        assert abs(ink - paper) > 3 * 128
        assert (page.style("image.map", "filter") != "none") is (scheme == "dark")
    page.ask("w")
    page.prefer(medium="print")
    assert [page.style(f".{name}", "display") for name in ("controls", "sheet", "ring")] == ["none"] * 3
    assert page.get("film.stage.offsetHeight > 300")
    page.resize(360)
    widths = page.run("return [...document.querySelectorAll('.panel > svg')].map((each) => each.clientWidth)")
    assert widths == [180, 180]


def test_shows_the_picture_without_scripts(driver, film):
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        driver.get(film.as_uri())
        heights = [each.size["height"] for each in driver.find_elements("css selector", ".panel > svg")]
        assert [height > 200 for height in heights] == [True, True]
        assert driver.find_elements("css selector", ".controls") == []
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_reports_a_damaged_page(browser, film):
    path, text = film.with_name("damaged.html"), film.read_text(encoding="utf-8")
    path.write_text(re.sub(r'"changes":"[^"]{20}', '"changes":"AAAAAAAAAAAAAAAAAAAA', text), encoding="utf-8")
    browser.open(path)
    Page(browser).wait_for("controls.output.textContent.startsWith('This page is damaged')")
