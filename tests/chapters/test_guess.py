"""Guesses of a page: what is refused, how a film waits for them; and data of a page, unpacked bit for bit."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from animations import render
from chapters.tools.book import page
from chapters.tools.figures import figure
from chapters.turns import Choose, Place, turn
from chapters.turns.fragments import DTYPES, packed
from tests.animations.player_scenes import Numbers
from tests.browser import Browser
from tests.chapters.turns import node

UNPACK = Path(__file__).with_name("unpack_in_node.mjs")


def choose(*options, right):
    return Choose("Which?", "", options=options, right=right)


def place(start, answer):
    return Place("Where?", "", name="w", low=0, high=4, start=start, answer=answer)


@pytest.mark.parametrize(("refused", "message"), [
    (lambda: place(-1, 2), r"^Place: start .* got -1; move the ends of the line apart$"),
    (lambda: place(1, 9), r"^Place: answer .* got 9; move the ends of the line apart$"),
    (lambda: choose("a", "b", right="c"), r"^Choose: options must be .* right as it stands in options$"),
    (lambda: choose("a", "a", right="a"), r"^Choose: options must be .* right as it stands in options$"),
    (lambda: choose("a", right="a"), r"^Choose: options must be .* right as it stands in options$"),
    (lambda: packed({"rows": [np.arange(3)]}), r"^an array in a page must be one of .*, got int64; convert it with"),
])  # fmt: skip
def test_refuses_guesses_that_are_none_and_arrays_that_a_page_cannot_unpack(refused, message):
    with pytest.raises((ValueError, TypeError), match=message):
        refused()


def arrays_of(dtype):
    anything = np.frombuffer(np.random.default_rng(0).bytes(480), dtype)
    smooth = np.linspace(-3, 3, 60) if dtype.startswith("float") else np.arange(60) ** 2 % 120
    smooth = smooth.astype(dtype)
    return anything, smooth, smooth.reshape(20, 3), smooth.reshape(5, 4, 3), np.zeros(0, dtype), np.array(7, dtype)


def test_unpacks_every_type_bit_for_bit_and_what_is_no_number():
    values = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, 1.7976931348623157e308])
    floats = values, values[:5].astype(np.float32), np.cumsum(np.full(500, 0.1)), -np.geomspace(1e-3, 1e3, 400)
    arrays = [*(array for dtype in DTYPES for array in arrays_of(dtype)), *floats]
    words, given = [node(), UNPACK, str(turn.PROGRAMS.joinpath("core.js"))], json.dumps(packed(arrays))
    unpacked = json.loads(subprocess.run(words, input=given, capture_output=True, text=True, check=True).stdout)
    for array, (shape, found) in zip(arrays, unpacked, strict=True):
        assert (tuple(shape), found) == (array.shape, array.tobytes().hex()), array.dtype
    path = 2 + np.exp(-np.arange(4000) / 900)  # what changes smoothly is packed as small differences
    assert packed(path)["differences"] >= 2
    assert len(packed(path)["planes"]) < path.nbytes / 4
    assert packed(np.random.default_rng(0).random(500))["differences"] == 0


# --- a film waits for its guesses -------------------------------------------------------------------------------------

YEAR = Place("When?", "In 1999.", name="year", low=1990, high=2020, start=1990, answer=1999, digits=0, commas=False)
WHICH = Choose("Which?", "The first.", options=("one", "two"), right="one")
OPEN = Choose("What follows?", "More.", options=("more", "less"), right="more", covers=False)
VEILS = "document.querySelectorAll('.veil').length"
PLAYING = "tinylearnFilms.players.findIndex(({ film }) => film === tinylearnFilms.clock.playing)"
SHOWN = "[...document.querySelectorAll('.prose p')].map((each) => Number(each.offsetHeight > 0)).join('')"


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


def press(number, button="button"):
    return f"document.querySelectorAll('.guess')[{number}].querySelector('{button}').click();"


def test_covers_a_film_until_the_last_of_its_guesses_is_answered_and_then_tells_how_it_is(opened):
    browser = opened()
    shown = browser.run("return document.querySelector('.guess').innerText")
    assert "year = 1990" in shown
    assert "," not in shown  # a year has no comma
    said = "[...document.querySelectorAll('.said')].slice(0, 2).map((each) => each.textContent).join(' ')"
    look = f"return [{VEILS}, {PLAYING}, document.querySelector('.film').inert]"
    browser.run("document.querySelector('.shown').scrollIntoView()")
    assert browser.run(look) == [1, -1, True]
    assert browser.run(press(1) + look) == [1, -1, True]
    assert browser.run(press(0) + look) == [0, 0, False]
    assert "It is" not in browser.run(f"return {said}")
    browser.run("tinylearnFilms.players[0].controls.actions.last()")
    browser.wait_for(f"{said}.includes('It is') && !document.querySelector('.said button')")


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


def test_hides_what_is_told_behind_a_guess_or_its_film_until_it_is_answered_or_left(opened):
    browser = opened()
    assert browser.run(f"return {SHOWN}") == "010101"
    for number, button, shown in ((0, "button", "010101"), (1, "button", "110101"), (3, ".skip", "110111")):
        assert browser.run(press(number, button) + f"return {SHOWN}") == shown
    assert opened("#told-1").run(f"return {SHOWN}") == "011101"  # a link leads to it
    second = "document.querySelectorAll('.shown')[1]"  # its guess does not cover it, but keeps it from playing
    look = f"{second}.scrollIntoView(); return [{second}.querySelector('.veil'), {PLAYING}]"
    assert opened().run(look) == [None, -1]
    browser.run(press(2))
    browser.wait_for(f"{PLAYING} === 1")
