"""Colours: text in any of them is readable, and any two differ, for colour-blind readers too."""

from itertools import combinations

import pytest

from animations.audit.colour_blindness import APART, SEEN_WITH, distances
from animations.audit.contrast import contrast
from animations.kit import style

NOT_FOR_TEXT = {"PAPER", "FAINT"}
COLOURS = {name: value for name, value in vars(style).items() if isinstance(value, str) and value.startswith("#")}


def test_measures_contrast_as_defined():
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.005)  # just too faint


@pytest.mark.parametrize("name", sorted(COLOURS.keys() - NOT_FOR_TEXT))
def test_keeps_text_colours_readable_on_paper(name):
    assert contrast(COLOURS[name], style.PAPER) >= 4.5


def test_has_text_colours():
    assert len(COLOURS.keys() - NOT_FOR_TEXT) >= 7


@pytest.mark.parametrize("kind", ["everybody", *SEEN_WITH])
def test_keeps_series_apart(kind):
    apart = [distances(one, other)[kind] for one, other in combinations(style.SERIES, 2)]
    assert min(apart) > 20  # 2.3 is just noticeable


def test_keeps_any_two_colours_apart():
    """So all may appear in one picture: x is QUIET, and w the first of the series."""
    colours = {*COLOURS.values(), *style.SERIES}
    apart = {(one, other): min(distances(one, other).values()) for one, other in combinations(sorted(colours), 2)}
    assert min(apart.values()) >= APART, min(apart, key=apart.get)


@pytest.mark.parametrize("colour", style.SERIES)
def test_keeps_series_readable_on_paper(colour):
    assert contrast(colour, style.PAPER) >= 4.5
