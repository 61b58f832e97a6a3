"""Scenes depend only on their data and the frame; groups share one clock; steps are dense while learning is fast."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_scenes import Gliding, Overlapping, Small, Trail, redrawn

from animations import EndingWith, Scene, SideBySide, Stacked, audit, log_spaced_steps
from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter, redraw

# --- groups: side by side, and stacked -----------------------------------------------------------------------------


class Short(Trail):
    frames = 3


def first_of(pixels, kind):
    """Return the place of the first scene in a picture of a group of two small ones."""
    return pixels[:, : Small.size[0]] if kind is SideBySide else pixels[: Small.size[1]]


def second_of(pixels, kind):
    return pixels[:, Small.size[0] :] if kind is SideBySide else pixels[Small.size[1] :]


@pytest.mark.parametrize("kind", [SideBySide, Stacked])
def test_leaves_each_scene_of_a_group_as_it_is_alone_and_holds_the_last_picture_of_the_shorter(kind):
    frame = redraw(kind(Overlapping(), Trail()), 4)
    assert np.array_equal(first_of(frame, kind), redrawn(Overlapping, 4))
    assert np.array_equal(second_of(frame, kind), redrawn(Trail, 4))
    both, alone = Painter(kind(Short(), Overlapping())), Painter(Short())
    for frame, shown in ((0, 0), (2, 2), (3, 2), (5, 2), (1, 1)):
        assert np.array_equal(first_of(both.paint(frame), kind), alone.paint(shown))


@pytest.mark.parametrize(("kind", "size", "together"), [
    (SideBySide, (50, 300), (370, 300)), (Stacked, (300, 50), (300, 290)),
])  # fmt: skip
def test_makes_a_group_as_large_as_all_in_one_direction_and_as_the_largest_in_the_other(kind, size, together):
    other = Small()
    other.size, other.frames = size, 9
    scene = kind(Small(), other, Small())
    assert (scene.size, scene.frames) == (together, 9)


def test_asks_only_gliding_scenes_of_a_group_for_moments_between_frames():
    class Brief(Gliding):
        frames = 2

    both = SideBySide(Gliding(), Overlapping(), Brief())
    assert both.glides
    assert not SideBySide(Overlapping(), Trail()).glides
    picture = Painter(both).paint(3.4)
    for place, (kind, moment) in enumerate([(Gliding, 3.4), (Overlapping, 3), (Brief, 1)]):
        assert np.array_equal(picture[:, 160 * place : 160 * place + 160], redraw(kind(), moment))


def test_shows_the_trails_of_the_frame_before_between_frames():
    class Flying(Trail):
        glides = True

    painter = Painter(Flying())
    for moment in (2.5, 0.5, 4.75, 3):
        assert np.array_equal(painter.paint(moment), redraw(Flying(), moment))


def test_uses_the_default_style_without_one():
    kinds = [type("Plain", (Overlapping,), {"style": style}) for style in (None, {}, "default")]
    assert SideBySide(*(kind() for kind in kinds)).style == "default"
    assert np.array_equal(redraw(kinds[0](), 0), redrawn(Overlapping, 0))


def test_allows_one_style_in_a_group():
    class Dark(Overlapping):
        style = "dark_background"

    assert SideBySide(Dark(), Stacked(Dark(), Dark())).style == "dark_background"
    with pytest.raises(ValueError, match=r"scenes in a figure share a style, got 'default' and 'dark_background'"):
        SideBySide(Overlapping(), Dark())


def test_places_a_scene_below_two_next_to_each_other():
    class Low(Overlapping):
        size = (320, 40)

    def make():
        return Stacked(SideBySide(Overlapping(), Trail()), Low())

    painter = Painter(make())
    assert make().size == (320, 160)
    for frame in (5, 0, 3):
        pixels = painter.paint(frame)
        assert np.array_equal(pixels, redraw(make(), frame))
        assert np.array_equal(pixels[:120, :160], redrawn(Overlapping, frame))
        assert np.array_equal(pixels[:120, 160:], redrawn(Trail, frame))
        assert np.array_equal(pixels[120:], redrawn(Low, frame))


def test_describes_every_stacked_scene():
    words = Stacked(Small(), SideBySide(Trail(), Short())).describe(4)
    assert words == "Small, frame 4 of 5 Below it: Trail, frame 4 of 5 Beside it: Short, frame 2 of 2"


# --- a film and its answer -------------------------------------------------------------------------------------------


class Answer(Small):
    size, frames = (120, 80), 1

    def draw(self, figure):
        figure.set_facecolor("tab:orange")
        self.word = figure.text(0.5, 0.5, "answer", ha="center")

    def update(self, frame):
        return [self.word]


@pytest.mark.parametrize("kind", [Trail, Overlapping])
def test_shows_a_film_as_it_is_alone_until_its_answer_covers_it(kind):
    painter = Painter(EndingWith(kind(), Answer()))
    alone = redraw(Answer(), 0)
    for frame in (3, 6, 0, 6, 5):
        picture = painter.paint(frame)
        if frame < 6:
            np.testing.assert_array_equal(picture, redrawn(kind, frame))
        else:
            np.testing.assert_array_equal(picture[20:100, 20:140], alone)
            assert (picture[:20] == 255).all()
            np.testing.assert_array_equal(picture, redraw(EndingWith(kind(), Answer()), 6))


def test_waits_between_the_last_frame_and_the_answer():
    painter = Painter(EndingWith(Gliding(), Answer()))
    last = painter.paint(Gliding.frames - 1).copy()
    np.testing.assert_array_equal(painter.paint(Gliding.frames - 0.5), last)


def test_hides_everything_that_an_answer_covers():
    texts = []
    for frame in (0, 6):
        scene = EndingWith(Trail(), Answer())
        painter = Painter(scene)
        painter.paint(frame)
        texts.append("answer" in [text.get_text() for text in drawn_texts(painter.figure)])
        assert ("10" in [text.get_text() for text in drawn_texts(painter.figure)]) == (frame == 0)
    assert texts == [False, True]
    report = audit(EndingWith(Trail(), Answer()), checks={"not returned", "redraw", "covered"})
    assert report.ok, str(report)


def test_describes_a_film_and_its_answer():
    scene = EndingWith(Trail(), Answer())
    assert [scene.describe(frame) for frame in (5, 6)] == ["Trail, frame 5 of 5", "Answer, frame 0 of 0"]


# --- spaced steps --------------------------------------------------------------------------------------------------

lasts_and_counts = st.integers(1, 10**6).flatmap(
    lambda last: st.tuples(st.just(last), st.integers(2, min(last + 1, 500)))
)


@settings(derandomize=True)
@given(lasts_and_counts)
def test_spaces_the_given_number_of_rising_steps_over_everything(last_and_count):
    last, count = last_and_count
    steps = log_spaced_steps(last, count)
    assert (len(steps), steps[0], steps[-1]) == (count, 0, last)
    assert all(type(step) is int for step in steps)
    assert all(a < b for a, b in pairwise(steps))


@settings(derandomize=True)
@given(st.integers(1, 300))
def test_returns_all_steps_if_all_are_asked_for(last):
    assert log_spaced_steps(last, last + 1) == list(range(last + 1))


def test_spaces_steps_densely_at_first():
    gaps = np.diff(log_spaced_steps(8000, 81))
    assert gaps[0] == 1
    assert (np.diff(gaps[:-1]) >= -1).all()  # but for rounding the gaps grow
    assert gaps[-1] > 500


# --- what is refused -------------------------------------------------------------------------------------------------

ONE = Small()
TWICE, LISTED = "each place needs a scene object of its own", r"expected scenes, got a list of 2; write"
REFUSED = [
    (SideBySide, "SideBySide: expected at least one scene, got none"),
    (Stacked, "Stacked: expected at least one scene, got none"),
    (lambda: SideBySide(ONE, ONE), f"SideBySide: {TWICE}"),
    (lambda: Stacked(ONE, ONE), f"Stacked: {TWICE}"),
    (lambda: SideBySide(ONE, Stacked(Small(), ONE)), f"SideBySide: {TWICE}"),
    (lambda: SideBySide(SideBySide(ONE), Stacked(ONE)), f"SideBySide: {TWICE}"),
    (lambda: SideBySide([ONE, ONE]), rf"^SideBySide: {LISTED} SideBySide\(\*scenes\)$"),
    (lambda: Stacked([ONE, ONE]), rf"^Stacked: {LISTED} Stacked\(\*scenes\)$"),
    (lambda: EndingWith(Trail(), Overlapping()), "EndingWith: answer must be one picture, got 6 frames"),
    (lambda: EndingWith(Answer(), type("Large", (Trail,), {"frames": 1})()),
     r"answer must be no larger than scene, \(120, 80\), got \(160, 120\)"),
    (lambda: type("Empty", (Scene,), {})().draw(0), "Empty has no draw method"),
    (lambda: type("Empty", (Scene,), {})().update(0), "Empty has no update method"),
    *((lambda gid=gid, frame=frame: ONE.why(gid, frame), rf"^Small.why: {message}")
      for gid, frame, message in (("x", 6, r"frame must lie in 0 … 5, got 6"), ("x", -1, "frame must lie in 0 … 5"),
                                  ("x", "3", "frame must be a whole number, got '3'; write 3"),
                                  (3, 0, "gid must be a text"))),
    (lambda: type("Told", (Small,), {"why": lambda self, gid, frame: "because"})().why("x", 0),
     "^Told.why must return a Why, or None if it cannot explain x, got 'because'"),
    *((lambda cuts=cuts: SideBySide(type("Cut", (Small,), {"cuts": cuts})()), f"SideBySide: {message}")
      for cuts, message in ((80, r"Cut.cuts must be a list of pixels from the left, such as \(400,\), got 80"),
                            (["left"], "each of Cut.cuts must be a number, got 'left'"))),
    *((lambda count=count: log_spaced_steps(10, count), rf"count must lie in 2 … 11 to reach step 10, got {count}")
      for count in (-1, 0, 1, 12)),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_refuses_what_does_not_fit(make, message):
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=message):
        make()


@pytest.mark.parametrize("method", ["update", "why"])
def test_notes_where_an_error_of_a_scene_came(method):
    failing = type("Failing", (Small,), {method: lambda self, *given: [][0]})
    with pytest.raises(IndexError) as raised:
        getattr(SideBySide(failing()), method)(*["x"] * (method == "why"), 5)
    given = "'x', 5" if method == "why" else "5"
    assert raised.value.__notes__ == [f"in {name}.{method}({given})" for name in ("Failing", "SideBySide")]


@pytest.mark.parametrize(("method", "returned", "message"), [
    ("describe", None, "Told.describe must return a text, got None"),
    ("moments", [0, 1], 'Told.moments must return what frames count, .* such as \\("year", .*, got \\[0, 1\\]'),
    ("moments", ("year", [1990]), "got 1 counts for 6 frames"),
    ("moments", ("year", list("abcdef")), "Told.moments: each count must hold real numbers"),
])  # fmt: skip
def test_refuses_what_a_method_should_not_return(method, returned, message):
    scene = type("Told", (Small,), {method: lambda self, *given: returned})()
    with pytest.raises((TypeError, ValueError), match=message):
        getattr(scene, method)(*[0] * (method == "describe"))
