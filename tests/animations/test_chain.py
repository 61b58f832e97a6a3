"""The chain against truth: terms add up to the recorded numbers, slopes equal measured ones, in every layer."""

import itertools
import math
import re

import numpy as np
import pytest

import tinylearn as tl
from animations.audit.whys import leads_to
from animations.kit.chain import Chain
from animations.why import Code, Sum
from tinylearn.layer_table import LAYERS, make_input, make_layer
from tinylearn.layers import convolution, dense

RNG = np.random.default_rng(5)
TABLE, IMAGES = RNG.normal(size=(7, 3)), RNG.normal(size=(5, 6, 5, 2))
NUMBERS, YES, CLASSES = RNG.normal(size=(7, 2)), RNG.integers(2, size=(7, 2)) * 1.0, RNG.integers(3, size=5)
SOFT = RNG.uniform(size=(7, 2))


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


class Cubed(tl.Loss):
    """A loss of a user's own."""

    def forward(self, predicted, target):
        self.difference = predicted - target
        return (np.abs(self.difference) ** 3).mean()

    def backward(self):
        return 3 * self.difference * np.abs(self.difference) / self.difference.size


def dense_net(rng):
    return [tl.Dense(3, 5, rng=rng), tl.ReLU(), tl.Dense(5, 4, rng=rng), tl.Tanh(), tl.Dense(4, 2, rng=rng)]


def own_net(rng):
    return [tl.Dense(3, 4, rng=rng), tl.LeakyReLU(0.1), Halved(rng), tl.Dense(4, 2, rng=rng)]


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


PLAIN = (dense_net, TABLE, NUMBERS, tl.MeanSquaredError)
RUNS = {
    "dense, SGD": (*PLAIN, lambda: tl.SGD(0.1)),
    "dense, momentum": (*PLAIN, lambda: tl.SGD(0.05, momentum=0.9, weight_decay=0.1)),
    "dense, Adam": (*PLAIN, lambda: tl.Adam(0.01)),
    "own layer, RMSprop": (own_net, TABLE, NUMBERS, tl.MeanSquaredError, lambda: tl.RMSprop(0.01)),
    "own loss": (dense_net, TABLE, NUMBERS, Cubed, lambda: tl.SGD(0.01)),
    "nested, logits": (nested_net, TABLE, YES, lambda: tl.BinaryCrossEntropy(True), lambda: tl.Adam(0.01)),
    "soft targets": (dense_net, TABLE, SOFT, lambda: tl.BinaryCrossEntropy(True), lambda: tl.SGD(0.1)),
    "sigmoid": (lambda rng: [*dense_net(rng), tl.Sigmoid()], TABLE, YES, tl.BinaryCrossEntropy, lambda: tl.SGD(0.1)),
    "soft sigmoid": (lambda rng: [*dense_net(rng), tl.Sigmoid()], TABLE, SOFT, tl.BinaryCrossEntropy,
                     lambda: tl.SGD(0.1)),
    "images, logits": (conv_net, IMAGES, CLASSES, lambda: tl.CategoricalCrossEntropy(True), lambda: tl.Adam(0.01)),
    "images, softmax": (slow_net, IMAGES, CLASSES, tl.CategoricalCrossEntropy, lambda: tl.SGD(0.1)),
}  # fmt: skip
KINDS = [
    *zip(RUNS, itertools.cycle([np.float64, np.float32]), strict=False)
]  # both see SGD, Adam, dense layers and images


def run(name, dtype, batch_size=4):
    """Return a new recording of a few updates."""
    layers, x, y, loss, optimizer = RUNS[name]
    rng = np.random.default_rng(1)
    model = tl.Sequential(layers(rng), dtype)
    recorder = tl.Recorder(model)
    tl.fit(model, x, y, loss=loss(), optimizer=optimizer(), epochs=3, batch_size=batch_size, rng=rng,
           callbacks=[recorder])  # fmt: skip
    return recorder.recording


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: f"{kind[0]}, {kind[1].__name__}")
def recording(request):
    return run(*request.param)


def follow(chain, gid, step, most=400):
    """Ask a number and all that it leads to; return gid → explanation, and all faults."""
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
    return told, problems


