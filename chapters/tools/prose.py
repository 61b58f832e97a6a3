"""Turns prose in Markdown into HTML: formulas as MathML, code in colours, terms with their explanations.

Straight quotes become typographic ones. Beyond plain Markdown you can write

    $…$, $$…$$                                         a formula in LaTeX, in the text or on a line of its own
    **term**                                           a term of the glossary, at its first use
    ::source tinylearn/layers/dense.py Dense.forward   on a line of its own: shows this part of the source as it is now
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from chapters.tools.glossary import GLOSSARY, anchor, entry
from chapters.tools.highlighting import highlighted
from chapters.tools.sources import source_lines

SOURCE = re.compile(r"::source (\S+) (\S+)")
WIDTHS = {"short": 66, "long": 104}  # letters of a line: as wide as the text; as wide as text and left margin
MATHML = "http://www.w3.org/1998/Math/MathML"
SPACING = (  # in MathML: a pattern → what it should be, so that signs and names stand as they are printed in books
    (r"(<mo>&#x0003D;</mo>)<mo>&#x02212;</mo>", r'\1<mo form="prefix">&#x02212;</mo>'),  # = -1 without a gap
    (r"(?<!<mrow>)<mi>log</mi>", '<mspace width="0.17em"/><mi>log</mi>'),
    (r'<mi>log</mi>(?!<mo stretchy="false">&#x00028;)', '<mi>log</mi><mspace width="0.17em"/>'),
    (r'<mo>max</mo>(?=<mo stretchy="false">&#x00028;)', "<mi>max</mi>"),
)


@cache  # pages are written again for each new film
def code(text: str, language: str = "python", caption: str = "") -> str:
    """Return a block of code in colours. If it is too wide, you can scroll it with the keyboard."""
    said = f"<figcaption>{caption}</figcaption>" if caption else ""
    longest = max(map(len, text.split("\n")))
    kind = "code" + next((f" {name}" for name, most in WIDTHS.items() if longest <= most), "")
    return f'<figure class="{kind}">{said}<pre tabindex="0"><code>{highlighted(text, language)}</code></pre></figure>\n'


def formula(latex: str, display: str) -> str:
    """Return a formula as MathML; `display`: "inline" or "block". Screen readers may read its LaTeX."""
    try:
        mathml = convert(latex, display=display).replace(f' xmlns="{MATHML}"', "", 1)  # HTML knows it
    except Exception as error:
        raise ValueError(f"cannot read this formula: {latex!r}: {error}") from error
    for pattern, better in SPACING:
        mathml = re.sub(pattern, better, mathml)
    return mathml if display == "inline" else f'<div class="formula" tabindex="0">{mathml}</div>\n'


def _dollars(state: StateInline, silent: bool) -> bool:
    """Read $…$: no space inside the dollars and no digit after them, so that "US$ 3 and US$ 4" is no formula."""
    found = re.compile(r"\$(?! )([^$\n]+?)(?<! )\$(?!\d)").match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("formula", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _double_dollars(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read $$…$$, on one or several lines."""
    lines = state.src.split("\n")[start:end]
    if not lines[0].startswith("$$"):
        return False
    last = next((i for i, line in enumerate(lines) if line.rstrip().endswith("$$") and line.strip() != "$$" * (i == 0)),
                None)  # fmt: skip
    if last is None:
        raise ValueError(f"a formula begins with $$ but does not end: {lines[0]!r}")
    if not silent:
        state.push("formula_block", "", 0).content = "\n".join(lines[: last + 1]).strip().strip("$").strip()
        state.line = start + last + 1
    return True


