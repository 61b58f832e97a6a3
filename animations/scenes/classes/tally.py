"""How many answers are right, epoch by epoch: always as a count of a total, since a share alone hides how few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator

from animations import checks
from animations.engine.text import Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes, plot_axes
from animations.scene import Scene
from tinylearn.checks import numbers, positive_integer

LOOKS: tuple[dict[str, Any], ...] = (  # of the tallies, in their order: colour is not the only sign
    {"color": style.SERIES[0], "linestyle": "-", "marker": "o"},
    {"color": style.SERIES[1], "linestyle": "--", "marker": "s"},
    {"color": style.INK, "linestyle": ":", "marker": ""},
)
ROW, TOP = 26, 144  # pixels from tally to tally; where a strip's first one stands


class Tally(NamedTuple):
    """right (S,): how many of `total` answers are right at the end of each epoch; `name` says whose."""

    name: str
    right: np.ndarray
    total: int


def checked_tallies(who: str, tallies: Sequence[Tally], epochs: int) -> tuple[Tally, ...]:
    """Return one to three tallies with as many counts as epochs; TypeError or ValueError if they are none."""
    checks.instances(who, "tallies", tallies, Tally)
    if not 1 <= len(tallies) <= len(LOOKS):
        raise ValueError(f"{who}: expected 1 to {len(LOOKS)} tallies, got {len(tallies)}")
    return tuple(_checked(who, tally, epochs) for tally in tallies)


def _checked(who: str, tally: Tally, epochs: int) -> Tally:
    name = checks.text(who, "a tally's name", tally.name)
    right, total = numbers(who, name, tally.right), positive_integer(who, f"the total of {name!r}", tally.total)
    if right.shape != (epochs,):
        raise ValueError(f"{who}: {name!r} must have a count for each of {epochs} epochs, got {right.shape}")
    if not ((right >= 0) & (right <= total) & (right % 1 == 0)).all():
        raise ValueError(f"{who}: {name!r} must count 0 to {total} right answers, got {tally.right}")
    return Tally(name, right.astype(np.intp), total)


def add_counts(
    page: Axes, tallies: Sequence[Tally], left: float, right: float, top: float, gid: str
) -> list[tuple[Number, np.ndarray]]:
    """Write a row "name  24 of 41" for each tally, from `top` down; return the counts with their values per frame."""
    numbers = []
    digits = max(len(f"{tally.total:,}") for tally in tallies)
    middle = right - 58 - 11 * max(digits - 3, 0)  # where "of" starts; a digit is 11 pixels wide
    for row, tally in enumerate(tallies):
        y = top - ROW * row
        add_label(page, left, y, tally.name)
        numbers.append((add_number(page, middle - 8, y, "{:,.0f}", f"{gid}right[{row}]", weight="bold"), tally.right))
        add_label(page, middle, y, "of", color=style.QUIET)
        add_number(page, right, y, "{:,.0f}", f"{gid}total[{row}]", color=style.QUIET).set_value(tally.total)
    return numbers


class TallyCurves(Scene):
    """The share of right answers as lines that grow epoch by epoch, and the counts above them.

    epochs    (S,) the epoch of each frame
    title     what kind of model answers
    name      stands before the gids of the numbers: "net" gives "net.epoch", "net.right[0]"
    """

    size = (560, 600)
    box = (70, 64, 450, 320)  # of the axes, in pixels: left, bottom, width, height

    def __init__(self, epochs: Sequence[int], tallies: Sequence[Tally], *, title: str, name: str) -> None:
        who = type(self).__name__
        self.epochs = checks.clock(who, "epochs", epochs)
        self.tallies = checked_tallies(who, tallies, len(self.epochs))
        self.title, self.name = checks.text(who, "title", title), checks.text(who, "name", name)
        self.frames = len(self.epochs)

    def draw(self, figure: FigureBase) -> None:
        page = pixel_axes(figure, self.size)
        self.numbers: list[tuple[Number, np.ndarray]] = []  # with the value of each frame
        self._draw_counts(page)
        self._draw_axes(figure)

    def _draw_counts(self, page: Axes) -> None:
        """Draw the heading, the epoch, and a row for each tally with the look of its line."""
        add_label(page, 40, 564, self.title, size=style.LARGE, weight="bold")
        add_label(page, 40, 528, "epoch")
        number = add_number(page, 136, 528, "{:.0f}", f"{self.name}.epoch", weight="bold")
        self.numbers += [(number, self.epochs), *add_counts(page, self.tallies, 112, 520, 486, f"{self.name}.")]
        self._draw_looks(page, 44, 486)

    def _draw_looks(self, page: Axes, left: float, top: float) -> None:
        """Draw a piece of each tally's line, from `top` down."""
        for row, look in enumerate(LOOKS[: len(self.tallies)]):
            page.plot([left, left + 26, left + 52], [top - ROW * row] * 3,
                      linewidth=2, markersize=8, markevery=[1], **look)  # fmt: skip

    def _draw_axes(self, figure: FigureBase) -> None:
        """Draw the axes, and a line and its tip for each tally."""
        width, height = self.size
        left, bottom, wide, high = self.box
        last = max(self.epochs[-1], 1)
        axes = plot_axes(figure, (left / width, bottom / height, wide / width, high / height), xlabel="epoch",
                         ylabel="share of right answers", xlim=(-0.02 * last, 1.03 * last), ylim=(0, 1.04))  # fmt: skip
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2.5, 5, 10], integer=True))
        self.lines = []
        for row, look in enumerate(LOOKS[: len(self.tallies)]):
            (line,) = axes.plot([], [], linewidth=2, zorder=3 + row / 10, **{**look, "marker": ""})
            (tip,) = axes.plot([], [], markersize=8, zorder=4 + row / 10, **look)
            self.lines.append((line, tip))

    def update(self, frame: int) -> list[Artist]:
        for number, values in self.numbers:
            number.set_value(values[frame])
        for (line, tip), tally in zip(self.lines, self.tallies, strict=True):
            line.set_data(self.epochs[: frame + 1], tally.right[: frame + 1] / tally.total)
            tip.set_data(self.epochs[[frame]], tally.right[[frame]] / tally.total)
        return [*(artist for pair in self.lines for artist in pair), *(number for number, _ in self.numbers)]

    def describe(self, frame: int) -> str:
        return f"{self.title}, epoch {self.epochs[frame]}: right are {in_words(self.tallies, frame)}."


