"""Recorders in a run that continues from a checkpoint record the same as in a run without interruption."""

import numpy as np
import pytest

from tests.tinylearn.checkpoint_runs import go_on, keeping, start
from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Recording, Sequential, Update, fit

STEPS = 6  # 2 epochs, in batches of 16, 16 and 8 rows


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The recording of a whole run, and a function that says where the checkpoint after one of its steps is."""
    folder, (model, optimizer, rng) = tmp_path_factory.mktemp("run"), start()

    recorder, steps = Recorder(model), range(1, STEPS + 1)
    go_on((model, optimizer, rng), 2, callbacks=[recorder, *keeping(folder, (model, optimizer, rng), steps)])
    return recorder.recording, lambda step: folder / f"{step}.npz"


def assert_is_the_end_of(whole, recording, step):
    first = whole.index(step)
    assert recording.steps.tolist() == whole.steps[first:].tolist()
    assert recording.epochs.tolist() == whole.epochs[first:].tolist()
    assert recording.rows.tobytes() == whole.rows[first:].tobytes()
    assert recording.losses[1:].tobytes() == whole.losses[first + 1 :].tobytes()
    assert np.isnan(recording.losses[0])  # no update that was recorded made this one
    for each in recording.steps[1:].tolist():
        np.testing.assert_array_equal(recording.batch(each), whole.batch(each))


@pytest.mark.parametrize("step", [1, 3, 5])
def test_a_new_recorder_begins_with_the_step_from_which_the_run_goes_on(run, place, step):
    whole, checkpoint = run
    resumed = start(seed=9)
    recorder = Recorder(resumed[0], place)
    go_on(resumed, 2, callbacks=[recorder], resume=checkpoint(step))
    assert_is_the_end_of(whole, recorder.recording, step)
    if place is not None:
        assert_is_the_end_of(whole, Recording.load(place), step)


def test_large_rows_that_a_thread_writes(tmp_path):
    """Of 600 numbers: 4.8 kB."""
    x, y = np.ones((6, 200)), np.ones((6, 3))
    settings = {"loss": MeanSquaredError(), "epochs": 3, "batch_size": 2}
    recordings = []
    for resume in (None, tmp_path / "4.npz"):
        rng = np.random.default_rng(0)
        run = Sequential([Dense(200, 3, rng=rng)]), SGD(0.01), rng
        callbacks = [Recorder(run[0], tmp_path / f"recording {len(recordings)}"), *keeping(tmp_path, run, [4])]
        fit(run[0], x, y, optimizer=run[1], rng=rng, callbacks=callbacks, resume=resume, **settings)
        recordings.append(Recording.load(callbacks[0].path))
    assert_is_the_end_of(*recordings, 4)


def test_every_and_budget_count_the_steps_of_the_run(run):
    whole, checkpoint = run
    resumed = start(seed=9)
    recorders = [Recorder(resumed[0], every=2), Recorder(resumed[0], every=4), Recorder(resumed[0], budget="10 kB")]
    go_on(resumed, 2, callbacks=recorders, resume=checkpoint(1))
    assert [recorder.recording.steps.tolist() for recorder in recorders[:2]] == [[1, 2, 4, 6], [1, 4, 6]]
    for recorder in recorders:
        for step in recorder.recording.steps.tolist():
            assert recorder.recording.at(step)["dense_1.w"].tobytes() == whole.at(step)["dense_1.w"].tobytes()


def test_an_update_after_it_can_be_explained(tmp_path):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 2)), rng.normal(size=(6, 1))
    model, loss, optimizer = Sequential([Dense(2, 1, rng=rng)]), MeanSquaredError(), SGD(0.1)
    settings = {"loss": loss, "optimizer": optimizer, "epochs": 3, "batch_size": 4, "rng": rng}
    whole = Recorder(model)
    fit(model, x, y, callbacks=[whole, *keeping(tmp_path, (model, optimizer, rng), [5])], **settings)
    recorder = Recorder(model)
    fit(model, x, y, callbacks=[recorder], resume=tmp_path / "5.npz", **settings)
    explained = [str(each.recording.explain(6, "dense_1.w[0, 0]")) for each in (whole, recorder)]
    assert explained[0] == explained[1]


def test_the_recorder_that_was_there_when_the_run_stopped_goes_on(run, place):
    """As after Ctrl-C in a notebook: the next record is the next step."""
    whole, checkpoint = run
    again = start()
    recorder = Recorder(again[0], place)

    def stop(update):
        if update.step == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go_on(again, 2, callbacks=[recorder, stop])
    go_on(again, 2, callbacks=[recorder], resume=checkpoint(4))
    assert recorder.recording.steps.tolist() == list(range(STEPS + 1))
    assert recorder.recording.rows.tobytes() == whole.rows.tobytes()


def test_refuses_a_recorder_that_is_further_than_the_checkpoint_before_the_first_update(run, place):
    _, checkpoint = run
    again = start()
    recorder = Recorder(again[0], place)
    go_on(again, 2, callbacks=[recorder])
    before, records = again[0].parameters.tobytes(), recorder.recording.rows.tobytes()
    message = "the run continues after step 4, but step 6 is already recorded; pass a new Recorder, with another folder"
    with pytest.raises(ValueError, match=message):
        go_on(again, 2, callbacks=[recorder], resume=checkpoint(4))
    assert again[0].parameters.tobytes() == before
    assert recorder.recording.rows.tobytes() == records


def test_a_second_fit_after_it_counts_on(run):
    _, checkpoint = run
    resumed = start(seed=9)
    recorder = Recorder(resumed[0])
    go_on(resumed, 2, callbacks=[recorder], resume=checkpoint(5))
    go_on(resumed, 1, callbacks=[recorder])
    assert recorder.recording.steps.tolist() == [5, 6, 7, 8, 9]
    assert recorder.recording.epochs.tolist() == [2, 2, 3, 3, 3]


def test_a_recorder_that_was_closed_before_the_first_update(run, place):
    whole, checkpoint = run
    resumed = start(seed=9)
    recorder = Recorder(resumed[0], place)
    recorder.close()
    go_on(resumed, 2, callbacks=[recorder], resume=checkpoint(5))
    assert_is_the_end_of(whole, recorder.recording, 5)


def test_lets_your_own_loop_start_again_from_1_if_it_says_so(place):
    with Recorder(start()[0], place) as recorder:
        recorder.resumed(step=5, epoch=2)
        recorder(Update(1, epoch=1))
    assert recorder.recording.steps.tolist() == [5, 6]
    assert recorder.recording.epochs.tolist() == [2, 3]
