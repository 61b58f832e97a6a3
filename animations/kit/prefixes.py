"""Explanations of a part of a scene: what they ask for stands under the part's name."""

from __future__ import annotations

from dataclasses import replace

from animations.why import Line, Part, Sum, Term, Why


def prefixed(why: Why, prefix: str) -> Why:
    """Return an explanation whose gids all begin with `prefix`.

    >>> why = Why("twice", 4.0, [Line("two and two", Term(2.0, "two"), "+", 2.0, "=", 4.0)])
    >>> list(prefixed(why, "left.").asked())
    ['left.two']
    """
    return replace(why, parts=[_part(part, prefix) for part in why.parts])


def _part(part: Part, prefix: str) -> Part:
    if isinstance(part, Line):
        return Line(part.words, *(_term(piece, prefix) if isinstance(piece, Term) else piece for piece in part.pieces))
    return part._replace(terms=[_term(term, prefix) for term in part.terms]) if isinstance(part, Sum) else part


def _term(term: Term, prefix: str) -> Term:
    return term._replace(gid=prefix + term.gid) if term.gid else term
