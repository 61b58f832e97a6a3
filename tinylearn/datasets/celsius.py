"""Ten temperatures in Celsius and in Fahrenheit: the neuron of chapter 3 learns from these alone."""

from __future__ import annotations

import numpy as np

CELSIUS = (-40, -30, -10, 0, 5, 10, 20, 40, 60, 100)


def celsius_fahrenheit() -> tuple[np.ndarray, np.ndarray]:
    """Return ten temperatures in °C and in °F, each (10, 1) float64; exactly, F = 9 / 5 · C + 32.

    >>> celsius, fahrenheit = celsius_fahrenheit()
    >>> celsius[-1], fahrenheit[-1]
    (array([100.]), array([212.]))
    """
    celsius = np.array(CELSIUS, dtype=np.float64)[:, None]
    return celsius, celsius * 9 / 5 + 32
