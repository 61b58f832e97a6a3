"""The player in a real browser: every picture, keys, buttons, the clock, the address, panels, the night, print."""

import re

import pytest
from player_scenes import MOMENTS, Numbers, Page, neuron

from animations import render
from animations.engine.painter import Painter
from animations.formats.html import player
from animations.scene import Scene
from tests.browser import Browser

LAST, MOTION = len(MOMENTS) - 1, 4


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    """A page with one film."""
    return render(
        neuron(), tmp_path_factory.mktemp("page") / "neuron.html", fps=15, motion=MOTION, loop=1, progress=False
    )


@pytest.fixture(scope="session")
def book(film):
    """A page with three films, and words between them."""
    page = film.read_text(encoding="utf-8")
    start, end = page.index("<section"), page.index("</section>") + len("</section>")
    films = [page[start:end].replace("film-neuron", f"film-{name}") for name in ("one", "two", "three")]
    path = film.with_name("book.html")
    path.write_text(page[:start] + "<p style='height: 500px'>words</p>".join(films) + page[end:], encoding="utf-8")
    return path


@pytest.fixture
def page(driver, film):
    page = Page(Browser(driver)).open(film)
    yield page
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_complains_of_nothing_and_requests_only_the_page(driver, film):
    page = Page(Browser(driver)).open(film, calm=False)
    page.set_speed("4")
    page.wait_for(f"film.picture === {LAST * MOTION} && clock.playing === null")
    page.ask("gradient.w")
    assert page.browser.complaints() == []
    assert page.browser.requests() == [film.as_uri()]


def test_shows_the_numbers_of_every_frame_in_any_order(page):
    scene = Numbers()
    painter = Painter(scene)
    for frame in (3, 0, LAST, 5, 4, 0, 1):
        painter.show(frame)
        page.show(frame)
        shown = page.run("return Object.fromEntries([...document.querySelectorAll('[data-gid]')].map("
                         "(each) => [each.dataset.gid, each.textContent]))")  # fmt: skip
        drawn = {gid: number.get_text().replace("-", "−") for gid, number in scene.numbers.items()}
        assert shown == drawn, f"frame {frame}"


def test_glides_lines_and_shows_trails(page):
    lines = set()
    for picture in range(2 * MOTION + 1):
        page.show(picture / MOTION)
        lines.add(page.get("film.tracks.find(({ attribute }) => attribute === 'd').element.getAttribute('d')"))
        trails = page.get("film.tracks.filter((track) => track.attribute === 'display' && track.pictures.length === 2"
                          " && getComputedStyle(track.element).display !== 'none').length")  # fmt: skip
        assert trails == picture // MOTION
    assert len(lines) == 2 * MOTION + 1


def test_reacts_to_keys_and_buttons(page):
    end = LAST * MOTION
    places = {"ARROW_RIGHT": 1, "END": end, "ARROW_LEFT": end - 1, "HOME": 0}
    for key, expected in (*places.items(), ("ARROW_LEFT", 0), ("END", end), ("ARROW_RIGHT", end), ("HOME", 0)):
        page.browser.press(key)
        assert page.get("film.picture") == expected
    for name, expected in (("forward", 1), ("forward", 2), ("back", 1), ("last", end), ("first", 0)):
        page.browser.driver.find_element("css selector", f"button.{name}").click()
        assert page.get("film.picture") == expected
    page.run("document.querySelector('button.forward').focus()")
    page.browser.press(" ")  # presses that button, and does not play
    assert page.get("[film.picture, clock.playing]") == [1, None]
    page.get("controls.slider.focus()")
    page.browser.press("ARROW_RIGHT")  # one picture, also in the slider
    assert page.get("film.picture") == 2


def test_plays_and_pauses_on_space_and_speaks_only_while_it_stands(page):
    said = page.get("controls.spoken.textContent")
    page.browser.press(" ")
    page.wait_for("film.frame > 1")
    assert page.get("[controls.button.getAttribute('aria-label'), controls.spoken.textContent]") == ["pause", said]
    page.browser.press(" ")
    assert page.get("controls.spoken.textContent === film.texts[film.frame]")
    stopped = page.get("film.picture")
    page.run("window.waited = false; setTimeout(() => { window.waited = true; }, 200)")
    page.browser.wait_for("window.waited")
    assert page.get("film.picture") == stopped
    assert page.get("controls.button.getAttribute('aria-label')") == "play"


