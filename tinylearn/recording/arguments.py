"""What a Recorder can be told: which parameters, and how many bytes."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tinylearn.checks import positive_integer, shortened, texts

Selection = str | Iterable[str] | Callable[[str], Any] | None

UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


def selected_names(named: dict[str, np.ndarray], select: Selection) -> tuple[str, ...]:
    """Return the names that `select` lets through, in the order of the model."""
    if select is None:
        return tuple(named)
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


def number_of_bytes(budget: int | str) -> int:
    """Return a number of bytes given as such or as text: 2_000_000, "2 MB", "0.5 GB", "64 KiB"."""
    if isinstance(budget, str):
        match = re.fullmatch(r"\s*([\d_.]+)\s*([A-Za-z]*)\s*", budget)
        if match and match[2].upper() in UNITS:
            with contextlib.suppress(ValueError):
                return int(float(match[1]) * UNITS[match[2].upper()])
        raise ValueError(f"Recorder: budget must be bytes, such as 2_000_000 or '2 MB', got {budget!r}")
    return positive_integer("Recorder", "budget", budget)
