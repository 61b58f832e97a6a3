"""A run goes on from a checkpoint of any of its steps, within an epoch too, with the bits of the whole run.

Its recordings are in `test_recording_resumed.py`.
"""

import numpy as np
import pytest

from tests.tinylearn.checkpoint_runs import EPOCHS, OPTIMIZERS, go_on, start, state
from tinylearn import load_checkpoint, save_checkpoint

STEPS = 3 * EPOCHS  # batches of 16, 16 and 8 rows


class Keeper:
    """A callback: writes a checkpoint after each of some steps, and remembers what every update was.

    paths   step → where its checkpoint goes
    """

    def __init__(self, run=None, paths=()):
        self.run, self.paths, self.updates = run, paths, []

    def __call__(self, update):
        parameters = update.model.parameters.tobytes()
        self.updates.append((update.step, update.epoch, update.loss, update.batch.tolist(), parameters))
        if update.step in self.paths:
            save_checkpoint(self.paths[update.step], *self.run, **update.progress())


def assert_goes_on(folder, steps, *, epochs=EPOCHS, workers=1, side=6, settings=None, **made):
    """Keep the run after each of the steps, go on in other ones, and compare with the run that was never stopped."""
    paths = {step: folder / f"{step}.npz" for step in steps}
    whole, stopped = start(**made), start(**made)
    training = {"n_workers": workers, "side": side} | (settings or {})
    all_of_it, begun = Keeper(), Keeper(stopped, paths)
    losses = go_on(whole, epochs, callbacks=[all_of_it], **training)
    go_on(stopped, epochs, callbacks=[begun], **training)  # to its end: a checkpoint is no end
    assert state(stopped) == state(whole)
    for step, path in paths.items():
        resumed, ended = start(seed=9, **made), Keeper()
        saved = load_checkpoint(path, *resumed)
        assert go_on(resumed, epochs, callbacks=[ended], resume=saved, **training) == losses
        assert state(resumed) == state(whole)
        assert ended.updates == all_of_it.updates[step:]


def five_steps(*seed):
    return np.random.default_rng(seed).choice(np.arange(1, STEPS + 1), 5, replace=False).tolist()


@pytest.mark.parametrize("shared", [True, False], ids=["one generator", "two generators"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_from_five_random_steps(tmp_path, optimizer, dtype, shared):
    steps = five_steps(len(optimizer), dtype().nbytes, shared)
    assert_goes_on(tmp_path, steps, optimizer=optimizer, dtype=dtype, shared=shared)


def test_from_every_step_of_a_run_with_whatever_batches(tmp_path):
    """Batches that divide the rows, or do not; one row each; all in one; rows as they stand."""
    for settings in ({"batch_size": 20}, {"batch_size": 13, "shuffle": False}, {"batch_size": 3, "augment": None},
                     {"batch_size": 40}, {"batch_size": 99, "augment": None}):  # fmt: skip
        batches = -(-40 // settings["batch_size"])
        assert_goes_on(tmp_path, range(1, 2 * batches + 1), epochs=2, settings=settings)


def test_with_two_workers(tmp_path, monkeypatch):
    monkeypatch.setattr("tinylearn.workers.SMALL", 0)  # this network would be left to one
    assert_goes_on(tmp_path, [2], epochs=2, workers=2)


def test_what_was_resumed_can_be_stopped_and_resumed_again(tmp_path):
    whole = start()
    losses = go_on(whole, EPOCHS)
    path = tmp_path / "run.npz"
    go_on(run := start(), EPOCHS, callbacks=[Keeper(run, {4: path})])
    for step in (5, 11, 17):
        saved = load_checkpoint(path, *(run := start(seed=9)))
        assert go_on(run, EPOCHS, callbacks=[Keeper(run, {step: path})], resume=saved) == losses
    assert state(run) == state(whole)


def progress_after(step):
    """Return what `update.progress()` said after that step."""
    told = {}
    go_on(start(), 2, callbacks=[lambda update: told.setdefault(update.step, update.progress())])
    return told[step]


def test_the_progress_is_plain_and_belongs_to_the_caller():
    first, last = progress_after(2), progress_after(6)
    assert [first[name] for name in ("step", "epoch", "losses")] == [2, 1, []]
    assert len(first["rest"]) == 8  # of 40 rows, 32 are done
    assert [last["step"], last["epoch"], len(last["losses"]), len(last["rest"])] == [6, 2, 1, 0]
    last["losses"].append(0)
    assert len(progress_after(6)["losses"]) == 1


@pytest.mark.parametrize(
    ("step", "changed", "message"),
    [
        (4, {"count": 80}, "rows was 40, is 80"),
        (3, {"count": 17}, "rows was 40, is 17"),  # the epoch was over: no row is left that 17 do not have
        (4, {"batch_size": 8}, "batch_size was 16, is 8"),
        (3, {"batch_size": 8}, "batch_size was 16, is 8"),
    ],
)
def test_another_number_of_rows_and_other_batches_are_refused(tmp_path, step, changed, message):
    run, resumed = start(), start(seed=9)
    go_on(run, 2, callbacks=[Keeper(run, {step: tmp_path / "run.npz"})])
    saved = load_checkpoint(tmp_path / "run.npz", *resumed)
    before = state(resumed)
    with pytest.raises(ValueError, match=f"^fit: resume must be of a run like this one: {message}; give the same x"):
        go_on(resumed, 2, resume=saved, **changed)
    assert state(resumed) == before


def test_the_rest_of_an_epoch_is_not_for_callbacks_to_change():
    def change(update):
        with pytest.raises(ValueError, match="read-only"):
            update.batch[0] = 0

    go_on(start(), 1, callbacks=[change], resume=progress_after(1))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "resume must hold step, epoch, rest, .*, rows, batch_size, but has no step; save with save_checkpoint"),
        (7, "resume must be what load_checkpoint returns, got 7"),
        ({"step": 2, "epoch": 1}, "resume must hold .* no rest"),
        ({"epoch": 3}, "epochs must count from the start: resume is in epoch 3, got epochs=2"),
        ({"rest": [*range(7), 40]}, "resume must be of a run on this x, of 40 rows in batches of 16, but goes on with"),
        ({"rest": [*range(7), -1]}, "resume must be of a run on this x"),
        ({"rest": [*range(7)]}, "resume must be of a run on this x"),
        ({"rest": [*range(7), 6]}, "resume must be of a run on this x"),
        ({"losses": [0.5]}, "the losses of resume must be those of the 0 epochs before"),
        ({"rest": [*range(40)]}, "resume must be of a run on this x"),
        ({"rows": 80}, "resume must be of a run like this one: rows was 80, is 40; give the same x, y and batch_size"),
        ({"rows": 0}, "the rows of resume must be at least 1, got 0"),
        ({"batch_size": 8}, "resume must be of a run like this one: batch_size was 8, is 16; give the same x, y"),
        ({"rest": [[1]]}, "resume must be of a run on this x"),
        ({"step": 0}, "the step of resume must be at least 1, got 0"),
    ],
)
def test_what_cannot_be_resumed_is_refused_before_anything_changes(wrong, message):
    good = progress_after(2)
    resume = wrong if wrong in ({}, 7, {"step": 2, "epoch": 1}) else good | wrong
    run = start()
    before = state(run)
    with pytest.raises(ValueError, match=f"^fit: {message}"):
        go_on(run, 2, resume=resume)
    assert state(run) == before
