"""The audit finds each of many planted faults in a small scene, says what to do, and finds nothing without them."""

import numpy as np
import pytest
from matplotlib.text import Text

import tinylearn as tl
from animations import Scene, SideBySide, audit
from animations.audit import CHECKS, AuditError
from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter, redraw
from animations.engine.text import PastedText
from tests.animations.audit_faults import FAULTS, FRAMES, SOURCE, Tiny, drawn, label, planted
from tests.animations.small_scenes import ALL

SAYS = {
    "a wrong digit": "loss shows 1.001, its source says 1.0",
    "a patch that is not returned": "self.more changed, but update did not return it: the old one stays",
    "a line under a label": "PastedText 'above' lies over self.more, which changes: return both, or give self.more a "
                            "higher z-order",
    "a line that remembers": "self.more depends on the frames before: let update set all of it in every frame",
    "digits of an axis that change": "'loss 0' became 'loss 1': changing digits are not a caption; draw a Number with "
                                     "a gid",
    "two lines of one name": "2 things in one place are called 'A': give each its own name",
    "two lines of one colour": "'A' and 'B' have the same colour, #0068a8: give one of them another colour, dash or "
                               "hatch",
    "a name that begins with _": "'_total' is not in the legend, because it begins with _: choose another name or no "
                                 "legend",
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_finds_a_planted_fault(fault):
    kind, what, plant = FAULTS[fault]
    report = audit(planted(plant), SOURCE, checks=[kind])
    found = {finding.message for finding in report.findings if (finding.kind, finding.what) == (kind, what)}
    assert SAYS.get(fault) in found if fault in SAYS else found
    with pytest.raises(AuditError, match=kind):
        report.check()


def test_plants_a_fault_for_every_kind_of_check():
    assert {kind for kind, _, _ in FAULTS.values()} | {"place", "name"} == set(CHECKS)


def test_finds_nothing_in_the_scene_without_faults():
    report = audit(Tiny(), SOURCE, names={"loss": "loss"}).check()
    assert (report.ok, report.findings) == (True, [])
    assert (report.frames, report.numbers, report.compared) == (FRAMES, 5 * FRAMES, 5 * FRAMES)
    for kind in ("number", "nameless", "contrast", "redraw"):
        assert audit(Tiny(), SOURCE, names={"loss": "loss"}, checks=[kind]).ok


class Honest(Scene):
    """Proper uses of matplotlib: slanted labels, an arrow with a text, numbers around a circle."""

    size, frames = (400, 300), 2

    def draw(self, figure):
        axes = figure.add_axes((0.1, 0.3, 0.4, 0.5), xlim=(0, 1), ylim=(0, 1))
        axes.set_xticks(np.linspace(0.1, 0.9, 5), [f"label {letter}" for letter in "abcde"], rotation=45)
        self.note = axes.annotate("", (0.1, 0.1), (0.5, 0.5), arrowprops={"arrowstyle": "->"}, gid="note", zorder=3)
        places = [(0.75 + 0.15 * np.cos(k), 0.5 + 0.2 * np.sin(k)) for k in range(6)]
        self.around = [figure.text(x, y, "", gid=f"v[{k}]", zorder=3) for k, (x, y) in enumerate(places)]

    def update(self, frame):
        for k, text in enumerate([self.note, *self.around]):
            text.set_text(str(frame + k))
        return [self.note, *self.around]


def distinct(scene):
    """Lines told apart by dash or width, or without a name; names that are not words; a legend with two entries."""
    scene.axes.plot([0, 1], [0, 1], "r", label="A")
    scene.axes.plot([0, 1], [0, 2], "r--", label="B")
    scene.axes.plot([0, 1], [0, 3], "r", linewidth=4, label="C")
    scene.axes.plot([0, 1], [0, 3], "#ff2800", label="of a colour that is just another")
    scene.axes.plot([[0, 0], [1, 1]], [[0, 1], [2, 3]], "r", label="_nolegend_")
    scene.axes.set_xticks([0, 1, 2], ["M", "T", "T"])
    scene.axes.legend(scene.axes.get_lines()[2:4], ["A", "B"], loc="lower right")


def test_finds_nothing_in_an_honest_scene_and_in_things_that_can_be_told_apart():
    values = {"note": [0, 1]} | {f"v[{k}]": [k + 1, k + 2] for k in range(6)}
    assert audit(Honest(), values).check().placed == 12
    audit(planted(drawn(distinct)), SOURCE, checks=["same name", "same colour", "not in legend"]).check()


def test_finds_a_number_off_its_place_after_another_name_or_never_drawn():
    at, checks = {"loss": (360, 200)}, {"place", "name"}
    assert audit(Tiny(), places=lambda frame: at).ok
    report = audit(Tiny(), places=lambda _: at | {"w[0,0]": (95, 200)}, names={"loss": "gain"}, checks=checks)
    assert [(finding.kind, finding.what) for finding in report.findings] == [("place", "w[0,0]"), ("name", "loss")]
    report = audit(Tiny(), places=lambda frame: {"gain": (360, 200)}, names={"gain": "gain"}, checks=checks)
    assert {(finding.kind, finding.message) for finding in report.findings} == {
        ("place", "gain has a place but is not drawn"),
        ("name", "gain should stand by a name, but is in no frame"),
    }


def test_draws_a_scene_again_that_cannot_be_copied():
    scene = planted(FAULTS["a patch that is not returned"][2])
    scene.held = (number for number in ())  # generators cannot be copied
    (finding,) = audit(scene, checks=["redraw"]).findings
    assert "the painted frame differs from a full redraw at x 1" in finding.message
    fair, watched = Tiny(), Tiny()
    fair.held = (number for number in ())
    watched.draw = lambda figure: Tiny.draw(watched, figure)
    for scene in (fair, watched):
        audit(scene, checks=["redraw"]).check()


def test_says_in_which_of_the_asked_frames_a_finding_is_how_often_and_in_which_scene():
    plant = FAULTS["a line that is not returned"][2]
    for scene, what in ((planted(plant), "self.line"), (SideBySide(Tiny(), planted(plant)), "Tiny.line")):
        (finding,) = audit(scene, frames=[2], checks=["redraw"]).findings
        assert (finding.frame, finding.what) == (2, what)
    (finding,) = audit(planted(FAULTS["a wrong digit"][2]), SOURCE).findings
    assert (finding.frame, finding.kind, finding.what, finding.frames) == (2, "number", "loss", 1)
    assert audit(planted(label(-20, 100, "outside")), checks=["cut off"]).findings[0].frames == FRAMES
    of_two = audit(planted(FAULTS["more series than colours"][2]), checks=["same colour"])
    assert {finding.frames for finding in of_two.findings} == {FRAMES}


# --- sources ---------------------------------------------------------------------------------------------------------


class Recorded(Tiny):
    """The weights of a recording."""

    def __init__(self, recording, prefix=""):
        self.recording, self.prefix = recording, prefix

    def draw(self, figure):
        super().draw(figure)
        for (i, j), number in self.cells.items():
            number.set_gid(f"{self.prefix}dense_1.w[{i},{j}]")
        self.loss.set_gid(f"{self.prefix}step")

    def update(self, frame):
        changed = super().update(frame)
        for cell, number in self.cells.items():
            number.set_value(self.recording["dense_1.w"][(frame, *cell)])
        self.loss.set_value(self.recording.steps[frame])
        return changed


def test_compares_numbers_with_a_recording_or_the_first_source_that_knows_them_and_refuses_others():
    model = tl.Sequential([tl.Dense(2, 2, rng=np.random.default_rng(0))])
    recorder, x = tl.Recorder(model), np.random.default_rng(1).random((4, 2))
    tl.fit(model, x, x[:, ::-1], loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.1), epochs=3, callbacks=[recorder])
    recording = recorder.recording
    assert audit(Recorded(recording), recording).check().compared == 5 * FRAMES
    assert audit(Recorded(recording, "left."), {"left": recording}).ok
    late = audit(Recorded(recording), recording, steps=[0, 0, 2, 3])
    assert {(finding.frame, finding.kind) for finding in late.findings} == {(1, "number")}
    report = audit(Recorded(recording), [{"step": [0, 1, 2, 4]}, recording])
    assert [(finding.frame, finding.what) for finding in report.findings] == [(3, "step")]
    short = Recorded(recording)
    short.frames = 3
    for scene, source, settings, said in [
        (short, recording, {}, "has 3 frames and does not say which of the 4 records each shows"),
        (Tiny(), {"loss": [1, 2, 3]}, {}, r"loss must be one number, or one for each of 4 frames, got \(3,\)"),
        (Tiny(), None, {"checks": ["colour"]}, "unknown check colour; the checks are number, "),
        (Tiny(), 3, {}, "a source must be a Recording, a mapping"),
    ]:
        with pytest.raises((ValueError, TypeError), match=said):
            audit(scene, source, **settings)


# --- texts -----------------------------------------------------------------------------------------------------------


def texts_that_draw_themselves(scene, frame, monkeypatch):
    """Return the texts that matplotlib draws: it asks only marks that lie within their axis."""
    drawn = {}

    def watched(draw):
        return lambda text, renderer: (drawn.update({id(text): text}), draw(text, renderer))[1]

    with monkeypatch.context() as patch:
        for kind in (Text, PastedText):
            patch.setattr(kind, "draw", watched(kind.draw))
        redraw(scene, frame)
    texts = [text.get_text() for text in drawn.values() if text.get_visible() and text.get_text().strip()
             and np.allclose(text.get_figure(root=True).bbox.size, scene.size)]  # fmt: skip
    return sorted(texts)  # without single letters, which are drawn once in their own figures


@pytest.mark.parametrize("make", [Tiny, *ALL])
def test_sees_the_texts_that_matplotlib_draws(make, monkeypatch):
    painter = Painter(make())
    painter.paint(2)
    later = {id(artist) for trail in painter.trails[3:] for artist in trail}
    seen = sorted(text.get_text() for text in drawn_texts(painter.figure, later))
    assert seen == texts_that_draw_themselves(make(), 2, monkeypatch)
