"""Turns progress bars off where they would be in the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm


@contextmanager
def without_bars() -> Iterator[None]:
    """Show no progress bars in this block: in a log they are one endless line, and two bars fight for the same line.

    tqdm has an environment variable for that, but it works only before tqdm is imported.
    """
    init = tqdm.__init__

    def hidden(self: Any, *given: Any, **settings: Any) -> None:
        init(self, *given, **settings | {"disable": True})

    tqdm.__init__ = hidden
    try:
        yield
    finally:
        tqdm.__init__ = init
