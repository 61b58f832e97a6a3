"""The checks of explanations find each planted fault."""

import re

import numpy as np
import pytest

from animations import Scene
from animations.kit.axes import add_number, pixel_axes
from animations.why import Line, Sum, Term, Why
from tests.animations.why_checks import check_whys

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


def changed(**how):
    return type("Changed", (Doubled,), how)()


def test_counts_correct_answers():
    assert check_whys(Doubled()) == 6
    assert check_whys(Doubled(), frames=[-1, 2]) == 2


def other_half(why):
    """Return a `why` that explains the half otherwise."""
    return lambda self, gid, frame: why(VALUES[frame]) if gid == "half" else Doubled.why(self, gid, frame)


@pytest.mark.parametrize(("why", "problem"), [
    (lambda self, gid, frame: None, "doubled, which is drawn, has no explanation (frame 0, 1, 2)"),
    (lambda self, gid, frame: Why("another", 3.0, [Line("read", 3.0)]), "doubled shows 2.5, its explanation says 3.0"),
    (lambda self, gid, frame: Why("bare", 2 * VALUES[frame]), "doubled: nothing is said of it (frame 0, 1, 2)"),
    (lambda self, gid, frame: Why("a sum", 2.5, [Sum("of two", ["a", "b"], [Term(1.0), Term(1.0)], 2.5)]),
     "the explanation of doubled is wrong: of two: the bars add up to 2.0, not 2.5"),
    (other_half(lambda half: Why("", 9, [Line("read", 9)])),
     "half is 1.25 where it is used, and 9.0 where it is explained (frame 0)"),
    (other_half(lambda half: Why("half", half, [Line("1 + 1", 1, "+", 1, "=", half)])),
     "half is wrong: 1 + 1: 1.0 + 1.0 = 4.0 has the values [2.0, 4.0] on its sides (frame 2)"),
])  # fmt: skip
def test_finds_a_fault(why, problem):
    with pytest.raises(AssertionError, match=re.escape(problem)):
        check_whys(changed(why=why))


def test_does_not_count_a_scene_without_numbers_as_success():
    with pytest.raises(AssertionError, match="no number is drawn"):
        check_whys(changed(draw=lambda self, figure: None, update=lambda self, frame: []))


def test_allows_cancelling_numbers_the_rounding_of_float32_and_no_more():
    exact = Line("old − step", 1.0, "-", 0.9999, "=", 0.0001)
    rounded = Line("old − step", 1.0, "-", 0.9999, "=", 0.0001 + 3e-7)
    wrong = Line("old − step", 1.0, "-", 0.9999, "=", 0.0001 + 3e-6)
    faults = [bool(Why("new", line.sides()[-1], [line]).faults()) for line in (exact, rounded, wrong)]
    assert faults == [False, False, True]


def test_accepts_very_large_and_very_small_numbers():
    assert Why("e", np.inf, [Line("e", "exp(", 1000.0, ") =", np.inf)]).faults() == []
    assert Why("e", 0.0, [Line("e", "exp(", -200.0, ") =", 0.0)]).faults() == []
    assert Why("e", 0.0, [Line("e", "exp(", -2.0, ") =", 0.0)]).faults()


@pytest.mark.parametrize(("pieces", "fault"), [
    ((2, "/", 0, "=", 1), "wrong: 2.0 / 0.0 has no value: float division by zero"),
    (("sqrt(", -1, ") =", 1), "wrong: sqrt(-1.0) has no value: math domain error"),
    ((2, "plus", 3), "wrong: the pieces must be arithmetic in Python, got '2.0 plus 3.0': "
                     "invalid syntax (<string>, line 1)"),
])  # fmt: skip
def test_reports_arithmetic_without_a_value(pieces, fault):
    assert Why("a number", 1.0, [Line("wrong", *pieces)]).faults() == [fault]
