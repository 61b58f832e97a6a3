"""Tables of numbers over time: what the charts of chapter 1 draw, and the reader of their files.

The first column is the time, each other column a series. Lines that start with # are comments, of which the title, the
unit and the source are kept:

    # title: Rainfall
    # unit: mm
    month,Bergen,Cairo
    1,190,5
    2,152,4
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinylearn.checks import existing_path, numbers, texts

CAPTIONS = ("title", "unit", "source")
LEAST_ROWS = 2  # one would be a picture, not an animation
LARGEST = 1e100  # no number may be further from 0: sums and lengths of larger ones become infinite


@dataclass(frozen=True, eq=False)
class Table:
    """Several series over the same times: times (T,) and values (T, K) float64, K names. T times, K series.

    `clock` is what the times count: "year", say. Raises ValueError if the parts do not fit together.

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
        if not (np.isfinite(self.times).all() and np.isfinite(self.values).all()):
            wrong = next(v for v in (*self.times, *self.values.ravel()) if not np.isfinite(v))
            raise ValueError(
                f"Table: every time and value must be a finite number, got {wrong}; leave out the rows that lack one"
            )
        largest = max((*self.times, *self.values.ravel()), key=abs)
        if abs(largest) > LARGEST:
            raise ValueError(
                f"Table: every time and value must lie within ±{LARGEST:g}, got {largest:.10g}; choose a larger unit"
            )
        if not (np.diff(self.times) > 0).all():
            row = int(np.argmin(np.diff(self.times) > 0))
            raise ValueError(f"Table: times must increase, got {self.times[row + 1]:.10g} after {self.times[row]:.10g}")
        if len(set(self.names)) < len(self.names):
            raise ValueError(f"Table: every series needs a name of its own, got {', '.join(self.names)}")


def read_table(path: str | os.PathLike[str]) -> Table:
    """Read a table from a file of comma-separated values, UTF-8, as this module's first lines show one.

    Raises ValueError that names the file, the line, the column and the value that is wrong; FileNotFoundError if there
    is no such file.
    """
    path = existing_path("read_table", path)
    lines = _lines(path)
    captions = _captions(lines)
    rows = _rows(lines)
    number, head = next(rows, (1, []))
    if len(head) < 2:
        raise ValueError(
            f"{path}, line {number}: expected the names of at least two columns, the time and one series, "
            f"separated by commas, got {','.join(head)!r}"
        )
    for column, name in enumerate(head):
        if not name or name in head[:column]:
            wrong = f"{name!r} is there twice" if name else "is empty"
            raise ValueError(
                f"{path}, line {number}: every column needs a name of its own; column {column + 1} {wrong}"
            )
    cells = np.array(list(_numbers(path, head, rows)))
    if len(cells) < LEAST_ROWS:
        raise ValueError(f"{path}: expected at least {LEAST_ROWS} rows of numbers under the names, got {len(cells)}")
    return Table(cells[:, 0], tuple(head[1:]), cells[:, 1:], head[0], **({"title": path.stem} | captions))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()  # -sig: Excel writes a mark before the first letter
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: expected text in UTF-8 ({error}); save it as CSV UTF-8") from None


def _captions(lines: Sequence[str]) -> dict[str, str]:
    """Return what comments such as "# unit: mm" say."""
    pairs = [line[1:].partition(":") for line in lines if line.startswith("#")]
    return {name.strip().lower(): text.strip() for name, _, text in pairs if name.strip().lower() in CAPTIONS}


def _rows(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells) of the lines that are neither comments nor empty."""
    reader = csv.reader("" if line.startswith("#") else line for line in lines)  # "" keeps the numbers of lines right
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [cell.strip() for cell in cells]


def _numbers(path: Path, head: list[str], rows: Iterator[tuple[int, list[str]]]) -> Iterator[list[float]]:
    """Yield the numbers of each row, the time first."""
    before = -math.inf
    for number, cells in rows:
        if len(cells) != len(head):
            raise ValueError(f"{path}, line {number}: expected {len(head)} values, as many as names, got {len(cells)}")
        row = [_number(f"{path}, line {number}, column {name!r}", cell) for name, cell in zip(head, cells, strict=True)]
        if row[0] <= before:
            raise ValueError(
                f"{path}, line {number}, column {head[0]!r}: times must increase, got {row[0]:.10g} after {before:.10g}"
            )
        before = row[0]
        yield row


def _number(where: str, cell: str) -> float:
    if not cell:
        raise ValueError(f"{where}: a value is missing; fill it in or leave out the row")
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{where}: expected a number such as 1234.5, got {cell!r}")
    if abs(number) > LARGEST:
        raise ValueError(f"{where}: expected a number within ±{LARGEST:g}, got {cell}; choose a larger unit")
    return number
