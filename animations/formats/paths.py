"""Paths in SVG's notation, written as short as they can be: relative steps, straight runs as one, circles as two arcs.

Numbers are tenths of a pixel, so that nearly all are whole.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.path import Path as Outline
from matplotlib.transforms import Transform

UNITS = 10  # per pixel
SEGMENTS = {  # kind of segment → its letter in SVG, and its number of points
    Outline.MOVETO: ("m", 1),
    Outline.LINETO: ("l", 1),
    Outline.CURVE3: ("q", 2),
    Outline.CURVE4: ("c", 3),
    Outline.CLOSEPOLY: ("z", 1),
}


def number(pixels: float) -> str:
    """Return a length in pixels in units of the drawing.

    >>> number(12), number(0.25)
    ('120', '2.5')
    """
    return f"{round(UNITS * float(pixels), 1):g}" if abs(pixels) < 1e4 else f"{UNITS * float(pixels):.0f}"


def rounded(vertices: np.ndarray) -> np.ndarray:
    """Return places in pixels as whole units of the drawing."""
    return np.rint(UNITS * np.clip(vertices, -1e6, 1e6)).astype(np.int64)


def path_data(vertices: Any, codes: Any, relative: bool = False) -> str:
    """Return a path in SVG's notation, as relative steps, because these are short numbers.

    relative   leave out the first "move to", so that the path may begin anywhere

    >>> path_data(np.array([[0, 0], [10, 0], [10, 5.0]]), None)
    'M0 0l100 0 0 50'
    """
    places = rounded(np.asarray(vertices).reshape(-1, 2))
    kinds = [Outline.MOVETO] + [Outline.LINETO] * (len(places) - 1) if codes is None else codes.tolist()
    if Outline.STOP in kinds:
        kinds = kinds[: kinds.index(Outline.STOP)]
    now = start = np.zeros(2, np.int64)
    parts, i = [], 0
    while i < len(kinds):
        letter, count = SEGMENTS[kinds[i]]
        end = i + count
        if kinds[i] == Outline.LINETO:  # all that follow
            end = next((k for k in range(i, len(kinds)) if kinds[k] != Outline.LINETO), len(kinds))
            steps = _straightened(np.diff(places[i:end], axis=0, prepend=now[None]))
        else:
            steps = places[i:end] - now
        if kinds[i] == Outline.MOVETO:
            start = places[i]
            letter = "M" if i == 0 else letter
        if kinds[i] == Outline.CLOSEPOLY:
            parts.append("z")
            now = start
        else:
            if i or not relative:
                parts.append(letter + " ".join(map(str, steps.ravel().tolist())).replace(" -", "-"))
            now = places[end - 1]
        i = end
    return "".join(parts) if len(parts) > (not relative) else ""


def _straightened(steps: np.ndarray) -> np.ndarray:
    """Make one step of those that go on in the same direction.

    >>> _straightened(np.array([[3, 0], [6, 0], [0, 5]])).tolist()
    [[9, 0], [0, 5]]
    """
    one, next_one = steps[:-1], steps[1:]
    go_on = (one[:, 0] * next_one[:, 1] == one[:, 1] * next_one[:, 0]) & ((one * next_one).sum(axis=1) > 0)
    return np.add.reduceat(steps, np.flatnonzero(np.concatenate([[True], ~go_on])))


def circle_data(path: Outline, transform: Transform, relative: bool = False) -> str:
    """Return matplotlib's circle as two arcs, which begin where it begins; "" for other paths, and if it is turned.

    relative   leave out the "move to" the start

    >>> from matplotlib.transforms import Affine2D
    >>> circle_data(Outline.unit_circle(), Affine2D().scale(2, -2).translate(5, 5))
    'M50 70a20 20 0 0 0 0-40a20 20 0 0 0 0 40z'
    """
    if path is not Outline.unit_circle() or not transform.is_affine:
        return ""
    matrix = transform.get_matrix()
    (x, start), (_, end) = rounded(transform.transform([(0, -1), (0, 1)]))
    if not np.isfinite(matrix).all() or matrix[0, 1] or matrix[1, 0] or start == end:
        return ""
    radii, sweep = f"{number(abs(matrix[0, 0]))} {abs(end - start) / 2:g}", int(matrix[0, 0] * matrix[1, 1] > 0)
    arcs = "".join(f"a{radii} 0 0 {sweep} 0 {height}" for height in (end - start, start - end)).replace(" -", "-")
    return f"{'' if relative else f'M{x} {start}'}{arcs}z"
