"""A recording stays within its budget, and its records are evenly spaced."""

from pathlib import Path

import numpy as np
import pytest

from tests.tinylearn.recording_helpers import Witness, assert_agrees, bytes_in, small_model, train
from tinylearn import Dense, Recorder, Recording, ReLU, Sequential, Sigmoid, Update


@pytest.mark.parametrize("batch_size", [3, 10], ids=["minibatches", "full batch"])
@pytest.mark.parametrize("budget", [8_000, 20_000, "0.05 MB"])
def test_the_budget_holds_after_every_update(tmp_path, budget, batch_size):
    model, folder = small_model(), tmp_path / "run"
    recorder, witness, sizes = Recorder(model, folder, budget=budget), Witness(model), []
    train(model, [recorder, witness, lambda update: sizes.append(bytes_in(folder))], epochs=400, batch_size=batch_size)
    sizes.append(bytes_in(folder))
    allowed = 50_000 if budget == "0.05 MB" else budget
    assert max(sizes) <= allowed
    recording = Recording.load(folder)
    assert recording.rows.nbytes > allowed / 10  # the space is used, not left empty
    assert_evenly_spaced(recording, last=max(witness.rows))
    assert_agrees(recording, witness)


def assert_evenly_spaced(recording, last, but=()):
    steps = np.array([step for step in recording.steps if step not in but])
    assert steps[0] == 0
    assert steps[-1] == last
    between = np.diff(steps[:-1])
    assert len(set(between)) == 1
    assert 0 < steps[-1] - steps[-2] <= between[0]  # the last is there although it is out of step


def test_a_budget_of_2_mb_holds(tmp_path):
    """10,000 updates of a 20-64-1 net are 115 MB."""
    rng = np.random.default_rng(0)
    model = Sequential([Dense(20, 64, rng=rng), ReLU(), Dense(64, 1, rng=rng), Sigmoid()])
    folder, sizes = tmp_path / "run", []
    with Recorder(model, folder, budget="2 MB") as recorder:
        for step in range(1, 10_001):
            model.parameters[0] = step
            recorder(Update(step, epoch=1, loss=0.5, batch=np.arange(32)))
            if step % 10 == 0:
                sizes.append(bytes_in(folder))
    assert max(*sizes, bytes_in(folder)) <= 2_000_000
    recording = Recording.load(folder)
    assert_evenly_spaced(recording, last=10_000)
    np.testing.assert_array_equal(recording["dense_1.w"][1:, 0, 0], recording.steps[1:])


def test_a_budget_counts_the_batches_too(tmp_path, monkeypatch):
    """Two parameters, and batches of 500 row numbers, another array each time: 4 kB an update.

    The folder is at its fullest just before files are removed: then half of the records are there twice.
    """
    model, folder, sizes = Sequential([Dense(1, 1, rng=np.random.default_rng(0))]), tmp_path / "run", []
    rng, unlink = np.random.default_rng(0), Path.unlink

    def look_and_unlink(path, **settings):
        sizes.append(bytes_in(folder))
        unlink(path, **settings)

    monkeypatch.setattr(Path, "unlink", look_and_unlink)
    with Recorder(model, folder, budget="50 kB") as recorder:
        for step in range(1, 301):
            recorder(Update(step, batch=rng.permutation(500)))
            sizes.append(bytes_in(folder))
    assert max(*sizes, bytes_in(folder)) <= 50_000
    assert recorder.recording.steps[-1] == 300


def test_a_budget_counts_the_names_of_many_parameters_too(tmp_path):
    """meta.json lists all 120 parameters."""
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0)) for _ in range(60)])
    folder, sizes = tmp_path / "run", []
    with Recorder(model, folder, budget=30_000) as recorder:
        for step in range(1, 101):
            recorder(Update(step))
            sizes.append(bytes_in(folder))
    assert max(*sizes, bytes_in(folder)) <= 30_000


def test_the_last_update_is_there_whenever_training_ends(place):
    """Also when it was the one that made the records too many."""
    model, missing = Sequential([Dense(1, 1, rng=np.random.default_rng(0))]), []
    for updates in range(1, 300 if place is None else 90):
        where = None if place is None else place / str(updates)
        with Recorder(model, where, budget=7_000 if place is None else 5_000) as recorder:
            for step in range(1, updates + 1):
                recorder(Update(step))
        if recorder.recording.steps[-1] != updates:
            missing.append(updates)
    assert missing == []


def test_a_budget_in_memory_drops_records_too():
    model = small_model()
    recorder, witness = Recorder(model, budget=10_000), Witness(model)
    train(model, [recorder, witness], epochs=200)
    assert recorder.recording.rows.nbytes < 10_000
    assert_evenly_spaced(recorder.recording, last=600)


def test_every_and_budget_together(place):
    model = small_model()
    recorder, witness = Recorder(model, place, every=3, budget=8_000), Witness(model)
    train(model, [recorder, witness], epochs=100)
    assert np.diff(recorder.recording.steps)[0] % 3 == 0
    assert_evenly_spaced(recorder.recording, last=300)
    assert_agrees(recorder.recording, witness)


def test_a_second_fit_under_a_budget_stays_evenly_spaced(place):
    model = small_model()
    recorder, witness = Recorder(model, place, budget=8_000), Witness(model)
    for _ in range(3):
        train(model, [recorder, witness], epochs=33)
    assert_evenly_spaced(recorder.recording, last=297, but={99, 198})
    assert_agrees(recorder.recording, witness)


@pytest.mark.parametrize(
    ("text", "number"),
    [("9000", 9000), ("9000 B", 9000), ("9 kB", 9000), ("0.5mb", 500_000), ("8 KiB", 8192), (10**9,) * 2],
)
def test_budgets_in_words(text, number):
    assert Recorder(small_model(), budget=text).budget == number


@pytest.mark.parametrize(
    ("budget", "error", "message"),
    [
        ("lots", ValueError, "budget must be bytes, such as 2_000_000 or '2 MB', got 'lots'"),
        ("2 apples", ValueError, "budget must be bytes"),
        ("1.2.3 MB", ValueError, "budget must be bytes"),
        (0, ValueError, "budget must be at least 1, got 0"),
        (1.5, TypeError, "budget must be a whole number, got 1.5"),
        (
            "1 kB",
            ValueError,
            r"budget must hold at least six records of 208 bytes .*, got '1 kB'; select fewer parameters",
        ),
    ],
)
def test_refuses_wrong_budgets(tmp_path, budget, error, message):
    with pytest.raises(error, match=f"Recorder: {message}"):
        Recorder(small_model(), tmp_path / "run", budget=budget)
    assert not (tmp_path / "run").exists()
