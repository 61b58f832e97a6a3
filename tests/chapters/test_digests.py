"""A recording has a digest for each of its parts; if a part differs, so does its digest."""

import numpy as np
import pytest

from chapters.tools.digests import digests, recordings_noted
from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Sequential, fit
from tinylearn.recording.store import Store


def recorded(path):
    """Return the digests, line by line, of a short run recorded in memory."""
    x = np.arange(4.0)[:, None]
    with recordings_noted(path):
        model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
        with Recorder(model) as recorder:
            fit(model, x, 2 * x, loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=2, batch_size=2,
                shuffle=False, callbacks=[recorder])  # fmt: skip
    return path.read_text().splitlines()


def test_notes_a_recording_once_and_only_in_its_block(tmp_path):
    close = Recorder.close
    lines = recorded(tmp_path / "notes")
    assert Recorder.close is close
    assert lines[0] == "recording 1: 5 records of dense_1.w, dense_1.b"
    assert [line.split()[0] for line in lines[1:]] == [
        "parameters", "steps", "epochs", "losses", "batches", "divergence"]  # fmt: skip
    assert len({line.split()[1] for line in lines[1:]}) == 6
    Recorder(Sequential([Dense(1, 1, rng=np.random.default_rng(0))])).close()
    assert (tmp_path / "notes").read_text().splitlines() == lines
    assert recorded(tmp_path / "again") == lines


def test_gives_another_digest_for_a_change_of_a_billionth(tmp_path, monkeypatch):
    """The fault is planted where each row is written, so that the training does not see it."""
    lines, append = recorded(tmp_path / "notes"), Store.append

    def noisy(store, *record):
        append(store, *record[:-1], (np.frombuffer(record[-1]) * [1 + 1e-9, 1]).tobytes())

    monkeypatch.setattr(Store, "append", noisy)
    changed = recorded(tmp_path / "noisy")
    assert [i for i in range(len(lines)) if lines[i] != changed[i]] == [1]  # the parameters alone


@pytest.mark.parametrize("part", ["steps", "epochs", "losses", "divergence"])
def test_gives_each_part_of_a_recording_its_digest(part):
    recording = Recorder(Sequential([Dense(1, 1, rng=np.random.default_rng(0))])).recording
    before = digests(recording).splitlines()
    setattr(recording, part, {"step": 3} if part == "divergence" else getattr(recording, part) + 1)
    recording.losses = np.ones(1) if part == "losses" else recording.losses  # it was NaN
    after = digests(recording).splitlines()
    assert [new.split()[0] for old, new in zip(before, after, strict=True) if new != old] == [part]


def test_gives_other_batches_another_digest():
    model, told = Sequential([Dense(1, 1, rng=np.random.default_rng(0))]), []
    for batch in ([0, 1], [1, 0], [0]):
        recorder = Recorder(model)
        recorder.record(1, 1, 0.5, batch)
        told.append(digests(recorder.recording).splitlines()[5])
    assert len(set(told)) == 3
