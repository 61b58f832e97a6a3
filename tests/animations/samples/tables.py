"""Charts of a table: a few years of chapter 1's, and a table with gaps."""

import csv
import functools
from pathlib import Path

import numpy as np

import tinylearn.datasets
from animations import BarRace, Bars, GrowingLines, Pie, SideBySide
from tests.animations.samples.sample import Sample
from tinylearn.datasets import Table, gdp

NAMES = ("USA", "Japan", "Germany", "UK", "China")
YEARS = [1970, 1971, 1987, 1990, 2006, 2007, 2020]  # Japan passes Germany; China passes Germany
SOURCE = "Source: World Bank, NY.GDP.MKTP.CD, CC BY 4.0"
NAN = np.nan
GAPS = Table([1900, 1910.5, 2000], ["A, B]", "007", "7"], [[NAN, 2, -3], [4, NAN, 0], [1, 6, NAN]], clock="moment")
GAPS_OF_LETTERS = Table([1, 2, 3], ["A", "B", "C"], GAPS.values)
WITHOUT_NEGATIVES = Table([-1, 2], ["A", "B"], [[NAN, 2], [1, 0]])
DATES = Table([18322, 18353.0], ["A", "B"], [[1, 2], [3, 4]], clock="date", dates="%Y-%m-%d")


@functools.cache
def figures():
    """Return year → (name → value), read from the file without the code under test."""
    lines = (Path(tinylearn.datasets.__file__).parent / "gdp.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {int(row["year"]): {name: float(row[name]) for name in NAMES} for row in rows}


def some_years():
    """Return the rows of some years of chapter 1's table."""
    whole = gdp()
    rows = [list(whole.times).index(year) for year in YEARS]
    return Table(YEARS, whole.names, whole.values[rows], title=whole.title, unit=whole.unit, clock=whole.clock,
                 source=whole.source)  # fmt: skip


def expected(year, *kinds):
    """Return gid → value for a year, from the file."""
    value = figures()[year]
    values = {
        "value": {f"value[{year}, {name}]": value[name] for name in NAMES},
        "share": {f"share[{year}, {name}]": value[name] / sum(value.values()) for name in NAMES},
        "total": {f"total[{year}]": sum(value.values())},
        "year": {"year": year},
    }
    return {gid: number for kind in kinds for gid, number in values[kind].items()}


def cells(table, *kinds):
    """Return a function frame → (gid → value) for the numbers of any table."""

    def values(frame):
        time, row = f"{table.times[frame]:.15g}", table.values[frame]
        known = [(name, value) for name, value in zip(table.names, row, strict=True) if value == value]
        total = sum(value for _, value in known)
        found = {"value": {f"value[{time}, {name}]": value for name, value in known},
                 "share": {f"share[{time}, {name}]": value / total for name, value in known},
                 "total": {f"total[{time}]": total}}  # fmt: skip
        clock = {table.clock: table.times[frame]}
        return clock | {gid: number for kind in kinds for gid, number in found[kind].items()}

    return values


def beside(chart, **settings):
    return SideBySide(chart, GrowingLines(some_years(), with_clock=False, **settings))


def of_years(*kinds):
    return lambda: lambda frame: expected(YEARS[frame], *kinds)


SEVEN = Table([1, 2], [*"ABCDEFG"], [range(1, 8), range(8, 1, -1)])
ODD = {  # no other picture, but other words, numbers, sizes
    "lines, the largest": lambda: GrowingLines(Table([1, 2, 3], [*"ABC"], [[1, 2, 3], [4, 5, NAN], [9, 7, 8]]), top=1),
    "lines of seven": lambda: GrowingLines(SEVEN),
    "bar race of seven": lambda: BarRace(SEVEN),
    "pie, its words wider than its title": lambda: Pie(
        Table([0.5, 0.80000001], ["A", "B"], [[1, 2], [2, 1]], title="x")
    ),
}

SAMPLES = {
    "lines": Sample(lambda: GrowingLines(some_years()), of_years("value", "year"), (SOURCE,)),
    "bar race": Sample(lambda: BarRace(some_years()), of_years("value", "year"), (SOURCE,), also=(4.25,)),
    "bars": Sample(lambda: beside(Bars(some_years()), with_values=False), of_years("value", "year"), (SOURCE,)),
    "pie": Sample(lambda: beside(Pie(some_years())), of_years("value", "year", "share", "total"), (SOURCE,)),
    "bar race with gaps": Sample(lambda: BarRace(GAPS), lambda: cells(GAPS, "value"), tuple(GAPS.names), also=(1.5,)),
    "lines with gaps": Sample(lambda: GrowingLines(GAPS), lambda: cells(GAPS, "value"), tuple(GAPS.names), also=(1.5,)),
    "bars with gaps": Sample(lambda: Bars(GAPS_OF_LETTERS), lambda: cells(GAPS_OF_LETTERS, "value"), also=(1.5,)),
    "pie with gaps": Sample(lambda: Pie(WITHOUT_NEGATIVES), lambda: cells(WITHOUT_NEGATIVES, "share", "total")),
}
SAMPLES |= {
    name: Sample(make, None, ("named: the 1 largest of 3 in 3",), pictured=False, also=(0.5, 1))
    for name, make in ODD.items()
}
