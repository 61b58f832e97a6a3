"""Activations: each bends every number on its own. Only softmax looks at a whole row.

    x (N, …)  →  f(x)  →  out (N, …)

Two dense layers without an activation between them are one dense layer: a straight line stays straight (chapter 4).
For a function of single numbers the chain rule is one product, `dx = dout · f′(x)`, entry by entry. f′ is a short
formula in `out`, so `forward` keeps only `out`, or a mask of its positive entries.

Where f′ is almost 0, hardly any gradient gets through, and the layers before it learn slowly. This is the **vanishing
gradient** of sigmoid and tanh.
"""

from __future__ import annotations

import numpy as np

from tinylearn.checks import number_between
from tinylearn.layers.layer import Layer


class ReLU(Layer):
    """The larger of x and 0: `out = max(x, 0)`. Nair and Hinton 2010.

    >>> ReLU().forward([[-2.0, 0.0, 3.0]])
    array([[0., 0., 3.]])
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out = np.maximum(x, 0)
        self.positive = out > 0
        return out

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Where x > 0, out = x has slope 1. Elsewhere out = 0 has slope 0; at x = 0 this is a convention."""
        return dout * self.positive


class LeakyReLU(Layer):
    """Keep x where it is positive, and multiply it by `slope` elsewhere. Maas, Hannun and Ng 2013.

    With ReLU, a neuron whose x is negative for every example gets no gradient: it is **dead**. Here it gets a little.

    >>> LeakyReLU(0.1).forward([[-2.0, 0.0, 3.0]])
    array([[-0.2,  0. ,  3. ]])
    """

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = number_between("LeakyReLU", "slope", slope, 0, 1)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.slopes = np.where(x > 0, 1, self.slope).astype(x.dtype)  # (N, …)
        return x * self.slopes

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """out = x · slopes, entry by entry. The slopes do not change near x, so dx = dout · slopes."""
        return dout * self.slopes

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.slope:g})"


class Sigmoid(Layer):
    """Squeeze every number between 0 and 1: `out = 1 / (1 + exp(-x))`.

    >>> Sigmoid().forward([[-1000.0, 0.0, 1000.0]])
    array([[0. , 0.5, 1. ]])
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.out = np.exp(-np.logaddexp(0, -x))  # = 1 / (1 + exp(-x)), by its logarithm, which cannot overflow
        return self.out

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """With e = exp(-x), whose slope is -e:  out = 1 / (1 + e),  f′(x) = e / (1 + e)² = out · (1 - out)."""
        return dout * (self.out * (1 - self.out))


class Tanh(Layer):
    """Squeeze every number between -1 and 1: `out = tanh(x)`.

    >>> Tanh().forward([[-1000.0, 0.0, 1000.0]])
    array([[-1.,  0.,  1.]])
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.out = np.tanh(x)
        return self.out

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """By the quotient rule, the slope of tanh = sinh / cosh is (cosh² - sinh²) / cosh² = 1 - tanh²."""
        return dout * (1 - self.out * self.out)


class Softmax(Layer):
    """Turn each row of scores into probabilities that sum to 1: `out[k] = exp(x[k]) / Σ_j exp(x[j])`.

    A row is the last axis; it needs two scores or more. Bridle 1990. The numbers below come from chapter 4.

    >>> Softmax().forward([[2.3, 7.9, 0.8, 5.1]]).round(5)
    array([[3.4700e-03, 9.3867e-01, 7.7000e-04, 5.7080e-02]])
    """

    x_shape = ("…", "K")

    def check_shape(self, x_shape: tuple[int, ...]) -> None:
        if x_shape[-1] < 2:
            raise ValueError(f"a row must have two scores or more, got {x_shape}; take Sigmoid() for a single one")

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x - x.max(axis=-1, keepdims=True))  # a common shift cancels in the fraction; now exp ≤ 1
        self.out = e / e.sum(axis=-1, keepdims=True)
        return self.out

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """x[j] moves its own out[j] and, through the sum in the denominator, every out[k] of its row.

        With [k = j] for "1 if k = j, else 0":
        ∂out[k] / ∂x[j] = out[k] · ([k = j] - out[j])
        dx[j] = Σ_k dout[k] out[k] ([k = j] - out[j]) = out[j] · (dout[j] - Σ_k dout[k] out[k])
        """
        return self.out * (dout - (dout * self.out).sum(axis=-1, keepdims=True))