class TallyStrip(TallyCurves):
    """The same in a low, wide strip, to stand below other scenes: counts and shares on the left, lines on the right.

    Gids as there, and "net.last_epoch", "net.share[0]".
    """

    size = (1200, 270)
    box = (624, 58, 536, 186)

    def _draw_counts(self, page: Axes) -> None:
        add_label(page, 30, 230, self.title, size=style.LARGE, weight="bold")
        add_label(page, 30, 192, "Epoch")
        number = add_number(page, 124, 192, "{:.0f}", f"{self.name}.epoch", weight="bold")
        add_label(page, 134, 192, "of", color=style.QUIET)
        last = add_number(page, 160, 192, "{:.0f}", f"{self.name}.last_epoch", ha="left", color=style.QUIET)
        last.set_value(self.epochs[-1])
        self.phase = add_label(page, 220, 192, "", color=style.QUIET)
        self.numbers += [(number, self.epochs), *add_counts(page, self.tallies, 98, 526, TOP, f"{self.name}.")]
        for row, tally in enumerate(self.tallies):
            share = add_number(page, 338, TOP - ROW * row, "{:.1%}", f"{self.name}.share[{row}]", weight="bold")
            self.numbers.append((share, tally.right / tally.total))
        self._draw_looks(page, 34, TOP)

    def update(self, frame: int) -> list[Artist]:
        self.phase.set_text("initialise" if frame == 0 else "adjust, repeat")
        return [self.phase, *super().update(frame)]


def in_words(tallies: Sequence[Tally], frame: int) -> str:
    """Say the counts of a frame.

    >>> in_words([Tally("seen", np.array([3, 4]), 5), Tally("new", np.array([1, 2]), 4)], 1)
    'seen 4 of 5, new 2 of 4'
    """
    return ", ".join(f"{tally.name} {tally.right[frame]} of {tally.total}" for tally in tallies)
