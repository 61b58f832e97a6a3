"""Explains a pixel: of the picture as shown, and as the network sees it.

pixel[r,c,k]    row r, column c of the picture, k of red, green, blue
x[r,c,k]        the same as an input, if the inputs are the picture plus one number: x = pixel - 0.5
"""

from __future__ import annotations

import numpy as np

from animations.kit.whys import given, noted, place
from animations.why import Line, Term, Why

COLOURS = ("red", "green", "blue")


def pixel(picture: np.ndarray, r: int, c: int, k: int) -> Why:
    """Explain a pixel of a picture (H, W, 3)."""
    return noted(f"{place(r, c)} of the picture, {COLOURS[k]}", "read from the picture", picture[r, c, k])


def network_input(x: np.ndarray, picture: np.ndarray, r: int, c: int, k: int, gid: str) -> Why:
    """Explain an input of x (H, W, 3), made from a picture; `gid` is the pixel's."""
    says, value = f"the input at {place(r, c)}, {COLOURS[k]}", float(x[r, c, k])
    shift = round(float(np.median(x - picture)), 6)
    if not np.allclose(x, picture + float(shift), rtol=1e-5, atol=1e-7):
        return given(says, value)
    sign = "-" if shift < 0 else "+"
    line = Line("the pixel, as the network sees it", Term(float(picture[r, c, k]), gid), sign, abs(shift), "=", value)
    return Why(says, value, [line])


def under(r: int, c: int, i: int, j: int, size: tuple[int, ...]) -> tuple[int, int]:
    """Return the pixel under cell (i, j) of a filter whose centre lies on row r, column c; it may be padding.

    >>> under(0, 5, 0, 2, (3, 3))
    (-1, 6)
    """
    return r + i - (size[0] - 1) // 2, c + j - (size[1] - 1) // 2
