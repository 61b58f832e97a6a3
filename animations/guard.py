"""What every scene gets without writing a line: `why` checks its arguments, and errors say in which frame they came.

`Scene` calls `guard` for each of its subclasses.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from animations import checks
from animations.why import Why
from tinylearn.checks import shortened

METHODS = ("draw", "update", "trail", "describe", "why")


def guard(cls: Any) -> None:
    """Wrap the methods of a scene that the class defines itself."""
    for name in METHODS:
        method = vars(cls).get(name)
        if inspect.isfunction(method):
            placed = _placed(method, name)
            setattr(cls, name, _checked(placed) if name == "why" else placed)


def _placed(method: Callable[..., Any], name: str) -> Callable[..., Any]:
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


def _checked(why: Callable[..., Why | None]) -> Callable[..., Why | None]:
    """Raise TypeError or ValueError for a gid or a frame that cannot be, and for an answer that is no explanation."""

    @functools.wraps(why)
    def checked(self: Any, gid: str, frame: int) -> Why | None:
        caller = f"{type(self).__name__}.why"
        if not isinstance(gid, str):
            raise TypeError(f"{caller}: gid must be a text, such as 'loss', got {shortened(gid)}")
        told = why(self, gid, checks.position(caller, "frame", frame, self.frames))
        if told is not None and not isinstance(told, Why):
            raise TypeError(f"{caller} must return a Why, or None if it cannot explain {gid}, got {shortened(told)}")
        return told

    return checked
