"""The prose of the book: every number is bound, each term is explained once, every sentence is readable."""

import html
import importlib
import pickle
import re
import sys
from pathlib import Path

import pytest

from animations import Scene
from chapters.tools.chapter import CHAPTERS, Chapter
from chapters.tools.glossary import GLOSSARY, entry, read_glossary
from chapters.tools.highlighting import highlighted
from chapters.tools.placeholders import evaluated, replaced
from chapters.tools.prose import as_html, terms_in
from chapters.tools.script import cells_of
from chapters.tools.sources import source_lines

ROOT = Path(__file__).parents[2]
each_chapter = pytest.mark.parametrize("number", CHAPTERS)


def prose_of(number):
    return [cell.text for cell in CHAPTERS[number].script if cell.prose]


# --- what every chapter must be --------------------------------------------------------------------------------------


def unbound_digits(text):
    """Return the words with digits that come neither from the run, nor from a source that is cited.

    Digits may stand in formulas, in links to a source, in the numbers of chapters and exercises, and in commands and
    names in code.
    """
    text = re.sub(r"(?m)\[[^\]]*\]\(https://[^)]*\)|^::source .*$|\]\([^)]*\)", "", text)
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    text = re.sub(r"`(?:python |[A-Za-z_-])[^`]*`|\$\$.*?\$\$|\$[^$\n]+\$|\{[^{}]+\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\b([Cc]hapters? \d( (and|to) \d)?|[Ee]xercise \d)\b", "", text)
    return re.findall(r"\S*\d\S*", text)


@each_chapter
def test_binds_every_digit_to_the_run_or_to_a_source(number):
    assert [word for text in prose_of(number) for word in unbound_digits(text)] == []


def test_would_find_an_unbound_digit():
    text = "In chapter 4, {n} of 41, `0.5`, $x^2$, `python -m chapters 3`, [−273.15 °C](https://a.org/2), ½ of 3.2."
    assert unbound_digits(text) == ["41,", "`0.5`,", "3.2."]


@each_chapter
def test_keeps_chapters_long_enough_to_teach_and_short_enough_to_read(number):
    words = [word for text in prose_of(number) for word in re.sub(r"\$\$.*?\$\$|::source.*", "", text).split()]
    assert 1200 <= len(words) <= 2000


@each_chapter
def test_begins_a_chapter_with_a_question_and_shows_formulas_code_and_lines_of_the_framework(number):
    first, *rest = prose_of(number)
    assert "?" in first
    whole = "\n".join(rest)
    assert "$$" in whole
    assert "\n::source " in whole
    assert any(not cell.prose and not cell.title for cell in CHAPTERS[number].script), "code that is open"


@each_chapter
def test_has_three_exercises_each_with_an_answer_that_checks_itself(number):
    script = CHAPTERS[number].script
    for exercise in (1, 2, 3):
        places = [i for i, cell in enumerate(script) if f"### Exercise {exercise}. " in cell.text]
        assert len(places) == 1
        answer = script[places[0] + 1]
        assert answer.title == f"Answer {exercise}"
        assert "assert " in answer.text


@each_chapter
def test_puts_prose_before_and_after_every_film_and_a_caption_below(number):
    script = CHAPTERS[number].script
    for i, cell in enumerate(script):
        if "book.film(" in cell.text:
            assert script[i - 1].prose
            assert script[i + 1].prose
            assert cell.text.count("book.film(") == len(re.findall(r'"[A-Z][^"]*\."\)', cell.text))


# --- the glossary ----------------------------------------------------------------------------------------------------


def test_explains_each_term_of_the_glossary_once_in_the_book():
    bold = [term for number in CHAPTERS for text in prose_of(number) for term in terms_in(text)]
    assert [term for term in bold if entry(term) is None] == []
    assert sorted(map(entry, bold)) == sorted(GLOSSARY)


@pytest.mark.parametrize("text", ["loss: How wrong.", "**loss** How wrong.", "**loss**: How wrong",
                                  "**a**: B.\n\n**a**: C.", "**a**: B.\n**c**: D."])  # fmt: skip
