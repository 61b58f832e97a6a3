"""Writes to the terminal, above the progress bars; ends the program when its reader has gone, as in `… | head`."""

from __future__ import annotations

import os
from typing import TextIO

from tinylearn.progress import Bar

READER_GONE = 128 + 13  # as a shell counts programs that a closed pipe has ended


def say(text: str, stream: TextIO) -> None:
    """Write one or more lines; raise SystemExit if the reader has gone."""
    try:
        Bar.write(text, file=stream)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # what is left in its buffer must go somewhere when Python ends
        raise SystemExit(READER_GONE) from None
