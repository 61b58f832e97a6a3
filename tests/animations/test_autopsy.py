"""The picture of an autopsy: its curves, its diverging update and its numbers are those of the recording."""

import numpy as np
import pytest

from animations import AutopsyPicture
from animations.engine.painter import Painter
from tests.animations.samples.training import RECORDINGS
from tinylearn import SGD, Dense, DivergenceError, MeanSquaredError, Recorder, Sequential, fit


@pytest.fixture(scope="module", params=RECORDINGS)
def recording(request):
    return RECORDINGS[request.param]()


def test_draws_curves_and_the_diverging_step(recording):
    autopsy = recording.autopsy()
    scene = AutopsyPicture(autopsy)
    axes = Painter(scene).figure.axes[1]
    *curves, broken = axes.lines
    assert list(broken.get_xdata()) == [autopsy.step] * 2
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
