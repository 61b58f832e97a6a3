"""A chapter as slides: which part of it is a slide, and how a page of them leads on, with its films."""

import base64
import re

import pytest

from chapters.tools.chapter import CHAPTERS
from chapters.tools.figures import bound_in, films_in
from chapters.tools.run import run_alone
from chapters.tools.slides import Deck
from tests.browser import Browser

RIGHT, LEFT, HOME, END, PAGE_DOWN, ESCAPE = "\ue014", "\ue012", "\ue011", "\ue010", "\ue00f", "\ue00c"
SHOWN = "document.querySelector('.slide:not([hidden])')"
NUMBER = "Number(document.querySelector('.steps output').textContent.split(' /')[0])"
LONG = " ".join(["word"] * 60)

# --- which slides there are ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cells", "slides"), [
    (["# A title\n\nIt begins.\n\nIt goes on.", "More.\n\n## A part\n\nFirst.\n\nSecond.\n\n## Another\n\nThird."],
     ["title: A title It begins.", "text: A part First.", "text: Another Third."]),  # a heading, and what begins it
    (["## A part\n\nFirst:\n\n$$a$$\n\n$$b$$\n\nLeft out.\n\nIntroduces:\n\n$$c$$\n\nLeft out, too."],
     ["text: A part First: FORMULA FORMULA Introduces: FORMULA"]),
    ([f"## A part\n\n{LONG}:\n\n$$a$$\n\n{LONG}\n\n$$b$$"],
     [f"text: A part {LONG}: FORMULA", f"formula: A part {LONG} FORMULA"]),
    (["## Exercises\n\nTry them.\n\n### Exercise 1\n\nDo it.", "### Exercise 2\n\nDo that."],  # smaller headings below
     ["text: Exercise 1 Do it.", "text: Exercise 2 Do that."]),
])  # fmt: skip
def test_makes_slides_of_headings_and_formulas_with_the_paragraph_that_begins_them(cells, slides):
    deck = Deck()
    for cell in cells:
        deck.prose(cell)
    texts = [re.sub(r"<math.*?</math>", "FORMULA", " ".join(each.parts), flags=re.DOTALL) for each in deck.slides]
    words = [" ".join(re.sub(r"<[^>]*>", " ", text).split()) for text in texts]
    assert [f"{slide.kind}: {said}" for slide, said in zip(deck.slides, words, strict=True)] == slides
    deck = Deck()  # a heading with nothing below it makes none
    deck.prose("## A part")
    deck.add("film", "film")
    assert [slide.parts for slide in deck.slides] == [["film"]]


def test_writes_them_beside_the_page_takes_them_for_no_film_and_writes_none_for_a_film_of_your_own(chapter_3, tmp_path):
    path = chapter_3 / "ch03_slides.html"
    assert path not in films_in(chapter_3, "ch03")
    assert bound_in(chapter_3, "ch03").keys() == {"ch03_first_neuron", "ch03_first_updates"}
    kinds = re.findall(r'<section class="slide" data-kind="(\w+)"', path.read_text(encoding="utf-8"))
    told = [kind for kind in kinds if kind not in ("text", "code", "formula")]
    assert told == ["title", "guess", "film", "guess", "film", "turn"]
    run_alone(CHAPTERS[6], ["--kernel", "1", "--slides", "--format", "png", "--out", str(tmp_path)])
    assert not list(tmp_path.rglob("*_slides.html"))


# --- in the browser ---------------------------------------------------------------------------------------------------


@pytest.fixture
def page(driver, chapter_3):
    browser = Browser(driver)
    browser.open(chapter_3 / "ch03_slides.html", "#1", calm=False)
    browser.wait_for("document.querySelector('.steps')")
    yield browser
    assert browser.complaints() == []
    assert {url.split("#")[0] for url in browser.requests()} <= {(chapter_3 / "ch03_slides.html").as_uri()}


def go(page, kind):
    """Go to the first slide of a kind; return its number."""
    place = page.run(f"return [...document.querySelectorAll('.slide')].findIndex(s => s.dataset.kind === '{kind}')") + 1
    page.run(f"location.hash = '#{place}'")
    page.wait_for(f"{NUMBER} === {place}")
    return place


