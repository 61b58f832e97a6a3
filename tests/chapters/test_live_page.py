"""The pages of the book while it is made: there from the first film on, true at every moment, complete at the end."""

import time

import pytest

from animations import render
from chapters.tools import live_page
from chapters.tools.book import PENDING, write_book
from chapters.tools.figures import bound_in
from chapters.tools.live_page import MAKING, LivePage
from tests.chapters.chapter_helpers import uncoloured
from tests.chapters.dot_scenes import Dot
from tests.chapters.test_book import Links, save


@pytest.fixture(autouse=True)
def looks_often(monkeypatch):
    """The page need not wait for films that take seconds."""
    monkeypatch.setattr(live_page, "FIRST", 0.02)
    monkeypatch.setattr(live_page, "LATER", 0.02)


def draw(folder, name, **settings):
    render(Dot(), folder / f"{name}.html", progress=False, **settings)


def read(folder, name):
    return (folder / f"{name}.html").read_text(encoding="utf-8")


def wait_for(folder, name, text):
    """Return the page of a chapter as soon as it contains this text."""
    while not (folder / f"{name}.html").exists() or text not in read(folder, name):
        time.sleep(0.01)
    return read(folder, name)


def test_exists_from_the_first_film_on_is_renewed_with_each_and_in_the_end_shows_numbers_alone(tmp_path, capsys):
    with LivePage(tmp_path, ["ch01", "ch03"]) as live:
        assert not (tmp_path / "index.html").exists()
        draw(tmp_path, "ch01_one")
        first, second = wait_for(tmp_path, "ch01", "ch01_one.html"), wait_for(tmp_path, "ch03", MAKING)
        for page in (first, second):
            Links(page)
            assert page.count(MAKING) == 1
            assert "All numbers of this run" not in page
        assert "It lays down its ruler" in second  # there is something to read
        assert f"After {PENDING} updates" in second
        draw(tmp_path, "ch03_two")
        wait_for(tmp_path, "ch03", "ch03_two.html")
        assert wait_for(tmp_path, "index", "ch03.html").count("not finished yet") == 2
        save(tmp_path, "ch01", {"sevens": 7})
        assert live.finished("ch01") == tmp_path / "index.html"
        assert '<tr><th scope="row">sevens</th><td>7</td></tr>' in read(tmp_path, "ch01")
        assert [MAKING in read(tmp_path, name) for name in ("ch01", "ch03")] == [False, True]
        save(tmp_path, "ch03", {})
        live.finished("ch03")
    said = capsys.readouterr().err
    assert said == f"The first film is ready. Open {tmp_path / 'index.html'} (reload it to see more)\n"
    pages = {path: path.read_text() for path in tmp_path.glob("*.html")}
    assert not any(MAKING in page for page in pages.values())
    write_book(tmp_path)
    assert {path: path.read_text() for path in tmp_path.glob("*.html")} == pages


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_stays_true_after_an_error(tmp_path, error):
    save(tmp_path, "ch02", {})  # from another run
    with pytest.raises(error), LivePage(tmp_path, ["ch01", "ch02", "ch03"]) as live:  # noqa: PT012
        draw(tmp_path, "ch01_one")
        save(tmp_path, "ch01", {})
        live.finished("ch01")
        draw(tmp_path, "ch03_half")
        raise error
    first, second, third = (read(tmp_path, name) for name in ("ch01", "ch02", "ch03"))
    assert MAKING not in first + second + third
    assert "Not finished" not in first + second
    assert "ch03_half.html" in third
    message = "the run stopped early. Run <code>python -m chapters 3</code> to finish this chapter."
    assert f"Not finished: {message}" in uncoloured(third)


def test_leaves_no_page_after_a_run_without_a_film_and_films_as_files_if_it_stops_early(tmp_path):
    with pytest.raises(RuntimeError), LivePage(tmp_path, ["ch01"], bind=True):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RuntimeError), LivePage(tmp_path, ["ch01"], bind=True):  # noqa: PT012
        draw(tmp_path, "ch01_one")
        raise RuntimeError
    assert "ch01_one.html" in read(tmp_path, "ch01")
    assert (tmp_path / "ch01_one.html").is_file()


def test_shows_films_of_an_earlier_run_while_new_ones_are_made(tmp_path):
    draw(tmp_path, "ch01_one")
    draw(tmp_path, "ch01_two")
    save(tmp_path, "ch01", {"sevens": 7})
    write_book(tmp_path)
    earlier = read(tmp_path, "ch01")
    with LivePage(tmp_path, ["ch01"]) as live:
        assert read(tmp_path, "ch01") == earlier
        draw(tmp_path, "ch01_one")
        page = wait_for(tmp_path, "ch01", MAKING)
        assert "ch01_two.html" in page
        assert "sevens" not in page
        live.finished("ch01")
    assert read(tmp_path, "ch01") == earlier


# --- bound: a film that plays in its chapter's page is kept there alone ----------------------------------------------


def bound(folder, name, *films):
    """Make a chapter of these films, and bind them."""
    with LivePage(folder, [name], bind=True) as live:
        for film in films:
            draw(folder, film)
        save(folder, name, {})
        live.finished(name)
    return read(folder, name)


def test_keeps_a_bound_film_in_the_page_alone_until_it_is_drawn_again(tmp_path):
    (tmp_path / "ch01_notes.html").write_text("<p>Mine.</p>")
    page, films = bound(tmp_path, "ch01", "ch01_one", "ch01_two"), bound_in(tmp_path, "ch01")
    assert list(films) == ["ch01_one", "ch01_two"]
    assert [path.name for path in tmp_path.glob("ch01_*")] == ["ch01_notes.html"]  # which is no film
    assert (tmp_path / "ch01_notes.html").read_text() == "<p>Mine.</p>"
    assert "ch01_one.html" not in page  # nothing leads to what is not there
    bound(tmp_path, "ch02", "ch02_one")
    write_book(tmp_path)
    assert bound_in(tmp_path, "ch01") == films
    assert "Chapter 2 →" in read(tmp_path, "ch01")
    draw(tmp_path, "ch01_two", fps=7)
    write_book(tmp_path)
    after = bound_in(tmp_path, "ch01")
    assert [after[name] == film for name, film in films.items()] == [True, False]
    assert "ch01_two.html" in read(tmp_path, "ch01")  # nobody asked to bind it


def test_loses_no_film_when_killed_while_files_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("chapters.tools.book.remove_bound", lambda *_: None)
    bound(tmp_path, "ch01", "ch01_one", "ch01_two")
    monkeypatch.undo()
    (tmp_path / "ch01_one.html").unlink()  # so far it came
    bound(tmp_path, "ch01")
    assert [*bound_in(tmp_path, "ch01")] == ["ch01_one", "ch01_two"]
    assert not list(tmp_path.glob("ch01_*"))