def _source(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a line that asks for lines of the source."""
    found = SOURCE.fullmatch(state.getLines(start, start + 1, 0, False).strip())
    if found is None:
        return False
    if not silent:
        token = state.push("source", "", 0)
        token.meta = {"path": found[1], "name": found[2]}
        state.line = start + 1
    return True


def _render_source(renderer: RendererProtocol, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    path, name = tokens[at].meta["path"], tokens[at].meta["name"]
    first, text = source_lines(path, name)
    return code(text, caption=f"<code>{html.escape(name)}</code>, in {html.escape(path)}, line {first}")


def _fence(renderer: RendererProtocol, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return code(tokens[at].content.rstrip("\n"), tokens[at].info.strip() or "text")


def _inline(text: str) -> str:
    """Return code in a sentence. Where a line ends, `--seed` goes to the next one as a whole.

    >>> _inline("python -m chapters 4 --seed 1")
    '<code>python <span class="flag">-m</span> chapters 4 <span class="flag">--seed</span> 1</code>'
    >>> _inline("--resume")
    '<code><span class="flag">--resume</span></code>'
    """
    marked = re.sub(r"(?<!\S)-+[a-z]+", r'<span class="flag">\g<0></span>', html.escape(text))
    return f"<code>{marked}</code>"


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"typographer": True}).enable(["table", "smartquotes"])
    markdown.inline.ruler.before("escape", "formula", _dollars)
    markdown.block.ruler.before("fence", "formula_block", _double_dollars, {"alt": ["paragraph"]})
    markdown.block.ruler.before("fence", "source", _source, {"alt": ["paragraph"]})
    rules = markdown.renderer.rules  # type: ignore[attr-defined]
    rules["formula"] = lambda tokens, at, options, env: formula(tokens[at].content, "inline")
    rules["formula_block"] = lambda tokens, at, options, env: formula(tokens[at].content, "block")
    rules["code_inline"] = lambda tokens, at, options, env: _inline(tokens[at].content)
    rules["source"] = lambda tokens, at, options, env: _render_source(markdown.renderer, tokens, at, options, env)
    rules["fence"] = lambda tokens, at, options, env: _fence(markdown.renderer, tokens, at, options, env)
    return markdown


MARKDOWN = _markdown()


def terms_in(text: str) -> list[str]:
    """Return the bold words of a text, in order.

    >>> terms_in("By **backpropagation**, `**not this**`, **one**")
    ['backpropagation', 'one']
    """
    return [term for token in MARKDOWN.parse(text) if token.type == "inline" for term in _bold(token)]


def _bold(inline: Token) -> list[str]:
    """Return the bold words in one inline token."""
    children = inline.children or []
    opened = [i for i, token in enumerate(children) if token.type == "strong_open"]
    return [_text(children, i + 1) for i in opened]


def _text(children: Sequence[Token], start: int) -> str:
    """Return the text from `start` to the end of the bold part, which may continue on the next line."""
    end = next(i for i in range(start, len(children)) if children[i].type == "strong_close")
    return "".join(token.content or " " for token in children[start:end])


@cache
def as_html(text: str) -> str:
    """Return Markdown as HTML. Each bold term of the glossary is explained below its block."""
    tokens: list[Token] = []
    waiting: list[str] = []
    for token in MARKDOWN.parse(text):
        tokens.append(token)
        if token.type == "inline":
            waiting += filter(None, map(entry, _bold(token)))
            _link_terms(token)
        if waiting and token.level == 0 and token.nesting <= 0 and token.type != "inline":
            explained = Token("html_block", "", 0)
            explained.content = explanation(waiting)
            tokens.append(explained)
            waiting = []
    return str(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))


def _link_terms(inline: Token) -> None:
    """Turn each bold term of the glossary into a link to the glossary, and into an anchor."""
    children, linked = list(inline.children or []), []
    while children:
        linked.append(token := children.pop(0))
        if token.type == "strong_open" and (term := entry(said := _text(children, 0))):
            link = Token("html_inline", "", 0)
            link.content = (
                f'<dfn id="{anchor(term)}"><a href="glossary.html#{anchor(term)}">{html.escape(said)}</a></dfn>'
            )
            linked.append(link)
            while children[0].type != "strong_close":
                children.pop(0)
    inline.children = linked


def explanation(terms: Sequence[str]) -> str:
    """Return a list of terms with their explanations."""
    items = "".join(f"<div><dt>{html.escape(term)}</dt><dd>{MARKDOWN.renderInline(GLOSSARY[term])}</dd></div>"
                    for term in terms)  # fmt: skip
    return f'<dl class="terms">{items}</dl>\n'
