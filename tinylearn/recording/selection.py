"""Selection: the parameters of a model that a recorder keeps. Each becomes a column of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tinylearn.checks import shortened, texts
from tinylearn.recording.store import ABOUT

Selection = str | Iterable[str] | Callable[[str], Any] | None


def selected_names(named: dict[str, np.ndarray], select: Selection) -> tuple[str, ...]:
    """Return the names that `select` allows, in the order of the model."""
    taken = [name for name in named if name in dict(ABOUT) or name == "batch"]
    if taken:
        raise ValueError(f"Recorder: {taken[0]} is the name of a column; give the parameter another name")
    for name in named:
        if not name.isascii():
            raise ValueError(f"Recorder: {name!r} cannot name a column; give the parameter another name, in ASCII")
    if select is None and named:
        return tuple(named)
    if select is None:
        raise ValueError("Recorder: the model has no parameters to record")
    if not callable(select) and not isinstance(select, Iterable):
        raise TypeError(f"Recorder: select must be a list of names or a function of a name, got {shortened(select)}")
    if callable(select):
        names = {name for name in named if select(name)}
    else:
        names = {select} if isinstance(select, str) else set(texts("Recorder", "select", tuple(select)))
    unknown = sorted(names - set(named))
    if unknown or not names:
        wrong = f"got {unknown[0]!r}" if unknown else "none was selected"
        raise ValueError(f"Recorder: select must name parameters of the model, {', '.join(named)}; {wrong}")
    return tuple(name for name in named if name in names)
