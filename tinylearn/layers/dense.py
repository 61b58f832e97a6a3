"""A dense layer: every output is a weighted sum of all inputs, plus a bias.

    x (N, D)  →  x @ w + b  →  out (N, M)

N batch, D inputs (`n_in`), M outputs (`n_out`); w (D, M), b (M,). `tinylearn.Dense` runs `fast_dense.py`.
"""

from __future__ import annotations

import numpy as np

from tinylearn.checks import positive_integer
from tinylearn.initializers import Initializer, Rng, he_normal, init_parameter, zeros
from tinylearn.layers.layer import Layer


class Dense(Layer):
    """Every output is a weighted sum of all inputs, plus a bias: `out = x @ w + b`.

    x (N, …, n_in) → out (N, …, n_out). `tinylearn.initializers` says how w and b start.

    >>> Dense(3, 2, rng=np.random.default_rng(0)).forward(np.ones((4, 3))).shape
    (4, 2)
    """

    x_shape = ("N", "…", "n_in")

    def __init__(
        self, n_in: int, n_out: int, *, rng: Rng, weights: Initializer = he_normal, biases: Initializer = zeros
    ) -> None:
        self.n_in = positive_integer("Dense", "n_in", n_in)
        self.n_out = positive_integer("Dense", "n_out", n_out)
        self.params["w"] = init_parameter("Dense", "w", weights, (self.n_in, self.n_out), rng)
        self.params["b"] = init_parameter("Dense", "b", biases, (self.n_out,), rng)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.x = x
        return x @ self.params["w"] + self.params["b"]

    def backward(self, dout: np.ndarray) -> np.ndarray | None:
        """Derive the three gradients from  out[n, m] = Σ_d x[n, d] w[d, m] + b[m], by the chain rule.

        w[d, m] reaches the loss through out[n, m] of every row n, with factor x[n, d]:
            dw[d, m] = Σ_n x[n, d] dout[n, m]        dw = xᵀ @ dout
        b[m] reaches it with factor 1, and x[n, d] reaches it through every output m with factor w[d, m]:
            db[m] = Σ_n dout[n, m]                   db = Σ_n dout[n]
            dx[n, d] = Σ_m dout[n, m] w[d, m]        dx = dout @ wᵀ
        """
        x_rows, dout_rows = self.x.reshape(-1, self.n_in), dout.reshape(-1, self.n_out)  # (N, D) and (N, M)
        self.grads["w"] = x_rows.T @ dout_rows  # (D, M)
        self.grads["b"] = dout_rows.sum(axis=0)  # (M,)
        return dout @ self.params["w"].T if self.needs_dx else None  # (N, …, D)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.n_in}, {self.n_out})"
