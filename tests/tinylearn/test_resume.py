"""A run continues from a checkpoint of any step, even within an epoch, with the bits of the complete run.

Its recordings are in `test_recording_resumed.py`.
"""

import numpy as np
import pytest

from tests.tinylearn.checkpoint_runs import EPOCHS, OPTIMIZERS, go_on, keeping, start, state
from tinylearn import SGD, Checkpoint, Dense, Evaluate, MeanSquaredError, Sequential, accuracy, fit, save_checkpoint

STEPS = 3 * EPOCHS  # batches of 16, 16 and 8 rows


def noting(updates):
    """Return a callback that notes what every update was."""

    def note(update):
        parameters = update.model.parameters.tobytes()
        updates.append(
            (update.step, update.epoch, update.loss, update.batch.tolist(), update.last_of_epoch, parameters)
        )

    return note


def assert_goes_on(folder, steps, *, epochs=EPOCHS, workers=1, side=6, settings=None, **made):
    """Keep the run after each of the steps, go on in other ones, and compare with the run that was never stopped."""
    whole, stopped = start(**made), start(**made)
    training = {"n_workers": workers, "side": side} | (settings or {})
    updates = []
    losses = go_on(whole, epochs, callbacks=[noting(updates)], **training)
    go_on(stopped, epochs, callbacks=keeping(folder, stopped, steps), **training)  # to its end: a checkpoint is no end
    assert state(stopped) == state(whole)
    for step in steps:
        resumed, ended = start(seed=9, **made), []
        assert go_on(resumed, epochs, callbacks=[noting(ended)], resume=folder / f"{step}.npz", **training) == losses
        assert state(resumed) == state(whole)
        assert ended == updates[step:]


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
    go_on(run := start(), EPOCHS, callbacks=keeping(tmp_path, run, [4]))
    for earlier, step in ((4, 5), (5, 11), (11, 18)):
        run = start(seed=9)
        assert (
            go_on(run, EPOCHS, callbacks=keeping(tmp_path, run, [step]), resume=tmp_path / f"{earlier}.npz") == losses
        )
        assert state(run) == state(whole)
    run = start(seed=9)
    assert go_on(run, EPOCHS, resume=tmp_path / "18.npz") == losses  # no update is left
    assert state(run) == state(whole)


def test_goes_on_for_more_epochs_than_the_first_time(tmp_path):
    whole, begun, resumed = start(), start(), start(seed=9)
    losses = go_on(whole, EPOCHS)
    go_on(begun, 2, callbacks=keeping(tmp_path, begun, []))
    assert go_on(resumed, EPOCHS, resume=tmp_path / "run.npz") == losses
    assert state(resumed) == state(whole)


def test_draws_from_spawned_generators_go_on(tmp_path):
    """What `spawn` gives depends on a seed and on how many were spawned, which a generator's state does not tell."""

    def moving(rng):
        return lambda update: np.add(update.model.parameters, rng.spawn(1)[0].normal(), out=update.model.parameters)

    whole, begun, resumed = start(), start(), start(seed=9)
    losses = go_on(whole, 2, callbacks=[moving(whole[2])])
    go_on(begun, 1, callbacks=[moving(begun[2]), *keeping(tmp_path, begun, [2])])
    assert go_on(resumed, 2, callbacks=[moving(resumed[2])], resume=tmp_path / "2.npz") == losses
    assert state(resumed) == state(whole)


def test_goes_on_after_a_stop_within_an_epoch(tmp_path):
    whole, stopped, resumed = start(), start(), start(seed=9)
    losses = go_on(whole, 2)

    def stop(update):
        if update.step == 5:
            update.stop()

    go_on(stopped, 2, callbacks=[stop, *keeping(tmp_path, stopped, [])])
    assert go_on(resumed, 2, resume=tmp_path / "run.npz") == losses
    assert state(resumed) == state(whole)


# --- what callbacks count ---------------------------------------------------------------------------------------------


def evaluations():
    """Return two on different pictures: right answers as numbers, and answers as arrays."""
    x, y = np.random.default_rng(2).random((9, 6, 6, 2)), np.arange(9) % 3
    return [Evaluate(x, y, accuracy), Evaluate(x[:2], None, lambda predicted, _: predicted)]


@pytest.mark.parametrize("step", [2, 3, 4])
@pytest.mark.parametrize("swapped", [False, True], ids=["the same order", "another order"])
def test_goes_on_with_what_was_evaluated(tmp_path, step, swapped):
    whole, begun, resumed = start(), start(), start(seed=9)
    kept = [evaluations() for _ in range(3)]
    for run, each in ((whole, kept[0]), (begun, kept[1]), (resumed, kept[2])):
        each[0].measure(run[0])  # of epoch 0
    go_on(whole, 3, callbacks=kept[0])
    go_on(begun, 3, callbacks=[*kept[1], *keeping(tmp_path, begun, [step])])
    callbacks = kept[2][::-1] if swapped else kept[2]
    go_on(resumed, 3, callbacks=[lambda update: None, *callbacks], resume=tmp_path / f"{step}.npz")
    assert kept[2][0].values == kept[0][0].values
    assert len(kept[0][0].values) == 4
    assert np.array(kept[2][1].values).tobytes() == np.array(kept[0][1].values).tobytes()


class Counter:
    """A callback that counts updates."""

    count = 0

    def __call__(self, update):
        self.count += 1

    def keep(self):
        return self.count

    def restore(self, kept):
        self.count = kept


