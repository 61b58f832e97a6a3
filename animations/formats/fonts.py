"""Fonts in a page: only the letters that it shows, so that its text stands where matplotlib put it.

fontTools, which comes with matplotlib, cuts a font down to some letters. We first cut it to those of nearly every
picture; from that smaller font, we cut a film's letters ten times as fast.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import string
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties, findfont

USUAL = frozenset(string.printable.strip() + " −–—·×…→←↑↓°′″≤≥≈∂√Σ∑²³ⁿ✓✗½¼¾±∞πσμλαβγδεηθ‘’“”")
TABLES = ["GSUB", "GPOS", "GDEF", "MATH", "kern", "FFTM", "DSIG", "prep", "fpgm", "cvt ", "gasp", "hdmx"]


class Face(NamedTuple):
    """A font file, and the number of a font inside it."""

    path: str
    number: int = 0

    @property
    def name(self) -> str:
        """The name of its family in the page: always the same for the same font."""
        return "f" + hashlib.sha256(f"{self.path.rpartition('/')[2]}{self.number}".encode()).hexdigest()[:6]


def faces_of(font: FontProperties, letters: str) -> dict[Face, set[str]]:
    """Return the faces for a text, each with the letters it draws: the first family that has a letter draws it."""
    faces: dict[Face, set[str]] = {}
    missing = set(letters)
    for face in _candidates(font):
        has = missing & _letters_in(face).keys() if missing else set()
        if has or not faces:
            faces[face] = has
        missing -= has
    return faces


def width_of(letters: str, faces: Iterable[Face], size: float) -> float:
    """Return how wide a browser sets letters of this size in pixels, without kerning."""
    advances = [_letters_in(face) for face in faces]
    return size * sum(next((each[letter] for each in advances if letter in each), 0.6) for letter in letters)


def font_rules(letters: dict[Face, set[str]]) -> str:
    """Return CSS rules with these letters of each face."""
    return "\n".join(
        f"@font-face{{font-family:{face.name};src:url(data:font/woff;base64,"
        f"{base64.b64encode(_woff(face, frozenset(some))).decode()})}}"
        for face, some in letters.items()
    )


def _candidates(font: FontProperties) -> list[Face]:
    """Return the faces of all families of a font, in their order."""
    key = tuple(font.get_family()), font.get_style(), font.get_variant(), font.get_weight(), font.get_stretch()
    return _faces_of_families(*key, font.get_file())


@functools.cache
def _faces_of_families(families: tuple[str, ...], *more: Any) -> list[Face]:
    style, variant, weight, stretch, file = more
    if file:
        return [Face(str(file))]
    found = []
    for number, family in enumerate(families):
        with suppress(ValueError):  # there is no such family; for the first one, matplotlib uses its own
            font = FontProperties(family=family, style=style, variant=variant, weight=weight, stretch=stretch)
            found.append(findfont(font, fallback_to_default=number == 0))
    return [*dict.fromkeys(Face(str(path), getattr(path, "face_index", 0)) for path in found)]


@functools.cache
def _letters_in(face: Face) -> dict[str, float]:
    """Return letter → its advance, as a fraction of the font size."""
    font = _open(face)
    advances, unit = font["hmtx"].metrics, font["head"].unitsPerEm
    return {chr(code): advances[glyph][0] / unit for code, glyph in font.getBestCmap().items()}


@functools.cache
def _open(face: Face) -> TTFont:
    return TTFont(face.path, fontNumber=face.number, lazy=True)


@functools.cache
def _usual(face: Face) -> bytes:
    """Return the font with the usual letters only."""
    return _cut(TTFont(face.path, fontNumber=face.number, recalcTimestamp=False), USUAL, None)


@functools.lru_cache(maxsize=256)
def _woff(face: Face, letters: frozenset[str]) -> bytes:
    """Return a font with these letters."""
    usual = letters <= USUAL
    file, number = (io.BytesIO(_usual(face)), -1) if usual else (face.path, face.number)
    font = TTFont(file, fontNumber=number, recalcTimestamp=False)  # or its bytes would change with the time of day
    return _cut(font, letters, "woff")


def _cut(font: TTFont, letters: Iterable[str], flavor: str | None) -> bytes:
    for table in TABLES:
        if table in font:
            del font[table]  # `drop_tables` would read them first
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[2], flavor=flavor)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(letters))
    cutter.subset(font)
    file = io.BytesIO()
    font.flavor = flavor
    font.save(file)
    return file.getvalue()
