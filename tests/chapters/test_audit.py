"""Every scene of every chapter, in every frame of a quick run: right numbers at their places, and legible for all."""

import pytest

from animations import audit
from chapters.__main__ import CHAPTERS
from tests.chapters import sources

HANDED = {  # what a chapter hands on while it runs: where its recordings and counts can be had
    3: ("NeuronStates",), 4: ("CurveStates", "Race"), 5: ("PixelStates", "learn"), 6: ("feature_maps",),
    7: ("class_bars",), 8: ("first_lake",),
}  # fmt: skip

# Digits that no recording and no table knows: of sources, formulas, and of what was chosen before.
CAPTIONS = {
    1: {"Source: World Bank, NY.GDP.MKTP.CD, CC BY 4.0"},
    2: {"f = ½ (x² + 100 y²)", "|x − 10|", "20", "50", "100", "200", "400",  # heights, on the lines of a map
        "Height, each with the best of 15 rates tried"},
    3: {"1", "never shown: 50 °C →"},  # what the bias is the weight of; what was asked
    4: {"f(x) = max(x, 0)", "f(x) = 1 / (1 + e⁻ˣ)", "at 0 itself tinylearn takes 0"},
    5: {"1"},
    6: {"3 × 3 filter, stride 1, padding 1", "2 × 2 filter, stride 2, no padding",
        "2 × 2 max pooling, stride 1, no padding", "grey is a weight of 0", "maps: black is 0, white the"},
    7: set(),
    8: set(),
}  # fmt: skip
UNPLACED = {
    "year",  # stands alone, large, in a corner
    "value[2000, China]",
}  # in the race, where China just passes the UK, and their names make way


def watched(patch, chapter, names):
    """Return name → (arguments, what it returned) of each call, filled while the chapter runs."""
    handed = {name: [] for name in names}

    def watch(name, function):
        def call(*given, **settings):
            returned = function(*given, **settings)
            handed[name].append((given, returned))
            return returned

        patch.setattr(chapter, name, call)

    for name in names:
        watch(name, getattr(chapter, name))
    return handed


@pytest.mark.parametrize("number", CHAPTERS)
def test_all_scenes_of_a_chapter(number, tmp_path, monkeypatch):
    chapter, films = CHAPTERS[number], {}
    monkeypatch.setattr(chapter, "draw", lambda found, *_: films.update(found))
    handed = watched(monkeypatch, chapter, HANDED.get(number, ()))
    chapter.main(tmp_path, quick=True)
    expected = getattr(sources, f"chapter_{number}")(handed)
    assert films.keys() == expected.keys()
    captions = set()
    for name, film in films.items():
        report = audit(film.scene, allowed=CAPTIONS[number], **expected[name])
        assert report.ok, f"{name}: {report}"
        assert report.frames == film.scene.frames
        assert report.compared == report.numbers
        assert report.unplaced <= UNPLACED
        captions |= report.captions
    assert captions == CAPTIONS[number], "one of these is not needed"
