"""An explained update: the printed text gives the recorded bits, for every layer and optimiser; and its refusals."""

import copy

import numpy as np
import pytest

import tinylearn as tl
from tests.extending.squeeze_excite import SqueezeExcite
from tests.tinylearn.explain_helpers import OPTIMIZERS, X, Y, check, dense, recorded, small_parts
from tinylearn import SGD, Adam, Conv2D, Dense, Flatten, Layer, ReLU, Residual, Sequential
from tinylearn.layer_table import LAYERS, make_input, make_layer
from tinylearn.optimizer_table import OPTIMIZERS as RULES

LEARNERS = [name for name in LAYERS if Sequential([make_layer(name, np.random.default_rng(0))]).parameters.size]


def up_and_down(update):
    update.optimizer.learning_rate = [3e-4, 1e-4, 2e-4][update.step % 3]


DTYPES = np.float32, np.float64
# Every layer with one optimiser, and every optimiser with one layer.
RUNS = [(name, [*RULES][number % len(RULES)], DTYPES[number % 2]) for number, name in enumerate(LEARNERS)]
RUNS += [("Dense", kind, dtype) for kind in RULES for dtype in DTYPES if ("Dense", kind, dtype) not in RUNS]


@pytest.mark.parametrize(("name", "kind", "dtype"), RUNS)
def test_prints_arithmetic_that_gives_the_recorded_bits(name, kind, dtype):
    """A layer and a dense one: three epochs of two batches, of 3 rows and what is left."""
    rng = np.random.default_rng([*map(ord, name + kind)])
    layer, x = make_layer(name, rng), np.concatenate([make_input(name, rng)[:2] for _ in range(2)])
    outputs = Sequential(copy.deepcopy([layer, Flatten()])).output_shapes(x.shape[1:])[-1][0]
    optimizer, settings = RULES[kind].make(), {"batch_size": 3, "epochs": 3, "callbacks": [up_and_down]}
    optimizer.learning_rate = 4e-4
    layers = [layer, Flatten(), Dense(outputs, 2, rng=rng)]
    recording = recorded(layers, x, rng.normal(size=(4, 2)), optimizer, dtype, **settings)
    for parameter in [name for name in recording.names if not name.endswith((".mean", ".var"))]:
        index = tuple(int(rng.integers(n)) for n in recording.shapes[parameter])
        step = int(rng.integers(1, recording.steps[-1] + 1))
        explanation = check(recording, step, f"{parameter}[{', '.join(map(str, index))}]")
        gradient = recording.gradients(step)[parameter]
        assert explanation.gradient.tobytes() == gradient[index].tobytes()
        gradient[...] = 7  # it belongs to whoever asks
        assert recording.gradients(step)[parameter][index] == explanation.gradient


@pytest.mark.parametrize("kind", ["momentum", "AdamW"])
def test_explains_every_step_and_changes_nothing_of_what_was_trained(kind):
    parts, optimizer, rng = small_parts(), OPTIMIZERS[kind](), np.random.default_rng(1)
    model, loss, x = parts["model"], parts["loss"], parts["x"]
    recording = recorded(**parts, optimizer=optimizer, rng=rng)
    model.gradients[...] = 7
    model.forward(x)
    state = vars(optimizer), model.parameters, model.gradients, vars(loss), model.layers[0].x, rng.bit_generator.state
    before = copy.deepcopy(state)
    for step in recording.steps[:0:-3].tolist():
        explanation = check(recording, step, "dense_1.w[1, 3]")
        np.testing.assert_array_equal(explanation.inputs, x[explanation.rows])
        np.testing.assert_array_equal(explanation.factors[:, 0], x[explanation.rows, 1])
        np.testing.assert_array_equal(explanation.factors[:, 1], explanation.dout[:, 3])
    np.testing.assert_equal(state, before)
    assert not any(layer.training for layer in model.layers)


