"""Every layer and optimiser, both dtypes, changing learning rates: the printed text gives the recorded bits."""

import copy
import re
import tracemalloc

import numpy as np
import pytest

from tests.extending.squeeze_excite import SqueezeExcite
from tests.tinylearn.explain_helpers import check, recorded
from tests.tinylearn.layer_table import LAYERS, make_input, make_layer
from tinylearn import (
    SGD,
    Adam,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LayerNorm,
    ReLU,
    Residual,
    Sequential,
    Tanh,
)
from tinylearn.optimizer_table import OPTIMIZERS
from tinylearn.workers import SMALL, multiplications

LEARNERS = [name for name in LAYERS if Sequential([make_layer(name, np.random.default_rng(0))]).parameters.size]


class Scale(Layer):
    """A third-party layer: forward and backward, nothing else."""

    def __init__(self, n):
        self.params["factor"] = np.linspace(0.5, 1.5, n)

    def forward(self, x):
        self.x = x
        return x * self.params["factor"]

    def backward(self, dout):
        self.grads["factor"] = (dout * self.x).sum(axis=0)
        return dout * self.params["factor"]


def up_and_down(update):
    update.optimizer.learning_rate = [3e-4, 1e-4, 2e-4][update.step % 3]


def run(name, kind, dtype, rng):
    """Return the recording of a layer and a dense one: three epochs of two batches, of 3 rows and what is left."""
    layer = Scale(5) if name == "third-party" else make_layer(name, rng)
    one, other = (rng.normal(size=(2, 5)) if name == "third-party" else make_input(name, rng)[:2] for _ in range(2))
    x = np.concatenate([one, other])
    outputs = Sequential(copy.deepcopy([layer, Flatten()])).output_shapes(x.shape[1:])[-1][0]
    optimizer = OPTIMIZERS[kind].make()
    optimizer.learning_rate = 4e-4
    layers = [layer, Flatten(), Dense(outputs, 2, rng=rng)]
    return recorded(
        layers, x, rng.normal(size=(4, 2)), optimizer, dtype, batch_size=3, epochs=3, callbacks=[up_and_down]
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("name", [*LEARNERS, "third-party"])
def test_the_printed_arithmetic_gives_the_recorded_bits(name, kind, dtype):
    rng = np.random.default_rng([*map(ord, name + kind)])
    recording = run(name, kind, dtype, rng)
    for parameter in [name for name in recording.names if not name.endswith((".mean", ".var"))]:
        index = ", ".join(str(rng.integers(n)) for n in recording.shapes[parameter])
        step = int(rng.integers(1, recording.steps[-1] + 1))
        explanation = recording.explain(step, f"{parameter}[{index}]")
        check(recording, explanation, dtype)
        assert f"learning_rate={float(recording.learning_rates[step])!r}" in explanation.optimizer


# --- what is said of the gradient -------------------------------------------------------------------------------------


def check_chain(explanation):
    """From the loss down to the layer: what is handed back last is what the layer gets."""
    assert explanation.chain[0][0] == "loss"
    assert explanation.chain[-1][1].tobytes() == explanation.dout.tobytes()
    assert all(len(dout) == len(explanation.rows) for _, dout in explanation.chain)
    printed = re.findall(r"^  (?:from the|through) (\S+) +-?\d", str(explanation).split("\ng")[0], re.M)
    assert printed == [layer for layer, _ in explanation.chain]


def check_rows(explanation):
    size = np.abs(explanation.contributions).sum()
    assert explanation.contributions.shape == explanation.rows.shape
    assert explanation.contributions.sum() == pytest.approx(explanation.gradient, abs=1e-12 * size)


def deep():
    rng = np.random.default_rng(0)
    squeeze = SqueezeExcite(2, 3, rng, 0.3)
    inner = [Dense(4, 4, rng=rng), Tanh(), Dropout(0.3, rng=rng), Dense(4, 4, rng=rng)]
    layers = [Conv2D(1, 2, 3, rng=rng), BatchNorm(2), ReLU(), Residual(squeeze), Flatten(), Dense(8, 4, rng=rng)]
    return Sequential([*layers, Residual(*inner), Dense(4, 1, rng=rng)])


LAST = ["loss"]
BELOW = ["loss", "dense_2"]
INSIDE = [*BELOW, "residual_2.dense_2", "residual_2.dropout_1", "residual_2.tanh_1"]
BEFORE = [*BELOW, "residual_2", "dense_1", "flatten_1"]


@pytest.mark.parametrize(
    ("name", "chain"),
    [
        ("dense_2.w[1, 0]", LAST),
        ("residual_2.dense_2.b[1]", BELOW),
        ("residual_2.dense_1.w[3, 1]", INSIDE),
        ("dense_1.w[5, 2]", [*BELOW, "residual_2"]),
        (
            "residual_1.squeezeexcite_1.dense_2.w[2, 1]",
            [*BEFORE, "residual_1.squeezeexcite_1", "residual_1.squeezeexcite_1.sigmoid_1"],
        ),
        ("batchnorm_1.beta[1]", [*BEFORE, "residual_1", "relu_1"]),
        ("conv2d_1.w[1, 0, 0, 1]", [*BEFORE, "residual_1", "relu_1", "batchnorm_1"]),
    ],
)
@pytest.mark.parametrize("make", [lambda: SGD(0.01), lambda: Adam(0.01)], ids=["SGD", "Adam"])
def test_the_chain_goes_from_the_loss_to_the_layer_and_the_rows_add_up(name, chain, make):
    rng = np.random.default_rng(1)
    recording = recorded(deep(), rng.normal(size=(7, 4, 4, 1)), rng.normal(size=(7, 1)), make(), batch_size=5)
    for step in (1, 2, 7):
        explanation = recording.explain(step, name)
        check_chain(explanation)
        check_rows(explanation)
        check(recording, explanation, np.float64)
        assert [layer for layer, _ in explanation.chain] == chain


class Doubling(Layer):
    """A module whose part gets another dout than it was handed itself."""

    def __init__(self, n, rng):
        self.part = Dense(n, n, rng=rng)

    def forward(self, x):
        return 2 * self.part.forward(x)

    def backward(self, dout):
        return self.part.backward(2 * dout)


def test_what_a_module_makes_of_its_dout_stands_in_the_chain_under_its_name():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 3))
    recording = recorded([Doubling(3, rng), Dense(3, 1, rng=rng)], x, x[:, :1], SGD(0.01))
    explanation = recording.explain(4, "doubling_1.dense_1.w[1, 2]")
    check_chain(explanation)
    check_rows(explanation)
    assert [layer for layer, _ in explanation.chain] == ["loss", "dense_1", "doubling_1"]