def test_explains_every_number_of_an_update_and_leads_back(recording):
    chain, step = Chain(recording), int(recording.steps[-2])
    for name in recording.names:
        for index in list(np.ndindex(*recording.shapes[name]))[::5]:
            gid = f"{name}[{','.join(map(str, index))}]"
            told, problems = follow(chain, gid, step, most=40)
            assert problems == []
            assert told[gid].value == recording.at(step)[name][index]
    told, problems = follow(chain, "loss", step)
    assert problems == []
    assert told["loss"].value == pytest.approx(float(recording.losses[-2]), rel=1e-6)
    assert any(gid.startswith(("x[", "in.")) for gid in told) or isinstance(told["loss"].parts[0], Code)


def test_adds_the_terms_of_a_gradient_up_to_the_recorded_one(recording):
    chain, step = Chain(recording), int(recording.steps[-1])
    for name, gradient in recording.gradients(step).items():
        for index in np.ndindex(*gradient.shape):
            why = chain.why(f"gradient.{name}[{','.join(map(str, index))}]", step)
            assert why.value == gradient[index]
            part = next(part for part in why.parts if not isinstance(part, Code))
            made_of = math.fsum(term.value for term in part.terms) if isinstance(part, Sum) else part.sides()[0]
            added = [abs(term.value) for term in part.terms] if isinstance(part, Sum) else [part.size()]
            assert made_of == pytest.approx(float(gradient[index]), rel=1e-4, abs=1e-6 * sum(added) + 1e-12)


