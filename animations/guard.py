"""What every scene gets without writing a line: what its methods return is checked, and errors name method and frame.

`Scene` calls `guard` for each of its subclasses. (`Painter` checks the artists that `update` and `trail` return.)
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from animations import checks
from animations.why import Why
from tinylearn.checks import numbers, shortened

Method = Callable[..., Any]


def guard(cls: Any) -> None:
    """Wrap the methods of a scene that the class defines itself."""
    around = {"describe": _describe, "moments": _moments, "why": _why}
    for name in ("draw", "update", "trail", *around):
        method = vars(cls).get(name)
        if inspect.isfunction(method):
            placed = _placed(method, name)
            setattr(cls, name, functools.wraps(method)(around[name](placed)) if name in around else placed)


def _placed(method: Method, name: str) -> Method:
    """Add a note to each error: "in Fall.update(5)"."""

    @functools.wraps(method)
    def placed(self: Any, *given: Any, **named: Any) -> Any:
        try:
            return method(self, *given, **named)
        except Exception as error:
            listed = "figure" if name == "draw" else ", ".join(map(shortened, (*given, *named.values())))
            note = f"in {type(self).__name__}.{name}({listed})"
            if note not in getattr(error, "__notes__", ()):
                error.add_note(note)
            raise

    return placed


def _describe(describe: Method) -> Method:
    """Refuse what is not a text."""

    def checked(self: Any, frame: int) -> str:
        said = describe(self, frame)
        if not isinstance(said, str):
            raise TypeError(f"{type(self).__name__}.describe must return a text, got {shortened(said)}")
        return said

    return checked


def _moments(moments: Method) -> Method:
    """Refuse what is not a unit, and a count for each frame."""

    def checked(self: Any) -> tuple[str, Sequence[float]]:
        told, caller = moments(self), f"{type(self).__name__}.moments"
        wanted = 'must return what frames count, and the count of each, such as ("year", [1990, 1991])'
        if not isinstance(told, tuple) or len(told) != 2 or not isinstance(told[0], str):
            raise TypeError(f"{caller} {wanted}, got {shortened(told)}")
        if len(numbers(caller, "each count", told[1])) != self.frames:
            raise ValueError(f"{caller} {wanted}, got {len(told[1])} counts for {self.frames} frames")
        return told

    return checked


def _why(why: Method) -> Method:
    """Refuse a gid or a frame that cannot be, and an answer that is no explanation."""

    def checked(self: Any, gid: str, frame: int) -> Why | None:
        caller = f"{type(self).__name__}.why"
        if not isinstance(gid, str):
            raise TypeError(f"{caller}: gid must be a text, such as 'loss', got {shortened(gid)}")
        return told_by(caller, gid, why(self, gid, checks.position(caller, "frame", frame, self.frames)))

    return checked


def told_by(caller: str, gid: str, told: Any) -> Why | None:
    """Return an explanation; TypeError if it is none."""
    if told is not None and not isinstance(told, Why):
        raise TypeError(f"{caller} must return a Why, or None if it cannot explain {gid}, got {shortened(told)}")
    return told
