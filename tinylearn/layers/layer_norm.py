"""Layer normalisation: each row gets mean 0 and variance 1 over its features; then a scale and a shift are learned.

    x (N, …, D)  →  z = (x - mean) / √(var + epsilon)  →  out = gamma · z + beta  (N, …, D)

N batch, D features (`n_in`); mean and var (N, …, 1), one for each row; scale gamma and shift beta (D,). Batch
normalisation compares a row with others; this layer measures each row on its own. So it needs no state, it does the
same in training and in prediction, and a batch of one is enough. Transformers use it.
"""

from __future__ import annotations

import math

import numpy as np

from tinylearn.checks import number_between, positive_integer
from tinylearn.layers.layer import Layer


class LayerNorm(Layer):
    """Normalise each row over its features: `out = gamma · (x - mean) / √(var + epsilon) + beta`.

    x (N, …, n_in) → out (N, …, n_in). Ba, Kiros and Hinton 2016, arXiv:1607.06450. Without `epsilon`, a row of equal
    numbers would be divided by 0.

    >>> LayerNorm(4).forward([[1.0, 1, 3, 3], [10, 10, 30, 30]]).round(3)
    array([[-1., -1.,  1.,  1.],
           [-1., -1.,  1.,  1.]])
    """

    x_shape = ("N", "…", "n_in")

    def __init__(self, n_in: int, epsilon: float = 1e-5) -> None:
        self.n_in = positive_integer("LayerNorm", "n_in", n_in)
        self.epsilon = number_between("LayerNorm", "epsilon", epsilon, 0, math.inf, open_low=True)
        self.params["gamma"], self.params["beta"] = np.ones(self.n_in), np.zeros(self.n_in)

    def forward(self, x: np.ndarray) -> np.ndarray:
        mean, var = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)  # (N, …, 1)
        self.std = np.sqrt(var + self.epsilon)  # (N, …, 1)
        self.z = (x - mean) / self.std  # (N, …, D)
        return self.params["gamma"] * self.z + self.params["beta"]

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Derive the gradients of one row from  z[d] = (x[d] - mean) / std,  out[d] = gamma[d] z[d] + beta[d].

        gamma[d] reaches the loss through out[d] of every row n, with factor z[n, d], beta[d] with factor 1:
            dgamma[d] = Σ_n dout[n, d] z[n, d]         dbeta[d] = Σ_n dout[n, d]
        z[d] reaches it with factor gamma[d]. x[d] reaches it through all z of its row, because it moves the mean by
        1 / D and std by z[d] / D:
            dz[d] = gamma[d] dout[d]
            dx[d] = dz[d] / std                               through z[d] itself
                  - Σ_e dz[e] / (D std)                       through the mean, which moves every z[e] by -1 / std
                  - z[d] Σ_e dz[e] z[e] / (D std)             through std, which moves every z[e] by -z[e] / std
                  = (dz[d] - mean of dz - z[d] · mean of dz z) / std
        The last two terms take two directions out of dz: a shift of the whole row, and a stretch of it. Neither moves z
        (but for epsilon), so neither can move the loss. forward keeps only z and std.
        """
        over = tuple(range(dout.ndim - 1))  # all axes but the features
        self.grads["gamma"] = (dout * self.z).sum(axis=over)  # (D,)
        self.grads["beta"] = dout.sum(axis=over)  # (D,)
        dz = dout * self.params["gamma"]  # (N, …, D)
        stretch = (dz * self.z).mean(axis=-1, keepdims=True)  # (N, …, 1)
        return (dz - dz.mean(axis=-1, keepdims=True) - self.z * stretch) / self.std

    def __repr__(self) -> str:
        epsilon = "" if self.epsilon == 1e-5 else f", epsilon={self.epsilon:g}"
        return f"{type(self).__name__}({self.n_in}{epsilon})"
