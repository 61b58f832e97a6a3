"""Checks of a scene's explanations: every drawn number has one, it is right, and so is all that it leads to."""

import math
from collections import deque

from animations.audit.numbers import shows
from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter
from animations.engine.settings import using
from animations.why import Line, Sum, Term

DEPTH, MOST = 4, 400  # how many steps back; how many numbers of a frame


def check_whys(scene, frames=None):
    """Ask every drawn number of some frames, first, middle and last unless told, and what these were made of. `scene`
    may be drawn already: then it is its painter.

    Fails with a list of all that is wrong. Returns how many numbers were asked.
    """
    painter, problems, asked = scene if isinstance(scene, Painter) else Painter(scene), {}, 0
    scene = painter.scene
    chosen = (0, scene.frames // 2, scene.frames - 1) if frames is None else frames
    frames = sorted({frame % scene.frames for frame in chosen})
    for frame in frames:
        with using(painter.settings):
            scene.update(frame)
        later = {id(artist) for trail in painter.trails[frame + 1 :] for artist in trail}
        shown = [(text.get_gid(), text.get_text()) for text in drawn_texts(painter.figure, later) if text.get_gid()]
        told, found = _asked(scene, frame, shown)
        asked += told
        for problem in found:
            problems.setdefault(problem, []).append(frame)
    lines = [f"{problem} (frame {', '.join(map(str, where))})" for problem, where in problems.items()]
    assert asked, f"no number is drawn in the frames {frames}"
    assert not lines, f"{len(lines)} of the explanations of {type(scene).__name__} are wrong:\n  " + "\n  ".join(lines)
    return asked


def _asked(scene, frame, shown):
    """Return how many numbers were asked in a frame, and the faults in the answers."""
    problems, known, waiting = [], {}, deque((gid, text, None, 0) for gid, text in shown)
    while waiting:
        gid, text, value, depth = waiting.popleft()
        is_new = gid not in known
        if is_new and text is None and len(known) >= MOST:
            continue
        if is_new:
            known[gid] = scene.why(gid, frame)
        why = known[gid]
        if why is not None:
            problems += wrong_with(gid, why, text, value)
        elif text is not None:
            problems.append(f"{gid}, which is drawn, has no explanation")
        if is_new and why is not None and depth < DEPTH:
            waiting.extend((gid, None, value, depth + 1) for gid, value in leads_to(why))
    return len(known), list(dict.fromkeys(problems))


def wrong_with(gid, why, text=None, value=None):
    """Return the faults of an explanation: of a number drawn as `text`, or with `value` in another explanation."""
    problems = [f"{gid}: {fault}" for fault in why.faults()]
    if not why.says or not why.parts:
        problems.append(f"{gid}: nothing is said of it")
    if text is not None and not shows(text, why.value):
        problems.append(f"{gid} shows {text}, explained is {why.value!r}")
    if value is not None and not _same(value, why.value):
        problems.append(f"{gid} is {value!r} where it is used, and {why.value!r} where it is explained")
    return problems


def leads_to(why):
    """Yield the gids to ask next, each with its right value; a bar of a sum may lead to one of its factors."""
    for part in why.parts:
        if isinstance(part, Line):
            yield from ((piece.gid, piece.value) for piece in part.pieces if isinstance(piece, Term) and piece.gid)
        elif isinstance(part, Sum):
            yield from ((term.gid, None) for term in part.terms if term.gid)


def _same(one, other):
    return one == other or (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=1e-6)