class Mixed(Layer):
    """Its gradient is larger the more rows have a dout."""

    def __init__(self):
        self.params["w"] = np.ones(3)

    def forward(self, x):
        self.x = x
        return x * self.params["w"]

    def backward(self, dout):
        self.grads["w"] = (self.x * dout).sum(axis=0) * (np.abs(dout).sum(axis=1) > 0).mean()
        return dout * self.params["w"]


def test_does_not_tell_rows_that_do_not_add_up_to_the_gradient():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 3))
    explanation = recorded([Mixed(), Dense(3, 1, rng=rng)], x, x[:, :1], SGD(0.01)).explain(4, "mixed_1.w[1]")
    assert explanation.contributions is explanation.factors is None
    check_chain(explanation)
    assert f"\ng = {explanation.gradient!s}, the gradient\n  (what each row adds is not told: " in str(explanation)


@pytest.mark.parametrize("rate", [0.0, 0.4])
def test_workers_that_are_really_used(rate):
    """Large enough for two workers, in pieces: what each saw is put together in the order of the rows."""
    rng = np.random.default_rng(0)
    layers = [
        Conv2D(3, 32, 3, rng=rng),
        ReLU(),
        *[Dropout(rate, rng=rng)] * (rate > 0),
        Flatten(),
        Dense(21632, 2, rng=rng),
    ]
    x, y = rng.normal(size=(120, 28, 28, 3)).astype(np.float32), rng.normal(size=(120, 2))
    model = Sequential(layers, np.float32)
    assert multiplications(model, (100, 28, 28, 3)) > SMALL
    recording = recorded(model, x, y, Adam(1e-4), workers=2, batch_size=100, epochs=1)
    for step, name in ((1, "conv2d_1.w[1, 0, 2, 7]"), (2, "dense_1.w[300, 1]"), (2, "conv2d_1.b[3]")):
        explanation = recording.explain(step, name)
        check_chain(explanation)
        check(recording, explanation, np.float32)
        assert len(explanation.contributions) == len(explanation.inputs) == (100, 20)[step - 1]
    if rate == 0:
        np.testing.assert_array_equal(explanation.inputs, x[recording.batch(2)])


