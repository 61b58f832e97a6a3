"""Explanations for a page: why every number of every frame is what it is, as far as the page has room.

A number leads to others: they are explained too, until nothing new is asked or a frame has its share. If all are more
than the page may have, only every second frame is explained, every fourth, …; the page then says so. Three frames tell
how much all would be.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from animations.scene import Scene
from animations.why import Code, Line, Sum, Term, Why

BUDGET = 2_000_000  # bytes that the explanations of a page may take
GROUP = 8  # frames that are packed, and unpacked, together
DIGITS = 9  # of a number; a page shows five
MOST = 400  # explanations of one frame
DEPTH = 5  # from a number that is drawn to one that it was made of, and so on: from a weight back to the pixels


class Explanations:
    """The explanations of a scene, for `texts`: what is written under each gid, frame by frame.

    groups   for each `group` frames: frame → gid → explanation, packed
    says     what was left out, in a sentence; nothing if nothing was
    """

    def __init__(self, scene: Scene, texts: Sequence[Mapping[str, str]], budget: int = BUDGET) -> None:
        self.group, self.says = GROUP, ""
        self.groups: list[str] = []
        if type(scene).why is Scene.why or not budget:
            return
        last, every = len(texts) - 1, 1
        told = {frame: explain(scene, frame, texts[frame]) for frame in sorted({last // 3, 2 * last // 3, last})}
        whole = len(pack(told)) * len(texts) / len(told)  # about, for all
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
                f"Numbers are explained in one frame of {every}: for all of them this page would need about "
                f"{whole / 1e6:.1f} MB more, and it may take {budget / 1e6:g} MB."
            )


def pack(content: Any) -> str:
    """Return JSON, deflated, in base64."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def explain(scene: Scene, frame: int, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return gid → explanation, ready for JSON, for all that is written, and for what that leads to."""
    told: dict[str, Any] = {}
    asked = list(texts)
    for _ in range(DEPTH):
        leads_to: dict[str, None] = {}
        for gid in asked:
            why = None if gid in told or len(told) >= MOST else scene.why(gid, frame)
            if why is not None:
                told[gid] = as_json(why)
                leads_to |= dict.fromkeys(why.asked())
        asked = list(leads_to)
    return told


def as_json(why: Why) -> dict[str, Any]:
    """Return an explanation as the player reads it."""
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
