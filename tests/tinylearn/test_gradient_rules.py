"""Layers with correct numbers that break one rule each: `check_gradients` must say which rule."""

import re
from typing import ClassVar

import numpy as np
import pytest

from tinylearn import Dense, Flatten, GradientError, Layer, Sequential, Tanh, check_gradients
from tinylearn.analysis import gradient_check
from tinylearn.analysis import gradient_rules as rules

X = np.random.default_rng(0).normal(size=(4, 3))
GENERATOR = np.random.default_rng(0)


class NoiseOfTheModule(Layer):
    def forward(self, x):
        return x + GENERATOR.normal(size=x.shape)

    def backward(self, dout):
        return dout


# --- writes -----------------------------------------------------------------------------------------------------------


class ReLUIntoX(Layer):
    def forward(self, x):
        self.mask = x > 0
        x *= self.mask
        return x.copy()

    def backward(self, dout):
        return dout * self.mask


class FirstColumnOffIntoX(Layer):
    """Writes zeros where zeros are already after the first time: only the first look can notice."""

    def forward(self, x):
        x[:, 0] = 0
        return x.copy()

    def backward(self, dout):
        dx = dout.copy()
        dx[:, 0] = 0
        return dx


class TanhBackwardIntoX(Layer):
    def forward(self, x):
        self.x = x
        return np.tanh(x)

    def backward(self, dout):
        dx = dout * (1 - np.tanh(self.x) ** 2)
        self.x *= 0
        return dx


class TanhIntoDout(Tanh):
    def backward(self, dout):
        dout *= 1 - self.out * self.out
        return dout


class Scale(Layer):
    """out = f · x: the layer that those below spoil."""

    def __init__(self):
        self.params["f"] = np.array([2.0])

    def forward(self, x):
        self.x = x
        return self.params["f"] * x

    def backward(self, dout):
        self.grads["f"] = np.array([np.sum(dout * self.x)])
        return self.params["f"] * dout


class StepsByItself(Scale):
    def backward(self, dout):
        dx = super().backward(dout)
        self.params["f"] -= 0.1 * self.grads["f"]
        return dx


# --- the order of memory ----------------------------------------------------------------------------------------------


class TanhThatMindsMemory(Tanh):
    """Right for rows that lie one behind the other, wrong for any other array."""

    def backward(self, dout):
        slopes = 1 - self.out * self.out
        return (dout.ravel("K") * slopes.ravel("K")).reshape(dout.shape)


class TanhThatMindsXInMemory(Layer):
    def forward(self, x):
        self.out = np.tanh(x)
        self.x = x
        return self.out

    def backward(self, dout):
        slopes = 1 - np.tanh(self.x.ravel("K")) ** 2
        return dout * slopes.reshape(dout.shape)


class MinusThatMindsDoutInMemory(Layer):
    def forward(self, x):
        return -x

    def backward(self, dout):
        return -dout.ravel("K").reshape(dout.shape)


class FlattenByMemory(Flatten):
    def forward(self, x):
        super().forward(x)
        return np.ravel(x, "K").reshape(len(x), -1)


# --- assign, do not add -----------------------------------------------------------------------------------------------


class AddsToGrads(Scale):
    def backward(self, dout):
        self.grads["f"] += np.sum(dout * self.x)
        return self.params["f"] * dout


class AddsToATotal(Scale):
    total = 0.0

    def backward(self, dout):
        self.total = self.total + np.sum(dout * self.x)
        self.grads["f"] = np.array([self.total])
        return self.params["f"] * dout


class ForgetsItsGradient(Scale):
    def backward(self, dout):
        return self.params["f"] * dout


class MakesNewGrads(Scale):
    """In a model, the gradients of the model would stay 0."""

    def backward(self, dout):
        self.grads = {"f": np.array([np.sum(dout * self.x)])}
        return self.params["f"] * dout


class UsesUpItsCache(Tanh):
    def backward(self, dout):
        dx = super().backward(dout)
        self.out = np.ones_like(self.out)
        return dx


# --- caches -----------------------------------------------------------------------------------------------------------


class KeepsTheFirst(Scale):
    def __init__(self):
        super().__init__()
        self.cache = {}

    def forward(self, x):
        self.cache.setdefault(x.shape, x)
        return super().forward(x)

    def backward(self, dout):
        self.x = self.cache[dout.shape]
        return super().backward(dout)


class CachesInTheClass(Tanh):
    cache: ClassVar[dict] = {}

    def forward(self, x):
        self.cache["out"] = np.tanh(x)
        return self.cache["out"]

    def backward(self, dout):
        return dout * (1 - self.cache["out"] ** 2)


class CachesInAListOfTheClass(Scale):
    cache: ClassVar[list] = []

    def forward(self, x):
        self.cache[:] = [x]
        return self.params["f"] * x

    def backward(self, dout):
        (self.x,) = self.cache
        return super().backward(dout)


class CachesInState(Layer):
    """A copy has a state of its own, but the twin that predicts has that of the model."""

    def __init__(self):
        self.state["sum"] = np.zeros(3)

    def forward(self, x):
        self.state["sum"] = x.sum(axis=0)
        return x * x.sum(axis=0)

    def backward(self, dout):
        return dout * self.state["sum"]


class CachesItsParameter(Scale):
    """In a model, a copy made after forward would go on with a parameter that is no longer the model's."""

    def forward(self, x):
        self.f = self.params["f"]
        return super().forward(x)


# --- linear in dout, and needs_dx -------------------------------------------------------------------------------------


