"""What passes as the same picture and the same words, and what does not."""

from unittest import mock

import pytest
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D

from animations import style
from animations.audit.texts import drawn_texts
from animations.engine import painter
from tests.animations import reference
from tests.animations.samples import SAMPLES


@pytest.mark.parametrize(("name", "hinting"), [("bar race", "none"), ("neuron and line", "force_autohint"),
                                               ("class bars", "none"), ("one update", "force_autohint")])  # fmt: skip
def test_passes_letters_that_are_drawn_otherwise(name, hinting):
    settings_of = painter.settings_of
    with mock.patch.object(painter, "settings_of", lambda scene: settings_of(scene) | {"text.hinting": hinting}):
        assert not reference.faults_of(name)


def move_a_text(figure):
    text = next(text for text in drawn_texts(figure) if not text.get_gid())
    text.set_transform(text.get_transform() + Affine2D().translate(5, 0))


def colour_a_text(figure):
    next(text for text in drawn_texts(figure) if not text.get_gid()).set_color(style.BIAS)


def thicken_the_lines(figure):
    for line in figure.findobj(lambda artist: hasattr(artist, "get_linestyle") and artist.get_visible()):
        line.set_linewidth(2 * line.get_linewidth()[0] if hasattr(line.get_linewidth(), "__len__") else 9)


def move_a_shape(figure):
    bar = next(bar for bar in figure.findobj(Rectangle) if bar.get_zorder() == 3)
    bar.set_transform(bar.get_transform() + Affine2D().translate(0, 3))


@pytest.mark.parametrize(("name", "change"), [
    ("bar race", move_a_text), ("one update", move_a_text), ("class bars", colour_a_text),
    ("one curve, three rates", thicken_the_lines), ("one update", thicken_the_lines),
    ("moves on the lake", move_a_shape),
])  # fmt: skip
def test_finds_what_has_changed(name, change):
    made = painter.Painter(SAMPLES[name].make())
    change(made.figure)
    assert reference.faults_of(name, made)


def test_finds_other_words_and_numbers():
    line = "loss: 1.25  @ 10 20  #000000"
    assert reference.same_line(line, "loss: 1.25  @ 12 20  #000000")
    assert reference.same_line("why w: 0.123456", "why w: 0.123457")
    for other in ("lost: 1.25  @ 10 20  #000000", "loss: 1.26  @ 10 20  #000000", "loss: 1.25  @ 10 25  #000000",
                  "loss: 1.25  @ 10 20  #000001", "", "loss: 1.25  @ 10 20  #000000 bold"):  # fmt: skip
        assert not reference.same_line(line, other)
    drawn = "drawn Line2D: dashed 9 10 20 30 40"
    assert reference.same_line(drawn, "drawn Line2D: dashed 9 11 19 30 40")
    assert not reference.same_line(drawn, "drawn Line2D: dashed 9 10 20 30 43")
