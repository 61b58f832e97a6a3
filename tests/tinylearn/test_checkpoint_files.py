"""The file of a checkpoint: additions come back, it is complete or absent, and it never needs a pickle."""

import json

import numpy as np
import pytest

from tests.tinylearn.checkpoint_runs import go_on, start, state
from tinylearn import load_checkpoint, save_checkpoint


def test_what_was_added_comes_back(tmp_path):
    run = start()
    matrix = np.arange(6, dtype=np.int8).reshape(2, 3)
    save_checkpoint(tmp_path / "run.npz", *run, epoch=3, best=0.1, done=False, name="Straße 雪", losses=[0.9, 0.5],
                    nothing=[], matrix=matrix, parameters=[1], words=["a", "bc"])  # fmt: skip
    more = load_checkpoint(tmp_path / "run.npz", *run)
    plain = {name: more[name] for name in ("epoch", "best", "done", "name")}
    assert repr(plain) == "{'epoch': 3, 'best': 0.1, 'done': False, 'name': 'Straße 雪'}"  # Python's own, not NumPy's
    np.testing.assert_array_equal(more["losses"], [0.9, 0.5])
    np.testing.assert_array_equal(more["matrix"], matrix)
    assert more["matrix"].dtype == np.int8
    assert [more[name].tolist() for name in ("nothing", "parameters", "words")] == [[], [1], ["a", "bc"]]
    assert len(more) == 9


@pytest.mark.parametrize("name", ["run.npz", "no suffix", "Läufe 雪.npz", "a.b.c"])
def test_the_file_has_exactly_that_name_and_nothing_is_left_beside_it(tmp_path, name):
    run = start()
    for epoch in (1, 2):  # the second replaces the first
        save_checkpoint(str(tmp_path / name), *run, epoch=epoch)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert load_checkpoint(tmp_path / name, *run) == {"epoch": 2}


def test_the_file_can_be_read_without_tinylearn_and_without_pickle(tmp_path):
    run = start()
    go_on(run, 1)
    save_checkpoint(tmp_path / "run.npz", *run, epoch=1)
    with np.load(tmp_path / "run.npz", allow_pickle=False) as file:
        assert sorted(file.files) == ["about", "more.epoch", "optimizer.m", "optimizer.v", "parameters", "state"]
        np.testing.assert_array_equal(file["optimizer.m"], run[1].state["m"])
        assert json.loads(file["about"].item())["optimizer"]["t"] == 3


def test_saving_changes_nothing(tmp_path):
    run = start()
    go_on(run, 1)
    before = state(run)
    save_checkpoint(tmp_path / "run.npz", *run)
    assert state(run) == before


@pytest.mark.parametrize(
    "value",
    [None, {"a": 1}, object(), [1, None], [[1], [1, 2]], b"bytes", 1j, 2**70, np.datetime64("2020")],
    ids=lambda value: type(value).__name__,
)
def test_what_needs_a_pickle_is_refused_and_the_old_file_stays(tmp_path, value):
    run = start()
    save_checkpoint(tmp_path / "run.npz", *run, epoch=1)
    with pytest.raises(TypeError, match="save_checkpoint: thing must be a number, a text or an array of these, got "):
        save_checkpoint(tmp_path / "run.npz", *run, epoch=2, thing=value)
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]
    assert load_checkpoint(tmp_path / "run.npz", *run) == {"epoch": 1}


def test_a_disk_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    def fails(file, **arrays):
        file.write(b"half of it")
        raise OSError("disk full")

    run = start()
    save_checkpoint(tmp_path / "run.npz", *run, epoch=1)
    monkeypatch.setattr(np, "savez", fails)
    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(tmp_path / "run.npz", *run, epoch=2)
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]
    assert load_checkpoint(tmp_path / "run.npz", *run) == {"epoch": 1}
