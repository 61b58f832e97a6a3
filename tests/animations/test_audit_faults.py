"""The audit finds each of many planted faults in a small scene, and nothing in scenes without them."""

import numpy as np
import pytest
from audit_helpers import FRAMES, SOURCE, Tiny, drawn, label, only, planted
from faults_of_boards import BOARDS
from faults_of_colours import COLOURS
from faults_of_frames import FRAME_BY_FRAME
from faults_of_numbers import NUMBERS
from faults_of_places import PLACES

from animations import Scene, SideBySide, audit
from animations.audit import CHECKS, AuditError

# description → the kind of check that finds it, the thing that it names, how to plant it
FAULTS = NUMBERS | BOARDS | PLACES | COLOURS | FRAME_BY_FRAME


def test_finds_nothing_in_the_scene_without_faults():
    report = audit(Tiny(), SOURCE, names={"loss": "loss"}).check()
    assert (report.ok, report.findings) == (True, [])
    assert (report.frames, report.numbers, report.compared) == (FRAMES, 5 * FRAMES, 5 * FRAMES)


@pytest.mark.parametrize("kind", ["number", "nameless", "contrast", "redraw"])
def test_finds_nothing_with_a_single_check_either(kind):
    assert audit(Tiny(), SOURCE, names={"loss": "loss"}, checks=[kind]).ok


@pytest.mark.parametrize("fault", FAULTS)
def test_finds_a_planted_fault(fault):
    kind, what, plant = FAULTS[fault]
    report = audit(planted(plant), SOURCE, checks=[kind])
    assert (kind, what) in {(finding.kind, finding.what) for finding in report.findings}
    with pytest.raises(AuditError, match=kind):
        report.check()


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


def test_finds_nothing_in_an_honest_scene():
    values = {"note": [0, 1]} | {f"v[{k}]": [k + 1, k + 2] for k in range(6)}
    assert audit(Honest(), values).check().placed == 12


def test_plants_a_fault_for_every_kind_of_check():
    assert {kind for kind, _, _ in FAULTS.values()} | {"place", "name"} == set(CHECKS)


def test_finds_a_number_off_its_place_or_after_another_name():
    at = {"loss": (360, 200)}
    assert audit(Tiny(), places=lambda frame: at).ok
    report = audit(Tiny(), places=lambda frame: at | {"w[0,0]": (95, 200)}, names={"loss": "gain"},
                   checks={"place", "name"})  # fmt: skip
    assert [(finding.kind, finding.what) for finding in report.findings] == [("place", "w[0,0]"), ("name", "loss")]


def test_finds_a_number_with_a_place_or_a_name_that_is_never_drawn():
    report = audit(Tiny(), places=lambda frame: {"gain": (360, 200)}, names={"gain": "gain"}, checks={"place", "name"})
    assert {(finding.kind, finding.message) for finding in report.findings} == {
        ("place", "gain has a place but is not drawn"),
        ("name", "gain should stand by a name, but is in no frame"),
    }


@pytest.mark.parametrize(("fault", "says"), {
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
}.items())  # fmt: skip
def test_says_what_to_do_about_a_finding(fault, says):
    kind, what, plant = FAULTS[fault]
    findings = audit(planted(plant), SOURCE, checks=[kind]).findings
    assert says in {finding.message for finding in findings if finding.what == what}


def distinct(scene):
    """Lines told apart by dash or width, or without a name; names that are not words; a legend with two entries."""
    scene.axes.plot([0, 1], [0, 1], "r", label="A")
    scene.axes.plot([0, 1], [0, 2], "r--", label="B")
    scene.axes.plot([0, 1], [0, 3], "r", linewidth=4, label="C")
    scene.axes.plot([[0, 0], [1, 1]], [[0, 1], [2, 3]], "r", label="_nolegend_")
    scene.axes.set_xticks([0, 1, 2], ["M", "T", "T"])
    scene.axes.legend(scene.axes.get_lines()[2:4], ["A", "B"], loc="lower right")


def test_does_not_blame_things_that_can_be_told_apart():
    audit(planted(drawn(distinct)), SOURCE, checks=["same name", "same colour", "not in legend"]).check()


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


def test_names_an_artist_of_several_scenes_after_its_own():
    scene = SideBySide(Tiny(), planted(FAULTS["a line that is not returned"][2]))
    assert [finding.what for finding in audit(scene, frames=[2], checks=["redraw"]).findings] == ["Tiny.line"]


def test_paints_only_some_frames_as_in_the_film():
    report = audit(planted(FAULTS["a line that is not returned"][2]), frames=[2], checks=["redraw"])
    assert [(finding.frame, finding.what) for finding in report.findings] == [(2, "self.line")]


def test_says_where_a_finding_is_and_how_often():
    (finding,) = audit(planted(only(2, lambda scene: scene.loss.set_text("1.001"))), SOURCE).findings
    assert (finding.frame, finding.kind, finding.what, finding.frames) == (2, "number", "loss", 1)
    assert finding.message == "loss shows 1.001, its source says 1.0"
    assert audit(planted(label(-20, 100, "outside")), checks=["cut off"]).findings[0].frames == FRAMES
    of_two = COLOURS["more series than colours"][2]
    assert {finding.frames for finding in audit(planted(of_two), checks=["same colour"]).findings} == {FRAMES}
