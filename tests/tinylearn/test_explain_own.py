"""Explanations of what a reader wrote: optimisers, with or without an arithmetic, and layers."""

import numpy as np
import pytest

from tests.tinylearn.explain_helpers import check, compute, recorded, small_run
from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Sequential, fit
from tinylearn.checks import same_state
from tinylearn.optimizers import Optimizer
from tinylearn.recording.explanation import number


class Sign(Optimizer):
    """It has a setting and a count of its own, and steps by the sign alone, every so often."""

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


class Wrong(SGD):
    """What it tells of v, which p does not depend on, is not so."""

    def step(self, parameters, gradients):
        self.v = gradients * 2
        parameters -= self.learning_rate * gradients

    def arithmetic(self):
        return {"learning_rate": self.learning_rate}, {"v": "g * 3", "p": "p - learning_rate * g"}


@pytest.mark.parametrize("make", [lambda: Sign(0.01, every=3), lambda: Clipped(0.1), lambda: Wrong(0.1)])
def test_without_an_arithmetic_of_its_own_the_numbers_stand_alone(make):
    optimizer = make()
    model, recording, x, y, loss = small_run(optimizer)
    explanation = recording.explain(model, 6, "dense_2.b", 0, x, y, loss, optimizer)
    assert explanation.terms == explanation.constants == ()
    assert "its arithmetic is not told" in str(explanation)
    assert str(explanation).endswith(f"recorded: {explanation.old!s} before, {explanation.new!s} after")
    assert explanation.new == recording.at(6)["dense_2.b"][0] != recording.at(5)["dense_2.b"][0]


# --- arithmetic of one's own ------------------------------------------------------------------------------------------


class Scaled(Optimizer):
    """A rate for each parameter."""

    def __init__(self, rates):
        super().__init__(1)
        self.rates = np.asarray(rates)

    def step(self, parameters, gradients):
        parameters -= self.rates * gradients

    def arithmetic(self):
        return {}, {"p": "p - rates * g"}


class Limited(Optimizer):
    """It makes g smaller first, and names what it is about to subtract."""

    def __init__(self, learning_rate):
        super().__init__(learning_rate)
        self.limits = np.array([0.0, 0.01])  # no numbers of parameters

    def step(self, parameters, gradients):
        gradients = np.minimum(np.abs(gradients), self.limits[1]) * np.sign(gradients)
        parameters -= self.learning_rate * gradients

    def arithmetic(self):
        constants = {"learning_rate": self.learning_rate, "limit": float(self.limits[1])}
        return constants, {"g": "minimum(abs(g), limit) * sign(g)", "e": "learning_rate * g", "p": "p - 1e+0 * e"}


class Late(Optimizer):
    """Its momentum is there only after the first step; a list counts."""

    def __init__(self, learning_rate):
        super().__init__(learning_rate)
        self.steps = []

    def step(self, parameters, gradients):
        self.steps.append(len(self.steps))
        if not hasattr(self, "momentum_of_each"):
            self.momentum_of_each = np.zeros_like(parameters)
        self.momentum_of_each += gradients / len(self.steps)
        parameters -= self.learning_rate * self.momentum_of_each

    def arithmetic(self):
        constants = {"learning_rate": self.learning_rate, "n": len(self.steps) + 1}
        return constants, {"momentum_of_each": "momentum_of_each + g / n", "p": "p - learning_rate * momentum_of_each"}


class Noisy(Optimizer):
    """It draws random numbers."""

    def __init__(self, learning_rate, rng):
        super().__init__(learning_rate)
        self.rng = rng

    def step(self, parameters, gradients):
        parameters -= self.learning_rate * self.rng.random() * gradients


MAKERS = {
    "Scaled": lambda dtype: Scaled(np.linspace(0.001, 0.1, 21, dtype=dtype)),
    "Limited": lambda dtype: Limited(0.1),
    "Late": lambda dtype: Late(0.01),
}


def lines_of(explanation):
    """Return name → (formula, in numbers, value) of its terms."""
    return {term.name: term[1:] for term in (*explanation.constants, *explanation.terms)}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", MAKERS)
def test_the_arithmetic_of_an_own_optimizer(kind, dtype):
    optimizer = MAKERS[kind](dtype)
    model, recording, x, y, loss = small_run(optimizer, dtype)
    for step in (1, 2, 9):
        explanation = recording.explain(model, step, "dense_1.w", (2, 1), x, y, loss, optimizer)
        name, formula, in_numbers, value = explanation.terms[-1]
        assert name == "p"
        assert formula == optimizer.arithmetic()[1]["p"]
        assert compute(in_numbers, dtype) == value == explanation.new == recording.at(step)["dense_1.w"][2, 1]


