"""The full state of an optimiser, everything but its settings, as one flat dict. Checkpoints keep it.

    m, v, t, …             its `state`
    self.count             an attribute that differs from that of a new optimiser, such as the learning rate
    inner.m, …             the same of an optimiser that it holds, by the name of the attribute

Give this dict to a new optimiser with the same settings: it continues exactly as the first one would have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tinylearn.checks import found_in, same_state
from tinylearn.optimizer_guard import NOT_STEPPED, owner_of
from tinylearn.optimizers import Optimizer


def full_state(optimizer: Optimizer) -> dict[str, Any]:
    """Return name → value for everything in which it differs from a new optimiser with the same settings."""
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
    """Set the full state to `values`, as `full_state` returned them. The optimiser may then step any parameters."""
    parts = list(_beside_new(optimizer))
    for _, part, new in parts:  # as new: what a step has made goes, too
        held = {name: each for name, each in vars(part).items() if any(found_in(name, each, Optimizer))}
        vars(part).clear()
        vars(part).update(vars(new) | held)
        part._stepped = NOT_STEPPED
    for key, value in values.items():
        prefix, part, _ = [each for each in parts if key.startswith(each[0])][-1]  # the innermost comes last
        name = key.removeprefix(prefix)
        owner = vars(part) if name.startswith("self.") else part.state
        owner[name.removeprefix("self.")] = value


def has_stepped(optimizer: Optimizer) -> bool:
    """Does it differ from a new optimiser in more than its learning rate and its generators?"""
    return any(
        not name.endswith("self._learning_rate") and not isinstance(value, np.random.Generator)
        for name, value in full_state(optimizer).items()
    )


def remembers_other(optimizer: Optimizer, parameters: np.ndarray) -> bool:
    """Does it remember steps of other parameters than these? A copy may step any parameters."""
    stepped = [part._stepped[2] for part in optimizer.parts().values()]
    other = any(each is not None and each() is not owner_of(parameters) for each in stepped)
    return other and has_stepped(optimizer)


def description_of(optimizer: Optimizer) -> dict[str, str]:
    """Return by name what must be equal in two runs: the settings as given, and the names of the state."""
    description = {}
    for prefix, part, new in _beside_new(optimizer):
        name = f"the optimizer {prefix}".rstrip(" .")
        description[name] = Optimizer.__repr__(new)
        description[f"what {name} remembers"] = ", ".join(part.remembers) or "nothing"
    return description


def _beside_new(optimizer: Optimizer) -> Iterator[tuple[str, Optimizer, Optimizer]]:
    """Yield for the optimiser, and for those that it holds: the prefix of its names, itself, and a new one like it."""
    new = optimizer._rebuilt().parts()
    for name, part in optimizer.parts().items():
        yield f"{name}." if name else "", part, new[name]
