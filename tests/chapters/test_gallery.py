"""The gallery: what it says without a browser, and what it does in one."""

import html
import json
import re
import shutil
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from animations import render
from chapters import ch03_first_neuron
from chapters.tools.gallery import write_gallery
from chapters.tools.run import run_alone
from tests.browser import Browser


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """A gallery with chapter 3, as its script writes it, and films that no script names, in other formats."""
    from tests.animations.small_scenes import Overlapping

    folder = tmp_path_factory.mktemp("my gallery ü")
    run_alone(ch03_first_neuron.main, "ch03", ["--quick", "--out", str(folder), "--processes", "1"])
    for name in ("ch03_x_still.png", "ch03_x_moving.gif", "ch03_x_film.mp4", "ch03_x_player.html"):
        render(Overlapping(), folder / name, progress=False)
    write_gallery(folder)
    return folder


@pytest.fixture
def page(out):
    return (out / "index.html").read_text(encoding="utf-8")


class Links(HTMLParser):
    """Collects what a page refers to, and sees to it that its tags are closed in order."""

    VOID = ("meta", "link", "img", "br", "input")

    def __init__(self, page):
        super().__init__()
        self.found, self.open = [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name in ("src", "data-src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_every_reference_is_there(out, page):
    links = Links(page).found
    assert len(links) > 8
    for link in links:
        if link.startswith("#"):
            assert f'id="{link[1:]}"' in page
        else:
            assert not re.match(r"\w+:|/", link), link
            assert (out / link).is_file(), link


def test_title_text_command_and_numbers_of_the_chapter(out, page):
    assert page.count("Chapter 3. One neuron learns Fahrenheit from Celsius.") == 2  # in the contents, and over it
    assert "<p>A neuron multiplies its input by a weight w" in page
    assert "<pre>python -m chapters.ch03_first_neuron</pre>" in page
    for key, value in json.loads((out / "ch03.json").read_text(encoding="utf-8")).items():
        assert f"<tr><th>{key}</th><td>{value}</td></tr>" in page


def test_source_is_the_chapter(out):
    with open(ch03_first_neuron.__file__, encoding="utf-8") as source:
        assert (out / "source" / "ch03_first_neuron.txt").read_text(encoding="utf-8") == source.read()


def test_films_in_the_order_of_the_script_the_unnamed_ones_last(page):
    shown = re.findall(r"<figcaption>([\w ]+):", page)
    assert shown == ["first updates", "first neuron", "x film", "x moving", "x player", "x still"]


def test_the_best_format_is_shown_and_the_others_are_linked(page):
    assert '<iframe data-src="ch03_first_neuron.html" title="first neuron"' in page
    assert 'first neuron: <a href="ch03_first_neuron.html">HTML</a> · <a href="ch03_first_neuron.gif">GIF</a>' in page
    assert re.search(r'<video src="ch03_x_film.mp4" [^>]*controls', page)
    assert re.search(r'<img src="ch03_x_moving.gif" alt="x moving" loading="lazy">', page)
    assert re.search(r'<img src="ch03_x_still.png"', page)


def test_players_have_the_shape_of_their_pictures(page):
    assert "--width: 1200px; --ratio: 0.5000" in page
    assert "--width: 160px; --ratio: 0.7500" in page


def test_chapters_that_have_not_run_are_left_out(tmp_path, page):
    assert not re.search(r"Chapter [124-8]\.", page)
    empty = write_gallery(tmp_path).read_text(encoding="utf-8")
    assert "Machine learning, animated" in empty
    Links(empty)


def test_numbers_cannot_break_the_page(tmp_path):
    (tmp_path / "ch03.json").write_text(json.dumps({"<b>": "</table> & $x"}))
    page = write_gallery(tmp_path).read_text(encoding="utf-8")
    assert "<th>&lt;b&gt;</th><td>&lt;/table&gt; &amp; $x</td>" in page


NAMES = ["50% & more", 'q" onload=x', "a#b?c", "<b>", "it's"]


@pytest.fixture(scope="module")
def odd(tmp_path_factory, out):
    """A gallery of players with odd names, and of things that are no players."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "ch03.json").write_text("{}", encoding="utf-8")
    for name in NAMES:
        shutil.copy(out / "ch03_x_player.html", folder / f"ch03_{name}.html")
    (folder / "ch03_folder.html").mkdir()
    (folder / "ch03_foreign.html").write_bytes("<p>é</p>".encode("latin-1"))
    write_gallery(folder)
    return folder


def test_odd_names_are_quoted(odd):
    page = (odd / "index.html").read_text(encoding="utf-8")
    found = [unquote(link) for link in Links(page).found]
    for name in NAMES:
        assert f"ch03_{name}.html" in found
        assert f"<figcaption>{html.escape(name)}:" in page
    assert "ch03_folder" not in page


# --- in the browser ------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(driver, out):
    return opened(driver, out / "index.html")


def opened(driver, path):
    browser = Browser(driver)
    browser.open(path)
    browser.wait_for("document.readyState === 'complete'")
    return browser


def enter_the_first_player(browser):
    browser.run("document.querySelector('iframe').scrollIntoView()")
    browser.wait_for("document.querySelector('iframe').src")
    browser.driver.switch_to.frame(0)
    browser.wait_for("document.getElementById('canvas')?.dataset.frame === '0'")


def test_no_complaint_and_nothing_from_elsewhere(browser, out):
    enter_the_first_player(browser)
    assert browser.complaints() == []
    assert all(url.startswith(out.as_uri()) for url in browser.requests())


def test_players_load_when_they_are_scrolled_to(driver, out, tmp_path):
    page = (out / "index.html").read_text(encoding="utf-8")
    tall = page.replace("<nav", '<div style="height: 20000px"></div><nav')
    (out / "tall.html").write_text(tall, encoding="utf-8")
    browser = opened(driver, out / "tall.html")
    assert [url.rpartition("/")[2] for url in browser.requests()] == ["tall.html"]
    enter_the_first_player(browser)
    assert "ch03_first_updates.html" in [url.rpartition("/")[2] for url in browser.requests()]


def test_a_player_in_the_page_works_and_does_not_scroll(browser):
    enter_the_first_player(browser)
    browser.driver.find_element("id", "last").click()
    browser.wait_for_frame(6)
    browser.wait_for("document.documentElement.scrollHeight === document.documentElement.clientHeight")
    assert browser.run("return picture") == 48


@pytest.mark.parametrize("width", [320, 390, 768])
def test_fits_a_phone(browser, width):
    screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    try:
        assert browser.run("return document.documentElement.scrollWidth") <= width
        enter_the_first_player(browser)
        browser.wait_for("document.documentElement.scrollHeight === document.documentElement.clientHeight")
        assert browser.run("return innerHeight - document.querySelector('main').offsetHeight") in (0, 1)
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_can_be_read_in_the_light_and_in_the_dark(browser):
    for scheme in ("light", "dark"):
        preference = {"name": "prefers-color-scheme", "value": scheme}
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preference]})
        ink = browser.run("return getComputedStyle(document.querySelector('p')).color")
        light_ink = sum(map(int, re.findall(r"\d+", ink)[:3])) > 3 * 128
        assert light_ink is (scheme == "dark")


def test_players_with_odd_names_load(driver, odd):
    browser = opened(driver, odd / "index.html")
    browser.run("document.querySelectorAll('iframe').forEach((player) => { player.src = player.dataset.src; })")
    for title in NAMES:
        player = next(each for each in browser.driver.find_elements("css selector", "iframe")
                      if each.get_attribute("title") == title)  # fmt: skip
        browser.driver.switch_to.frame(player)
        browser.wait_for("document.getElementById('canvas')?.dataset.frame")
        assert browser.run("return last") == 5  # it is the player, not a page of the same name
        browser.driver.switch_to.default_content()