def test_explains_a_dout_by_the_measured_slope():
    """Check that a bias moves its layer's output, and the loss with it as dout says, in all rows together."""
    recording = run("dense, SGD", np.float64, batch_size=7)
    chain, model = Chain(recording), recording.origins[0].training.model
    for name in ("dense_1", "dense_2", "dense_3"):
        for unit in range(recording.shapes[f"{name}.b"][0]):
            losses = []
            for h in (1e-6, -1e-6):
                recording.restore(model, 2)
                model.named_parameters()[f"{name}.b"][unit] += h
                losses.append(tl.MeanSquaredError().forward(model.predict(TABLE), NUMBERS))
            slope = sum(chain.why(f"dout.{name}[{row},{unit}]", 3).value for row in range(7))
            assert slope == pytest.approx((losses[0] - losses[1]) / 2e-6, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("name", LAYERS)
def test_tells_out_and_dx_of_each_layer_of_the_table(name):
    rng = np.random.default_rng(2)
    x = make_input(name, rng)
    model = tl.Sequential([Scale(), make_layer(name, rng)])  # a model without parameters records nothing
    shape, recorder = model.forward(x).shape, tl.Recorder(model)
    tl.fit(model, x, rng.normal(size=shape), loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.01), epochs=2,
           batch_size=len(x), callbacks=[recorder], shuffle=False)  # fmt: skip
    chain, inner = Chain(recorder.recording), model.layer_names[-1]
    outs, dxs = (list(np.ndindex(*each)) for each in (shape, x.shape))
    for gid, indices in ((f"out.{inner}", outs), (f"dx.{inner}", dxs)):
        for index in indices[:: max(1, len(indices) // 8)]:
            told, problems = follow(chain, f"{gid}[{','.join(map(str, index))}]", 2, most=25)
            assert problems == []
            assert told


class Scale(tl.Layer):
    def __init__(self):
        self.params["scale"] = np.array([1.0])

    def forward(self, x):
        self.x = x
        return x * self.params["scale"]

    def backward(self, dout):
        self.grads["scale"] = np.array([(dout * self.x).sum()])
        return dout * self.params["scale"]


def test_shows_the_lines_of_a_custom_layer():
    chain = Chain(run("own layer, RMSprop", np.float64))
    (code,) = (part for part in chain.why("dx.halved_1[0,1]", 4).parts if isinstance(part, Code))
    assert re.fullmatch(r"Halved\.backward, in (tests/animations/)?test_chain\.py", code.title)
    assert [text for text, _ in code.lines] == [
        'scaled = dout * self.params["scale"]',
        "return dout * 0.5 + self.inner.backward(scaled) * 0.5",
    ]
    assert code.lines[0][1] == "scaled: shape (3, 4)"
    code = chain.why("gradient.halved_1.scale[2]", 4).parts[-1]
    assert code.lines[0][0] == 'self.grads["scale"] = (dout * self.f).sum(axis=0)'
    assert re.fullmatch(r"here -?[\d.e-]+", code.lines[0][1])
    (held,) = (part for part in chain.why("dout.halved_1.dense_1[0,1]", 4).parts if isinstance(part, Code))
    assert held.title.startswith("Halved.backward")


class Skip(tl.Layer):
    """A residual connection of a user's own."""

    def __init__(self, rng):
        self.path = [tl.Dense(4, 4, rng=rng), tl.Tanh()]

    def forward(self, x):
        return x + self.path[1].forward(self.path[0].forward(x))

    def backward(self, dout):
        return dout + self.path[0].backward(self.path[1].backward(dout))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_recognises_a_custom_residual_as_a_sum(dtype, monkeypatch):
    """Nothing declares this: the numbers are such a sum in every row and place."""
    net = (lambda rng: [tl.Dense(3, 4, rng=rng), Skip(rng), tl.Dense(4, 2, rng=rng)], *PLAIN[1:], lambda: tl.SGD(0.1))
    monkeypatch.setitem(RUNS, "skip", net)
    recording = run("skip", dtype)
    chain = Chain(recording)
    out, dout = chain.why("out.skip_1[1,2]", 3), chain.why("dout.dense_1[1,2]", 3)
    assert [*out.asked()] == ["out.dense_1[1,2]", "out.skip_1.tanh_1[1,2]"]
    assert [*dout.asked()] == ["dout.skip_1[1,2]", "dx.skip_1.dense_1[1,2]"]
    for gid in ("loss", "gradient.skip_1.dense_1.w[0,1]", "gradient.dense_1.w[2,3]"):
        assert follow(chain, gid, 3)[1] == []


def test_says_which_neurons_are_off():
    recording = run("dense, SGD", np.float64)
    chain = Chain(recording)
    said = {round(abs(why.value), 9) > 0: why.parts[-1].words for why in
            (chain.why(f"dout.dense_1[{row},{unit}]", 1) for row in range(4) for unit in range(5))}  # fmt: skip
    assert said == {
        True: "dout · slope; the slope is 1: the ReLU is on",
        False: "dout · slope; the slope is 0: the ReLU is off and stops the gradient",
    }, "some are on, some off"


def test_explains_only_the_start_before_the_first_update():
    recording = run("dense, SGD", np.float64)
    chain = Chain(recording)
    assert "usually at random" in chain.why("dense_1.w[0,0]", 0).parts[0].words
    assert "starts with the same value" in chain.why("dense_1.b[0]", 0).parts[0].words
    assert [chain.why(gid, 0) for gid in ("loss", "dout.dense_1[0,0]", "gradient.dense_1.w[0,0]")] == [None] * 3


def test_answers_all_numbers_of_a_step_with_one_replay(monkeypatch):
    from tinylearn.analysis import every_layer

    calls = []
    replay = every_layer.replay
    monkeypatch.setattr(every_layer, "replay", lambda *given: calls.append(given) or replay(*given))
    chain = Chain(run("dense, Adam", np.float64))
    for row, unit in np.ndindex(3, 5):
        assert chain.why(f"gradient.dense_1.w[{row},{unit}]", 3).faults() == []
        assert chain.why(f"dout.dense_1[{row},{unit}]", 3).faults() == []
    assert len(calls) == 1


def test_shows_many_rows_as_the_largest_bars_and_the_rest():
    x = np.random.default_rng(0).normal(size=(300, 1))
    model = tl.Sequential([tl.Dense(1, 1, rng=np.random.default_rng(0))])
    recorder = tl.Recorder(model)
    tl.fit(model, x, 2 * x, loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.1), epochs=1, batch_size=300,
           callbacks=[recorder])  # fmt: skip
    part = Chain(recorder.recording).why("gradient.dense_1.w[0,0]", 1).parts[0]
    assert len(part.terms) == 40
    assert part.labels[-1] == "the other 261 together"
    sizes = [abs(term.value) for term in part.terms[:-1]]
    assert sizes == sorted(sizes, reverse=True)


def test_says_if_a_recording_does_not_know_how_it_was_made(tmp_path):
    layers, x, y, loss, optimizer = RUNS["dense, SGD"]
    model = tl.Sequential(layers(np.random.default_rng(1)))
    with tl.Recorder(model, tmp_path / "run") as recorder:
        tl.fit(model, x, y, loss=loss(), optimizer=optimizer(), epochs=2, callbacks=[recorder])
    loaded = tl.Recording.load(tmp_path / "run")
    why = Chain(loaded).why("dense_1.w[0,0]", 2)
    assert why.value == loaded.at(2)["dense_1.w"][0, 0]
    assert "its origin is unknown" in why.parts[0].words
    assert Chain(loaded).why("dout.dense_1[0,0]", 2) is None
    knowing = loaded.with_training(model=tl.Sequential(layers(np.random.default_rng(1))), x=x, y=y, loss=loss(),
                                   optimizer=optimizer())  # fmt: skip
    assert Chain(knowing).why("dense_1.w[0,0]", 2).parts[-1].arithmetic.endswith(f"= {why.value}")


class Signs(tl.Optimizer):
    """It steps by the sign alone, which is no arithmetic in Python's notation."""

    def step(self, parameters, gradients):
        parameters -= self.learning_rate * np.sign(gradients)


class Sorted(tl.Optimizer):
    """It cannot be followed."""

    def step(self, parameters, gradients):
        parameters -= self.learning_rate * np.sort(gradients)


@pytest.mark.parametrize(
    ("optimizer", "said"),
    [
        (Signs, r"the parameter: p = p − learning_rate · sign\(g\)"),
        (Sorted, "Sorted(.*) made it from both; its arithmetic cannot be shown: .*"),
    ],
)
def test_explains_a_custom_optimizer_in_words_where_python_has_none(optimizer, said, monkeypatch):
    monkeypatch.setitem(RUNS, "own", (dense_net, TABLE, NUMBERS, tl.MeanSquaredError, lambda: optimizer(0.01)))
    recording = run("own", np.float64)
    why = Chain(recording).why("dense_1.w[0,0]", 3)
    assert re.fullmatch(said, why.parts[-1].words)
    assert [*why.asked()] == ["gradient.dense_1.w[0,0]", "before.dense_1.w[0,0]"]
    assert why.faults() == []
    assert why.value == recording.at(3)["dense_1.w"][0, 0]


def test_explains_the_last_updates_of_a_training_that_diverged():
    model = tl.Sequential(dense_net(np.random.default_rng(1)), np.float32)
    recorder = tl.Recorder(model)
    with pytest.raises(tl.DivergenceError):
        tl.fit(model, TABLE, 100 * NUMBERS, loss=tl.MeanSquaredError(), optimizer=tl.SGD(10.0), epochs=200,
               callbacks=[recorder])  # fmt: skip
    chain, last = Chain(recorder.recording), int(recorder.recording.steps[-1])
    for gid in ("dense_3.w[0,1]", "gradient.dense_1.w[0,0]", "loss", "dout.dense_2[0,0]"):
        assert follow(chain, gid, last, most=80)[1] == []


def test_shows_two_workers_the_rows_of_one_batch(monkeypatch):
    monkeypatch.setattr("tinylearn.workers.SMALL", 0)
    rng = np.random.default_rng(1)
    model = tl.Sequential([*dense_net(rng)])
    recorder = tl.Recorder(model)
    tl.fit(model, TABLE, NUMBERS, loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.1), epochs=2, batch_size=5, workers=2,
           rng=rng, callbacks=[recorder])  # fmt: skip
    chain = Chain(recorder.recording)
    for gid in ("gradient.dense_1.w[0,1]", "loss", "dout.dense_1[4,3]", "dense_2.b[1]"):
        assert follow(chain, gid, 3)[1] == []
    rows = recorder.recording.batch(3)
    assert [chain.why(f"x[{row},0]", 3).value for row in range(5)] == TABLE[rows, 0].tolist()


def test_follows_a_parameter_that_was_not_recorded():
    rng = np.random.default_rng(1)
    model = tl.Sequential(dense_net(rng))
    recorder = tl.Recorder(model, select=["dense_1.w"])
    tl.fit(model, TABLE, NUMBERS, loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.1), epochs=2, callbacks=[recorder])
    chain = Chain(recorder.recording)
    assert follow(chain, "dense_1.w[0,0]", 2, most=100)[1] == []
    assert chain.why("dense_3.b[0]", 2) is None
    assert chain.why("before.dense_3.b[0]", 2).value != 0


@pytest.mark.parametrize(
    "gid", ["dense_9.w[0,0]", "dense_1.w[9,0]", "dense_1.w", "dout.dense_1[0,9]", "dout.nobody[0]", "x[9,9]", "",
            "gradient.dense_1.w[0]", "row99.gradient.dense_1.w[0,0]", "w[", "dout.dense_1", "loss[99]"],
)  # fmt: skip
def test_tells_nothing_that_the_network_does_not_have(gid):
    assert Chain(run("dense, SGD", np.float64)).why(gid, 2) is None