class PenaltyInBackward(Scale):
    def backward(self, dout):
        dx = super().backward(dout)
        self.grads["f"] = self.grads["f"] + 0.1 * self.params["f"]
        return dx


class ClipsInBackward(Tanh):
    def backward(self, dout):
        return super().backward(np.clip(dout, -0.01, 0.01))


class StopsWithoutDx(Scale):
    def backward(self, dout):
        return super().backward(dout) if self.needs_dx else None


class ZeroWithoutDx(Scale):
    def backward(self, dout):
        return super().backward(dout if self.needs_dx else 0 * dout)


PLANTED = [
    (rules.copies_compute_the_same, NoiseOfTheModule(), r"two copies give different outputs .* self\.rng = rng"),
    (rules.what_is_given_is_only_read, ReLUIntoX(), "forward wrote into x"),
    (rules.what_is_given_is_only_read, FirstColumnOffIntoX(), "forward wrote into x"),
    (rules.what_is_given_is_only_read, TanhBackwardIntoX(), "backward wrote into x"),
    (rules.what_is_given_is_only_read, TanhIntoDout(), "backward wrote into dout"),
    (rules.what_is_given_is_only_read, StepsByItself(), "changed a parameter"),
    (rules.the_order_of_memory_does_not_matter, TanhThatMindsMemory(), "dx changes .* not contiguous in memory"),
    (rules.the_order_of_memory_does_not_matter, TanhThatMindsXInMemory(), "dx changes .* not contiguous in memory"),
    (rules.the_order_of_memory_does_not_matter, MinusThatMindsDoutInMemory(), "dx changes .* not contiguous in memory"),
    (rules.the_order_of_memory_does_not_matter, FlattenByMemory(), "something else when x is not contiguous in memory"),
    (rules.a_second_backward_gives_the_same, AddsToATotal(), "the gradient of f differs .* must assign, not add"),
    (rules.a_second_backward_gives_the_same, UsesUpItsCache(), "dx differs in a second backward"),
    (rules.backward_belongs_to_the_last_forward, KeepsTheFirst(), "the gradient of f is not that of the last of two"),
    (rules.a_copy_has_a_cache_of_its_own, CachesInTheClass(), "dx changes when a copy runs forward in between"),
    (rules.a_copy_has_a_cache_of_its_own, CachesInAListOfTheClass(), "the gradient of f changes when a copy runs"),
    (rules.a_copy_has_a_cache_of_its_own, CachesInState(), "dx changes when a copy runs forward in between"),
    (rules.backward_is_linear, PenaltyInBackward(), "the gradient of f is not 0 for a dout of 0; .* weight_decay"),
    (rules.backward_is_linear, ClipsInBackward(), r"dx for dout_1 \+ dout_2 is not the sum of both; .* linear in dout"),
    (rules.without_dx_the_rest_is_the_same, ZeroWithoutDx(), "the gradient of f changes when needs_dx is False"),
    (rules.without_dx_the_rest_is_the_same, StopsWithoutDx(), "no gradient for f; .*, when needs_dx is False"),
]
ids = [type(row[1]).__name__ for row in PLANTED]


def x_for(layer):
    return X.reshape(2, 3, 2) if isinstance(layer, Flatten) else X


@pytest.mark.parametrize(("rule", "layer", "message"), PLANTED, ids=ids)
def test_finds_the_broken_rule(rule, layer, message):
    with pytest.raises(GradientError, match=f"^{re.escape(str(layer))}: .*{message}"):
        check_gradients(layer, x_for(layer), rng=np.random.default_rng(1))


@pytest.mark.parametrize(("rule", "layer", "message"), PLANTED, ids=ids)
def test_finds_it_in_a_model_and_names_the_layer(rule, layer, message):
    model = Sequential([Tanh(), type(layer)(3, 2, rng=GENERATOR) if isinstance(layer, Dense) else type(layer)()])
    with pytest.raises(GradientError, match=f"_1, {re.escape(str(layer))}: .*{message}"):
        check_gradients(model, x_for(layer), rng=np.random.default_rng(1))


@pytest.mark.parametrize(("rule", "layer", "message"), PLANTED, ids=ids)
def test_needs_each_rule(rule, layer, message, monkeypatch):
    """Nothing else says so: without the rule, the mistake passes, or looks like another one."""
    monkeypatch.setattr(gradient_check, "RULES", tuple(each for each in rules.RULES if each is not rule))
    text = ""
    try:
        check_gradients(layer, x_for(layer), rng=np.random.default_rng(1))
    except GradientError as error:
        text = str(error)
    assert not re.search(message, text)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (AddsToGrads, r"backward gave no gradient for f; it must assign self\.grads\['f'\], not add to it"),
        (ForgetsItsGradient, r"backward gave no gradient for f; it must assign self\.grads\['f'\], not add to it"),
        (MakesNewGrads, r"backward gave no gradient for f; it must assign self\.grads\['f'\], not add to it"),
    ],
)
def test_finds_gradients_that_are_not_assigned(kind, message):
    for layer in (kind(), Sequential([kind()])):
        with pytest.raises(GradientError, match=rf"{kind.__name__}\(\): {message}$"):
            check_gradients(layer, X)


def test_lets_a_layer_cache_its_parameter():
    for layer in (CachesItsParameter(), Sequential([CachesItsParameter()])):
        assert check_gradients(layer, X).error < 1e-6


def test_has_a_planted_fault_for_each_rule():
    assert {rule for rule, _, _ in PLANTED} == set(rules.RULES)
