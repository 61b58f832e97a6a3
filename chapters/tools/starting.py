"""The first moments of `python -m chapters`: Ctrl-C during imports, streams that are closed, packages that are hidden.

To import NumPy and matplotlib takes a second, and Ctrl-C in it would be a page of their source. Nothing has begun then,
so the program may end at once. For the same reason only Python's own modules are imported here, and little of them.
"""

from __future__ import annotations

import importlib.util
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def prepare() -> None:
    """Make ready what every command of the chapters needs, before anything else is imported."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where a script runs it deaf to Ctrl-C
        signal.signal(signal.SIGINT, _end)
    refuse_hidden(("tinylearn", "animations"))
    prepare_streams()


def _end(*_: Any) -> None:
    """End at once: nothing has begun, or everything is done."""
    with suppress(OSError, ValueError):
        print("\nInterrupted.", file=sys.stderr, flush=True)
    os._exit(130)


@contextmanager
def interruptible() -> Iterator[None]:
    """While this runs, Ctrl-C is an error as usual, a KeyboardInterrupt: there is something to clean up.

    Also where it came while matplotlib converted a path: that says then that the path is wrong, a ValueError.
    """
    pressed, before = [], signal.getsignal(signal.SIGINT)

    def interrupt(*_: Any) -> None:
        pressed.append(True)
        raise KeyboardInterrupt

    if before in (_end, signal.default_int_handler):
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except Exception as error:
        if pressed:
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.signal(signal.SIGINT, before)


def prepare_streams() -> None:
    """Write line by line, into a pipe too; show ? for what a console cannot; say nothing where nothing can be said."""
    from tinylearn.progress import takes_text

    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not takes_text(stream):
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (it stays open to the end)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace", line_buffering=True)


def refuse_hidden(packages: tuple[str, ...]) -> None:
    """End with a sentence if another file or folder, in the current folder mostly, hides one of our packages."""
    for name in packages:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None and Path(spec.origin).resolve().parent != ROOT / name:
            raise SystemExit(
                f"{spec.origin} hides the package {name} that belongs to these chapters, {ROOT / name}: "
                "rename it, or write python -P -m chapters, which does not look in the current folder"
            )
