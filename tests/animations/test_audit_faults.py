"""The audit finds each of many planted faults in a small scene, and nothing in scenes without them."""

import numpy as np
import pytest
from audit_helpers import FRAMES, SOURCE, Tiny, label, only, planted
from faults_of_boards import BOARDS
from faults_of_colours import COLOURS
from faults_of_frames import FRAME_BY_FRAME
from faults_of_numbers import NUMBERS
from faults_of_places import PLACES

from animations import Scene, audit
from animations.audit import CHECKS, AuditError

# what is wrong → the kind of check that finds it, the thing that it names, how it is planted
FAULTS = NUMBERS | BOARDS | PLACES | COLOURS | FRAME_BY_FRAME


def test_nothing_is_found_in_the_scene_without_faults():
    report = audit(Tiny(), SOURCE, names={"loss": "loss"}).check()
    assert (report.ok, report.findings) == (True, [])
    assert (report.frames, report.numbers, report.compared) == (FRAMES, 5 * FRAMES, 5 * FRAMES)


@pytest.mark.parametrize("kind", CHECKS)
def test_a_check_that_is_asked_alone_finds_nothing_either(kind):
    assert audit(Tiny(), SOURCE, names={"loss": "loss"}, checks=[kind]).ok


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault):
    kind, what, plant = FAULTS[fault]
    report = audit(planted(plant), SOURCE, checks=[kind])
    assert (kind, what) in {(finding.kind, finding.what) for finding in report.findings}
    with pytest.raises(AuditError, match=kind):
        report.check()


class Honest(Scene):
    """What matplotlib offers, used as it should be: slanted labels, an arrow with a text, numbers around a circle."""

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


def test_nothing_is_found_in_an_honest_scene():
    values = {"note": [0, 1]} | {f"v[{k}]": [k + 1, k + 2] for k in range(6)}
    assert audit(Honest(), values).check().placed == 12


def test_every_kind_of_check_has_a_planted_fault():
    assert {kind for kind, _, _ in FAULTS.values()} | {"place", "name"} == set(CHECKS)


def test_a_number_off_its_place_or_after_another_name_is_found():
    at = {"loss": (360, 200)}
    assert audit(Tiny(), places=lambda frame: at).ok
    report = audit(Tiny(), places=lambda frame: at | {"w[0,0]": (95, 200)}, names={"loss": "gain"})
    assert [(finding.kind, finding.what) for finding in report.findings] == [("place", "w[0,0]"), ("name", "loss")]


def test_a_finding_says_where_and_how_often():
    (finding,) = audit(planted(only(2, lambda scene: scene.loss.set_text("1.001"))), SOURCE).findings
    assert (finding.frame, finding.kind, finding.what, finding.frames) == (2, "number", "loss", 1)
    assert finding.message == "loss shows 1.001, its source says 1.0"
    assert audit(planted(label(-20, 100, "outside"))).findings[0].frames == FRAMES
