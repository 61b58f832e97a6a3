"""The letters of one font, each drawn once as a tile; texts of any colour are put together from these tiles."""

from __future__ import annotations

import math
import re
import unicodedata
import warnings
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from animations.engine.settings import DEFAULTS, using

SHADES = 3  # levels of coverage above 0: with 255, a GIF of numbers is a third larger and looks the same
MISSING = r"Glyph (\d+) .* missing from"  # matplotlib warns like this, and draws a box
FAMILIES = {"font.sans-serif", "font.serif", "font.monospace"}  # names that stand for other families


def refuse_missing_letter(caller: str, warning: UserWarning) -> None:
    """Raise ValueError with the name of the letter if matplotlib warns that the font lacks it."""
    if found := re.match(MISSING, str(warning)):
        letter = chr(int(found[1]))
        raise ValueError(
            f"{caller}: a text has the letter {letter!r} ({unicodedata.name(letter, ascii(letter))}), "
            'which its font lacks; choose a font that has it: font="…" (matplotlib.font_manager.get_font_names())'
        ) from warning


class Glyphs:
    """The letters of one font at one resolution, each drawn on first use.

    height, descent   of a line, in whole pixels
    pad               the room around it for accents and slants
    """

    def __init__(self, font: FontProperties, dpi: float) -> None:
        self.font, self.dpi = font, dpi
        params: Any = matplotlib.rcParams
        self.settings = DEFAULTS | {family: params[family] for family in FAMILIES}
        self.ruler = RendererAgg(1, 1, dpi)
        height, descent = self._measure("lp")[1:]
        self.height, self.descent = math.ceil(height), math.ceil(descent)
        self.pad = 3 + math.ceil(height / 4)
        self.tiles: dict[str, np.ndarray] = {}

    def width(self, text: str) -> int:
        """Return the width of a text, in pixels."""
        return sum(self.tile(letter).shape[1] - 2 * self.pad for letter in text)

    def paste(self, text: str) -> np.ndarray:
        """Return how much a text covers of each pixel, (height, width) uint8, with the pad around it."""
        coverage = np.zeros((self.height + 2 * self.pad, self.width(text) + 2 * self.pad), np.uint8)
        x = 0
        for letter in text:
            tile = self.tile(letter)
            place = coverage[:, x : x + tile.shape[1]]
            np.maximum(place, tile, out=place)
            x += tile.shape[1] - 2 * self.pad
        return coverage

    def tile(self, letter: str) -> np.ndarray:
        """Return the coverage of a letter, as wide as its advance, with the pad around it."""
        if letter not in self.tiles:
            self.tiles[letter] = self._draw(letter)
        return self.tiles[letter]

    def _draw(self, letter: str) -> np.ndarray:
        wide, high = self._advance(letter) + 2 * self.pad, self.height + 2 * self.pad
        renderer = RendererAgg(wide, high, self.dpi)
        with using(self.settings), warnings.catch_warnings():
            warnings.filterwarnings("error", MISSING)
            try:
                renderer.draw_text(renderer.new_gc(), self.pad, high - self.pad - self.descent, letter, self.font, 0)
            except UserWarning as warning:
                refuse_missing_letter("PastedText", warning)
                raise
        coverage = np.asarray(renderer.buffer_rgba())[..., 3] / 255
        return (np.round(coverage * SHADES) * (255 // SHADES)).astype(np.uint8)

    def _advance(self, letter: str) -> int:
        """Return the advance of a letter in pixels: the mean of ten letters in a row, to a fraction of a pixel."""
        return max(1, round((self._measure(letter * 10 + ".")[0] - self._measure(".")[0]) / 10))

    def _measure(self, text: str) -> tuple[float, float, float]:
        """Return width, height and descent of a text as matplotlib lays it out."""
        with using(self.settings):
            return self.ruler.get_text_width_height_descent(text, self.font, False)


_KNOWN: dict[tuple[FontProperties, float, tuple[str, ...]], Glyphs] = {}


def glyphs_of(font: FontProperties, dpi: float) -> Glyphs:
    """Return the glyphs of a font; all texts in this font share them.

    >>> glyphs_of(FontProperties(size=10), 100) is glyphs_of(FontProperties(size=10), 100)
    True
    """
    key = font, dpi, tuple(matplotlib.rcParams["font.sans-serif"])
    if key not in _KNOWN:
        font = font.copy()  # a text changes its font in place
        _KNOWN[font, *key[1:]] = Glyphs(font, dpi)
    return _KNOWN[key]
