"""Colours: text in any of them can be read."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from animations import style

NOT_FOR_TEXT = {"PAPER", "FAINT"}
COLOURS = {name: value for name, value in vars(style).items() if isinstance(value, str) and value.startswith("#")}


def contrast(colour, other):
    """Return the contrast of two colours, 1 to 21, as WCAG 2.1 defines it."""

    def luminance(rgb):
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(to_rgb(colour)), luminance(to_rgb(other))))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_defined():
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.005)  # just too faint


@pytest.mark.parametrize("name", sorted(COLOURS.keys() - NOT_FOR_TEXT))
def test_text_colour_can_be_read_on_paper(name):
    assert contrast(COLOURS[name], style.PAPER) >= 4.5


def test_there_are_text_colours():
    assert len(COLOURS.keys() - NOT_FOR_TEXT) >= 7


# --- colours of things of one kind ---------------------------------------------------------------------------------

# What a colour is to those who lack one of three kinds of cones: Machado, Oliveira and Fernandes 2009, severity 1.
COLOUR_BLIND = {
    "nobody": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def lab(linear):
    """Return the CIE L*a*b* colours of linear sRGB (…, 3), where distances are what an eye sees."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.moveaxis(np.cbrt(linear @ to_xyz.T / to_xyz.sum(axis=1)), -1, 0)  # none of ours is nearly black
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


@pytest.mark.parametrize("kind", COLOUR_BLIND)
def test_series_stay_apart(kind):
    srgb = np.array([to_rgb(colour) for colour in style.SERIES])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = lab(np.clip(linear @ np.array(COLOUR_BLIND[kind]).T, 0, 1))
    apart = [np.linalg.norm(one - other) for one, other in combinations(seen, 2)]
    assert min(apart) > 20  # 2.3 is just noticeable


@pytest.mark.parametrize("colour", style.SERIES)
def test_series_can_be_read_on_paper(colour):
    assert contrast(colour, style.PAPER) >= 4.5
