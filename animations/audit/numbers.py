"""Compares each number on the picture with its source, to half a unit of the last digit shown."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from matplotlib.text import Text

from animations.audit.sources import Sources

NUMBER = re.compile(r"-?(?:(?:\d[\d,]*\.?\d*|\.\d+)(?:e[+-]?\d+)?|\binf\b|\bnan\b)")


def read_number(text: str) -> tuple[float, float] | None:
    """Return the number in a text and half a unit of its last digit; None if the text does not have exactly one number.

    >>> read_number("1.25"), read_number("12 %"), read_number("1,200 steps"), read_number("3 of 4")
    ((1.25, 0.005), (0.12, 0.005), (1200.0, 0.5), None)
    """
    found = NUMBER.findall(text.replace("−", "-"))
    if len(found) != 1:
        return None
    number = Decimal(found[0].replace(",", ""))
    exponent = number.as_tuple().exponent
    half = 0.5 * 10.0**exponent if isinstance(exponent, int) else 0.0
    scale = 100 if text.endswith("%") else 1
    return float(number) / scale, half / scale


def shows(text: str, value: float) -> bool:
    """Does the text show this value? "> 0.999" shows a larger one, by at most a unit of the last digit.

    >>> shows("0.999", 0.9991), shows("> 0.999", 0.9998), shows("> 0.999", 0.9), shows("> 0.999", 1.1)
    (True, True, False, False)
    """
    read = read_number(text)
    if read is None:
        return False
    number, half = read
    if not (math.isfinite(number) and math.isfinite(value)):
        return number == value or (math.isnan(number) and math.isnan(value))
    if text[0] in "<>":
        beyond = value - number if text[0] == ">" else number - value
        return 0 < beyond <= 2 * half * (1 + 1e-9)
    return abs(number - value) <= half * (1 + 1e-9)


def twice(texts: Sequence[Text]) -> Iterator[tuple[str, str]]:
    """Yield (gid, message) for each gid that two texts share."""
    for gid, count in Counter(text.get_gid() for text in texts).items():
        if count > 1:
            yield str(gid), f"{count} texts share the gid {gid!r}: give each its own"


def unreadable(texts: Sequence[Text]) -> Iterator[tuple[str, str]]:
    """Yield (gid, message) for each text with a gid that is not one number."""
    for text in texts:
        if read_number(text.get_text()) is None:
            yield str(text.get_gid()), f"{text.get_gid()} shows {text.get_text()!r}, which is not one number"


def wrong_numbers(texts: Sequence[Text], sources: Sources, frame: int) -> Iterator[tuple[str, str]]:
    """Yield (gid, message) for each number that is wrong, has no source, or is missing though it has a source."""
    values = sources.named(frame)
    yield from unreadable(texts)
    for text in texts:
        gid, word = str(text.get_gid()), text.get_text()
        value = values[gid] if gid in values else sources.recorded(gid, frame)
        if value is None:
            yield gid, f"{gid} shows {word}, but no source knows {gid}"
        elif read_number(word) and not shows(word, float(value)):
            yield gid, f"{gid} shows {word}, its source says {float(value)!r}"
    for gid in values.keys() - {text.get_gid() for text in texts}:
        yield gid, f"{gid} is not drawn, though its source has a value, {float(values[gid])!r}"
