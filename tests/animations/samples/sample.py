"""A sample: a small scene, and how it is looked at."""

from collections.abc import Callable
from typing import Any, NamedTuple

from animations import Scene


class Sample(NamedTuple):
    """A row of the table that `test_scenes` tests.

    make      returns a new scene
    values    returns the right numbers, calculated apart from the scene, as a source for the audit; None if the films
              of a chapter prove them, see tests/chapters/sources
    allowed   the texts whose digits belong to a name or a formula
    drawn     the moment on the reference picture; the middle by default, between two frames if the scene glides
    pictured  whether there is a reference picture; not if it looks like another's
    also      more moments that are looked at, besides first and last, and that of the picture
    """

    make: Callable[[], Scene]
    values: Callable[[], Any] | None = None
    allowed: tuple[str, ...] = ()
    drawn: float | None = None
    pictured: bool = True
    also: tuple[float, ...] = ()


def unpictured(makes, **settings):
    """Return the samples of scenes that have no picture of their own, but other words, sizes, numbers."""
    return {name: Sample(make, pictured=False, **settings) for name, make in makes.items()}
