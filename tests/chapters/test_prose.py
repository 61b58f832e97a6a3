"""The prose of the book: every number is bound, each term is explained once, every sentence is readable."""

import html
import importlib
import re
import sys

import pytest

from animations import Scene
from chapters.tools.chapter import CHAPTERS, Chapter
from chapters.tools.glossary import GLOSSARY, entry, read_glossary
from chapters.tools.highlighting import highlighted
from chapters.tools.placeholders import evaluated, replaced
from chapters.tools.prose import as_html, terms_in
from chapters.tools.script import cells_of
from chapters.tools.sources import source_lines


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


def test_would_find_an_unbound_digit():
    text = "In chapter 4, {n} of 41, `0.5`, $x^2$, `python -m chapters 3`, [−273.15 °C](https://a.org/2), ½ of 3.2."
    assert unbound_digits(text) == ["41,", "`0.5`,", "3.2."]


@pytest.mark.parametrize("number", CHAPTERS)
def test_is_a_chapter_as_each_should_be(number):
    """Its digits come from the run or a source, it is neither short nor long, begins with a question, shows formulas,
    code and lines of the framework, has exercises whose answers check themselves, and prose around every film.
    """
    script, texts = CHAPTERS[number].script, prose_of(number)
    assert [word for text in texts for word in unbound_digits(text)] == []
    words = [word for text in texts for word in re.sub(r"\$\$.*?\$\$|::source.*", "", text).split()]
    assert 1200 <= len(words) <= 2000
    whole = "\n".join(texts[1:])
    assert "?" in texts[0]
    assert "$$" in whole
    assert "\n::source " in whole
    assert any(not cell.prose and not cell.title for cell in script), "code that is open"
    for exercise in (1, 2, 3):
        (place,) = (i for i, cell in enumerate(script) if f"### Exercise {exercise}. " in cell.text)
        assert script[place + 1].title == f"Answer {exercise}"
        assert "assert " in script[place + 1].text
    for i, cell in enumerate(script):
        if "book.film(" in cell.text:
            assert script[i - 1].prose
            assert script[i + 1].prose
            captions = re.findall(r'"[A-Z][^"]*\."\)', cell.text)
            assert cell.text.count("book.film(") == len(captions)


# --- the glossary ----------------------------------------------------------------------------------------------------


def test_explains_each_term_of_the_glossary_once_in_the_book():
    bold = [term for number in CHAPTERS for text in prose_of(number) for term in terms_in(text)]
    assert [term for term in bold if entry(term) is None] == []
    assert sorted(map(entry, bold)) == sorted(GLOSSARY)


def test_refuses_a_glossary_that_cannot_be_read():
    for text in ("loss: How wrong.", "**loss** How wrong.", "**loss**: How wrong", "**a**: B.\n\n**a**: C.",
                 "**a**: B.\n**c**: D."):  # fmt: skip
        with pytest.raises(ValueError, match=r"one paragraph per term, \*\*term\*\*: A sentence\. It has "):
            read_glossary(text)


def test_links_a_term_and_explains_it_below_its_block():
    page = as_html("By the **chain\nrule** it is.\n\nNext.")
    assert '<dfn id="chain-rule"><a href="glossary.html#chain-rule">chain rule</a></dfn>' in page
    assert page.index("</p>") < page.index("<dt>chain rule</dt>") < page.index("Next.")


# --- Markdown, and what is beyond it ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "part"), [
    ("""The neuron's answer: "no", in `print("code")`.""",
     "The neuron’s answer: “no”, in <code>print(&quot;code&quot;)</code>."),
    ("$$\\frac{1}{N}\n\\sum_i x_i$$", '<math display="block">'),
    ("US$ 3 and US$ 4.", "US$ 3 and US$ 4."),
    ("See $x = -1$", '<mo>&#x0003D;</mo><mo form="prefix">&#x02212;</mo><mn>1</mn>'),
    ("See $a - b$", "<mi>a</mi><mo>&#x02212;</mo><mi>b</mi>"),
    ("See $t \\log p$", '<mspace width="0.17em"/><mi>log</mi><mspace width="0.17em"/>'),
    ("See $\\log(p)$", '<mrow><mi>log</mi><mo stretchy="false">&#x00028;</mo>'),
    ("See $\\max(x, 0)$", "<mi>max</mi>"),
    ("```python\nif a < b: pass\n```", '<span class="k">if</span> a &lt; b: <span class="k">pass</span>'),
    ("Look:\n\n::source tinylearn/layers/dense.py Dense.backward\n\nSo.", "in tinylearn/layers/dense.py, line "),
])  # fmt: skip
def test_turns_markdown_formulas_and_code_into_what_a_browser_shows(text, part):
    assert part in as_html(text)


