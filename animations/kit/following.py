"""Lets artists follow the frames: binds their properties to a value for each frame.

    follow.bind(bar, height=heights)        in frame 3 bar.set(height=heights[3]), until frame 4
    follow.glide(dot, xdata=places)         at 3.4 four tenths of the way from places[3] to places[4]
    follow.update(3.4)                      sets all of them, and returns the artists

A value is the same for all frames (a text, a number, True or False), or a list with one value for each frame, (S, …),
or a function of the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from typing import Any

import numpy as np
from matplotlib.artist import Artist

Shown = Any  # one value; or one for each frame, (S, …); or a function of the frame


class Following:
    """Artists that follow the frames."""

    def __init__(self) -> None:
        self._bound: list[tuple[Artist, Callable[[float], Any]]] = []  # artist, and what sets it for a frame
        self._lengths: list[tuple[str, int]] = []  # of all lists, each with a name for errors

    def bind(self, artist: Any, **shown: Shown) -> Any:
        """Let properties of an artist follow the frames: `bind(bar, height=heights)` calls bar.set(height=heights[s]).

        Between two frames they stay as in the first.
        """
        readers = {name: self._reader(name, values) for name, values in shown.items()}
        self._bound.append((artist, lambda frame: artist.set(**{name: at(int(frame)) for name, at in readers.items()})))
        return artist

    def show(self, when: Shown, *artists: Artist) -> None:
        """Show artists in some frames only: `when` is True or False for each frame."""
        for artist in artists:
            self.bind(artist, visible=when)

    def glide(self, artist: Any, **shown: Shown) -> Any:
        """Let properties follow the frames, and move between them: for places, not for numbers."""
        readers = {name: self._glider(name, values) for name, values in shown.items()}
        self._bound.append((artist, lambda frame: artist.set(**{name: at(frame) for name, at in readers.items()})))
        return artist

    def update(self, frame: float) -> list[Artist]:
        """Set everything that is bound for a frame; return the artists."""
        for _, show in self._bound:
            show(frame)
        return list(dict.fromkeys(artist for artist, _ in self._bound))

    def check_frames(self, caller: str, frames: int) -> None:
        """Raise ValueError, with its name, if a list does not have a value for each frame."""
        for name, length in self._lengths:
            if length != frames:
                raise ValueError(f"{caller}: {name} must have a value for each of {frames} frames, got {length}")

    def _reader(self, name: str, values: Shown) -> Callable[[Any], Any]:
        """Return a function from the frame to its value."""
        if callable(values):
            return values
        if not has_frames(values):
            return lambda frame: values
        self._lengths.append((name, len(values)))
        return values.__getitem__

    def _glider(self, name: str, values: Shown) -> Callable[[float], Any]:
        """Return a function from the frame to its value, which moves from one value to the next."""
        at = self._reader(name, values)
        return at if callable(values) or not has_frames(values) else between(np.asarray(values))


def has_frames(values: Shown) -> bool:
    """Is it a list with a value for each frame? A text and a single number, even a 0-d array, count as one value."""
    return isinstance(values, Sized) and not isinstance(values, str | Mapping) and getattr(values, "ndim", 1) > 0


def between(values: np.ndarray) -> Callable[[float], Any]:
    """Return a function from the frame to its value, with a straight line from one value to the next."""

    def at(frame: float) -> Any:
        before = int(frame)
        fraction = frame - before
        return values[before] if fraction == 0 else (1 - fraction) * values[before] + fraction * values[before + 1]

    return at
