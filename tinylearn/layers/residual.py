"""A residual connection: the output of some layers is added to their input.

    x ─┬─ layers[0] → layers[1] → … → f(x) ─┐
       └────────────────────────────────────┴─ + → out = x + f(x)

The layers only learn what to change. And the gradient has a way back without any layer. It reaches the start of even a
deep network unchanged, and does not **vanish**. He et al. 2016, arXiv:1512.03385.
"""

from __future__ import annotations

import numpy as np

from tinylearn.layers.guard import checked_layers, required_dx
from tinylearn.layers.layer import Layer


class Residual(Layer):
    """Add the output of the layers to x: `out = x + layers(x)`. The layers must keep the shape of x.

    >>> from tinylearn.layers.activations import ReLU
    >>> Residual(ReLU()).forward([[-1.0, 2.0]])
    array([[-1.,  4.]])
    """

    calls_all_parts = True

    def __init__(self, *layers: Layer) -> None:
        self.layers = checked_layers("Residual", layers, Layer)

    def forward(self, x: np.ndarray) -> np.ndarray:
        out = x
        for layer in self.layers:
            out = layer.forward(out)
        if out.shape != x.shape:
            raise ValueError(f"its layers must keep the shape of x, {x.shape}, they give {out.shape}")
        return x + out

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """out = x + f(x): x reaches the loss directly, with factor 1, and through f. So dx = dout + df, the dx of f.

        On the way back, the layers of f find their own gradients, by the chain rule.
        """
        df = dout
        for layer in reversed(self.layers):
            df = required_dx(layer, layer.backward(df))  # an error if it is None
        return dout + df

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.layers))})"
