"""A sample: a small scene, and the numbers that it must show."""

from collections.abc import Callable
from typing import Any, NamedTuple

from animations import Scene


class Sample(NamedTuple):
    """A row of the table that `test_scenes` tests.

    make      returns a new scene
    values    returns the right numbers, calculated apart from the scene: gid → value, or one for each frame; a function
              frame → (gid → value); a recording; a race. None if another sample of the scene has them, or it has none
    allowed   the texts whose digits belong to a name or a formula
    frames    those that are looked at; all by default, or every third and the last if it looks like another's
    drawn     the moment on the reference picture; the middle by default, between two frames if the scene glides
    also      more moments whose words and shapes the reference notes: besides first and last, and that of the picture
    pictured  whether there is a reference picture; not if it looks like another's
    """

    make: Callable[[], Scene]
    values: Callable[[], Any] | None = None
    allowed: tuple[str, ...] = ()
    frames: tuple[int, ...] | None = None
    drawn: float | None = None
    pictured: bool = True
    also: tuple[float, ...] = ()
