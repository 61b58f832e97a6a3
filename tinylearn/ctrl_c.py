"""Ctrl-C where it can do no harm.

Python raises KeyboardInterrupt between any two steps of the main thread: also when a lock has just been taken and the
`with` that gives it back has not begun (CPython issue 148874; in `concurrent.futures` on every Python). Another thread
then waits for ever. And in a weak reference's callback the error is printed, and lost. So:

    with ctrl_c_later() as ctrl_c_may_come:     Ctrl-C is only noted
        for …:
            …
            ctrl_c_may_come()                   here KeyboardInterrupt is raised, and at the end of the block
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_held = False  # by a block around this one, in the main thread
IMPATIENT = 1.0  # seconds after which a second Ctrl-C is not the same one: what runs may be stuck


@contextmanager
def ctrl_c_later() -> Iterator[Callable[[], None]]:
    """Hold Ctrl-C back until this block ends, or calls the function that it is given.

    Whoever presses it again, a second later, is heard at once. Other threads than the main one never hear of Ctrl-C.

    >>> done = []
    >>> try:
    ...     with ctrl_c_later():
    ...         signal.raise_signal(signal.SIGINT)
    ...         done.append("all of the block")
    ... except KeyboardInterrupt:
    ...     done.append("then Ctrl-C")
    >>> done
    ['all of the block', 'then Ctrl-C']
    """
    global _held
    if _held or threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    before = signal.getsignal(signal.SIGINT)
    if not callable(before):  # it is ignored, or left to the system
        yield lambda: None
        return
    pressed: list[tuple[float, tuple[Any, ...]]] = []  # when, and what a handler is told

    def note(*told: Any) -> None:
        pressed.append((time.monotonic(), told))
        if pressed[-1][0] - pressed[0][0] > IMPATIENT:
            may_come()

    def may_come() -> None:
        if pressed:
            told = pressed[0][1]
            pressed.clear()
            before(*told)

    signal.signal(signal.SIGINT, note)  # from here on nothing is raised between two steps
    try:
        _held = True
        yield may_come
    finally:
        _held = False
        signal.signal(signal.SIGINT, before)
        may_come()
