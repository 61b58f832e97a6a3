"""A dense layer: every output is a weighted sum of all inputs, plus a bias.

    x (N, D)  →  x @ w + b  →  out (N, M)

N batch, D inputs, M outputs; w (D, M) weights, b (M,) biases. With D = M = 1 it is the straight line of chapter 3,
with a sigmoid behind it the neuron of chapter 5.
"""

from __future__ import annotations

import numpy as np

from tinylearn.checks import generator, positive_integer
from tinylearn.initializers import Initializer, he_normal, initial, zeros
from tinylearn.layers.layer import Layer


class Dense(Layer):
    """Every output is a weighted sum of all inputs, plus a bias: `out = x @ w + b`.

    x (N, n_in) → out (N, n_out). The weights start as `weights(shape, rng)`, the biases as `biases(shape, rng)`;
    see `tinylearn.initializers`. Raises ValueError when x is not a table of n_in columns.

    >>> layer = Dense(3, 2, rng=np.random.default_rng(0))
    >>> layer.forward(np.ones((4, 3))).shape
    (4, 2)
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        rng: np.random.Generator,
        weights: Initializer = he_normal,
        biases: Initializer = zeros,
    ) -> None:
        self.n_in = positive_integer("Dense", "n_in", n_in)
        self.n_out = positive_integer("Dense", "n_out", n_out)
        generator("Dense", rng)
        self.params["w"] = initial("Dense", "w", weights, (self.n_in, self.n_out), rng)  # (D, M)
        self.params["b"] = initial("Dense", "b", biases, (self.n_out,), rng)  # (M,)
        self.x: np.ndarray  # (N, D), remembered by forward
        self.ones = np.ones(0)  # (N,), the input that b is the weight of: a neuron that always says 1

    def forward(self, x: np.ndarray) -> np.ndarray:
        if not isinstance(x, np.ndarray):
            x = self.floats(x)
        if x.ndim != 2 or x.shape[1] != self.n_in:
            hint = "; for a single row, write x[None]" if x.shape == (self.n_in,) else ""
            if x.ndim > 2:
                hint = "; put Flatten() before it"
            raise ValueError(f"{self} expects x of shape (N, {self.n_in}), got {x.shape}{hint}")
        if self.ones.shape != x.shape[:1] or self.ones.dtype != x.dtype:
            x = self.floats(x)
            self.ones = np.ones(len(x), x.dtype)
        self.x = x
        out = x.dot(self.params["w"])  # (N, M); for small arrays `dot` takes a third of the time of `@`
        out += self.params["b"]
        self.out_shape = out.shape
        return out

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Derive the three gradients from  out[n, m] = Σ_d x[n, d] w[d, m] + b[m].

        w[d, m] reaches the loss through out[n, m] of every row n, with factor x[n, d]:
            dw[d, m] = Σ_n x[n, d] dout[n, m]        dw = xᵀ @ dout
        b[m] reaches it with factor 1, and x[n, d] reaches it through every output m with factor w[d, m]:
            db[m] = Σ_n dout[n, m]                   db = 1ᵀ @ dout
            dx[n, d] = Σ_m dout[n, m] w[d, m]        dx = dout @ wᵀ
        """
        self.fill_grads(dout)
        return dout.dot(self.params["w"].T)  # (N, D)

    def fill_grads(self, dout: np.ndarray) -> None:
        """Fill dw and db, as derived in `backward`."""
        self.check_dout(dout)
        self.grads["w"] = self.x.T.dot(dout)  # (D, M)
        self.grads["b"] = self.ones.dot(dout)  # (M,); a fifth of the time of dout.sum(axis=0)

    def __repr__(self) -> str:
        return f"Dense({self.n_in}, {self.n_out})"
