"""A table of numbers over time, which the charts of chapter 1 draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tinylearn.checks import numbers, positive_integer, texts
from tinylearn.datasets import cells

LEAST_ROWS = 2  # one would be a picture, not an animation
LARGEST = 1e100  # no number may be further from 0, or sums and lengths become infinite


@dataclass(frozen=True, eq=False)
class Table:
    """Several series over the same times: times (T,) and values (T, K) float64, K names. T times, K series.

    A missing value is NaN. `clock` is the unit of the times, such as "year". If the times are days since 1970, `dates`
    is the format for writing them, such as "%Y-%m-%d". Raises ValueError if the parts do not fit together.

    >>> table = Table([2000, 2010, 2020], ["A", "B"], [[1, 5], [2, 4], [3, 3]], clock="year")
    >>> table.values.shape
    (3, 2)
    """

    times: np.ndarray
    names: tuple[str, ...]
    values: np.ndarray
    clock: str = "time"
    title: str = ""
    unit: str = ""
    source: str = ""
    dates: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", numbers("Table", "times", self.times, np.float64).copy())
        object.__setattr__(self, "values", numbers("Table", "values", self.values, np.float64).copy())
        object.__setattr__(self, "names", texts("Table", "names", self.names))
        shape = (self.times.size, len(self.names))
        if self.times.ndim != 1 or self.values.shape != shape:
            raise ValueError(
                f"Table: expected values of shape (times, names) = {shape}, got {self.values.shape} "
                f"with times of shape {self.times.shape}"
            )
        if shape[0] < LEAST_ROWS or not self.names:
            raise ValueError(f"Table: expected two times and one series at least, got {shape[0]} and {shape[1]}")
        if not np.isfinite(self.times).all():
            wrong = self.times[~np.isfinite(self.times)][0]
            raise ValueError(f"Table: every time must be a finite number, got {wrong}; leave out that row")
        if (empty := np.isnan(self.values).all(axis=0)).any():
            name = self.names[int(empty.argmax())]
            raise ValueError(f"Table: a series needs a value at least, got none for {name!r}; leave it out")
        largest = max((*self.times, *self.values[~np.isnan(self.values)]), key=abs)
        if abs(largest) > LARGEST:
            raise ValueError(
                f"Table: every time and value must lie within ±{LARGEST:g}, got {largest:.10g}; choose a larger unit"
            )
        if not (np.diff(self.times) > 0).all():
            row = int(np.argmin(np.diff(self.times) > 0))
            raise ValueError(f"Table: times must increase, got {self.times[row + 1]:.10g} after {self.times[row]:.10g}")
        if len(set(self.names)) < len(self.names):
            raise ValueError(f"Table: every series needs a name of its own, got {', '.join(self.names)}")

    def written(self, time: float) -> str:
        """Return a time as text: 1987, or 2020-03-02."""
        return cells.written(time, self.dates)

    def columns(self, chosen: Sequence[int]) -> Table:
        """Return a table of some of the series, given by their places."""
        return replace(self, names=tuple(self.names[k] for k in chosen), values=self.values[:, list(chosen)])

    def largest(self, count: int) -> Table:
        """Return a table of the `count` largest series of the last row, in the present order.

        >>> Table([1, 2], ["A", "B", "C"], [[9, 1, 2], [3, 5, 4]]).largest(2).names
        ('B', 'C')
        """
        order = np.argsort(-self.values[-1], kind="stable")  # a missing value comes last
        return self.columns(sorted(order[: positive_integer("Table.largest", "count", count)].tolist()))
