"""Reading a table from a file. The file has one of three shapes; the contents of the columns show which one:

    year,Japan,UK        country,code,year,gdp        country,code,1970,1971
    1970,0.21,0.13       Japan,JPN,1970,0.21          Japan,JPN,0.21,0.24
    1971,0.24,           UK,GBR,1970,0.13             UK,GBR,0.13,..

    a column a series    a line a value, as           a line a series, as
                         Our World in Data has it     the World Bank has it

Lines that start with # are comments. The table keeps the texts of "# title: …", "# unit: …" and "# source: …".
"""

from __future__ import annotations

import csv
import math
import os
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tinylearn.checks import existing_path
from tinylearn.datasets import cells
from tinylearn.datasets.table import LARGEST, LEAST_ROWS, Table

CAPTIONS = ("title", "unit", "source")
CLOCKS = {"year", "date", "time", "day", "month", "week", "quarter", "period"}  # usual names of columns of times
NOTES = ("Data Source", "Last Updated", "Data from database", "sep=")  # lines around a table: the World Bank's, Excel's
_DIGITS = re.compile(r"\d\D*\d\D*\d\D*\d")  # at least four of them: no 14 and 21
YEAR = re.compile(r" \[YR\d+\]$")  # of the World Bank: 1960 [YR1960]


class Value(NamedTuple):
    """A value in a file: its line and column, its series, its time, and its text."""

    line: int
    column: str
    name: str
    time: str
    text: str


def read_table(path: str | os.PathLike[str]) -> Table:
    """Read a table from a file in UTF-8, with commas, semicolons or tabs between its columns, in one of three shapes.

    Empty cells, "..", "NA", "n/a" and "-" are missing values; 2020-03-02, 20200302, 2020-03 and 1990Q1 are dates. The
    lines may have any order. Series without a value are left out, and so are times before the first value and after the
    last. Raises FileNotFoundError if there is no such file, and ValueError for a mistake: the message names the file,
    the line and the column, and says how to correct it.
    """
    path = existing_path("read_table", path)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()  # -sig: Excel writes a mark before the first letter
        captions = [line[1:].partition(":") for line in lines if line.startswith("#")]
        delimiter, top, head, rows = _columns(lines)
        clock, title, found = _values(top, head, rows)
        times, dates = _times(clock, found)
        numbers = _numbers(found, times, cells.decimal_mark([value.text for value in found], delimiter))
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: expected text in UTF-8 ({error}); save it as CSV UTF-8") from None
    except ValueError as error:
        raise ValueError(f"{path}, {error}") from None
    there = [place for place, number in numbers.items() if not math.isnan(number)]
    held, key = {time for _, time in there}, {name for name, _ in there}
    if len(held) < LEAST_ROWS:
        raise ValueError(f"{path}: expected at least {LEAST_ROWS} rows of numbers under the names, got {len(held)}")
    names = tuple(dict.fromkeys(value.name for value in found if value.name in key))
    kept = sorted(time for time in {*times.values()} if min(held) <= time <= max(held))
    values = [[numbers.get((name, time), math.nan) for name in names] for time in kept]
    told = {name.strip().lower(): text.strip() for name, _, text in captions if name.strip().lower() in CAPTIONS}
    return Table(np.array(kept), names, np.array(values), clock, dates=dates, **{"title": title or path.stem} | told)


