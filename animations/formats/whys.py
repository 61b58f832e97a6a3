"""Explanations for a page: why every number of every frame is what it is, as far as the page has room.

A number leads to others: they are explained too, until nothing new is asked or a frame has its share. If all are more
than the page may have, only every second frame is explained, every fourth, …; the page then says so.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from animations.scene import Scene
from animations.why import Code, Line, Sum, Term, Why

BUDGET = 2_000_000  # bytes that the explanations of a page may take
GROUP = 8  # frames that are packed, and unpacked, together
MOST = 600  # explanations of one frame


class Explanations:
    """The explanations of a scene, for `texts`: what is written under each gid, frame by frame.

    groups   for each `group` frames: frame → gid → explanation, ready for JSON
    says     what was left out, in a sentence; nothing if nothing was
    """

    def __init__(self, scene: Scene, texts: Sequence[Mapping[str, str]], budget: int = BUDGET) -> None:
        self.group, self.says = GROUP, ""
        self.groups: list[dict[int, dict[str, Any]]] = []
        if type(scene).why is Scene.why or not budget:
            return
        every, size = 1, 0
        frames = range(len(texts))
        told: dict[int, dict[str, Any]] = {}
        while True:
            wanted = [frame for frame in frames if frame % every == 0 or frame == frames[-1]]
            told = {frame: told.get(frame) or explain(scene, frame, texts[frame]) for frame in wanted}
            self.groups = _grouped(told, len(texts))
            size = sum(len(zlib.compress(json.dumps(group).encode())) for group in self.groups) * 4 // 3
            if size <= budget or every >= len(texts):
                break
            every *= 2
        if every > 1:
            self.says = (
                f"To keep this page small, numbers are explained in one frame of {every}: "
                f"all would take {size * every / 1e6:.1f} MB."
            )


def explain(scene: Scene, frame: int, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return gid → explanation, ready for JSON, for all that is written, and for what that leads to."""
    told: dict[str, Any] = {}
    waiting = list(texts)
    for gid in waiting:  # which grows meanwhile
        if gid in told or len(told) >= MOST:
            continue
        why = scene.why(gid, frame)
        if why is not None:
            told[gid] = as_json(why)
            waiting.extend(why.asked())
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
    return float(value) if math.isfinite(value) else repr(float(value))


def _grouped(told: Mapping[int, dict[str, Any]], frames: int) -> list[dict[int, dict[str, Any]]]:
    return [{frame: told[frame] for frame in range(start, start + GROUP) if frame in told}
            for start in range(0, frames, GROUP)]  # fmt: skip
