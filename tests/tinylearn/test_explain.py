"""An update explained: the printed arithmetic, read back and computed, is the recorded number, bit for bit."""

import copy
import re

import numpy as np
import pytest

from tests.tinylearn.layer_table import LAYERS, make_input, make_layer
from tinylearn import (
    SGD,
    Adam,
    BinaryCrossEntropy,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MeanSquaredError,
    Recorder,
    ReLU,
    RMSprop,
    Sequential,
    Sigmoid,
    fit,
)
from tinylearn.optimizers import Optimizer

OPTIMIZERS = {
    "SGD": lambda: SGD(0.001),
    "momentum": lambda: SGD(0.001, momentum=0.9),
    "RMSprop": lambda: RMSprop(0.003),
    "Adam": lambda: Adam(0.003),
}
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


def compute(text, dtype):
    """Return what a printed expression gives, typed as the text says: each float32 as np.float32(…)."""
    if dtype == np.float32:
        text = re.sub(r"(?<![\w.])\d[\d.]*(e[+-]\d+)?", r"float32(\g<0>)", text)
    value = eval(text, {"float32": np.float32, "sqrt": np.sqrt, "__builtins__": {}})
    assert isinstance(value, np.float32 if dtype == np.float32 else float)
    return dtype(value)


def check_text(explanation, dtype):
    """Read the printed text as a reader would: each line of numbers gives the next, the last one the new value."""
    text = str(explanation)
    assert ("np.float32(…)" in text.split("\n")[1]) == (dtype == np.float32)
    known = {"g": dtype(re.search(r"^  g = (\S+)", text, re.M)[1])}
    known |= {"t": explanation.step} if "\n  t = " in text else {}
    constants, update = text.split("p, the parameter", 1)
    for part, kind in ((constants, np.float64), (update, dtype)):
        blocks = re.findall(r"^  (\w+) = ([^\n]+)\n   +=([^\n]+)\n   +=([^\n]+)$", part, re.M)
        assert blocks or part is constants, text
        for name, formula, in_numbers, value in blocks:
            result = compute(in_numbers.strip(), kind)
            assert result.tobytes() == kind(value).tobytes()
            for word, used in known.items():  # a number that was computed above stands where its name does
                if re.search(rf"\b{word}\b", formula) and word != name:
                    assert str(used if part is constants else dtype(used)) in in_numbers
            known[name] = result
    before, after = re.search(r"^recorded: (\S+) before, (\S+) after$", text, re.M).groups()
    assert dtype(before).tobytes() == explanation.old.tobytes()
    assert known["p"].tobytes() == dtype(after).tobytes() == explanation.new.tobytes()
    printed = re.findall(r"^  row (\d+): (?:(.+ \* .+) = )?(\S+)$", text, re.M)
    for (row, product, share), expected in zip(printed, explanation.rows, strict=False):
        assert int(row) == expected
        assert not product or compute(product, dtype).tobytes() == dtype(share).tobytes()


def check(recording, explanation, dtype):
    """Compare data and text with the recording, and the gradient with what its rows add."""
    name, index, step = explanation.parameter, explanation.index, explanation.step
    assert explanation.old.tobytes() == recording.at(step - 1)[name][index].tobytes()
    assert explanation.new.tobytes() == recording.at(step)[name][index].tobytes()
    size = float(np.abs(explanation.shares).sum())
    assert explanation.shares.sum() == pytest.approx(float(explanation.gradient), abs=1e-5 * size + 1e-30)
    check_text(explanation, dtype)


def recorded(layers, x, y, optimizer, dtype=np.float64, loss=None, **settings):
    model = Sequential(layers, dtype)
    recorder = Recorder(model)
    given = {
        "loss": loss or MeanSquaredError(),
        "epochs": 4,
        "batch_size": 2,
        "rng": np.random.default_rng(1),
    } | settings
    fit(model, x, y, optimizer=optimizer, callbacks=[recorder], **given)
    return model, recorder.recording


def small_run(optimizer, dtype=np.float64, **settings):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(9, 3)), rng.random((9, 1)).round()
    layers = [Dense(3, 4, rng=rng), ReLU(), Dense(4, 1, rng=rng), Sigmoid()]
    model, recording = recorded(layers, x, y, optimizer, dtype, loss=BinaryCrossEntropy(), **settings)
    return model, recording, x, y, BinaryCrossEntropy()


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
    np.testing.assert_allclose(explanation.shares, by_hand[:, 0], rtol=1e-12)


def test_a_large_batch_is_printed_in_part_and_kept_whole():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 3)), rng.normal(size=(50, 1))
    model, recording = recorded([Dense(3, 1, rng=rng)], x, y, SGD(0.1), batch_size=50)
    explanation = recording.explain(model, 2, "dense_1.w", (2, 0), x, y, MeanSquaredError(), SGD(0.1))
    assert explanation.shares.shape == (50,)
    assert f"  42 more rows: {explanation.shares[8:].sum()!s}" in str(explanation).split("\n")


# --- randomness, workers, folders -------------------------------------------------------------------------------------


def made_with_dropout(seed=3):
    rng = np.random.default_rng(seed)
    return [Dense(3, 8, rng=rng), ReLU(), Dropout(0.5, rng=rng), Dense(8, 1, rng=rng)], rng


