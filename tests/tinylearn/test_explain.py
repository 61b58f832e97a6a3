"""An update explained: the printed arithmetic, read back and computed, is the recorded number, bit for bit."""

import copy

import numpy as np
import pytest

from tests.tinylearn.explain_helpers import OPTIMIZERS, check, recorded, small_run
from tests.tinylearn.layer_table import LAYERS, make_input, make_layer
from tinylearn import (
    SGD,
    Dense,
    Flatten,
    Layer,
    MeanSquaredError,
    Sequential,
)

LEARNERS = [name for name in LAYERS if make_layer(name, np.random.default_rng(0)).params]


class Scale(Layer):
    """A stranger's: forward and backward, nothing else."""

    def __init__(self, n):
        self.params["factor"] = np.linspace(0.5, 1.5, n)

    def forward(self, x):
        self.x = x
        return x * self.params["factor"]

    def backward(self, dout):
        self.grads["factor"] = (dout * self.x).sum(axis=0)
        return dout * self.params["factor"]


# --- every layer, every optimiser -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("name", [*LEARNERS, "a stranger's"])
def test_the_printed_arithmetic_gives_the_recorded_bits(name, kind, dtype):
    rng = np.random.default_rng([*map(ord, name + kind)])
    layer = Scale(5) if name == "a stranger's" else make_layer(name, rng)
    one, other = (rng.normal(size=(2, 5)) if name == "a stranger's" else make_input(name, rng)[:2] for _ in range(2))
    x = np.concatenate([one, other])
    layers = [layer, Flatten()]
    outputs = Sequential(copy.deepcopy(layers)).predict(x).shape[1]
    layers.append(Dense(outputs, 2, rng=rng))
    y = rng.normal(size=(4, 2))
    optimizer = OPTIMIZERS[kind]()
    model, recording = recorded(layers, x, y, optimizer, dtype, batch_size=3)
    for parameter, view in model.named_parameters().items():
        index = tuple(int(rng.integers(n)) for n in view.shape)
        step = int(rng.integers(1, recording.steps[-1] + 1))
        check(recording, recording.explain(model, step, parameter, index, x, y, MeanSquaredError(), optimizer), dtype)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_step_of_a_run(kind):
    optimizer = OPTIMIZERS[kind]()
    model, recording, x, y, loss = small_run(optimizer)
    for step in recording.steps[1:].tolist():
        explanation = recording.explain(model, step, "dense_1.w", (1, 3), x, y, loss, optimizer)
        check(recording, explanation, np.float64)
        assert explanation.rows.tolist() == recording.batch(step).tolist()
        assert explanation.loss == recording.losses[step]
        np.testing.assert_array_equal(explanation.inputs, x[explanation.rows])
        np.testing.assert_array_equal(explanation.factors[:, 0], x[explanation.rows, 1])
        np.testing.assert_array_equal(explanation.factors[:, 1], explanation.upstream[:, 3])


def test_the_upstream_gradient_is_that_of_the_loss():
    """The last layer is linear and its loss a mean of squares: dout = 2 (predicted - y) / size, by hand."""
    x, y = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[1.0], [5.0]])
    model, recording = recorded([Dense(2, 1, rng=np.random.default_rng(0))], x, y, SGD(0.1))
    explanation = recording.explain(model, 3, "dense_1.b", 0, x, y, MeanSquaredError(), SGD(0.1))
    before = recording.at(2)
    by_hand = (x @ before["dense_1.w"] + before["dense_1.b"] - y)[explanation.rows]
    np.testing.assert_allclose(explanation.upstream, by_hand, rtol=1e-12)
    np.testing.assert_allclose(explanation.contributions, by_hand[:, 0], rtol=1e-12)


def test_a_large_batch_is_printed_in_part_and_kept_whole():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 3)), rng.normal(size=(50, 1))
    model, recording = recorded([Dense(3, 1, rng=rng)], x, y, SGD(0.1), batch_size=50)
    explanation = recording.explain(model, 2, "dense_1.w", (2, 0), x, y, MeanSquaredError(), SGD(0.1))
    assert explanation.contributions.shape == (50,)
    assert f"  42 more rows: {explanation.contributions[8:].sum()!s}" in str(explanation).split("\n")


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_what_is_given_is_not_changed(kind):
    optimizer = OPTIMIZERS[kind]()
    model, recording, x, y, loss = small_run(optimizer)
    model.gradients[...] = 7
    model.forward(x)
    before = copy.deepcopy((vars(optimizer), model.parameters, model.gradients, vars(loss), model.layers[0].x))
    recording.explain(model, 5, "dense_2.b", 0, x, y, loss, optimizer)
    after = vars(optimizer), model.parameters, model.gradients, vars(loss), model.layers[0].x
    np.testing.assert_equal(after, before)
    assert not any(layer.training for layer in model.layers)


def test_an_index_counts_from_the_end_too():
    model, recording, x, y, loss = small_run(SGD(0.1))
    given = x, y, loss, SGD(0.1)
    first, other = (recording.explain(model, 5, "dense_1.w", index, *given) for index in ((-3, -1), (0, 3)))
    assert str(first) == str(other)
    assert first.index == (0, 3)


# --- what cannot be explained -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run():
    return small_run(SGD(0.1))


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"name": "dense_3.w"}, ValueError, r"explain: the model has no parameter 'dense_3\.w', only dense_1\.w, "),
        ({"index": (3, 0)}, ValueError, r"dense_1\.w has shape \(3, 4\), there is no number at \(3, 0\)"),
        ({"index": (-4, 0)}, ValueError, r"there is no number at \(-4, 0\)"),
        ({"index": 0}, ValueError, r"there is no number at 0"),
        ({"index": "first"}, TypeError, "index must be whole numbers"),
        ({"step": 0}, ValueError, "explain: step must be at least 1, got 0"),
        ({"step": 10**6}, ValueError, "step 1000000 is not in this recording"),
        ({"optimizer": SGD(0.2)}, ValueError, r"update 7, replayed, makes another dense_1\.w than the recorded one"),
        ({"x": np.ones((9, 3))}, ValueError, "update 7, replayed, makes another"),
        ({"x": np.ones((2, 3)), "y": np.ones((2, 1))}, ValueError, r"update 7 saw row \d, but x has only 2"),
        ({"model": Sequential([Dense(3, 5, rng=np.random.default_rng(0))])}, ValueError, "does not fit this model"),
    ],
)
def test_what_does_not_fit_is_refused(run, changed, error, message):
    model, recording, x, y, loss = run
    given = {"model": model, "step": 7, "name": "dense_1.w", "index": (0, 0), "x": x, "y": y, "loss": loss}
    with pytest.raises(error, match=message):
        recording.explain(**{**given, "optimizer": SGD(0.1)} | changed)
