"""The checks of the tests themselves find what is wrong: with an explanation, with a picture, with words."""

import re
from unittest import mock

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D

from animations import Scene, style
from animations.audit.texts import drawn_texts
from animations.engine import painter
from animations.kit.axes import add_number, pixel_axes
from animations.why import Line, Sum, Term, Why
from tests.animations import reference
from tests.animations.samples import SAMPLES
from tests.animations.why_checks import check_whys

# --- explanations ----------------------------------------------------------------------------------------------------

VALUES = np.array([1.25, 2.5, 4.0])


class Doubled(Scene):
    """A number, and the number it was doubled from, which is not drawn."""

    size, frames = (100, 60), 3

    def draw(self, figure):
        self.number = add_number(pixel_axes(figure, self.size), 60, 30, "{:.1f}", "doubled", zorder=3)

    def update(self, frame):
        self.number.set_value(2 * VALUES[frame])
        return [self.number]

    def why(self, gid, frame):
        half = VALUES[frame]
        if gid == "doubled":
            return Why("twice a half", 2 * half, [Line("2 · half", 2, "*", Term(half, "half"), "=", 2 * half)])
        return Why("a half", half, [Line("read from a list", half)]) if gid == "half" else None


def other_half(why):
    """Return a `why` that explains the half otherwise."""
    return {"why": lambda self, gid, at: why(VALUES[at]) if gid == "half" else Doubled.why(self, gid, at)}


def always(why):
    return {"why": lambda self, gid, frame: why}


NOTHING = {"draw": lambda self, figure: None, "update": lambda self, frame: []}
TWO = Sum("of two", ["a", "b"], [Term(1.0), Term(1.0)], 2.5)


@pytest.mark.parametrize(("changed", "problem"), [
    (always(None), "doubled, which is drawn, has no explanation (frame 0, 1, 2)"),
    (always(Why("another", 3.0, [Line("read", 3.0)])), "doubled shows 2.5, its explanation says 3.0"),
    (always(Why("bare", 2.5)), "doubled: nothing is said of it (frame 0, 1, 2)"),
    (always(Why("a sum", 2.5, [TWO])),
     "the explanation of doubled is wrong: of two: the bars add up to 2.0, not 2.5"),
    (other_half(lambda half: Why("", 9, [Line("read", 9)])),
     "half is 1.25 where it is used, and 9.0 where it is explained (frame 0)"),
    (other_half(lambda half: Why("half", half, [Line("1 + 1", 1, "+", 1, "=", half)])),
     "half is wrong: 1 + 1: 1.0 + 1.0 = 4.0 has the values [2.0, 4.0] on its sides (frame 2)"),
    (NOTHING, "no number is drawn"),
])  # fmt: skip
def test_finds_a_wrong_explanation(changed, problem):
    with pytest.raises(AssertionError, match=re.escape(problem)):
        check_whys(type("Changed", (Doubled,), changed)())


def test_counts_right_explanations_once_a_frame():
    assert (check_whys(Doubled()), check_whys(Doubled(), frames=[-1, 2])) == (6, 2)


@pytest.mark.parametrize(("line", "fault"), [
    (Line("old − step", 1.0, "-", 0.9999, "=", 0.0001), ""),
    (Line("old − step", 1.0, "-", 0.9999, "=", 0.0001 + 3e-7), ""),  # the rounding of float32
    (Line("old − step", 1.0, "-", 0.9999, "=", 0.0001 + 3e-6), "has the values"),
    (Line("e", "exp(", 1000.0, ") =", np.inf), ""),
    (Line("e", "exp(", -200.0, ") =", 0.0), ""),
    (Line("e", "exp(", -2.0, ") =", 0.0), "has the values"),
    (Line("wrong", 2, "/", 0, "=", 1), "wrong: 2.0 / 0.0 has no value: float division by zero"),
    (Line("wrong", "sqrt(", -1, ") =", 1), "wrong: sqrt(-1.0) has no value: math domain error"),
    (Line("wrong", 2, "plus", 3), "wrong: the pieces must be arithmetic in Python, got '2.0 plus 3.0': "
                                  "invalid syntax (<string>, line 1)"),
])  # fmt: skip
def test_allows_rounding_overflow_and_underflow_and_reports_arithmetic_without_a_value(line, fault):
    value = line.sides()[-1] if "wrong" not in line.words else 1.0
    faults = Why("a number", value, [line]).faults()
    assert fault in faults[0] if fault else not faults


# --- references ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "hinting"), [("class bars", "none"), ("one update", "force_autohint")])
def test_passes_letters_that_are_drawn_otherwise(name, hinting):
    settings_of = painter.settings_of
    with mock.patch.object(painter, "settings_of", lambda scene: settings_of(scene) | {"text.hinting": hinting}):
        assert not reference.faults_of(name)


def a_text(figure):
    return next(text for text in drawn_texts(figure) if not text.get_gid())


def thicken_the_lines(figure):
    for line in figure.findobj(lambda artist: hasattr(artist, "get_linestyle") and artist.get_visible()):
        line.set_linewidth(2 * line.get_linewidth()[0] if hasattr(line.get_linewidth(), "__len__") else 9)


def move(artist, x, y):
    artist.set_transform(artist.get_transform() + Affine2D().translate(x, y))


@pytest.mark.parametrize(("name", "change"), [
    ("one update", lambda figure: move(a_text(figure), 5, 0)),
    ("class bars", lambda figure: a_text(figure).set_color(style.BIAS)),
    ("one curve, three rates", thicken_the_lines),
    ("moves on the lake", lambda figure: move(
        next(bar for bar in figure.findobj(Rectangle) if bar.get_zorder() == 3), 0, 3)),
])  # fmt: skip
def test_finds_what_has_changed_on_a_picture(name, change):
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