def test_stops_at_its_end_and_plays_again(page):
    page.browser.press("END")
    page.set_speed("4")
    page.run("const { film } = tinylearnFilms.players[0], { show } = film; window.seen = [];"
             "film.show = (picture) => { seen.push(picture); return show.call(film, picture); };")  # fmt: skip
    page.browser.press(" ")
    page.wait_for(f"seen.length > 1 && clock.playing === null && film.picture === {LAST * MOTION}")
    assert page.run("return seen[0]") == 0


@pytest.mark.parametrize(("speed", "expected"), [("0.25", 0), ("1", 1), ("4", 6)])
def test_shows_each_picture_for_its_time(page, speed, expected):
    """The test sets the clock; the browser's own calls are left out."""
    page.set_speed(speed)
    shown = page.run(
        "window.requestAnimationFrame = () => -1; const { clock, players: [{ film }] } = tinylearnFilms;"
        "film.milliseconds.fill(13); clock.play(film); clock.tick(clock.before + 20); return film.picture"
    )
    assert shown == expected


def test_labels_in_the_unit_of_the_picture(page):
    page.show(5)
    assert page.get("controls.output.textContent") == "update 10 / 100"
    assert page.get("controls.slider.getAttribute('aria-valuetext')") == "update 10 of 100"
    said = "The numbers at update 10 Beside it: Curve, frame 5 of 10"
    assert page.get("film.stage.getAttribute('aria-label')").replace(". ", " ") == said
    assert page.get("controls.spoken.textContent").replace(". ", " ") == said


def test_says_the_moment_in_the_address(driver, film):
    page = Page(Browser(driver)).open(film, "#update=8")
    assert page.get("film.picture") == 4 * MOTION
    for fragment, picture in (
        ("update=99", 9 * MOTION),
        ("frame=3", 3 * MOTION),
        ("update=9", 4 * MOTION),
        ("frame=2.5", 10),
        ("update=7000", LAST * MOTION),
    ):
        page.run(f"location.hash = '{fragment}'")
        page.wait_for(f"film.picture === {picture}")


@pytest.mark.parametrize("fragment", ["#update=x", "#year=4", "#5"])
def test_begins_at_the_start_if_the_address_names_no_moment(driver, film, fragment):
    assert Page(Browser(driver)).open(film, fragment).get("film.picture") == 0


def test_keeps_the_address_up_to_date(page):
    page.browser.press("END")
    page.browser.wait_for("location.hash === '#update=100'")
    page.browser.press("ARROW_LEFT")
    page.browser.wait_for("location.hash === '#frame=9.75'")
    page.run("location.hash = '#update=6'")
    page.wait_for(f"film.picture === {3 * MOTION}")


def test_does_not_overrun_the_address_with_many_steps(page):
    """Chromium allows 200 changes of the address in 30 seconds."""
    page.run("for (let k = 0; k < 600; k++) tinylearnFilms.show(0, k % 40)")
    page.browser.wait_for("location.hash === '#frame=9.75'")
    assert page.browser.complaints() == []


def test_does_not_play_if_a_moment_or_less_motion_is_asked_for(driver, film):
    for fragment, calm in (("#update=4", False), ("", True)):
        page = Page(Browser(driver)).open(film, fragment, calm=calm)
        assert page.get("[clock.playing, film.paused]") == [None, True]


def test_plays_only_the_film_in_the_middle(driver, book):
    page = Page(Browser(driver)).open(book, calm=False)
    page.wait_for("clock.playing?.id === 'film-one'")
    page.run("document.getElementById('film-two').scrollIntoView()")
    page.wait_for("clock.playing?.id === 'film-two'")
    held = page.get("film.picture")
    page.browser.press(" ")  # the one in the middle: it stays paused
    page.run("scrollTo(0, 0)")
    page.wait_for("clock.playing?.id === 'film-one'")
    assert held < page.get("film.last")
    page.run("document.getElementById('film-two').scrollIntoView()")
    page.wait_for("clock.playing === null")


def test_does_not_inflate_the_explanations_of_a_film_far_away(driver, book):
    page = Page(Browser(driver)).open(book)
    assert page.run("return tinylearnFilms.players[2].asking.explained.size") == 0
    page.run("scrollTo(0, document.body.scrollHeight)")
    page.browser.wait_for("tinylearnFilms.players[2].asking.explained.size > 0")


