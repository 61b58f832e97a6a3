"""Most scenes start here: axes with our fonts and colours, labels, and numbers that say where they come from."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection
from matplotlib.dates import AutoDateFormatter, AutoDateLocator
from matplotlib.figure import FigureBase
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from animations.engine.text import Form, Number, PastedText
from animations.kit import style
from animations.kit.numbers import WITH_EXPONENT

UNNAMED = re.compile(r"$|_(child|container)\d+$|_nolegend_$")  # matplotlib's names for a line without a name


def plot_axes(
    figure: FigureBase,
    box: tuple[float, float, float, float],
    *,
    xlabel: str = "",
    ylabel: str = "",
    xcolor: str = style.INK,
    ycolor: str = style.INK,
    **settings: Any,
) -> Axes:
    """Return axes for curves, at `box` (left, bottom, width, height) in fractions of the figure, with a faint grid.

    `settings` are matplotlib's: xlim, ylim, xscale, title, …
    """
    axes = figure.add_axes(box, **settings)
    axes.tick_params(labelsize=style.SMALL, colors=style.INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=style.FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel(xlabel, fontsize=style.SMALL, color=xcolor, parse_math=False)
    axes.set_ylabel(ylabel, fontsize=style.SMALL, color=ycolor, parse_math=False)
    return axes


def ticks_to(last: int) -> list[int]:
    """Return 0, the last, and round numbers between them that are evenly spaced, if any divide it into 2 to 6 parts.

    >>> ticks_to(125), ticks_to(15), ticks_to(8), ticks_to(13)
    ([0, 25, 50, 75, 100, 125], [0, 5, 10, 15], [0, 2, 4, 6, 8], [0, 13])
    """
    round_numbers = [digits * 10**power // 10 for power in range(10) for digits in (10, 20, 25, 50)]
    step = next((each for each in round_numbers if last % each == 0 and last <= 6 * each), last)
    return [*range(0, last, step), last] if last else [0]


def log_loss(axes: Axes, last: int) -> None:
    """Make both axes logarithmic, and show the steps 0, 1, 10, … `last`: learning is fast at first."""
    axes.set_xscale("symlog", linthresh=1)  # logarithmic from 1 on, with a place for 0
    axes.set_yscale("log")
    steps = sorted({0, 1, *(10**power for power in range(1, 20) if 10**power < last / 2), last})
    axes.set_xticks(steps, [str(step) for step in steps])
    axes.minorticks_off()
    axes.set_xlim(-0.3, last * 1.3)


def add_legend(axes: Axes, **settings: Any) -> Legend:
    """Write which line is which; `settings` are matplotlib's: loc, ncols, …"""
    every: list[Any] = [each for each in axes.get_children() if isinstance(each, Line2D | Patch | Collection)]
    every += axes.containers
    handles = settings.pop("handles", [each for each in every if not UNNAMED.match(str(each.get_label()))])
    names = settings.pop("labels", [each.get_label() for each in handles])
    own: dict[str, Any] = {"frameon": False, "labelcolor": style.INK, "prop": {"size": style.SMALL}}
    legend = axes.legend(handles, ["name"] * len(handles), **own | settings)  # matplotlib skips names with "_"
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set(text=name, parse_math=False)
    return legend


def arrow_corners(start: np.ndarray, tip: np.ndarray, width: float = 2) -> np.ndarray:
    """Return the corners (7, 2) of an arrow, in pixels. The fourth is its tip; a short arrow has a small head."""
    length = math.dist(start, tip)
    along = (tip - start) / length
    across = np.array([-along[1], along[0]])
    head = min(7 * width, 0.6 * length)
    neck, half, wing = tip - head * along, 0.5 * width * across, 0.42 * head * across
    return np.array([start + half, neck + half, neck + wing, tip, neck - wing, neck - half, start - half])


def mark_values(axis: Axis, form: str) -> None:
    """Mark an axis with round values: with commas, or with exponents if `form` writes numbers that way."""
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axis.set_major_formatter("{x:.4g}" if form == WITH_EXPONENT else "{x:,.13g}")


def mark_times(axis: Axis, times: np.ndarray, dates: bool) -> None:
    """Mark an axis with round times, or with dates: then the times are days since 1970."""
    if dates:
        axis.set_major_locator(AutoDateLocator(minticks=3, maxticks=6))
        axis.set_major_formatter(AutoDateFormatter(axis.get_major_locator()))
    else:
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=bool((times % 1 == 0).all())))
        axis.set_major_formatter("{x:.10g}")
    axis.set_tick_params(pad=7)


def pixel_axes(figure: FigureBase, size: tuple[int, int]) -> Axes:
    """Return invisible axes over the whole figure, in pixels: (0, 0) is the lower left corner."""
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, size[0]), ylim=(0, size[1]), xticks=[], yticks=[])
    axes.set_axis_off()
    return axes


def add_label(axes: Axes, x: float, y: float, text: str, **settings: Any) -> PastedText:
    """Write a text at (x, y) of the axes' data; `settings` are those of a matplotlib `Text`."""
    made = PastedText(x, y, text, **_defaults(settings))
    axes.add_artist(made)
    return made


def add_number(axes: Axes, x: float, y: float, form: Form, gid: str, **settings: Any) -> Number:
    """Make a place at (x, y) for a number that comes from `gid`; `set_value` writes it. It ends at x by default."""
    made = Number(x, y, form, gid=gid, **_defaults({"ha": "right"} | settings))
    axes.add_artist(made)
    return made


def _defaults(settings: dict[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = {"size": style.MEDIUM, "color": style.INK, "va": "center_baseline"}
    own["parse_math"] = False  # two $ in a text do not make a formula
    return own | settings
