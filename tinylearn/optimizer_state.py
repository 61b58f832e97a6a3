"""What an optimiser has beside its settings, as one flat dict: what checkpoints keep.

    m, v, t, …             its `state`
    self.count             an attribute that differs from that of a new optimiser, such as the learning rate
    inner.m, …             the same of an optimiser that it holds, by the name of the attribute

A new optimiser with the same settings that is given this dict goes on as the first one would have.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from tinylearn.checks import found_in, same_state
from tinylearn.optimizer_guard import NOT_STEPPED, owner_of
from tinylearn.optimizers import Optimizer


def full_state(optimizer: Optimizer) -> dict[str, Any]:
    """Return name → value of everything that a new optimiser with the same settings does not have."""
    found: dict[str, Any] = {}
    for prefix, part, new in _beside_new(optimizer):
        found |= {f"{prefix}{name}": value for name, value in part.state.items()}
        for name, value in vars(part).items():
            if name == "state" or any(found_in(name, value, Optimizer)):
                continue
            new_has_it = name in vars(new) and same_state(value, vars(new)[name])
            if isinstance(value, np.random.Generator) or not new_has_it:  # a generator is shared with the new one
                found[f"{prefix}self.{name}"] = value
    return found


def restore_state(optimizer: Optimizer, values: dict[str, Any]) -> None:
    """Make the optimiser the one of which `full_state` returned `values`; it is then bound to no parameters."""
    parts = list(_beside_new(optimizer))
    for _, part, new in parts:
        vars(part).update({name: each for name, each in vars(new).items() if not any(found_in(name, each, Optimizer))})
        part._stepped = NOT_STEPPED
    for key, value in values.items():
        prefix, part, _ = [each for each in parts if key.startswith(each[0])][-1]  # the innermost comes last
        name = key.removeprefix(prefix)
        owner = vars(part) if name.startswith("self.") else part.state
        owner[name.removeprefix("self.")] = value


def has_stepped(optimizer: Optimizer) -> bool:
    """Return whether the optimiser has anything that a new one does not have, but a learning rate, or a generator."""
    return any(
        not name.endswith("self._learning_rate") and not isinstance(value, np.random.Generator)
        for name, value in full_state(optimizer).items()
    )


def remembers_other(optimizer: Optimizer, parameters: np.ndarray) -> bool:
    """Return whether the optimiser remembers steps of other parameters than these; a copy is bound to none."""
    stepped = [part._stepped[2] for part in optimizer.parts().values()]
    other = any(each is not None and each() is not owner_of(parameters) for each in stepped)
    return other and has_stepped(optimizer)


def description_of(optimizer: Optimizer) -> dict[str, str]:
    """Return what must be the same in two runs, by name: settings as they were given, and what is remembered."""
    description = {}
    with np.printoptions(threshold=sys.maxsize, floatmode="unique"):
        for prefix, part, new in _beside_new(optimizer):
            name = f"the optimizer {prefix}".rstrip(" .")
            description[name] = re.sub(r" at 0x[0-9A-Fa-f]+", "", Optimizer.__repr__(new))  # where a function is, now
            description[f"what {name} remembers"] = ", ".join(part.remembers) or "nothing"
    return description


def _beside_new(optimizer: Optimizer) -> Iterator[tuple[str, Optimizer, Optimizer]]:
    """Yield for the optimiser, and those that it holds: the prefix of its names, itself, and itself as it was made."""
    new = optimizer._rebuilt().parts()
    for name, part in optimizer.parts().items():
        yield f"{name}." if name else "", part, new[name]
