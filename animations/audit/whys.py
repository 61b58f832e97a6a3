"""Is each explanation right? Its lines give its number, and that is the number which is drawn, or used elsewhere.

The numbers that an explanation leads to are asked, too: the nearest first, up to DEPTH steps from the picture.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence

from matplotlib.text import Text

from animations.audit.numbers import read_number, shows
from animations.scene import Scene
from animations.why import Line, Sum, Term, Why

DEPTH, MOST = 4, 400  # steps back from a number of the picture; explanations of a frame


def explanations(scene: Scene, frame: int, texts: Sequence[Text]) -> tuple[dict[str, Why], list[tuple[str, str]]]:
    """Return gid → its explanation, of numbers on the picture and of those they lead to; and a list of (gid, fault)."""
    told, found = dict[str, Why | None](), dict[tuple[str, str], None]()
    waiting = deque((str(text.get_gid()), text.get_text(), math.nan, 0) for text in texts)
    while waiting:
        gid, text, value, depth = waiting.popleft()
        is_new = gid not in told
        if is_new:
            if not text and len(told) >= MOST:
                continue
            told[gid] = scene.why(gid, frame)
        why = told[gid]
        if why is None:
            continue
        found |= dict.fromkeys((gid, fault) for fault in _faults(gid, why, text, value, is_new))
        if is_new and depth < DEPTH:
            waiting.extend((next_gid, "", used, depth + 1) for next_gid, used in leads_to(why))
    return {gid: why for gid, why in told.items() if why is not None}, [*found]


def wrong_whys(scene: Scene, frame: int, texts: Sequence[Text]) -> Iterator[tuple[str, str]]:
    """Yield (gid, message) for each number with a wrong explanation."""
    faults: dict[str, list[str]] = {}
    for gid, fault in explanations(scene, frame, texts)[1]:
        faults.setdefault(gid, []).append(fault)
    for gid, each in faults.items():
        yield gid, "; ".join(each)


def leads_to(why: Why) -> Iterator[tuple[str, float]]:
    """Yield (gid, value) of each number to ask next; NaN for a bar, which may lead to one of its factors.

    >>> list(leads_to(Why("w", 2.0, [Line("w", Term(1.5, "before.w"), "+ 0.5 =", 2.0)])))
    [('before.w', 1.5)]
    """
    for part in why.parts:
        if isinstance(part, Line):
            yield from ((piece.gid, piece.value) for piece in part.pieces if isinstance(piece, Term) and piece.gid)
        elif isinstance(part, Sum):
            yield from ((term.gid, math.nan) for term in part.terms if term.gid)


def _faults(gid: str, why: Why, text: str, value: float, is_new: bool) -> Iterator[str]:
    """Yield what is wrong with an explanation of a number drawn as `text`, or with this `value` in another one."""
    if is_new:
        yield from (f"the explanation of {gid} is wrong: {fault}" for fault in why.faults())
    if text and read_number(text) and not shows(text, why.value):
        yield f"{gid} shows {text}, its explanation says {why.value!r}"
    if not math.isnan(value) and value != why.value and not math.isclose(value, why.value, rel_tol=1e-6):
        yield f"{gid} is {value!r} where it is used, and {why.value!r} where it is explained"
