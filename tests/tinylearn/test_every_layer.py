"""The inputs and outputs of every layer in an update, and their sources."""

import numpy as np
import pytest

import tinylearn as tl
from tests.tinylearn.explain_helpers import X, Y, recorded
from tinylearn.analysis.every_layer import passes, prediction
from tinylearn.analysis.observer import Source


class Twice(tl.Layer):
    """Holds a layer that sees half of x, and hands on what that gives."""

    def __init__(self, rng):
        self.inner = tl.Dense(4, 4, rng=rng)

    def forward(self, x):
        return self.inner.forward(x / 2)

    def backward(self, dout):
        return self.inner.backward(dout) / 2


class Counting(tl.Dense):
    """Something else each time."""

    calls = 0

    def forward(self, x):
        self.calls += 1
        return super().forward(x) * self.calls

    def backward(self, dout):
        return super().backward(dout * self.calls)


def layers(rng):
    inner = tl.Sequential([tl.Dense(4, 4, rng=rng), tl.Tanh()])
    return [tl.Dense(3, 4, rng=rng), tl.Residual(inner), Twice(rng), tl.ReLU(), tl.Dense(4, 1, rng=rng)]


@pytest.fixture(scope="module")
def recording():
    return recorded(layers(np.random.default_rng(0)), X, Y, tl.Adam(0.01), batch_size=9)


def test_finds_that_each_layer_hands_on_what_the_next_one_gets(recording):
    seen = passes(recording, 2).layers
    expected = {
        "dense_1": (("data", ""), ("dx", "residual_1")),
        "residual_1": (("out", "dense_1"), ("dx", "twice_1")),
        "residual_1.sequential_1": (("out", "dense_1"), ("dx", "twice_1")),
        "residual_1.sequential_1.dense_1": (("out", "dense_1"), ("dx", "residual_1.sequential_1.tanh_1")),
        "residual_1.sequential_1.tanh_1": (("out", "residual_1.sequential_1.dense_1"), ("dx", "twice_1")),
        "twice_1": (("out", "residual_1"), ("dx", "relu_1")),
        "twice_1.dense_1": (("made", "twice_1"), ("dx", "relu_1")),
        "relu_1": (("out", "twice_1"), ("dx", "dense_2")),
        "dense_2": (("out", "relu_1"), ("loss", "")),
        "model": (("data", ""), ("loss", "")),
    }
    assert {name: (each.x_from, each.dout_from) for name, each in seen.items()} == {
        name: (Source(*x), Source(*dout)) for name, (x, dout) in expected.items()
    }
    assert seen["residual_1"].local == {"dout": (9, 4), "df": (9, 4)}
    for name, each in seen.items():
        for kind, source in ((each.x, each.x_from), (each.dout, each.dout_from)):
            if source.kind in ("out", "dx"):
                np.testing.assert_array_equal(kind, getattr(seen[source.layer], source.kind), name)


def test_gives_the_recorded_loss_which_falls_as_the_next_record_says(recording):
    now, again = passes(recording, 2), passes(recording, 2, again=True)
    assert now.loss == recording.losses[recording.index(2)]
    assert again.loss == recording.losses[recording.index(3)]
    assert now is passes(recording, 2)
    np.testing.assert_array_equal(again.layers["model"].x, now.layers["model"].x)


def test_leaves_a_model_that_predicts_as_it_is(recording):
    model = tl.Sequential(layers(np.random.default_rng(0)))
    recording.restore(model, 3)
    model.forward(X[:2])
    dout = np.ones((2, 1))
    before = [model.backward(dout), model.gradients.copy()]
    seen = prediction(model, X)
    np.testing.assert_array_equal(seen["model"].out, model.predict(X))
    np.testing.assert_array_equal(seen["relu_1"].out, np.maximum(seen["twice_1"].out, 0))
    for one, other in zip([model.backward(dout), model.gradients], before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_shows_a_layer_that_counts_its_calls_as_it_was():
    rng = np.random.default_rng(0)
    recording = recorded([Counting(3, 2, rng=rng), tl.Dense(2, 1, rng=rng)], X, Y, tl.SGD(1e-4))
    step = int(recording.steps[-1])
    last, gradients = passes(recording, step).layers["dense_1"], recording.gradients(step)
    np.testing.assert_array_equal(last.x.T @ last.dout, gradients["dense_1.w"])
