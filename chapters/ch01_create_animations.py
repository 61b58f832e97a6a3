# %% [markdown]
# # Chapter 1. How an animation is made
#
# When did the economy of China overtake that of Japan?
#
# Somebody has written it down. There is a table with one row for each year and one column for each country, and it has
# the answer. But you would have to search for it, number by number, and you would find one answer and miss the rest.
# Now let the years go by in front of you. A line climbs and crosses another; you need not search, because you see it
# happen.
#
# This chapter turns one table into five films. One of them you write yourself, in about twenty lines. All other films
# of this book are made in the same way, whatever they show.

# %% What this chapter uses
import itertools
import math
from dataclasses import replace
from importlib.resources import files
from typing import Any

import numpy as np
from matplotlib.figure import FigureBase

from animations import BarRace, Bars, Clip, GrowingLines, Pie, Scene, SideBySide, style
from animations.engine.painter import Painter, redraw
from animations.kit.labels import different
from chapters.tools.run import begin
from chapters.turns import Choose, Place, Turn
from tinylearn.datasets import Table, gdp, read_table

book = begin("ch01")
EURO_FELL = 2015


# %% Read the table, and find who passes whom
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


def pictures_per_row(table: Table, most: int) -> int:
    """Return how many pictures to draw from one row to the next for a film of `most` pictures: 1 … 10."""
    return min(10, max(1, most // (len(table.times) - 1)))


def every_tenth_row(table: Table) -> Table:
    """Return a table with fewer rows: the first, every tenth, the last."""
    rows = sorted({*range(0, len(table.times), 10), len(table.times) - 1})
    (there,) = np.nonzero((~np.isnan(table.values[rows])).any(axis=0))
    table = table.columns(there.tolist())
    return replace(table, times=table.times[rows], values=table.values[rows])


economies = gdp()  # what the text speaks of
table = economies if book.csv is None else read_table(book.csv)  # what the films show
shown = every_tenth_row(table) if book.quick else table
first, last = (int(economies.times[row]) for row in (0, -1))
crossings = who_passes_whom(economies)
note = ""
if book.csv is not None:
    note = f"The films on this page show {book.csv.name}; the text speaks of the table that comes with tinylearn."
if book.quick:
    note += " This was a quick run: the films show every tenth row only."

# %% [markdown]
# The table has {len(economies.times)} rows, for the years {first} to {last}. Its columns are
# {", ".join(economies.names[:-1])} and {economies.names[-1]}. Each number is a gross domestic product: what a country
# earned in that year, in trillions of US dollars. The numbers come from the [World
# Bank](https://data.worldbank.org/indicator/NY.GDP.MKTP.CD). {note}
#
# Watch the line of China, which begins below all others. The large number in the corner is the clock.

# %% Draw the film: lines that grow
few, many = (pictures_per_row(shown, most) for most in ((20, 20) if book.quick else (100, 200)))  # from row to row


def unhurried(pictures: int) -> dict[str, Any]:
    """Return how to show a film with so many pictures from row to row; in a quick run, few rows stay longer each."""
    rows_a_second = 10 / pictures
    if book.quick:
        rows_a_second = min(rows_a_second, max(2, len(shown.times) / 10))
    return {"fps": rows_a_second, "motion": pictures, "hold_first": 2, "hold_last": 3, "colors": 96}


book.ask(Place("In which year does China's line cross Japan's, for good?", "From then on China stays ahead.",
               name="year", low=first, high=last, start=first, digits=0,
               commas=False, answer=float(crossings["China passes Japan"])))  # fmt: skip
book.film("ch01_gdp_lines", Clip(GrowingLines(shown), **unhurried(few)),
          "Each line grows from its first year to its last.")  # fmt: skip

# %% [markdown]
# China passes the UK in {crossings["China passes UK"]}, Germany in {crossings["China passes Germany"]} and Japan in
# {crossings["China passes Japan"]}, and from then on it stays ahead of them. You also saw something that you did not
# look for: Japan's line climbs until the middle of the nineties, and ends no higher than it was then. That is what a
# picture is good for.
#
# ## A picture for each number
#
# An animation is a row of pictures, each a little different from the one before. One such picture is called a
# **frame**. The frames are numbered from zero, so all that your program must know is what to draw for a given number:
#
# $$\text{picture} = f(\text{frame})$$
#
# Here that is easy to say. Frame $n$ shows each line up to row $n$ of the table. So the first frame is a point for each
# country, and the last is the whole chart.
#
# In tinylearn such an $f$ is a class, a `Scene`. It has two methods. `draw` is called once, at the beginning. It makes
# everything that will ever be seen: the axes, the title, the lines. Then `update` is called for each frame. It makes
# nothing new; it only changes what has to change, and returns what it changed. This is the whole scene:


# %%
class ShortestScene(Scene):
    """Lines that grow from left to right."""

    size = (800, 500)  # in pixels

    def __init__(self, times: Any, names: Any, values: Any, title: str) -> None:
        self.times, self.names, self.values, self.title = times, names, values, title
        self.style = {"text.parse_math": False, "date.converter": "concise"}
        self.frames = len(times)  # a picture for each time

    def draw(self, figure: FigureBase) -> None:  # once
        axes = figure.add_subplot()
        axes.set_title(self.title)
        axes.set_prop_cycle(color=style.SERIES * 2, ls=["-"] * 5 + ["--"] * 5)
        look: Any = {"linewidth": 2, "marker": "o", "markevery": [-1], "zorder": 3}
        self.lines = axes.plot(self.times, self.values, **look)  # so that all fits
        legend = axes.legend(self.lines, self.names, loc="upper left", fontsize=12)
        legend.set_zorder(2)  # under the lines

    def update(self, frame: int) -> list:  # for each picture
        for line, series in zip(self.lines, self.values.T, strict=True):
            line.set_data(self.times[: frame + 1], series[: frame + 1])
        return self.lines


# %% [markdown]
# `draw` is plain matplotlib. It plots the complete lines once, so that the axes are as large as the last frame needs.
# (The style says that two dollars in a title are dollars and no formula, and that dates are written short.) `update`
# gives each line its points up to now. What do you expect to look different from the film above?


# %% Draw the film: the shortest scene
def shortest_scene(table: Table) -> ShortestScene:
    """Return the shortest scene of the ten largest series of a table."""
    times = (86_400 * table.times).astype(np.int64).astype("datetime64[s]") if table.dates else table.times
    ten, title = table.largest(10), ", ".join(filter(None, [table.title, table.unit]))
    return ShortestScene(times, different(ten.names), ten.values, title)


shortest = Clip(shortest_scene(shown), **unhurried(few) | {"motion": 1})
book.film("ch01_shortest_scene", shortest, "The same table, drawn by the class above: a picture for each row.")

# %% [markdown]
# The lines jump: there is a picture for each row, {len(shortest.delays())} in all, and nothing between them. There is
# no clock, and no value at the end of a line. The names stand in a box, so your eyes have to go back and forth. But it
# is the same film, and you know all of its code.
#
# Copy the class into a file of your own, with these lines around it, and put your own numbers in. You need as many
# times as there are rows of values, and as many names as there are columns:
#
# ```python
# from typing import Any
# import numpy as np
# from matplotlib.figure import FigureBase
# from animations import Scene, render, style
#
# # here comes the class
#
# times, names = np.arange(4), ["hares", "foxes"]
# values = np.array([[9, 1], [7, 2], [3, 3], [5, 2]])
# render(ShortestScene(times, names, values, "In the wood"), "film.gif", fps=10)
# ```
#
# `render` asks for one frame after the other and writes them to a file. Nothing in the class knows which frame came
# before. So any frame can be drawn alone, and in any order; that is why you can drag the slider below a film back and
# forth.
#
# ## Between two rows
#
# In the first film the lines did not jump, they glided. But the table has nothing between two rows. Where do those
# pictures come from? The scene **interpolates**: when a fraction $p$ of the time from row $n$ to row $n + 1$ has
# passed, a line has come to
#
# $$v = v_n + p \, (v_{n+1} - v_n)$$
#
# which lies on the straight line from the one to the other. Such a scene may be asked for a frame that lies between two
# frames, `update(3.4)`. The fraction is what is left of that number when you take its whole part away:
#
# ::source animations/scenes/tables/table_scene.py between
#
# With $T$ rows and $m$ pictures from each row to the next, a film has
#
# $$(T - 1) \cdot m + 1$$
#
# pictures. The next film makes {(len(shown.times) - 1) * many + 1} of them from {len(shown.times)} rows. It is a race
# of bars: the longest is on top, and whoever becomes longer moves up. Keep an eye on the number at the end of a bar,
# too, and on the scale at the bottom. Do they glide like the bars?

# %% Draw the film: a bar race
leaders = {economies.names[row.argmax()] for row in economies.values}
book.ask(Choose("Which bar stays on top from the first year to the last?", "Below it, bars change places.",
                options=(*economies.names, "none"), right=leaders.pop() if len(leaders) == 1 else "none"))  # fmt: skip
book.film("ch01_bar_race", Clip(BarRace(shown), **unhurried(many) | {"colors": 32}),
          "A bar race: whoever becomes longer moves up.")  # fmt: skip
by_name = dict(zip(economies.names, economies.values.T, strict=True))
usa, japan, germany, china = (by_name[name] for name in ("USA", "Japan", "Germany", "China"))
passed = int(crossings["China passes Japan"])
before, after = china[passed - 1 - first], china[passed - first]
growth = usa[-1] / usa[0]

# %% [markdown]
# The USA stays on top all the time. Bars and scale glide, the numbers at the bars do not. Halfway between {passed - 1}
# and {passed} China would stand at {(before + after) / 2:.2f}, but that number never appears, because it was never
# measured. The table says {before:.2f} for the one year and {after:.2f} for the other. A bar between them is a help
# for your eyes. A digit between them would be a claim.
#
# And did you notice the scale? It grows with the leader, so that the longest bar always fills the picture. In {last}
# the bar of the USA is about as long as in {first}, but it stands for about {growth:.0f} times as much. Compare bars
# within a picture; never compare them from one picture to another.
#
# ## Which chart for which question?
#
# If you want to compare moments, the scale must stand still. In the next film it does. One chart shows a single year,
# as bars; the other shows all years up to now, as lines. Both have one clock and one scale. Which of the two tells you
# faster who is ahead? And which of them can still show you, at the end, when an economy shrank?

# %% Draw the film: bars and lines beside each other
beside_bars = GrowingLines(shown, width=900, with_values=False, with_clock=False, source="")
book.film("ch01_bars_and_lines", Clip(SideBySide(Bars(shown), beside_bars), **unhurried(few)),
          "One table, two charts, one clock.")  # fmt: skip
total = economies.values.sum(axis=1)
shares = usa / total

# %% [markdown]
# Bars forget. They are best at one moment: who is ahead, and by how much? Lines remember, so they are best at what has
# changed: when did it rise, and when did it fall? The film needs no new class for this. `SideBySide` takes two scenes
# and asks both for the same frame.
#
# The last chart answers a third question: how large is a part of the whole? A pie turns each value into a share of the
# sum,
#
# $$s_k = \frac{v_k}{\sum_{j} v_j}$$
#
# so all shares together are always one. Look at the wedge of the USA, and at its line. Do they tell the same story?

# %% Draw the film: a pie and lines beside each other
try:
    beside_pie = GrowingLines(shown, width=900, with_clock=False, source="")
    book.film("ch01_pie_and_lines", Clip(SideBySide(Pie(shown), beside_pie), **unhurried(few)),
              "A pie shows shares of the sum, and nothing else.")  # fmt: skip
except ValueError as error:  # a negative value has no share
    print(error)

# %% [markdown]
# They do not. The wedge of the USA shrinks, from {shares[0]:.0%} to {shares[-1]:.0%}, while its line ends
# {growth:.0f} times as high. The others have grown faster, that is all. The pie cannot tell you: it stays as large
# as it was while the sum, the whole pie, becomes {total[-1] / total[0]:.0f} times as large. Nor is that whole the
# world. It is these five countries; of the whole world, the share is smaller.
#
# ## Why you need not wait long
#
# Drawing a picture with axes, ticks, a grid and a legend takes a computer a while, and each film has many pictures.
# Most of each picture, however, is the same as before. So tinylearn draws what never changes once, and saves it as a
# background. For each frame it puts back the background and draws only what `update` has returned. This is called
# **blitting**.
#
# Say that the background costs $b$, what changes costs $c$, and there are $n$ frames. Drawing everything each time
# costs $n \, (b + c)$. With blitting it is
#
# $$b + n \, c$$
#
# so you pay for the background only once. But is it the same picture? Draw some frames both ways, in any order, and
# compare them pixel by pixel:

# %%
painter = Painter(shortest_scene(economies))
for frame in (50, 3, 17):
    with_blitting = painter.paint(frame)
    everything = redraw(shortest_scene(economies), frame)
    assert np.array_equal(with_blitting, everything)

parts, changing = len(painter.figure.findobj()), len(painter.changing)
f"matplotlib keeps {parts} parts of this figure; {changing} change"

# %% [markdown]
# Not a pixel differs. There is a price, though. What changes is always drawn on top of the background, so the legend
# above was put under the lines with `zorder`. And `update` must not forget to return what it has changed, or you will
# not see the change.
#
# ## A table of your own
#
# All films of this chapter can be made of any table of numbers over time: what your plants weigh, what rooms cost in
# your town. Save it as a file with the time in the first column, a series in each of the others, and names on top; or
# with a name, a time and a value in each line. Then run
#
# ```
# python -m chapters 1 --csv FILE
# ```
#
# and open the page in `gallery`, in a folder named after your file. A cell may be empty: then there is a gap, and no
# guess. If something in the file cannot be read, an error names the line and the column.
#
# Or try it here first. Change a number in the text below, or paste a table of your own in its place.

# %% Let the browser draw a table
text = files("tinylearn.datasets").joinpath("gdp.csv").read_text(encoding="utf-8")
book.your_turn(Turn("table", "Paste a table, and drag the moment", {
    "text": text, "times": economies.times, "values": economies.values,
}))  # fmt: skip

# %% A table of every tenth year, and what it makes of Japan
between_tens = np.interp(economies.times, economies.times[::10], japan[::10])
worst = int(np.abs(between_tens - japan).argmax())
drop = 1 - germany[EURO_FELL - first] / germany[EURO_FELL - 1 - first]

# %% [markdown]
# ## Where it is wrong to trust it
#
# Gliding looks like knowledge. Suppose that the table had only every tenth year. For {economies.times[worst]:.0f} an
# animation would show {between_tens[worst]:.2f} for Japan, on a line that is perfectly smooth. In truth it was
# {japan[worst]:.2f}. Nothing in the film would warn you. Before you believe what lies between two pictures, ask how far
# apart the rows are.
#
# The numbers themselves need the same care. They are in dollars of their own year, so a part of every rise is nothing
# but higher prices. And they are in dollars everywhere. From {EURO_FELL - 1} to {EURO_FELL} Germany's bar shrinks by
# {drop:.0%}. Did Germans work so much less? No: [a euro bought about a sixth fewer
# dollars](https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/eurofxref-graph-usd.en.html)
# than the year before. A chart shows what is in the table, and the table is not the world.
#
# ## Exercises
#
# Unfold an answer when you have your own. Each is a program that has run with this chapter.
#
# ### Exercise 1. Lines that forget
#
# Change the shortest scene so that each line shows only its last ten points. All you need is another `update`.


# %% Answer 1
class ForgetfulScene(ShortestScene):
    """Lines of the last ten points."""

    def update(self, frame: int) -> list:
        changed = super().update(frame)
        for line in changed:
            line.set_data(line.get_xdata()[-10:], line.get_ydata()[-10:])
        return changed


forgetful = ForgetfulScene(economies.times, economies.names, economies.values, "the last ten years")
forgetting = Painter(forgetful)
lengths = []
for frame in (0, 9, 40):
    forgetting.paint(frame)
    lengths.append(np.size(forgetful.lines[0].get_xdata()))
assert lengths == [1, 10, 10]
f"points of each line in frames 0, 9 and 40: {lengths}"

# %% [markdown]
# ### Exercise 2. A smaller wedge of a larger pie
#
# Count the years in which the economy of the USA grew but its wedge shrank. Before you count, look at the formula of
# the share: what must be true of the others in such a year?

# %% Answer 2
grew = np.diff(usa) > 0
shrank = np.diff(shares) < 0
others = total - usa
faster = others[1:] / others[:-1] > usa[1:] / usa[:-1]
assert np.array_equal(shrank, faster)  # a wedge shrinks exactly when the others, together, grow by a larger factor
f"{(grew & shrank).sum()} of {len(grew)} years"

# %% [markdown]
# ### Exercise 3. Beyond the last row
#
# It is {last - 10}, and you have the table up to that year. Suppose that China and the USA go on growing, each by the
# factor by which it has grown per year, on average, since {last - 20}. When does China pass the USA? Then look at the
# rows that came later.

# %% Answer 3
(china_then, china_now), (usa_then, usa_now) = china[[-21, -11]], usa[[-21, -11]]
catches_up = (china_now / china_then / (usa_now / usa_then)) ** 0.1  # by this factor a year
forecast = last - 10 + math.log(usa_now / china_now) / math.log(catches_up)
assert forecast < last  # the last row should have China ahead,
assert china[-1] < usa[-1]  # and has not
f"forecast: {forecast:.0f}; but even in {last} China has only {china[-1] / usa[-1]:.0%} of what the USA has"

# %% Keep the numbers of this run
ten, moment = table.largest(10), table.written(table.times[-1])
values = {f"{name} {moment}": float(value) for name, value in zip(ten.names, ten.values[-1], strict=True)}
book.numbers({f"{table.clock}s": len(table.times)})
book.numbers({f"pictures of {name}": len(film.delays()) for name, film in book.films.items()})
book.numbers({name: value for name, value in values.items() if not math.isnan(value)})
book.numbers({f"all together {moment}": math.fsum(table.values[-1][~np.isnan(table.values[-1])])})
book.numbers({who: str(time) for who, time in who_passes_whom(ten).items()})  # 2010, not 2,010
