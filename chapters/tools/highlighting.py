"""Code in colours: keywords, strings, numbers, names where they are defined, comments. All else stays plain."""

from __future__ import annotations

import html
from itertools import groupby
from typing import Any

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String

KINDS = {  # kind of token → its class in book.css
    Keyword: "k",
    Operator.Word: "k",
    String: "s",
    Number: "m",
    Name.Class: "n",
    Name.Decorator: "n",
    Name.Function: "n",
    Comment: "c",
}


def highlighted(text: str, language: str) -> str:
    """Return code as HTML.

    >>> highlighted("x < 3", "python")
    'x &lt; <span class="m">3</span>'
    """
    runs = groupby(get_lexer_by_name(language).get_tokens(text), lambda token: _kind(token[0]))
    return "".join(_span(kind, "".join(part for _, part in run)) for kind, run in runs).rstrip("\n")


def _kind(token: Any) -> str:
    return next((name for kind, name in KINDS.items() if token in kind), "")


def _span(kind: str, text: str) -> str:
    written = html.escape(text, quote=False)
    return f'<span class="{kind}">{written}</span>' if kind else written
