"""Group normalisation: each group of channels of an image gets mean 0 and variance 1. Wu and He 2018."""

import numpy as np

from tinylearn import Layer


class GroupNorm(Layer):
    """out = factor · (x - mean) / √(variance + epsilon) + shift, over the pixels and the channels of a group."""

    x_shape = ("N", "H", "W", "channels")

    def __init__(self, groups, channels, epsilon=1e-5):
        self.groups, self.channels, self.epsilon = groups, channels, epsilon
        self.params["factor"] = np.ones(channels)
        self.params["shift"] = np.zeros(channels)

    def check_shape(self, x_shape):
        if x_shape[3] % self.groups:
            raise ValueError(f"expects channels for {self.groups} equal groups, got {x_shape[3]}")

    def forward(self, x):
        n, h, w, c = x.shape
        grouped = x.reshape(n, h * w, self.groups, c // self.groups)
        centred = grouped - grouped.mean(axis=(1, 3), keepdims=True)
        self.deviation = np.sqrt((centred * centred).mean(axis=(1, 3), keepdims=True) + self.epsilon)
        self.normal = centred / self.deviation
        return self.normal.reshape(x.shape) * self.params["factor"] + self.params["shift"]

    def backward(self, dout):
        """x moves its own z, and through the mean and the deviation all z of its group, as in layer normalisation."""
        self.grads["factor"] = (dout * self.normal.reshape(dout.shape)).sum(axis=(0, 1, 2))
        self.grads["shift"] = dout.sum(axis=(0, 1, 2))
        dz = (dout * self.params["factor"]).reshape(self.normal.shape)
        along = (dz * self.normal).mean(axis=(1, 3), keepdims=True)
        dx = (dz - dz.mean(axis=(1, 3), keepdims=True) - self.normal * along) / self.deviation
        return dx.reshape(dout.shape)

    def __repr__(self):
        return f"GroupNorm({self.groups}, {self.channels})"
