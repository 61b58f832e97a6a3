"""Groups of scenes share one clock; steps are dense while learning is fast."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animations import EndingWith, Line, Scene, SideBySide, Stacked, Why, audit, log_spaced_steps
from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter, redraw
from tests.animations.small_scenes import Gliding, Overlapping, Small, Trail, redrawn

SHORT = type("Short", (Trail,), {"frames": 3})
LOW = type("Low", (Overlapping,), {"size": (320, 40)})


@pytest.mark.parametrize(("kind", "first", "second"), [
    (SideBySide, np.s_[:, :160], np.s_[:, 160:]), (Stacked, np.s_[:120], np.s_[120:]),
])  # fmt: skip
def test_leaves_each_scene_of_a_group_as_it_is_alone_and_holds_the_last_picture_of_the_shorter(kind, first, second):
    frame = redraw(kind(Overlapping(), Trail()), 4)
    assert np.array_equal(frame[first], redrawn(Overlapping, 4))
    assert np.array_equal(frame[second], redrawn(Trail, 4))
    both = Painter(kind(SHORT(), Overlapping()))
    for frame, shown in ((0, 0), (2, 2), (3, 2), (5, 2), (1, 1)):
        assert np.array_equal(both.paint(frame)[first], redrawn(SHORT, shown))


def test_makes_a_group_as_large_as_it_must_be_and_places_scenes_in_groups_in_groups():
    for kind, size, together in ((SideBySide, (50, 300), (370, 300)), (Stacked, (300, 50), (300, 290))):
        other = type("Other", (Small,), {"size": size, "frames": 9})
        scene = kind(Small(), other(), Small())
        assert (scene.size, scene.frames) == (together, 9)

    def make():
        return Stacked(SideBySide(Overlapping(), Trail()), LOW())

    painter = Painter(make())
    assert make().size == (320, 160)
    for frame in (5, 0, 3):
        pixels = painter.paint(frame)
        assert np.array_equal(pixels, redraw(make(), frame))
        assert np.array_equal(pixels[:120], np.hstack([redrawn(kind, frame) for kind in (Overlapping, Trail)]))
        assert np.array_equal(pixels[120:], redrawn(LOW, frame))


def test_asks_only_gliding_scenes_of_a_group_for_moments_between_frames():
    brief = type("Brief", (Gliding,), {"frames": 2})
    both = SideBySide(Gliding(), Overlapping(), brief())
    assert (both.glides, SideBySide(Overlapping(), Trail()).glides) == (True, False)
    picture = Painter(both).paint(3.4)
    for place, (kind, moment) in enumerate([(Gliding, 3.4), (Overlapping, 3), (brief, 1)]):
        assert np.array_equal(picture[:, 160 * place : 160 * place + 160], redraw(kind(), moment))
    flying = type("Flying", (Trail,), {"glides": True})
    painter = Painter(flying())
    for moment in (2.5, 0.5, 4.75, 3):  # between frames there are the trails of the frame before
        assert np.array_equal(painter.paint(moment), redraw(flying(), moment))


def test_uses_the_default_style_without_one_and_allows_one_in_a_group():
    plain = [type("Plain", (Overlapping,), {"style": style}) for style in (None, {}, "default")]
    assert SideBySide(*(kind() for kind in plain)).style == "default"
    assert np.array_equal(redraw(plain[0](), 0), redrawn(Overlapping, 0))
    dark = type("Dark", (Overlapping,), {"style": "dark_background"})
    assert SideBySide(dark(), Stacked(dark(), dark())).style == "dark_background"
    with pytest.raises(ValueError, match=r"scenes in a figure share a style, got 'default' and 'dark_background'"):
        SideBySide(Overlapping(), dark())


class Answer(Small):
    size, frames = (120, 80), 1

    def draw(self, figure):
        figure.set_facecolor("tab:orange")
        self.word = figure.text(0.5, 0.5, "answer", ha="center", gid="answer")

    def update(self, frame):
        return [self.word]

    def why(self, gid, frame):
        return Why("an answer", 1.0, [Line("given", 1.0)]) if gid == "answer" else None


@pytest.mark.parametrize("kind", [Trail, Overlapping])
def test_shows_a_film_as_it_is_alone_until_its_answer_covers_it(kind):
    painter = Painter(EndingWith(kind(), Answer()))
    for frame in (3, 6, 0, 6, 5):
        picture = painter.paint(frame)
        if frame < 6:
            np.testing.assert_array_equal(picture, redrawn(kind, frame))
            continue
        np.testing.assert_array_equal(picture[20:100, 20:140], redrawn(Answer, 0))
        assert (picture[:20] == 255).all()
        np.testing.assert_array_equal(picture, redraw(EndingWith(kind(), Answer()), 6))
        assert "10" not in [text.get_text() for text in drawn_texts(painter.figure)]  # at an axis, under the answer
    audit(EndingWith(kind(), Answer()), checks={"not returned", "redraw", "covered"}).check()
    waits = Painter(EndingWith(Gliding(), Answer()))
    np.testing.assert_array_equal(waits.paint(Gliding.frames - 1).copy(), waits.paint(Gliding.frames - 0.5))


def test_describes_and_explains_the_scenes_of_a_group_and_an_answer():
    words = Stacked(Small(), SideBySide(Trail(), SHORT())).describe(4)
    assert words == "Small, frame 4 of 5 Below it: Trail, frame 4 of 5 Beside it: Short, frame 2 of 2"
    scene = EndingWith(Trail(), Answer())
    assert [scene.describe(frame) for frame in (5, 6)] == ["Trail, frame 5 of 5", "Answer, frame 0 of 0"]
    assert [scene.why("answer", frame) is None for frame in (5, 6)] == [True, False]
    scene = EndingWith(told(why=Why("a film", 1.0, [Line("given", 1.0)])), Answer())
    assert [scene.why(gid, 6).says for gid in ("answer", "of the film")] == ["an answer", "a film"]


# --- spaced steps --------------------------------------------------------------------------------------------------


@settings(derandomize=True)
@given(st.integers(1, 10**6).flatmap(lambda last: st.tuples(st.just(last), st.integers(2, min(last + 1, 500)))))
def test_spaces_the_given_number_of_rising_steps_over_everything(last_and_count):
    last, count = last_and_count
    steps = log_spaced_steps(last, count)
    assert (len(steps), steps[0], steps[-1]) == (count, 0, last)
    assert all(type(step) is int for step in steps)
    assert all(a < b for a, b in pairwise(steps))


def test_spaces_steps_densely_at_first():
    gaps = np.diff(log_spaced_steps(8000, 81))
    assert gaps[0] == 1
    assert (np.diff(gaps[:-1]) >= -1).all()  # but for rounding the gaps grow
    assert gaps[-1] > 500


# --- what is refused -------------------------------------------------------------------------------------------------

ONE = Small()


def told(**returned):
    """Return a scene one method of which returns something."""
    ((method, what),) = returned.items()
    return type("Told", (Small,), {method: lambda self, *given: what})()


REFUSED = [
    (SideBySide, "SideBySide: expected at least one scene, got none"),
    (lambda: SideBySide(ONE, ONE), "SideBySide: each place needs a scene object of its own"),
    (lambda: SideBySide(ONE, Stacked(Small(), ONE)), "SideBySide: each place needs a scene object of its own"),
    (lambda: Stacked([ONE, ONE]), r"^Stacked: expected scenes, got a list of 2; write Stacked\(\*scenes\)$"),
    (lambda: EndingWith(Trail(), Overlapping()), "EndingWith: answer must be one picture, got 6 frames"),
    (lambda: EndingWith(Answer(), type("Large", (Trail,), {"frames": 1})()),
     r"answer must be no larger than scene, \(120, 80\), got \(160, 120\)"),
    (lambda: type("Empty", (Scene,), {})().draw(0), "Empty has no draw method"),
    (lambda: type("Empty", (Scene,), {})().update(0), "Empty has no update method"),
    *((lambda gid=gid, frame=frame: ONE.why(gid, frame), rf"^Small.why: {message}")
      for gid, frame, message in (("x", 6, r"frame must lie in 0 … 5, got 6"), ("x", -1, "frame must lie in 0 … 5"),
                                  ("x", "3", "frame must be a whole number, got '3'; write 3"),
                                  (3, 0, "gid must be a text"))),
    (lambda: told(why="because").why("x", 0),
     "^Told.why must return a Why, or None if it cannot explain x, got 'because'"),
    (lambda: told(describe=None).describe(0), "Told.describe must return a text, got None"),
    (lambda: told(moments=[0, 1]).moments(),
     r'Told.moments must return what frames count, .* such as \("year", .*, got \[0, 1\]'),
    (lambda: told(moments=("year", [1990])).moments(), "got 1 counts for 6 frames"),
    (lambda: told(moments=("year", list("abcdef"))).moments(), "Told.moments: each count must hold real numbers"),
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


@pytest.mark.parametrize(("method", "given"), [("update", (5,)), ("why", ("x", 5))])
def test_notes_where_an_error_of_a_scene_came(method, given):
    failing = type("Failing", (Small,), {method: lambda self, *given: [][0]})
    with pytest.raises(IndexError) as raised:
        getattr(SideBySide(failing()), method)(*given)
    words = ", ".join(map(repr, given))
    assert raised.value.__notes__ == [f"in {name}.{method}({words})" for name in ("Failing", "SideBySide")]