def test_leads_on_and_back_by_keys_but_leaves_them_to_a_control_until_escape(page):
    last = page.run("return document.querySelectorAll('.slide').length")
    for key, place in ((RIGHT, 2), (LEFT, 1), (LEFT, 1), (PAGE_DOWN, 2), (END, last), (RIGHT, last), (HOME, 1)):
        page.press(key)
        assert page.run(f"return {NUMBER}") == place
        assert page.run("return document.querySelectorAll('.slide:not([hidden])').length") == 1
        assert page.run("return location.hash") == f"#{place}"
    page.run(f"{SHOWN}.click()")
    assert page.run(f"return {NUMBER}") == 2
    place = go(page, "turn")
    page.run(f"{SHOWN}.querySelector('input').focus()")
    for key, then in ((RIGHT, place), (ESCAPE, place), (RIGHT, place + 1)):
        page.press(key)
        assert page.run(f"return {NUMBER}") == then


def test_answers_a_guess_with_the_next_key_and_skips_it_and_the_rest_of_a_film_with_another(page):
    place, told = go(page, "guess"), "return document.querySelectorAll('details[open]').length"
    page.press("s")
    assert page.run(f"return {SHOWN}.dataset.kind") == "film"
    page.press("s")
    assert page.run(f"return {NUMBER}") == place + 2
    assert page.run(told) == 0
    go(page, "guess")
    page.press(RIGHT)
    assert page.run(f"return {NUMBER}") == place
    assert page.run(told) == 1
    assert "It turns." in page.run(f"return {SHOWN}.innerText")
    page.press(RIGHT)
    assert page.run(f"return {SHOWN}.dataset.kind") == "film"


def test_starts_a_film_with_its_slide_waits_where_it_is_held_and_goes_on(page):
    page.run("location.hash = '#film-ch03_first_updates:'")
    page.wait_for(f"{SHOWN}.querySelector('#film-ch03_first_updates')")
    film, clock = "tinylearnFilms.players[1].film", "tinylearnFilms.clock"
    first, second, last = page.run(f"return {film}.stops")
    assert page.run(f"return {clock}.playing === {film}")
    place = page.run(f"return {NUMBER}")
    page.press(RIGHT)  # while it plays: to where it is held
    assert page.run(f"return [{film}.picture, {clock}.playing]") == [first, None]
    page.run(f"{film}.speed = 50")
    for stop in (second, last):
        page.press(RIGHT)
        page.wait_for(f"{film}.picture === {stop} && !{clock}.playing")  # it has stopped there
    assert page.run(f"return {NUMBER}") == place
    page.press(RIGHT)
    assert page.run(f"return {NUMBER}") == place + 1


def test_fits_each_slide_into_the_window_and_prints_each_on_a_page_but_for_the_turn(page):
    found = page.driver.execute_async_script(f"""
        const done = arguments[0], found = [], slides = document.querySelectorAll(".slide");
        addEventListener("hashchange", () => setTimeout(() => {{
            const slide = {SHOWN};
            found.push([slide.dataset.kind, slide.scrollHeight, slide.scrollWidth]);
            if (found.length === slides.length) done(found); else location.hash = `#${{found.length + 1}}`;
        }}));
        location.hash = "";""")
    height, width = page.run("return [innerHeight, innerWidth]")
    for place, (kind, its_height, its_width) in enumerate(found, 1):
        assert kind == "turn" or its_height <= height + 1, place
        assert its_width <= width, place
    page.wait_for("tinylearnFilms.players.every(({ film }) => film.tracks)")
    printed = page.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    assert len(re.findall(rb"/Type /Page\b", base64.b64decode(printed))) == len(found) - 1
    for event, picture in (("before", "film.last"), ("after", "0")):
        page.run(f"dispatchEvent(new Event('{event}print'))")
        assert page.run(f"return tinylearnFilms.players.every(({{ film }}) => film.picture === {picture})")


def test_shows_the_bars_of_your_turn_and_keeps_what_was_changed_in_a_link(page):
    place = go(page, "turn")
    page.wait_for("window.tinylearnTurns?.neuron?.found")
    assert page.run("return [...document.querySelectorAll('.pulls .bar i')].every((bar) => bar.offsetHeight > 5)")
    page.run("tinylearnTurns.neuron.set({ rate: 0.0001 })")
    page.wait_for("location.hash.startsWith('#turn-neuron:')")
    address = page.run("return location.href")
    page.driver.get("about:blank")
    page.driver.get(address)
    page.wait_for("window.tinylearnTurns?.neuron?.found")
    assert page.run(f"return [{NUMBER}, tinylearnTurns.neuron.settings.rate]") == [place, 0.0001]
