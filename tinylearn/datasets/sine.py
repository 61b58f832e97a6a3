"""One wave and a half of the sine: the curve that the network of chapter 4 learns."""

from __future__ import annotations

import numpy as np

from tinylearn.checks import positive_integer

LOW, HIGH = -5.0, 5.0


def sine(count: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """Return `count` evenly spaced x from -5 to 5, both included, and sin(x): each (count, 1) float64.

    >>> x, y = sine()
    >>> x.shape, x[0].item(), x[-1].item()
    ((1000, 1), -5.0, 5.0)
    >>> print((y**2).mean().round(3))  # what predicting 0 everywhere would cost
    0.528
    """
    x = np.linspace(LOW, HIGH, positive_integer("sine", "count", count))[:, None]
    return x, np.sin(x)