def test_returns_lines_of_the_source_without_the_docstring():
    page = as_html("::source tinylearn/layers/dense.py Dense.backward")
    assert "dout_rows" in page
    assert "Derive" not in page


def test_colours_keep_every_letter_of_code():
    text = '@cache\ndef f(x=0.5):  # half\n    """One."""\n    return f"<{x!r}&>" if x else None\n'
    shown = highlighted(text, "python")
    assert html.unescape(re.sub("<[^>]*>", "", shown)) == text.rstrip()
    assert set(re.findall('<span class="(.)">', shown)) == set("ksmnc")


@pytest.mark.parametrize(("refused", "message"), [
    (lambda: as_html("$$x = 1\n\nand more"), r"a formula begins with \$\$ but does not end"),
    (lambda: source_lines("tinylearn/nothing.py", "Dense"), "has no file"),
    (lambda: source_lines("tinylearn/layers/dense.py", "Dense.f"), "the file has no f"),
    (lambda: cells_of("x = 1\n# %%\n"), "a chapter must begin with a cell, a line with # %%, got 'x = 1'"),
    (lambda: cells_of("# %% [markdown]\n# Text\nx = 1\n"), "line 3: in prose every line must begin .*, got 'x = 1'"),
])  # fmt: skip
def test_refuses_what_cannot_be_shown(refused, message):
    with pytest.raises(ValueError, match=message):
        refused()


def test_replaces_placeholders_by_values_with_a_minus_sign_of_print_or_says_where_a_name_is_unbound():
    names = {"w": [1.5, -2.25], "name": "deer"}
    plain = "; `{w}`, $e^{x}$, {}, x-1, $$\n{e}\n$$ and ```\n{a}\n``` for US$ 5"
    prose = "{w[1]:.1f} and {name!r}, {'more' if w[0] > 1 else 'fewer'}" + plain
    assert replaced(prose, lambda inside: evaluated(inside, names, "here")) == "−2.2 and 'deer', more" + plain
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


def chapter_of(folder, line="w = 3 * RATE"):
    """Return a chapter with this line in the middle."""
    path = folder / "ch03_a_run.py"
    path.write_text(SCRIPT.replace("w = 3 * RATE", line), encoding="utf-8")
    return Chapter(path)


def test_runs_cells_in_order_and_keeps_their_results(tmp_path):
    seen, chapter = [], chapter_of(tmp_path)
    record = chapter.main(tmp_path, watch=lambda names: seen.append(names.get("w")))
    assert record == {"numbers": {}, "cells": [[], "", "1.5", ["1.50"]], "asked": {}}
    assert seen == [None, None, None, 1.5, 1.5]
    assert chapter.title == "Chapter 3. A run"
    with pytest.raises(TypeError, match="ch03: there is no setting csv"):
        chapter.main(tmp_path, csv="a.csv")


def test_names_the_line_of_an_error_in_a_cell_and_requires_a_name_for_each_film(tmp_path):
    with pytest.raises(ZeroDivisionError) as caught:
        chapter_of(tmp_path, "w = 3 / 0").main(tmp_path)
    last = caught.traceback[-1]
    assert (last.path.name, last.lineno + 1) == ("ch03_a_run.py", 12)
    for line in ('book.film("x", None)', 'book.film("ch04_x", None)'):
        with pytest.raises(ValueError, match="ch03: a film needs a name of its own that begins with ch03_, got"):
            chapter_of(tmp_path, line).main(tmp_path)


def test_runs_cells_with_the_defaults_in_a_notebook_and_shows_films_as_scenes(monkeypatch):
    film = "from animations import Clip, Scene\nshown = book.film('ch03_x', Clip(Scene()))\nw = 3 * RATE"
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    names = {}
    exec(SCRIPT.replace("w = 3 * RATE", film), names)
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
