"""Explanations for your own optimisers and layers."""

import re

import numpy as np
import pytest

from tests.tinylearn.explain_helpers import check, compute, recorded, small_parts
from tinylearn import SGD, Adam, Dense, Flatten, Layer, MeanSquaredError, Optimizer, RMSprop, Sequential
from tinylearn.analysis.traced import terms_of
from tinylearn.checks import same_state


def small_run(optimizer, dtype=np.float64, **settings):
    return recorded(**small_parts(dtype), optimizer=optimizer, **settings)


def rule(step, **attributes):
    """Return an optimiser's class, given its rule as a function (self, p, g)."""

    def without_a_result(self, p, g):
        step(self, p, g)

    return type(step.__name__, (Optimizer,), {"step": without_a_result} | attributes)


class Limited(SGD):
    """It makes g smaller before an inherited step."""

    def step(self, parameters, gradients):
        super().step(parameters, np.clip(gradients, -1e-3, 1e-3))


@rule
def Scaled(self, p, g):
    """A rate for each parameter."""
    p -= self.rates * g


def nesterov(self, p, g):
    """It looks ahead, and needs what v was before."""
    v = self.state["v"]
    before = v.copy()
    v *= 0.5
    v -= self.learning_rate * g
    p += -0.5 * before + (1 + 0.5) * v


def memory_last(self, p, g):
    p -= self.learning_rate * (self.state["m"] + g)
    self.state["m"] += g


Nesterov, MemoryLast = rule(nesterov, remembers=("v",)), rule(memory_last, remembers=("m",))


def made(kind, **attributes):
    """Return an optimiser with attributes of its own."""
    vars(optimizer := kind(0.1)).update(attributes)
    return optimizer


@rule
def Lion(self, p, g):
    """A new array in `state` in each step; a power; a branch by hand."""
    m = self.state.get("m", 0.0)
    update = np.sign(0.9 * m + 0.1 * g) * (0.5 + g**2)
    self.state["m"] = 0.99 * m + 0.01 * g
    p[:] = p - self.learning_rate * np.where(np.abs(g) > 1e-3, update, g)


@rule
def Layerwise(self, p, g):
    """Numbers that need all parameters together."""
    ratio = np.linalg.norm(p) / (np.linalg.norm(g) + 1)
    centred = g - g.mean()
    p -= self.learning_rate * ratio * centred / (centred.std() + np.abs(g).max())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("make", "lines"), [
    (lambda dtype: SGD(0.1), ["p = p - learning_rate * g"]),
    (lambda dtype: Limited(0.1), ["g = clip(g, -0.001, 0.001)", "p = p - learning_rate * g"]),
    (lambda dtype: made(Scaled, rates=np.linspace(0.001, 0.1, 21, dtype=dtype)), [...]),
    (lambda dtype: RMSprop(0.1, weight_decay=0.1), [
        "decay = 1 - learning_rate * weight_decay", "rest = 1 - rho", "p = p * decay", "v = v * rho",
        "v = v + rest * (g * g)", "p = p - learning_rate * g / (sqrt(v) + epsilon)"]),
    (lambda dtype: Adam(0.1), [
        "m_rest = 1 - beta_1", "v_rest = 1 - beta_2", "t = t + 1", "root = sqrt(1 - beta_2 ** t)",
        "rate_t = learning_rate * root / (1 - beta_1 ** t)", "epsilon_t = epsilon * root",
        "m = m + m_rest * (g - m)", "v = v + v_rest * (g * g - v)", "p = p - rate_t * m / (sqrt(v) + epsilon_t)"]),
    (lambda dtype: Nesterov(0.1),
     ["copy = v", "v = v * 0.5", "v = v - learning_rate * g", "p = p + (-0.5 * copy + 1.5 * v)"]),
    (lambda dtype: MemoryLast(0.01), ["p = p - learning_rate * (m + g)", "m = m + g"]),
    (lambda dtype: Lion(0.01), [...]),
    (lambda dtype: Layerwise(0.01), [
        "norm = norm of all p", "norm_2 = norm of all g", "mean = mean of all g", "ratio = norm / (norm_2 + 1)", ...]),
])  # fmt: skip
def test_tells_the_step_in_the_lines_of_the_code(make, lines, dtype):
    recording = small_run(make(dtype), dtype)
    for step in (4, 9):
        explanation = check(recording, step, "dense_1.w[2, 1]")
        for term in explanation.terms:
            if " of all " not in term.formula:
                assert compute(term.arithmetic, dtype) == term.value
        told = [f"{term.name} = {term.formula}" for term in (*explanation.constants, *explanation.terms)]
        assert told == lines or (lines[-1] is ... and told[: len(lines) - 1] == lines[:-1])
        assert ("kept for the next step:\n  m = " in str(explanation)) == (explanation.terms[-1].name == "m")
        assert [term.value for term in explanation.terms if term.name == "p"][-1] == recording.at(step)["dense_1.w"][
            2, 1
        ]