@pytest.mark.parametrize("augment", [None, lambda x, rng: x + rng.normal(size=x.shape)])
@pytest.mark.parametrize("batch_size", [2, 9])
def test_dropout_and_augmentation_are_drawn_again(augment, batch_size):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(9, 3)), rng.normal(size=(9, 1))
    layers, rng = made_with_dropout()
    settings = {"batch_size": batch_size, "augment": augment}
    _, recording = recorded(layers, x, y, Adam(0.01), rng=rng, **settings)
    for step in (1, 2, int(recording.steps[-1])):
        layers, rng = made_with_dropout()
        model = Sequential(layers)
        explanation = recording.explain(
            model, step, "dense_2.w", (3, 0), x, y, MeanSquaredError(), Adam(0.01), augment=augment, rng=rng
        )
        check(recording, explanation, np.float64)
    layers, _ = made_with_dropout(seed=4)
    with pytest.raises(ValueError, match=r"update 1, replayed, makes another dense_\d\.w than the recorded one"):
        recording.explain(
            Sequential(layers), 2, "dense_2.w", (3, 0), x, y, MeanSquaredError(), Adam(0.01), augment=augment, rng=rng
        )


def test_two_workers(monkeypatch):
    monkeypatch.setattr("tinylearn.workers.SMALL", 0)
    optimizer = Adam(0.01)
    model, recording, x, y, loss = small_run(optimizer, np.float32, workers=2, batch_size=5)
    explanation = recording.explain(model, 6, "dense_1.w", (0, 1), x, y, loss, optimizer, workers=2)
    check(recording, explanation, np.float32)


def test_a_recording_of_a_folder_and_its_files_stay_as_they_are(tmp_path):
    from tinylearn import Recording

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(9, 3)), rng.normal(size=(9, 1))
    model = Sequential([Dense(3, 1, rng=rng)])
    fit(
        model,
        x,
        y,
        loss=MeanSquaredError(),
        optimizer=RMSprop(),
        epochs=3,
        callbacks=[Recorder(model, tmp_path / "run")],
    )
    files = {path: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    recording = Recording.load(tmp_path / "run")
    check(recording, recording.explain(model, 3, "dense_1.w", (2, 0), x, y, MeanSquaredError(), RMSprop()), np.float64)
    assert {path: path.read_bytes() for path in (tmp_path / "run").iterdir()} == files


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


# --- an optimiser of one's own ----------------------------------------------------------------------------------------


class Sign(Optimizer):
    """A stranger's optimiser, with a setting and a memory of its own."""

    def __init__(self, size, every=2):
        super().__init__(size)
        self.every, self.count = every, 0

    def step(self, parameters, gradients):
        self.count += 1
        if self.count % self.every == 0:
            parameters -= self.learning_rate * np.sign(gradients)


class Clipped(SGD):
    """It inherits an arithmetic that is not its own."""

    def step(self, parameters, gradients):
        super().step(parameters, np.clip(gradients, -1e-3, 1e-3))


@pytest.mark.parametrize("make", [lambda: Sign(0.01, every=3), lambda: Clipped(0.1)])
def test_an_optimizer_without_arithmetic_shows_the_numbers_alone(make):
    optimizer = make()
    model, recording, x, y, loss = small_run(optimizer)
    explanation = recording.explain(model, 6, "dense_2.b", 0, x, y, loss, optimizer)
    assert explanation.terms == ()
    assert "its arithmetic is not told" in str(explanation)
    assert str(explanation).endswith(f"recorded: {explanation.old!s} before, {explanation.new!s} after")
    assert explanation.new == recording.at(6)["dense_2.b"][0] != recording.at(5)["dense_2.b"][0]


# --- what cannot be explained -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run():
    return small_run(SGD(0.1))


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"name": "dense_3.w"}, ValueError, r"explain: the model has no parameter 'dense_3\.w', only dense_1\.w, "),
        ({"index": (3, 0)}, ValueError, r"dense_1\.w has shape \(3, 4\), there is no number at \(3, 0\)"),
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


def thinned(optimizer, **choice):
    rng = np.random.default_rng(0)
    x, model = rng.normal(size=(9, 3)), Sequential([Dense(3, 1, rng=rng)])
    recorder = Recorder(model, **choice)
    fit(model, x, x[:, :1], loss=MeanSquaredError(), optimizer=optimizer, epochs=12, callbacks=[recorder])
    return lambda step: recorder.recording.explain(
        model, step, "dense_1.w", (0, 0), x, x[:, :1], MeanSquaredError(), optimizer
    )


def test_an_update_that_was_not_kept_is_refused():
    """Without a memory two records that follow each other are enough."""
    kept = (0, 5, 6, 9)
    explain = thinned(SGD(0.1), every=lambda step: step in kept)
    assert explain(6).step == 6
    with pytest.raises(ValueError, match="step 8 is not in this recording, and it is where the update began; record"):
        explain(9)
    with pytest.raises(
        ValueError, match=r"step 1 is not in .*, and what Adam.* remembers at update 6 needs all updates"
    ):
        thinned(Adam(), every=lambda step: step in kept)(6)
    with pytest.raises(ValueError, match=r"dense_1\.b was not recorded, only dense_1\.w; an update depends on all"):
        thinned(SGD(0.1), select="dense_1.w")(6)
