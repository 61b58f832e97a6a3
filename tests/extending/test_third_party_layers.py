"""tinylearn does for a third-party layer all that it does for its own, without an extra line of code."""

import copy
import pickle

import numpy as np
import pytest

from animations import NetworkDiagram, audit
from tests.extending.embedding import Embedding
from tests.extending.squeeze_excite import SqueezeExcite
from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import (
    Adam,
    Conv2D,
    Dense,
    Flatten,
    GradientError,
    Layer,
    MeanSquaredError,
    Recorder,
    Recording,
    Residual,
    Sequential,
    check_gradients,
    fit,
    load_checkpoint,
    save_checkpoint,
)


class MeasuredScale(Layer):
    """out = factor · x / largest |x| so far, channel by channel: it has parameters, a state and a shape of its own."""

    x_shape = ("N", "H", "W", "channels")

    def __init__(self, groups, channels):
        self.groups, self.channels = groups, channels
        self.params["factor"], self.state["largest"] = np.ones(channels), np.ones(channels)

    def check_shape(self, x_shape):
        if x_shape[3] % self.groups:
            raise ValueError(f"expects channels for {self.groups} equal groups, got {x_shape[3]}")

    def forward(self, x):
        if self.training:
            self.state["largest"] = np.maximum(self.state["largest"], np.abs(x).max(axis=(0, 1, 2)))
        self.scaled = x / self.state["largest"]
        return self.scaled * self.params["factor"]

    def backward(self, dout):
        """By convention the largest number counts as given from outside."""
        self.grads["factor"] = (dout * self.scaled).sum(axis=(0, 1, 2))
        return dout * self.params["factor"] / self.state["largest"]

    def __repr__(self):
        return f"MeasuredScale({self.groups}, {self.channels})"


RNG = np.random.default_rng(4)
PIXEL = np.ones((1, 1, 1, 4))
IMAGES, WORDS, Y = RNG.normal(size=(20, 5, 4, 2)), RNG.integers(0, 9, size=(20, 3)), RNG.normal(size=(20, 1))


def images(dtype=np.float64):
    """A scale that is measured, and layers and dropout inside a layer."""
    rng = np.random.default_rng(1)
    layers = [Conv2D(2, 4, 2, rng=rng), MeasuredScale(2, 4), Residual(SqueezeExcite(4, 3, rng, 0.3)), Flatten()]
    return Sequential([*layers, Dense(48, 1, rng=rng)], dtype=dtype)


def words(dtype=np.float64):
    rng = np.random.default_rng(1)
    return Sequential([Embedding(9, 4, rng), Dense(4, 4, rng=rng), Flatten(), Dense(12, 1, rng=rng)], dtype=dtype)