def test_lines_of_an_own_optimizer():
    optimizer = Limited(0.1)
    model, recording, x, y, loss = small_run(optimizer)
    explanation = recording.explain(model, 4, "dense_1.w", (2, 1), x, y, loss, optimizer)
    g = explanation.gradient
    made, moved = np.minimum(abs(g), 0.01) * np.sign(g), 0.1 * (np.minimum(abs(g), 0.01) * np.sign(g))
    lines = lines_of(explanation)
    assert lines["p"][1].endswith(f" - 1e+0 * {number(moved)}")
    assert lines["limit"] == ("0.01", "0.01", 0.01)
    assert lines["g"][2] == made != g
    assert lines["e"][2] == moved
    assert "constants of Limited(learning_rate=0.1) at this step, in Python's float64:\n  limit = 0.01\np, the" in str(
        explanation
    )


def test_an_optimizer_with_an_array_that_it_never_changes_remembers_nothing():
    """So two records that follow each other are enough."""
    x, model = np.random.default_rng(0).normal(size=(9, 1)), Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    recorder = Recorder(model, every=lambda step: step in (5, 6))
    optimizer = Scaled([0.1, 0.05])
    fit(model, x, 2 * x, loss=MeanSquaredError(), optimizer=optimizer, epochs=9, callbacks=[recorder])
    explanation = recorder.recording.explain(model, 6, "dense_1.b", 0, x, 2 * x, MeanSquaredError(), optimizer)
    check(recorder.recording, explanation, np.float64)
    assert "- 0.05 * " in str(explanation)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"v": np.zeros(2)}, {"v": np.zeros(2)}, True),
        ({"v": np.zeros(2)}, {"v": np.array([0, 1.0])}, False),
        ({"v": np.zeros(2)}, {"v": None}, False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([1, [2.0]], [1, [2.0]], True),
        ([1], [1, 2], False),
        (SGD(0.1), SGD(0.1), True),
        (SGD(0.1), SGD(0.2), False),
    ],
)
def test_what_is_the_same_after_a_step(one, other, same):
    assert same_state(one, other) is same


def test_an_optimizer_that_draws_random_numbers():
    model, recording, x, y, loss = small_run(Noisy(0.1, np.random.default_rng(3)))
    rng = np.random.default_rng(3)
    explanation = recording.explain(model, 6, "dense_2.b", 0, x, y, loss, Noisy(0.1, rng))
    assert explanation.new == recording.at(6)["dense_2.b"][0]
    assert rng.random() == np.random.default_rng(3).random()


@pytest.mark.parametrize(
    ("formulas", "message"),
    [
        (
            {"p": "p - exp(g)"},
            r"p = p - exp\(g\): name 'exp' is not defined; .* \+ - \* / \*\*, sqrt, abs, sign, minim",
        ),
        ({"p": "p - d", "d": "g"}, "p = p - d: name 'd' is not defined; .* names of formulas before it"),
        ({"p": "p - "}, "p = p - : invalid syntax"),
        ({"rest": "1 / (1 - one)", "p": "p - rest * g"}, r"rest = 1 / \(1 - one\): float division by zero"),
        ({"d": "g"}, r"the arithmetic of Told\(.*\) must end with a formula of p, got \{'d': 'g'\}"),
        ({}, "must end with a formula of p"),
    ],
)
def test_an_arithmetic_that_cannot_be_computed_is_refused(formulas, message):
    class Told(SGD):
        def arithmetic(self):
            return {"one": 1.0}, formulas

    model, recording, x, y, loss = small_run(SGD(0.1))
    with pytest.raises(ValueError, match=message):
        recording.explain(model, 6, "dense_2.b", 0, x, y, loss, Told(0.1))


# --- layers -----------------------------------------------------------------------------------------------------------


class Doubled(Dense):
    """A dense layer that puts out twice as much: the product of input and dout is not the share of a row."""

    def forward(self, x):
        return 2 * super().forward(x)

    def fill_grads(self, dout):
        super().fill_grads(2 * dout)

    def backward(self, dout):
        return super().backward(2 * dout)


@pytest.mark.parametrize(("name", "index"), [("doubled_1.w", (1, 0)), ("doubled_1.b", 0)])
def test_a_layer_that_inherits_from_dense(name, index):
    x, y = np.random.default_rng(0).normal(size=(9, 3)), np.ones((9, 1))
    model, recording = recorded([Doubled(3, 1, rng=np.random.default_rng(0))], x, y, SGD(0.01))
    explanation = recording.explain(model, 6, name, index, x, y, MeanSquaredError(), SGD(0.01))
    check(recording, explanation, np.float64)
    assert explanation.factors is None
