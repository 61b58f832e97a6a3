"""A recording has a digest for each of its parts; if a part differs, so does its digest."""

import numpy as np
import pytest

from chapters.tools.digests import digests, recordings_noted
from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Sequential, fit


def test_notes_a_recording_once_and_only_in_its_block(tmp_path):
    close, x = Recorder.close, np.arange(4.0)[:, None]
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    with recordings_noted(tmp_path / "notes"), Recorder(model) as recorder:
        fit(model, x, 2 * x, loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=2, batch_size=2, shuffle=False,
            callbacks=[recorder])  # fmt: skip
    assert Recorder.close is close
    assert (tmp_path / "notes").read_text() == f"recording 1: {digests(recorder.recording)}"
    assert digests(recorder.recording).startswith("5 records of dense_1.w, dense_1.b\n")


class Recorded:
    """What a digest asks of a recording."""

    names = ("w",)

    def __init__(self, **changed):
        self.rows, self.steps, self.epochs, self.losses = np.ones((2, 3)), np.arange(2), np.arange(2), np.ones(2)
        self.batches, self.divergence = [[0, 1], [1, 0]], None
        vars(self).update(changed)

    def __len__(self):
        return len(self.rows)

    def batch(self, step):
        return np.array(self.batches[step % 2])


CHANGES = {
    "parameters": {"rows": np.full((2, 3), 1 + 1e-9)}, "steps": {"steps": np.array([0, 3])},
    "epochs": {"epochs": np.array([0, 2])}, "losses": {"losses": np.array([1, 1 + 1e-9])},
    "batches": {"batches": [[0, 1], [0, 1]]}, "divergence": {"divergence": {"step": 3}},
}  # fmt: skip


@pytest.mark.parametrize("part", CHANGES)
def test_gives_each_part_of_a_recording_its_digest(part):
    before, after = (digests(each).splitlines() for each in (Recorded(), Recorded(**CHANGES[part])))
    assert [new.split()[0] for old, new in zip(before, after, strict=True) if new != old] == [part]
