"""The recorder against a plain list of copies, in memory and in a folder."""

import numpy as np
import pytest

from tests.tinylearn.recording_helpers import UPDATES, Witness, assert_agrees, record_step_0, small_model, train
from tinylearn import (
    SGD,
    Dense,
    DivergenceError,
    MeanSquaredError,
    Recorder,
    Recording,
    ReLU,
    Sequential,
    Sigmoid,
    Update,
    fit,
)

# --- every update -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch_size", [4, 10], ids=["minibatches", "full batch"])
def test_keeps_every_update(place, dtype, batch_size):
    model = small_model(dtype=dtype)
    recorder, witness = Recorder(model, place), Witness(model)
    train(model, [recorder, witness], batch_size=batch_size)
    recording = recorder.recording
    assert list(recording.steps) == list(range(max(witness.rows) + 1))
    assert_agrees(recording, witness)
    assert recording["dense_1.w"].shape == (len(recording), 3, 4)
    assert recording["dense_1.w"].dtype == dtype
    assert recording.names == tuple(model.named_parameters())


def test_rows_that_a_thread_writes(place):
    """Rows of 4 KiB and more go another way to the disk, and over the edges of its blocks."""
    rng = np.random.default_rng(0)
    model = Sequential([Dense(3, 1009, rng=rng), ReLU(), Dense(1009, 1, rng=rng), Sigmoid()])
    recorder, witness = Recorder(model, place), Witness(model)
    train(model, [recorder, witness], epochs=30)
    assert len(recorder.recording) == 91  # 3.7 MB, of blocks of 1 MiB
    assert_agrees(recorder.recording, witness)


def test_a_row_larger_than_a_block(place):
    model = Sequential([Dense(300, 500, rng=np.random.default_rng(0))])  # 1.2 MB
    recorder, witness = Recorder(model, place), Witness(model)
    for step in range(1, 4):
        model.parameters += 1
        for callback in (recorder, witness):
            callback(Update(step, batch=np.arange(3)))
    recorder.close()
    assert_agrees(recorder.recording, witness)


def test_step_0_is_there_before_training(place):
    model = small_model()
    recording = record_step_0(model, place)
    assert list(recording.steps) == [0]
    assert list(recording.epochs) == [0]
    assert np.isnan(recording.losses[0])
    assert recording.batch(0).shape == (0,)
    np.testing.assert_array_equal(recording.at(0)["dense_1.w"], model.layers[0].params["w"])


def test_records_your_own_loop(place):
    model = small_model()
    witness = Witness(model)
    with Recorder(model, place) as recorder:
        for step in range(1, 6):
            model.parameters -= 0.1
            for callback in (recorder, witness):
                callback(Update(step, epoch=step, loss=1 / step, batch=np.arange(step)))
    assert recorder.recording.closed
    assert len(recorder.recording) == 6
    assert_agrees(recorder.recording, witness)


def test_the_learning_rate_is_the_one_that_the_step_was_made_with(place):
    """In `fit`, where callbacks may change it, and in your own loop, which passes the optimiser."""
    model = small_model()
    recorder = Recorder(model, place)
    train(model, [recorder], epochs=3)
    np.testing.assert_allclose(recorder.recording.learning_rates[1:], 0.01 * 0.99 ** np.arange(9), rtol=1e-12)
    recorder(Update(1, optimizer=SGD(0.5)))
    recorder(Update(2, optimizer=SGD(0.5), learning_rate=0.25))
    recorder(Update(3))
    recorder.close()
    np.testing.assert_array_equal(recorder.recording.learning_rates[[0, 10, 11, 12]], [np.nan, 0.5, 0.25, np.nan])


def test_an_update_of_nothing_but_a_step(place):
    with Recorder(small_model(), place) as recorder:
        recorder(Update(1))
    assert list(recorder.recording.epochs) == [0, 0]
    assert np.isnan(recorder.recording.losses).all()
    assert recorder.recording.batch(1).shape == (0,)


def test_keeps_a_batch_that_is_written_over_later_as_it_was(place):
    """Your own loop may use one array for the row numbers of every batch."""
    batch = np.array([0, 1])
    with Recorder(small_model(), place) as recorder:
        for step in (1, 2, 3):
            recorder(Update(step, batch=batch))
            batch += 2
    assert [list(recorder.recording.batch(step)) for step in (1, 2, 3)] == [[0, 1], [2, 3], [4, 5]]


# --- every combination of what to keep: memory and folder agree ---------------------------------------------------


def powers_of_two(step):
    return step & (step - 1) == 0


