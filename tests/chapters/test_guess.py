"""Guesses of a page: what is refused, in which words, and how a film waits for them."""

import numpy as np
import pytest

from animations import render
from chapters.tools.book import page
from chapters.tools.figures import figure
from chapters.turns import Choose, Place
from chapters.turns.fragments import packed
from tests.animations.player_scenes import Numbers
from tests.browser import Browser


@pytest.mark.parametrize(("start", "answer", "wrong"), [(-1, 2, "start .* got -1"), (1, 9, "answer .* got 9")])
def test_refuses_a_place_beyond_the_line(start, answer, wrong):
    with pytest.raises(ValueError, match=f"^Place: {wrong}; move the ends of the line apart$"):
        Place("Where?", "", name="w", low=0, high=4, start=start, answer=answer)


@pytest.mark.parametrize(("options", "right"), [(("a", "b"), "c"), (("a", "a"), "a"), (("a",), "a")])
def test_refuses_options_that_are_no_choice(options, right):
    with pytest.raises(ValueError, match=r"^Choose: options must be .* right as it stands in options$"):
        Choose("Which?", "", options=options, right=right)


def test_refuses_an_array_that_a_page_cannot_unpack():
    with pytest.raises(TypeError, match=r"^an array in a page must be one of .*, got int64; convert it with astype$"):
        packed({"rows": [np.arange(3)]})


# --- a film waits for its guesses -------------------------------------------------------------------------------------

YEAR = Place("When?", "In 1999.", name="year", low=1990, high=2020, start=1990, answer=1999, digits=0, commas=False)
WHICH = Choose("Which?", "The first.", options=("one", "two"), right="one")
OPEN = Choose("What follows?", "More.", options=("more", "less"), right="more", covers=False)
VEILS = "document.querySelectorAll('.veil').length"
PLAYING = "tinylearnFilms.players.findIndex(({ film }) => film === tinylearnFilms.clock.playing)"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A page with two guesses in front of a film, and one in front of another film, which it does not cover."""
    out = tmp_path_factory.mktemp("guesses")
    films = []
    for name in ("ch01_first", "ch01_second"):
        render(Numbers(), out / f"{name}.html", progress=False, fps=10)
        films.append(figure(out, name))
    told = [f'<div class="prose"><p id="told-{i}">It is.</p><h2>More</h2><p>And so on.</p></div>' for i in range(3)]
    main = [YEAR.fragment(), WHICH.fragment(), films[0], told[0], OPEN.fragment(), films[1], told[1],
            OPEN.fragment(), told[2]]  # fmt: skip
    path = out / "ch01.html"
    path.write_text(page("Guesses", "chapter", "\n".join(main), ""), encoding="utf-8")
    return path


@pytest.fixture
def opened(driver, written):
    browser = Browser(driver)

    def open_page(fragment=""):
        browser.open(written, fragment, calm=False)
        browser.wait_for("document.querySelector('.guess .choices')")
        return browser

    yield open_page
    assert browser.complaints() == []


def test_writes_a_year_without_a_comma(opened):
    shown = opened().run("return document.querySelector('.guess').innerText")
    assert "year = 1990" in shown
    assert "2020" in shown
    assert "," not in shown


def test_covers_a_film_until_the_last_of_its_guesses_is_answered(opened):
    browser = opened()
    browser.run("document.querySelector('.shown').scrollIntoView()")
    place, choice = (f"document.querySelectorAll('.guess')[{i}].querySelector('button').click()" for i in (0, 1))
    assert browser.run(f"return [{VEILS}, {PLAYING}, document.querySelector('.film').inert]") == [1, -1, True]
    browser.run(choice)
    assert browser.run(f"return [{VEILS}, {PLAYING}]") == [1, -1]
    browser.run(place)
    assert browser.run(f"return [{VEILS}, {PLAYING}, document.querySelector('.film').inert]") == [0, 0, False]


def test_shows_a_film_to_those_who_give_up_or_start_it(opened):
    browser = opened()
    browser.run("document.querySelector('.shown').scrollIntoView(); document.querySelector('.veil button').click()")
    browser.wait_for(f"{PLAYING} === 0")
    browser = opened("#film-ch01_first:update=4")
    assert browser.run(f"return [{VEILS}, tinylearnFilms.players[0].film.picture]") == [0, 2]
    browser = opened("#nothing")
    browser.run("document.querySelector('.shown').scrollIntoView()")
    browser.wait_for("tinylearnFilms.clock.seen.size > 0")
    browser.press(" ")
    browser.wait_for(f"{VEILS} === 0 && {PLAYING} === 0")


SHOWN = "[...document.querySelectorAll('.prose p')].map((each) => Number(each.offsetHeight > 0)).join('')"


def test_hides_what_is_told_behind_a_guess_or_its_film_until_it_is_answered_or_left(opened):
    browser = opened()
    assert browser.run(f"return {SHOWN}") == "010101"
    press = "document.querySelectorAll('.guess')[{}].querySelector('{}').click()"
    for number, button, shown in ((0, "button", "010101"), (1, "button", "110101"), (3, ".skip", "110111")):
        browser.run(press.format(number, button))
        assert browser.run(f"return {SHOWN}") == shown
    assert opened("#told-1").run(f"return {SHOWN}") == "011101"  # a link leads to it


def test_tells_how_it_is_when_the_film_has_told_it(opened):
    browser = opened()
    said = "[...document.querySelectorAll('.said')].slice(0, 2).map((each) => each.textContent).join(' ')"
    answers = "[...document.querySelectorAll('.guess')].slice(0, 2).map((each) => each.querySelector('button').click())"
    assert "It is" not in browser.run(f"{answers}; return {said}")
    browser.run("tinylearnFilms.players[0].controls.actions.last()")
    browser.wait_for(f"{said}.includes('It is') && !document.querySelector('.said button')")


def test_keeps_a_film_from_playing_that_a_guess_does_not_cover(opened):
    browser = opened()
    browser.run("document.querySelectorAll('.shown')[1].scrollIntoView()")
    assert browser.run(f"return [document.querySelectorAll('.shown')[1].querySelector('.veil'), {PLAYING}]") == [
        None,
        -1,
    ]
    browser.run("document.querySelectorAll('.guess')[2].querySelector('button').click()")
    browser.wait_for(f"{PLAYING} === 1")
