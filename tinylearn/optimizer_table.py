"""The table of optimisers. A new optimiser is one row: what is asked of every optimiser is then asked of it too.

`python -m tinylearn` checks the first step of all rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from tinylearn.optimizers import SGD, Adam, Optimizer, RMSprop


class Row(NamedTuple):
    make: Callable[[], Optimizer]
    after: float  # where one step takes p = 1 with a gradient of 4, by its formula


OPTIMIZERS = {
    "SGD": Row(lambda: SGD(0.1), 1 - 0.1 * 4),
    "SGD, momentum": Row(lambda: SGD(0.1, momentum=0.9), 1 - 0.1 * 4),
    "RMSprop": Row(lambda: RMSprop(0.1), 1 - 0.1 * 4 / (math.sqrt(0.1 * 4**2) + 1e-7)),  # a tenth of g² is new
    "Adam": Row(lambda: Adam(0.1), 1 - 0.1 * 4 / (math.sqrt(4**2) + 1e-7)),  # both means are corrected to g and g²
}
