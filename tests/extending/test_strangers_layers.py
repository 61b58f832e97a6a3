"""All that tinylearn does for its own layers it does for a stranger's, with no line more."""

import copy

import numpy as np
import pytest

from animations import NetworkDiagram, Number, Scene, audit
from tests.extending.average_pool import AveragePool2D
from tests.extending.layer_norm import LayerNorm
from tinylearn import (
    Adam,
    Conv2D,
    Dense,
    Flatten,
    GradientError,
    MeanSquaredError,
    Recorder,
    Recording,
    Sequential,
    check_gradients,
    fit,
    load_checkpoint,
    save_checkpoint,
)

RNG = np.random.default_rng(4)
X, Y = RNG.normal(size=(20, 7, 6, 2)), RNG.normal(size=(20, 1))


def make_model(dtype=np.float64):
    rng = np.random.default_rng(1)
    layers = [Conv2D(2, 3, 2, rng=rng), AveragePool2D(3, 2), Flatten(), LayerNorm(12), Dense(12, 1, rng=rng)]
    return Sequential(layers, dtype=dtype)


def train(model, *callbacks, workers=1, epochs=3):
    return fit(model, X, Y, loss=MeanSquaredError(), optimizer=Adam(0.01), epochs=epochs, batch_size=6,
               rng=np.random.default_rng(2), workers=workers, callbacks=callbacks)  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "shape"),
    [(LayerNorm(5), (4, 5)), (AveragePool2D(3, 2), (2, 7, 6, 2)), (AveragePool2D(2, 3), (3, 6, 8, 1)),
     (AveragePool2D(2, 1), (2, 4, 3, 2))],
    ids=str,
)  # fmt: skip
def test_gradients(layer, shape):
    layer = copy.deepcopy(layer)
    for value in layer.params.values():
        value += np.random.default_rng(3).normal(size=value.shape)
    assert check_gradients(layer, np.random.default_rng(0).normal(size=shape)).error < 1e-7


def test_a_mistake_of_the_stranger_is_found():
    class Forgetful(LayerNorm):
        def backward(self, dout):
            super().backward(dout)
            return dout * self.params["factor"] / self.deviation  # the mean moves, too

    with pytest.raises(GradientError, match="above the tolerance"):
        check_gradients(Forgetful(5), np.random.default_rng(0).normal(size=(4, 5)))


def test_learning_in_float32_and_with_workers(monkeypatch):
    model = make_model(np.float32)
    losses = train(model, epochs=30)
    assert losses[-1] < losses[0]
    assert model.predict(X).dtype == np.float32
    monkeypatch.setattr("tinylearn.workers.SMALL", 0)
    one, two = make_model(), make_model()
    train(one)
    train(two, workers=2)
    np.testing.assert_allclose(one.parameters, two.parameters, rtol=1e-9, atol=1e-12)


def test_summary():
    lines = make_model().summary(X.shape[1:]).splitlines()
    assert lines[2].split() == ["AveragePool2D(3,", "stride=2)", "averagepool2d_1", "(N,", "2,", "2,", "3)", "0"]
    assert lines[4].split() == ["LayerNorm(12)", "layernorm_1", "(N,", "12)", "24"]


def test_recording_saving_and_checkpoints(tmp_path):
    model = make_model()
    train(model, Recorder(model, tmp_path / "run"))
    recording = Recording.load(tmp_path / "run")
    assert recording["layernorm_1.factor"].shape == (13, 12)
    model.save(tmp_path / "model.npz")
    fresh = make_model()
    fresh.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(fresh.predict(X), model.predict(X))
    recording.restore(fresh, 0)
    np.testing.assert_array_equal(fresh.parameters, make_model().parameters)
    rng, optimizer = np.random.default_rng(0), Adam()
    save_checkpoint(tmp_path / "point.npz", model, optimizer, rng)
    load_checkpoint(tmp_path / "point.npz", fresh, optimizer, rng)
    np.testing.assert_array_equal(fresh.parameters, model.parameters)


@pytest.mark.parametrize(
    ("name", "index"), [("layernorm_1.factor", 3), ("layernorm_1.shift", 0), ("dense_1.w", (3, 0))]
)
def test_explanation(name, index):
    model = make_model()
    recorder = Recorder(model)
    train(model, recorder)
    text = str(recorder.recording.explain(model, 7, name, index, X, Y, MeanSquaredError(), Adam(0.01)))
    before, after = recorder.recording[name][6][index], recorder.recording[name][7][index]
    assert text.splitlines()[-1].strip() == f"recorded: {before.item()!r} before, {after.item()!r} after"


class Factor(Scene):
    """The first factor, as a number."""

    def __init__(self, recording):
        self.recording, self.frames, self.steps = recording, len(recording), recording.steps
        self.wrong = 0.0

    def draw(self, figure):
        self.number = figure.add_artist(Number(0.3, 0.5, "{:.4f}", gid="layernorm_1.factor[0]", figure=figure))

    def update(self, frame):
        self.number.set_value(self.recording["layernorm_1.factor"][frame, 0] + self.wrong)
        return [self.number]


def test_audit():
    model = make_model()
    recorder = Recorder(model)
    train(model, recorder)
    scene = Factor(recorder.recording)
    report = audit(scene, recorder.recording)
    assert report.ok, str(report)
    assert report.compared == 13
    scene.wrong = 0.001
    assert not audit(scene, recorder.recording).ok


def test_network_diagram():
    model = make_model()
    recorder = Recorder(model)
    train(model, recorder)
    recording = recorder.recording
    scene = NetworkDiagram(recording, model, input_shape=X.shape[1:])
    report = audit(scene, recording, frames=[0, 6, 12], names={"layernorm_1.factor.norm": "factor"})
    assert report.ok, str(report)
    drawn = {text.get_text() for text in scene.page.texts}
    assert {"averagepool2d_1", "(N, 2, 2, 3)", "layernorm_1", "24", "factor", "shift"} <= drawn
    scene.update(12)
    np.testing.assert_array_equal(scene.blocks[2].picture.get_array(), [recording["layernorm_1.factor"][12]])
    wrong = NetworkDiagram(recording, model, input_shape=X.shape[1:])
    wrong.states.parameters["layernorm_1"][1].norms[12] += 0.01
    assert [finding.what for finding in audit(wrong, recording, frames=[12]).findings] == ["layernorm_1.shift.norm"]
