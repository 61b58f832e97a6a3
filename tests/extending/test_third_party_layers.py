"""tinylearn does for a third-party layer all that it does for its own, without an extra line of code."""

import copy
import pickle

import numpy as np
import pytest

from animations import NetworkDiagram, audit
from tests.extending.embedding import Embedding
from tests.extending.group_norm import GroupNorm
from tests.extending.running_scale import RunningScale
from tests.extending.squeeze_excite import SqueezeExcite
from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import (
    Adam,
    Conv2D,
    Dense,
    Flatten,
    GradientError,
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

RNG = np.random.default_rng(4)
PIXEL = np.ones((1, 1, 1, 4))
IMAGES, WORDS, Y = RNG.normal(size=(20, 5, 4, 2)), RNG.integers(0, 9, size=(20, 3)), RNG.normal(size=(20, 1))


def images(dtype=np.float64, rate=0.0, state=False):
    """A norm, layers inside a layer, and with `state` a scale that is measured."""
    rng = np.random.default_rng(1)
    layers = [Conv2D(2, 4, 2, rng=rng), GroupNorm(2, 4), Residual(SqueezeExcite(4, 3, rng, rate)), Flatten()]
    return Sequential([*layers, *([RunningScale(48)] if state else []), Dense(48, 1, rng=rng)], dtype=dtype)


def words(dtype=np.float64):
    rng = np.random.default_rng(1)
    return Sequential([Embedding(9, 4, rng), Dense(4, 4, rng=rng), Flatten(), Dense(12, 1, rng=rng)], dtype=dtype)


def train(model, *callbacks, x=IMAGES, workers=1, epochs=3, rng=2):
    return fit(model, x, Y, loss=MeanSquaredError(), optimizer=Adam(0.01), epochs=epochs, batch_size=6,
               rng=np.random.default_rng(rng), workers=workers, callbacks=callbacks)  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (GroupNorm(2, 6), (3, 2, 4, 6)),
        (GroupNorm(1, 3), (2, 3, 2, 3)),
        (Residual(SqueezeExcite(3, 5, np.random.default_rng(1), 0.3), GroupNorm(3, 3)), (2, 2, 3, 3)),
    ],
    ids=str,
)
def test_gradients(layer, shape):
    for value in layer.named_parameters().values():
        value += np.random.default_rng(3).normal(size=value.shape)
    assert check_gradients(layer, np.random.default_rng(0).normal(size=shape)).error < 1e-7


def test_the_gradients_of_a_table_of_words():
    """One by one, by hand: a word that stands twice collects twice, one that stands nowhere nothing."""
    layer = Embedding(5, 2, np.random.default_rng(0))
    out = layer.forward(np.array([[0, 3], [3, 3]]))
    np.testing.assert_array_equal(out[1, 0], layer.params["table"][3])
    assert layer.backward(np.array([[[1.0, 2], [3, 4]], [[5, 6], [7, 8]]])) is None
    np.testing.assert_array_equal(layer.grads["table"], [[1, 2], [0, 0], [0, 0], [15, 18], [0, 0]])
    assert check_gradients(layer, np.array([[0, 3], [3, 3]])).error < 1e-7
    assert check_gradients(words(), WORDS[:2]).error < 1e-6


def test_finds_mistakes_in_a_third_party_layer():
    class DropsTheGate(SqueezeExcite):
        def backward(self, dout):
            super().backward(dout)
            return dout * self.cache["factor"]

    with pytest.raises(GradientError, match="above the tolerance"):
        check_gradients(DropsTheGate(3, 2, np.random.default_rng(0)), IMAGES[:4, :2, :2].repeat(2, axis=3)[..., :3])


@refusals(
    (lambda: words().predict([[0, 1, 9]]), IndexError, r"^Embedding\(9, 4\): index 9 is out of bounds"),
    (lambda: GroupNorm(2, 4).forward(PIXEL[..., :3]), ValueError, r"^GroupNorm\(2, 4\) expects images .*, 4\), got"),
    (lambda: GroupNorm(3, 4).forward(PIXEL), ValueError, r"^GroupNorm\(3, 4\): expects channels for 3 equal groups"),
    (lambda: SqueezeExcite(3, 2, RNG).forward(PIXEL), ValueError, r"^Dense\(3, 2\) expects x of shape"),
    (lambda: train(images(state=True), workers=2), ValueError, r"^fit: workers must be 1 .*, runningscale_1\.largest:"),
)
def test_names_the_third_party_layer_when_something_does_not_fit(call, kind, words):
    assert_refused(call, kind, words)