@pytest.mark.parametrize("formula", [
    "p - (g - p)", "p - g - p", "p / (g * p)", "p / g * p", "(p + g) * p", "-g - p", "-(p + g)", "(-g)**p",
    "p - abs(-g)", "2 / p / g", "p**g**p", "(p * g)**2", "3 - 2 * g % p // 3", "1 / (1 / p)",
])  # fmt: skip
def test_puts_brackets_where_they_are_needed(formula):
    """Whatever the text is made of, it computes the same; tried on numbers above 0."""

    @rule
    def Written(self, p, g):
        p[:] = eval(formula, {"p": p, "g": g})

    p, g = np.array([0.7, 1.3]), np.array([0.3, 2.1])
    with np.errstate(invalid="ignore"):
        wanted = eval(formula, {"p": p, "g": g})
    for place in (0, 1):
        if not np.isnan(wanted[place]):
            assert terms_of(Written(0.1), p, g, place)[1][-1].value == wanted[place]


@rule
def EverySoOften(self, p, g):
    self.count = getattr(self, "count", 0) + 1
    if self.count % 3 == 0:
        p -= self.learning_rate * np.sign(g)


@rule
def PlainNumbersOnly(self, p, g):
    if type(self.learning_rate) is not float:
        raise TypeError("plain numbers only")
    p -= self.learning_rate * g


@pytest.mark.parametrize(("kind", "why"), [
    (rule(lambda self, p, g: p.__isub__(0.01 * g[::-1])), "a part of an array, or an array in another order, is not f"),
    (rule(lambda self, p, g: p.__isub__(0.01 * np.cumsum(g))), "cumsum is not followed"),
    (rule(lambda self, p, g: p.__isub__(g * np.float64(0.01))), "it computes in float64, while the parameters are flo"),
    (rule(lambda self, p, g: np.asarray(p).__isub__(0.1 * np.asarray(g))), "this step does not compute p"),
    (rule(lambda self, p, g: p.__isub__((0.1 if type(g) is np.ndarray else 0.2) * g)), "followed, its step makes ot"),
    (PlainNumbersOnly, "its step cannot be followed: .*plain numbers only"),
    (EverySoOften, "p stays as it was"),
])  # fmt: skip
def test_says_why_it_does_not_tell_what_cannot_be_followed(kind, why):
    recording = small_run(kind(0.01), np.float32)
    explanation = recording.explain(8, "dense_2.b[0]")
    assert explanation.terms == explanation.constants == ()
    assert re.search(why, explanation.untold)
    assert f"(its arithmetic cannot be shown: {explanation.untold})" in str(explanation)
    assert str(explanation).endswith(f"recorded: {explanation.old!s} before, {explanation.new!s} after")
    assert explanation.new == recording.at(8)["dense_2.b"][0]


@rule
def Noisy(self, p, g):
    """It draws random numbers."""
    p -= self.learning_rate * self.rng.random() * g


@pytest.mark.parametrize("of_fit", [True, False])
def test_draws_the_random_numbers_of_an_optimizer_again(of_fit):
    """From the generator of fit, or from one of its own, which has moved on since."""
    rng, used = np.random.default_rng(3), np.random.default_rng(4)
    recording = small_run(made(Noisy, rng=rng), rng=rng if of_fit else used, shuffle=of_fit)
    moved = rng.bit_generator.state
    check(recording, 6, "dense_2.b[0]")
    assert rng.bit_generator.state == moved


class Counting(MeanSquaredError):
    """It grows with every batch."""

    count = 0

    def forward(self, predicted, target):
        self.count += 1
        return self.count * super().forward(predicted, target)

    def backward(self):
        return self.count * super().backward()


def test_explains_an_update_that_depends_on_how_many_came_before():
    recording = recorded(**small_parts() | {"loss": Counting()}, optimizer=SGD(0.001))
    for step in (4, 2, 6):
        assert recording.explain(step, "dense_2.b[0]").new == recording.at(step)["dense_2.b"][0]


