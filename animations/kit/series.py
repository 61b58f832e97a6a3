"""Things to compare step by step: each is a series of numbers, in columns with names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from animations import checks
from animations.data import Data, anything, text
from animations.guard import told_by
from animations.kit import style
from animations.kit.whys import noted
from animations.why import Why
from tinylearn.checks import numbers


def _columns(caller: str, name: str, values: Any) -> dict[str, np.ndarray]:
    columns = checks.mapping(caller, name, values)
    if not columns:
        raise ValueError(f"{caller}: {name} must have at least one column, got {columns}")
    return {checks.text(caller, "a column", column): _column(column, each) for column, each in columns.items()}


def _column(name: str, values: Any) -> np.ndarray:
    values = numbers("Series", name, values, np.float64)
    return checks.array("Series", name, values, ("S",)[: values.ndim])


class Series(Data):
    """One of the things to compare: its name, and column → its value at every step (S,), or one value for all steps.

    whys   whys(column, step) explains a number, as `Scene.why` does: that column at a step, or a number that it was
    made
           from; None if it cannot

    Raises ValueError for numbers that are not finite.
    """

    name: str = text()
    columns: dict[str, np.ndarray] = anything(_columns)
    whys: Callable[[str, int], Why | None] | None = anything(checks.function, default=None, kw_only=True)

    def __repr__(self) -> str:
        return f"Series({self.name!r}, {list(self.columns)})"

    def at(self, column: str, step: int) -> float:
        """Return the value at a step; after its end, a series keeps its last value."""
        values = self.columns[column]
        return float(values if values.ndim == 0 else values[min(step, len(values) - 1)])

    def why(self, gid: str, step: int) -> Why | None:
        """Explain the number "name.column" at a step, or a number that it was made from."""
        column = gid.removeprefix(f"{self.name}.")
        if column == gid:
            return None
        why = told_by(f"{self}.whys", column, self.whys(column, step)) if self.whys else None
        return why.renamed(lambda gid: f"{self.name}.{gid}") if why else self._given(column, step)

    def _given(self, column: str, step: int) -> Why | None:
        """Explain a number of which only this is known: the picture was given it."""
        if column not in self.columns:
            return None
        values, words = self.columns[column], "given to this picture"
        if not values.ndim:
            words += ", the same for all steps"
        elif step >= len(values):
            words += f": that of step {len(values) - 1}, the last of {self.name}"
        return noted(f"{column} of {self.name} at step {step}", words, self.at(column, step))


def checked_series(caller: str, series: Sequence[Series], growing: Sequence[str]) -> tuple[Series, ...]:
    """Return 1 to 5 series, each with a value at every step in the columns `growing`; otherwise raise an error."""
    checked = checks.instances(caller, "series", series, Series)
    if not 1 <= len(checked) <= len(style.SERIES):
        raise ValueError(f"{caller}: expected 1 to {len(style.SERIES)} series, got {len(checked)}")
    for one in checked:
        for column in growing:
            if column not in one.columns or not one.columns[column].ndim:
                raise ValueError(
                    f"{caller}: each Series must have a column {column!r} with a value for every step, got {one}"
                )
    return checked
