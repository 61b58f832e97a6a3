"""Every sample looks as on its reference picture, and says the same; and what passes as the same, and what does not."""

from unittest import mock

import pytest
from matplotlib.transforms import Affine2D

from animations import style
from animations.audit.texts import drawn_texts
from animations.engine import painter
from tests.animations import reference
from tests.animations.samples import SAMPLES

PLANTED = "bar race", "one curve, three rates", "neuron and line", "class bars", "one update"


@pytest.mark.parametrize("name", SAMPLES)
def test_looks_and_says_as_before(name):
    assert not reference.faults_of(name), "if this is what you want: python -m tests.animations.reference"


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("hinting", ["none", "force_autohint"])
def test_passes_letters_that_are_drawn_otherwise(name, hinting):
    settings_of = painter.settings_of
    with mock.patch.object(painter, "settings_of", lambda scene: settings_of(scene) | {"text.hinting": hinting}):
        assert not reference.faults_of(name)


def changed(name, change):
    """Return a sample whose artists are changed after they are drawn."""
    sample = SAMPLES[name]

    def make():
        scene = sample.make()
        draw = scene.draw
        scene.draw = lambda figure: (draw(figure), change(figure))
        return scene

    return sample._replace(make=make)


def move_a_text(figure):
    text = next(text for text in drawn_texts(figure) if not text.get_gid())
    text.set_transform(text.get_transform() + Affine2D().translate(5, 0))


def colour_a_text(figure):
    next(text for text in drawn_texts(figure) if not text.get_gid()).set_color(style.BIAS)


def thicken_the_lines(figure):
    for line in figure.findobj(lambda artist: hasattr(artist, "get_linestyle") and artist.get_visible()):
        line.set_linewidth(2 * line.get_linewidth()[0] if hasattr(line.get_linewidth(), "__len__") else 9)


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("change", [move_a_text, colour_a_text, thicken_the_lines])
def test_finds_what_has_changed(name, change):
    assert reference.faults_of(name, changed(name, change))


def test_finds_other_words_and_numbers():
    line = "loss: 1.25  @ 10 20  #000000"
    assert reference.same_line(line, "loss: 1.25  @ 12 20  #000000")
    assert reference.same_line("why w: 0.123456", "why w: 0.123457")
    for other in ("lost: 1.25  @ 10 20  #000000", "loss: 1.26  @ 10 20  #000000", "loss: 1.25  @ 10 25  #000000",
                  "loss: 1.25  @ 10 20  #000001", "", "loss: 1.25  @ 10 20  #000000 bold"):  # fmt: skip
        assert not reference.same_line(line, other)