@pytest.mark.parametrize("every", [1, 7, powers_of_two, 1000], ids=["each", "each 7th", "a function", "none"])
@pytest.mark.parametrize("select", [None, "dense_1.w", lambda name: name.endswith(".b")], ids=["all", "w", "biases"])
@pytest.mark.parametrize("budget", [None, 7000, 1_000_000], ids=["no budget", "tight", "ample"])
def test_memory_and_folder_agree(tmp_path, every, select, budget):
    model = small_model()
    settings = {"every": every, "select": select, "budget": budget}
    recorders = [Recorder(model, place, **settings) for place in (None, tmp_path / "run")]
    witness = Witness(model)
    train(model, [*recorders, witness])

    in_memory, in_folder = recorders[0].recording, Recording.load(tmp_path / "run")
    assert in_memory.names == in_folder.names
    for column in ("steps", "epochs", "losses", "learning_rates"):
        np.testing.assert_array_equal(getattr(in_memory, column), getattr(in_folder, column))
    chosen = {None: lambda name: True, "dense_1.w": lambda name: name == "dense_1.w"}.get(select, select)
    assert_agrees(in_memory, witness, chosen)
    assert_agrees(in_folder, witness, chosen)

    steps = list(in_memory.steps)
    assert steps == sorted(set(steps))
    assert steps[0] == 0
    assert steps[-1] == UPDATES
    wanted = [
        step for step in range(UPDATES + 1) if step == 0 or (every(step) if callable(every) else step % every == 0)
    ]
    if budget != 7000:
        assert steps == sorted({*wanted, UPDATES})
    else:
        assert set(steps) <= {*wanted, UPDATES}


# --- another fit --------------------------------------------------------------------------------------------------


def test_a_second_and_a_third_fit_go_on_counting(place):
    model = small_model()
    recorder, witness = Recorder(model, place), Witness(model)
    for epochs in (2, 1, 3):
        train(model, [recorder, witness], epochs=epochs)
    recording = recorder.recording
    assert list(recording.steps) == list(range(6 * 3 + 1))
    assert list(recording.epochs) == [0] + [epoch for epoch in range(1, 7) for _ in range(3)]
    assert_agrees(recording, witness)
    assert recording.closed


def test_the_last_update_of_each_fit_stays(place):
    """Also if its step is not a multiple of 7: a record stays in the recording, because a reader may have it."""
    model = small_model()
    recorder, witness = Recorder(model, place, every=7), Witness(model)
    train(model, [recorder, witness], epochs=3)
    held = recorder.recording
    before = held.rows.tobytes(), held.losses.tobytes()
    assert list(held.steps) == [0, 7, 9]
    train(model, [recorder, witness], epochs=4)
    assert list(recorder.recording.steps) == [0, 7, 9, 14, 21]
    assert_agrees(recorder.recording, witness)
    assert (held.rows.tobytes(), held.losses.tobytes()) == before


def test_lets_your_own_loop_start_again_from_1(place):
    model = small_model()
    witness = Witness(model)
    with Recorder(model, place) as recorder:
        for updates in (5, 20, 3):
            for step in range(1, updates + 1):
                model.parameters += 1
                for callback in (recorder, witness):
                    callback(Update(step, epoch=1, loss=0.5, batch=np.arange(2)))
            witness.close()
    assert list(recorder.recording.steps) == list(range(29))
    assert_agrees(recorder.recording, witness)


def test_refuses_steps_that_fall_back(place):
    recorder = Recorder(small_model(), place)
    recorder(Update(5))
    with pytest.raises(ValueError, match=r"steps must grow, .* got step 3 after step 5; .* make a new Recorder"):
        recorder(Update(3))
    recorder(Update(6))
    recorder.close()
    assert list(recorder.recording.steps) == [0, 5, 6]


def test_closing_twice_is_safe(place):
    model = small_model()
    recorder = Recorder(model, place, every=50)
    train(model, [recorder])  # fit closes it
    recorder.close()
    recorder.close()
    assert list(recorder.recording.steps) == [0, 50, 60]


def test_closed_says_whether_the_recorder_is_at_work(place):
    model = small_model()
    recorder = Recorder(model, place)
    assert not recorder.recording.closed
    train(model, [recorder])
    assert recorder.recording.closed
    if place is not None:
        assert Recording.load(place).closed


def test_refuses_another_model(place):
    """A model that was made anew, in a notebook, say: the recorder would keep the old one, which never changes."""
    model, another = small_model(), small_model()
    with Recorder(model, place) as recorder, pytest.raises(ValueError, match="made for another model"):
        train(another, [recorder])


def test_refuses_a_model_that_became_a_part_of_another(place):
    """Its parameters moved into the vector of that one: the recorder would keep those that no update changes."""
    model = small_model()
    with Recorder(model, place) as recorder:
        whole = Sequential([model])
        with pytest.raises(ValueError, match=r"^Recorder: the parameters have moved in memory, since the model beca"):
            train(model, [recorder])
    assert whole.parameters.size == model.parameters.size


def test_a_fit_after_one_that_diverged_at_once(place):
    """The first fit closes the recorder before there is any update in it."""
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    recorder, x = Recorder(model, place), np.full((2, 1), 1e200)
    with pytest.raises(DivergenceError):
        fit(model, x, x, loss=MeanSquaredError(), optimizer=SGD(1.0), epochs=1, callbacks=[recorder])
    assert list(recorder.recording.steps) == [0]
    recorder.recording.restore(model, 0)
    fit(model, x / 1e200, x / 1e200, loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=3, callbacks=[recorder])
    assert list(recorder.recording.steps) == [0, 1, 2, 3]
    np.testing.assert_array_equal(recorder.recording.rows[-1], model.parameters)