def test_refuses_a_glossary_that_cannot_be_read(text):
    with pytest.raises(ValueError, match=r"one paragraph per term, \*\*term\*\*: A sentence\. It has "):
        read_glossary(text)


def test_shows_typographic_quotes_but_not_in_code():
    shown = as_html("""The neuron's answer: "no", in `print("code")`.""")
    assert "The neuron’s answer: “no”, in <code>print(&quot;code&quot;)</code>." in shown


def test_links_a_term_and_explains_it_below_its_block():
    page = as_html("By the **chain\nrule** it is.\n\nNext.")
    assert '<dfn id="chain-rule"><a href="glossary.html#chain-rule">chain rule</a></dfn>' in page
    assert page.index("</p>") < page.index("<dt>chain rule</dt>") < page.index("Next.")


# --- Markdown, and what is beyond it ---------------------------------------------------------------------------------


def test_turns_formulas_into_mathml():
    page = as_html("The line $y = w x$ and\n\n$$\\frac{1}{N}\n\\sum_i x_i$$\n\nin US$ 3 and US$ 4.")
    assert page.count("<math ") == 2
    assert '<math display="block">' in page
    assert "<mfrac>" in page
    assert "in US$ 3 and US$ 4." in page


@pytest.mark.parametrize(
    ("latex", "part"),
    [
        ("x = -1", '<mo>&#x0003D;</mo><mo form="prefix">&#x02212;</mo><mn>1</mn>'),
        ("a - b", "<mi>a</mi><mo>&#x02212;</mo><mi>b</mi>"),
        ("t \\log p", '<mspace width="0.17em"/><mi>log</mi><mspace width="0.17em"/>'),
        ("\\log(p)", '<mrow><mi>log</mi><mo stretchy="false">&#x00028;</mo>'),
        ("\\max(x, 0)", "<mi>max</mi>"),
    ],
)
def test_leaves_gaps_in_formulas_where_books_have_them(latex, part):
    assert part in as_html(f"See ${latex}$.")


def test_refuses_a_formula_without_an_end():
    with pytest.raises(ValueError, match=r"a formula begins with \$\$ but does not end"):
        as_html("$$x = 1\n\nand more")


def test_returns_lines_of_the_source_without_the_docstring():
    page = as_html("Look:\n\n::source tinylearn/layers/dense.py Dense.backward\n\nSo.")
    assert "in tinylearn/layers/dense.py, line " in page
    assert "Derive" not in page
    assert "dout_rows" in page


@pytest.mark.parametrize(
    ("path", "name", "message"),
    [("tinylearn/nothing.py", "Dense", "has no file"), ("tinylearn/layers/dense.py", "Dense.f", "the file has no f")],
)
def test_refuses_missing_lines(path, name, message):
    with pytest.raises(ValueError, match=message):
        source_lines(path, name)


def test_colours_and_escapes_code():
    page = as_html("```python\nif a < b: pass\n```")
    assert '<span class="k">if</span> a &lt; b: <span class="k">pass</span>' in page


def test_colours_keep_every_letter_of_code():
    text = '@cache\ndef f(x=0.5):  # half\n    """One."""\n    return f"<{x!r}&>" if x else None\n'
    shown = highlighted(text, "python")
    assert html.unescape(re.sub("<[^>]*>", "", shown)) == text.rstrip()
    assert set(re.findall('<span class="(.)">', shown)) == set("ksmnc")


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_replaces_placeholders_by_values_with_a_minus_sign_of_print():
    names = {"w": [1.5, -2.25], "name": "deer"}
    plain = "; `{w}`, $e^{x}$, {}, x-1, $$\n{e}\n$$ and ```\n{a}\n``` for US$ 5"
    prose = "{w[1]:.1f} and {name!r}, {'more' if w[0] > 1 else 'fewer'}" + plain
    assert replaced(prose, lambda inside: evaluated(inside, names, "here")) == "−2.2 and 'deer', more" + plain


