"""The audit compares the numbers of a scene with a recording, or several sources in order, or refuses these."""

import numpy as np
import pytest
from audit_helpers import FRAMES, Tiny

import tinylearn as tl
from animations import audit


@pytest.fixture
def recording():
    model = tl.Sequential([tl.Dense(2, 2, rng=np.random.default_rng(0))])
    recorder = tl.Recorder(model)
    x = np.random.default_rng(1).random((4, 2))
    tl.fit(model, x, x[:, ::-1], loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.1), epochs=3, batch_size=4,
           callbacks=[recorder])  # fmt: skip
    return recorder.recording


class Recorded(Tiny):
    """The weights of a recording."""

    def __init__(self, recording, name=""):
        self.recording, self.name_before = recording, name

    def draw(self, figure):
        super().draw(figure)
        for (i, j), number in self.cells.items():
            number.set_gid(f"{self.name_before}dense_1.w[{i},{j}]")
        self.loss.set_gid(f"{self.name_before}step")

    def update(self, frame):
        super().update(frame)
        for cell, number in self.cells.items():
            number.set_value(self.recording["dense_1.w"][(frame, *cell)])
        self.loss.set_value(self.recording.steps[frame])
        return [*self.cells.values(), self.loss, self.line]


def test_compares_numbers_with_a_recording(recording):
    assert audit(Recorded(recording), recording).check().compared == 5 * FRAMES
    assert audit(Recorded(recording, "left."), {"left": recording}).ok
    late = audit(Recorded(recording), recording, steps=[0, 0, 2, 3])
    assert {(finding.frame, finding.kind) for finding in late.findings} == {(1, "number")}


def test_uses_the_first_source_that_knows_a_number(recording):
    report = audit(Recorded(recording), [{"step": [0, 1, 2, 4]}, recording])
    assert [(finding.frame, finding.what) for finding in report.findings] == [(3, "step")]


def test_refuses_what_does_not_fit(recording):
    scene = Recorded(recording)
    scene.frames = 3
    with pytest.raises(ValueError, match="has 3 frames and does not say which of the 4 records each shows"):
        audit(scene, recording)
    with pytest.raises(ValueError, match=r"loss must be one number, or one for each of 4 frames, got \(3,\)"):
        audit(Tiny(), {"loss": [1, 2, 3]})
    with pytest.raises(ValueError, match="unknown check colour; the checks are number, "):
        audit(Tiny(), checks=["colour"])
    with pytest.raises(TypeError, match="a source must be a Recording, a mapping"):
        audit(Tiny(), 3)
