"""Recorders in a run that continues from a checkpoint record the same as in a run without interruption."""

import numpy as np
import pytest

from tests.tinylearn.checkpoint_runs import go_on, keeping, start
from tinylearn import Recorder, Recording, Update

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


@pytest.mark.parametrize(("step", "closed"), [(1, False), (3, False), (5, False), (5, True)])
def test_begins_a_new_recording_where_the_run_goes_on_and_counts_on(run, place, step, closed):
    """Also one that was closed before the first update."""
    (whole, checkpoint), resumed = run, start(seed=9)
    recorder = Recorder(resumed[0], place)
    if closed:
        recorder.close()
    go_on(resumed, 2, callbacks=[recorder], resume=checkpoint(step))
    assert_is_the_end_of(whole, recorder.recording, step)
    if place is not None:
        assert_is_the_end_of(whole, Recording.load(place), step)
    go_on(resumed, 1, callbacks=[recorder])
    assert recorder.recording.steps.tolist() == list(range(step, STEPS + 4))
    assert recorder.recording.epochs.tolist()[-4:] == [2, 3, 3, 3]


def test_goes_on_with_the_recorder_that_was_there_when_the_run_stopped(run, place):
    """As after Ctrl-C in a notebook: the next record is the next step. One that is further is refused."""
    (whole, checkpoint), again = run, start()
    recorder = Recorder(again[0], place)

    def stop(update):
        if update.step == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go_on(again, 2, callbacks=[recorder, stop])
    go_on(again, 2, callbacks=[recorder], resume=checkpoint(4))
    assert recorder.recording.steps.tolist() == list(range(STEPS + 1))
    assert recorder.recording.rows.tobytes() == whole.rows.tobytes()
    before = again[0].parameters.tobytes()
    message = "the run continues after step 4, but step 6 is already recorded; pass a new Recorder, with another folder"
    with pytest.raises(ValueError, match=message):
        go_on(again, 2, callbacks=[recorder], resume=checkpoint(4))
    assert again[0].parameters.tobytes() == before
    assert recorder.recording.rows.tobytes() == whole.rows.tobytes()


def test_lets_your_own_loop_start_again_from_1_if_it_says_so(place):
    with Recorder(start()[0], place) as recorder:
        recorder.resumed(step=5, epoch=2)
        recorder(Update(1, epoch=1))
    assert recorder.recording.steps.tolist() == [5, 6]
    assert recorder.recording.epochs.tolist() == [2, 3]
