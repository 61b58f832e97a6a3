"""A progress bar if there is a place to show one, otherwise silence. It never raises an error."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import Any, TextIO

from tqdm import tqdm


def takes_text(stream: TextIO | None) -> bool:
    """Can we write text there? Not if it is closed (without a console), or if the disk behind it is full.

    >>> takes_text(None), takes_text(io.StringIO())
    (False, True)
    """
    if stream is None or stream.closed:
        return False
    try:
        os.write(stream.fileno(), b"")
    except io.UnsupportedOperation:  # no file of the system's: a notebook's, or a test's
        return True
    except OSError:
        return False
    return True


class Bar(tqdm):
    """tqdm's bar, on stderr. It is hidden without stderr, or with TQDM_DISABLE=1; it ends if stderr does."""

    def __init__(self, *given: Any, disable: bool = False, **settings: Any) -> None:
        if disable or not takes_text(sys.stderr):
            settings["disable"] = True  # left out otherwise: said here, it would outdo the environment
        super().__init__(*given, **settings)

    def display(self, *given: Any, **settings: Any) -> Any:
        """Draw the line anew."""
        try:
            return super().display(*given, **settings)
        except (OSError, ValueError):  # full, gone or closed meanwhile
            self.disable = True
            return False

    def close(self) -> None:
        """Remove the line."""
        with suppress(OSError, ValueError):
            super().close()
