"""Colours for numbers above and below zero, and the text colour that is readable on each."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex
from numpy.typing import ArrayLike

SIGNED = "RdBu"  # red below 0, white at 0, blue above; the colour-blind can tell them apart too
NEGATIVE, POSITIVE = (to_hex(colormaps[SIGNED](end)) for end in (0.1, 0.9))  # for lines
EQUAL = 0.179  # at this luminance, black and white letters are equally readable, at 4.6 : 1


def linear(srgb: ArrayLike) -> np.ndarray:
    """Return sRGB colours (…, 3) in 0 … 1 as amounts of light."""
    srgb = np.asarray(srgb, dtype=float)
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def luminance(srgb: ArrayLike) -> np.ndarray:
    """Return the relative luminance of sRGB colours (…, 3)."""
    return linear(srgb) @ np.array([0.2126, 0.7152, 0.0722])


def inks(fractions: np.ndarray) -> np.ndarray:
    """Return black or white for each of `fractions`, -1 … 1 on SIGNED's scale: the easier one to read on its colour.

    >>> inks(np.array([-1, 0, 0.9])).tolist()
    ['white', 'black', 'white']
    """
    known = np.clip(np.nan_to_num(fractions), -1, 1)
    return np.where(luminance(colormaps[SIGNED]((known + 1) / 2)[..., :3]) > EQUAL, "black", "white")


def growing_limits(values: np.ndarray) -> np.ndarray:
    """Return (S,) for values (S, …): the largest size so far, above or below zero; before that, the first one.

    >>> growing_limits(np.array([[0, 0], [1, -2], [1, 1], [0, 3]]))
    array([2., 2., 2., 3.])
    """
    limits = np.maximum.accumulate(np.abs(values).reshape(len(values), -1).max(axis=1)).astype(float)
    limits[limits == 0] = limits[limits > 0].min(initial=np.inf) if limits.any() else 1
    return limits
