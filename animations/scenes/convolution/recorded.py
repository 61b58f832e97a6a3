"""Numbers of a scene that stand in a recording: under which name, and what explains them there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from animations.kit.chain import Chain
from animations.why import Line, Part, Sum, Term, Why
from tinylearn import Recording


class Recorded:
    """The chain of a recording, and which of its parameters hold the numbers of a scene.

    arrays   name → what the scene shows of a parameter after update `step`, in any shape
    """

    def __init__(self, caller: str, recording: Recording, step: int, arrays: Mapping[str, np.ndarray]) -> None:
        self.chain, at = Chain(recording), recording.at(step)
        self.names: dict[str, tuple[str, tuple[int, ...], tuple[int, ...]]] = {}
        for what, array in arrays.items():
            found = [name for name, values in at.items() if np.array_equal(np.ravel(values), np.ravel(array))]
            if not found:
                raise ValueError(f"{caller}: recording must hold {what} after update {step}, got one that does not")
            self.names[what] = found[0], np.shape(array), at[found[0]].shape

    def why(self, says: str, what: str, index: tuple[int, ...], step: int) -> Why | None:
        """Explain a number of one of the arrays after an update."""
        name, shape, recorded = self.names[what]
        place = np.unravel_index(np.ravel_multi_index(index, shape), recorded)
        why = self.chain.why(f"{name}[{','.join(str(int(i)) for i in place)}]", step)
        return why and replace(why, says=says)


def renamed(why: Why, gids: Mapping[str, str]) -> Why:
    """Return an explanation in which some numbers have other gids: those under which a scene draws them.

    >>> list(renamed(Why("w", 2.0, [Line("before", Term(2.0, "before.w[0]"))]), {"before.w[0]": "before"}).asked())
    ['before']
    """
    return replace(why, parts=[_renamed(part, gids) for part in why.parts])


def _renamed(part: Part, gids: Mapping[str, str]) -> Part:
    if isinstance(part, Line):
        return Line(part.words, *(_term(piece, gids) if isinstance(piece, Term) else piece for piece in part.pieces))
    return part._replace(terms=_terms(part.terms, gids)) if isinstance(part, Sum) else part


def _terms(terms: Sequence[Term], gids: Mapping[str, str]) -> list[Term]:
    return [_term(term, gids) for term in terms]


def _term(term: Term, gids: Mapping[str, str]) -> Term:
    return Term(term.value, gids.get(term.gid, term.gid))