def _columns(lines: list[str]) -> tuple[str, int, list[str], dict[int, list[str]]]:
    """Return the separator of the columns, the line with their names, the names, and line number → cells.

    Empty columns are left out.
    """
    plain = ["" if line.startswith("#") or line.lstrip('"').startswith(NOTES) else line for line in lines]
    first = next((line for line in plain if line.strip()), "")
    delimiter = max(",;\t", key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))
    reader = csv.reader(plain, delimiter=delimiter)
    stripped = ((reader.line_num, [cell.strip() for cell in row]) for row in reader)
    rows = {line: row for line, row in stripped if any(row)}
    number, head = next(iter(rows.items()), (1, []))
    if head and all(
        cells.number(cell) is not None for cell in head
    ):  # its names are in a comment, as NumPy writes them
        above = [line[1:] for line in lines[: number - 1] if line.startswith("#")][-1:]
        names = next(csv.reader(above, delimiter=delimiter), [])
        _check_names(number, head if len(names) != len(head) else [])
        head = [name.strip() for name in names]
    else:
        rows.pop(number, None)
    if len(head) < 2:
        raise ValueError(
            f"line {number}: expected the names of at least two columns, the time and one series, with commas, "
            f"semicolons or tabs between them, got {','.join(head)!r}"
        )
    for line, row in rows.items():
        while len(row) > len(head) and not row[-1]:
            row.pop()
        if len(row) != len(head):
            mend = "leave a cell empty where a value is missing" if len(row) < len(head) else "quote texts with commas"
            raise ValueError(f"line {line}: expected {len(head)} values, as many as names, got {len(row)}; {mend}")
    if not rows:
        raise ValueError(f"line {number}: expected at least {LEAST_ROWS} rows of numbers under the names, got 0")
    used = [k for k, name in enumerate(head) if name or any(row[k] for row in rows.values())]
    head, rows = [head[k] for k in used], {line: [row[k] for k in used] for line, row in rows.items()}
    for k, name in enumerate(head):
        if name in head[:k] or (k and not name):
            wrong = f"{name!r} is there twice" if name else "is empty"
            raise ValueError(f"line {number}: every column needs a name of its own; column {k + 1} {wrong}")
    return delimiter, number, head, rows


def _check_names(line: int, names: Sequence[str]) -> None:
    """Raise ValueError if there is a number or a date among names: then the line of names is missing."""
    for name in names:
        if cells.is_time(name):
            raise ValueError(
                f"line {line}: expected the names of the columns, got {name!r}; write a line such as year,A,B above it"
            )


def _values(top: int, head: list[str], rows: dict[int, list[str]]) -> tuple[str, str, list[Value]]:
    """Return the unit of the times, a title or "", and the values below line `top`, for any of the three shapes."""
    columns = [[row[k] for row in rows.values()] for k in range(len(head))]
    words = [k for k, column in enumerate(columns) if _are_words(column)]
    counted = [k for k in range(len(head)) if k not in words]
    if not words:
        return _column_a_series(top, head, rows)

    key = next((k for k in words if len(set(columns[k])) > 1), words[0])
    heads = [YEAR.sub("", name) for name in head]
    times = [k for k in counted if cells.is_time(heads[k]) and _DIGITS.search(heads[k]) and "." not in heads[k]]
    if len(times) > 1:
        return "year", "", [Value(n, head[k], row[key], heads[k], row[k]) for n, row in rows.items() for k in times]
    return _line_a_value(top, head, rows, key, counted)


def _column_a_series(top: int, head: list[str], rows: dict[int, list[str]]) -> tuple[str, str, list[Value]]:
    """Return the same for a table of numbers: the times are in its first column, or after an index from pandas."""
    first, clocks = [row[0] for row in rows.values()], [k for k, name in enumerate(head) if name.lower() in CLOCKS]
    is_index = not head[0] and clocks and first == [str(n) for n in range(len(rows))]
    time = clocks[0] if is_index else 0
    _check_names(top, head[time : time + 1])
    series = [k for k in range(len(head)) if k != time and not (is_index and k == 0)]
    found = [Value(line, head[k], head[k], row[time], row[k]) for line, row in rows.items() for k in series]
    return head[time] or "time", "", found


