"""Races and autopsies explain their numbers: as recorded, and how they grew."""

import numpy as np
import pytest
from why_checks import check_whys

from animations import AutopsyPicture, Race
from tests.animations.samples.training import RECORDINGS, made_up, six


def test_explains_every_number_of_runners_that_end_or_diverge():
    runners = {"a": made_up([3, 2, 1]), "a.b": made_up([3, np.inf], 3), "step": made_up([3, 2, 2, 1, 1])}
    scene = Race(runners)
    check_whys(scene, range(scene.frames))
    last = scene.frames - 1
    assert scene.why("a.last_step", last).value == 3
    assert scene.why("a.b.diverged", last).value == 3
    assert scene.why("a.b.loss", last).value == np.inf
    assert scene.why("a.loss", 2).says == "the loss of the batch of update 2, before it: a"
    assert scene.why("a.diverged", last) is None


def test_explains_a_loss_between_two_records_by_the_last_one():
    why = Race({"a": made_up([3, 2, 1], every=10)}, steps=[0, 15, 30]).why("a.loss", 1)
    assert (why.value, why.says) == (3, "the loss of the batch of update 10, before it: a")


def test_leads_from_a_loss_to_the_rows_of_its_batch():
    scene = Race(six(), steps=[0, 3, 7])
    why = scene.why("Adam.loss", 1)
    recording = six()["Adam"].recording
    assert why.value == pytest.approx(recording.losses[3])
    rows = [scene.why(gid, 1) for gid in why.asked()]
    assert len(rows) == 8
    assert sum(row.value for row in rows) / 8 == pytest.approx(recording.losses[3])
    weight = scene.why("Adam.update.dense_1.w[1,2]", 2)
    assert weight.value == recording.at(7)["dense_1.w"][1, 2]
    assert "Adam.update.gradient.dense_1.w[1,2]" in weight.asked()
    assert scene.why("Adam.update.dense_1.w[9,9]", 2) is None


def test_says_at_the_end_of_a_curve_how_it_grew():
    autopsy = RECORDINGS["one layer"]().autopsy(4)
    scene, norms = AutopsyPicture(autopsy), autopsy.norms["dense_1.w"]
    grown, recorded = scene.why("dense_1.w.last", 0).parts
    assert grown.sides() == [norms[-1] / norms[0]] * 2
    assert grown.words == f"times that of update {autopsy.steps[0]}"
    assert (recorded.sides(), scene.why("dense_1.w.first", 0).value) == ([norms[-1]], norms[0])


def test_explains_the_diverging_update_as_the_one_after_the_last_record():
    autopsy = RECORDINGS["two layers"]().autopsy(3)
    why = AutopsyPicture(autopsy).why("diverged_at", 0)
    assert why.parts[0].arithmetic == f"{float(autopsy.steps[-1])} + 1 = {float(autopsy.step)}"
    assert why.says == f"the update that diverged: it {autopsy.reason}"


@pytest.mark.parametrize("gid", ["dense_1.w", "dense_9.w.last", "loss.middle", "step"])
def test_explains_nothing_of_other_autopsies(gid):
    assert AutopsyPicture(RECORDINGS["one layer"]().autopsy(3)).why(gid, 0) is None
