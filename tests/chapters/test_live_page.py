"""The page of the book while it is made: there from the first film on, true at every moment, in the end as ever."""

import re
import time

import pytest

from animations import render
from chapters.tools.gallery import write_gallery
from chapters.tools.live_page import MAKING, LivePage
from tests.chapters.slow_scenes import Slow
from tests.chapters.test_gallery import Links


def draw(folder, name):
    render(Slow(), folder / f"{name}.html", progress=False)


def read(folder):
    return (folder / "index.html").read_text(encoding="utf-8")


def wait_for(folder, text):
    """Return the page as soon as it says that."""
    while not (folder / "index.html").exists() or text not in read(folder):
        time.sleep(0.01)
    return read(folder)


def sections(page):
    return dict(re.findall(r'<section id="(ch\d\d)">(.*?)</section>', page, flags=re.DOTALL))


def test_is_there_from_the_first_film_on_and_renewed_with_each(tmp_path, capsys):
    with LivePage(tmp_path, ["ch01", "ch03"]):
        assert not (tmp_path / "index.html").exists()
        draw(tmp_path, "ch01_one")
        page = wait_for(tmp_path, "ch01_one.html")
        Links(page)
        for section in sections(page).values():
            assert section.count(MAKING) == 1
            assert '<div class="numbers">' not in section
        assert sections(page)["ch01"].index("ch01_one.html") < sections(page)["ch01"].index(MAKING)
        assert "A neuron multiplies its input" in sections(page)["ch03"]  # there is something to read
        draw(tmp_path, "ch03_two")
        assert "ch01_one.html" in wait_for(tmp_path, "ch03_two.html")
    said = capsys.readouterr().err
    assert said == f"The first film can be opened: {tmp_path / 'index.html'} (reload it to see more)\n"


def test_shows_the_numbers_of_a_chapter_that_is_finished_and_in_the_end_nothing_else(tmp_path):
    with LivePage(tmp_path, ["ch01", "ch03"]) as live:
        draw(tmp_path, "ch01_one")
        (tmp_path / "ch01.json").write_text('{"a number": 7}')
        assert live.finished("ch01") == tmp_path / "index.html"
        first, second = sections(read(tmp_path)).values()
        assert "<tr><th>a number</th><td>7</td></tr>" in first
        assert MAKING not in first
        assert MAKING in second
        (tmp_path / "ch03.json").write_text("{}")
        live.finished("ch03")
    page = read(tmp_path)
    assert MAKING not in page
    write_gallery(tmp_path)
    assert read(tmp_path) == page


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_is_true_after_an_error(tmp_path, error):
    (tmp_path / "ch02.json").write_text("{}")  # of another run
    with pytest.raises(error), LivePage(tmp_path, ["ch01", "ch02", "ch03"]) as live:  # noqa: PT012
        draw(tmp_path, "ch01_one")
        (tmp_path / "ch01.json").write_text("{}")
        live.finished("ch01")
        draw(tmp_path, "ch03_half")
        raise error
    first, second, third = sections(read(tmp_path)).values()
    assert MAKING not in read(tmp_path)
    assert "Not finished" not in first + second
    assert "ch03_half.html" in third
    assert "Not finished: the run stopped early. <code>python -m chapters 3</code> makes this chapter." in third


def test_a_run_without_a_film_leaves_no_page(tmp_path):
    with pytest.raises(RuntimeError), LivePage(tmp_path, ["ch01"]):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_films_of_an_earlier_run_are_shown_while_new_ones_are_made(tmp_path):
    draw(tmp_path, "ch01_one")
    draw(tmp_path, "ch01_two")
    (tmp_path / "ch01.json").write_text('{"a number": 7}')
    write_gallery(tmp_path)
    earlier = read(tmp_path)
    with LivePage(tmp_path, ["ch01"]) as live:
        assert read(tmp_path) == earlier
        draw(tmp_path, "ch01_one")
        page = wait_for(tmp_path, MAKING)
        assert "ch01_two.html" in page
        assert "a number" not in page
        live.finished("ch01")
    assert read(tmp_path) == earlier