def test_prints_large_batches_and_wide_layers_in_part_and_keeps_them_whole():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 3)), rng.normal(size=(50, 1))
    for rows, more in ((50, "  42 more rows: "), (9, "  1 more rows: "), (8, None)):
        layers = [Dense(3, 9, rng=rng), Dense(9, 1, rng=rng)]
        explanation = recorded(layers, x[:rows], y[:rows], SGD(0.1), batch_size=rows).explain(2, "dense_1.w[2, 7]")
        assert explanation.contributions.shape == (rows,)
        told = [line for line in str(explanation).split("\n") if "more rows" in line]
        assert told == ([f"{more}{explanation.contributions[8:].sum()!s}"] if more else [])
        assert f", … [7]: {explanation.factors[0, 1]!s}, … of 9" in str(explanation)


class Beside(Layer):
    """Two layers that both get x, and one of them twice its dout; what one hands back does not lead to the other."""

    def __init__(self, rng):
        self.one, self.two = Dense(4, 4, rng=rng), Dense(4, 4, rng=rng)

    def forward(self, x):
        return self.one.forward(x) + 2 * self.two.forward(x)

    def backward(self, dout):
        return self.one.backward(dout) + self.two.backward(2 * dout)


BELOW = ["loss", "dense_2", "beside_1"]
BEFORE, SQUEEZE = [*BELOW, "residual_2", "dense_1", "flatten_1"], "residual_1.squeezeexcite_1"
CHAINS = {
    "dense_2.w[1, 0]": ["loss"],
    "beside_1.dense_1.w[0, 1]": ["loss", "dense_2"],
    "beside_1.dense_2.w[0, 1]": ["loss", "dense_2", "beside_1"],
    "residual_2.dense_1.w[3, 1]": [*BELOW, "residual_2.dense_2", "residual_2.dropout_1", "residual_2.tanh_1"],
    "dense_1.w[5, 2]": [*BELOW, "residual_2"],
    f"{SQUEEZE}.dense_2.w[2, 1]": [*BEFORE, SQUEEZE, f"{SQUEEZE}.sigmoid_1"],
    "conv2d_1.w[1, 0, 0, 1]": [*BEFORE, "residual_1", "relu_1", "batchnorm_1"],
}


def test_goes_from_the_loss_to_the_layer_and_the_rows_add_up():
    """What a module makes of its dout stands in the chain under its name; layers that stand beside do not."""
    rng = np.random.default_rng(0)
    inner = [Dense(4, 4, rng=rng), tl.Tanh(), tl.Dropout(0.3, rng=rng), Dense(4, 4, rng=rng)]
    layers = [Conv2D(1, 2, 3, rng=rng), tl.BatchNorm(2), ReLU(), Residual(SqueezeExcite(2, 3, rng, 0.3)), Flatten(),
              Dense(8, 4, rng=rng), Residual(*inner), Beside(rng), Dense(4, 1, rng=rng)]  # fmt: skip
    x, y = rng.normal(size=(7, 4, 4, 1)), rng.normal(size=(7, 1))
    recording = recorded(layers, x, y, Adam(0.01), batch_size=5)
    for name, chain in CHAINS.items():
        for step in (1, 7):
            assert [layer for layer, _ in check(recording, step, name).chain] == chain


@pytest.mark.parametrize("rate", [0.0, 0.4])
def test_puts_together_what_workers_saw(rate, monkeypatch):
    """Of two workers, in pieces of three rows: in the order of the rows."""
    monkeypatch.setattr("tinylearn.workers.SMALL", 0)
    monkeypatch.setattr("tinylearn.workers.PIECE", 3 * 6 * 6 * 3)
    rng = np.random.default_rng(0)
    layers = [Conv2D(3, 4, 3, rng=rng), ReLU(), *[tl.Dropout(rate, rng=rng)] * (rate > 0), Flatten(),
              Dense(64, 2, rng=rng)]  # fmt: skip
    x, y = rng.normal(size=(24, 6, 6, 3)).astype(np.float32), rng.normal(size=(24, 2))
    recording = recorded(layers, x, y, Adam(1e-4), np.float32, workers=2, batch_size=20, epochs=1)
    for step, name in ((1, "conv2d_1.w[1, 0, 2, 3]"), (2, "dense_1.w[30, 1]"), (2, "conv2d_1.b[3]")):
        explanation = check(recording, step, name)
        assert len(explanation.inputs) == (20, 4)[step - 1]
    if rate == 0:
        np.testing.assert_array_equal(explanation.inputs, x[recording.batch(2)])


