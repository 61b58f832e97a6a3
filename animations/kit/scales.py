"""Explains the ends of a colour scale that grows with its numbers."""

from __future__ import annotations

import numpy as np

from animations.kit.whys import noted
from animations.why import Line, Why


def scale_why(maps: np.ndarray, limits: np.ndarray, steps: np.ndarray, frame: int, sign: int) -> Why:
    """Explain an end of the scale of maps (S, …), whose `limits` (S,) are those of `growing_limits`.

    sign   1 for the upper end, -1 for the lower one

    >>> scale_why(np.array([[1.0], [-2.0]]), np.array([1.0, 2.0]), np.array([0, 5]), 1, -1).parts[0].arithmetic
    '- abs(-2.0) = -2.0'
    """
    value, sizes = sign * float(limits[frame]), np.abs(maps).reshape(len(maps), -1)
    largest, until = sizes.max(axis=1), sizes[: frame + 1].max()
    says = f"the {'upper' if sign > 0 else 'lower'} end of the colours"
    if not until and not largest.any():
        return noted(says, "all numbers are 0", value)
    at = int(largest[: frame + 1].argmax()) if until else int(np.flatnonzero(largest == limits[frame])[0])
    words = f"the largest number so far, without its sign: after update {steps[at]}"
    if not until:
        words = f"all numbers are 0; the first other ones, after update {steps[at]}, are as large as this"
    number = float(maps[at].ravel()[sizes[at].argmax()])
    return Why(says, value, [Line(words, "abs(" if sign > 0 else "- abs(", number, ") =", value)])
