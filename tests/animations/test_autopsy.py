"""The picture of an autopsy: its curves, its diverging update and its numbers are those of the recording."""

import numpy as np
import pytest

from animations import AutopsyPicture, audit
from animations.engine.painter import Painter
from tinylearn import SGD, Dense, DivergenceError, MeanSquaredError, Recorder, ReLU, Sequential, Update, fit


def network(learning_rate=1000.0, layers=2):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, 3)), rng.normal(size=(16, 1))
    hidden = [layer for _ in range(layers - 1) for layer in (Dense(3, 3, rng=rng), ReLU())]
    model = Sequential([*hidden, Dense(3, 1, rng=rng)])
    recorder = Recorder(model)
    with pytest.raises(DivergenceError):
        fit(model, x, y, loss=MeanSquaredError(), optimizer=SGD(learning_rate), epochs=900, callbacks=[recorder])
    return recorder.recording


def single_number():
    """One number that overflows, as in chapter 2, in a loop that does not tell the learning rate."""
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    with Recorder(model) as recorder:
        for step in range(1, 40):
            model.parameters[0] = 1e10**step if step < 31 else np.inf
            recorder(Update(step, 1, model.parameters[0] / 2, model=model))
    return recorder.recording


RECORDINGS = {
    "at once": network,
    "two layers": lambda: network(1.0),
    "one layer": lambda: network(1.0, 1),
    "deep": lambda: network(10.0, 4),
    "one number": single_number,
}


def sources(autopsy, recording, names):
    """Return gid → value, from the recording itself."""
    values = {"diverged_at": autopsy.step}
    ends = {"last": autopsy.steps[-1]} | ({"first": autopsy.steps[0]} if len(autopsy.steps) > 1 else {})
    for when, step in ends.items():
        values[when] = step
        if step > 0:  # no update came before step 0, and no loss
            values[f"loss.{when}"] = recording.losses[recording.index(step)]
        for name in names:
            numbers = recording.at(step)[name]
            scale = max(np.abs(numbers).max(), 1e-300)  # the squares alone would overflow
            values[f"{name}.{when}"] = scale * np.linalg.norm(numbers / scale)
    if recording.divergence:
        values["learning_rate"] = recording.divergence["learning_rate"]
    return values


@pytest.fixture(scope="module", params=RECORDINGS)
def recording(request):
    return RECORDINGS[request.param]()


@pytest.mark.parametrize("last", [1, 2, 6])
def test_checks_every_number_and_the_layout(recording, last):
    autopsy = recording.autopsy(last)
    scene = AutopsyPicture(autopsy)
    names = [name for name in scene.curves if name != "loss"]
    report = audit(scene, sources(autopsy, recording, names), allowed=scene.captions)
    report.check()
    columns = 2 if len(autopsy.steps) > 1 else 1  # one update is not shown twice
    losses = sum(step > 0 for step in {autopsy.steps[0], autopsy.steps[-1]})
    rate = "learning_rate" if recording.divergence else ""
    assert report.numbers == 1 + bool(rate) + columns * (1 + len(names)) + losses


def test_draws_curves_and_the_diverging_step(recording):
    autopsy = recording.autopsy()
    scene = AutopsyPicture(autopsy)
    axes = Painter(scene).figure.axes[1]
    *curves, broken = axes.lines
    assert list(broken.get_xdata()) == [autopsy.step] * 2
    assert axes.get_yscale() == "log"
    for line, (name, values) in zip(curves, scene.curves.items(), strict=True):
        source = recording.losses if name == "loss" else None
        for step, value in zip(*line.get_data(), strict=True):
            index = recording.index(int(step))
            assert value == pytest.approx(source[index] if source is not None else values[autopsy.steps == step][0])
    low, high = axes.get_ylim()
    drawn = np.concatenate([line.get_ydata() for line in curves])
    assert low <= drawn.min() <= drawn.max() <= high


def test_shows_the_four_parameters_that_grew_most_and_the_one_that_diverged():
    autopsy = RECORDINGS["deep"]().autopsy()
    scene = AutopsyPicture(autopsy)
    assert len(autopsy.norms) == 8
    assert len(scene.curves) == 5
    assert autopsy.parameter in scene.curves
    growth = {name: norms[-1] / norms[0] for name, norms in autopsy.norms.items()}
    left_out = growth.keys() - scene.curves.keys()
    assert max(growth[name] for name in left_out) <= min(growth[name] for name in growth.keys() - left_out)
    assert [name for name in autopsy.norms if name in scene.curves] == list(scene.curves)[1:]


def test_says_it_in_words(recording):
    autopsy = recording.autopsy()
    said = AutopsyPicture(autopsy).describe(0)
    assert said.startswith(f"Update {autopsy.step} {autopsy.reason}. ")
    if len(autopsy.steps) > 1:
        assert said.endswith(f"updates {autopsy.steps[0]} to {autopsy.steps[-1]} before it.")
    assert AutopsyPicture(recording.autopsy(1)).describe(0).endswith(f"norms of update {autopsy.steps[-1]} before it.")


def test_says_in_the_caption_what_the_error_said(recording):
    autopsy = recording.autopsy()
    assert AutopsyPicture(autopsy).captions[0] == f"It {autopsy.reason}."


def test_says_that_a_parameter_was_not_recorded():
    rng = np.random.default_rng(0)
    model = Sequential([Dense(3, 3, rng=rng), Dense(3, 1, rng=rng)])
    recorder = Recorder(model, select=["dense_2.b"])
    x, y = rng.normal(size=(16, 3)), rng.normal(size=(16, 1))
    with pytest.raises(DivergenceError) as caught:
        fit(model, x, y, loss=MeanSquaredError(), optimizer=SGD(1000), epochs=90, callbacks=[recorder])
    assert caught.value.parameter != "dense_2.b"
    scene = AutopsyPicture(recorder.recording.autopsy())
    assert scene.captions[0].endswith(f"({caught.value.parameter} was not recorded).")
