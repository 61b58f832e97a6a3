"""Progress bars, and where there should be none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm


@contextmanager
def without_bars() -> Iterator[None]:
    """Show no progress bars for a while: in a log they are a line without end, and two of them fight for one line.

    tqdm can be told so in general by the environment, but only before it is imported.
    """
    init = tqdm.__init__

    def hidden(self: Any, *given: Any, **settings: Any) -> None:
        init(self, *given, **settings | {"disable": True})

    tqdm.__init__ = hidden
    try:
        yield
    finally:
        tqdm.__init__ = init
