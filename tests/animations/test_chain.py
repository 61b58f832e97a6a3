"""The chain against truth: terms add up to the recorded numbers, slopes equal measured ones, in every layer."""

import math
import re

import numpy as np
import pytest

import tinylearn as tl
from animations.audit.whys import leads_to
from animations.kit.chain import Chain
from animations.why import Code, Sum
from tests.animations.network_helpers import Holder
from tinylearn.layer_table import LAYERS, make_input, make_layer
from tinylearn.layers import convolution, dense

RNG = np.random.default_rng(5)
TABLE, IMAGES = RNG.normal(size=(7, 3)), RNG.normal(size=(5, 6, 5, 2))
NUMBERS, YES, CLASSES = RNG.normal(size=(7, 2)), RNG.integers(2, size=(7, 2)) * 1.0, RNG.integers(3, size=5)
SOFT = RNG.uniform(size=(7, 2))
MSE = tl.MeanSquaredError


class Halved(tl.Layer):
    """A layer of a user's own: half of x passes by, the other half goes through a dense layer inside."""

    def __init__(self, rng):
        self.inner, self.params["scale"] = tl.Dense(4, 4, rng=rng), np.full(4, 1.5)

    def forward(self, x):
        self.f = self.inner.forward(x * 0.5)
        return x * 0.5 + self.params["scale"] * self.f

    def backward(self, dout):
        self.grads["scale"] = (dout * self.f).sum(axis=0)
        scaled = dout * self.params["scale"]
        return dout * 0.5 + self.inner.backward(scaled) * 0.5


class Skip(tl.Layer):
    """A residual connection of a user's own."""

    def __init__(self, rng):
        self.path = [tl.Dense(4, 4, rng=rng), tl.Tanh()]

    def forward(self, x):
        return x + self.path[1].forward(self.path[0].forward(x))

    def backward(self, dout):
        return dout + self.path[0].backward(self.path[1].backward(dout))


class Cubed(tl.Loss):
    """A loss of a user's own."""

    def forward(self, predicted, target):
        self.difference = predicted - target
        return (np.abs(self.difference) ** 3).mean()

    def backward(self):
        return 3 * self.difference * np.abs(self.difference) / self.difference.size


def dense_net(rng):
    return [tl.Dense(3, 5, rng=rng), tl.ReLU(), tl.Dense(5, 4, rng=rng), tl.Tanh(), tl.Dense(4, 2, rng=rng)]


def sigmoid_net(rng):
    return [*dense_net(rng), tl.Sigmoid()]


def own_net(rng):
    return [tl.Dense(3, 4, rng=rng), tl.LeakyReLU(0.1), Halved(rng), tl.Dense(4, 2, rng=rng)]


def skip_net(rng):
    return [tl.Dense(3, 4, rng=rng), Skip(rng), tl.Dense(4, 2, rng=rng)]


def nested_net(rng):
    inner = tl.Sequential([tl.Dense(4, 4, rng=rng), tl.LayerNorm(4), tl.Sigmoid()])
    residual = tl.Residual(tl.Dense(4, 4, rng=rng), tl.Dropout(0.3, rng=rng), tl.Tanh())
    return [tl.Dense(3, 4, rng=rng), tl.BatchNorm(4), residual, inner, tl.Dense(4, 2, rng=rng)]


def conv_net(rng):
    first = [tl.Conv2D(2, 3, 3, padding=1, rng=rng), tl.ReLU(), tl.MaxPool2D(2, stride=1), tl.AveragePool2D(2)]
    return [*first, tl.Conv2D(3, 2, (1, 2), stride=(1, 2), rng=rng), tl.Flatten(), tl.Dense(4, 3, rng=rng)]


def slow_net(rng):
    """The layers that are written to be read."""
    return [convolution.Conv2D(2, 2, 2, stride=2, rng=rng), tl.Flatten(), dense.Dense(12, 3, rng=rng), tl.Softmax()]


def sgd(rate=0.1, **settings):
    return lambda: tl.SGD(rate, **settings)


