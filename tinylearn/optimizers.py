"""Optimisers: the *adjust* of "initialise, adjust, repeat".

`step(parameters, gradients)` moves the parameters, in place, against their gradients. Both are arrays of one shape: a
model's two vectors, or the single number of chapter 2. The default settings are those of Keras.

p parameters, g gradients; m is a running mean of g, and v one of g² (in SGD, v is the **velocity**). Both start at 0.

Every optimiser, also your own, has **weight decay**, a form of **regularisation**. It shrinks p before every step,
`p ← p - learning_rate · weight_decay · p`, so a weight stays large only if the data keep asking for it. The decay is
decoupled: it is a step of its own, not a part of g. Loshchilov and Hinton 2019, arXiv:1711.05101.
"""

from __future__ import annotations

import math

import numpy as np

from tinylearn.checks import number_between
from tinylearn.optimizer_base import Optimizer


class SGD(Optimizer):
    """Gradient descent, with optional momentum (Polyak 1964): `v ← momentum · v - learning_rate · g`, `p ← p + v`.

    Without momentum this is one step downhill: `p ← p - learning_rate · g`. "S" stands for stochastic, because g may be
    the gradient on a batch, which is a random sample of the data.

    >>> p = np.array([1.2345])
    >>> SGD(0.1).step(p, 2 * (p - 10))
    >>> p
    array([2.9876])
    """

    remembers = ("v",)

    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.0, weight_decay: float = 0.0) -> None:
        super().__init__(learning_rate, weight_decay)
        self.momentum = number_between("SGD", "momentum", momentum, 0, 1)

    def step(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        if self.momentum:
            v = self.state["v"]
            v *= self.momentum
            v -= self.learning_rate * gradients
            parameters += v
        else:
            parameters -= self.learning_rate * gradients


class RMSprop(Optimizer):
    """Divide each step by the gradient's usual size, so that steep and flat directions move at the same pace.

    v is a running mean of g²: `v ← rho · v + (1 - rho) · g²`, `p ← p - learning_rate · g / (√v + epsilon)`.
    Hinton, Neural Networks for Machine Learning, lecture 6e, 2012.

    >>> p = np.array([1.0])
    >>> RMSprop(0.1, rho=0.75).step(p, np.array([4.0]))
    >>> p.round(4)
    array([0.8])
    """

    remembers = ("v",)

    def __init__(
        self, learning_rate: float = 0.001, rho: float = 0.9, epsilon: float = 1e-7, weight_decay: float = 0.0
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.rho = number_between("RMSprop", "rho", rho, 0, 1)
        self.epsilon = number_between("RMSprop", "epsilon", epsilon, 0, math.inf)

    def step(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        v, rest = self.state["v"], 1 - self.rho
        v *= self.rho
        v += rest * (gradients * gradients)
        parameters -= self.learning_rate * gradients / (np.sqrt(v) + self.epsilon)


class Adam(Optimizer):
    """Momentum and RMSprop in one. Kingma and Ba 2015, arXiv:1412.6980, algorithm 1; AdamW with a weight decay.

    m is a running mean of g, `m ← m + (1 - beta_1) (g - m)`, and v one of g², with beta_2. A beta is the fraction of
    the old mean that stays. Both start at 0, so they are too small at first. After t steps, **bias correction** gives
    `m̂ = m / (1 - beta_1ᵗ)`, `v̂ = v / (1 - beta_2ᵗ)`, `p ← p - learning_rate · m̂ / (√v̂ + epsilon)`.

    >>> p = np.array([1.0])
    >>> Adam(0.1).step(p, np.array([4.0]))
    >>> p.round(4)
    array([0.9])
    """

    remembers = ("m", "v")

    def __init__(
        self, learning_rate: float = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7,
        weight_decay: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, weight_decay)
        self.beta_1 = number_between("Adam", "beta_1", beta_1, 0, 1)
        self.beta_2 = number_between("Adam", "beta_2", beta_2, 0, 1)
        self.epsilon = number_between("Adam", "epsilon", epsilon, 0, math.inf)

    def step(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        m, v, m_rest, v_rest = self.state["m"], self.state["v"], 1 - self.beta_1, 1 - self.beta_2
        t = self.state["t"] = self.state.get("t", 0) + 1
        m += m_rest * (gradients - m)
        v += v_rest * (gradients * gradients - v)
        # Correct the bias of two numbers in place of two vectors: √v̂ + epsilon = (√v + epsilon · root) / root
        root = np.sqrt(1 - self.beta_2**t).item()  # a Python number, so that float32 stays float32
        rate_t, epsilon_t = self.learning_rate * root / (1 - self.beta_1**t), self.epsilon * root
        parameters -= rate_t * m / (np.sqrt(v) + epsilon_t)
