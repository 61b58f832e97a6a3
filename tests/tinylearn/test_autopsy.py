"""The autopsy of a recording: the last finite states, number by number, and what broke first."""

import math

import numpy as np
import pytest

from tests.tinylearn.training_helpers import small_data, small_model
from tinylearn import SGD, Dense, DivergenceError, MeanSquaredError, Recorder, Recording, ReLU, Sequential, Update, fit
from tinylearn.divergence import DivergenceMonitor, norm


def diverged(place=None, learning_rate=1.0, **choice):
    """Return the recording of a network that diverged, and the error."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, 3)), rng.normal(size=(16, 1))
    model = Sequential([Dense(3, 8, rng=rng), ReLU(), Dense(8, 1, rng=rng)])
    recorder = Recorder(model, place, **choice)
    with pytest.raises(DivergenceError) as caught:
        fit(model, x, y, loss=MeanSquaredError(), optimizer=SGD(learning_rate), epochs=500, callbacks=[recorder])
    return (recorder.recording if place is None else Recording.load(place)), caught.value


@pytest.mark.parametrize("learning_rate", [1000.0, 1.0])
def test_names_what_the_error_named_and_tells_every_number_of_the_recording(place, learning_rate):
    recording, error = diverged(place, learning_rate)
    autopsy = recording.autopsy()
    assert (autopsy.step, autopsy.parameter, autopsy.reason) == (error.step, error.parameter, error.reason)
    assert (autopsy.learning_rate, autopsy.steps[-1]) == (learning_rate, error.step - 1)
    known = dict(zip(autopsy.steps.tolist(), autopsy.gradient_norms.tolist(), strict=True))
    for step, length in error.gradient_norms.items():
        assert step == error.step or known[step] == length
    first, *rows = str(autopsy).split("\n")
    assert first.startswith(f"update {error.step} {error.reason}, with learning rate {learning_rate:g}; ")
    table = {row[:19].strip(): row[19:].split() for row in rows}
    assert table["after update"] == [str(step) for step in autopsy.steps]
    assert table["loss before it"] == ["-" if math.isnan(loss) else f"{loss:.4g}" for loss in autopsy.losses]
    assert table["dense_2.w, norm"] == [f"{length:.4g}" for length in autopsy.norms["dense_2.w"]]
    assert table["dense_1.b, largest"] == [f"{largest:.4g}" for largest in autopsy.largest["dense_1.b"]]

    few = recording.autopsy(last=3)
    assert few.steps.tolist() == autopsy.steps[-3:].tolist()
    for at in np.flatnonzero(few.steps):
        now, before = recording.at(few.steps[at]), recording.at(few.steps[at] - 1)
        moved = [now[name] - before[name] for name in recording.names]
        assert few.step_lengths[at] == pytest.approx(math.hypot(*(np.linalg.norm(each) for each in moved)))
        assert few.losses[at] == recording.losses[recording.index(few.steps[at])]
        for name in recording.names:
            assert few.norms[name][at] == pytest.approx(np.linalg.norm(now[name]))
            assert few.largest[name][at] == np.abs(now[name]).max()
        descent = learning_rate * few.gradient_norms[at]  # the length of a step of plain descent
        assert np.isnan(descent) or descent == pytest.approx(few.step_lengths[at])


@pytest.mark.parametrize("values", [[1e-300, 1e-300], [1e200, 1e-200], [0.0, 0.0], [5e-324, 1.0]])
def test_measures_any_numbers(values):
    with np.errstate(all="raise"):
        assert norm(np.array(values)) == pytest.approx(float(np.linalg.norm(np.longdouble(values))), rel=1e-12, abs=0)


def test_counts_on_in_a_second_fit(place):
    """The steps of the error are those of its fit, those of the recording go on."""
    (x, y), model = small_data(8), small_model()
    recorder = Recorder(model, place)
    settings = {"loss": MeanSquaredError(), "epochs": 5, "callbacks": [recorder]}
    fit(model, x, y, optimizer=SGD(0.1), **settings)
    with pytest.raises(DivergenceError) as caught:
        fit(model, x, y, optimizer=SGD(1e200), **settings)
    recording = recorder.recording if place is None else Recording.load(place)
    assert recording.autopsy().step == 5 + caught.value.step
    recorder.recording.restore(model, 5)
    fit(model, x, y, optimizer=SGD(0.1), **settings)
    assert recorder.recording.divergence is None


def test_knows_less_where_records_were_left_out():
    recording, error = diverged(every=3, select=["dense_1.w"])
    autopsy = recording.autopsy()
    assert (autopsy.step, autopsy.steps[-1]) == (error.step, error.step - 1)  # the last update is always kept
    assert list(autopsy.norms) == ["dense_1.w"]
    assert np.isnan(autopsy.step_lengths[0])


def test_finds_divergence_in_your_own_loop_with_a_monitor(place):
    model = small_model()
    monitor, recorder = DivergenceMonitor(model, SGD(0.1)), Recorder(model, place)

    def loop():
        with recorder:
            for step in range(1, 99):
                monitor.measure(step, 1.0 if step < 7 else math.inf, model.gradients)
                recorder(Update(step, 1, 1.0, model=model))

    with pytest.raises(DivergenceError):
        loop()
    recording = recorder.recording if place is None else Recording.load(place)
    assert (recording.autopsy().step, recording.steps[-1]) == (7, 6)


def broken_by_hand(meddle, updates=12, **choice):
    """Return the recording of a loop without a monitor; `meddle(step, parameters)` breaks something in it."""
    with Recorder(model := small_model(), **choice) as recorder:
        for step in range(1, updates + 1):
            model.parameters *= 0.9
            loss = meddle(step, model.parameters)
            recorder(Update(step, 1, 0.5 if loss is None else loss, model=model))
    return recorder.recording


def at_9(change):
    """Return what changes parameters in update 9."""
    return lambda step, parameters: change(parameters) if step == 9 else None


@pytest.mark.parametrize(("meddle", "parameter", "what"), [
    (at_9(lambda numbers: numbers.put(3, np.nan)), "dense_1.w", "made dense_1.w NaN or infinite"),
    (at_9(lambda numbers: numbers.put(range(15, 20), 1e7)), "dense_1.b", "grew dense_1.b from norm 0 to 2.24e+07"),
    (at_9(lambda numbers: math.nan), "dense_1.w", "met a loss of nan, with dense_1.w at "),
])  # fmt: skip
def test_finds_what_broke_first_in_the_recording(meddle, parameter, what):
    autopsy = broken_by_hand(meddle).autopsy(last=4)
    assert (autopsy.step, autopsy.parameter, autopsy.reason[: len(what)]) == (9, parameter, what)
    assert autopsy.steps.tolist() == [5, 6, 7, 8]
    assert np.isfinite(autopsy.norms["dense_1.w"]).all()
    assert np.isnan(autopsy.learning_rate)


def grow_a_little(step, parameters):
    parameters.fill(3.0**step)  # 3^40 is far above 10⁶, but no single update is


@pytest.mark.parametrize(("meddle", "settings", "states"), [
    (lambda step, parameters: None, {}, 13),
    (grow_a_little, {"updates": 40}, 41),
    (grow_a_little, {"updates": 40, "every": 20}, 3),  # between records that do not follow each other, too
])  # fmt: skip
def test_finds_nothing_where_no_single_update_broke(meddle, settings, states):
    with pytest.raises(ValueError, match=f"autopsy: no update of this recording broke: all {states} states are finite"):
        broken_by_hand(meddle, **settings).autopsy()
