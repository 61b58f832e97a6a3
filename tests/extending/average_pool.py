"""Average pooling: of each window, the mean is kept."""

import numpy as np

from tinylearn import Layer


class AveragePool2D(Layer):
    """The mean of each window of `size` × `size`, `stride` apart: x (N, H, W, C) → out (N, OH, OW, C)."""

    def __init__(self, size, stride):
        self.size, self.stride = size, stride

    def _places(self, x):
        """Yield the views of x that lie under each entry of the windows, all of the shape of out."""
        down, across = ((length - self.size) // self.stride * self.stride + 1 for length in x.shape[1:3])
        for i in range(self.size):
            for j in range(self.size):
                yield x[:, i : i + down : self.stride, j : j + across : self.stride]

    def forward(self, x):
        if x.ndim != 4 or min(x.shape[1:3]) < self.size:
            raise ValueError(f"{self} expects images of shape (N, H, W, C), at least {self.size} wide, got {x.shape}")
        self.x_shape = x.shape
        out = sum(self._places(x)) / self.size**2
        self.out_shape = out.shape
        return out

    def backward(self, dout):
        """Each number under a window moves its mean by a share of 1 / size²; windows that overlap add up."""
        self.check_dout(dout)
        dx = np.zeros(self.x_shape, dout.dtype)
        for place in self._places(dx):
            place += dout / self.size**2
        return dx

    def __repr__(self):
        return f"AveragePool2D({self.size}, stride={self.stride})"
