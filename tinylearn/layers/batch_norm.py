"""Batch normalisation: each feature gets mean 0 and variance 1 over the batch; then a scale and a shift are learned.

    x (N, …, D)  →  z = (x - mean) / √(var + epsilon)  →  out = gamma · z + beta  (N, …, D)

N batch, D features (`n_in`); mean, var, scale gamma and shift beta (D,): each feature has one of each. In images
(N, H, W, C) the channels are the features, and every pixel of every image is a row. The next layer gets numbers of a
steady size, however the layers before it change. So deep networks learn with larger learning rates.

**Two modes.** A prediction for one example must not depend on the other examples in its batch. So while the network
learns, the layer keeps a running mean and variance in `state`, and it uses these when it predicts:

    running = (1 - momentum) · running + momentum · that of the batch            PyTorch's convention; Keras swaps them

As in PyTorch, the batch is normalised with the variance Σ (x - mean)² / N. The running variance takes
Σ (x - mean)² / (N - 1) from each batch. That one is **unbiased**: on average it is the variance of all data.
"""

from __future__ import annotations

import math

import numpy as np

from tinylearn.checks import number_between, positive_integer
from tinylearn.layers.layer import Layer


class BatchNorm(Layer):
    """Normalise each feature over the batch: `out = gamma · (x - mean) / √(var + epsilon) + beta`.

    x (N, …, n_in) → out (N, …, n_in). Ioffe and Szegedy 2015, arXiv:1502.03167. While training, mean and var come from
    the batch; otherwise they are the running ones. A single row has no variance. So even while training, it is
    normalised with the running ones and does not change them (PyTorch refuses it).

    >>> layer = BatchNorm(1)
    >>> layer.training = True
    >>> layer.forward([[1.0], [3.0]]).round(3)
    array([[-1.],
           [ 1.]])
    >>> layer.state
    {'mean': array([0.2]), 'var': array([1.1])}
    """

    x_shape = ("N", "…", "n_in")

    def __init__(self, n_in: int, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        self.n_in = positive_integer("BatchNorm", "n_in", n_in)
        self.momentum = number_between("BatchNorm", "momentum", momentum, 0, 1, open_low=True)
        self.epsilon = number_between("BatchNorm", "epsilon", epsilon, 0, math.inf, open_low=True)
        self.params["gamma"], self.params["beta"] = np.ones(self.n_in), np.zeros(self.n_in)
        self.state["mean"], self.state["var"] = np.zeros(self.n_in), np.ones(self.n_in)

    def forward(self, x: np.ndarray) -> np.ndarray:
        rows = x.reshape(-1, self.n_in)  # (N, D): from here on, N counts all axes but the last
        self.of_batch = self.training and len(rows) > 1
        mean, var = self.state["mean"], self.state["var"]  # (D,) each
        if self.of_batch:
            mean, var = rows.mean(axis=0), rows.var(axis=0)
        self.std = np.sqrt(var + self.epsilon)  # (D,)
        self.z = (x - mean) / self.std  # (N, …, D)
        if self.of_batch:
            self._remember(mean, var * len(rows) / (len(rows) - 1))
        return self.params["gamma"] * self.z + self.params["beta"]

    def _remember(self, mean: np.ndarray, var: np.ndarray) -> None:
        """Move the running mean and variance towards those of the batch."""
        m, state = self.momentum, self.state
        state["mean"], state["var"] = (1 - m) * state["mean"] + m * mean, (1 - m) * state["var"] + m * var

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Derive the gradients of one feature from  z[n] = (x[n] - mean) / std,  out[n] = gamma z[n] + beta.

        gamma reaches the loss through every row, with factor z[n], beta with factor 1, and z[n] with factor gamma:
            dgamma = Σ_n dout[n] z[n]          dbeta = Σ_n dout[n]          dz[n] = gamma dout[n]
        x[n] reaches it in three ways:
            through z[n] itself, with factor 1 / std:                                  dz[n] / std
            through the mean, with ∂mean / ∂x[n] = 1 / N, ∂z[m] / ∂mean = -1 / std:  - Σ_m dz[m] / (N std)
            through std, with ∂std / ∂x[n] = z[n] / N, ∂z[m] / ∂std = -z[m] / std:   - z[n] Σ_m dz[m] z[m] / (N std)
        Together, with means in the place of Σ / N:
            dx[n] = (dz[n] - mean of dz - z[n] · mean of dz z) / std
        Why ∂std / ∂x[n] = z[n] / N? var is the mean of (x - mean)², so ∂var / ∂x[n] = 2 (x[n] - mean) / N. (The mean
        moves too, but that adds nothing: Σ (x - mean) = 0.) And std = √(var + epsilon), so ∂std / ∂var = 1 / (2 std).

        In a prediction no x moves the mean and std, so only the first way is left. forward keeps just z and std,
        because x and the mean appear only inside z.
        """
        dout_rows, z = dout.reshape(-1, self.n_in), self.z.reshape(-1, self.n_in)  # (N, D)
        self.grads["gamma"] = (dout_rows * z).sum(axis=0)  # (D,)
        self.grads["beta"] = dout_rows.sum(axis=0)  # (D,)
        dz = dout_rows * self.params["gamma"]  # (N, D)
        if self.of_batch:
            dz = dz - dz.mean(axis=0) - z * (dz * z).mean(axis=0)
        return (dz / self.std).reshape(dout.shape)

    def __repr__(self) -> str:
        momentum = "" if self.momentum == 0.1 else f", momentum={self.momentum:g}"
        epsilon = "" if self.epsilon == 1e-5 else f", epsilon={self.epsilon:g}"
        return f"{type(self).__name__}({self.n_in}{momentum}{epsilon})"
