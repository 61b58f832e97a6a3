"""A run continues from a checkpoint of any step, even within an epoch, with the bits of the complete run.

Its recordings are the same, too.
"""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinylearn as tl
from tests.tinylearn.checkpoint_runs import EPOCHS, OPTIMIZERS, Centred, go_on, keeping, start, state
from tinylearn import SGD, Checkpoint, Dense, Evaluate, MeanSquaredError, Recorder, Recording, Sequential, Update, fit
from tinylearn.identity import described


class Counter:
    """A callback that counts updates."""

    count = 0

    def __call__(self, update):
        self.count += 1

    def keep(self):
        return self.count

    def restore(self, kept):
        self.count = kept


def counters():
    """Return two that evaluate different pictures, as numbers and as arrays, and two of a class of one's own."""
    x, y = np.random.default_rng(2).random((9, 6, 6, 2)), np.arange(9) % 3
    return [Evaluate(x, y, tl.accuracy), Evaluate(x[:2], None, lambda predicted, _: predicted), Counter(), Counter()]


class Dying(Exception):
    """As a kill: nothing of the process is left but its files."""


def slow_down(update):
    """A learning rate that falls at every second update."""
    if update.step % 2 == 0:
        update.optimizer.learning_rate *= 0.75


def live(made, batches, see, *, seed=0, path=None, every=None, resume=None):
    """Train to the end; call `see(step, all there is to know)` after each update. Return losses and evaluations."""
    run, evaluate = start(seed=seed, **made), counters()[0]

    def look(update):
        told = update.epoch, update.loss, update.learning_rate, update.batch.tolist(), update.last_of_epoch
        see(update.step, (*told, state(run)))

    kept = [Checkpoint(path, run[2], every=every)] if path else []
    return go_on(run, 3, callbacks=[slow_down, evaluate, *kept, look], resume=resume, **batches), evaluate.values


@settings(max_examples=15)
@given(
    made=st.fixed_dictionaries({
        "optimizer": st.sampled_from([*OPTIMIZERS]), "dtype": st.sampled_from([np.float32, np.float64]),
        "shared": st.booleans(), "last": st.sampled_from([(), (Centred,)]),
    }),
    batches=st.sampled_from([{}, {"batch_size": 13, "shuffle": False}, {"batch_size": 40}, {"n_workers": 2},
                             {"batch_size": 9, "augment": None}, {"batch_size": 99, "augment": None}]),
    deaths=st.lists(
        st.tuples(st.integers(1, 7), st.sampled_from([1, 2, None]), st.integers(0, 9)), min_size=2, max_size=6),
)  # fmt: skip
def test_is_the_run_that_never_stopped_however_often_it_died(made, batches, deaths):
    """It begins anew, or goes on from whichever checkpoint an earlier life has left."""

    def die(updates, every, after):
        def see(step, seen):
            assert seen == true[step]
            met.append(step)
            if len(met) == updates:
                raise Dying

        met = []
        path.unlink(missing_ok=True)
        if after:
            shutil.copy(after, path)
        try:
            assert live(made, batches, see, seed=9 if after else 0, path=path, every=every, resume=after) == end
            assert met == [*true][len(true) - len(met) :]
        except Dying:
            assert met == [*true][met[0] - 1 : met[-1]]
            assert after or met[0] == 1
        if path.exists():
            left.append(shutil.copy(path, path.with_name(f"{len(left)}.npz")))

    made |= {"last": ()} if "n_workers" in batches else {}  # for several workers no layer may remember anything
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("tinylearn.workers.SMALL", 0)  # this network would be left to one
        path, left, true = Path(folder) / "run.npz", [None], {}  # step → all there is to know after it
        end = live(made, batches, true.__setitem__)
        for updates, every, which in deaths:
            die(updates, every, left[which % len(left)])


def test_goes_on_for_more_epochs_than_the_first_time_with_draws_from_spawned_generators(tmp_path):
    """What `spawn` gives depends on a seed and on how many were spawned, which a generator's state does not tell."""

    def moving(rng):
        return lambda update: np.add(update.model.parameters, rng.spawn(1)[0].normal(), out=update.model.parameters)

    whole, begun, resumed = start(), start(), start(seed=9)
    losses = go_on(whole, EPOCHS, callbacks=[moving(whole[2])])
    go_on(begun, 1, callbacks=[moving(begun[2]), *keeping(tmp_path, begun, [2])])
    assert go_on(resumed, EPOCHS, callbacks=[moving(resumed[2])], resume=tmp_path / "2.npz") == losses
    assert state(resumed) == state(whole)


def test_goes_on_with_what_callbacks_evaluated_or_counted_in_whatever_order_of_the_classes(tmp_path):
    whole, begun, resumed = start(), start(), start(seed=9)
    kept = [counters() for _ in range(3)]
    for run, each in zip((whole, begun, resumed), kept, strict=True):
        each[0].measure(run[0])  # of epoch 0
    kept[1][3].count = kept[0][3].count = 100
    go_on(whole, 3, callbacks=kept[0])
    go_on(begun, 3, callbacks=[*kept[1], *keeping(tmp_path, begun, [3])])
    first, second, *own = kept[2]
    go_on(resumed, 3, callbacks=[lambda update: None, *own, second, first], resume=tmp_path / "3.npz")
    assert first.values == kept[0][0].values
    assert [type(value) for value in first.values] == [float] * 4
    assert np.array(second.values).tobytes() == np.array(kept[0][1].values).tobytes()
    assert [each.count for each in own] == [9, 109]


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """The recording of a run of two epochs, and a folder with checkpoints of its six steps, of 16, 16 and 8 rows."""
    folder, run = tmp_path_factory.mktemp("begun"), start()
    recorder = Recorder(run[0])
    go_on(run, 2, callbacks=[recorder, *keeping(folder, run, range(1, 7))])
    return recorder.recording, folder


