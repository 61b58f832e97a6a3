"""What an optimiser has beside its settings, as one flat dict.

    learning_rate       of now
    m, v, t, …          its `state`
    .count              an attribute that its steps have changed
    inner.m, …          the same of an optimiser that it holds, by the name of the attribute

Checkpoints keep it, and a race asks whether there is any.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from tinylearn.checks import same_state
from tinylearn.optimizers import Optimizer

NO_MEMORY = ("state", "_learning_rate")  # attributes that are told by other names


def remembered(optimizer: Optimizer) -> dict[str, Any]:
    """Return name → value of everything that a new optimiser with the same settings does not have."""
    found: dict[str, Any] = {}
    for prefix, part, new in _beside_new(optimizer):
        if "_learning_rate" in vars(part):
            found[f"{prefix}learning_rate"] = part.learning_rate
        found |= {f"{prefix}{name}": value for name, value in part.state.items()}
        found |= {f"{prefix}.{name}": value for name, value in _changed(part, new).items()}
        found |= {f"{prefix}.{n}": value for n, value in vars(part).items() if isinstance(value, np.random.Generator)}
    return found


def recall(optimizer: Optimizer, values: dict[str, Any]) -> None:
    """Make the optimiser the one of which `remembered` returned `values`; it is then bound to no parameters."""
    for prefix, part, new in _beside_new(optimizer):
        vars(part).update({name: value for name, value in vars(new).items() if not isinstance(value, Optimizer)})
        part._stepped = None, None, None
        for key, value in values.items():
            name = key.removeprefix(prefix)
            if not key.startswith(prefix) or "." in name[1:]:
                continue
            if name == "learning_rate":
                part._learning_rate = value
            elif name.startswith("."):
                setattr(part, name[1:], value)
            else:
                part.state[name] = value


def has_stepped(optimizer: Optimizer) -> bool:
    """Return whether the optimiser has anything, but a learning rate, that a new one does not have."""
    return any(part.state or _changed(part, new) for _, part, new in _beside_new(optimizer))


def facts_of(optimizer: Optimizer) -> dict[str, str]:
    """Return what must be the same in two runs, by name: settings as they were given, and what is remembered."""
    facts = {}
    with np.printoptions(threshold=sys.maxsize, floatmode="unique"):
        for prefix, part, new in _beside_new(optimizer):
            name = f"the optimizer{prefix and ' '}{prefix.rstrip('.')}"
            facts[name] = re.sub(r" at 0x[0-9A-Fa-f]+", "", Optimizer.__repr__(new))  # of a function: another each time
            facts[f"what {name} remembers"] = ", ".join(part.remembers) or "nothing"
    return facts


def _beside_new(optimizer: Optimizer) -> Iterator[tuple[str, Optimizer, Optimizer]]:
    """Yield for the optimiser, and those that it holds: the prefix of its names, itself, and itself as it was made."""
    new = optimizer._as_made().parts()
    for name, part in optimizer.parts().items():
        yield f"{name}." if name else "", part, new[name]


def _changed(part: Optimizer, new: Optimizer) -> dict[str, Any]:
    """Return the attributes that are others than those of a new optimiser, or that it does not have."""
    own = {name: value for name, value in vars(part).items() if not isinstance(value, Optimizer)}
    return {
        name: value
        for name, value in own.items()
        if name not in NO_MEMORY and not (name in vars(new) and same_state(value, vars(new)[name]))
    }
