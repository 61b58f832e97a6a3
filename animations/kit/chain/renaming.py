"""An explanation under other gids: those that a picture has for the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from animations.why import Line, Part, Sum, Term, Why


def renamed(why: Why | None, name: Callable[[str], str]) -> Why | None:
    """Return the same explanation, in which every gid that can be asked is name(gid).

    >>> why = renamed(Why("w", 2.0, [Line("w", Term(2.0, "before.w"))]), lambda gid: f"earlier.{gid}")
    >>> list(why.asked())
    ['earlier.before.w']
    """

    def term(each: Term) -> Term:
        return Term(each.value, name(each.gid)) if each.gid else each

    def part(each: Part) -> Part:
        if isinstance(each, Line):
            return Line(each.words, *(term(piece) if isinstance(piece, Term) else piece for piece in each.pieces))
        return each._replace(terms=[*map(term, each.terms)]) if isinstance(each, Sum) else each

    return why and replace(why, parts=[*map(part, why.parts)])