@pytest.mark.parametrize(
    ("make", "x"), [(images, IMAGES), (lambda dtype: images(dtype, state=True), IMAGES), (words, WORDS)]
)
def test_learning_in_float32(make, x):
    model = make(np.float32)
    losses = train(model, x=x, epochs=30)
    assert losses[-1] < losses[0]
    assert model.predict(x).dtype == np.float32
    for name, view in make(np.float32).named_parameters().items():
        assert not np.array_equal(view, model.named_parameters()[name]), name


def test_summary():
    lines = images(state=True).summary(IMAGES.shape[1:]).splitlines()
    assert lines[2].split() == ["GroupNorm(2,", "4)", "groupnorm_1", "(N,", "4,", "3,", "4)", "8"]
    assert lines[3].split() == ["Residual(SqueezeExcite(4,", "3))", "residual_1", "(N,", "4,", "3,", "4)", "31"]
    assert lines[5].split() == ["RunningScale(48)", "runningscale_1", "(N,", "48)", "0"]


def test_recording_saving_copies_and_checkpoints(tmp_path):
    def make():
        return images(rate=0.3, state=True)

    model, before = make(), make().vectors.state
    train(model, Recorder(model, tmp_path / "run"))
    recording = Recording.load(tmp_path / "run")
    assert recording["groupnorm_1.factor"].shape == (13, 4)
    assert recording["residual_1.squeezeexcite_1.dense_1.w"].shape == (13, 4, 3)
    model.save(tmp_path / "model.npz")
    fresh = make()
    fresh.load(tmp_path / "model.npz")
    for other in (fresh, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(other.predict(IMAGES), model.predict(IMAGES))
        np.testing.assert_array_equal(other.vectors.state, model.vectors.state)
    assert not np.array_equal(model.vectors.state, before)
    recording.restore(fresh, 0)
    np.testing.assert_array_equal(fresh.parameters, make().parameters)
    rng, optimizer = np.random.default_rng(0), Adam()
    save_checkpoint(tmp_path / "point.npz", model, optimizer, rng)
    load_checkpoint(tmp_path / "point.npz", fresh, optimizer, rng)
    np.testing.assert_array_equal(fresh.vectors.state, model.vectors.state)
    assert train(fresh) == train(model)  # the generator of the dropout inside goes on, too
    np.testing.assert_array_equal(fresh.parameters, model.parameters)


@pytest.mark.parametrize("state", [False, True])
@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("groupnorm_1.factor", 3),
        ("groupnorm_1.shift", 0),
        ("residual_1.squeezeexcite_1.dense_2.w", (2, 1)),
        ("dense_1.w", (3, 0)),
    ],
)
def test_explanation(name, index, state):
    """Also with dropout inside, and with what a layer remembers."""
    model = images(rate=0.3 * state, state=state)
    recorder = Recorder(model)
    train(model, recorder)
    text = str(recorder.recording.explain(7, f"{name}[{str(index).strip('()')}]"))
    before, after = recorder.recording[name][6][index], recorder.recording[name][7][index]
    assert text.splitlines()[-1].strip() == f"recorded: {before.item()!r} before, {after.item()!r} after"


def test_network_diagram():
    model = images(state=True)
    recorder = Recorder(model)
    train(model, recorder)
    recording = recorder.recording
    scene = NetworkDiagram(recording, model, input_shape=IMAGES.shape[1:])
    report = audit(scene, recording, frames=[0, 12], names={"groupnorm_1.factor.norm": "factor"})
    assert report.ok, str(report)
    drawn = {text.get_text() for text in scene.page.axes.texts}
    assert {"groupnorm_1", "(N, 4, 3, 4)", "8", "factor", "shift"} <= drawn
    np.testing.assert_array_equal(scene.page.axes.images[2].get_array(), [recording["groupnorm_1.factor"][12]])
