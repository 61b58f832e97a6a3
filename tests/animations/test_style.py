"""Colours: text in any of them is readable, and any two differ, for colour-blind readers too."""

from itertools import combinations

import pytest

from animations.audit.colour_blindness import APART, SEEN_WITH, distances
from animations.audit.contrast import contrast
from animations.kit import style

NOT_FOR_TEXT = {"PAPER", "FAINT"}
COLOURS = {name: value for name, value in vars(style).items() if isinstance(value, str) and value.startswith("#")}
OF_TEXT = [COLOURS[name] for name in sorted(COLOURS.keys() - NOT_FOR_TEXT)] + [*style.SERIES]


def test_keeps_text_colours_and_series_readable_on_paper():
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.005)  # just too faint
    assert len(OF_TEXT) >= 7 + len(style.SERIES)
    assert [colour for colour in OF_TEXT if contrast(colour, style.PAPER) < 4.5] == []


def test_keeps_any_two_colours_apart_and_series_most():
    """So all may appear in one picture: x is QUIET, and w the first of the series."""
    pairs = combinations(sorted({*COLOURS.values(), *style.SERIES}), 2)
    assert [pair for pair in pairs if min(distances(*pair).values()) < APART] == []
    for kind in ("everybody", *SEEN_WITH):
        assert min(distances(*pair)[kind] for pair in combinations(style.SERIES, 2)) > 20  # 2.3 is just noticeable