def test_says_where_an_unbound_name_stands():
    with pytest.raises(NameError) as caught:
        evaluated("losses[0]", {}, "ch03, line 7")
    assert caught.value.__notes__ == ["ch03, line 7: {losses[0]} in prose needs names that the code above it defines"]


# --- scripts ---------------------------------------------------------------------------------------------------------

SCRIPT = """\
# %% [markdown]
# # Chapter 3. A run
#
# It begins. What is it?

# %% Needed
from chapters.tools.run import begin
book = begin("ch03")
RATE = 0.5

# %%
w = 3 * RATE
w

# %% [markdown]
# It is {w:.2f}.
"""


@pytest.fixture
def chapter(tmp_path):
    path = tmp_path / "ch03_a_run.py"
    path.write_text(SCRIPT, encoding="utf-8")
    return Chapter(path)


def test_runs_cells_in_order_and_keeps_their_results(chapter, tmp_path):
    seen = []
    record = chapter.main(tmp_path, watch=lambda names: seen.append(names.get("w")))
    assert record == {"numbers": {}, "cells": [[], "", "1.5", ["1.50"]], "asked": {}}
    assert seen == [None, None, None, 1.5, 1.5]
    assert chapter.title == "Chapter 3. A run"


def test_names_the_line_of_an_error_in_a_cell(chapter, tmp_path):
    chapter.path.write_text(SCRIPT.replace("w = 3 * RATE", "w = 3 / 0"), encoding="utf-8")
    with pytest.raises(ZeroDivisionError) as caught:
        chapter.main(tmp_path)
    last = caught.traceback[-1]
    assert (str(last.path), last.lineno + 1) == (str(chapter.path), 12)


def test_refuses_a_setting_that_a_chapter_does_not_have(chapter, tmp_path):
    with pytest.raises(TypeError, match="ch03: there is no setting csv"):
        chapter.main(tmp_path, csv="a.csv")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\n# %%\n", "a chapter must begin with a cell, a line with # %%, got 'x = 1'"),
        ("# %% [markdown]\n# Text\nx = 1\n", "line 3: in prose every line must begin with '# ', got 'x = 1'"),
    ],
)
def test_refuses_a_script_that_is_no_chapter(source, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        cells_of(source)


def test_requires_a_name_for_each_film(tmp_path, chapter):
    for line in ('book.film("x", None)', 'book.film("ch04_x", None)'):
        chapter.path.write_text(SCRIPT.replace("w = 3 * RATE", line), encoding="utf-8")
        with pytest.raises(ValueError, match="ch03: a film needs a name of its own that begins with ch03_, got"):
            Chapter(chapter.path).main(tmp_path)


def test_runs_cells_with_the_defaults_in_a_notebook_and_shows_films_as_scenes(chapter, monkeypatch):
    film = "shown = book.film('ch03_x', Clip(Scene()))"
    source = SCRIPT.replace("w = 3 * RATE", f"from animations import Clip, Scene\n{film}\nw = 3 * RATE")
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    names = {}
    exec(source, names)
    assert isinstance(names["shown"], Scene)
    assert (names["book"].quick, names["book"].seed, names["w"]) == (False, 0, 1.5)
    with pytest.raises(AttributeError, match="ch03: a run has no setting 'csv'"):
        _ = names["book"].csv


def test_imports_only_the_definitions_of_a_chapter():
    module = importlib.import_module("chapters.ch03_first_neuron")
    assert module.__doc__ == "Chapter 3. One neuron learns Fahrenheit from Celsius"
    assert module.UPDATES == 8000
    assert module.one_neuron().parameters.tolist() == [1, 1]
    assert not {"book", "model", "recording", "ws"} & set(vars(module))


def test_sends_classes_of_a_chapter_to_other_processes():
    scene = importlib.import_module("chapters.ch01_create_animations").ShortestScene
    assert pickle.loads(pickle.dumps(scene)) is scene