def test_knows_what_is_the_same_after_a_step():
    zeros = {"v": np.zeros(2)}
    for same in ((zeros, {"v": np.zeros(2)}), ([1, [2.0]], [1, [2.0]]), (SGD(0.1), SGD(0.1))):
        assert same_state(*same)
    pairs = (zeros, {"v": np.eye(1, 2)[0]}), (zeros, {"v": None}), (zeros, zeros | {"b": 2}), ([1], [1, 2])
    for other in (*pairs, (SGD(0.1), SGD(0.2))):
        assert not same_state(*other)


# --- layers -----------------------------------------------------------------------------------------------------------


class Doubled(Dense):
    """A dense layer that puts out twice as much: the product of input and dout is not the share of a row."""

    def forward(self, x):
        return 2 * super().forward(x)

    def backward(self, dout):
        return super().backward(2 * dout)


class Mixed(Layer):
    """Its gradient is larger the more rows have a dout."""

    def __init__(self):
        self.params["w"] = np.ones(6)

    def forward(self, x):
        self.x = x
        return x * self.params["w"]

    def backward(self, dout):
        self.grads["w"] = (self.x * dout).sum(axis=0) * (np.abs(dout).sum(axis=1) > 0).mean()
        return dout * self.params["w"]


class Reshaped(Layer):
    """To another shape, and back."""

    def __init__(self, *shape):
        self.shape = shape

    def forward(self, x):
        self.before = x.shape
        return x.reshape(self.shape)

    def backward(self, dout):
        return dout.reshape(self.before)


class PerRow(MeanSquaredError):
    """The model's output has two rows for each of the batch."""

    target_are = "anything"

    def forward(self, predicted, target):
        return super().forward(predicted, np.repeat(target, 2, axis=0))


def run_of(layers, loss=None):
    """Return the recording of these layers, three rows of six numbers a batch, and the data."""
    x, y = np.random.default_rng(0).normal(size=(3, 6)), np.ones((3, 1))
    return recorded(layers, x, y, SGD(0.01), loss=loss or MeanSquaredError(), batch_size=3), x, y


@pytest.mark.parametrize(("layers", "name"), [
    (lambda rng: [Doubled(6, 1, rng=rng)], "doubled_1.w[1, 0]"),
    (lambda rng: [Doubled(6, 1, rng=rng)], "doubled_1.b[0]"),
    (lambda rng: [Reshaped(-1, 3), Dense(3, 2, rng=rng), Reshaped(-1, 4), Dense(4, 1, rng=rng)], "dense_1.w[1, 0]"),
    (lambda rng: [Reshaped(-1, 2, 3), Dense(3, 2, rng=rng), Flatten(), Dense(4, 1, rng=rng)], "dense_1.w[1, 0]"),
], ids=["its own backward, w", "its own backward, b", "reshaped rows", "(N, T, D)"])  # fmt: skip
def test_adds_up_what_each_row_would_add_alone(layers, name):
    """Two positions, say, in each of three rows: what a row adds is found again by training on that row alone."""
    model, loss = Sequential(layers(np.random.default_rng(0))), MeanSquaredError()
    recording, x, y = run_of(model)
    explanation = recording.explain(2, name)
    assert explanation.factors is None
    assert explanation.contributions.sum() == pytest.approx(explanation.gradient)
    recording.restore(model, 1)
    for place, row in enumerate(explanation.rows):
        loss.forward(model.forward(x[[row]]), y[[row]])
        model.backward(loss.backward())
        alone = model.named_gradients()[explanation.parameter][explanation.index] / 3
        assert explanation.contributions[place] == pytest.approx(alone, rel=1e-12)


@pytest.mark.parametrize(("layers", "loss", "name"), [
    (lambda rng: [Mixed(), Dense(6, 1, rng=rng)], None, "mixed_1.w[1]"),
    (lambda rng: [Reshaped(-1, 3), Dense(3, 1, rng=rng)], PerRow(), "dense_1.w[1, 0]"),
], ids=["do not add up", "other rows"])  # fmt: skip
def test_does_not_tell_rows_that_are_not_those_of_the_batch_or_do_not_add_up(layers, loss, name):
    explanation = run_of(layers(np.random.default_rng(0)), loss)[0].explain(2, name)
    assert explanation.contributions is explanation.factors is None
    why = "the layer has other rows than the batch, or those of each row alone do not add up to g"
    told = f"\ng = {explanation.gradient!s}, the gradient\n  (what each row adds cannot be shown: {why})"
    assert told in str(explanation)