def test_names_one_of_several_films_in_the_address(driver, book):
    page = Page(Browser(driver), film=1).open(book, "#film-two:update=8")
    assert page.get("film.picture") == 4 * MOTION
    assert page.get("Math.abs(film.section.getBoundingClientRect().top) < 2")
    page.show(5)
    page.browser.wait_for("location.hash === '#film-two:update=10'")


def test_keeps_text_readable_and_everything_within_the_screen(page):
    for width in (1280, 800, 360):
        page.resize(width)
        smallest = page.run(
            "return Math.min(...[...document.querySelectorAll('.stage text')].filter((each) => each.getBBox().width)"
            ".map((each) => parseFloat(getComputedStyle(each).fontSize) * each.getScreenCTM().a))"
        )
        assert smallest > 11.9
        assert page.run("return document.documentElement.scrollWidth") <= width
        stacked = page.run("return document.querySelector('.row').classList.contains('stacked')")
        assert stacked is (width < 1000)


def test_scrolls_wide_things_in_their_own_box_and_shows_on_which_sides_it_continues(page):
    page.resize(360)
    panel = "document.querySelector('.panel')"
    assert page.run(f"return {panel}.scrollWidth") > 400
    for left, shown in ((0, ["hidden", "visible"]), (30, ["visible"] * 2), (9999, ["visible", "hidden"])):
        page.run(f"{panel}.scrollLeft = {left}")
        hints = f"['before', 'after'].map((side) => getComputedStyle({panel}, `::${{side}}`).visibility)"
        page.browser.wait_for(f"String({hints}) === '{','.join(shown)}'")
    page.run(f"{panel}.scrollLeft = 0; {panel}.focus()")
    page.browser.press("ARROW_RIGHT")
    page.browser.wait_for(f"{panel}.scrollLeft > 0")
    assert page.get("film.picture") == 0
    assert page.run(f"return [{panel}.getAttribute('role'), {panel}.getAttribute('aria-label')]")[0] == "region"
    page.resize(1280)
    page.browser.wait_for(f"!{panel}.matches('.scrolls, .more-left, .more-right')")


def test_leads_a_wide_picture_to_what_changes_until_one_scrolls_it_by_hand(page):
    page.resize(360)
    panel = "document.querySelector('.panel')"
    page.browser.wait_for(f"{panel}.matches('.scrolls')")
    page.run(f"{panel}.querySelector('svg').style.paddingLeft = '400px'")  # numbers that change are far to the right
    page.show(3)
    page.browser.wait_for(f"{panel}.scrollLeft > 100")
    page.run("players[0].controls.actions.first()")
    page.browser.wait_for(f"{panel}.scrollLeft === 0")
    page.run(f"{panel}.scrollLeft = 30")
    page.show(6)
    page.browser.wait_for("players[0].film.changed.size === 0")
    assert page.run(f"return {panel}.scrollLeft") == 30


def test_halves_the_height_of_controls_on_a_phone_but_keeps_them_usable(page):
    height = "return document.querySelector('.controls').offsetHeight"
    page.resize(1280)
    on_a_desk = page.run(height)
    page.resize(360)
    assert page.run(height) <= on_a_desk / 2
    sizes = page.run(
        "return [...document.querySelectorAll('.controls > *')].map((each) => each.getBoundingClientRect())"
        ".filter(({ width }) => width).map(({ width, height, right }) => [width, height, right])"
    )
    assert len(sizes) == 7
    assert all(width >= 24 and right <= 360 for width, _, right in sizes)
    assert all(height >= 24 for width, height, _ in sizes if width < 40)
    above = "return document.elementFromPoint({0}.left + 9, {0}.top - 6).closest('button')?.className"
    assert page.run(above.format("document.querySelector('.controls .play').getBoundingClientRect()")) == "play"