OTHER = "^fit: resume must be of a run like this one: "


@pytest.mark.parametrize(("step", "settings", "message"), [
    (4, {"count": 80}, OTHER + "number of rows was 40, is 80; pass the same arguments as then: x"),
    (3, {"count": 17}, OTHER + "number of rows was 40, is 17"),  # the epoch is over: 17 lack no row of it
    (4, {"data_seed": 2}, OTHER + "checksum of x and y was [0-9a-f]{8}, is [0-9a-f]{8}"),
    (4, {"loss": MeanSquaredError()}, OTHER + r"loss was CategoricalCrossEntropy\(from_logits=True\), is MeanSquaredE"),
    (4, {"augment": None}, OTHER + r"augment was Augment\(.*\), is None"),
    (4, {"epochs": 1}, r"^fit: epochs must be the total, .*: .*4\.npz is in epoch 2, got epochs=1"),
    (99, {}, r"^fit: there is no file .*99\.npz"),
    ("other", {}, r"^fit: .*other\.npz is no checkpoint of a run; pass the file that a Checkpoint callback wrote"),
    (4, {"callbacks": counters()[:1]}, r"^fit: .*4\.npz has no values of accuracy of 9 rows, checksum [0-9a-f]{8}, 1"),
    (4, {"callbacks": [Checkpoint("run.npz", np.random.default_rng(0))]}, "^Checkpoint: rng must be the generator"),
    (4, {"optimizer": "RMSprop"}, r"is the checkpoint of another run: the optimizer is RMSprop\(.*\) here, Adam"),
], ids=described)  # fmt: skip
def test_refuses_what_is_not_of_this_run_before_anything_changes(begun, step, settings, message):
    tl.save_checkpoint(begun[1] / "other.npz", *start(), epoch=1)
    settings = {"resume": begun[1] / f"{step}.npz", "epochs": 2} | settings
    run = start(seed=9, optimizer=settings.pop("optimizer", "Adam"))
    before = state(run)
    with pytest.raises((TypeError, ValueError, FileNotFoundError), match=message):
        go_on(run, **settings)
    assert state(run) == before
    assert not any(layer.training for layer in run[0].layers)


def test_measures_growth_from_where_the_run_goes_on(tmp_path):
    """Not from the weights of the new model: 3·10⁸ would be 10⁸ times as large, and a loss of 0 falls no further."""
    x, file = np.array([[-1.0], [1.0]]), tmp_path / "run.npz"

    def run(epochs, **settings):
        rng = np.random.default_rng(0)
        model, callbacks = Sequential([Dense(1, 1, rng=rng)]), [Checkpoint(file, rng)]
        return fit(model, x, 1e8 * (3 * x + 1), loss=MeanSquaredError(), optimizer=SGD(0.5), epochs=epochs, rng=rng,
                   callbacks=callbacks, **settings)  # fmt: skip

    run(10)
    assert run(14, resume=file) == run(14)


@pytest.mark.parametrize(("step", "closed"), [(3, False), (5, True)])
def test_begins_a_new_recording_where_the_run_goes_on_and_counts_on(begun, place, step, closed):
    """Also one that was closed before the first update."""
    (whole, folder), resumed = begun, start(seed=9)
    recorder, first = Recorder(resumed[0], place), whole.index(step)
    if closed:
        recorder.close()
    go_on(resumed, 2, callbacks=[recorder], resume=folder / f"{step}.npz")
    for recording in (recorder.recording, *([Recording.load(place)] if place else [])):
        assert recording.steps.tolist() == whole.steps[first:].tolist()
        assert recording.epochs.tolist() == whole.epochs[first:].tolist()
        assert recording.rows.tobytes() == whole.rows[first:].tobytes()
        assert recording.losses[1:].tobytes() == whole.losses[first + 1 :].tobytes()
        assert np.isnan(recording.losses[0])  # no update that was recorded made this one
        assert all(recording.batch(at).tolist() == whole.batch(at).tolist() for at in recording.steps[1:].tolist())
    go_on(resumed, 1, callbacks=[recorder])
    assert recorder.recording.steps.tolist() == list(range(step, 10))
    assert recorder.recording.epochs.tolist()[-4:] == [2, 3, 3, 3]


def test_goes_on_with_the_recorder_that_was_there_when_the_run_stopped(begun, place):
    """As after Ctrl-C in a notebook: the next record is the next step. One that is further is refused."""
    (whole, folder), again = begun, start()
    recorder = Recorder(again[0], place)

    def stop(update):
        if update.step == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go_on(again, 2, callbacks=[recorder, stop])
    go_on(again, 2, callbacks=[recorder], resume=folder / "4.npz")
    before = again[0].parameters.tobytes()
    message = "the run continues after step 4, but step 6 is already recorded; pass a new Recorder, with another folder"
    with pytest.raises(ValueError, match=message):
        go_on(again, 2, callbacks=[recorder], resume=folder / "4.npz")
    assert again[0].parameters.tobytes() == before
    assert recorder.recording.steps.tolist() == list(range(7))
    assert recorder.recording.rows.tobytes() == whole.rows.tobytes()


def test_lets_your_own_loop_start_again_from_1_if_it_says_so(place):
    with Recorder(start()[0], place) as recorder:
        recorder.resumed(step=5, epoch=2)
        recorder(Update(1, epoch=1))
    assert recorder.recording.steps.tolist() == [5, 6]
    assert recorder.recording.epochs.tolist() == [2, 3]
