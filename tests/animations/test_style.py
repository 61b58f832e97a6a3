"""Colours: text in any of them can be read."""

from itertools import combinations

import pytest

from animations import style
from animations.audit.colour_blindness import SEEN_WITH, distances
from animations.audit.contrast import contrast

NOT_FOR_TEXT = {"PAPER", "FAINT"}
COLOURS = {name: value for name, value in vars(style).items() if isinstance(value, str) and value.startswith("#")}


def test_contrast_is_measured_as_defined():
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.005)  # just too faint


@pytest.mark.parametrize("name", sorted(COLOURS.keys() - NOT_FOR_TEXT))
def test_text_colour_can_be_read_on_paper(name):
    assert contrast(COLOURS[name], style.PAPER) >= 4.5


def test_there_are_text_colours():
    assert len(COLOURS.keys() - NOT_FOR_TEXT) >= 7


# --- colours of things of one kind ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["everybody", *SEEN_WITH])
def test_series_stay_apart(kind):
    apart = [distances(one, other)[kind] for one, other in combinations(style.SERIES, 2)]
    assert min(apart) > 20  # 2.3 is just noticeable


@pytest.mark.parametrize("kind", ["everybody", *SEEN_WITH])
def test_weight_bias_target_and_error_stay_apart(kind):
    colours = (style.WEIGHT, style.BIAS, style.TARGET, style.ERROR, style.QUIET, style.INK)
    assert min(distances(one, other)[kind] for one, other in combinations(colours, 2)) > 10


@pytest.mark.parametrize("colour", style.SERIES)
def test_series_can_be_read_on_paper(colour):
    assert contrast(colour, style.PAPER) >= 4.5
