"""Which texts a frame draws, and their boxes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis, Tick
from matplotlib.colors import to_rgba
from matplotlib.figure import FigureBase, SubFigure
from matplotlib.spines import Spine
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from animations.engine.text import Number, PastedText

DIGIT = re.compile(r"\d")


def drawn(artist: Artist, hidden: Collection[int] = (), *, marks: bool = True) -> Iterator[Artist]:
    """Yield everything that matplotlib draws of an artist: the artist and its parts, but no marks beyond an axis' ends.

    `hidden`: the ids of trails that appear only later. `marks=False` leaves out all marks of axes, because updating
    them takes most of the time.
    """
    if not artist.get_visible() or id(artist) in hidden:
        return
    yield artist
    if isinstance(artist, Axis):
        children = [artist.label, artist.offsetText, *(_ticks(artist) if marks else ())]
    else:
        children = artist.get_children()
    if isinstance(artist, FigureBase):
        children = _uncovered(artist, children)
    if isinstance(artist, Axes) and not artist.axison:
        children = [child for child in children if not isinstance(child, Axis | Spine)]
    for child in children:
        yield from drawn(child, hidden, marks=marks)


def _uncovered(figure: FigureBase, children: list[Artist]) -> list[Artist]:
    """Return the children of a figure, without those below one that covers it all, as an answer at the end does."""
    covers = [number for number, child in enumerate(children)
              if isinstance(child, SubFigure) and child.get_visible() and to_rgba(child.get_facecolor())[3] == 1
              and np.allclose(child.bbox.extents, figure.get_window_extent().extents)]  # fmt: skip
    return children[covers[-1] :] if covers else children


def drawn_texts(figure: Artist, hidden: Collection[int] = ()) -> list[Text]:
    """Return the visible texts that are not empty."""
    return texts_among(drawn(figure, hidden))


def texts_among(artists: Iterable[Artist]) -> list[Text]:
    """Return the artists that are non-empty texts."""
    return [artist for artist in artists if isinstance(artist, Text) and artist.get_text().strip()]


def texts_of_axes(artists: Collection[Artist]) -> set[int]:
    """Return the ids of labels, factors and numbers at marks that belong to axes; for marks, only among `artists`."""
    return texts_of_marks(artists) | {id(artist.label) for artist in artists if isinstance(artist, Axis)}


def texts_of_marks(artists: Iterable[Artist]) -> set[int]:
    """Return the same without the labels."""
    found: set[int] = set()
    for artist in artists:
        if isinstance(artist, Axis):
            found.add(id(artist.offsetText))
        elif isinstance(artist, Tick):
            found |= {id(artist.label1), id(artist.label2)}
    return found


def nameless_digits(texts: Collection[Text], axes: Collection[int]) -> list[str]:
    """Return the texts with digits but no gid; `axes`: ids of texts that need none."""
    found = (text.get_text() for text in texts if not text.get_gid() and id(text) not in axes)
    return [text for text in found if DIGIT.search(text)]


class Boxes:
    """The boxes of texts in pixels, measured again only after a change: measuring takes most of an audit."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Any, Bbox]] = {}

    def of(self, text: Text) -> Bbox:
        """Return the box of a text."""
        if isinstance(text, Annotation):
            return Text.get_window_extent(text)  # without its arrow
        if type(text) not in (Text, PastedText, Number):
            return text.get_window_extent()
        state = (
            text.get_text(), *text.get_transform().transform(text.get_unitless_position()), text.get_rotation(),
            text.get_horizontalalignment(), text.get_verticalalignment(), hash(text.get_fontproperties()),
        )  # fmt: skip
        known = self.known.get(id(text))
        if known is None or known[0] != state:
            self.known[id(text)] = known = (state, text.get_window_extent())
        return known[1]


def _ticks(axis: Axis) -> list[Tick]:
    """Return the marks that lie within the axis, each with its current text."""
    axis.get_majorticklabels()  # updates them
    low, high = np.sort(axis.get_transform().transform(axis.get_view_interval()))
    room = 1e-10 * (high - low)
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    places = axis.get_transform().transform([tick.get_loc() for tick in ticks])
    return [tick for tick, place in zip(ticks, places, strict=True) if low - room <= place <= high + room]