def _line_a_value(
    top: int, head: list[str], rows: dict[int, list[str]], key: int, counted: list[int]
) -> tuple[str, str, list[Value]]:
    """Return the same for a table with a value in each line. Column `key` has the series; `counted` have numbers."""
    columns = [[row[k] for row in rows.values()] for k in range(len(head))]
    clocks = [k for k in counted if head[k].lower() in CLOCKS]
    _check_names(top, [head[k] for k in counted])
    if len(counted) < 2 or len(set(columns[key])) == len(rows):
        raise ValueError(
            f"line {min(rows)}, column {head[key]!r}: expected numbers, got words such as {columns[key][0]!r}; leave "
            "the column out or, if these are the times, write them as 1987, 2020-03 or 2020-03-02"
        )
    time = (clocks or [k for k in counted if head[k].lower() != "value"] or counted)[0]
    wrong = next((cell for cell in columns[time] if not clocks and not _is_clock(cell)), None)
    if wrong is not None:
        raise ValueError(
            f"line {top}: expected the times beside {head[key]!r} in a column of whole numbers or dates, got {wrong!r} "
            f"in {head[time]!r}; call the column of the times year or date"
        )
    rest = [k for k in counted if k != time]
    rest = [k for k in rest if head[k].lower() == "value"] or rest
    if len(rest) > 1:
        raise ValueError(
            f"line {top}: expected one column of values beside {head[key]!r} and {head[time]!r}, got "
            f"{', '.join(head[k] for k in rest)}; keep one of these"
        )
    title = "" if head[rest[0]].lower() == "value" else head[rest[0]]
    return (
        head[time] or "time",
        title,
        [Value(n, head[rest[0]], row[key], row[time], row[rest[0]]) for n, row in rows.items()],
    )


def _are_words(column: Sequence[str]) -> bool:
    """Are most different cells of a column neither times nor numbers?"""
    there = {cell for cell in column if not cells.is_missing(cell)}
    return 2 * sum(cells.is_time(cell) for cell in there) < len(there)


def _is_clock(cell: str) -> bool:
    """Is a cell a whole number, a date, or missing?"""
    number = cells.number(cell)
    return cells.is_missing(cell) or (number % 1 == 0 if number is not None else cells.number(cell, ",") is None)


def _times(clock: str, found: Sequence[Value]) -> tuple[dict[str, float], str]:
    """Return text → time for all times in the file, and the format of dates ("" for plain numbers)."""
    texts = list(dict.fromkeys(value.time for value in found))
    wrong = next((value for value in found if not cells.is_time(value.time)), None)
    try:
        read = cells.times(texts) if wrong is None else None
    except ValueError as error:
        raise ValueError(f"line {found[0].line}, column {clock!r}: {error}") from None
    if wrong is not None or read is None:
        got = repr(wrong.time) if wrong else f"{texts[0]!r}, {texts[-1]!r} and others; write all in one form"
        where = f"line {(wrong or found[0]).line}, column {clock!r}"
        raise ValueError(f"{where}: expected times such as 1987, 2020-03 or 2020-03-02, got {got}")
    return dict(zip(texts, read[0], strict=True)), read[1]


def _numbers(found: Sequence[Value], times: dict[str, float], decimal: str) -> dict[tuple[str, float], float]:
    """Return (series, time) → value; NaN if it is missing."""
    lines: dict[tuple[str, float], int] = {}
    numbers = {}
    for value in found:
        place, where = (value.name, times[value.time]), f"line {value.line}, column {value.column!r}"
        if lines.setdefault(place, value.line) != value.line:
            raise ValueError(
                f"{where}: expected one value of {value.name} for {value.time}, but line {lines[place]} has one too; "
                "keep one of them"
            )
        number = math.nan if cells.is_missing(value.text) else cells.number(value.text, decimal)
        if number is None:
            raise ValueError(
                f"{where}: expected a number such as 1234.5, got {value.text!r}; leave the cell empty if it is missing"
            )
        if abs(number) > LARGEST:
            raise ValueError(f"{where}: expected a number within ±{LARGEST:g}, got {value.text}; choose a larger unit")
        numbers[place] = number
    return numbers