RUNS = {  # layers, x, y, loss, optimiser
    "dense": (dense_net, TABLE, NUMBERS, MSE, sgd()),
    "momentum": (dense_net, TABLE, NUMBERS, MSE, sgd(0.05, momentum=0.9, weight_decay=0.1)),
    "Adam": (dense_net, TABLE, NUMBERS, MSE, lambda: tl.Adam(0.01)),
    "own layer, RMSprop": (own_net, TABLE, NUMBERS, MSE, lambda: tl.RMSprop(0.01)),
    "own loss": (dense_net, TABLE, NUMBERS, Cubed, sgd(0.01)),
    "nested, logits": (nested_net, TABLE, YES, lambda: tl.BinaryCrossEntropy(True), lambda: tl.Adam(0.01)),
    "own residual": (skip_net, TABLE, NUMBERS, MSE, sgd()),
    "soft targets": (dense_net, TABLE, SOFT, lambda: tl.BinaryCrossEntropy(True), sgd()),
    "sigmoid": (sigmoid_net, TABLE, YES, tl.BinaryCrossEntropy, sgd()),
    "soft sigmoid": (sigmoid_net, TABLE, SOFT, tl.BinaryCrossEntropy, sgd()),
    "images, logits": (conv_net, IMAGES, CLASSES, lambda: tl.CategoricalCrossEntropy(True), lambda: tl.Adam(0.01)),
    "images, softmax": (slow_net, IMAGES, CLASSES, tl.CategoricalCrossEntropy, sgd()),
    "by the sign": (dense_net, TABLE, NUMBERS, MSE, lambda: Signs(0.01)),
    "sorted": (dense_net, TABLE, NUMBERS, MSE, lambda: Sorted(0.01)),
}


class Signs(tl.Optimizer):
    """It steps by the sign alone, which is no arithmetic in Python's notation."""

    change = np.sign

    def step(self, parameters, gradients):
        parameters -= self.learning_rate * type(self).change(gradients)


class Sorted(Signs):
    """It cannot be followed."""

    change = np.sort


def run(name, dtype=np.float64, path=None, batch_size=4, select=None, **settings):
    """Return a new recording of a few updates."""
    layers, x, y, loss, optimizer = RUNS[name]
    rng = np.random.default_rng(1)
    model = tl.Sequential(layers(rng), dtype)
    given = {"loss": loss(), "optimizer": optimizer(), "epochs": 3, "batch_size": batch_size, "rng": rng}
    with tl.Recorder(model, path, select=select) as recorder:
        tl.fit(model, x, y, callbacks=[recorder], **given | settings)
    return recorder.recording


def follow(chain, gid, step, most=400):
    """Ask a number and all that it leads to; return gid → explanation. Nothing of it is wrong."""
    told, problems, waiting = {}, [], [(gid, math.nan)]
    while waiting and len(told) < most:
        gid, value = waiting.pop()
        if gid not in told:
            told[gid] = chain.why(gid, step)
            if told[gid] is None:
                problems.append(f"{gid} is not known")
                continue
            waiting += leads_to(told[gid])
            problems += told[gid].faults()
        if not (math.isnan(value) or value == told[gid].value or math.isclose(value, told[gid].value, rel_tol=1e-6)):
            problems.append(f"{gid} is {value} where it is used, and {told[gid].value} where it is explained")
    assert problems == []
    return told


def gids(shape, name):
    return {index: f"{name}[{','.join(map(str, index))}]" for index in np.ndindex(*shape)}


def codes(why):
    return [part for part in why.parts if isinstance(part, Code)]


@pytest.mark.parametrize("name", RUNS)
def test_explains_every_number_of_an_update_and_leads_back(name):
    """The terms of a gradient add up to the recorded one."""
    recording = run(name, np.float32 if [*RUNS].index(name) % 2 else np.float64)
    chain, step = Chain(recording), int(recording.steps[-2])
    for parameter in recording.names:
        for index, gid in [*gids(recording.shapes[parameter], parameter).items()][::5]:
            assert follow(chain, gid, step, most=40)[gid].value == recording.at(step)[parameter][index]
    told = follow(chain, "loss", step)
    assert told["loss"].value == pytest.approx(float(recording.losses[-2]), rel=1e-6)
    assert any(gid.startswith(("x[", "in.")) for gid in told) or isinstance(told["loss"].parts[0], Code)
    for parameter, gradient in recording.gradients(step).items():
        for index, gid in gids(gradient.shape, f"gradient.{parameter}").items():
            why = chain.why(gid, step)
            assert why.value == gradient[index]
            part = next(part for part in why.parts if not isinstance(part, Code))
            made_of = math.fsum(term.value for term in part.terms) if isinstance(part, Sum) else part.sides()[0]
            added = [abs(term.value) for term in part.terms] if isinstance(part, Sum) else [part.size()]
            assert made_of == pytest.approx(float(gradient[index]), rel=1e-4, abs=1e-6 * sum(added) + 1e-12)


