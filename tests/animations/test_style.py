"""Colours: text in any of them can be read."""

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
