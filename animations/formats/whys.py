"""Explanations for a page: why each number of each frame is what it is, as far as the page has room.

One number leads to others. These are explained too, as many as a frame may have: first the nearest ones and those that
count most. So the way back from a number on the picture ends at a parameter or at data. If all explanations together
are too large, only every second frame is explained, or every fourth, …, as the film's data says. Two frames tell how
large all would be. They are early ones, since for a late one a scene may have to repeat most of the training. And their
numbers are powers of two, so that they are usually among those that are explained in the end.
"""

from __future__ import annotations

import base64
import heapq
import itertools
import json
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from animations.scene import Scene
from animations.why import Code, Line, Sum, Term, Why

BUDGET = 2_000_000  # bytes for the explanations of a page
GROUP = 8  # frames that are packed and unpacked together
DIGITS = 9  # of a number; a page shows five
MOST = 270  # explanations of one frame
FAR = 10  # steps back from a number on the picture; the k-th largest term of a sum is 2 log2(k) steps farther


class Explanations:
    """The explanations of a scene for its `texts`: what each gid shows, frame by frame.

    groups   for each `group` frames: frame → gid → explanation, packed
    says     a sentence about what was left out; "" if nothing was
    """

    def __init__(self, scene: Scene, texts: Sequence[Mapping[str, str]], budget: int = BUDGET) -> None:
        self.group, self.says = GROUP, ""
        self.groups: list[str] = []
        if type(scene).why is Scene.why or not budget:
            return
        last, every = len(texts) - 1, 1
        apart = 2 ** int(math.log2(max(1, len(texts) / 4)))  # a quarter of the film at most
        early = sorted({min(apart, last), min(2 * apart, last)})
        told = {frame: explain(scene, frame, texts[frame]) for frame in early}
        whole = len(pack(told)) * len(texts) / len(told)  # an estimate for all
        while whole / every > budget and every <= last:
            every *= 2
        while True:
            kept = {frame: told.get(frame) or explain(scene, frame, texts[frame])
                    for frame in range(len(texts)) if frame % every == 0 or frame == last}  # fmt: skip
            self.groups = [pack({frame: kept[frame] for frame in range(start, start + GROUP) if frame in kept})
                           for start in range(0, len(texts), GROUP)]  # fmt: skip
            size = sum(map(len, self.groups))
            if size <= budget or every > last:
                break
            told, whole, every = kept, max(whole, size * every), 2 * every
        if every > 1:
            self.says = (
                f"Only one frame in {every} explains its numbers: for all frames, this page would need about "
                f"{whole / 1e6:.1f} MB more, and it may take {budget / 1e6:g} MB."
            )


def pack(content: Any) -> str:
    """Return JSON, deflated, in base64."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def explain(scene: Scene, frame: int, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return gid → explanation, ready for JSON, for all numbers of a frame and what they lead to, nearest first."""
    told: dict[str, Any] = {}
    steps, number = dict.fromkeys(texts, 0.0), itertools.count()  # steps: gid → on the shortest way so far
    waiting = [(0.0, next(number), gid) for gid in texts]
    while waiting and len(told) < MOST:
        so_far, _, gid = heapq.heappop(waiting)
        why = scene.why(gid, frame) if so_far == steps[gid] else None  # else a shorter way led to it
        if why is None:
            continue
        told[gid] = as_json(why)
        for farther, other in leads_to(why):
            if so_far + farther <= FAR and so_far + farther < steps.get(other, math.inf):
                steps[other] = so_far + farther
                heapq.heappush(waiting, (steps[other], next(number), other))
    return told


def leads_to(why: Why) -> Iterator[tuple[float, str]]:
    """Yield (steps, gid) of what can be asked next: half a step within a line of arithmetic, a step within a sum.

    The smaller terms of a sum or a maximum are farther away.

    >>> list(leads_to(Why("a sum", 3.0, [Sum("", ["a", "b"], [Term(1.0, "a"), Term(2.0, "b")], 3.0)])))
    [(1.0, 'b'), (3.0, 'a')]
    """
    for part in why.parts:
        pieces = part.pieces if isinstance(part, Line) else part.terms if isinstance(part, Sum) else ()
        terms, of_maximum = [piece for piece in pieces if isinstance(piece, Term)], "max(" in pieces[:1]
        step, farther = (1.0 if isinstance(part, Sum) else 0.5), 0.0
        if of_maximum or isinstance(part, Sum):
            terms.sort(key=lambda term: term.value if of_maximum else abs(term.value), reverse=True)
            farther = 2.0
        yield from ((step + farther * math.log2(1 + k), term.gid) for k, term in enumerate(terms) if term.gid)


def as_json(why: Why) -> dict[str, Any]:
    """Return an explanation in the form that the player reads."""
    return {"says": why.says, "value": _number(why.value), "parts": [_part(part) for part in why.parts]}


def _part(part: Line | Sum | Code) -> dict[str, Any]:
    if isinstance(part, Line):
        return {"line": part.words, "pieces": [_piece(piece) for piece in part.pieces]}
    if isinstance(part, Sum):
        terms = [_piece(term) for term in part.terms]
        return {"sum": part.words, "labels": list(part.labels), "terms": terms, "total": _number(part.total)}
    return {"code": part.title, "lines": [list(line) for line in part.lines]}


def _piece(piece: str | Term) -> str | list[Any]:
    return piece if isinstance(piece, str) else [_number(piece.value), piece.gid]


def _number(value: float) -> float | str:
    """Return a number for JSON, which has no infinity."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else repr(float(value))
