"""The colour-blind, who lack one of the three kinds of cones, can tell apart colours with different meanings.

We compute what they see: linear RGB times a matrix (Machado, Oliveira and Fernandes, "A Physiologically-based Model for
Simulation of Color Vision Deficiency", 2009, severity 1.0). Then we measure the distance of two colours in CIE L*a*b*
(1976), where 2.3 is just noticeable.

Which colours? Those of the lines, markers, patches and collections in one axes, in one frame; each counts as a thing of
its own. If two look alike to everybody (nearer than DIFFERENT), they are shades of one colour, and are not judged. Nor
are pictures, and colours by the hundred, which are gradients; but the two ends of a colour map must differ.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgb, to_rgba, to_rgba_array
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.spines import Spine
from numpy.typing import ArrayLike

from animations.kit.colours import linear

APART = 10.0  # the least, for everybody: four times what is just noticeable
DIFFERENT = 20.0  # two different things, to those who see all colours
MANY = 12  # colours in one collection: a gradient

SEEN_WITH = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(rgb: ArrayLike) -> np.ndarray:
    """Return linear RGB (…, 3) as CIE L*a*b*, where distances match what the eye sees."""
    fraction = np.asarray(rgb) @ XYZ.T / XYZ.sum(axis=1)
    x, y, z = np.moveaxis(np.where(fraction > 216 / 24389, np.cbrt(fraction), fraction * 841 / 108 + 4 / 29), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


@functools.lru_cache(maxsize=4096)
def distances(one: str, other: str) -> dict[str, float]:
    """Return how far apart two colours are: for everybody else, and with each kind of colour blindness.

    >>> {kind: round(far) for kind, far in distances("#c01000", "#5e6a00").items()}
    {'everybody': 80, 'protanopia': 15, 'deuteranopia': 8, 'tritanopia': 85}
    """
    rgb = linear([to_rgb(one), to_rgb(other)])
    seen = {"everybody": rgb} | {kind: np.clip(rgb @ np.array(m).T, 0, 1) for kind, m in SEEN_WITH.items()}
    return {kind: float(np.linalg.norm(np.diff(lab(colours), axis=0))) for kind, colours in seen.items()}


def confused(colours: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (both colours, message) for each pair that looks different to most people and alike to some."""
    for one, other in combinations(sorted(colours), 2):
        far = distances(one, other)
        kind = min(SEEN_WITH, key=far.__getitem__)
        if far["everybody"] >= DIFFERENT and far[kind] < APART:
            both = f"{one} and {other}"
            yield both, f"{both} are only {far[kind]:.1f} apart with {kind} (least: {APART:g})"


def confused_in(axes: Axes, artists: Iterable[Artist]) -> Iterator[tuple[str, str]]:
    """Yield the same for the colours of `artists`, drawn by `axes`."""
    colours: set[str] = set()
    for artist in artists:
        if isinstance(artist, ScalarMappable) and artist.get_array() is not None:
            yield from confused({to_hex(artist.get_cmap()(end)) for end in (0.0, 1.0)})
        elif artist is not axes.patch:
            colours |= colours_of(artist, to_rgb(axes.get_facecolor()))
    yield from confused(colours)


def judged(axes: Axes) -> list[Artist]:
    """Return the artists in axes that stand for things: not their frame, marks and grid."""
    return [child for child in axes.get_children() if not isinstance(child, Axis | Spine)]


def colours_of(artist: Artist, paper: tuple[float, float, float]) -> set[str]:
    """Return the colours that an artist shows, mixed with the paper if they are transparent."""
    shown: list = []
    if isinstance(artist, Line2D) and np.size(artist.get_xdata()):
        shown = [to_rgba(artist.get_color(), artist.get_alpha())] if artist.get_linestyle() != "None" else []
        if artist.get_marker() not in ("None", "", " ", None):
            shown += [to_rgba(color, artist.get_alpha())
                      for color in (artist.get_markerfacecolor(), artist.get_markeredgecolor())]  # fmt: skip
    elif isinstance(artist, Patch):
        shown = [artist.get_facecolor()] + ([artist.get_edgecolor()] if artist.get_linewidth() else [])
    elif isinstance(artist, Collection) and len(artist.get_paths()):
        edges = artist.get_edgecolor() if np.any(artist.get_linewidth()) else []
        shown = [*to_rgba_array(artist.get_facecolor()), *to_rgba_array(edges)]
    mixed = {to_hex(tuple(a * np.array(rgb) + (1 - a) * np.array(paper)))
             for *rgb, a in map(tuple, shown) if a > 0}  # fmt: skip
    return mixed if len(mixed) <= MANY else set()
