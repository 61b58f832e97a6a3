"""The table of optimisers. Add one row for a new one: all tests of optimisers then test it, too.

`python -m tinylearn` takes three steps with each row, and compares them with results worked out by hand from the
formulas. The tests do more, also with PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tinylearn.optimizers import SGD, Adam, Optimizer, RMSprop

GRADIENTS = (4.0, -1.0, 2.5)  # of the three steps


class Row(NamedTuple):
    make: Callable[[], Optimizer]
    end: float  # the result of the three steps from 1.0


OPTIMIZERS = {
    "SGD": Row(lambda: SGD(0.1), 0.45),
    "SGD, momentum": Row(lambda: SGD(0.05, momentum=0.9), 0.428),
    "SGD, weight decay": Row(lambda: SGD(0.1, weight_decay=0.2), 0.405032),
    "SGD, momentum, weight decay": Row(lambda: SGD(0.05, momentum=0.9, weight_decay=0.2), 0.403579),
    "RMSprop": Row(lambda: RMSprop(0.1), 0.5880620057756021),
    "RMSprop, weight decay": Row(lambda: RMSprop(0.01, rho=0.8, weight_decay=0.5), 0.9554824714305622),
    "Adam": Row(lambda: Adam(0.1), 0.7888855127199293),
    "Adam, other settings": Row(lambda: Adam(0.05, beta_1=0.6, beta_2=0.8, epsilon=1e-3), 0.9022216309936139),
    "Adam, weight decay": Row(lambda: Adam(0.01, weight_decay=0.5), 0.9640866496772542),
}