def test_keeps_callbacks_of_ones_own_class_by_class_in_their_order(tmp_path):
    begun, resumed = start(), start(seed=9)
    go_on(begun, 2, callbacks=[Counter(), Counter(), *keeping(tmp_path, begun, [4])])
    first, second = Counter(), Counter()
    second.count = 100
    go_on(resumed, 2, callbacks=[first, second], resume=tmp_path / "4.npz")
    assert (first.count, second.count) == (6, 6)


# --- refused before anything changes ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Checkpoints of all six steps of a run of two epochs."""
    folder, run = tmp_path_factory.mktemp("begun"), start()
    go_on(run, 2, callbacks=keeping(folder, run, range(1, 7)))
    return folder


def assert_refused(error, message, run, *args, **settings):
    before = state(run)
    with pytest.raises(error, match=message):
        go_on(run, *args, **settings)
    assert state(run) == before
    assert not any(layer.training for layer in run[0].layers)


@pytest.mark.parametrize(
    ("step", "changed", "message"),
    [
        (4, {"count": 80}, "number of rows was 40, is 80"),
        (3, {"count": 17}, "number of rows was 40, is 17"),  # the epoch was over: no row is left that 17 do not have
        (4, {"batch_size": 8}, "batch_size was 16, is 8"),
        (3, {"batch_size": 8}, "batch_size was 16, is 8"),
        (4, {"data_seed": 2}, "checksum of x and y was [0-9a-f]{8}, is [0-9a-f]{8}"),
    ],
)
def test_refuses_other_data_and_other_batches(begun, step, changed, message):
    message = f"^fit: resume must be of a run like this one: {message}; pass the same arguments as then: x"
    assert_refused(ValueError, message, start(seed=9), 2, resume=begun / f"{step}.npz", **changed)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("loss", MeanSquaredError(), r"loss was CategoricalCrossEntropy\(from_logits=True\), is MeanSquaredError"),
        ("shuffle", False, "shuffle was True, is False"),
        ("augment", None, r"augment was Augment\(.*\), is None"),
    ],
)
def test_refuses_other_settings(begun, name, value, message):
    message = f"^fit: resume must be of a run like this one: {message}.*; pass the same arguments as then: .*{name}"
    assert_refused(ValueError, message, start(seed=9), 2, resume=begun / "4.npz", **{name: value})


def test_refuses_fewer_epochs_than_are_done(begun):
    message = r"^fit: epochs must count from the start: .*4\.npz is in epoch 2, got epochs=1"
    assert_refused(ValueError, message, start(seed=9), 1, resume=begun / "4.npz")
    go_on(start(seed=9), 1, resume=begun / "3.npz")


def test_refuses_a_checkpoint_of_no_run(tmp_path):
    run = start(seed=9)
    save_checkpoint(tmp_path / "run.npz", *start(), epoch=1)
    message = r"^fit: .*run\.npz is no checkpoint of a run; pass the file that a Checkpoint callback wrote"
    assert_refused(ValueError, message, run, 2, resume=tmp_path / "run.npz")


def test_refuses_a_missing_file(tmp_path):
    assert_refused(FileNotFoundError, r"there is no file .*run\.npz", start(), 2, resume=tmp_path / "run.npz")


def test_refuses_what_is_no_path():
    assert_refused(TypeError, "path must be a text or a pathlib.Path, got {'step': 3}", start(), 2, resume={"step": 3})


def test_refuses_another_optimizer(begun):
    message = r"is the checkpoint of another run: the optimizer is RMSprop\(.*\) here, Adam"
    assert_refused(ValueError, message, start(optimizer="RMSprop"), 2, resume=begun / "4.npz")


def test_refuses_callbacks_that_were_not_there(begun):
    settings = {"callbacks": evaluations()[:1], "resume": begun / "4.npz"}
    message = (
        r"4\.npz has no values of accuracy of 9 rows, checksum [0-9a-f]{8}, 1; pass the callbacks of the first run"
    )
    assert_refused(ValueError, message, start(seed=9), 2, **settings)


def test_refuses_a_checkpoint_whose_generator_is_not_that_of_fit(begun, tmp_path):
    settings = {"callbacks": [Checkpoint(tmp_path / "run.npz", np.random.default_rng(0))], "resume": begun / "4.npz"}
    assert_refused(ValueError, "Checkpoint: rng must be the generator that you pass", start(seed=9), 2, **settings)


def test_the_rest_of_an_epoch_is_not_for_callbacks_to_change(begun):
    def change(update):
        with pytest.raises(ValueError, match="read-only"):
            update.batch[0] = 0

    go_on(start(), 1, callbacks=[change], resume=begun / "1.npz")


def test_measures_growth_from_where_the_run_goes_on(tmp_path):
    """Not from the weights of the new model: 3·10⁸ would be 10⁸ times as large, and a loss of 0 falls no further."""
    x, file = np.array([[-1.0], [1.0]]), tmp_path / "run.npz"

    def run(epochs, **settings):
        rng = np.random.default_rng(0)
        model, callbacks = Sequential([Dense(1, 1, rng=rng)]), [Checkpoint(file, rng)]
        return fit(model, x, 1e8 * (3 * x + 1), loss=MeanSquaredError(), optimizer=SGD(0.5), epochs=epochs, rng=rng,
                   callbacks=callbacks, **settings)  # fmt: skip

    run(100)
    assert run(120, resume=file) == run(120)
