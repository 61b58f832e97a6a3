"""The pages of the book: their contents without a browser, and their behaviour in one."""

import html
import inspect
import json
import re
import shutil
import textwrap
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from animations import render
from chapters import ch03_first_neuron
from chapters.tools.book import PENDING, write_book
from chapters.tools.numbers import shown
from tests.animations.page_checks import unpack
from tests.browser import Browser
from tinylearn.layers.dense import Dense


@pytest.fixture(scope="module")
def out(chapter_3, tmp_path_factory):
    """A gallery with chapter 3, as its script writes it, and films in other formats that no script names."""
    from tests.animations.small_scenes import Overlapping

    folder = shutil.copytree(chapter_3, tmp_path_factory.mktemp("books") / "my gallery ü")
    for name in ("ch03_x_still.png", "ch03_x_moving.gif", "ch03_x_film.mp4", "ch03_x_player.html"):
        render(Overlapping(), folder / name, progress=False)
    write_book(folder)
    return folder


@pytest.fixture(scope="module")
def page(out):
    return (out / "ch03.html").read_text(encoding="utf-8")


class Links(HTMLParser):
    """Collects the references of a page, and checks that its tags are closed in order."""

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


@pytest.mark.parametrize("name", ["index", "ch03", "glossary"])
def test_resolves_every_reference(out, name):
    links = Links((out / f"{name}.html").read_text(encoding="utf-8")).found
    assert len(links) > 4
    for link in links:
        file, _, place = link.partition("#")
        if place:
            assert f'id="{place}"' in (out / (file or f"{name}.html")).read_text(encoding="utf-8"), link
        elif not link.startswith("https://"):  # a cited source: to click on, not to load
            assert not re.match(r"\w+:|/", link), link
            assert (out / link).is_file(), link


@pytest.mark.parametrize("text", [
    "<h1>Chapter 3. One neuron learns Fahrenheit from Celsius</h1>",
    "It multiplies its input <math",
    '<pre class="output" tabindex="0"><code>w = 1.8003, b = 31.9704</code></pre>',
    '<section class="film" id="film-ch03_first_neuron"',
    '<a href="ch03_first_neuron.html">on a page of its own</a> · <a href="ch03_first_neuron.gif">as a GIF</a>',
    '<video src="ch03_x_film.mp4" [^>]*controls',
    '<img src="ch03_x_moving.gif" alt="x moving" loading="lazy">',
    '<img src="ch03_x_still.png"',
])  # fmt: skip
def test_writes_once(page, text):
    assert len(re.findall(text, page)) == 1


def test_writes_programs_numbers_and_the_code_of_framework_and_chapter_as_they_are(out, page):
    programs = unpack(re.search(r'<script type="text/plain" class="programs">(.*?)</script>', page)[1])
    assert [kind for kind, text in programs if "window.tinylearnFilms =" in text] == ["text/javascript"]
    assert "<script" not in (out / "glossary.html").read_text(encoding="utf-8")
    card = (r'<a href="ch03.html"><img src="ch03_first_neuron.gif" alt="" loading="lazy">Chapter 3<br>\n?'
            "<strong>One neuron learns Fahrenheit from Celsius</strong>")  # fmt: skip
    assert len(re.findall(card, (out / "index.html").read_text(encoding="utf-8"))) == 1
    for key, value in json.loads((out / "ch03.json").read_text(encoding="utf-8"))["numbers"].items():
        assert f'<tr><th scope="row">{key}</th><td>{shown(value)}</td></tr>' in page
    words = " ".join(re.sub(r"<math.*?</math>", "w", page, flags=re.DOTALL).split())
    assert "After 8,000 updates w is 1.8003 and w is 31.97. For 50 °C the neuron answers 121.98 °F." in words
    prose = re.sub(r"<math.*?</math>", "", "".join(re.findall(r"<p>.*?</p>", page, re.DOTALL)), flags=re.DOTALL)
    assert not re.search(r"\{|" + PENDING, prose)
    source = inspect.getsource(ch03_first_neuron)
    assert (out / "source" / "ch03_first_neuron.txt").read_text(encoding="utf-8") == source
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert textwrap.dedent(inspect.getsource(Dense.forward)).strip() in text


def test_places_films_at_their_sentence_in_order_and_unnamed_ones_last(page):
    guess, film = page.index("does it turn,"), page.index('id="ch03_first_neuron"')
    assert guess < film < page.index("It turns first.") < page.index('id="ch03_first_updates"')
    assert page.index("<summary>Answer 1</summary>") < page.index('id="ch03_x_film"')  # no cell names it
    order = re.findall(r'<figure class="shown wide" id="ch03_(\w+)"', page)
    assert order == ["first_neuron", "first_updates", "x_film", "x_moving", "x_player", "x_still"]


def save(folder, name, numbers):
    (folder / f"{name}.json").write_text(json.dumps({"numbers": numbers, "cells": []}))


def test_links_chapters_to_their_neighbours_escapes_odd_numbers_and_leaves_out_what_has_not_run(tmp_path):
    empty = write_book(tmp_path).read_text(encoding="utf-8")
    assert "Machine learning, animated" in empty
    Links(empty)
    for name, numbers in (("ch02", {}), ("ch03", {"<b>": "</table> & $x"}), ("ch08", {})):
        save(tmp_path, name, numbers)
    write_book(tmp_path)
    assert sorted(path.name for path in tmp_path.glob("ch0?.html")) == ["ch02.html", "ch03.html", "ch08.html"]
    page = (tmp_path / "ch03.html").read_text(encoding="utf-8")
    assert '<a rel="prev" href="ch02.html">← Chapter 2</a>' in page
    assert '<a class="next" rel="next" href="ch08.html">Chapter 8 →</a>' in page
    assert '<th scope="row">&lt;b&gt;</th><td>&lt;/table&gt; &amp; $x</td>' in page


