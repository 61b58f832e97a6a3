# %% [markdown]
# # Chapter 1. How an animation is made
#
# An animation is a row of pictures, each a little different from the one before. Here a picture is a function of its
# number: a `Scene` makes its lines and texts once, in `draw`, and then, for picture 0, 1, 2, …, `update` sets what has
# changed. `render` asks for one picture after the other and writes them to a file. `ShortestScene`, in this chapter's
# program, is all that it takes: copy it, give it numbers of your own.
#
# The numbers are the gross domestic products of five countries, year by year from 1970 to 2020, in trillions of US$ of
# their time (World Bank, NY.GDP.MKTP.CD, CC BY 4.0). Lines show all years at once. Bars show one year at a time: their
# lengths say how much, their order who leads. A pie shows shares and nothing else. Its whole is the sum of the five
# countries, not of the world, and stays as large as it was while that sum grows 27-fold.
#
# Between two years bars and lines glide along the straight line from one value to the next. Digits and clock show what
# the table says, and that is whole years.
#
# ```
# python -m chapters 1
# python -m chapters 1 --csv FILE
# ```
#
# The second animates a table of your own, into a folder of its own, `ch01_FILE`: the time in the first column, a
# series in each of the others, names on top; or in each line a name, a time, and a value.

# %% What this chapter uses
import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import FigureBase

from animations import BarRace, Bars, Clip, GrowingLines, Pie, Scene, SideBySide, style
from animations.kit.labels import different
from tinylearn.datasets import Table, gdp, read_table
from chapters.tools.run import begin

book = begin("ch01")


# %% What it works with
# The shortest scene. In a file of your own it needs
#     from collections.abc import Sequence
#     import numpy as np
#     from matplotlib.figure import FigureBase
#     from animations import Scene, render, style
# and makes a film of T times, up to ten names and their values (T, names) by
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
        axes.set_prop_cycle(color=style.SERIES * 2, linestyle=["-"] * 5 + ["--"] * 5)
        self.lines = axes.plot(self.times, self.values, marker="o", linewidth=2, markevery=[-1], zorder=3)
        legend = axes.legend(self.lines, self.names, loc="upper left", fontsize=12)
        legend.set(zorder=2)  # under the lines
        for text in legend.get_texts():
            text.set_parse_math(False)

    def update(self, frame: int) -> list:  # for each picture: the points up to now
        for line, series in zip(self.lines, self.values.T, strict=True):
            line.set_data(self.times[: frame + 1], series[: frame + 1])
        return self.lines


# %% What there is to see, by hand
def who_passes_whom(table: Table) -> dict[str, int | str]:
    """Return who was behind whom at first and is ahead at last, and the first time from which on it stays ahead.

    >>> who_passes_whom(Table([1970, 1971, 1972, 1973], ["A", "B"], [[5, 1], [3, 4], [4, 3], [4, 6]]))
    {'B passes A': 1973}
    """
    found = {}
    for one, other in itertools.permutations(range(len(table.names)), 2):
        ahead = table.values[:, one] - table.values[:, other]
        times, ahead = table.times[~np.isnan(ahead)], ahead[~np.isnan(ahead)]  # in which both have values
        (behind,) = np.nonzero(ahead <= 0)
        if behind.size and behind[0] == 0 and behind[-1] < len(times) - 1:
            time = times[behind[-1] + 1]
            found[f"{table.names[one]} passes {table.names[other]}"] = (
                int(time) if not table.dates and time == int(time) else table.written(time)
            )
    return found


# %% Films
def films_of(table: Table, most: int = 200) -> dict[str, Clip]:
    """Return the films of a table; from row to row of a short table are more pictures, up to about `most` in all."""
    few, many = pictures_per_row(table, most // 2), pictures_per_row(table, most)
    times = (86_400 * table.times).astype(np.int64).astype("datetime64[s]") if table.dates else table.times
    ten, title = table.largest(10), ", ".join(filter(None, [table.title, table.unit]))
    shortest = ShortestScene(times, different(ten.names), ten.values, title)
    shortest.style = {"date.converter": "concise"}  # dates that do not lie on each other
    slow: dict[str, Any] = {"fps": 10 / few, "motion": few, "hold_first": 1, "hold_last": 3, "colors": 96}
    beside_bars = GrowingLines(table, width=900, with_values=False, with_clock=False, source="")
    films = {
        "ch01_shortest_scene": Clip(shortest, fps=5, colors=96),
        "ch01_gdp_lines": Clip(GrowingLines(table), **slow),
        "ch01_bar_race": Clip(BarRace(table), **slow | {"fps": 10 / many, "motion": many, "colors": 32}),
        "ch01_bars_and_lines": Clip(SideBySide(Bars(table), beside_bars), **slow),
    }
    beside_pie = GrowingLines(table, width=900, with_clock=False, source="")
    try:
        films["ch01_pie_and_lines"] = Clip(SideBySide(Pie(table), beside_pie), **slow)
    except ValueError as error:  # a negative value has no share
        print(error)
    return films


def pictures_per_row(table: Table, most: int) -> int:
    """Return how many pictures to draw from one row to the next for a film of `most` pictures: 1 … 10."""
    return min(10, max(1, most // (len(table.times) - 1)))


def every_tenth_row(table: Table) -> Table:
    """Return a table with fewer rows: the first, every tenth, the last."""
    rows = sorted({*range(0, len(table.times), 10), len(table.times) - 1})
    (there,) = np.nonzero((~np.isnan(table.values[rows])).any(axis=0))
    table = table.columns(there.tolist())
    return replace(table, times=table.times[rows], values=table.values[rows])


# %% This run
table = gdp() if book.csv is None else read_table(book.csv)
films = films_of(every_tenth_row(table), most=10) if book.quick else films_of(table)
for name, clip in films.items():
    book.film(name, clip)

# %% Its numbers
ten, last = table.largest(10), table.written(table.times[-1])
values = {f"{name} {last}": float(value) for name, value in zip(ten.names, ten.values[-1], strict=True)}
book.numbers({f"{table.clock}s": len(table.times)})
book.numbers({f"pictures of {name}": len(film.delays()) for name, film in films.items()})
book.numbers({name: value for name, value in values.items() if not math.isnan(value)})
book.numbers({f"all together {last}": math.fsum(table.values[-1][~np.isnan(table.values[-1])])})
book.numbers(who_passes_whom(ten))
