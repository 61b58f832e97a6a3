"""A recording stays within its budget, and its records are evenly spaced."""

from pathlib import Path

import numpy as np
import pytest

from tests.tinylearn.recording_helpers import Witness, assert_agrees, bytes_in, loop, small_model, train
from tinylearn import Dense, Recorder, Recording, ReLU, Sequential, Sigmoid, Update


def neuron(layers=1):
    return Sequential([Dense(1, 1, rng=np.random.default_rng(0)) for _ in range(layers)])


def network():
    """A 20-64-1 net: 10,000 updates of it are 115 MB."""
    rng = np.random.default_rng(0)
    return Sequential([Dense(20, 64, rng=rng), ReLU(), Dense(64, 1, rng=rng), Sigmoid()])


def assert_evenly_spaced(recording, last, but=()):
    steps = np.array([step for step in recording.steps if step not in but])
    assert steps[0] == 0
    assert steps[-1] == last
    between = np.diff(steps[:-1])
    assert len(set(between)) == 1
    assert 0 < steps[-1] - steps[-2] <= between[0]  # the last is there although it is out of step


@pytest.mark.parametrize(("budget", "settings"), [(8_000, {}), (20_000, {"every": 3}), ("0.05 MB", {})])
def test_uses_its_budget_and_no_more_after_every_update(place, budget, settings):
    model, sizes = small_model(), []
    recorder, witness = Recorder(model, place, budget=budget, **settings), Witness(model)
    look = (lambda update: sizes.append(bytes_in(place))) if place else (lambda update: None)
    train(model, [recorder, witness, look], epochs=150, batch_size=3)
    allowed, recording = 50_000 if budget == "0.05 MB" else budget, recorder.recording
    assert max([*sizes, bytes_in(place) if place else recording.rows.nbytes]) <= allowed
    assert recording.rows.nbytes > allowed / 10  # the space is used, not left empty
    assert np.diff(recording.steps)[0] % settings.get("every", 1) == 0
    assert_evenly_spaced(recording, last=600)
    assert_agrees(recording, witness)


@pytest.mark.parametrize(("make", "budget", "updates", "batch"), [
    (network, "2 MB", 10_000, lambda step: np.arange(32)),
    (neuron, "50 kB", 300, lambda step: np.random.default_rng(step).permutation(500)),  # 4 kB an update
    (lambda: neuron(60), "30 kB", 100, lambda step: ()),  # meta.json lists 120 names
], ids=["many", "batches", "names"])  # fmt: skip
def test_counts_batches_and_names_also_while_a_file_is_there_twice(tmp_path, monkeypatch, make, budget, updates, batch):
    """The folder is at its fullest just before files are removed: then half of the records are there twice."""
    model, folder, sizes, unlink = make(), tmp_path / "run", [], Path.unlink

    def look_and_unlink(path, **settings):
        sizes.append(bytes_in(folder))
        unlink(path, **settings)

    monkeypatch.setattr(Path, "unlink", look_and_unlink)
    with Recorder(model, folder, budget=budget) as recorder:
        for step in range(1, updates + 1):
            model.parameters[0] = step
            recorder(Update(step, batch=batch(step)))
            sizes.append(bytes_in(folder) if step % (updates // 100) == 0 else 0)
    assert max(*sizes, bytes_in(folder)) <= recorder.budget
    recording = Recording.load(folder)
    assert_evenly_spaced(recording, last=updates)
    np.testing.assert_array_equal(recording.rows[1:, 0], recording.steps[1:])


def test_keeps_the_last_update_whenever_training_ends(place):
    """Also when it was the one that made the records too many."""
    model, missing = neuron(), []
    for updates in range(1, 100 if place is None else 60):
        where = None if place is None else place / str(updates)
        with Recorder(model, where, budget=2_000 if place is None else 4_500) as recorder:
            loop(model, [recorder], updates, batch=lambda step: None)
        if recorder.recording.steps[-1] != updates:
            missing.append(updates)
    assert missing == []


def test_stays_evenly_spaced_in_later_fits(place):
    model = small_model()
    recorder, witness = Recorder(model, place, budget=8_000), Witness(model)
    for _ in range(3):
        train(model, [recorder, witness], epochs=33)
    assert_evenly_spaced(recorder.recording, last=297, but={99, 198})
    assert_agrees(recorder.recording, witness)


def test_leaves_records_although_meta_describes_many_calls_of_fit(tmp_path):
    model = small_model()
    recorder, sizes = Recorder(model, tmp_path / "run", budget=20_000), []
    for _ in range(60):
        train(model, [recorder], epochs=1)
        sizes.append(bytes_in(tmp_path / "run"))
    assert max(sizes) <= 20_000
    assert len(recorder.recording) > 20


@pytest.mark.parametrize(
    ("text", "number"), [("9000", 9000), ("9 kB", 9000), ("0.5mb", 500_000), ("1 MiB", 1 << 20), (10**9,) * 2]
)
def test_reads_a_budget_in_words(text, number):
    assert Recorder(small_model(), budget=text).budget == number
