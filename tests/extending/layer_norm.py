"""Layer normalisation: each row is moved to mean 0 and variance 1, then scaled and shifted by what is learned."""

import numpy as np

from tinylearn import Layer


class LayerNorm(Layer):
    """out = factor · (x - mean) / √(variance + epsilon) + shift, over each row of x (N, D). Ba et al. 2016."""

    def __init__(self, n_in, epsilon=1e-5):
        self.n_in, self.epsilon = n_in, epsilon
        self.params["factor"] = np.ones(n_in)
        self.params["shift"] = np.zeros(n_in)

    def forward(self, x):
        if x.ndim != 2 or x.shape[1] != self.n_in:
            raise ValueError(f"{self} expects x of shape (N, {self.n_in}), got {x.shape}")
        centred = x - x.mean(axis=1, keepdims=True)
        self.deviation = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + self.epsilon)
        self.normal = centred / self.deviation
        out = self.normal * self.params["factor"] + self.params["shift"]
        self.out_shape = out.shape
        return out

    def backward(self, dout):
        """x moves its own z, and through the mean and the deviation those of its whole row.

        z = (x - mean) / deviation:   dx = (dz - mean of dz - z · mean of (dz · z)) / deviation
        """
        self.check_dout(dout)
        self.grads["factor"] = (dout * self.normal).sum(axis=0)
        self.grads["shift"] = dout.sum(axis=0)
        dz = dout * self.params["factor"]
        along = (dz * self.normal).mean(axis=1, keepdims=True)
        return (dz - dz.mean(axis=1, keepdims=True) - self.normal * along) / self.deviation

    def __repr__(self):
        return f"LayerNorm({self.n_in})"
