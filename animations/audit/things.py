"""Two things in one place have two names and two looks, and the legend names all of them.

A thing is anything with a label: a line, bars, dots, a wedge, an entry of a legend. Its look is its colour and pattern:
you can tell two lines of one colour apart if one is dashed. Axes over each other, as from `twinx`, are one place.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Tick
from matplotlib.collections import Collection
from matplotlib.colors import to_rgb
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from animations.audit.colour_blindness import colours_of, distances

NOTICEABLE = 2.3  # a smaller distance between two colours is invisible
GIVEN = re.compile(r"_(child|container|collection|line|image|nolegend)\d*_?")  # labels that matplotlib gives
Named = tuple[str, Artist]


def things(artists: Iterable[Artist]) -> list[list[Named]]:
    """Return the things in each place, (label, artist) each; `artists` are all that are drawn."""
    drawn = list(artists)
    places: dict[tuple[int, ...], list[Named]] = defaultdict(list)
    visible = set(map(id, drawn))
    for axes in (artist for artist in drawn if isinstance(artist, Axes)):
        here = [(str(child.get_label()), child) for child in axes.get_children() if id(child) in visible]
        here += [(str(bars.get_label()), bars[0]) for bars in axes.containers if len(bars) and id(bars[0]) in visible]
        places[tuple(map(round, axes.bbox.extents))] += [
            (label, artist) for label, artist in here if label and not GIVEN.fullmatch(label)
        ]
    return [*places.values()]


def entries(artists: Iterable[Artist]) -> list[list[Named]]:
    """Return the same for each legend: its entries."""
    legends = [legend for legend in artists if isinstance(legend, Legend)]
    both = [zip(legend.get_texts(), legend.legend_handles, strict=True) for legend in legends]
    return [[(text.get_text(), handle) for text, handle in each if handle] for each in both]


def of_one_name(artists: list[Artist]) -> Iterator[tuple[str, str]]:
    """Yield (name, message) for each name that two things in one place share, or two marks of an axis."""
    marks: dict[Any, list[str]] = defaultdict(list)
    for tick in (artist for artist in artists if isinstance(artist, Tick)):
        marks[tick.axes, type(tick)].append(tick.label1.get_text())
    words = [[name for name in names if re.fullmatch(r"\D{2,}", name)] for names in marks.values()]
    for names in [*words, *([name for name, _ in here] for here in [*things(artists), *entries(artists)])]:
        for name, count in Counter(names).items():
            if count > 1:
                yield name, f"{count} things in one place are called {name!r}: give each its own name"


def of_one_colour(artists: list[Artist]) -> Iterator[tuple[str, str]]:
    """Yield (both names, message) for each two things in one place that look the same."""
    for here in [*things(artists), *entries(artists)]:
        looks = [(name, _look(artist)) for name, artist in here]
        for (one, its), (other, others) in combinations(looks, 2):
            if one != other and _same(its, others):
                both = f"{one!r} and {other!r}"
                yield both, f"{both} have the same colour, {its[0][0]}: give one of them another colour, dash or hatch"


def not_in_the_legend(artists: list[Artist]) -> Iterator[tuple[str, str]]:
    """Yield (name, message) for each thing whose name begins with "_", which matplotlib leaves out of a legend."""
    if any(isinstance(artist, Legend) for artist in artists):
        for name in (name for here in things(artists) for name, _ in here if name.startswith("_")):
            yield name, f"{name!r} is not in the legend, because it begins with _: choose another name or no legend"


def _look(artist: Artist) -> tuple[list[str], Any]:
    """Return the colours and the pattern of a thing; no colours if it is invisible or has a colour map."""
    paper = to_rgb(artist.axes.get_facecolor()) if artist.axes is not None else (1.0, 1.0, 1.0)
    pattern: Any = None
    if isinstance(artist, Line2D):
        pattern = artist.get_linestyle(), artist.get_marker(), artist.get_linewidth()
    elif isinstance(artist, Patch):
        pattern = artist.get_hatch(), artist.get_linestyle()
    elif isinstance(artist, Collection) and artist.get_array() is None:
        pattern = artist.get_hatch(), [np.asarray(path.vertices).tolist() for path in artist.get_paths()[:1]]
    return (sorted(colours_of(artist, paper)) if pattern is not None else []), (type(artist), pattern)


def _same(one: tuple[list[str], Any], other: tuple[list[str], Any]) -> bool:
    """Do two things look the same?"""
    (colours, pattern), (others, its) = one, other
    if not colours or pattern != its or len(colours) != len(others):
        return False
    return all(distances(*both)["everybody"] < NOTICEABLE for both in zip(colours, others, strict=True))