def train(model, *callbacks, x=IMAGES, workers=1, epochs=3):
    return fit(model, x, Y, loss=MeanSquaredError(), optimizer=Adam(0.01), epochs=epochs, batch_size=6,
               rng=np.random.default_rng(2), workers=workers, callbacks=callbacks)  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A trained model, and its recording from a folder."""
    model, folder = images(), tmp_path_factory.mktemp("run")
    train(model, Recorder(model, folder / "run"))
    return model, Recording.load(folder / "run")


def test_finds_right_gradients_and_wrong_ones():
    for layer, shape in (
        (MeasuredScale(2, 6), (3, 2, 4, 6)),
        (Residual(SqueezeExcite(3, 5, np.random.default_rng(1), 0.3), MeasuredScale(3, 3)), (2, 2, 3, 3)),
    ):
        for value in layer.named_parameters().values():
            value += np.random.default_rng(3).normal(size=value.shape)
        x = np.random.default_rng(0).uniform(-1, 1, size=shape)  # nothing larger than what was measured
        assert check_gradients(layer, x).error < 1e-7
    assert check_gradients(words(), WORDS[:2]).error < 1e-6

    class DropsTheGate(SqueezeExcite):
        def backward(self, dout):
            super().backward(dout)
            return dout * self.cache["factor"]

    with pytest.raises(GradientError, match="above the tolerance"):
        check_gradients(DropsTheGate(3, 2, np.random.default_rng(0)), RNG.normal(size=(4, 2, 2, 3)))


def test_a_word_that_stands_twice_collects_twice_and_one_that_stands_nowhere_nothing():
    layer = Embedding(5, 2, np.random.default_rng(0))
    out = layer.forward(np.array([[0, 3], [3, 3]]))
    np.testing.assert_array_equal(out[1, 0], layer.params["table"][3])
    assert layer.backward(np.array([[[1.0, 2], [3, 4]], [[5, 6], [7, 8]]])) is None
    np.testing.assert_array_equal(layer.grads["table"], [[1, 2], [0, 0], [0, 0], [15, 18], [0, 0]])


@refusals(
    (lambda: words().predict([[0, 1, 9]]), IndexError, r"^Embedding\(9, 4\): index 9 is out of bounds"),
    (
        lambda: MeasuredScale(2, 4).forward(PIXEL[..., :3]),
        ValueError,
        r"^MeasuredScale\(2, 4\) expects images .*, 4\), got",
    ),
    (
        lambda: MeasuredScale(3, 4).forward(PIXEL),
        ValueError,
        r"^MeasuredScale\(3, 4\): expects channels for 3 equal groups",
    ),
    (lambda: SqueezeExcite(3, 2, RNG).forward(PIXEL), ValueError, r"^Dense\(3, 2\) expects x of shape"),
    (lambda: train(images(), workers=2), ValueError, r"^fit: workers must be 1 .*, measuredscale_1\.largest:"),
)
def test_names_the_third_party_layer_when_something_does_not_fit(call, kind, words):
    assert_refused(call, kind, words)


@pytest.mark.parametrize(("make", "x"), [(images, IMAGES), (words, WORDS)])
def test_learns_in_float32(make, x):
    model = make(np.float32)
    losses = train(model, x=x, epochs=30)
    assert losses[-1] < losses[0]
    assert model.predict(x).dtype == np.float32
    for name, view in make(np.float32).named_parameters().items():
        assert not np.array_equal(view, model.named_parameters()[name]), name


def test_summary_recording_saving_copies_and_checkpoints(tmp_path, run):
    model, recording = copy.deepcopy(run[0]), run[1]
    lines = model.summary(IMAGES.shape[1:]).splitlines()
    assert lines[2].split() == ["MeasuredScale(2,", "4)", "measuredscale_1", "(N,", "4,", "3,", "4)", "4"]
    assert lines[3].split() == ["Residual(SqueezeExcite(4,", "3))", "residual_1", "(N,", "4,", "3,", "4)", "31"]
    assert recording["measuredscale_1.factor"].shape == (13, 4)
    assert recording["residual_1.squeezeexcite_1.dense_1.w"].shape == (13, 4, 3)
    model.save(tmp_path / "model.npz")
    fresh = images()
    assert not np.array_equal(model.vectors.state, fresh.vectors.state)
    fresh.load(tmp_path / "model.npz")
    for other in (fresh, model, pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(other.predict(IMAGES), run[0].predict(IMAGES))
        np.testing.assert_array_equal(other.vectors.state, run[0].vectors.state)
    recording.restore(fresh, 0)
    np.testing.assert_array_equal(fresh.parameters, images().parameters)
    rng, optimizer = np.random.default_rng(0), Adam()
    save_checkpoint(tmp_path / "point.npz", model, optimizer, rng)
    load_checkpoint(tmp_path / "point.npz", fresh, optimizer, rng)
    np.testing.assert_array_equal(fresh.vectors.state, model.vectors.state)
    assert train(fresh) == train(model)  # the generator of the dropout inside goes on, too
    np.testing.assert_array_equal(fresh.parameters, model.parameters)


def test_explanation_also_with_dropout_inside_and_what_a_layer_remembers():
    model = images()
    recorder = Recorder(model)
    train(model, recorder)
    for name, index in (("measuredscale_1.factor", 3), ("residual_1.squeezeexcite_1.dense_2.w", (2, 1)),
                        ("dense_1.w", (3, 0))):  # fmt: skip
        text = str(recorder.recording.explain(7, f"{name}[{str(index).strip('()')}]"))
        before, after = recorder.recording[name][6][index], recorder.recording[name][7][index]
        assert text.splitlines()[-1].strip() == f"recorded: {before.item()!r} before, {after.item()!r} after"


def test_network_diagram(run):
    scene = NetworkDiagram(run[1], run[0], input_shape=IMAGES.shape[1:])
    report = audit(scene, run[1], frames=[0, 12], names={"measuredscale_1.factor.norm": "factor"})
    assert report.ok, str(report)
    drawn = {text.get_text() for text in scene.page.axes.texts}
    assert {"measuredscale_1", "(N, 4, 3, 4)", "4", "factor"} <= drawn
    np.testing.assert_array_equal(scene.page.axes.images[2].get_array(), [run[1]["measuredscale_1.factor"][12]])
