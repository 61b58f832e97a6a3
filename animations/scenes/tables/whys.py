"""Explains the numbers of a chart: a cell of the table; in a pie, cells, their sum, and a cell divided by it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from animations.kit.whys import added, noted
from animations.why import Line, Term, Why
from tinylearn.datasets import Table

GID = re.compile(r"(\w+)\[([^,]*?)(?:, (.*))?\]", re.DOTALL)  # what it is, when, of which series


@dataclass(frozen=True)
class TableWhys:
    """Explains value[1987, Japan], and the clock of row `row` of the table."""

    table: Table
    row: int

    def why(self, gid: str) -> Why | None:
        if gid == self.table.clock:
            return self.clock()
        found = GID.fullmatch(gid)
        return self.explain(*found.groups()) if found else None

    def explain(self, kind: str, time: str, name: str | None) -> Why | None:
        """Explain a number with such a gid."""
        return self.value(time, name) if kind == "value" and name is not None else None

    def clock(self) -> Why:
        table, time = self.table, float(self.table.times[self.row])
        counted = f", the days from 1 January 1970 until {table.written(time)}" if table.dates else ""
        words = f"read from the table, row {self.row + 1} of {len(table.times)}{counted}"
        return noted(f"the {table.clock} of this frame", words, time)

    def value(self, time: str, name: str) -> Why | None:
        """Explain a cell: how it has changed since the one before, and that it was read."""
        if (found := self._cell(time, name)) is None:
            return None
        row, column = found
        values = self.table.values[:, column]
        earlier = np.flatnonzero(~np.isnan(values[:row]))
        parts = [self._change(float(values[row]), earlier[-1], column)] if earlier.size else []
        unit = f" ({self.table.unit})" if self.table.unit else ""
        says = f"{name}, {self.table.clock} {time}{unit}"
        read = Line(f"read from the table: {name}, {time}", values[row])
        return Why(says, float(values[row]), [*parts, read])

    def term(self, row: int, column: int) -> Term:
        """Return a cell as a term. It can be asked if it is in this row or the row before."""
        value, time = float(self.table.values[row, column]), self.table.written(self.table.times[row])
        return Term(value, f"value[{time}, {self.table.names[column]}]" if row >= self.row - 1 else "")

    def _change(self, now: float, row: int, column: int) -> Line:
        """Return how much larger a value is than that of an earlier row: as a fraction of it, if that makes sense."""
        since, before = self.table.written(self.table.times[row]), self.term(row, column)
        change = now - before.value
        if before.value > 0:
            return Line(f"growth since {since}", "(", now, "-", before, ") /", before, "=", change / before.value)
        return Line(f"change since {since}", now, "-", before, "=", change)

    def _cell(self, time: str, name: str) -> tuple[int, int] | None:
        """Return row and column of a cell that has a value."""
        written = [self.table.written(each) for each in self.table.times]
        if time not in written or name not in self.table.names:
            return None
        row, column = written.index(time), self.table.names.index(name)
        return None if np.isnan(self.table.values[row, column]) else (row, column)


@dataclass(frozen=True)
class PieWhys(TableWhys):
    """Explains share[1987, Japan] and total[1987], too, for the series in the picture that have a value."""

    def explain(self, kind: str, time: str, name: str | None) -> Why | None:
        if kind == "total" and name is None:
            return self.total(time)
        return self.share(time, name) if kind == "share" and name is not None else super().explain(kind, time, name)

    def share(self, time: str, name: str) -> Why | None:
        found, total = self._cell(time, name), self.total(time)
        if found is None or total is None:
            return None
        value, whole = self.term(*found), Term(total.value, f"total[{time}]")
        share = value.value / whole.value
        line = Line("its value, divided by the whole pie", value, "/", whole, "=", share)
        return Why(f"the share of {name} in the whole pie, {self.table.clock} {time}", share, [line])

    def total(self, time: str) -> Why | None:
        cells = [found for name in self.table.names if (found := self._cell(time, name))]
        if not cells:
            return None
        rows = [(self.table.names[column], *self.term(row, column)) for row, column in cells]
        total = float(np.sum([value for _, value, _ in rows]))
        return Why(f"the whole pie, {self.table.clock} {time}", total,
                   [added("the values of those shown, added up", rows, total)])  # fmt: skip