def test_explains_a_dout_by_the_measured_slope_and_says_which_neurons_are_off():
    """A bias moves its layer's output, and the loss with it as dout says, in all rows together."""
    recording = run("dense", batch_size=7)
    chain, model = Chain(recording), recording.origins[0].training.model
    for name in ("dense_1", "dense_2", "dense_3"):
        for unit in range(recording.shapes[f"{name}.b"][0]):
            losses = []
            for h in (1e-6, -1e-6):
                recording.restore(model, 2)
                model.named_parameters()[f"{name}.b"][unit] += h
                losses.append(MSE().forward(model.predict(TABLE), NUMBERS))
            slope = sum(chain.why(f"dout.{name}[{row},{unit}]", 3).value for row in range(7))
            assert slope == pytest.approx((losses[0] - losses[1]) / 2e-6, rel=1e-5, abs=1e-8)
    asked = [chain.why(gid, 3) for gid in gids((7, 5), "dout.dense_1").values()]
    assert {round(abs(why.value), 9) > 0: why.parts[-1].words for why in asked} == {
        True: "dout · slope; the slope is 1: the ReLU is on",
        False: "dout · slope; the slope is 0: the ReLU is off and stops the gradient",
    }, "some are on, some off"


@pytest.mark.parametrize("name", LAYERS)
def test_tells_out_and_dx_of_each_layer_of_the_table(name):
    rng = np.random.default_rng(2)
    x = make_input(name, rng)
    model = tl.Sequential([Holder({"scale": (1,)}), make_layer(name, rng)])  # without parameters nothing is recorded
    shape, recorder = model.forward(x).shape, tl.Recorder(model)
    tl.fit(model, x, rng.normal(size=shape), loss=MSE(), optimizer=tl.SGD(0.01), epochs=2, batch_size=len(x),
           callbacks=[recorder], shuffle=False)  # fmt: skip
    chain, inner = Chain(recorder.recording), model.layer_names[-1]
    for asked in (gids(shape, f"out.{inner}"), gids(x.shape, f"dx.{inner}")):
        for gid in [*asked.values()][:: max(1, len(asked) // 8)]:
            assert follow(chain, gid, 2, most=25)


def test_shows_the_lines_of_a_custom_layer():
    chain = Chain(run("own layer, RMSprop"))
    (code,) = codes(chain.why("dx.halved_1[0,1]", 4))
    assert re.fullmatch(r"Halved\.backward, in (tests/animations/)?test_chain\.py", code.title)
    assert [text for text, _ in code.lines] == [
        'scaled = dout * self.params["scale"]',
        "return dout * 0.5 + self.inner.backward(scaled) * 0.5",
    ]
    assert code.lines[0][1] == "scaled: shape (3, 4)"
    line, here = chain.why("gradient.halved_1.scale[2]", 4).parts[-1].lines[0]
    assert line == 'self.grads["scale"] = (dout * self.f).sum(axis=0)'
    assert re.fullmatch(r"here -?[\d.e-]+", here)
    (held,) = codes(chain.why("dout.halved_1.dense_1[0,1]", 4))
    assert held.title.startswith("Halved.backward")


def test_recognises_a_custom_residual_as_a_sum():
    """Nothing declares this: the numbers are such a sum in every row and place."""
    chain = Chain(run("own residual", np.float32))
    assert [*chain.why("out.skip_1[1,2]", 3).asked()] == ["out.dense_1[1,2]", "out.skip_1.tanh_1[1,2]"]
    assert [*chain.why("dout.dense_1[1,2]", 3).asked()] == ["dout.skip_1[1,2]", "dx.skip_1.dense_1[1,2]"]


def test_explains_only_the_start_before_the_first_update_and_nothing_that_is_not_there():
    chain = Chain(run("dense"))
    assert "usually at random" in chain.why("dense_1.w[0,0]", 0).parts[0].words
    assert "starts with the same value" in chain.why("dense_1.b[0]", 0).parts[0].words
    assert [chain.why(gid, 0) for gid in ("loss", "dout.dense_1[0,0]", "gradient.dense_1.w[0,0]")] == [None] * 3
    for gid in ("dense_9.w[0,0]", "dense_1.w[9,0]", "dense_1.w", "dout.dense_1[0,9]", "dout.nobody[0]", "x[9,9]", "",
                "gradient.dense_1.w[0]", "row99.gradient.dense_1.w[0,0]", "w[", "loss[99]"):  # fmt: skip
        assert chain.why(gid, 2) is None


def test_shows_many_rows_as_the_largest_bars_and_the_rest(monkeypatch):
    x = np.random.default_rng(0).normal(size=(300, 1))
    monkeypatch.setitem(RUNS, "many", (lambda rng: [tl.Dense(1, 1, rng=rng)], x, 2 * x, MSE, sgd()))
    part = Chain(run("many", batch_size=300)).why("gradient.dense_1.w[0,0]", 1).parts[0]
    assert (len(part.terms), part.labels[-1]) == (40, "the other 261 together")
    sizes = [abs(term.value) for term in part.terms[:-1]]
    assert sizes == sorted(sizes, reverse=True)


def test_says_if_a_recording_does_not_know_how_it_was_made(tmp_path):
    run("dense", path=tmp_path / "run")
    loaded = tl.Recording.load(tmp_path / "run")
    why = Chain(loaded).why("dense_1.w[0,0]", 2)
    assert why.value == loaded.at(2)["dense_1.w"][0, 0]
    assert "its origin is unknown" in why.parts[0].words
    assert Chain(loaded).why("dout.dense_1[0,0]", 2) is None
    layers, x, y, loss, optimizer = RUNS["dense"]
    model = tl.Sequential(layers(np.random.default_rng(1)))
    knowing = loaded.with_training(model=model, x=x, y=y, loss=loss(), optimizer=optimizer())
    assert Chain(knowing).why("dense_1.w[0,0]", 2).parts[-1].arithmetic.endswith(f"= {why.value}")


def test_explains_a_custom_optimizer_in_words_where_python_has_none():
    signs, sort = (Chain(run(name)).why("dense_1.w[0,0]", 3) for name in ("by the sign", "sorted"))
    assert signs.parts[-1].words == "the parameter: p = p − learning_rate · sign(g)"
    assert "made it from both; its arithmetic cannot be shown: " in sort.parts[-1].words
    assert [*signs.asked()] == [*sort.asked()] == ["gradient.dense_1.w[0,0]", "before.dense_1.w[0,0]"]


def test_explains_the_last_updates_of_a_training_that_diverged():
    model = tl.Sequential(dense_net(np.random.default_rng(1)), np.float32)
    recorder = tl.Recorder(model)
    with pytest.raises(tl.DivergenceError):
        tl.fit(model, TABLE, 100 * NUMBERS, loss=MSE(), optimizer=tl.SGD(10.0), epochs=200, callbacks=[recorder])
    for gid in ("dense_3.w[0,1]", "gradient.dense_1.w[0,0]", "loss", "dout.dense_2[0,0]"):
        follow(Chain(recorder.recording), gid, int(recorder.recording.steps[-1]), most=80)


def test_shows_two_workers_the_rows_of_one_batch(monkeypatch):
    monkeypatch.setattr("tinylearn.workers.SMALL", 0)
    recording = run("dense", batch_size=5, workers=2)
    for gid in ("gradient.dense_1.w[0,1]", "loss", "dout.dense_1[4,3]", "dense_2.b[1]"):
        follow(chain := Chain(recording), gid, 3)
    assert [chain.why(f"x[{row},0]", 3).value for row in range(5)] == TABLE[recording.batch(3), 0].tolist()


def test_follows_a_parameter_that_was_not_recorded():
    chain = Chain(run("dense", select=["dense_1.w"]))
    follow(chain, "dense_1.w[0,0]", 2, most=100)
    assert chain.why("dense_3.b[0]", 2) is None
    assert chain.why("before.dense_3.b[0]", 2).value != 0
