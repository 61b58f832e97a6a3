"""Charts of a table: a few years of chapter 1's, and a table with gaps."""

import numpy as np

from animations import BarRace, Bars, GrowingLines, Pie, SideBySide
from tests.animations.samples.sample import Sample, unpictured
from tinylearn.datasets import Table, gdp

YEARS = [1970, 1971, 1987, 1990, 2006, 2007, 2020]  # Japan passes Germany; China passes Germany
SOURCE = ("Source: World Bank, NY.GDP.MKTP.CD, CC BY 4.0",)
NAN = np.nan
GAPS = Table([1900, 1910.5, 2000], ["A, B]", "007", "7"], [[NAN, 2, -3], [4, NAN, 0], [1, 6, NAN]], clock="moment")
GAPS_OF_LETTERS = Table([1, 2, 3], ["A", "B", "C"], GAPS.values)
WITHOUT_NEGATIVES = Table([-1, 2], ["A", "B"], [[NAN, 2], [1, 0]])
DATES = Table([18322, 18353.0], ["A", "B"], [[1, 2], [3, 4]], clock="date", dates="%Y-%m-%d")
SEVEN = Table([1, 2], [*"ABCDEFG"], [range(1, 8), range(8, 1, -1)])
THREE = Table([1, 2, 3], [*"ABC"], [[1, 2, 3], [4, 5, NAN], [9, 7, 8]])


def some_years():
    """Return the rows of some years of chapter 1's table."""
    whole = gdp()
    rows = [list(whole.times).index(year) for year in YEARS]
    return Table(YEARS, whole.names, whole.values[rows], title=whole.title, unit=whole.unit, clock=whole.clock,
                 source=whole.source)  # fmt: skip


def beside(chart, **settings):
    return SideBySide(chart, GrowingLines(some_years(), with_clock=False, **settings))


SAMPLES = {
    "lines": Sample(lambda: GrowingLines(some_years()), allowed=SOURCE),
    "bar race": Sample(lambda: BarRace(some_years()), allowed=SOURCE, also=(4.25,)),
    "bars": Sample(lambda: beside(Bars(some_years()), with_values=False), allowed=SOURCE),
    "pie": Sample(lambda: beside(Pie(some_years())), allowed=SOURCE),
    "bar race with gaps": Sample(lambda: BarRace(GAPS), allowed=tuple(GAPS.names), also=(1.5,)),
    "lines with gaps": Sample(lambda: GrowingLines(GAPS), allowed=tuple(GAPS.names), also=(1.5,)),
    "bars with gaps": Sample(lambda: Bars(GAPS_OF_LETTERS), also=(1.5,)),
    "pie with gaps": Sample(lambda: Pie(WITHOUT_NEGATIVES)),
} | unpictured({
    "lines, the largest": lambda: GrowingLines(THREE, top=1),
    "lines of seven": lambda: GrowingLines(SEVEN),
    "bar race of seven": lambda: BarRace(SEVEN),
    "pie, its words wider than its title": lambda: Pie(
        Table([0.5, 0.80000001], ["A", "B"], [[1, 2], [2, 1]], title="x")),
}, allowed=("named: the 1 largest of 3 in 3",), also=(0.5, 1))  # fmt: skip
