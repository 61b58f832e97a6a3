"""Chapter 1. How an animation is made.

An animation is a row of pictures, each a little different from the one before. Here a picture is a function of its
number: a `Scene` makes its lines and texts once, in `draw`, and then, for picture 0, 1, 2, …, `update` sets what has
changed. `render` asks for one picture after the other and writes them to a file. `ShortestScene`, in this chapter's
program, is all that it takes: copy it, give it numbers of your own.

The numbers are the gross domestic products of five countries, year by year from 1970 to 2020, in trillions of US$ of
their time (World Bank, NY.GDP.MKTP.CD, CC BY 4.0). Lines show all years at once. Bars show one year at a time: their
lengths say how much, their order who leads. A pie shows shares and nothing else. Its whole is the sum of the five
countries, not of the world, and stays as large as it was while that sum grows 27-fold.

Between two years the films show the straight line from one value to the next, as a line chart does anyway; only the
whole years are in the table.

    python -m chapters.ch01_create_animations
    python -m chapters.ch01_create_animations --csv FILE

The second animates a table of your own: the time in the first column, a series in each of the others, names on top.
"""

from __future__ import annotations

import argparse
import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.figure import FigureBase

from animations import BarRace, Bars, Clip, GrowingLines, Pie, Scene, SideBySide, style
from animations.scenes.tables.pie import check_shares
from animations.scenes.tables.table_scene import MOST_SERIES
from chapters.films import draw
from chapters.run import Headline, Parser, checked, run_alone
from tinylearn.datasets import Table, gdp, read_table


# The shortest scene. In a file of your own it needs
#     from collections.abc import Sequence
#     import numpy as np
#     from matplotlib.figure import FigureBase
#     from animations import Scene, render, style
# and makes a film of T times, up to five names and their values (T, names) by
#     render(ShortestScene(times, names, values, "a title"), "film.gif", fps=10)
class ShortestScene(Scene):
    """Lines that grow from left to right."""

    size = (800, 500)

    def __init__(self, times: np.ndarray, names: Sequence[str], values: np.ndarray, title: str) -> None:
        self.times, self.names, self.values, self.title = times, names, values, title
        self.frames = len(times)  # a picture for each time

    def draw(self, figure: FigureBase) -> None:  # once: axes that all points fit on, and a line for each name
        axes = figure.add_subplot()
        axes.set_title(self.title, parse_math=False)  # two $ are no formula
        axes.set_prop_cycle(color=style.SERIES)
        self.lines = axes.plot(self.times, self.values, "o-", linewidth=2, markevery=[-1], zorder=3, label=self.names)
        axes.legend(loc="upper left", fontsize=12).set_zorder(2)  # under the lines

    def update(self, frame: int) -> list:  # for each picture: the points up to now
        for line, series in zip(self.lines, self.values.T, strict=True):
            line.set_data(self.times[: frame + 1], series[: frame + 1])
        return self.lines


# --- what there is to see, by hand -----------------------------------------------------------------------------------


def who_passes_whom(table: Table) -> dict[str, float]:
    """Return who was behind whom at first and is ahead at last, and the first time from which on it stays ahead.

    >>> who_passes_whom(Table([1970, 1971, 1972, 1973], ["A", "B"], [[5, 1], [3, 4], [4, 3], [4, 6]]))
    {'B passes A': 1973}
    """
    found = {}
    for one, other in itertools.permutations(range(len(table.names)), 2):
        (behind,) = np.nonzero(table.values[:, one] <= table.values[:, other])  # rows
        if behind.size and behind[0] == 0 and behind[-1] < len(table.times) - 1:
            found[f"{table.names[one]} passes {table.names[other]}"] = whole(table.times[behind[-1] + 1])
    return found


def whole(time: float) -> float:
    """Return 1987 for 1987.0, and other times as they are."""
    return int(time) if time == int(time) else float(time)


# --- films -----------------------------------------------------------------------------------------------------------


def films_of(table: Table, most: int = 250) -> dict[str, Clip]:
    """Return the films of a table; a table of few rows gets more pictures per row, up to about `most` in all."""
    few, many = pictures_per_row(table, most * 2 // 5), pictures_per_row(table, most)
    lines = GrowingLines(table, per_row=few)
    race = BarRace(table, per_row=many)
    bars = Bars(table, per_row=few)
    beside_bars = GrowingLines(table, per_row=few, width=900, with_values=False, with_clock=False, source="")

    shortest = ShortestScene(table.times, table.names, table.values, ", ".join(filter(None, [table.title, table.unit])))
    films = {
        "ch01_shortest_scene": Clip(shortest, fps=5, colors=96),
        "ch01_gdp_lines": Clip(lines, fps=10, hold_first=1, hold_last=3, colors=96),
        "ch01_bar_race": Clip(race, fps=12.5, hold_first=1, hold_last=3, colors=48),
        "ch01_bars_and_lines": Clip(SideBySide(bars, beside_bars), fps=10, hold_first=1, hold_last=3, colors=96),
    }
    if has_shares(table):
        beside_pie = GrowingLines(table, per_row=few, width=900, with_clock=False, source="")
        pie = SideBySide(Pie(table, per_row=few), beside_pie)
        films["ch01_pie_and_lines"] = Clip(pie, fps=10, hold_first=1, hold_last=3, colors=96)
    return films


def pictures_per_row(table: Table, most: int) -> int:
    """Return how many pictures to draw from one row to the next for a film of `most` pictures: 1 … 10."""
    return min(10, max(1, most // (len(table.times) - 1)))


def has_shares(table: Table) -> bool:
    """Can a pie be drawn of the table? Not where a value is negative."""
    try:
        check_shares(table)
    except ValueError as error:
        print(error)
        return False
    return True


def main(
    out: Path,
    *,
    seed: int = 0,
    quick: bool = False,
    formats: tuple[str, ...] = ("gif",),
    processes: int = 1,
    csv: Path | None = None,
) -> Headline:
    """Draw the GDP table, or that of the file `csv`; return the headline numbers. `seed` changes nothing here."""
    out = checked("ch01", out, seed, quick, formats, processes)
    table = gdp() if csv is None else read_table(csv)
    films = films_of(every_tenth_row(table), most=10) if quick else films_of(table)
    draw(films, out, formats, processes)

    last = f"{table.times[-1]:.10g}"
    headline: Headline = {f"{table.clock}s": len(table.times)}
    headline |= {f"pictures of {name}": film.scene.frames for name, film in films.items()}
    headline |= {f"{name} {last}": float(value) for name, value in zip(table.names, table.values[-1], strict=True)}
    headline |= {f"all together {last}": math.fsum(table.values[-1])}
    return headline | who_passes_whom(table)


def every_tenth_row(table: Table) -> Table:
    """Return a table with fewer rows: the first, every tenth, the last."""
    rows = sorted({*range(0, len(table.times), 10), len(table.times) - 1})
    return replace(table, times=table.times[rows], values=table.values[rows])


def table_file(text: str) -> Path:
    """Return the path of a table that can be read and drawn; what is wrong is an error of the command line."""
    try:
        names = read_table(text).names
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if len(names) > MOST_SERIES:
        raise argparse.ArgumentTypeError(
            f"{text}: expected at most {MOST_SERIES} series, got {len(names)}; keep the columns that matter"
        )
    return Path(text)


def options(command: Parser) -> None:
    """Add what this chapter alone can be told."""
    command.add_argument("--csv", type=table_file, metavar="FILE", help="a table of your own: time, series, series, …")


if __name__ == "__main__":
    run_alone(main, "ch01", options=options)
