"""Colours at night: light becomes dark and dark becomes light; the hue and the order of lightness stay.

The colours are computed in OKLab, where equal steps look equal: https://bottosson.github.io/posts/oklab/
"""

from __future__ import annotations

import functools

import numpy as np
from matplotlib.colors import to_hex, to_rgb

OWN = {"#33507b": "#070d16"}  # a hole in the ice, as scenes of lakes draw it: it stays darker than the ice
DARKEST, LIGHTEST = 0.205, 0.945  # what white becomes, and what black becomes

TO_LMS = np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                   [0.2119034982, 0.6806995451, 0.1073969566],
                   [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
TO_LAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468],
                   [1.9779984951, -2.4285922050, 0.4505937099],
                   [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip


@functools.lru_cache(maxsize=4096)
def at_night(colour: str) -> str:
    """Return the colour that replaces another on dark paper.

    >>> at_night("#ffffff"), at_night("#000000")
    ('#171717', '#ededed')
    """
    if colour in OWN:
        return OWN[colour]
    srgb = np.array(to_rgb(colour))
    light = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    lightness, a, b = TO_LAB @ np.cbrt(TO_LMS @ light)
    lightness = min(DARKEST + 0.97 * (1 - lightness), LIGHTEST)
    for part in np.linspace(1, 0, 41):  # fractions of the colourfulness, until a screen can show it
        light = np.linalg.inv(TO_LMS) @ (np.linalg.inv(TO_LAB) @ [lightness, part * a, part * b]) ** 3
        if (light > -1e-4).all() and (light < 1.0001).all():
            break
    light = light.clip(0, 1)
    srgb = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    red, green, blue = srgb.clip(0, 1).tolist()
    return to_hex((red, green, blue))