@pytest.fixture(scope="module")
def batchnorm():
    layers = [Dense(3, 4, rng=np.random.default_rng(0)), tl.BatchNorm(4), Dense(4, 1, rng=np.random.default_rng(0))]
    return recorded(layers, X, Y, SGD(0.1))


@pytest.mark.parametrize(("step", "name", "message"), [
    (7, "dense_3.w[0, 0]", r"explain: 'dense_3\.w\[0, 0\]' was not recorded, only dense_1\.w, "),
    (7, "dense_1.w[3, 0]", r"there is no 'dense_1\.w\[3, 0\]': dense_1\.w has shape \(3, 4\)"),
    (7, "dense_1.w[0][0]", r"must have one pair of brackets, .*; write 'dense_1\.w\[0, 0\]'"),
    *((7, name, r"explain: name must have an index, such as 'dense_1\.w\[0, 0\]', got ")
      for name in ("dense_1.w", "dense_1.w[1-2]", "[0]", f"dense_1.w[{'9' * 5000}, 0]", None)),
    (7, "batchnorm_1.mean[0]", r"explain: batchnorm_1\.mean is state, not a parameter"),
    (10**6, "dense_1.w[0, 0]", "step 1000000 is not in this recording"),
], ids=lambda value: str(value)[:30])  # fmt: skip
def test_refuses_what_is_no_update_or_no_number_of_the_model(batchnorm, step, name, message):
    with pytest.raises(ValueError, match=message):
        batchnorm.explain(step, name)


def test_counts_an_index_from_the_end_too_and_does_not_mind_spaces(batchnorm):
    told = batchnorm.explain(5, "dense_1.w[0, 3]")
    for name in ("dense_1.w[-3, -1]", "dense_1.w[0,3]", " dense_1.w[ 0 , 3 ]"):
        assert str(batchnorm.explain(5, name)) == str(told)
    assert (told.name, told.index) == ("dense_1.w[0, 3]", (0, 3))


@pytest.mark.parametrize(("name", "value"), [("x", 7.0), ("y", 0.5), ("callback", 0.25)])
def test_refuses_what_was_changed_since_or_by_a_callback(name, value):
    def push(update):
        update.model.parameters[...] += value

    parts = small_parts()
    recording = recorded(**parts, optimizer=SGD(0.1), callbacks=[push] * (name == "callback"))
    seen = next(step for step in recording.steps[1:].tolist() if 0 in recording.batch(step))
    if name in parts:
        parts[name][0] = value
    for step in (seen,) if name in parts else (2, 3, 4):
        message = rf"replaying update {step} gives a different dense_\d\.\w\. .* a callback changed the model"
        with pytest.raises(ValueError, match=message):
            recording.explain(step, "dense_1.w[0, 0]")


def test_knows_of_parameters_that_were_set_between_two_fits():
    """The records do not know of it; the recorder does."""
    recorder = tl.Recorder(model := dense())
    settings = {"loss": tl.MeanSquaredError(), "optimizer": SGD(0.1), "epochs": 2, "callbacks": [recorder]}
    for parameters in (model.parameters, np.full(4, 0.5)):
        model.parameters = parameters
        tl.fit(model, X, Y, **settings)
    for step in (1, 2, 3, 4):
        explanation = recorder.recording.explain(step, "dense_1.w[0, 0]")
        assert explanation.terms[-1].value == explanation.new == recorder.recording["dense_1.w"][step, 0, 0]
