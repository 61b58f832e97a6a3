"""Every scene of every chapter, in every frame of a quick run: nothing clipped, touching, faint, alike or nameless."""

import pytest

from animations import audit
from animations.audit import CHECKS
from chapters.__main__ import CHAPTERS

# Digits that are no numbers of the scene: captions, formulas, names, the heights on a map, the input of a bias.
CAPTIONS = {
    "Source: World Bank, NY.GDP.MKTP.CD, CC BY 4.0", "|x − 10|", "f = ½ (x² + 100 y²)", "20", "50", "100", "200", "400",
    "Height, each with the best of 15 rates tried", "1", "never shown: 50 °C →", "f(x) = max(x, 0)",
    "at 0 itself tinylearn takes 0", "f(x) = 1 / (1 + e⁻ˣ)", "3 × 3 filter, stride 1, padding 1",
    "2 × 2 filter, stride 2, no padding", "2 × 2 max pooling, stride 1, no padding", "grey is a weight of 0",
    "maps: black is 0, white the",
}  # fmt: skip
NOT_ASKED = {"ch08_learning_to_win": {"board"}}  # predicted[tile,action] stands around the tiles, as the actions lead


@pytest.mark.parametrize("number", CHAPTERS)
def test_all_scenes_of_a_chapter(number, tmp_path, monkeypatch):
    films = {}
    monkeypatch.setattr(CHAPTERS[number], "draw", lambda found, *_: films.update(found))
    CHAPTERS[number].main(tmp_path, quick=True)
    assert films
    for name, film in films.items():
        report = audit(film.scene, allowed=CAPTIONS, checks=set(CHECKS) - NOT_ASKED.get(name, set()))
        assert report.ok, f"{name}: {report}"
        assert report.frames == film.scene.frames
