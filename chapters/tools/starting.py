"""The first moments of `python -m chapters`: Ctrl-C during imports, closed streams, hidden packages.

Importing NumPy and matplotlib takes a second. If you press Ctrl-C then, Python would print a page of their source.
Nothing has begun yet, so the program may end. For the same reason this file imports only a few modules of Python's own.
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
    """Prepare what every command of the chapters needs, before anything else is imported."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not if a script has made it deaf to Ctrl-C
        signal.signal(signal.SIGINT, _end)
    refuse_hidden(("tinylearn", "animations"))
    prepare_streams()


def _end(*_: Any) -> None:
    """End the program: nothing has begun, or everything is done."""
    with suppress(OSError, ValueError):
        print("\nInterrupted.", file=sys.stderr, flush=True)
    os._exit(130)


@contextmanager
def interruptible() -> Iterator[None]:
    """In this block Ctrl-C raises KeyboardInterrupt, as usual: there is something to clean up.

    It does so even while matplotlib converts a path, where matplotlib would report a wrong path, a ValueError.
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
    """Write line by line, also into a pipe. Show ? for what a console cannot show. Say nothing into a closed stream."""
    from tinylearn.progress import takes_text

    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not takes_text(stream):
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (it stays open to the end)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace", line_buffering=True)


def refuse_hidden(packages: tuple[str, ...]) -> None:
    """End with a message if another file or folder, most often in the current folder, hides one of our packages."""
    for name in packages:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None and Path(spec.origin).resolve().parent != ROOT / name:
            raise SystemExit(
                f"{spec.origin} hides the package {name} of these chapters, {ROOT / name}: "
                "rename it, or run python -P -m chapters, which does not look into the current folder"
            )