def test_quotes_odd_names_and_leaves_out_files_that_are_not_films(tmp_path, out):
    save(tmp_path, "ch03", {})
    names = ["50% & more", 'q" onload=x', "a#b?c", "<b>", "it's"]
    for name in names:
        shutil.copy(out / "ch03_x_player.html", tmp_path / f"ch03_{name}.html")
    (tmp_path / "ch03_folder.html").mkdir()
    (tmp_path / "ch03_foreign.html").write_bytes("<p>é</p>".encode("latin-1"))
    write_book(tmp_path)
    page = (tmp_path / "ch03.html").read_text(encoding="utf-8")
    found = [unquote(link) for link in Links(page).found]
    for name in names:
        assert f"ch03_{name}.html" in found
        assert f"<figcaption>{html.escape(name)} <span" in page
    assert page.count('<section class="film"') == len(names)
    assert "ch03_foreign.html" in found
    assert "ch03_folder" not in page


# --- in the browser ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(driver, out):
    return opened(driver, out / "ch03.html")


def opened(driver, path):
    browser = Browser(driver)
    browser.open(path)
    browser.wait_for("document.readyState === 'complete'")
    return browser


def test_plays_films_complains_of_nothing_and_loads_nothing_from_elsewhere(browser, out):
    browser.wait_for("tinylearnFilms.players.length === 3")
    browser.run("tinylearnFilms.players[1].film.section.scrollIntoView()")
    browser.wait_for("tinylearnFilms.players[1].film.tracks.length")
    browser.run("tinylearnFilms.show('film-ch03_first_updates', 24)")
    browser.wait_for("document.querySelector('#film-ch03_first_updates svg').textContent.includes('2.9465')")
    assert browser.complaints() == []
    assert all(url.startswith(out.as_uri()) for url in browser.requests())


def outside(browser):
    """Return the texts of cells that do not begin inside their scrolling box."""
    browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    return browser.run(
        "return [...document.querySelectorAll('.numbers td, .numbers th')].filter((cell) => {"
        " const text = document.createRange(); text.selectNodeContents(cell);"
        " const { left } = text.getBoundingClientRect(), box = cell.closest('.scrolls').getBoundingClientRect();"
        " return left < box.left - 1 || left > box.right - 8; }).map((cell) => cell.textContent)"
    )


def test_keeps_everything_within_the_screen_and_numbers_inside_their_box(browser):
    ask = browser.driver.execute_cdp_cmd
    for width in (1280, 768, 360):
        mobile = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
        ask("Emulation.setDeviceMetricsOverride", mobile)
        browser.run("document.querySelectorAll('details').forEach((each) => { each.open = false; })")
        assert browser.run("return document.documentElement.scrollWidth") <= width
        assert outside(browser) == []
        assert browser.run("return document.documentElement.scrollWidth") <= width
    ask("Emulation.clearDeviceMetricsOverride", {})


def test_keeps_lines_at_about_65_letters_readable_in_light_and_dark_and_prints_pictures_without_buttons(browser):
    """A letter of English takes about half of an em."""
    column, size = browser.run("const p = document.querySelector('.prose p');"
                               "return [p.clientWidth, parseFloat(getComputedStyle(p).fontSize)]")  # fmt: skip
    assert 60 <= column / size / 0.5 <= 72
    ask = browser.driver.execute_cdp_cmd
    for scheme in ("dark", "light"):
        ask("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        ink, ground = browser.run("const { color } = getComputedStyle(document.querySelector('p'));"
                                  "return [color, getComputedStyle(document.body).backgroundColor]")  # fmt: skip
        bright = [sum(map(int, re.findall(r"\d+", colour)[:3])) > 3 * 128 for colour in (ink, ground)]
        assert bright == [scheme == "dark", scheme == "light"]
    ask("Emulation.setEmulatedMedia", {"media": "print"})
    height = "return document.querySelector('#film-ch03_first_neuron svg').getBoundingClientRect().height"
    tall, hidden = browser.run(height), browser.run(
        "return [...document.querySelectorAll('.bar, details, .controls, video')]"
        ".filter((each) => each.offsetHeight).length")  # fmt: skip
    ask("Emulation.setEmulatedMedia", {"media": ""})
    assert tall > 200
    assert hidden == 0


def test_fits_a_confusion_matrix_of_ten_classes_as_a_matrix(driver, tmp_path):
    matrix = [[100 * row + column for column in range(10)] for row in range(10)]
    save(tmp_path, "ch07", {"confusion matrix": matrix})
    write_book(tmp_path)
    browser = opened(driver, tmp_path / "ch07.html")
    assert outside(browser) == []
    assert browser.run("return document.querySelectorAll('.matrix td').length") == 100
    assert browser.run("const [table, box] = ['.numbers', '.scrolls'].map((each) => document.querySelector(each));"
                       "return table.offsetWidth <= box.offsetWidth")  # fmt: skip


def test_says_so_where_the_browser_is_too_old_for_its_programs(driver, out):
    without = {"source": "delete window.DecompressionStream"}
    added = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", without)
    driver.get((out / "ch03.html").as_uri())
    driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
    Browser(driver).wait_for("document.querySelector('main > .notice')")
    said = driver.execute_script("return document.querySelector('main > .notice').textContent")
    assert said.startswith("Nothing moves on this page: it is damaged, or the browser is older than 2023.")
