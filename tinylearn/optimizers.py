"""Optimisers: the *adjust* of "initialise, adjust, repeat".

`step(parameters, gradients)` moves the parameters, in place, against their gradients. Both are arrays of one shape: a
model's two vectors, or the single number of chapter 2. An optimiser that remembers (momentum, Adam) belongs to one
array of parameters. The default settings are those of Keras.

p parameters, g gradients; m and v are said where they are used.
"""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np

from tinylearn.checks import number_between, shortened

Arithmetic = tuple[dict[str, float], dict[str, str]]


class Optimizer:
    """What every optimiser is: a learning rate and `step`.

    One of your own inherits from it. With an `arithmetic` beside its `step`, `Recording.explain` shows that too.
    """

    __slots__ = ("__dict__", "__weakref__", "_made_with")  # the last is no attribute that a checkpoint keeps
    _made_with: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Note the settings, for `as_made`."""
        optimizer = super().__new__(cls)
        optimizer._made_with = args, kwargs
        return optimizer

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    @property
    def learning_rate(self) -> float:
        """The size of a step; assign to change it while training."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = number_between(type(self).__name__, "learning_rate", value, 0, math.inf, open_low=True)

    def step(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Update `parameters` in place; `gradients` is only read."""
        raise NotImplementedError

    def arithmetic(self) -> Arithmetic | None:
        """Say how the next step will compute one number: constants by name, and formulas in the order of computing.

        A formula says what its name becomes; the last one, what p does. It may hold + - * / **, sqrt, abs, sign,
        minimum, maximum, and the names of p, the gradient g, constants, formulas before it, and arrays that the
        optimiser remembers, by their attributes (0 before the first step). Its operations are those of `step`, in the
        same order, so that its result has the same bits; where only constants stand, on Python's numbers. None: not
        told.
        """
        return None

    def fresh(self) -> Self:
        """Return an optimiser with the same settings, and the learning rate of now, that has made no step yet."""
        made = self.as_made()
        made.learning_rate = self.learning_rate
        return made

    def as_made(self) -> Self:
        """Return an optimiser with the settings that this one was made with, the learning rate too."""
        args, kwargs = self._made_with
        return type(self)(*args, **kwargs)

    def memory(self, parameters: np.ndarray, gradients: np.ndarray, memory: np.ndarray | None) -> np.ndarray:
        """Return `memory`, or zeros in the shape of the parameters at the first step; ValueError if shapes differ."""
        self.check_shapes(parameters, gradients)
        if memory is None:
            return np.zeros_like(parameters)
        if memory.shape != parameters.shape:
            raise ValueError(
                f"{self} has stepped parameters of shape {memory.shape}, now got {parameters.shape}; "
                "use a new optimizer for other parameters"
            )
        return memory

    def check_shapes(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Raise ValueError unless both arrays have one shape, since NumPy would stretch one to fit the other.

        TypeError unless the parameters are an array of floats, and the gradients real numbers.
        """
        arrays = isinstance(parameters, np.ndarray) and isinstance(gradients, np.ndarray)
        if arrays and gradients.shape == parameters.shape and parameters.dtype.kind == gradients.dtype.kind == "f":
            return
        if not isinstance(parameters, np.ndarray) or parameters.dtype.kind != "f":
            got = f"one of {parameters.dtype}" if isinstance(parameters, np.ndarray) else shortened(parameters)
            raise TypeError(f"{self}: parameters must be an array of floats, to be changed in place, got {got}")
        real = isinstance(gradients, np.ndarray | np.generic | float) and np.asarray(gradients).dtype.kind in "fiub"
        if not real:  # a number may be the gradient of a number
            raise TypeError(f"{self}: gradients must be an array of real numbers, got {shortened(gradients)}")
        if np.shape(gradients) != parameters.shape:
            raise ValueError(
                f"{self}: gradients must have the shape of the parameters, {parameters.shape}, got "
                f"{np.shape(gradients)}"
            )

    def __repr__(self) -> str:
        settings = ("learning_rate", "momentum", "rho", "beta_1", "beta_2", "epsilon")
        values = [f"{name}={getattr(self, name)!r}" for name in settings if hasattr(self, name)]
        return f"{type(self).__name__}({', '.join(values)})"


class SGD(Optimizer):
    """Gradient descent, with momentum (Polyak 1964) if asked for: `v ← momentum · v - learning_rate · g`, `p ← p + v`.

    Without momentum that is one step downhill: `p ← p - learning_rate · g`. "Stochastic" says that g may be the
    gradient of a batch instead of all the data.

    >>> p = np.array([1.2345])
    >>> SGD(0.1).step(p, 2 * (p - 10))
    >>> p
    array([2.9876])
    """

    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.0) -> None:
        super().__init__(learning_rate)
        self.momentum = number_between("SGD", "momentum", momentum, 0, 1)
        self.v: np.ndarray | None = None

    def step(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        if self.momentum:
            self.v = v = self.memory(parameters, gradients, self.v)
            v *= self.momentum
            v -= self.learning_rate * gradients
            parameters += v
        else:
            self.check_shapes(parameters, gradients)
            parameters -= self.learning_rate * gradients

    def arithmetic(self) -> Arithmetic:
        if self.momentum:
            constants = {"momentum": self.momentum, "learning_rate": self.learning_rate}
            return constants, {"v": "momentum * v - learning_rate * g", "p": "p + v"}
        return {"learning_rate": self.learning_rate}, {"p": "p - learning_rate * g"}


class RMSprop(Optimizer):
    """Divide each step by the gradient's usual size: steep and flat directions then move at one pace.

    v is a running mean of g²: `v ← rho · v + (1 - rho) · g²`, `p ← p - learning_rate · g / (√v + epsilon)`.
    Hinton, Neural Networks for Machine Learning, lecture 6e, 2012.

    >>> p = np.array([1.0])
    >>> RMSprop(0.1, rho=0.75).step(p, np.array([4.0]))
    >>> p.round(4)
    array([0.8])
    """

    def __init__(self, learning_rate: float = 0.001, rho: float = 0.9, epsilon: float = 1e-7) -> None:
        super().__init__(learning_rate)
        self.rho = number_between("RMSprop", "rho", rho, 0, 1)
        self.epsilon = number_between("RMSprop", "epsilon", epsilon, 0, math.inf)
        self.v: np.ndarray | None = None

    def step(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        self.v = v = self.memory(parameters, gradients, self.v)
        v *= self.rho
        v += (1 - self.rho) * (gradients * gradients)
        parameters -= self.learning_rate * gradients / (np.sqrt(v) + self.epsilon)

    def arithmetic(self) -> Arithmetic:
        return {"learning_rate": self.learning_rate, "rho": self.rho, "epsilon": self.epsilon}, {
            "rest": "1 - rho",
            "v": "rho * v + rest * (g * g)",
            "p": "p - learning_rate * g / (sqrt(v) + epsilon)",
        }


class Adam(Optimizer):
    """Momentum and RMSprop in one. Kingma and Ba 2015, arXiv:1412.6980, algorithm 1.

    m is a running mean of g, `m ← m + (1 - beta_1) (g - m)`, and v one of g², with beta_2; a beta says how much of the
    old stays. Both start at zero, so after t steps they hold only a share of a full mean, by which they are divided:
    `m̂ = m / (1 - beta_1ᵗ)`, `v̂ = v / (1 - beta_2ᵗ)`, `p ← p - learning_rate · m̂ / (√v̂ + epsilon)`.

    >>> p = np.array([1.0])
    >>> Adam(0.1).step(p, np.array([4.0]))
    >>> p.round(4)
    array([0.9])
    """

    def __init__(
        self, learning_rate: float = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7
    ) -> None:
        super().__init__(learning_rate)
        self.beta_1 = number_between("Adam", "beta_1", beta_1, 0, 1)
        self.beta_2 = number_between("Adam", "beta_2", beta_2, 0, 1)
        self.epsilon = number_between("Adam", "epsilon", epsilon, 0, math.inf)
        self.m: np.ndarray | None = None
        self.v: np.ndarray | None = None
        self.t = 0

    def step(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        self.m = m = self.memory(parameters, gradients, self.m)
        self.v = v = self.memory(parameters, gradients, self.v)
        self.t += 1
        m += (1 - self.beta_1) * (gradients - m)
        v += (1 - self.beta_2) * (gradients * gradients - v)
        rate, epsilon = self._corrected(self.t)
        parameters -= rate * m / (np.sqrt(v) + epsilon)

    def _corrected(self, t: int) -> tuple[float, float]:
        """Return learning rate and epsilon for step t, in which m and v stand for m̂ and v̂.

        √v̂ + epsilon = (√v + epsilon · root) / root: one pass less over the parameters.
        """
        m_share, root = 1 - self.beta_1**t, math.sqrt(1 - self.beta_2**t)
        return self.learning_rate * root / m_share, self.epsilon * root

    def arithmetic(self) -> Arithmetic:
        constants = {"learning_rate": self.learning_rate, "beta_1": self.beta_1, "beta_2": self.beta_2}
        return constants | {"epsilon": self.epsilon, "t": self.t + 1}, {
            "m_rest": "1 - beta_1",
            "v_rest": "1 - beta_2",
            "rate_t": "learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)",
            "epsilon_t": "epsilon * sqrt(1 - beta_2**t)",
            "m": "m + m_rest * (g - m)",
            "v": "v + v_rest * (g * g - v)",
            "p": "p - rate_t * m / (sqrt(v) + epsilon_t)",
        }
