"""What the chapters say on the terminal, above the bars; and their end when nobody reads on, as in `… | head`."""

from __future__ import annotations

import os
from typing import TextIO

from tinylearn.progress import Bar

NOBODY_READS = 128 + 13  # as a shell counts programs that a closed pipe has ended


def say(text: str, stream: TextIO) -> None:
    """Write a line or more; SystemExit when the one who read has gone."""
    try:
        Bar.write(text, file=stream)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # what is still in its buffer must go somewhere when Python ends
        raise SystemExit(NOBODY_READS) from None