@pytest.mark.parametrize("size", [(1280, 720), (1280, 1800), (740, 360), (360, 740)])
def test_fills_the_screen_with_the_whole_film(page, size):
    page.resize(*size)
    page.browser.driver.find_element("css selector", "button.whole").click()
    page.browser.wait_for("document.fullscreenElement === document.querySelector('.film')")
    page.browser.wait_for("!document.querySelector('.film .scrolls')")
    box = "document.querySelector('.stage').getBoundingClientRect()"
    page.browser.wait_for(f"Math.abs({box}.width - innerWidth) < 2 || Math.abs({box}.height - innerHeight + 48) < 2")
    assert page.run(f"const box = {box}; return box.right <= innerWidth + 1 && box.bottom <= innerHeight - 47")
    page.browser.driver.find_element("css selector", "button.whole").click()
    page.browser.wait_for("document.fullscreenElement === null")


def test_inverts_maps_and_brightens_ink_at_night(page):
    for scheme in ("light", "dark"):
        page.prefer(scheme=scheme)
        ink, paper = (
            sum(map(int, re.findall(r"\d+", page.get(f"getComputedStyle(film.section).{name}"))[:3]))
            for name in ("color", "backgroundColor")
        )
        assert (ink > paper) is (scheme == "dark")
        assert abs(ink - paper) > 3 * 128
        filtered = page.run("return getComputedStyle(document.querySelector('image.map')).filter")
        assert (filtered != "none") is (scheme == "dark")


def test_prints_the_picture(page):
    page.show(5)
    page.ask("w")
    page.prefer(medium="print")
    hidden = ("controls", "sheet", "ring")
    assert all(
        page.run(f"return getComputedStyle(document.querySelector('.{name}')).display") == "none" for name in hidden
    )
    assert page.get("film.stage.offsetHeight > 300")
    page.resize(360)
    widths = page.run("return [...document.querySelectorAll('.panel > svg')].map((each) => each.clientWidth)")
    assert widths == [180, 180]  # the whole picture


def test_prints_the_last_picture_of_a_film_that_was_not_started(driver, book):
    page = Page(Browser(driver)).open(book)
    page.run("tinylearnFilms.show(0, 8)")
    page.browser.wait_for("tinylearnFilms.players.every(({ film }) => film.tracks)")
    page.run("addEventListener('beforeprint', () => { window.printed = [...document.querySelectorAll('.film')]"
             ".map(({ dataset }) => Number(dataset.picture)); })")  # fmt: skip
    driver.execute_cdp_cmd("Page.printToPDF", {})
    assert page.run("return printed") == [8, LAST * MOTION, LAST * MOTION]
    assert page.run("return tinylearnFilms.players.map(({ film }) => film.picture)") == [8, 0, 0]


def test_shows_the_picture_without_scripts(driver, film):
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        driver.get(film.as_uri())
        svg = driver.find_elements("css selector", ".panel > svg")
        assert len(svg) == 2
        assert all(each.size["height"] > 200 for each in svg)
        assert driver.find_elements("css selector", ".controls") == []
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_reports_a_damaged_page(driver, film):
    path, text = film.with_name("damaged.html"), film.read_text(encoding="utf-8")
    path.write_text(re.sub(r'"changes":"[^"]{20}', '"changes":"AAAAAAAAAAAAAAAAAAAA', text), encoding="utf-8")
    page = Page(Browser(driver))
    page.browser.open(path)
    page.wait_for("controls.output.textContent.startsWith('This page is damaged')")


def test_draws_icons_and_names_everything(page):
    for button in page.browser.driver.find_elements("css selector", ".controls button"):
        assert not button.text.strip()
        assert button.find_elements("css selector", "svg")
    for kind in ("button", "input", "select"):
        assert all(page.run(f"return [...document.querySelectorAll('{kind}')].map((each) => each.ariaLabel)"))


def test_needs_no_clock_for_a_scene_with_one_frame(driver, tmp_path):
    class One(Scene):
        def draw(self, figure):
            self.text = figure.text(0.5, 0.5, "one")

        def update(self, frame):
            return [self.text]

    browser = Browser(driver)
    browser.open(render(One(), tmp_path / "one.html", progress=False), calm=False)
    browser.wait_for("tinylearnFilms.players[0].film.tracks !== null")
    browser.press(" ")
    assert browser.run("return [tinylearnFilms.clock.playing, tinylearnFilms.players[0].film.picture]") == [None, 0]
    assert browser.complaints() == []


def test_keeps_program_and_style_sheet_small():
    """They are read aloud, and each page has them."""
    assert len(player("js").encode()) < 57_000
    assert len(player("css").encode()) < 13_000