# --- gradients --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LEARNERS)
def test_gradients_of_an_update_are_what_moved_each_parameter(name, dtype):
    rng = np.random.default_rng([*map(ord, name)])
    recording = run(name, "SGD", dtype, rng)
    rate, gradients = recording.learning_rates[5], recording.gradients(5)
    before, after = recording.at(4), recording.at(5)
    for parameter, gradient in gradients.items():
        assert gradient.shape == recording.shapes[parameter]
        moved = (before[parameter] - after[parameter]) / dtype(rate)
        rounding = np.finfo(dtype).eps * (np.abs(before[parameter]) / rate + np.abs(gradient))
        assert (np.abs(moved - gradient) <= 4 * rounding).all()
        index = tuple(int(rng.integers(n)) for n in gradient.shape)
        explanation = recording.explain(5, f"{parameter}[{', '.join(map(str, index))}]")
        assert explanation.gradient.tobytes() == gradient[index].tobytes()


def test_gradients_belong_to_whoever_asks():
    recording = run("Dense", "Adam", np.float64, np.random.default_rng(0))
    first = recording.gradients(3)
    kept = {name: gradient.copy() for name, gradient in first.items()}
    for gradient in first.values():
        gradient[...] = 7
    np.testing.assert_equal(recording.gradients(3), kept)


class Side(Layer):
    """Two layers that both get x; what one hands back does not lead to the other."""

    def __init__(self, rng):
        self.one, self.two = Dense(3, 3, rng=rng), Dense(3, 3, rng=rng)

    def forward(self, x):
        return self.one.forward(x) + self.two.forward(x)

    def backward(self, dout):
        return self.one.backward(dout) + self.two.backward(dout)


@pytest.mark.parametrize("part", ["dense_1", "dense_2"])
def test_the_chain_has_no_layers_that_stand_beside(part):
    rng = np.random.default_rng(1)
    model = Sequential([Side(rng), Dense(3, 1, rng=rng)])
    explanation = recorded(model, rng.normal(size=(5, 3)), rng.normal(size=(5, 1)), SGD(0.1)).explain(
        1, f"side_1.{part}.w[0, 1]"
    )
    assert [layer for layer, _ in explanation.chain] == ["loss", "dense_1"]
    check_chain(explanation)


def test_many_rows_take_little_memory():
    """Each row alone goes back through the layer; what it hands back is not kept."""
    rng = np.random.default_rng(1)
    model = Sequential([LayerNorm(30), Dense(30, 1, rng=rng)])
    recording = recorded(model, rng.normal(size=(1500, 30)), rng.normal(size=(1500, 1)), SGD(0.1), batch_size=1500)
    tracemalloc.start()
    recording.explain(1, "layernorm_1.gamma[0]")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 100 * 1500 * 30 * 8
